"""The model fitted to the measured builds (`coefficients.json`; `data/builds/fit.py` writes it).

CPU time is a sum: so many seconds a file and a megabyte of each kind of source, all coefficients
positive. Where a wheel of the release is known, the size of its compiled modules corrects the sum:
compilers write about a megabyte of machine code in so many seconds, with or without debug
information, whichever fits the sources better. Memory is that of the dearest file, size follows the
published wheel or the CPU time. Intervals are what the model missed by on projects it had not seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from wheelcheck.costs.cost_terms import (
    Coefficients,
    memory_of,
    memory_terms,
    term_seconds,
)
from wheelcheck.costs.intervals import bounds, reading_class
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.costs.reach import FAR, beyond
from wheelcheck.costs.wheel_reading import (
    PublishedReading,
    corrected_seconds,
    passes_debug,
    read_published,
)
from wheelcheck.costs.workload.features import BuildFeatures
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.sources import Sources

__all__ = [
    "MEMORY_FOLLOWS",
    "ReadBuild",
    "beside_backend",
    "beyond_reach",
    "filled_jobs",
    "modelled_cost",
    "other_size",
    "read_build",
    "serial_share",
    "settled",
    "size_terms",
    "source_seconds",
]

_LACKING = math.log(2.5)
"""From this distance on, a published module holds more than the listed sources would make."""
_BROUGHT = 10
"""Bytes of a published wheel ÷ those that the sdist's files make, from which on the wheel holds
programs, or data of a library, that a build from the sdist leaves out: of the files of pygrib 2.1.8
51 MB are published and 0.01 built, of pyproj 3.6.1 9.3 and 0.6, of exiv2 0.19.2 16.3 and 0.1."""
_MUCH = 1e6
"""Bytes that such a wheel holds beside its modules, at least: what a build writes for itself may be
many times what little the sdist shows."""
_MOMENT = 0.35
"""Seconds of a build in which backend and compiler together were at half of what they reach in long
builds: five samples a second see no more."""
MEMORY_FOLLOWS = frozenset({"c", "cpp", "cython"})
"""Kinds of work of which the published wheel tells memory, too: of what is hidden it does not."""
_FAR_BETWEEN = 4.0
"""Cost of a build with a bundled library ÷ that with the system's, from which on neither estimate
would do for both: electrumsv-secp256k1 18.0.0 took the system's (1.0 s of 5.8 or 0.7),
python-libdiscid 2.1 and imread 0.7.6 their own (3.3 of 2.6 or 0.4, 5.7 of 6.7 or 1.2)."""
_MAKES = {
    "assembly": "c", "c": "c", "configured": "c", "fortran": "c", "rust": "c",
    "cffi": "cython", "cython": "cython", "generated": "cython", "mypyc": "cython",
    "translated": "cython",
    "binding": "binding", "nanobind": "binding",
    "cpp": "cpp", "pythran": "cpp", "sip": "cpp", "swig": "cpp",
}  # fmt: skip
"""Kinds of sources that differ in the machine code a second of compiling makes."""


def source_seconds(features: BuildFeatures, table: Coefficients) -> float:
    """Reference seconds by the sources alone."""
    return sum(term_seconds(features, table.cpu).values())


def beyond_reach(features: BuildFeatures, table: Coefficients) -> float:
    """How far the build lies beyond the measured builds, as a logarithm (`costs.reach`)."""
    return beyond(term_seconds(features, table.cpu), table.reach)


def settled(features: BuildFeatures, table: Coefficients) -> BuildFeatures:
    """The features with the sources that no extension module lists, where the wheel has them.

    Custom commands gather sources in ways that no reader follows; what they made is in the
    published wheel, and larger than what is listed would make.
    """
    if not features.unlisted:
        return features
    listed = read_published(features, source_seconds(features, table), table)
    wider = features.with_unlisted()
    if listed is None or listed.distance < _LACKING:
        return features
    if wider.statements < 2 * features.statements:
        return features  # a few files more or less: what is listed is what is compiled
    everything = read_published(wider, source_seconds(wider, table), table)
    closer = everything is not None and abs(everything.distance) < listed.distance
    return wider if closer else features


class ReadBuild(NamedTuple):
    """A build as the model reads it.

    `features` are settled (`settled`), `by_sources` the reference seconds by the sources alone,
    `reading` how the published wheel is read, and `seconds` those by both. `group` is the class of
    evidence (`reading_class`).
    """

    features: BuildFeatures
    by_sources: float
    reading: PublishedReading | None
    seconds: float
    group: str


def read_build(features: BuildFeatures, table: Coefficients) -> ReadBuild:
    """Read the time of a build from its sources and its published wheel."""
    features = settled(features, table)
    by_sources = source_seconds(features, table)
    reading = read_published(features, by_sources, table)
    seconds = corrected_seconds(features, by_sources, reading, table)
    group = reading_class(features, reading, table)
    return ReadBuild(features, by_sources, reading, seconds, group)


def largest_process(
    features: BuildFeatures,
    seconds: float,
    reading: PublishedReading | None,
    table: Coefficients,
) -> float:
    """Bytes of the largest process, in a build of so many seconds.

    Where the published wheel says that the sources take their compiler longer than others do, they
    take more of its memory, too.
    """
    terms = memory_terms(features)
    found = memory_of({name: table.memory[name] * value for name, value in terms.items()})
    if reading is None or reading.work not in MEMORY_FOLLOWS:
        return found
    heavier = seconds / source_seconds(features, table)
    return float(found * heavier ** table.published["memory_power"])


def extension_size(
    features: BuildFeatures, seconds: float, reading: PublishedReading | None, table: Coefficients
) -> float:
    """Bytes of the compiled modules as this build leaves them, in so many seconds."""
    if not features.compiles:
        return 0.0
    wheel = features.wheel
    if wheel is None or reading is None or reading.foreign:
        terms = size_terms(features, seconds, table)
        return sum(table.size[name] * value for name, value in terms.items())
    if not passes_debug(features):
        return wheel.extension_bytes * table.size["plain"]
    name = "debug_from_debug" if reading.debug else "debug_from_stripped"
    return wheel.extension_bytes * table.size[name]


def size_terms(features: BuildFeatures, seconds: float, table: Coefficients) -> dict[str, float]:
    """What the size of compiled modules is a sum of, where no wheel tells it.

    A module, and the seconds that go into each kind of source when the build takes `seconds`.
    """
    name = "debug" if passes_debug(features) else "plain"
    terms = term_seconds(features, table.cpu)
    scale = seconds / sum(terms.values())
    found = {f"{name}_module": 1.0}
    for term, value in terms.items():
        kind = _MAKES.get(term.partition("_")[0])
        if kind is not None:
            found[f"{name}_{kind}"] = found.get(f"{name}_{kind}", 0.0) + value * scale
    return found


def other_size(features: BuildFeatures, table: Coefficients) -> float:
    """Bytes of the wheel that are not compiled: as in the published wheel, or by the sdist.

    What a published wheel has beyond all proportion comes from elsewhere, unless CMake or Meson
    installs it, files of a library that no list of a package has.
    """
    listed = features.installed_bytes * table.size["listed"]
    if features.wheel is None:
        return listed
    other = features.wheel.other_bytes
    if other <= _BROUGHT * listed:
        return other
    if not features.compiles:
        return listed
    if features.backend != "setuptools" or not features.wheel.extension_bytes:
        return other
    return listed if other > _MUCH else other


def serial_share(features: BuildFeatures, seconds: float, table: Coefficients) -> float:
    """Part of the CPU time in which one core works alone.

    setuptools compiles one file after another unless configured otherwise; Meson and CMake fill all
    cores, but configure first and end on their longest file.
    """
    if not features.parallel or seconds <= 0:
        return 1.0
    return float(min(1.0, table.serial["factor"] * seconds ** (table.serial["power"] - 1)))


def beside_backend(features: BuildFeatures, seconds: float, table: Coefficients) -> float:
    """Bytes that the build backend holds while compilers run, in a build of so many seconds.

    Cython's, where it works within the backend's process, stay until the end. In short builds the
    moments at which both are large are short.
    """
    if not features.compiles:
        return 0.0
    within = features.backend == "setuptools" and features.of(SourceKind.CYTHON).files
    return table.beside["cython" if within else "backend"] * seconds / (seconds + _MOMENT)


def filled_jobs(features: BuildFeatures, table: Coefficients) -> float:
    """How many compilers the files keep at work while the dearest of them is compiled, at least 1.

    That is the work of all files ÷ that of the dearest: beside a long file, short files end early.
    """
    compilers = BuildFeatures(
        compiles=True,
        backend=features.backend,
        nanobind=features.nanobind,
        optimised=features.optimised,
    )
    before = source_seconds(compilers, table)

    def compiling(sources: Mapping[SourceKind, Sources]) -> float:
        return source_seconds(replace(compilers, sources=sources), table) - before

    alone = (compiling({kind: own.heaviest_alone()}) for kind, own in features.sources.items())
    dearest = max(alone, default=0.0)
    if not dearest:
        return 1.0
    return max(1.0, min(features.compiled_files, compiling(features.sources) / dearest))


def modelled_cost(features: BuildFeatures, table: Coefficients) -> PredictedCost:
    """What building costs by the model.

    Where part of it may be left out, the lower bound is that of the build without.
    """
    cost = _modelled(features, table)
    if features.replaceable:
        less = _modelled(features.with_system_library(), table)
        cost = cost.down_to(less, "less where the system has the bundled library", _FAR_BETWEEN)
    if features.optional and features.compiles:
        less = _modelled(features.without_extensions(), table)
        cost = cost.down_to(less, "less where the optional extension does not compile")
    return cost


def _modelled(features: BuildFeatures, table: Coefficients) -> PredictedCost:
    features, _, reading, seconds, group = read_build(features, table)
    distance = beyond_reach(features, table)
    source = _words(features, reading, distance, hidden=group == "hidden")
    doubt = math.exp(table.reach["doubt"] * distance)

    def estimate(quantity: str, value: float) -> Quantity:
        low, high = bounds(quantity, features, group, seconds, table)
        return Quantity(value, value * low, value * high, "modelled", source).widened(doubt)

    extension = extension_size(features, seconds, reading, table)
    low, high = bounds("other", features, group, seconds, table)
    value = other_size(features, table)
    other = Quantity(value, value * low, value * high, "modelled", source)
    size = estimate("size", extension) if extension else Quantity.exact(0, source)
    share = serial_share(features, seconds, table)
    return PredictedCost(
        cpu_seconds=estimate("cpu", seconds),
        serial_share=share,
        peak_process_bytes=estimate("memory", largest_process(features, seconds, reading, table)),
        concurrent_share=table.serial["concurrent"] if share < 1 else 0.0,
        most_jobs=max(1, features.compiled_files),
        filled_jobs=filled_jobs(features, table),
        beside_bytes=beside_backend(features, seconds, table),
        built_bytes=_together(other, size, source),
        extension_bytes=size,
    )


def _together(other: Quantity, size: Quantity, source: str) -> Quantity:
    """The sum of what is compiled and what is not, whose errors have nothing in common."""
    parts = (other, size)
    value = sum(part.value for part in parts)
    low = math.hypot(*(part.value - part.low for part in parts))
    high = math.hypot(*(part.high - part.value for part in parts))
    return Quantity(value, value - low, value + high, "modelled", source)


def _words(
    features: BuildFeatures, reading: PublishedReading | None, distance: float, *, hidden: bool
) -> str:
    if not features.compiles:
        words = "modelled: nothing is compiled"
        return f"{words}; part of the work cannot be read" if hidden else words
    count = sum(source.files for source in features.sources.values())
    by = f"modelled by {count} source files"
    by = f"{by} and the size of the published wheel" if reading else by
    by = f"{by}; part of the work cannot be read" if hidden else by
    return f"{by}; far from what was measured" if distance > FAR else by
