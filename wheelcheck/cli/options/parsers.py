"""The parsers of all commands. Imports argparse alone: `--help` must answer at once."""

from __future__ import annotations

import argparse

from wheelcheck.cli.options.build_options import add_builds, add_installer, add_machine
from wheelcheck.cli.options.option_groups import (
    add_allow,
    add_choice,
    add_dockerfile,
    add_format,
    add_index,
    add_inputs,
    add_json,
    add_output,
    add_package,
    add_platforms,
    add_policy,
    add_selection,
    add_settings,
    add_targets,
)
from wheelcheck.cli.options.option_parser import (
    add_help,
    add_repeatable,
    grouped_parser,
    listed,
)

__all__ = [
    "binary_policy_parser",
    "check_parser",
    "diff_parser",
    "explain_parser",
    "ready_parser",
]

_CHECK_EXAMPLES = """\
examples:
  wheelcheck
      what this folder installs: its lock, requirement file or project, on its Dockerfile's image
  wheelcheck requirements.txt
      the default matrix: every supported CPython, glibc and musl, x86_64 and aarch64
  wheelcheck requirements.txt --target python:3.12-alpine --target python:3.12-slim
      what a change of base image would mean
  wheelcheck requirements.txt --python 3.13,3.13t --libc musl --arch x86_64,aarch64
      a matrix of your own
  wheelcheck Dockerfile
      every step that installs, on its own image; what breaks it, and the corrected file
  pip install -r requirements.txt 2>&1 | wheelcheck --from-log -
      which package failed, what is missing, and the system package that brings it
  wheelcheck --package 'pandas>=2' --target cp312-musllinux_1_2_x86_64
      one requirement, one target, no file
  wheelcheck requirements.txt --exclude-newer 2023-04-14
      the index as of a day
  uv pip compile pyproject.toml | wheelcheck - --no-deps --format json -o report.json
      exact pins from a pipe, for a program to read

other commands (each has its own --help):
  wheelcheck explain PACKAGE --target TARGET
  wheelcheck diff OLD NEW
  wheelcheck ready [FILE] --python 3.15
  wheelcheck policy [FILE] --target TARGET
  wheelcheck survey SOURCE --output FOLDER
  wheelcheck show REPORT.json --format html -o report.html
  wheelcheck mcp
  wheelcheck calibrate
  wheelcheck completion bash|zsh|tcsh
  wheelcheck cache info|clear

exit codes:
  0  everything was judged, and the installation would succeed
  1  the installation as written would be refused or would fail (a package without a file, a
     conflict, a failing step), or your policy is broken; --fail-on none lets all of it pass
  2  wrong usage, or an input that cannot be read
  3  the answer is incomplete: it lists what could not be judged, and why
"""


def check_parser() -> argparse.ArgumentParser:
    """The parser of the main job, which needs no command word."""
    parser = grouped_parser(
        "",
        usage="%(prog)s [options] [FILE or FOLDER...]",
        description="What comes as a wheel, what compiles from source, what that costs, and what "
        "to do\ninstead, on any Python, libc and CPU. "
        "Nothing is installed, and no package's code is run.",
        epilog=_CHECK_EXAMPLES,
    )
    inputs = parser.add_argument_group("what to check")
    add_inputs(inputs)
    add_package(inputs)
    inputs.add_argument(
        "--from-log",
        metavar="FILE",
        help="instead: say what failed in the log of pip, uv or docker build, and what to do; "
        "- is stdin",
    )
    add_targets(parser.add_argument_group("where it would be installed"))
    add_dockerfile(parser.add_argument_group("of a Dockerfile or compose file"))
    add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    add_builds(parser.add_argument_group("what is built from source"))
    add_index(parser.add_argument_group("where to look"))
    add_machine(parser.add_argument_group("what it costs"))
    add_policy(parser.add_argument_group("when to fail"))
    add_output(parser.add_argument_group("how to answer"))
    parser.set_defaults(discoveries=())
    return parser


_EXPLAIN_EXAMPLES = """\
examples:
  wheelcheck explain pandas==2.0.0 --target python:3.8-alpine
      a requirement by itself
  wheelcheck explain scipy requirements.txt --target python:3.12-alpine
      one of the packages that a file leads to
"""


def explain_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck explain``."""
    parser = grouped_parser(
        "explain",
        usage="%(prog)s PACKAGE [FILE...] [--target TARGET] [options]",
        description="The whole reasoning for one package: releases, tags, near misses, evidence,\n"
        "toolchain, system packages, build environments.",
        epilog=_EXPLAIN_EXAMPLES,
    )
    inputs = parser.add_argument_group("what to explain")
    inputs.add_argument(
        "package", metavar="PACKAGE", help="a package of FILE, or a requirement without a file"
    )
    add_inputs(inputs)
    add_targets(parser.add_argument_group("where it would be installed"))
    add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    add_installer(parser.add_argument_group("what is built from source"))
    add_index(parser.add_argument_group("where to look"))
    add_settings(parser.add_argument_group("what the project says"))
    output = parser.add_argument_group("how to answer")
    add_format(output, "text", "json")
    add_help(output)
    return parser


_DIFF_EXAMPLES = """\
examples:
  wheelcheck diff before.json after.json
      two reports of --format json
  wheelcheck diff --git main requirements.txt
      the file as it is on a branch, and as it is here
  wheelcheck diff --git main
      the same of all that [tool.wheelcheck] names
  wheelcheck diff old.txt new.txt --target python:3.12-alpine
      two requirement files

