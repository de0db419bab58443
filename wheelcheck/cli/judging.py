"""The main job behind its options: check, render, write. Imports what is heavy; not for --help."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from importlib import import_module

from wheelcheck.analysis import check
from wheelcheck.cli.policy import defaults_of, held_against, policy_of
from wheelcheck.cli.question import inputs_of, keywords_of
from wheelcheck.cli.terminal import look_of, progress_shown, require_folder, write
from wheelcheck.reports.model import Report
from wheelcheck.reports.phrases import counted

__all__ = ["judge", "print_schema"]

BYTES_PER_MEGABIT = 125_000


def judge(args: Namespace) -> int:
    """Check what the options ask for and write the answer.

    Returns 1 where the policy is broken, else 3 where the answer is incomplete.
    """
    require_folder(args.output)
    policy = policy_of(args)
    if not (args.target or args.python or args.libc or args.arch):
        args.target = defaults_of(args).get("targets", [])
    with progress_shown() as progress:
        report = check(
            inputs_of(args),
            packages=args.package,
            cores=args.cores,
            memory_bytes=args.memory,
            bytes_per_second=args.bandwidth * BYTES_PER_MEGABIT,
            machine_factor=args.machine_factor,
            advice=not args.no_advice,
            progress=progress,
            **keywords_of(args),
        )
    report = held_against(report, policy)
    write(_rendered(report, args), args.output)
    return _exit_code(report, args)


def print_schema(output: str | None) -> None:
    """Write the JSON Schema of the report."""
    schema = json.dumps(Report.model_json_schema(mode="serialization"), indent=2)
    write(f"{schema}\n".encode(), output)


_RENDERERS = {
    "csv": ("wheelcheck.reports.csv_table", "render_csv"),
    "github": ("wheelcheck.reports.github", "render_github"),
    "html": ("wheelcheck.reports.html", "render_html"),
    "junit": ("wheelcheck.reports.junit", "render_junit"),
    "markdown": ("wheelcheck.reports.markdown", "render_markdown"),
    "sarif": ("wheelcheck.reports.sarif", "render_sarif"),
}
"""Format → the module and function that writes it, imported when it is asked for."""


def _rendered(report: Report, args: Namespace) -> bytes:
    if args.format == "json":
        return f"{report.model_dump_json(indent=2)}\n".encode()
    if args.format in _RENDERERS:
        module, function = _RENDERERS[args.format]
        text: str = getattr(import_module(module), function)(report)
        return text.encode("utf-8", "backslashreplace")
    from wheelcheck.reports.text import render_text

    look = look_of(args)
    text = render_text(
        report,
        width=look.width,
        colour=look.colour,
        ascii_only=look.ascii_only,
        builds=args.builds,
    )
    return text.encode(look.encoding, "replace")


def _exit_code(report: Report, args: Namespace) -> int:
    quiet = args.output or args.format != "text"
    if report.violations:
        if quiet:
            broken = counted(len(report.violations), "time")
            sys.stderr.write(f"wheelcheck: the policy is broken {broken}\n")
        return 1
    if report.complete:
        return 0
    if quiet:
        errors = sum(problem.severity == "error" for problem in report.problems)
        sys.stderr.write(f"wheelcheck: the answer is incomplete: {counted(errors, 'problem')}\n")
    return 3
