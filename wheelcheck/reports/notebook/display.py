"""The report as a piece of HTML for a notebook's output: no scripts, nothing fetched.

Colours that must be seen stand on a ground of their own; all else takes the notebook's ink, so
that the piece is readable in dark and in light. Where styles are dropped (on GitHub, say), tables,
signs and words remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.html.markup import EMPTY, Markup, element, joined
from wheelcheck.reports.notebook.palette import COLOURS
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.values.target_values import Refusal, TargetSummary
from wheelcheck.reports.wording.cost_phrases import (
    BUILD_TIME,
    MULTI_STAGE,
    PEAK_MEMORY,
    SINGLE_STAGE,
    WALL_TIME,
    BillNumber,
    spread,
    where_built,
)
from wheelcheck.reports.wording.grid import Block, Shape, ground_on, mark_on, shape
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.marks import LOAD_MARKS, in_order, mark_of
from wheelcheck.reports.wording.phrases import capitalised, counted, listing
from wheelcheck.reports.wording.reasons import (
    not_loading,
    reasons,
    remarks_beside,
    rows_of,
    without_unjudged,
)
from wheelcheck.reports.wording.refusal_phrases import open_errors, refusal_words, refusals
from wheelcheck.reports.wording.report_phrases import (
    folded,
    index_moment,
    inputs,
    label,
    outcome_words,
    reason_words,
    version_words,
)
from wheelcheck.reports.wording.target_names import Places
from wheelcheck.reports.wording.violation_phrases import broken_rules, broken_words

__all__ = ["to_html"]

_MOST_ROWS = 20
_MOST_BILLED = 8
_MOST_ITEMS = 6
_MOST_NAMES = 60
_WIDTH = 120
"""Of the matrix, in columns of a terminal: what decides how many targets share a column."""


def to_html(report: Report) -> str:
    """Headline, matrix, costs, advice and reasons, the less important sections folded.

    Long lists are cut, so that the piece stays below some 50 kB. Whatever comes from an index or
    a file is text in it, never markup.
    """
    judged = without_unjudged(report)
    places = Places(report.targets)
    return element(
        "div",
        Markup(f"<style>{_style()}</style>"),
        element("p", element("b", headline(report)), class_="headline"),
        _warnings(report),
        _matrix(judged),
        _costs(report, places),
        _advice(report, places),
        _reasons(judged, Places(judged.targets)),
        _problems(report, places),
        element("p", f"{inputs(report)} · index {index_moment(report.as_of)}", class_="version"),
        class_="wheelcheck",
    )


def _style() -> str:
    """One nest of rules, for this piece alone, that weigh more than a notebook's own for tables.

    Verdicts that are no trouble take the notebook's ink.
    """
    sheet = resources.files("wheelcheck.reports.notebook").joinpath("display.css")
    rules = [
        f"& .{verdict.value} {{ background: {ground}; color: {ink}; }}"
        for verdict, (ground, ink) in COLOURS.items()
        if not verdict.is_wheel and verdict is not Verdict.NOT_REQUIRED
    ]
    nested = "\n".join([sheet.read_text(encoding="utf-8").rstrip(), *rules])
    return f":is(#wheelcheck, .wheelcheck) {{\n{nested}\n}}"


def _warnings(report: Report) -> Markup:
    """What no reader may miss: an incomplete answer, and a policy that is broken."""
    errors = open_errors(report)
    lines = [f"? This answer is incomplete: {counted(errors, 'problem')}."] if errors else []
    broken = broken_rules(report)
    lines += [f"{capitalised(broken_words(report))}:"] if broken else []
    lines += [f"✗ {rule.message} [{rule.rule}]" for rule in broken[:_MOST_ITEMS]]
    left = len(broken) - _MOST_ITEMS
    lines += [f"and {counted(left, 'more way')}"] if left > 0 else []
    warnings = [element("p", element("b", words), class_="warning") for words in lines]
    return joined(warnings, [_refusal(report, *each) for each in refusals(report)[:_MOST_ITEMS]])


def _refusal(report: Report, refusal: Refusal, names: tuple[str, ...]) -> Markup:
    """What is refused as a whole, with the line to write instead."""
    place = f"{refusal.where}: " if refusal.where else ""
    head = element("b", f"✗ {place}{refusal_words(report, refusal, names)}")
    paste = element("pre", refusal.paste) if refusal.paste else None
    return element("div", head, f" {refusal.mend}", paste, class_="warning")


def _matrix(report: Report) -> Markup:
    """Packages that do not come as wheels everywhere; targets that agree share a column."""
    rows = rows_of(report)
    if not rows:
        return joined(_others(report, rows))
    shown, rest = rows[:_MOST_ROWS], rows[_MOST_ROWS:]
    drawn = shape(report, rows, _WIDTH)
    bands = [element("div", _table(drawn, band, shown), class_="scroll") for band in drawn.bands]
    key = [element("li", element("b", number), f" {words}") for number, words in drawn.key]
    return joined(
        bands,
        element("ul", key, class_="key") if key else None,
        _names(f"and {counted(len(rest), 'more package')}", [package.name for package in rest]),
        _others(report, rows),
        _legend(rows),
    )


def _table(drawn: Shape, band: Sequence[Block], rows: Sequence[Package]) -> Markup:
    body = []
    for row in rows:
        version = element("span", version_words(row), class_="version")
        cells = [
            _cell(row, column.targets[0], words=drawn.words, edge=i == 0)
            for block in band
            for i, column in enumerate(block.columns)
        ]
        head = element("th", row.name, " ", version, scope="row")
        body.append(element("tr", head, cells))
    head = element("thead", _head(drawn, band))
    return element("table", head, element("tbody", body), class_=None if drawn.words else "signs")


def _head(drawn: Shape, band: Sequence[Block]) -> Markup:
    titles = [
        [
            element("th", block.titles[i], colspan=len(block.columns), class_="edge")
            for block in band
        ]
        for i in range(len(band[0].titles))
    ]
    columns = [
        element("th", "".join(column.heading), scope="col", class_=None if i else "edge")
        for block in band
        for i, column in enumerate(block.columns)
    ]
    corner = element("th", drawn.corner, scope="col")
    above = (element("tr", element("td"), line) for line in titles)
    return joined(above, element("tr", corner, columns))


def _cell(row: Package, target: str, *, words: bool, edge: bool) -> Markup:
    mark = mark_on(row, target)
    ground = ground_on(row, target).value
    kind = f"{ground} edge" if edge and not words else ground
    text = f"{mark.sign} {mark.word}" if words else mark.sign
    return element("td", text, class_=kind, aria_label=None if words else mark.word)


def _others(report: Report, rows: Sequence[Package]) -> Markup | None:
    names, where = folded(report, rows)
    verb = "comes as a wheel" if len(names) == 1 else "come as wheels"
    start = "+ " if rows else ""
    return _names(f"{start}{counted(len(names), 'package')} {verb} {where}".rstrip(), names)


def _names(title: str, names: Sequence[str]) -> Markup | None:
    if not names:
        return None
    return _fold(title, element("p", listing(names, _MOST_NAMES)))


def _fold(title: str, *body: object) -> Markup:
    return element("details", element("summary", title), *body)


def _legend(rows: Sequence[Package]) -> Markup:
    used = {mark_on(row, name): ground_on(row, name) for row in rows for name in row.on}
    marks = {mark: used[mark] for mark in in_order(used)}
    items = [
        element("span", element("span", mark.sign, class_=f"sign {verdict.value}"), mark.meaning)
        for mark, verdict in marks.items()
    ]
    return element("div", ((item, " ") for item in items), class_="legend")


_COLUMNS: Mapping[str, BillNumber] = {
    "Time to build": where_built(BUILD_TIME),
    "In all": WALL_TIME,
    "Peak memory": where_built(PEAK_MEMORY),
    "Image, one stage": SINGLE_STAGE,
    "Image, several": MULTI_STAGE,
}


def _costs(report: Report, places: Places) -> Markup:
    """A line for targets that build the same; columns of which nothing is known are left out."""
    lines = _cost_lines(report, places)
    columns = {
        title: number
        for title, number in _COLUMNS.items()
        if any(number.of(bill) for line in lines for bill in line.bills)
    }
    if not columns:
        return EMPTY
    cores = counted(lines[0].bills[0].cores, "core")
    titles = [f"On {cores}", "Source builds", *columns]
    head = element("thead", element("tr", [element("th", title, scope="col") for title in titles]))
    body = [
        element(
            "tr",
            element("th", line.place, scope="row"),
            element("td", "–".join(map(str, dict.fromkeys(line.builds)))),
            [_amount(line.bills, number) for number in columns.values()],
        )
        for line in lines[:_MOST_BILLED]
    ]
    left = len(lines) - _MOST_BILLED
    more = element("p", f"and {counted(left, 'more line')}") if left > 0 else None
    table = element("table", head, element("tbody", body), class_="costs")
    return joined(element("div", table, class_="scroll"), more)


def _cost_lines(report: Report, places: Places) -> list[_CostLine]:
    """A line for each target, or where they are many for those that build the same."""
    groups: dict[tuple[str, ...], list[TargetSummary]] = {}
    billed = [target for target in report.targets if target.bill]
    for target in billed:
        plan = report.plan(target.name)
        built = sorted({build.name for build in plan.builds}) if plan else []
        number = str(target.bill.builds if target.bill else 0)
        key = (target.name,) if len(billed) <= _MOST_BILLED else (number, *built)
        groups.setdefault(key, []).append(target)
    lines = [_CostLine(places, members) for members in groups.values()]
    return sorted(lines, key=lambda line: -line.builds[-1])


class _CostLine:
    """The bills of targets that share a line; `builds` are the fewest and the most of them."""

    def __init__(self, places: Places, targets: Sequence[TargetSummary]) -> None:
        self.place = places.describe([target.name for target in targets])
        self.bills = [target.bill for target in targets if target.bill]
        numbers = [bill.builds for bill in self.bills]
        self.builds = (min(numbers), max(numbers))


def _amount(bills: Sequence[Bill], number: BillNumber) -> Markup:
    known = [estimate for estimate in map(number.of, bills) if estimate]
    if not known:
        return element("td", "–")
    before, behind = number.least(bills)
    value, bracket, between = spread(known, number.words).partition(" (")
    more = f"{bracket}{between}{behind}"
    return element("td", before, value, element("span", more, class_="version") if more else None)


def _advice(report: Report, places: Places) -> Markup | None:
    items = [
        element(
            "li",
            element("b", advice.title),
            f" for {places.describe(advice.targets)}: {advice.evidence}",
            element("pre", "\n".join(advice.change)) if advice.change else None,
            element("span", f"Mind: {advice.caveat}", class_="version") if advice.caveat else None,
        )
        for advice in report.advice[:_MOST_ITEMS]
    ]
    if not items:
        return None
    left = len(report.advice) - len(items)
    more = element("p", f"and {counted(left, 'more way')}") if left > 0 else None
    first = element("summary", element("b", "What to do instead: "), report.advice[0].title)
    return element("details", first, element("ol", items), more)


def _reasons(report: Report, places: Places) -> Markup | None:
    found = reasons(report)
    items = [
        element(
            "li",
            f"{mark_of(reason.cell).sign} ",
            element(
                "b", listing([label(report, name, reason.targets) for name in reason.packages])
            ),
            f" {outcome_words(reason)} on {places.describe(reason.targets)}: ",
            reason_words(places, reason),
        )
        for reason in found[:_MOST_ROWS]
    ]
    items += [
        element(
            "li",
            f"{LOAD_MARKS[each.status].sign} ",
            element("b", label(report, each.package, each.targets)),
            f" {LOAD_MARKS[each.status].meaning} on {places.describe(each.targets)}: {each.reason}",
        )
        for each in not_loading(report)[:_MOST_ROWS]
    ]
    if not items:
        return None
    left = len(found) - _MOST_ROWS
    more = element("p", f"and {counted(left, 'more reason')}") if left > 0 else None
    return _fold("Why", element("ul", items), more)


def _problems(report: Report, places: Places) -> Markup | None:
    ordered = remarks_beside(report)
    items = [
        element(
            "li",
            element("b", f"{problem.where or problem.package}: ")
            if problem.where or problem.package
            else None,
            problem.message,
            f" (on {places.describe(problem.targets)})" if problem.targets else None,
        )
        for problem in ordered[:_MOST_ROWS]
    ]
    if not items:
        return None
    left = len(ordered) - len(items)
    more = element("p", f"and {left} more") if left > 0 else None
    return _fold("Remarks" if report.complete else "Problems", element("ul", items), more)
