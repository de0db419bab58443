"""From parsed options to the keywords of `check` and `explain`."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from wheelcheck.cli.options.option_parser import did_you_mean
from wheelcheck.cli.options.policy_options import settings_of
from wheelcheck.errors import UsageError
from wheelcheck.regular_files import is_there
from wheelcheck.requirements import parse_exclude_newer
from wheelcheck.targets import (
    Target,
    default_matrix_on,
    expand_axes_on,
    expand_platforms_on,
    expand_target_on,
    leaves_python_open,
)

__all__ = ["inputs_of", "keywords_of"]

_MOST_NEIGHBOURS = 2_000
_REQUIREMENT = re.compile(r"\w[\w-]*(\[[\w,-]*\])?([<>=!~].*)?", re.ASCII)
"""What looks like a requirement more than like a file: no dot and no slash in its name."""


def inputs_of(args: Namespace) -> list[str | Path]:
    """Everything to read that the command line names.

    Raises `UsageError` where a requirement is named in the place of a file.
    """
    for name in args.files:
        if _REQUIREMENT.fullmatch(name) and not is_there(name):
            raise UsageError(f"there is no file {name}; name a requirement with --package {name}")
        _refuse_misspelt(Path(name))
    return [_input(name) for name in (*args.files, *args.requirement)]


def _refuse_misspelt(path: Path) -> None:
    """Raise UsageError for a file that is not there, where one of nearly that name is."""
    if str(path) == "-" or ":" in str(path) or path.exists() or not path.parent.is_dir():
        return
    names = [each.name for each in islice(path.parent.iterdir(), _MOST_NEIGHBOURS)]
    hint = did_you_mean(path.name, names)
    if hint:
        raise UsageError(f"there is no file {path}{hint}")


def keywords_of(args: Namespace) -> dict[str, Any]:
    """Return the keywords of a `Question` beside its inputs and packages.

    Raises `UsageError` where a date or a target cannot be understood.
    """
    now = datetime.now(UTC)
    bound = parse_exclude_newer(args.exclude_newer, now=now) if args.exclude_newer else None
    # A bound is the first moment left out: images and Pythons are those of the moment before.
    as_of = ((bound or now) - timedelta(microseconds=1)).date()
    return {
        "targets": _targets(args, as_of=as_of),
        "constraints": args.constraint,
        "build_constraints": args.build_constraint,
        "extras": args.extra,
        "groups": args.group,
        "allow_outside": args.allow_outside,
        "pre": args.pre,
        "only_binary": args.only_binary,
        "no_binary": args.no_binary,
        "prefer_binary": args.prefer_binary,
        "exclude_newer": args.exclude_newer,
        "index_url": args.index_url,
        "extra_index_urls": args.extra_index_url,
        "no_index": args.no_index,
        "find_links": args.find_links,
        "pip_config": args.pip_config,
        "cache_dir": _cache_dir(args),
        "offline": args.offline,
        "timeout": 60 * args.timeout,
        "policy": settings_of(args),
    }


def _input(name: str) -> str | Path:
    """Tell names on the command line from requirements: they are files, stdin or URLs of files."""
    return name if name == "-" or "://" in name else Path(name)


def _targets(args: Namespace, *, as_of: date) -> Sequence[str | Target] | None:
    """The named targets and those of the axes; None where neither is given.

    `--python` holds for platforms that are named without one. Without any of those it is an axis
    of a matrix on Linux, as `--libc` and `--arch` are; an axis not given is the default matrix's.
    """
    named = args.libc or args.arch
    if not (args.python or named or args.platforms):
        return args.target or None
    if args.platforms and named:
        raise UsageError("--platforms names libc and CPU itself: leave out --libc and --arch")
    pythons = args.python or None
    found = _with_pythons(args.target, pythons, as_of)
    if args.platforms:
        return [*found, *expand_platforms_on(args.platforms, as_of=as_of, pythons=pythons)]
    if named or not any(map(leaves_python_open, args.target)):
        found += _axes(args, as_of)
    return found


def _with_pythons(
    spellings: Sequence[str], pythons: Sequence[str] | None, as_of: date
) -> list[str | Target]:
    """The named targets; a platform without a Python is taken with each of these."""
    found: list[str | Target] = []
    for spelling in spellings:
        opened = leaves_python_open(spelling)
        found += expand_target_on(spelling, as_of=as_of, pythons=pythons) if opened else [spelling]
    return found


def _axes(args: Namespace, as_of: date) -> tuple[Target, ...]:
    usual = default_matrix_on(as_of=as_of)
    return expand_axes_on(
        args.python or dict.fromkeys(map(_python, usual)),
        args.libc or dict.fromkeys(target.libc.value for target in usual if target.libc),
        args.arch or dict.fromkeys(target.arch.value for target in usual),
        as_of=as_of,
    )


def _python(target: Target) -> str:
    return "{}.{}".format(*target.python) + ("t" if target.free_threaded else "")


def _cache_dir(args: Namespace) -> Path | Literal["default"] | None:
    if args.no_cache:
        return None
    return Path(args.cache_dir) if args.cache_dir else "default"
