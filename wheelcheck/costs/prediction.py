"""From a release and its features to what building it costs."""

from __future__ import annotations

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.costs.features import BuildFeatures
from wheelcheck.costs.measured import MeasuredBuild, measured_builds, nearest
from wheelcheck.costs.model import Basis, BuildCost, Estimate
from wheelcheck.errors import Unknown

__all__ = ["predict"]

_REPEATED = 1.15
"""Two builds of one release differ by less than this factor in 8 of 10 cases."""
_SCALED = 1.6
"""The same between two versions of one project, scaled by the size of their native sources."""
_UNSCALED = 2.5


def predict(
    name: NormalizedName,
    version: Version,
    *,
    python: tuple[int, int],
    features: BuildFeatures | Unknown,
) -> BuildCost:
    """What building one release on one Python costs.

    A release that was measured is told as measured; another one of the same project is scaled by
    the size of the native sources; the rest is unknown.
    """
    known = nearest(measured_builds().get(name, ()), version, python)
    if known is None:
        why = Unknown("cost-not-modelled", f"no release of {name} was measured")
        return BuildCost(why, 1.0, why, 0.0, why, why)
    if known.version == version:
        return _like(known, 1.0, "measured", f"measured here: {known.label}", _REPEATED)
    if isinstance(features, Unknown) or not known.native_bytes:
        source = f"as {known.label}; its own sources are not known"
        return _like(known, 1.0, "scaled", source, _UNSCALED)
    ratio = features.native_bytes / known.native_bytes
    source = f"scaled from {known.label} by native source size"
    return _like(known, ratio, "scaled", source, _SCALED)


def _like(
    known: MeasuredBuild, ratio: float, basis: Basis, source: str, factor: float
) -> BuildCost:
    def estimate(value: float) -> Estimate:
        return Estimate.within(value, factor, basis, source)

    more = known.peak_bytes / known.peak_process_bytes - 1
    return BuildCost(
        cpu_seconds=estimate(known.cpu_seconds * ratio),
        serial_share=known.serial_share,
        peak_process_bytes=estimate(known.peak_process_bytes),
        concurrent_share=max(0.0, more) if known.serial_share < 1 else 0.0,
        built_bytes=estimate(known.built_bytes * ratio),
        extension_bytes=estimate(known.extension_bytes * ratio),
    )
