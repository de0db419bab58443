"""The options, grouped and explained. Imports argparse alone: `--help` must answer at once."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = [
    "cache_parser",
    "calibrate_parser",
    "check_parser",
    "completion_parser",
    "diff_parser",
    "explain_parser",
    "show_parser",
]

PROGRAM = "wheelcheck"
USAGE_ERROR = 2
FORMATS = ("text", "json", "html", "markdown", "github", "sarif", "junit", "csv")
INSTALLERS = ("pip", "pip-no-cache-dir", "pip-no-cache", "uv")

_CHECK_EXAMPLES = """\
examples:
  wheelcheck requirements.txt
      the default matrix: every supported CPython, glibc and musl, x86_64 and aarch64
  wheelcheck requirements.txt --target python:3.12-alpine --target python:3.12-slim
      what a change of base image would mean
  wheelcheck requirements.txt --python 3.13,3.13t --libc musl --arch x86_64,aarch64
      a matrix of your own
  wheelcheck --package 'pandas>=2' --target cp312-musllinux_1_2_x86_64
      one requirement, one target, no file
  wheelcheck requirements.txt --exclude-newer 2023-04-14
      the index as it stood on a day
  uv pip compile pyproject.toml | wheelcheck - --no-deps --format json -o report.json
      exact pins from a pipe, for a program to read

other commands (each has its own --help):
  wheelcheck explain PACKAGE --target TARGET
  wheelcheck diff OLD NEW
  wheelcheck show REPORT.json --format html -o report.html
  wheelcheck calibrate
  wheelcheck completion bash|zsh|tcsh
  wheelcheck cache info|clear

exit codes:
  0  everything was judged, whatever the verdicts
  1  your policy is broken: --fail-on and its like, or [tool.wheelcheck] in pyproject.toml
  2  wrong usage, or an input that cannot be read
  3  the answer is incomplete: it lists what could not be judged, and why
"""


class _Parser(argparse.ArgumentParser):
    """Tells an error in one sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{PROGRAM}: {message}\nTry '{self.prog} --help'.\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Leaves room for an option and its short form on one line."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, max_help_position=32, **more)


def _listed(noun: str) -> Callable[[str], list[str]]:
    """An argparse type: ``3.11,3.12`` → a list, refusing empty items."""

    def split(text: str) -> list[str]:
        items = [item.strip() for item in text.split(",")]
        if not all(items):
            raise argparse.ArgumentTypeError(f"an empty {noun} in {text!r}")
        return items

    return split


def check_parser() -> argparse.ArgumentParser:
    """The parser of the main job, which needs no command word."""
    parser = _Parser(
        prog=PROGRAM,
        usage="%(prog)s [options] FILE...",
        description="What comes as a wheel and what compiles from source, on any Python, libc "
        "and CPU.\n"
        "Nothing is installed, and no package's code is run.",
        epilog=_CHECK_EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
        add_help=False,
    )
    inputs = parser.add_argument_group("what to check")
    _add_inputs(inputs)
    inputs.add_argument(
        "-p",
        "--package",
        action="append",
        default=[],
        metavar="REQUIREMENT",
        help="a requirement without a file, e.g. 'pandas>=2' (repeatable)",
    )
    _add_targets(parser.add_argument_group("where it would be installed"))
    _add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    _add_builds(parser.add_argument_group("what is built from source"))
    _add_index(parser.add_argument_group("where to look"))
    _add_machine(parser.add_argument_group("what it costs"))
    _add_policy(parser.add_argument_group("when to fail"))
    _add_output(parser.add_argument_group("how to answer"))
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
    parser = _Parser(
        prog=f"{PROGRAM} explain",
        usage="%(prog)s PACKAGE [FILE...] --target TARGET [options]",
        description="The whole reasoning for one package: releases, tags, near misses, evidence,\n"
        "toolchain, system packages, build environments.",
        epilog=_EXPLAIN_EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
        add_help=False,
    )
    inputs = parser.add_argument_group("what to explain")
    inputs.add_argument(
        "package", metavar="PACKAGE", help="a package of FILE, or a requirement without a file"
    )
    _add_inputs(inputs)
    _add_targets(parser.add_argument_group("where it would be installed"))
    _add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    _add_installer(parser.add_argument_group("what is built from source"))
    _add_index(parser.add_argument_group("where to look"))
    output = parser.add_argument_group("how to answer")
    _add_format(output, "text", "json")
    output.add_argument("-h", "--help", action="help", help="print this, and end")
    return parser


