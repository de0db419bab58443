"""What the compiled modules of a published wheel tell of a build, beside its sources.

Compilers write about a megabyte of machine code in so many seconds, with or without debug
information, whichever fits the sources better.
"""

from __future__ import annotations

import math

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.costs.cost_terms import (
    WITHOUT_DEBUG,
    Coefficients,
    compiling_share,
    term_seconds,
)
from wheelcheck.costs.workload.features import BuildFeatures
from wheelcheck.costs.workload.hidden_work import DOWNLOADS
from wheelcheck.costs.workload.source_kinds import SourceKind

__all__ = [
    "WORK_KINDS",
    "PublishedReading",
    "corrected_seconds",
    "hides_work",
    "is_by_mypyc",
    "passes_debug",
    "read_published",
    "shows_nothing",
    "work_kind",
]

_MB = 1e6
_RARER = 0.25
"""By how much (in logarithms) a wheel must look stripped: most that setuptools made are not."""
_FAR_MORE = 2
"""Statements of sources that nothing lists ÷ those that are listed, from which on some of the
former are likely to be compiled."""
_FOREIGN = 2.3
"""From this distance on (in logarithms), a published module holds what this build does not make:
libraries of others, linked in statically."""
_FOREIGN_TO_TEMPLATES = 4.0
"""The same of C++ with debug information, where templates and the headers of other libraries make
much of short sources: the builds of ezsnmp 2.5.0 and ipyopt 0.12.10 leave 0.75 and 0.71 of the
published bytes, those of pysqlite3 0.6.1 and scs 3.3.1, which are C, 0.03 and 0.01."""
_TEMPLATES_FROM = 1.0
_OF_TEMPLATES = 0.8
"""The weight of what such a wheel holds beyond that distance, an estimate: logarithms of measured ÷
read seconds are 2.1 at distances of 2.6 (nmslib-metabrainz) and 3.3 (ipyopt), 2.5 at 3.1 (ezsnmp),
1.2 at 1.5 (python-rapidjson), 1.1 at 2.0 (fast-diff-match-patch)."""
_OF_WHAT_IS_BROUGHT = 0.8
"""The weight of a wheel that holds more than the sdist shows, where sources are downloaded: an
estimate, of a wheel that holds what is made of them and is nearly all of what is known."""
_TEMPLATES = ("binding", "cpp", "nanobind", "pythran", "swig")
_TRANSLATED = ("cython", "mypyc")
_QUESTIONS = ("configure", "configure_mb", "configure_written")
_UNSEEN = "unseen"
"""Work of which the published wheel alone tells."""
WORK_KINDS = ("c", "cython", "cpp", "hidden")
"""What differs in how far the size of a published wheel is to be trusted (`work_kind`)."""


class PublishedReading(Struct, frozen=True):
    """How the published wheel is read.

    With debug information or without, and the logarithm of its seconds ÷ those of the sources.
    `work` is the kind of work (`work_kind`), by which either is trusted more. `cpp`: most of the
    work that is read is C++.
    """

    debug: bool
    distance: float
    work: str
    cpp: bool

    @property
    def foreign(self) -> bool:
        """Whether the wheel holds far more than this build makes."""
        return self.distance > (_FOREIGN_TO_TEMPLATES if self.of_templates else _FOREIGN)

    @property
    def of_templates(self) -> bool:
        """Whether debug information of templates may be most of what the wheel holds."""
        return self.debug and self.cpp


def read_published(
    features: BuildFeatures, by_sources: float, table: Coefficients
) -> PublishedReading | None:
    """Read the size of the wheel's modules as CPU time, in whichever way fits the sources."""
    wheel, rates = features.wheel, table.published
    if not features.compiles or wheel is None or not wheel.extension_bytes:
        return None
    megabytes = wheel.extension_bytes / _MB
    work = work_kind(features, table)
    mostly = _mostly(features, table) if work == "hidden" else work
    making = by_sources - _configuring(features, table)

    def reading(name: str) -> PublishedReading:
        seconds = rates["base"] + rates[name] * megabytes * compiling_share(features)
        return PublishedReading(name == "debug", math.log(seconds / making), work, mostly == "cpp")

    stripped, debug = reading("stripped"), reading("debug")
    plain = features.ships_stripped or not passes_debug(features)
    if shows_nothing(features):
        return replace(stripped if plain else debug, work=_UNSEEN)
    if plain:
        return stripped
    return stripped if abs(stripped.distance) + _RARER < abs(debug.distance) else debug


