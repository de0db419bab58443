"""The report for people: one screen of text, for terminals of 60 columns and more.

From top to bottom: the answer in a sentence, the matrix of what why, versions that differ
between targets, what could not be judged, and the facts the answer rests on.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from wheelcheck.reports.text.advice_text import draw_advice
from wheelcheck.reports.text.bill_text import draw_bill
from wheelcheck.reports.text.builds_text import draw_plans, draw_recipes
from wheelcheck.reports.text.dockerfile_text import draw_correction, draw_findings
from wheelcheck.reports.text.facts_text import draw_facts
from wheelcheck.reports.text.matrix_text import draw_matrix
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.text.violations_text import draw_incomplete, draw_violations
from wheelcheck.reports.values.report import Package, Problem, Report
from wheelcheck.reports.wording.dockerfile_phrases import fate
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.lost_phrases import LOST_TITLE, lost_words
from wheelcheck.reports.wording.marks import LOAD_MARKS, in_order, mark_of, to_ascii
from wheelcheck.reports.wording.phrases import clean, counted, listing
from wheelcheck.reports.wording.reasons import (
    Reason,
    Skew,
    not_loading,
    reasons,
    remarks_beside,
    rows_of,
    skews,
    unloadable,
    without_unjudged,
)
from wheelcheck.reports.wording.refusal_phrases import open_errors, refusal_words, refusals
from wheelcheck.reports.wording.report_phrases import (
    askers,
    folded,
    label,
    reason_words,
)
from wheelcheck.reports.wording.target_names import Places

__all__ = ["draw_refusals", "render_text"]

_MIN_WIDTH, _MAX_WIDTH = 60, 200
_MOST_REASONS = 12
_MOST_SKEWS = 8


def render_text(
    report: Report,
    *,
    width: int = 100,
    colour: bool = False,
    ascii_only: bool = False,
    builds: bool = False,
    versions: bool = False,
) -> str:
    """The whole report as lines of at most `width` columns (held between 60 and 200).

    `builds` adds the build plans in full, `versions` the version of every package. Commands to
    paste are never wrapped. `colour` adds ANSI escape sequences of the 16 standard colours;
    `ascii_only` draws with ASCII signs. What comes from files and indexes is cleaned of control
    characters.
    """
    page = TextPage(max(_MIN_WIDTH, min(width, _MAX_WIDTH)), colour=colour)
    places = Places(report.targets)
    _answer(page, report)
    judged = without_unjudged(report)
    rows = rows_of(judged)
    if rows:
        page.line()
        draw_matrix(page, judged, rows)
    alive = [target.name for target in judged.targets]
    _folded(page, judged, rows, "" if judged is report else places.describe(alive))
    _older_releases(page, judged, places)
    _lost_wheels(page, judged, places)
    if versions:
        _versions(page, judged)
    _legend(page, rows)
    draw_bill(page, report, places)
    draw_violations(page, report)
    draw_refusals(page, report)
    if report.dockerfile:
        draw_findings(page, report.dockerfile)
    _why(page, judged, places)
    draw_advice(page, report, places)
    if builds:
        draw_plans(page, report, places)
    else:
        draw_recipes(page, report, places)
    if report.dockerfile:
        draw_correction(page, report.dockerfile)
    _skews(page, judged, places)
    _problems(page, report, places)
    draw_facts(page, report, places)
    text = page.text()
    return to_ascii(text) if ascii_only else text


def _answer(page: TextPage, report: Report) -> None:
    page.prose(Text(headline(report), style="bold"))
    broken = fate(report.dockerfile) if report.dockerfile else ""
    if broken:
        page.prose(Text(broken, style="bold red"))
    draw_incomplete(page, open_errors(report))


def draw_refusals(page: TextPage, report: Report) -> None:
    """What is refused as a whole, where, and what to write instead."""
    found = refusals(report)
    if not found:
        return
    page.heading("Refused")
    for refusal, names in found:
        text = Text.assemble(("✗ ", "bold red"))
        if refusal.where:
            text.append(f"{clean(refusal.where)}: ", style="bold")
        text.append(refusal_words(report, refusal, names))
        text.append(f" [{clean(refusal.code)}]", style="dim")
        page.prose(text, hang=2)
        if refusal.mend:
            page.prose(clean(refusal.mend), indent=2)
        if refusal.paste:
            page.line(f"    {clean(refusal.paste)}")


def _folded(page: TextPage, report: Report, rows: Sequence[Package], place: str) -> None:
    """One line for all packages without a row."""
    names, extent = folded(report, rows)
    if not names:
        return
    if not rows:
        page.line()
    start = "+ " if rows else ""
    verb = "comes as a wheel" if len(names) == 1 else "come as wheels"
    where = f" on {place}" if place else f" {extent}".rstrip()
    text = Text(f"{start}{counted(len(names), 'package')} {verb}{where}", style="green")
    text.append(f": {listing(names, 8)}", style="dim")
    page.prose(text, hang=2)


def _older_releases(page: TextPage, report: Report, places: Places) -> None:
    """Packages of which an older release is taken because of the target, and why."""
    found: dict[tuple[str, str], list[str]] = {}
    for package in report.packages:
        for target, cell in package.on.items():
            if cell.newer:
                pair = (f"{clean(package.name)} {clean(cell.version or '')}", clean(cell.newer))
                found.setdefault(pair, []).append(target)
    if not found:
        return
    page.heading("Older releases, because of the target")
    for (taken, newer), targets in list(found.items())[:_MOST_SKEWS]:
        where = f" (on {places.describe(targets)})" if len(report.targets) > 1 else ""
        page.prose(Text.assemble((taken, "bold"), f": {newer}{where}"), hang=2)
    left = list(found)[_MOST_SKEWS:]
    if left:
        names = listing([taken for taken, _ in left])
        page.prose(Text(f"and {counted(len(left), 'more release')}: {names}", "dim"), hang=2)


def _lost_wheels(page: TextPage, report: Report, places: Places) -> None:
    """Releases that lost wheels, are half uploaded, or wait for a cooldown to end."""
    found = lost_words(report, places)
    if not found:
        return
    page.heading(LOST_TITLE)
    for package, words in found[:_MOST_SKEWS]:
        page.prose(Text.assemble((clean(package), "bold"), f": {clean(words)}"), hang=2)
    left = found[_MOST_SKEWS:]
    if left:
        names = listing(list(dict.fromkeys(clean(each.package) for each in left)))
        page.prose(Text(f"and {counted(len(left), 'more release')}: {names}", "dim"), hang=2)


def _versions(page: TextPage, report: Report) -> None:
    """Every package with its versions, those without a row in the matrix among them."""
    page.heading("Versions")
    known = [package for package in report.packages if package.versions]
    page.prose(", ".join(clean(f"{each.name} {' / '.join(each.versions)}") for each in known))


def _legend(page: TextPage, rows: Sequence[Package]) -> None:
    """Explain the signs that occur, and no others."""
    marks = in_order(mark_of(cell) for row in rows for cell in row.on.values())
    if not marks:
        return
    page.line()
    page.items(
        [Text.assemble((mark.sign, mark.style), (f" {mark.meaning}", "dim")) for mark in marks]
    )


def _why(page: TextPage, report: Report, places: Places) -> None:
    found = reasons(report)
    remarked = any(cell.remarks for package in report.packages for cell in package.on.values())
    if not found and not unloadable(report) and not remarked:
        return
    page.heading("Why")
    for reason in found[:_MOST_REASONS]:
        _reason(page, report, places, reason)
    left = found[_MOST_REASONS:]
    if left:
        names = dict.fromkeys(clean(name) for reason in left for name in reason.packages)
        page.prose(
            Text(f"and {counted(len(left), 'more reason')} for {listing(list(names))}", "dim"),
            hang=2,
        )
    _not_loading(page, report, places)
    _remarks(page, report, places)


def _not_loading(page: TextPage, report: Report, places: Places) -> None:
    """Wheels that do not load, each with what it lacks."""
    for found in not_loading(report):
        mark = LOAD_MARKS[found.status]
        name = label(report, found.package, found.targets)
        head = Text.assemble((mark.sign, mark.style), " ", (name, "bold"))
        head.append(f" on {places.describe(found.targets)}")
        page.prose(head, hang=2)
        page.prose(clean(found.reason), indent=2)


def _remarks(page: TextPage, report: Report, places: Places) -> None:
    """What to know of chosen files beside their verdict."""
    for package in report.packages:
        groups: dict[str, list[str]] = {}
        for target, cell in package.on.items():
            for remark in cell.remarks:
                groups.setdefault(remark, []).append(target)
        for remark, targets in groups.items():
            name = label(report, package.name, tuple(targets))
            page.prose(
                Text.assemble((name, "bold"), f" on {places.describe(targets)}: {clean(remark)}"),
                hang=2,
            )


def _reason(page: TextPage, report: Report, places: Places, reason: Reason) -> None:
    mark = mark_of(reason.cell)
    labels = [label(report, name, reason.targets) for name in reason.packages]
    head = Text.assemble((mark.sign, mark.style), " ", (listing(labels, 8), "bold"))
    head.append(f" on {places.describe(reason.targets)}")
    if len(reason.packages) == 1 and reason.cell.requested_by:
        head.append(f", {_requested_from(report, reason)}", style="dim")
    page.prose(head, hang=2)
    page.prose(reason_words(Places(report.targets), reason), indent=2)


def _requested_from(report: Report, reason: Reason) -> str:
    """Who asks: lines of the user's own files, and packages (``uvicorn[standard] 0.54.0``)."""
    lines, packages = askers(
        {package.name for package in report.packages}, reason.cell.requested_by
    )
    by = "with" if lines == ["--package"] else "in"
    parts = [f"requested {by} {listing(lines, 3)}"] if lines else []
    return ", ".join([*parts, f"needed by {listing(packages, 3)}"] if packages else parts)


