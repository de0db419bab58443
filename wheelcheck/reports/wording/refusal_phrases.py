"""What an installer refuses as a whole, in the words that every format gives."""

from __future__ import annotations

from collections.abc import Iterable

from wheelcheck.reports.values.report import Problem, Report
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


def open_errors(
    problems: Iterable[Problem], refused: Iterable[tuple[Refusal, tuple[str, ...]]] = ()
) -> int:
    """How many errors leave an answer incomplete: those that no refusal answers already."""
    places = {refusal.where for refusal, _ in refused} - {None}
    errors = (problem for problem in problems if problem.severity == "error")
    return sum(problem.where not in places for problem in errors)
