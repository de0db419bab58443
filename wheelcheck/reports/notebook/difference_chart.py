"""The chart of a difference: between two targets, or between two reports."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.reports.notebook.palette import COLOURS, SOFT
from wheelcheck.reports.notebook.sheet import Sheet
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.grid import verdict_on
from wheelcheck.reports.wording.marks import MARKS, WORST_FIRST
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.reports.wording.report_phrases import index_moment
from wheelcheck.reports.wording.target_names import Places

__all__ = ["compare_chart"]

_ROW, _BOX = 0.3, 0.25
_MOST_ROWS = 40

_Side = tuple[Verdict, str]
"""What happens to a package, and in which version ("" where none)."""


def compare_chart(
    report: Report, first: str | Report | None = None, second: str | None = None
) -> Figure:
    """Packages on which two targets differ, or what each target changed since an older report."""
    if isinstance(first, Report):
        return _reports(first, report)
    names = [target.name for target in report.targets]
    if first is None and second is None and len(names) == 2:  # noqa: PLR2004 (a pair)
        first, second = names
    for name in (first, second):
        if name not in names:
            raise UsageError(
                f"compare() needs two targets of the report, or an older report; {name!r} is "
                f"neither; the targets are {', '.join(names)}"
            )
    return _targets(report, str(first), str(second))


def _targets(report: Report, first: str, second: str) -> Figure:
    sides = {
        package.name: (_side(package, first), _side(package, second)) for package in report.packages
    }
    differing = {name: pair for name, pair in sides.items() if pair[0] != pair[1]}
    alike = len(sides) - len(differing)
    sheet = Sheet("What differs between two targets")
    _draw(sheet, (first, second), differing)
    sheet.note(f"{counted(alike, 'package')} alike")
    return sheet.finished()


def _reports(old: Report, new: Report) -> Figure:
    known = {target.name for target in old.targets}
    common = [target.name for target in new.targets if target.name in known]
    if not common:
        raise UsageError("the two reports have no target in common")
    sheet = Sheet("What changed between two reports")
    heads = (f"before: {_moment(old)}", f"after: {_moment(new)}")
    for sides, targets in _changes(old, new, common):
        changed = {name: pair for name, pair in sides.items() if _turned(*pair)}
        rest = counted(len(sides) - len(changed), "other package")
        sheet.words(sheet.left, sheet.y, Places(new.targets).describe(targets), bold=True, size=10)
        sheet.y += 0.32
        _draw(sheet, heads, changed)
        sheet.note(f"{rest}, among which nothing gained or lost its wheels")
        sheet.y += 0.12
    return sheet.finished()


def _moment(report: Report) -> str:
    return index_moment(report.as_of).removeprefix("as of ")


def _turned(before: _Side, after: _Side) -> bool:
    """Whether trouble came or went; another version with the same outcome is none."""
    fine = {Verdict.WHEEL, Verdict.NOT_REQUIRED}
    return before[0] is not after[0] and not {before[0], after[0]} <= fine


def _changes(
    old: Report, new: Report, targets: Sequence[str]
) -> list[tuple[dict[str, tuple[_Side, _Side]], list[str]]]:
    """Targets on which the same changed, together."""
    was, now = ({package.name: package for package in report.packages} for report in (old, new))
    groups: dict[tuple[tuple[str, _Side, _Side], ...], list[str]] = {}
    for target in targets:
        sides = tuple(
            (name, _side(was.get(name), target), _side(now.get(name), target))
            for name in sorted(was | now)
        )
        groups.setdefault(sides, []).append(target)
    return [
        ({name: (before, after) for name, before, after in sides}, members)
        for sides, members in groups.items()
    ]


def _side(package: Package | None, target: str) -> _Side:
    if package is None:
        return Verdict.NOT_REQUIRED, ""
    verdict = verdict_on(package, target)
    if verdict is Verdict.NOT_REQUIRED:
        return verdict, ""
    version = package.on[target].version or ""
    return Verdict.WHEEL if verdict.is_wheel else verdict, version


def _draw(sheet: Sheet, heads: tuple[str, str], sides: dict[str, tuple[_Side, _Side]]) -> None:
    """A row for each package, worst first: name, before, after."""
    rows = sorted(sides, key=lambda name: (*map(_rank, sides[name][::-1]), name))
    shown, left = rows[:_MOST_ROWS], rows[_MOST_ROWS:]
    if not shown:
        return
    names = max(sheet.measure(name, bold=True) for name in shown)
    texts = (_side_words(side) for name in shown for side in sides[name])
    wide = max(*(sheet.measure(head, size=8.5) for head in heads), *map(sheet.measure, texts))
    columns = [sheet.left + names + 0.3]
    columns.append(columns[0] + wide + 0.36)
    for x, head in zip(columns, heads, strict=True):
        sheet.words(x + 0.12, sheet.y, head, colour=SOFT, size=8.5)
    sheet.y += 0.28
    for name in shown:
        sheet.words(sheet.left, sheet.y, name, bold=True)
        for x, side in zip(columns, sides[name], strict=True):
            ground, ink = COLOURS[side[0]]
            sheet.box(x, sheet.y, wide + 0.3, _BOX, ground)
            sheet.words(x + 0.12, sheet.y, _side_words(side), colour=ink)
        sheet.y += _ROW
    sheet.y += 0.05
    if left:
        sheet.note(f"and {counted(len(left), 'more package')}")


def _rank(side: _Side) -> int:
    return WORST_FIRST.index(side[0])


def _side_words(side: _Side) -> str:
    mark = MARKS[side[0]]
    return f"{mark.sign} {mark.word}  {side[1]}".rstrip()