def _add_inputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="requirement file, pyproject.toml, lock file or script; - is stdin",
    )
    group.add_argument(
        "-r",
        "--requirement",
        action="append",
        default=[],
        metavar="FILE",
        help="the same, as in pip",
    )
    group.add_argument(
        "-c",
        "--constraint",
        action="append",
        default=[],
        metavar="FILE",
        help="constraint file (repeatable)",
    )
    _add_selection(group)
    group.add_argument(
        "--no-deps",
        action="store_true",
        help="judge only what is listed, not what it requires",
    )


def _add_selection(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--extra",
        action="append",
        default=[],
        metavar="NAME",
        help="also take this extra of a project or lock (repeatable)",
    )
    group.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="NAME",
        help="take this dependency group, not those that a lock's tool installs by default; "
        "main alone means none (repeatable)",
    )
    group.add_argument(
        "--allow-outside",
        action="store_true",
        help="also read what a project or lock names outside its own folder",
    )


def _add_targets(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-t",
        "--target",
        action="append",
        default=[],
        metavar="TARGET",
        help="an image (python:3.12-alpine, ubuntu:24.04, python:3.13-slim@linux/arm64) or a tag "
        "(cp312-musllinux_1_2_x86_64, pp311-manylinux_2_28_aarch64); repeatable",
    )
    for name, noun, example in (
        ("python", "Python version", "3.12,3.13t"),
        ("libc", "libc", "glibc,musl"),
        ("arch", "architecture", "x86_64,aarch64"),
    ):
        group.add_argument(
            f"--{name}",
            action="extend",
            default=[],
            type=_listed(noun),
            metavar="LIST",
            help=f"e.g. {example}: a matrix with the other axes, given or usual",
        )


def _add_choice(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--exclude-newer",
        metavar="WHEN",
        help="ignore files uploaded later: a date, a timestamp, or an age such as 7d",
    )
    group.add_argument("--pre", action="store_true", help="allow pre-releases")
    for name, words in (
        ("only-binary", "never build these from source"),
        ("no-binary", "never take wheels of these"),
    ):
        group.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="NAMES",
            help=f"{words}: names with commas, :all: or :none:",
        )
    group.add_argument(
        "--prefer-binary", action="store_true", help="rather an older wheel than a newer sdist"
    )


def _add_builds(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--no-advice", action="store_true", help="judge as it is, look for no way out"
    )
    group.add_argument(
        "--builds",
        action="store_true",
        help="show the whole build plan: what is built in which order, for whom, with what",
    )
    _add_installer(group)


def _add_installer(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--installer",
        choices=INSTALLERS,
        default="pip",
        metavar="NAME",
        help=f"who builds, {', '.join(INSTALLERS)}: without a cache, what several builds need is "
        "built several times",
    )


def _add_machine(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--cores", type=_positive(int), default=2, metavar="N", help="of the machine (2)"
    )
    group.add_argument(
        "--memory",
        type=_bytes,
        metavar="SIZE",
        help="of the machine, e.g. 7G: warns of builds that need more",
    )
    group.add_argument(
        "--bandwidth",
        type=_positive(float),
        default=100.0,
        metavar="MBIT",
        help="megabits a second that it downloads (100)",
    )
    group.add_argument(
        "--machine-factor",
        type=_positive(float),
        metavar="F",
        help="its seconds for a reference second: see wheelcheck calibrate",
    )


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """An argparse type: a number above 0."""

    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    return number


