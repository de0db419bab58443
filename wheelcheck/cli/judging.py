"""The main job behind its options: check, render, write. Imports what is heavy; not for --help."""

from __future__ import annotations

import json
import logging
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from wheelcheck.analysis import check
from wheelcheck.cli.terminal import (
    WIPE,
    StatusLine,
    speaks_unicode,
    status_line,
    text_width,
    wants_colour,
    write,
)
from wheelcheck.errors import UsageError
from wheelcheck.reports.model import Report
from wheelcheck.reports.phrases import counted
from wheelcheck.requirements import parse_exclude_newer
from wheelcheck.targets import Target, default_matrix, expand_axes

__all__ = ["judge", "print_schema"]


def judge(args: Namespace) -> int:
    """Check what the options ask for and write the answer; 3 where it is incomplete."""
    _require_folder(args.output)
    now = datetime.now(UTC)
    bound = parse_exclude_newer(args.exclude_newer, now=now) if args.exclude_newer else None
    # A bound is the first moment left out: images and Pythons are those of the moment before.
    as_of = ((bound or now) - timedelta(microseconds=1)).date()
    with _progress() as progress:
        report = check(
            [_input(name) for name in (*args.files, *args.requirement)],
            targets=_targets(args, as_of=as_of),
            packages=args.package,
            constraints=args.constraint,
            extras=args.extra,
            no_deps=args.no_deps,
            pre=args.pre,
            only_binary=args.only_binary,
            no_binary=args.no_binary,
            prefer_binary=args.prefer_binary,
            exclude_newer=bound,
            index_url=args.index_url,
            extra_index_urls=args.extra_index_url,
            no_index=args.no_index,
            find_links=args.find_links,
            pip_config=args.pip_config,
            cache_dir=_cache_dir(args),
            offline=args.offline,
            installer=args.installer,
            progress=progress,
        )
    write(_rendered(report, args), args.output)
    return _exit_code(report, args)


@contextmanager
def _progress() -> Iterator[StatusLine | None]:
    """Show progress and warnings on standard error, where they do not stand in each other's way."""
    line = status_line(os.environ)
    wiped = WIPE if line else ""
    logging.basicConfig(format=f"{wiped}wheelcheck: %(message)s", level=logging.WARNING)
    try:
        yield line
    finally:
        if line:
            line.wipe()


def print_schema(output: str | None) -> None:
    """Write the JSON Schema of the report."""
    schema = json.dumps(Report.model_json_schema(mode="serialization"), indent=2)
    write(f"{schema}\n".encode(), output)


def _require_folder(output: str | None) -> None:
    """Say so before the work, not after it, where the answer could not be written."""
    if output is not None and not Path(output).resolve().parent.is_dir():
        raise UsageError(f"--output {output}: there is no folder {Path(output).parent}")


def _input(name: str) -> str | Path:
    """Tell names on the command line from requirements: they are files, stdin or URLs of files."""
    return name if name == "-" or "://" in name else Path(name)


def _targets(args: Namespace, *, as_of: date) -> Sequence[str | Target] | None:
    """The named targets and those of the axes; None where neither is given.

    An axis that is not given is that of the default matrix.
    """
    if not (args.python or args.libc or args.arch):
        return args.target or None
    usual = default_matrix(as_of=as_of)
    expanded = expand_axes(
        args.python or dict.fromkeys(map(_python, usual)),
        args.libc or dict.fromkeys(target.libc.value for target in usual),
        args.arch or dict.fromkeys(target.arch.value for target in usual),
        as_of=as_of,
    )
    return [*args.target, *expanded]


def _python(target: Target) -> str:
    return "{}.{}".format(*target.python) + ("t" if target.free_threaded else "")


def _cache_dir(args: Namespace) -> Path | Literal["default"] | None:
    if args.no_cache:
        return None
    return Path(args.cache_dir) if args.cache_dir else "default"


def _rendered(report: Report, args: Namespace) -> bytes:
    if args.format == "json":
        return f"{report.model_dump_json(indent=2)}\n".encode()
    from wheelcheck.reports.text import render_text

    to_file = args.output is not None
    encoding = "utf-8" if to_file else sys.stdout.encoding or "utf-8"
    text = render_text(
        report,
        width=100 if to_file else text_width(),
        colour=wants_colour(args.color, os.environ, None if to_file else sys.stdout),
        ascii_only=not speaks_unicode(encoding),
        builds=args.builds,
    )
    return text.encode(encoding, "replace")


def _exit_code(report: Report, args: Namespace) -> int:
    if report.complete:
        return 0
    if args.output or args.format != "text":
        errors = sum(problem.severity == "error" for problem in report.problems)
        sys.stderr.write(f"wheelcheck: the answer is incomplete: {counted(errors, 'problem')}\n")
    return 3