def is_by_mypyc(features: BuildFeatures) -> bool:
    """Whether mypyc compiles: it asks for ``-g1``, which leaves hardly more than names.

    mypy checks what the modules import, too, which is not part of the sdist.
    """
    return features.of(SourceKind.MYPYC).files > 0


def corrected_seconds(
    features: BuildFeatures,
    by_sources: float,
    reading: PublishedReading | None,
    table: Coefficients,
) -> float:
    """Reference seconds by the sources and by the published wheel together."""
    if reading is None:
        return by_sources
    configuring = _configuring(features, table)
    return configuring + _corrected(features, by_sources - configuring, reading, table)


def _corrected(
    features: BuildFeatures, by_sources: float, reading: PublishedReading, table: Coefficients
) -> float:
    """The same of what compiles alone."""
    if reading.work == _UNSEEN:
        return by_sources * math.exp(reading.distance)
    if DOWNLOADS in features.hidden and reading.distance > 0:
        return by_sources * math.exp(_OF_WHAT_IS_BROUGHT * reading.distance)
    weight = table.published[f"weight_{reading.work}"]
    if reading.of_templates and not reading.foreign and reading.distance > _TEMPLATES_FROM:
        beyond = reading.distance - _TEMPLATES_FROM
        return by_sources * math.exp(weight * _TEMPLATES_FROM + _OF_TEMPLATES * beyond)
    limit = table.published["limit"] / (2 if reading.foreign else 1)
    distance = max(-limit, min(limit, reading.distance))
    return by_sources * math.exp(weight * distance)


def _configuring(features: BuildFeatures, table: Coefficients) -> float:
    """Seconds of ``configure`` scripts, whose questions leave no machine code."""
    terms = term_seconds(features, table.cpu)
    return sum(value for name, value in terms.items() if name in _QUESTIONS)


def work_kind(features: BuildFeatures, table: Coefficients) -> str:
    """What most of the work is: ``cython``, ``cpp`` with what SWIG writes, or ``c`` with the rest.

    ``hidden`` where part of it is not read.
    """
    return "hidden" if hides_work(features) else _mostly(features, table)


def _mostly(features: BuildFeatures, table: Coefficients) -> str:
    """The kind of more than half of the work that is read."""
    terms = term_seconds(features, table.cpu)
    half = sum(terms.values()) / 2
    for kind, names in (("cython", _TRANSLATED), ("cpp", _TEMPLATES)):
        if sum(value for name, value in terms.items() if name.startswith(names)) > half:
            return kind
    return "c"


def hides_work(features: BuildFeatures) -> bool:
    """Whether there is evidence that a build compiles what is not read.

    It downloads or writes sources, leaves compiling to a command of its own, or brings far more
    sources than its extension modules list.
    """
    unlisted = sum(source.statements for source in features.unlisted.values())
    more = unlisted > _FAR_MORE * features.statements
    return bool(features.hidden) or more or shows_nothing(features)


def shows_nothing(features: BuildFeatures) -> bool:
    """Whether a build compiles, and the sdist shows nothing of what it does."""
    shown = features.compiled_files or features.cffi or features.pythran
    return features.compiles and not shown


def passes_debug(features: BuildFeatures) -> bool:
    """Whether the build leaves debug information in, as Python's own flags (``-g``) ask."""
    if features.debug:
        return True
    return (
        features.backend not in WITHOUT_DEBUG and not features.strips and not is_by_mypyc(features)
    )
