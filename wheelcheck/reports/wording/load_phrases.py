"""Which wheels do not load, in a few words for the headline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wheelcheck.reports.values.report import Package
from wheelcheck.reports.wording.phrases import clean, listing

__all__ = ["load_words"]

_MOST_NAMES = 4
_VERBS = (
    ("no", ("never loads", "never load")),
    ("needs", ("needs system libraries", "need system libraries")),
)
"""By `Loading.status`, the worst first; for one wheel and for several."""


def load_words(
    broken: Sequence[Package], targets: Iterable[str], total: int, where: str = "there"
) -> str:
    """Which wheels do not load as the image is; "" where all do, or none was looked at.

    Args:
        broken: the packages whose wheel does not load on some target.
        targets: names of the targets that count.
        total: how many packages are installed there.
        where: the word for the place of what never loads; "" for none.
    """
    names = set(targets)
    words = []
    for status, (single, several) in _VERBS:
        packages = sorted(
            clean(package.name)
            for package in broken
            if any(
                cell.loads is not None and cell.loads.status == status
                for target, cell in package.on.items()
                if target in names
            )
        )
        if not packages:
            continue
        verb = single if len(packages) == 1 else several
        verb += f" {where}" if status == "no" and where else ""
        words.append(
            f"it {verb}"
            if total == 1
            else f"{len(packages)} {verb} ({listing(packages, _MOST_NAMES)})"
        )
    return ", ".join(words)
