"""What was judged: the inputs, the index, the targets, and what was read of wheels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.phrases import clean, counted, listing
from wheelcheck.reports.wording.quantities import size
from wheelcheck.reports.wording.report_phrases import (
    index_moment,
    inputs,
    installer_words,
    python_words,
    target_words,
)
from wheelcheck.reports.wording.target_names import Places, platform_label, python_order

__all__ = ["draw_facts"]

_MOST_TARGET_LINES = 8
_MOST_LABEL, _LEAST_WORDS = 40, 22

_Fact = tuple[str, str]
"""A title and its words."""


def draw_facts(page: TextPage, report: Report, places: Places) -> None:
    """Write what the answer rests on."""
    page.heading("What was judged")
    facts = [("read", inputs(report)), ("index", index_moment(report.as_of))]
    along_axes = places.is_grid and len(report.targets) > 1
    facts += _axes(report.targets) if along_axes else _targets(report.targets)
    facts += _notes(report.targets, places)
    facts += _loading(report)
    side = min(max(len(title) for title, _ in facts), _MOST_LABEL, page.width - _LEAST_WORDS)
    for title, words in facts:
        page.labelled(Text(title, "dim"), words, side)


def _axes(targets: Sequence[TargetSummary]) -> Iterator[_Fact]:
    """Pythons, platforms, CPUs and installers of targets that differ by these alone."""
    pythons: dict[str, list[str]] = {}
    for kind, version in dict.fromkeys(map(python_words, sorted(targets, key=python_order))):
        pythons.setdefault(kind, []).append(version)
    yield "Python", "; ".join(f"{kind} {', '.join(v)}" for kind, v in pythons.items())
    title = "libc" if all(target.libc for target in targets) else "platform"
    yield title, ", ".join(dict.fromkeys(map(platform_label, targets)))
    yield "CPU", ", ".join(dict.fromkeys(target.arch for target in targets))
    installers = dict.fromkeys(filter(None, map(installer_words, targets)))
    if installers:
        yield "installer", ", ".join(installers)


def _targets(targets: Sequence[TargetSummary]) -> Iterator[_Fact]:
    """A line for each target."""
    for target in targets[:_MOST_TARGET_LINES]:
        yield clean(target.name), target_words(target)
    left = targets[_MOST_TARGET_LINES:]
    if left:
        yield "and", counted(len(left), "more target")


def _notes(targets: Sequence[TargetSummary], places: Places) -> Iterator[_Fact]:
    """What to know of targets."""
    notes: dict[str, list[str]] = {}
    for target in targets:
        for note in target.notes:
            notes.setdefault(clean(note), []).append(target.name)
    for note, names in notes.items():
        yield "note", f"{places.describe(names)}: {note}"


def _loading(report: Report) -> Iterator[_Fact]:
    """What was read to find out whether wheels load, and what could not be checked."""
    check = report.load_check
    if check is None or check.mode == "off":
        return
    images = {target.name for target in report.targets if target.image}
    unchecked = {each.name: why for each in report.packages if (why := _unchecked(each, images))}
    if check.read_bytes or unchecked:
        words = f"{size(check.read_bytes)} of wheels read ({check.mode})"
        words += f"; not checked: {listing(list(unchecked), 6)}" if unchecked else ""
        reasons = set[str]().union(*unchecked.values())
        words += f" ({clean(reasons.pop())})" if len(reasons) == 1 else ""
        yield "loading", words


def _unchecked(package: Package, images: set[str]) -> set[str]:
    """Why wheels of a package could not be checked on these images."""
    loads = (cell.loads for name, cell in package.on.items() if name in images)
    return {each.reason or "" for each in loads if each and each.status == "not-checked"}
