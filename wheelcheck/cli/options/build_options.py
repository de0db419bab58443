"""The options on source builds, loading, the installer, and the machine that installs."""

from __future__ import annotations

import argparse

from wheelcheck.cli.options.option_parser import (
    positive,
    size_in_bytes,
)

__all__ = ["INSTALLERS", "add_builds", "add_installer", "add_loading", "add_machine"]

INSTALLERS = ("pip", "pip-no-cache-dir", "pip-no-cache", "uv")


def add_builds(group: argparse._ArgumentGroup) -> None:
    """What is reported of source builds, and advice."""
    group.add_argument("--no-advice", action="store_true", help="judge as it is, give no advice")
    group.add_argument(
        "--verdicts-only",
        action="store_true",
        help="tell what compiles, not what that takes: no plans, costs, load check or advice; "
        "quicker",
    )
    group.add_argument(
        "--builds",
        action="store_true",
        help="show the whole build plan: what is built in which order, for whom, with what",
    )
    group.add_argument("--versions", action="store_true", help="show the version of every package")
    add_installer(group)
    add_loading(group)


def add_loading(group: argparse._ArgumentGroup) -> None:
    """Whether wheels load where they are installed."""
    group.add_argument(
        "--load-check",
        choices=("quick", "full", "off"),
        metavar="MODE",
        help="whether wheels find their shared libraries in the image: quick (30 MB read at "
        "most), full (every file), off (quick)",
    )
    group.add_argument(
        "--cpu",
        metavar="NAME",
        help="the oldest CPU that it runs on, as x86-64-v2, v3 or haswell",
    )


def add_installer(group: argparse._ArgumentGroup) -> None:
    """Who builds."""
    group.add_argument(
        "--installer",
        metavar="NAME",
        help="who installs: pip==23.0.1, uv==0.9, or without a release "
        f"{', '.join(INSTALLERS)} (the image's pip, else the newest); without a cache, what "
        "several builds need is built several times",
    )


def add_machine(group: argparse._ArgumentGroup) -> None:
    """The machine that installs."""
    group.add_argument(
        "--cores", type=positive(int), default=2, metavar="N", help="of the machine (2)"
    )
    group.add_argument(
        "--memory",
        type=size_in_bytes,
        metavar="SIZE",
        help="of the machine, e.g. 7G: warns of builds that need more",
    )
    group.add_argument(
        "--bandwidth",
        type=positive(float),
        default=100.0,
        metavar="MBIT",
        help="megabits a second that it downloads (100)",
    )
    group.add_argument(
        "--machine-factor",
        type=positive(float),
        metavar="F",
        help="its seconds for a reference second: see wheelcheck calibrate",
    )
