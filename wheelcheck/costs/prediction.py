"""From a release and its features to what building it costs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.costs.cost_terms import Coefficients, coefficients
from wheelcheck.costs.measured import MeasuredBuild, measured_builds, nearest
from wheelcheck.costs.modelled import modelled_cost, settled, source_seconds
from wheelcheck.costs.quantity import Basis, PredictedCost, Quantity
from wheelcheck.costs.unread import unread
from wheelcheck.costs.workload.hidden_work import GO
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.costs.workload.features import BuildFeatures

__all__ = ["predict"]

_FAR = 5.0
"""A release whose sources cost that many times more or less is another program, and modelled."""
_BUSY_CORES = 2.0
"""Cores that a published build of four kept busy: one to four, two in the middle."""
_PREPARING = 6.0
"""Seconds of a published build step that went into its build environment."""


def predict(
    name: NormalizedName,
    version: Version,
    *,
    python: tuple[int, int],
    features: BuildFeatures | Unknown,
    table: Coefficients | None = None,
) -> PredictedCost:
    """What building one release on one Python costs.

    A release that was measured is taken as measured, another release of its project is scaled by
    the size of the native sources, all else is modelled, or unknown where nothing is read of it
    (`unread`). `features` are those of `read_features`; unknown features leave what was measured.
    `table` is for fits; the shipped one serves otherwise.
    """
    table = coefficients() if table is None else table
    known = nearest(measured_builds().get(name, ()), version, python)
    if known is not None and known.version == version:
        same = "measured" if known.python == python else "measured_elsewhere"
        return _like(known, 1.0, "measured", f"measured here: {known.label}", table, same)
    if isinstance(features, Unknown):
        if known is None:
            return _unknown(features)
        source = f"as {known.label}; its own sources are not known"
        return _like(known, 1.0, "scaled", source, table, "unscaled")
    if features.fetches_crates or (known is None and GO in features.hidden):
        return _published(name, features, table)
    if known is not None and known.source_seconds and features.compiles:
        own = source_seconds(settled(features, table), table)
        ratio = own / known.source_seconds
        if 1 / _FAR < ratio < _FAR:
            source = f"scaled from {known.label} by native source size"
            scaled = _like(known, ratio, "scaled", source, table, "scaled")
            scaled = replace(scaled, most_jobs=max(1, features.compiled_files))
            return _as_this_release(scaled, features, table)
    why = unread(features)
    return modelled_cost(features, table) if why is None else _unknown(why)


def _as_this_release(
    scaled: PredictedCost, features: BuildFeatures, table: Coefficients
) -> PredictedCost:
    """The parts of the cost that the release itself predicts better than another release.

    The size, where a wheel of it is published; whether it compiles side by side, where the build
    backend changed.
    """
    own = modelled_cost(features, table)
    if features.parallel != (scaled.serial_share < _SERIAL):
        scaled = replace(
            scaled,
            serial_share=own.serial_share,
            concurrent_share=own.concurrent_share,
            filled_jobs=own.filled_jobs,
        )
    if features.wheel is None or not features.wheel.extension_bytes:
        return scaled
    return replace(scaled, built_bytes=own.built_bytes, extension_bytes=own.extension_bytes)


def _unknown(why: Unknown) -> PredictedCost:
    return PredictedCost(why, 1.0, why, 0.0, why, why)


def _like(
    known: MeasuredBuild,
    ratio: float,
    basis: Basis,
    source: str,
    table: Coefficients,
    likeness: str,
) -> PredictedCost:
    """The cost of a build that resembles a measured one.

    Time and size go with the sources, memory with the dearest file, which seldom changes.
    """

    def estimate(quantity: str, value: float) -> Quantity:
        low, high = table.spread[quantity][likeness]
        return Quantity(value, value * low, value * high, basis, source)

    serial = known.serial_share > _SERIAL
    beyond = max(0, known.peak_bytes - known.peak_process_bytes)
    more = beyond / known.peak_process_bytes / (_JOBS - 1)
    extension = estimate("size", known.extension_bytes * ratio)
    other = known.built_bytes - known.extension_bytes
    return PredictedCost(
        cpu_seconds=estimate("cpu", known.cpu_seconds * ratio),
        serial_share=known.serial_share,
        peak_process_bytes=estimate("memory", known.peak_process_bytes),
        concurrent_share=0.0 if serial else more,
        beside_bytes=beyond if serial else 0.0,
        built_bytes=replace(
            extension,
            value=extension.value + other,
            low=extension.low + other,
            high=extension.high + other,
        ),
        extension_bytes=extension,
    )


_SERIAL = 0.9
"""From this share on a build is taken to compile one file after another."""
_JOBS = 3
"""Jobs that ninja runs on the two cores of the measured builds."""


def _published(name: NormalizedName, features: BuildFeatures, table: Coefficients) -> PredictedCost:
    """What could not be built here, Go or Rust with its crates: as others published, or unknown."""
    row = _published_builds().get(name)
    if row is None and GO in features.hidden:
        return _unknown(Unknown("go-not-measured", "no build that has Go compile was measured"))
    if row is None:
        return _unknown(
            Unknown(
                "crates-not-measured",
                "its Rust crates are fetched during the build; what compiling them costs was "
                "measured neither here nor in the published builds at hand",
            )
        )
    wall, cores, source = float(row["wall_seconds"]), int(row["cores"]), row["source"]
    seconds = max(1.0, wall - _PREPARING)
    cpu = Quantity(seconds * _BUSY_CORES, seconds, seconds * cores, "scaled", source)
    why = Unknown("crates-not-measured", "no Rust build that fetches its crates was measured")
    wheel = features.wheel
    size: Quantity | Unknown = why
    if wheel is not None and wheel.extension_bytes:
        low, high = table.spread["size"]["agreeing"]
        value = wheel.extension_bytes
        size = Quantity(value, value * low, value * high, "modelled", "size of the published wheel")
    built: Quantity | Unknown = size
    if wheel is not None and isinstance(size, Quantity):
        rest = wheel.other_bytes
        built = replace(size, value=size.value + rest, low=size.low + rest, high=size.high + rest)
    return PredictedCost(cpu, 0.3, why, 0.0, built, size)


@cache
def _published_builds() -> dict[str, Mapping[str, str]]:
    return {row["name"]: row for row in read_table("costs/published_builds.csv")}
