"""Numbers with their doubt, and what one source build costs in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.errors import Unknown

__all__ = ["Basis", "PredictedCost", "Quantity", "largest", "total"]

Basis = Literal["exact", "measured", "scaled", "modelled", "derived"]
"""How a number was come by: counted; measured here; from a measured release of the same project;
from the model fitted to the measured builds; computed from several of these."""

_DECILE = 1.2816
"""Standard deviations from the median to the 10 % and 90 % points of a normal distribution."""
CORRELATION = 0.3
"""Share of the doubt (in logarithms) that builds have in common: compiler, machine, habits of the
model. Sums of builds are therefore less certain than independent errors would make them."""


class Quantity(Struct, frozen=True):
    """A positive number: its median, and the 80 % interval around it.

    `source` says in words where it comes from (``measured here: numpy 1.24.2 on Python 3.8``).
    Errors are taken to be log-normal: as likely twice as half.
    """

    value: float
    low: float
    high: float
    basis: Basis
    source: str = ""

    @classmethod
    def exact(cls, value: float, source: str = "") -> Quantity:
        """A number that was counted."""
        return cls(value, value, value, "exact", source)

    @classmethod
    def within(cls, value: float, factor: float, basis: Basis, source: str = "") -> Quantity:
        """A number that is right within `factor` (≥ 1) with 80 % probability."""
        return cls(value, value / factor, value * factor, basis, source)

    @property
    def factor(self) -> float:
        """How far the bounds lie from each other, as a factor to either side; 1 is certain."""
        return math.sqrt(self.high / self.low) if self.low > 0 else 1.0

    def times(self, factor: float) -> Quantity:
        """The same in another unit, or that many of it at once."""
        return replace(
            self, value=self.value * factor, low=self.low * factor, high=self.high * factor
        )

    def widened(self, factor: float) -> Quantity:
        """The same with an independent error of `factor` (80 %) more."""
        if not self.value:
            return self
        more = math.log(factor)
        low = math.hypot(math.log(self.value / self.low), more)
        high = math.hypot(math.log(self.high / self.value), more)
        return replace(self, low=self.value / math.exp(low), high=self.value * math.exp(high))


@lru_cache(maxsize=256)  # targets that are alike have the same builds
def _variance(means: tuple[float, ...], spreads: tuple[float, ...], correlation: float) -> float:
    """The variance of a sum of log-normal values whose logarithms are correlated."""
    shared = {
        item: [math.expm1(correlation * item * two) for two in spreads] for item in set(spreads)
    }
    variance = 0.0
    for i, (own, item) in enumerate(zip(means, spreads, strict=True)):
        terms = [own * other * factor for other, factor in zip(means, shared[item], strict=True)]
        terms[i] = own * own * math.expm1(item * item)
        for term in terms:
            variance += term
    return variance


def total(parts: Sequence[Quantity], correlation: float = CORRELATION) -> Quantity:
    """The sum of estimates whose errors share `correlation` (0 … 1) of their logarithm.

    A log-normal distribution with the mean and the variance of the sum (Fenton and Wilkinson).
    Its median lies a little above the sum of the medians, because an error upwards adds more than
    one downwards takes. It stays between the sums of the lower and of the upper bounds, which is
    what errors that go all the same way would give, and reaches as far up as each part alone: a
    part's own bounds need not lie as far above its median as below. Raises nothing; the sum of
    nothing is 0.
    """
    parts = [part for part in parts if part.value > 0]
    if not parts:
        return Quantity.exact(0)
    if len(parts) == 1:
        return parts[0]
    spreads = tuple(math.log(part.factor) / _DECILE for part in parts)
    means = tuple(part.value * math.exp(s * s / 2) for part, s in zip(parts, spreads, strict=True))
    mean, variance = sum(means), _variance(means, spreads, correlation)
    spread = math.sqrt(math.log1p(variance / mean**2))
    value = max(sum(part.value for part in parts), mean * math.exp(-spread * spread / 2))
    factor = math.exp(_DECILE * spread)
    bases = {part.basis for part in parts}
    return Quantity(
        value,
        max(value / factor, sum(part.low for part in parts)),
        min(
            max(value * factor, *(part.high for part in parts)),
            max(value, sum(part.high for part in parts)),
        ),
        bases.pop() if bases <= {"exact"} else "derived",
    )


def largest(parts: Sequence[Quantity]) -> Quantity:
    """What the largest of estimates is like: its median, and bounds that are below none of theirs.

    Raises ValueError where there is none.
    """
    first = max(parts, key=lambda part: part.value)
    return replace(
        first, low=max(part.low for part in parts), high=max(part.high for part in parts)
    )


_CROWD = 1.35
"""How far off, in 8 of 10 cases, the memory of several jobs is where that of one is right: it
depends on which files happen to be compiled at the same time."""


class PredictedCost(Struct, frozen=True):
    """What building one sdist once costs, its build environment not counted.

    `cpu_seconds` are reference seconds: CPU seconds, user and system, of the whole process tree on
    a machine that needs 2.4 of them for the reference compile. `serial_share` (0 … 1) is the part
    of them in which one core works alone, however many there are. `peak_process_bytes` is the
    largest single process; `concurrent_share` (0 … 1) how much of that each further job adds, and
    `beside_bytes` what the build backend holds meanwhile.
    `built_bytes` are the wheel's files, unpacked; `extension_bytes` the compiled files among them,
    with the debug information that the build leaves in. `most_jobs` is the number of files that
    are compiled, and so of compilers that can run at once; None where it is not known.
    `filled_jobs` is how many they keep at work while the dearest file is compiled. What else is not
    known is an `Unknown`.
    """

    cpu_seconds: Quantity | Unknown
    serial_share: float
    peak_process_bytes: Quantity | Unknown
    concurrent_share: float
    built_bytes: Quantity | Unknown
    extension_bytes: Quantity | Unknown
    most_jobs: int | None = None
    filled_jobs: float = math.inf
    beside_bytes: float = 0.0

    def wall_seconds(self, cores: int) -> Quantity | Unknown:
        """Reference seconds from start to end on that many cores which are otherwise idle."""
        if isinstance(self.cpu_seconds, Unknown):
            return self.cpu_seconds
        jobs = self._jobs(cores)
        return self.cpu_seconds.times(self.serial_share + (1 - self.serial_share) / jobs)

    def peak_bytes_at(self, jobs: int) -> Quantity | Unknown:
        """Memory of all processes together at the worst moment of a build with `jobs` jobs.

        A build that compiles one file after another stays at one job.
        """
        if isinstance(self.peak_process_bytes, Unknown):
            return self.peak_process_bytes
        process = self.peak_process_bytes
        more = self.concurrent_share * (min(self._jobs(jobs), self.filled_jobs) - 1)
        beside = self.beside_bytes / process.value if process.value else 0.0
        return process.times(1 + more + beside).widened(_CROWD if more else 1.0)

    def down_to(self, other: PredictedCost, words: str, factor: float = math.inf) -> PredictedCost:
        """The same where the build may cost as little as another; `words` say when it does.

        What costs `factor` times as much or more is then as likely as the other: the estimate is in
        the middle between the two, where it is least far from either.
        """

        def lower(own: Quantity | Unknown, least: Quantity | Unknown) -> Quantity | Unknown:
            if isinstance(own, Unknown) or isinstance(least, Unknown) or least.low >= own.low:
                return own
            far = least.value > 0 and own.value >= factor * least.value
            value = math.sqrt(own.value * least.value) if far else own.value
            return replace(own, value=value, low=least.low, source=f"{own.source}; {words}")

        return replace(
            self,
            cpu_seconds=lower(self.cpu_seconds, other.cpu_seconds),
            peak_process_bytes=lower(self.peak_process_bytes, other.peak_process_bytes),
            built_bytes=lower(self.built_bytes, other.built_bytes),
            extension_bytes=lower(self.extension_bytes, other.extension_bytes),
        )

    def _jobs(self, offered: int) -> int:
        return offered if self.most_jobs is None else min(offered, self.most_jobs)
