"""What an installer refuses as a whole, in the words that every format gives."""

from __future__ import annotations

from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import Refusal
from wheelcheck.reports.wording.phrases import clean
from wheelcheck.reports.wording.target_names import Places

__all__ = ["open_errors", "refusal_words", "refusals"]


def refusals(report: Report) -> list[tuple[Refusal, tuple[str, ...]]]:
    """Each refusal once, with the names of its targets."""
    found: dict[Refusal, list[str]] = {}
    for target in report.targets:
        for refusal in target.refusals:
            found.setdefault(refusal, []).append(target.name)
    return [(refusal, tuple(names)) for refusal, names in found.items()]


def refusal_words(report: Report, refusal: Refusal, names: tuple[str, ...]) -> str:
    """``… : pip refuses the whole input (on musl)``, without the place."""
    words = f"{clean(refusal.message)}: {clean(refusal.installer)} refuses the whole input"
    if len(names) < len(report.targets):
        words += f" (on {Places(report.targets).describe(names)})"
    return words


def open_errors(report: Report) -> int:
    """How many errors leave an answer incomplete: those that neither refuse nor fail it."""
    places = {refusal.where for refusal, _ in refusals(report)} - {None}
    return sum(
        problem.severity == "error" and problem.where not in places and not problem.is_absence
        for problem in report.problems
    )
