"""The diagnosis of a log, for people: what failed, which line says why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.text.advice_text import draw_advice
from wheelcheck.reports.text.builds_text import draw_recipes
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.log_values import DiagnosedFailure, LogDiagnosis, LogPlace
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.marks import MARKS, to_ascii
from wheelcheck.reports.wording.phrases import clean, listing
from wheelcheck.reports.wording.target_names import Places

__all__ = ["render_diagnosis"]

_MIN_WIDTH, _MAX_WIDTH = 60, 200
_LONGEST_QUOTE = 300


_NOT_LOADED = "library-not-loaded"
"""The cause that has to do with running what is installed, rather than with installing it."""


def render_diagnosis(
    diagnosis: LogDiagnosis, *, width: int = 100, colour: bool = False, ascii_only: bool = False
) -> str:
    """Write the diagnosis as lines of at most `width` columns, held between 60 and 200.

    Commands to paste are never wrapped.
    """
    page = TextPage(max(_MIN_WIDTH, min(width, _MAX_WIDTH)), colour=colour)
    for number, failure in enumerate(diagnosis.failures):
        if number:
            page.line()
        _draw_failure(page, failure)
    if diagnosis.report is not None:
        lacking = any(each.install for each in diagnosis.failures)
        _draw_report(page, diagnosis.report, recipes=lacking)
    if diagnosis.problems:
        page.heading("Problems" if not diagnosis.complete else "Remarks")
        for problem in diagnosis.problems:
            sign = "?" if problem.severity == "error" else "!"
            page.prose(f"{sign} {clean(problem.message)} [{clean(problem.code)}]", hang=2)
    page.heading("What the log says")
    page.line(Text.assemble(("log    ", "dim"), clean(diagnosis.log)))
    page.line(Text.assemble(("where  ", "dim"), clean(_place(diagnosis.place))))
    if diagnosis.targets:
        names = listing(list(map(clean, diagnosis.targets)), 3)
        page.line(Text.assemble(("judged ", "dim"), f"on {names}"))
    text = page.text()
    return to_ascii(text) if ascii_only else text


def _draw_failure(page: TextPage, failure: DiagnosedFailure) -> None:
    names = listing([clean(name.replace("==", " ")) for name in failure.packages], 6)
    alone = "Loading failed" if failure.cause == _NOT_LOADED else "The installation failed"
    who = f"{names} failed" if names else alone
    needed = (
        f", which {clean(failure.required_by)} needs to be built" if failure.required_by else ""
    )
    head = Text.assemble(("✗ ", "bold red"), (f"{who}{needed}", "bold"))
    head.append(
        f": {clean(failure.means)}" if failure.means else ", and no line that is known says why"
    )
    head.append(f" [{clean(failure.cause)}]", style="dim")
    page.prose(head, hang=2)
    if failure.line is not None:
        quoted = clean(failure.quoted)[:_LONGEST_QUOTE]
        page.prose(Text(f"line {failure.line}: {quoted}", "dim"), indent=2, hang=2)
    if failure.install:
        line = Text.assemble("    ", (clean(failure.install), "cyan"))
        page.line(line + Text(f"  # {clean(failure.install_for)}", "dim"))
    if failure.mend:
        page.prose(_sentence(failure.mend), indent=2)


def _draw_report(page: TextPage, report: Report, *, recipes: bool) -> None:
    """Why the packages did not come as wheels, and what would."""
    places = Places(report.targets)
    verdicts = _verdicts(report)
    if verdicts or report.problems:
        page.heading("What the index has")
    for (name, verdict, version, reason), targets in verdicts.items():
        mark = MARKS[verdict]
        head = Text.assemble((mark.sign, mark.style), " ")
        head.append(clean(f"{name} {version or ''}".strip()), style="bold")
        where = f" on {places.describe(targets)}" if len(report.targets) > 1 else ""
        page.prose(head + Text(f"{where}: {clean(reason)}"), hang=2)
    for problem in report.problems:
        page.prose(f"? {clean(problem.message)} [{clean(problem.code)}]", hang=2)
    draw_advice(page, report, places)
    if recipes and any(plan.commands for plan in report.builds):
        draw_recipes(page, report, places)


def _verdicts(report: Report) -> Mapping[tuple[str, Verdict, str | None, str], list[str]]:
    """Package, verdict, version and reason, each with its targets."""
    found: dict[tuple[str, Verdict, str | None, str], list[str]] = {}
    for package in report.packages:
        for target, cell in package.on.items():
            if cell.verdict is not Verdict.NOT_REQUIRED:
                key = (package.name, cell.verdict, cell.version, cell.reason)
                found.setdefault(key, []).append(target)
    return found


def _place(place: LogPlace) -> str:
    python = f"Python {place.python}" if place.python else "a Python that it does not name"
    parts = [python, place.libc, place.arch, place.image, place.installer]
    parts += [place.system] if place.system not in {"", "linux"} else []
    return ", ".join(filter(None, parts))


def _sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    shown = clean(text)
    return f"{shown[:1].upper()}{shown[1:]}" + ("" if shown.endswith(".") else ".")
