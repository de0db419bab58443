"""The difference between two reports, for people."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.gate.difference import Change, Difference
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Loading
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.marks import LOAD_MARKS, MARKS, Mark, to_ascii
from wheelcheck.reports.wording.phrases import clean, counted, listing
from wheelcheck.reports.wording.quantities import duration, size
from wheelcheck.reports.wording.target_names import Places

__all__ = ["render_difference"]

_MIN_WIDTH, _MAX_WIDTH = 60, 200
_TITLES = {
    "worse": "Worse than before",
    "better": "Better than before",
    "version": "Other changes, as good as before",
}
_WORTH_SECONDS, _WORTH_BYTES = 1, 1e6


def render_difference(
    found: Difference,
    targets: tuple[TargetSummary, ...],
    *,
    width: int = 100,
    colour: bool = False,
    ascii_only: bool = False,
) -> str:
    """The difference as lines of at most `width` columns, held between 60 and 200.

    `targets` are those of the newer report, by which places are described.
    """
    page = TextPage(max(_MIN_WIDTH, min(width, _MAX_WIDTH)), colour=colour)
    places = Places(targets)
    page.prose(Text(_headline(found), "bold"))
    for kind, title in _TITLES.items():
        changes = [change for change in found.changes if change.kind == kind]
        if changes:
            page.heading(title)
        for change in changes:
            page.prose(_line(change, places), hang=2)
    _costs(page, found, places)
    for side, names in (
        ("before", found.targets_only_before),
        ("after", found.targets_only_after),
    ):
        if names:
            message = f"Only {side}, so not compared: {listing(list(map(clean, names)))}"
            page.prose(Text(message, "dim"))
    text = page.text()
    return to_ascii(text) if ascii_only else text


def _headline(found: Difference) -> str:
    worse = len({change.package for change in found.regressions})
    better = len({change.package for change in found.changes if change.kind == "better"})
    if not found.changes:
        return "Nothing changed."
    parts = [f"{counted(worse, 'package')} worse" if worse else "nothing is worse"]
    allowed = len({change.package for change in found.changes if change.allowed is not None})
    parts += [f"{counted(allowed, 'package')} worse that the policy allows"] if allowed else []
    parts += [f"{counted(better, 'package')} better"] if better else []
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _line(change: Change, places: Places) -> Text:
    mark = _mark(change.after, change.failure_after, change.loading_after)
    text = Text.assemble((mark.sign, mark.style), " ", (clean(change.package), "bold"))
    versions = list(dict.fromkeys(v for v in (change.version_before, change.version_after) if v))
    text.append(f" {' → '.join(map(clean, versions))}" if versions else "")
    text.append(f" on {places.describe(change.targets)}: ")
    words = (
        _words(change.before, change.failure_before, change.loading_before),
        _words(change.after, change.failure_after, change.loading_after),
    )
    text.append(" → ".join(dict.fromkeys(words)))
    loading = change.loading_after.reason if change.loading_after else None
    why = change.failure_after or loading or change.lost
    text.append(f": {clean(why)}" if why else "", style="dim")
    if change.allowed is not None:
        text.append(f" (allowed: {clean(change.allowed)})", "dim")
    elif change.allowed_until is not None:
        text.append(f" (it was allowed until {change.allowed_until})")
    return text


def _mark(verdict: Verdict | None, failure: str | None, loading: Loading | None) -> Mark:
    if failure is not None:
        return MARKS[Verdict.UNAVAILABLE]
    if loading is not None:
        return LOAD_MARKS[loading.status]
    return MARKS[verdict or Verdict.NOT_REQUIRED]


def _words(verdict: Verdict | None, failure: str | None, loading: Loading | None) -> str:
    return "its build fails" if failure is not None else _mark(verdict, None, loading).meaning


def _costs(page: TextPage, found: Difference, places: Places) -> None:
    """What the change costs or saves, where it is worth a word; once for like targets."""
    names_by_text: dict[str, list[str]] = {}
    for name in {**found.seconds, **found.image_bytes}:
        words = [
            *_grown(found.seconds.get(name), _WORTH_SECONDS, duration, "longer", "shorter"),
            *_grown(found.image_bytes.get(name), _WORTH_BYTES, size, "larger", "smaller"),
        ]
        if words:
            names_by_text.setdefault(", ".join(words), []).append(name)
    if names_by_text:
        page.heading("What it costs")
    for text, names in names_by_text.items():
        page.prose(f"{places.describe(names)}: {text}", hang=2)


def _grown(
    value: float | None, least: float, words: Callable[[float], str], more: str, less: str
) -> list[str]:
    if value is None or abs(value) < least:
        return []
    what = "the installation is" if more == "longer" else "the image is"
    return [f"{what} {words(abs(value))} {more if value > 0 else less}"]
