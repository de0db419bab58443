"""The options that commands share, in groups, and the parser they are added to."""

from __future__ import annotations

import argparse

from wheelcheck.cli.options.option_parser import (
    add_help,
    add_repeatable,
    limit,
    listed,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass

__all__ = [
    "FORMATS",
    "add_allow",
    "add_cache_dir",
    "add_choice",
    "add_dockerfile",
    "add_format",
    "add_index",
    "add_index_urls",
    "add_inputs",
    "add_json",
    "add_output",
    "add_package",
    "add_platforms",
    "add_policy",
    "add_selection",
    "add_settings",
    "add_targets",
]

FORMATS = ("text", "brief", "json", "html", "markdown", "github", "sarif", "junit", "csv")


def add_inputs(group: argparse._ArgumentGroup) -> None:
    """What to read."""
    group.add_argument(
        "files",
        nargs="*",
        default=[],  # else argparse counts it among what is required
        metavar="FILE",
        help="requirement file, pyproject.toml, lock file, script or Dockerfile; - is stdin",
    )
    add_repeatable(group, "-r", "--requirement", metavar="FILE", words="the same, as in pip")
    add_selection(group)


def add_selection(group: argparse._ArgumentGroup) -> None:
    """What bounds and chooses from what is read."""
    add_repeatable(
        group, "-c", "--constraint", metavar="FILE", words="constraint file (repeatable)"
    )
    add_repeatable(
        group,
        "--build-constraint",
        metavar="FILE",
        words="constraint file for build environments, as in pip 25.3 (repeatable)",
    )
    add_repeatable(
        group,
        "--extra",
        metavar="NAME",
        words="also take this extra of a project or lock (repeatable)",
    )
    add_repeatable(
        group,
        "--group",
        metavar="NAME",
        words="take this dependency group, not those that a lock's tool installs by default; "
        "main alone means none (repeatable)",
    )
    group.add_argument(
        "--allow-outside",
        action="store_true",
        help="also read what a project or lock names outside its own folder",
    )
    group.add_argument(
        "--no-deps",
        action="store_true",
        help="judge only what is listed, not what it requires",
    )


def add_targets(group: argparse._ArgumentGroup) -> None:
    """Where it would be installed."""
    add_repeatable(
        group,
        "-t",
        "--target",
        metavar="TARGET",
        words="an image (python:3.12-alpine, ubuntu:24.04, python:3.13-slim@linux/arm64), a tag "
        "(cp312-musllinux_1_2_x86_64, cp313-win_amd64), a platform (windows, macos-14-arm64, "
        "pyodide, 3.12@windows) or a Python (3.12); repeatable, or a list with commas; of a "
        "Dockerfile the stage to build",
    )
    add_platforms(group)
    for name, noun, example in (
        ("python", "Python version", "3.12,3.13t"),
        ("libc", "libc", "glibc,musl"),
        ("arch", "architecture", "x86_64,aarch64"),
    ):
        group.add_argument(
            f"--{name}",
            action="extend",
            default=[],
            type=listed(noun),
            metavar="LIST",
            help=f"e.g. {example}: a matrix on Linux with the other axes, given or usual",
        )


def add_package(group: argparse._ArgumentGroup) -> None:
    """Requirements without a file."""
    add_repeatable(
        group,
        "-p",
        "--package",
        metavar="REQUIREMENT",
        words="a requirement without a file, e.g. 'pandas>=2' (repeatable)",
    )


def add_platforms(group: argparse._ArgumentGroup) -> None:
    """Platforms, whatever the Python."""
    group.add_argument(
        "--platforms",
        action="extend",
        default=[],
        type=listed("platform"),
        metavar="LIST",
        help="desktop, servers, mobile or all, or platforms as in --target: each with every "
        "Python, or those of --python",
    )


def add_dockerfile(group: argparse._ArgumentGroup) -> None:
    """What ``docker build`` is given beside the Dockerfile."""
    group.add_argument(
        "--context",
        metavar="DIR",
        help="the build context, as for docker build (guessed by what COPY names)",
    )
    group.add_argument(
        "--platform",
        action="extend",
        default=[],
        type=listed("platform"),
        metavar="LIST",
        help="e.g. linux/amd64,linux/arm64: a column for each step on each (linux/amd64)",
    )
    add_repeatable(group, "--build-arg", metavar="NAME=VALUE", words="as for docker build")
    group.add_argument(
        "--service", metavar="NAME", help="of a compose file that builds several images"
    )
    add_repeatable(
        group,
        "--image",
        metavar="NAME=TARGET",
        words="what a base image is that is not known, e.g. corp/base:1=python:3.12-slim, or how "
        "large, node:20=1100MB; also [tool.wheelcheck.images] (repeatable)",
    )


def add_choice(group: argparse._ArgumentGroup) -> None:
    """What may be chosen."""
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
        add_repeatable(
            group,
            f"--{name}",
            metavar="NAMES",
            words=f"{words}: names with commas, :all: or :none:",
        )
    group.add_argument(
        "--prefer-binary", action="store_true", help="rather an older wheel than a newer sdist"
    )


def add_policy(group: argparse._ArgumentGroup) -> None:
    """When to fail."""
    group.add_argument(
        "--fail-on",
        type=listed("verdict"),
        action="extend",
        default=[],
        metavar="LIST",
        help="verdicts that fail, e.g. source-native,unavailable, missing-libraries, or findings "
        "of a Dockerfile, e.g. missing-compiler; none lets even what would not install pass",
    )
    for name, words in (
        (
            "max-build-minutes",
            "fail where source builds are expected to take longer",
        ),
        ("max-image-mb", "fail where the image of one stage is expected to be larger"),
        ("min-coverage", "fail where fewer packages come as wheels, in percent"),
    ):
        most = 100 if name == "min-coverage" else float("inf")
        group.add_argument(f"--{name}", type=limit(most), metavar="NUMBER", help=words)
    add_allow(group)
    add_settings(group)


def add_allow(group: argparse._ActionsContainer) -> None:
    """What is let pass."""
    add_repeatable(
        group,
        "--allow",
        metavar="NAME[:TARGET]",
        words="let a package pass, on targets that match a pattern (repeatable); a reason and a "
        "last day go into pyproject.toml",
    )


def add_settings(group: argparse._ActionsContainer) -> None:
    """Which file has the project's settings."""
    source = group.add_mutually_exclusive_group()
    source.add_argument(
        "--policy",
        metavar="FILE",
        help="pyproject.toml with [tool.wheelcheck], instead of that in this folder",
    )
    source.add_argument("--no-policy", action="store_true", help="use no such file")


def add_index_urls(group: argparse._ActionsContainer) -> None:
    """Which indexes."""
    group.add_argument("-i", "--index-url", metavar="URL", help="instead of the public index")
    add_repeatable(group, "--extra-index-url", metavar="URL", words="also look there (repeatable)")


def add_index(group: argparse._ArgumentGroup) -> None:
    """Where to look."""
    add_index_urls(group)
    group.add_argument("--no-index", action="store_true", help="use --find-links alone")
    add_repeatable(
        group, "-f", "--find-links", metavar="PLACE", words="folder or page with files (repeatable)"
    )
    group.add_argument(
        "--pip-config",
        action="store_true",
        help="also obey pip's configuration files and PIP_* variables",
    )
    cache = group.add_mutually_exclusive_group()
    add_cache_dir(cache)
    cache.add_argument("--no-cache", action="store_true", help="keep nothing on disk")
    group.add_argument("--offline", action="store_true", help="ask nothing but the cache")
    group.add_argument(
        "--timeout",
        metavar="MINUTES",
        type=float,
        default=15.0,
        help="after so long nothing more is fetched: what is missing is unknown (default: 15)",
    )


def add_cache_dir(group: argparse._ActionsContainer) -> None:
    """Which cache."""
    group.add_argument("--cache-dir", metavar="FOLDER", help="instead of the user's cache folder")


def add_output(group: argparse._ArgumentGroup) -> None:
    """How to answer, and what to answer instead."""
    add_format(group, *FORMATS)
    group.add_argument(
        "--emit",
        choices=("dockerfile",),
        help="write instead a Dockerfile that installs it on the target, as it should be done",
    )
    group.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of --format json, and end"
    )
    group.add_argument(
        "--debug", action="store_true", help="log to standard error, with what went wrong inside"
    )
    group.add_argument("-V", "--version", action="store_true", help="print the version, and end")
    add_help(group)


def add_json(group: argparse._ActionsContainer) -> None:
    """A short form of ``--format json``."""
    group.add_argument(
        "--json",
        dest="format",
        action="store_const",
        const="json",
        default="text",
        help="short for --format json",
    )


def add_format(group: argparse._ActionsContainer, *formats: str) -> None:
    """The format, and where it goes."""
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
