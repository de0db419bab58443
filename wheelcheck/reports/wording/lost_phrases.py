"""Wheels that a release lost, or that are waited for, in words that every rendering shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wheelcheck.reports.values.report import LostWheel, Report
from wheelcheck.reports.wording.target_names import Places

__all__ = ["LOST_TITLE", "LostWords", "lost_words"]

LOST_TITLE = "Wheels lost, or still to come"


class LostWords(NamedTuple):
    """A package, and what became of its wheel on some targets."""

    package: str
    text: str


def lost_words(report: Report, places: Places) -> Sequence[LostWords]:
    """One entry for each package and reason; places are named where there are several targets."""
    return list(_grouped(report, places))


def _grouped(report: Report, places: Places) -> Iterator[LostWords]:
    for package in report.packages:
        groups: dict[tuple[str, str], list[tuple[str, LostWheel]]] = {}
        for target, cell in package.on.items():
            if cell.lost is not None:
                groups.setdefault((cell.lost.kind, cell.lost.release), []).append(
                    (target, cell.lost)
                )
        for found in groups.values():
            names = [name for name, _ in found]
            several = len({lost.reason for _, lost in found}) > 1
            where = f" (on {places.describe(names)})" if len(report.targets) > 1 else ""
            more = ", for example" if several else ""
            yield LostWords(package.name, f"{found[0][1].reason}{more}{where}")
