"""A report in the format of ``--format``, and the exit code that goes with it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import wheelcheck
from wheelcheck.cli.cached_report import incomplete_words
from wheelcheck.cli.terminal import drawn
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.gate.failing_verdicts import failures
from wheelcheck.gate.policy import Policy
from wheelcheck.regular_files import read_regular
from wheelcheck.reports.json_form import render_json
from wheelcheck.reports.values.model import ValidationError
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.violation_phrases import broken_words

__all__ = ["outcome", "read_report", "rendered"]

_RENDERERS = {
    "brief": ("wheelcheck.reports.brief", "render_brief"),
    "csv": ("wheelcheck.reports.csv_table", "render_csv"),
    "github": ("wheelcheck.reports.github", "render_github"),
    "html": ("wheelcheck.reports.html", "render_html"),
    "junit": ("wheelcheck.reports.junit", "render_junit"),
    "markdown": ("wheelcheck.reports.markdown", "render_markdown"),
    "sarif": ("wheelcheck.reports.sarif", "render_sarif"),
}
"""Format → the module and function that writes it, imported on first use."""


_MOST_FAILURES = 4
_MOST_PROBLEMS = 20


def rendered(report: Report, args: Namespace) -> bytes:
    """The report as ``--format`` says, as bytes to write."""
    if args.format == "json":
        return render_json(report)
    if args.format in _RENDERERS:
        module, function = _RENDERERS[args.format]
        render = getattr(import_module(module), function)
        text: str = render(report, **_renderer_options(args))
        return text.encode("utf-8", "backslashreplace")
    from wheelcheck.reports.text.report_text import render_text

    return drawn(render_text, report, args=args, builds=args.builds, versions=args.versions)


def _renderer_options(args: Namespace) -> dict[str, object]:
    """What a format must know besides the report."""
    if args.format == "sarif":
        return {"version": wheelcheck.__version__}
    if args.format == "junit" and getattr(args, "fail_on", None):
        return {"failing": frozenset[Verdict]()}  # the violations fail, and they alone
    return {}


def outcome(report: Report, args: Namespace, policy: Policy | None = None) -> tuple[int, str]:
    """The exit code, and the text for standard error.

    1 where the installation or the policy fails, else 3 where the answer is incomplete, else 0. The
    text says why where the answer itself is not for people, or not shown. `policy` may let failures
    pass.
    """
    quiet = args.output or args.format not in {"text", "brief"}
    text = _problem_words(report) if args.format == "csv" else ""
    failing = failures(report, policy or Policy(), datetime.now(UTC).date())
    if report.violations or failing:
        return 1, text + (_failing_words(report, failing) if quiet else "")
    if report.complete:
        return 0, text
    errors = sum(problem.severity == "error" for problem in report.problems)
    return 3, text + (incomplete_words(errors) if quiet else "")


def _failing_words(report: Report, failing: Sequence[str]) -> str:
    """Why the installation and the policy fail."""
    sentences = list(failing[:_MOST_FAILURES])
    if len(failing) > _MOST_FAILURES:
        sentences.append(f"and {counted(len(failing) - _MOST_FAILURES, 'more failure')}")
    if report.violations:
        sentences.append(broken_words(report))
    return "".join(f"wheelcheck: {sentence}\n" for sentence in sentences)


def _problem_words(report: Report) -> str:
    """The problems, for formats that have no place for them."""
    text = ""
    for problem in report.problems[:_MOST_PROBLEMS]:
        subject = problem.where or problem.package
        words = f"{subject}: {problem.message}" if subject else problem.message
        text += f"wheelcheck: {clean(words)}\n"
    left = len(report.problems) - _MOST_PROBLEMS
    if left > 0:
        text += f"wheelcheck: and {counted(left, 'more problem')}: see --format json\n"
    return text


def read_report(path: Path) -> Report:
    """A report that was written with ``--format json``; raises `UsageError` for anything else."""
    try:
        return Report.model_validate_json(read_regular(path, 256_000_000))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = f"{where}: {first['msg']}" if where else first["msg"]
        raise UsageError(f"{path} is no report of wheelcheck's: {message}") from None