def _skews(page: TextPage, report: Report, places: Places) -> None:
    found = skews(report)
    if not found:
        return
    page.heading("Versions that differ between targets")
    for skew in found[:_MOST_SKEWS]:
        page.prose(_skew_line(skew, places), hang=2)
    left = [name for skew in found[_MOST_SKEWS:] for name in skew.packages]
    if left:
        more = f"and {counted(len(left), 'more package')}: {listing(list(map(clean, left)))}"
        page.prose(Text(more, "dim"), hang=2)


def _skew_line(skew: Skew, places: Places) -> Text:
    """``numpy 2.6.0 on Python 3.12–3.15, 2.4.2 on Python 3.11``.

    Several packages: ``numpy 2.6.0 / 2.4.2, scipy 1.18.1 / 1.17.1 (Python 3.12–3.15 / 3.11)``.
    """
    where = [places.describe(targets) for targets, _ in skew.parts]
    columns = zip(*(versions for _, versions in skew.parts), strict=True)
    versions_of = dict(zip(skew.packages, columns, strict=True))
    if len(versions_of) == 1:
        ((name, versions),) = versions_of.items()
        pairs = zip(versions, where, strict=True)
        text = ", ".join(f"{clean(version)} on {place}" for version, place in pairs)
        return Text.assemble((clean(name), "bold"), f" {text}")
    text = listing([clean(f"{name} {' / '.join(v)}") for name, v in versions_of.items()], 6)
    return Text.assemble(text, (f" ({' / '.join(where)})", "dim"))


def _problems(page: TextPage, report: Report, places: Places) -> None:
    problems = remarks_beside(report)
    if not problems:
        return
    page.heading("Problems" if not report.complete else "Remarks")
    for problem in problems:
        page.prose(_problem_line(problem, places), hang=2)


def _problem_line(problem: Problem, places: Places) -> Text:
    error = problem.severity == "error"
    text = Text.assemble(("? " if error else "! ", "bold magenta" if error else "yellow"))
    if problem.is_absence and error:
        text = Text.assemble(("✗ ", "bold red"))
    if problem.where:
        text.append(f"{clean(problem.where)}: ", style="bold")
    elif problem.package:
        text.append(f"{clean(problem.package)}: ", style="bold")
    text.append(clean(problem.message))
    if problem.targets:
        text.append(f" (on {places.describe(problem.targets)})")
    text.append(f" [{clean(problem.code)}]", style="dim")
    return text
