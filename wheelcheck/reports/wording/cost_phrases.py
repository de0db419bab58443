"""Times, memory and image sizes of one or several bills, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.reports.wording.quantities import duration, estimated, size

__all__ = ["at_least", "cost_words", "spread"]

_ALIKE = 1.15
"""Medians that differ by no more than this factor are shown as one: none is that exact."""


def cost_words(bills: Sequence[Bill]) -> str:
    """``about 74 min (59–92 min) on 2 cores, 1.4 GB peak, image 1.2 GB``; "" without numbers.

    Without source builds, the time of the whole installation.
    """
    if not bills:
        return ""
    building = any(bill.builds for bill in bills)
    words = list(_build_words(bills)) if building else list(_time_words(bills))
    images = [bill.image.size if bill.image else None for bill in bills]
    if all(images):
        words.append(f"image {at_least(bills)}{spread(images, size, whole=False)}")
    return ", ".join(words)


def at_least(bills: Iterable[Bill]) -> str:
    """What stands before sizes of images that may be without some packages'; "" before others."""
    return "at least " if any(bill.image and bill.image.unsized for bill in bills) else ""


def _build_words(bills: Sequence[Bill]) -> Iterator[str]:
    times = [bill.build_wall_seconds for bill in bills]
    if any(times):
        yield f"about {spread(times, duration)} on {counted(bills[0].cores, 'core')}"
    peaks = [bill.peak_memory_bytes for bill in bills]
    if any(peaks):
        yield f"{size(_largest(peaks))} peak"


def _time_words(bills: Sequence[Bill]) -> Iterator[str]:
    times = [bill.wall_seconds for bill in bills]
    if any(times):
        yield f"about {spread(times, duration)}"


def spread(
    values: Iterable[Estimate | None], words: Callable[[float], str], *, whole: bool = True
) -> str:
    """One estimate with its interval (if `whole`), or the range of medians that differ."""
    known = [value for value in values if value is not None]
    low, high = (choose(estimate.value for estimate in known) for choose in (min, max))
    if high <= low * _ALIKE:
        worst = max(known, key=lambda estimate: estimate.value)
        return estimated(worst, words) if whole else words(worst.value)
    return f"{words(low)} to {words(high)}"


def _largest(values: Iterable[Estimate | None]) -> float:
    return max(value.value for value in values if value is not None)
