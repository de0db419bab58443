"""Times, memory and image sizes of one or several bills, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.reports.wording.quantities import duration, estimated, size

__all__ = [
    "BUILD_TIME",
    "CPU_TIME",
    "MULTI_STAGE",
    "PEAK_MEMORY",
    "SINGLE_STAGE",
    "WALL_TIME",
    "BillNumber",
    "at_least",
    "cost_words",
    "memory_words",
    "saved_words",
    "spread",
    "where_built",
]

_ALIKE = 1.15
"""Medians that differ by no more than this factor are shown as one: none is that exact."""
_WORTH_SECONDS, _WORTH_BYTES = 5, 5e6


class BillNumber(Struct, frozen=True):
    """A number of a bill: which it is, how it is written, and the builds that it leaves out."""

    of: Callable[[Bill], Estimate | None]
    words: Callable[[float], str]
    without: Callable[[Bill], Sequence[str]] = lambda _: ()

    def least(self, bills: Iterable[Bill]) -> tuple[str, str]:
        """What stands before and behind the number of these bills.

        ``at least`` and ``, 1 build not known``; "" and "" where no build is left out.
        """
        builds = {label for bill in bills for label in self.without(bill)}
        return ("at least ", f", {counted(len(builds), 'build')} not known") if builds else ("", "")

    def phrase(self, bills: Sequence[Bill]) -> str:
        """``at least 74 min (59–92 min), 1 build not known``; "" where none of them has it."""
        known = [estimate for estimate in map(self.of, bills) if estimate]
        before, behind = self.least(bills)
        return f"{before}{spread(known, self.words)}{behind}" if known else ""


def _untimed(bill: Bill) -> Sequence[str]:
    return bill.builds_without_time


WALL_TIME = BillNumber(lambda bill: bill.wall_seconds, duration, _untimed)
BUILD_TIME = BillNumber(lambda bill: bill.build_wall_seconds, duration, _untimed)
CPU_TIME = BillNumber(lambda bill: bill.cpu_seconds, duration, _untimed)
PEAK_MEMORY = BillNumber(
    lambda bill: bill.peak_memory_bytes, size, lambda bill: bill.builds_without_memory
)
SINGLE_STAGE = BillNumber(lambda bill: bill.image.single_stage if bill.image else None, size)
MULTI_STAGE = BillNumber(lambda bill: bill.image.multi_stage if bill.image else None, size)


def where_built(number: BillNumber) -> BillNumber:
    """The number of bills with source builds; of others it is not known."""
    return replace(number, of=lambda bill: number.of(bill) if bill.builds else None)


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


def memory_words(bill: Bill) -> str:
    """Whether the machine has the memory: ``more than the machine has``; "" where it has."""
    if bill.memory_bytes is None or bill.fits_memory or not bill.builds:
        return ""
    perhaps = "perhaps " if bill.fits_memory is None else ""
    return f"{perhaps}more than the machine has ({size(bill.memory_bytes)})"


def saved_words(advice: Advice) -> str:
    """``saves about 74 min and 730 MB``; what is not worth a word is left out."""
    saved = []
    if advice.saves_seconds is not None and advice.saves_seconds >= _WORTH_SECONDS:
        saved.append(duration(advice.saves_seconds))
    if advice.saves_bytes is not None and advice.saves_bytes >= _WORTH_BYTES:
        saved.append(size(advice.saves_bytes))
    return f"saves about {' and '.join(saved)}" if saved else ""


def _build_words(bills: Sequence[Bill]) -> Iterator[str]:
    times = [bill.build_wall_seconds for bill in bills]
    before, behind = BUILD_TIME.least(bills)
    if any(times):
        taken = f"{before or 'about '}{spread(times, duration)}"
        yield f"{taken} on {counted(bills[0].cores, 'core')}{behind}"
    elif before:
        yield "build time not known"
    peaks = [bill.peak_memory_bytes for bill in bills]
    if any(peaks):
        before, _ = PEAK_MEMORY.least(bills)
        yield f"{before}{size(_largest(peaks))} peak"


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