exit codes: 0 nothing is worse, 1 something is, 2 wrong usage, 3 an answer is incomplete
"""


def diff_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck diff``."""
    parser = grouped_parser(
        "diff",
        usage="%(prog)s [options] OLD NEW\n       %(prog)s [options] --git REVISION [FILE]",
        description="What gained or lost wheels between two states, and what that costs.",
        epilog=_DIFF_EXAMPLES,
    )
    inputs = parser.add_argument_group("what to compare")
    inputs.add_argument(
        "files",
        nargs="*",
        default=[],
        metavar="FILE",
        help="a report as JSON, or a file with requirements",
    )
    inputs.add_argument(
        "--git", metavar="REVISION", help="compare the file with itself at a revision"
    )
    add_selection(inputs)
    add_targets(parser.add_argument_group("where it would be installed"))
    add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    add_installer(parser.add_argument_group("what is built from source"))
    add_index(parser.add_argument_group("where to look"))
    policy = parser.add_argument_group("when to fail")
    add_allow(policy)
    add_settings(policy)
    output = parser.add_argument_group("how to answer")
    add_format(output, "text", "json")
    add_help(output)
    return parser


_POLICY_EXAMPLES = """\
examples:
  wheelcheck policy requirements.txt --target python:3.12-slim
      what must be built all the same, why, and the lines for pip, uv and Poetry
  wheelcheck policy requirements.txt --target python:3.12-slim --tool pip >> requirements.txt
      the lines for pip alone
  wheelcheck policy uv.lock --target 3.13@linux --target 3.13@windows --json
      for several targets

exit codes: 0 it installs so, 1 it fails on a target, 2 wrong usage, 3 incomplete
"""


def binary_policy_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck policy``."""
    parser = grouped_parser(
        "policy",
        usage="%(prog)s [FILE...] --target TARGET [options]",
        description="Wheels alone: the strictest policy under which it still installs, with the "
        "fewest\nexceptions, for pip, uv and Poetry.",
        epilog=_POLICY_EXAMPLES,
    )
    inputs = parser.add_argument_group("what to judge")
    add_inputs(inputs)
    add_package(inputs)
    add_targets(parser.add_argument_group("where it would be installed"))
    choice = parser.add_argument_group("what may be chosen (as in pip)")
    add_choice(choice)
    choice.add_argument(
        "--keep-versions",
        action="store_true",
        help="an exception, too, for what would fall back to an older release",
    )
    add_installer(parser.add_argument_group("what is built from source"))
    add_index(parser.add_argument_group("where to look"))
    output = parser.add_argument_group("how to answer")
    output.add_argument(
        "--tool",
        choices=("pip", "uv", "poetry"),
        metavar="NAME",
        help="the lines for pip, uv or poetry alone",
    )
    add_json(output)
    add_format(output, "text", "json")
    add_help(output)
    parser.set_defaults(policy=None, no_policy=False)
    return parser


_READY_EXAMPLES = """\
examples:
  wheelcheck ready uv.lock --python 3.15 --python 3.15t
      for every package the first release with wheels, and what to bump, all together
  wheelcheck ready requirements.txt --python 3.15 --platforms windows,macos,glibc-x86_64
      on the platforms of yours
  wheelcheck ready requirements.txt --python 3.15 --format constraints -o bumps.txt
      the bumps alone, for pip -c

exit codes: 0 ready as it is, 1 not ready, 2 wrong usage, 3 the answer is incomplete
"""


def ready_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck ready``."""
    parser = grouped_parser(
        "ready",
        usage="%(prog)s [FILE...] --python VERSION [options]",
        description="Is a project ready for a new Python? The first release of every package with "
        "wheels\non each platform, and the smallest bump that gets there.",
        epilog=_READY_EXAMPLES,
    )
    inputs = parser.add_argument_group("what to judge")
    add_inputs(inputs)
    add_package(inputs)
    places = parser.add_argument_group("for which Pythons, on which platforms")
    places.add_argument(
        "--python",
        dest="new",
        action="extend",
        default=[],
        type=listed("Python version"),
        metavar="LIST",
        help="the new Pythons, as in 3.15,3.15t (repeatable)",
    )
    add_platforms(places)
    add_repeatable(
        places,
        "-t",
        "--target",
        metavar="TARGET",
        words="the platform of this target, whatever its Python (repeatable); by default those of "
        "[tool.wheelcheck], else Linux, macOS and Windows",
    )
    add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    add_index(parser.add_argument_group("where to look"))
    output = parser.add_argument_group("how to answer")
    output.add_argument(
        "--all", action="store_true", help="a row for every package, those that are ready too"
    )
    add_json(output)
    add_format(output, "text", "json", "constraints")
    add_help(output)
    parser.set_defaults(python=[], libc=[], arch=[], policy=None, no_policy=False)
    return parser