def _bytes(text: str) -> int:
    """An argparse type: ``7G``, ``512M``, ``2GiB``; decimal units unless the i says otherwise."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMGT]?)(i?)B?", text)
    if match is None or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 7G or 512M")
    power = " kMGT".index(match[2] or " ")
    unit: int = (1024 if match[3] else 1000) ** power
    return round(float(match[1]) * unit)


def _add_policy(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--fail-on",
        type=_listed("verdict"),
        default=[],
        metavar="LIST",
        help="verdicts that fail, e.g. source-native,unavailable",
    )
    for name, words in (
        ("max-build-minutes", "fail where source builds take longer on a target"),
        ("max-image-mb", "fail where the image of one stage gets larger"),
        ("min-coverage", "fail where fewer packages come as wheels, in percent"),
    ):
        group.add_argument(f"--{name}", type=float, metavar="NUMBER", help=words)
    group.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="NAME[:TARGET]",
        help="let a package pass, on targets that match a pattern (repeatable); a reason and a "
        "last day go into pyproject.toml",
    )
    source = group.add_mutually_exclusive_group()
    source.add_argument(
        "--policy",
        metavar="FILE",
        help="pyproject.toml with [tool.wheelcheck], instead of the one in this folder",
    )
    source.add_argument("--no-policy", action="store_true", help="heed no such file")


def _add_index(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-i", "--index-url", metavar="URL", help="instead of the public index")
    group.add_argument(
        "--extra-index-url",
        action="append",
        default=[],
        metavar="URL",
        help="also look there (repeatable)",
    )
    group.add_argument("--no-index", action="store_true", help="use --find-links alone")
    group.add_argument(
        "-f",
        "--find-links",
        action="append",
        default=[],
        metavar="PLACE",
        help="folder or page with files (repeatable)",
    )
    group.add_argument(
        "--pip-config",
        action="store_true",
        help="also obey pip's configuration files and PIP_* variables",
    )
    cache = group.add_mutually_exclusive_group()
    _add_cache_dir(cache)
    cache.add_argument("--no-cache", action="store_true", help="keep nothing on disk")
    group.add_argument("--offline", action="store_true", help="ask nothing but the cache")


def _add_cache_dir(group: argparse._ActionsContainer) -> None:
    group.add_argument("--cache-dir", metavar="FOLDER", help="instead of the user's cache folder")


def _add_output(group: argparse._ArgumentGroup) -> None:
    _add_format(group, *FORMATS)
    group.add_argument(
        "--emit",
        choices=("dockerfile",),
        help="write instead a Dockerfile that installs it on the one target, as it should be done",
    )
    group.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of --format json, and end"
    )
    group.add_argument("-V", "--version", action="store_true", help="print the version, and end")
    group.add_argument("-h", "--help", action="help", help="print this, and end")


def _add_format(group: argparse._ActionsContainer, *formats: str) -> None:
    group.add_argument(
        "--format",
        choices=formats,
        default="text",
        metavar="FORMAT",
        help=f"{', '.join(formats)}",
    )
    group.add_argument(
        "-o", "--output", metavar="FILE", help="write there, whole or not at all, instead of stdout"
    )
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="auto: on a terminal, unless NO_COLOR is set; FORCE_COLOR forces it",
    )


_DIFF_EXAMPLES = """\
examples:
  wheelcheck diff before.json after.json
      two reports of --format json
  wheelcheck diff --git main requirements.txt
      the file as it is on a branch, and as it is here
  wheelcheck diff old.txt new.txt --target python:3.12-alpine
      two requirement files

exit codes: 0 nothing is worse, 1 something is, 2 wrong usage, 3 an answer is incomplete
"""


def diff_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck diff``."""
    parser = _Parser(
        prog=f"{PROGRAM} diff",
        usage="%(prog)s OLD NEW [options]",
        description="What gained or lost wheels between two states, and what that costs.",
        epilog=_DIFF_EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
        add_help=False,
    )
    inputs = parser.add_argument_group("what to compare")
    inputs.add_argument(
        "files", nargs="+", metavar="FILE", help="a report as JSON, or a requirement file"
    )
    inputs.add_argument(
        "--git", metavar="REVISION", help="compare the one file with itself at a revision"
    )
    inputs.add_argument(
        "-c",
        "--constraint",
        action="append",
        default=[],
        metavar="FILE",
        help="constraint file for both (repeatable)",
    )
    _add_selection(inputs)
    inputs.add_argument("--no-deps", action="store_true", help="judge only what is listed")
    _add_targets(parser.add_argument_group("where it would be installed"))
    _add_choice(parser.add_argument_group("what may be chosen (as in pip)"))
    _add_installer(parser.add_argument_group("what is built from source"))
    _add_index(parser.add_argument_group("where to look"))
    output = parser.add_argument_group("how to answer")
    _add_format(output, "text", "json")
    output.add_argument("-h", "--help", action="help", help="print this, and end")
    return parser


def show_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck show``."""
    parser = _Parser(
        prog=f"{PROGRAM} show",
        description="Write a report that was kept with --format json again, in any format. "
        "Nothing is asked of an index.",
        allow_abbrev=False,
    )
    parser.add_argument("report", metavar="REPORT", help="a file of --format json")
    parser.add_argument("--builds", action="store_true", help="show the whole build plan")
    _add_format(parser, *FORMATS)
    return parser


def completion_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck completion``."""
    parser = _Parser(
        prog=f"{PROGRAM} completion",
        description='Write a completion script: eval "$(wheelcheck completion bash)".',
        allow_abbrev=False,
    )
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    return parser


def calibrate_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck calibrate``."""
    return _Parser(
        prog=f"{PROGRAM} calibrate",
        description="Compile two small sources of wheelcheck's own and tell how fast this machine "
        "is: the number for --machine-factor.",
        allow_abbrev=False,
    )


def cache_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck cache``."""
    parser = _Parser(
        prog=f"{PROGRAM} cache",
        description="Look at or empty the cache of index pages and file facts.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "action", choices=("info", "clear"), help="info: where and how much; clear: empty it"
    )
    _add_cache_dir(parser)
    return parser
