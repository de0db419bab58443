"""Turn costs, bills and image sizes into the values of the Report."""

from __future__ import annotations

from collections.abc import Iterable

from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown
from wheelcheck.reports.values import cost_values as values
from wheelcheck.reports.wording.phrases import listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.analysis.judged_target import Price
    from wheelcheck.costs.bill import BuildItem, InstallBill
    from wheelcheck.costs.image import ImageBreakdown

__all__ = ["bill_value", "cost_value"]


def bill_value(price: Price, failing: Iterable[str] = ()) -> values.Bill:
    """A target's bill as it leaves the library.

    With packages whose build fails it has no times, memory or image size: what never comes to an
    end has none.
    """
    bill = price.bill
    names = tuple(sorted(failing))
    if names:
        return _unfinished(bill, names)
    return values.Bill(
        cores=bill.machine.cores,
        builds=bill.builds,
        cpu_seconds=_estimate(bill.cpu_seconds),
        wall_seconds=_estimate(bill.wall_seconds),
        build_wall_seconds=_estimate(bill.build_wall_seconds),
        peak_memory_bytes=_estimate(bill.peak_memory_bytes),
        memory_bytes=bill.machine.memory_bytes,
        fits_memory=bill.fits_memory,
        builds_without_time=bill.without_time,
        builds_without_memory=bill.without_memory,
        download_bytes=round(bill.download_bytes.value),
        download_seconds=_estimate(bill.download_seconds),
        image=_image(price.image),
        left_out=(*_unsized(price.image), *bill.left_out),
    )


def _unsized(image: ImageBreakdown | Unknown) -> Iterable[str]:
    """What no size of the image has in it; a target that names no image has none to miss."""
    if isinstance(image, Unknown):
        return
    unknown = _unknown(image)
    if unknown:
        yield f"how large the image is ({unknown})"
    if image.unsized:
        yield f"the size of {listing(image.unsized)}, which is not known here"


def _unknown(image: ImageBreakdown) -> str | None:
    sizes = (image.single_stage, image.multi_stage)
    reasons = [item.reason for item in sizes if isinstance(item, Unknown)]
    return "; ".join(dict.fromkeys(reasons)) or None


def _unfinished(bill: InstallBill, failing: tuple[str, ...]) -> values.Bill:
    words = f"the build of {listing(failing)} fails"
    return values.Bill(
        cores=bill.machine.cores,
        builds=bill.builds,
        memory_bytes=bill.machine.memory_bytes,
        download_bytes=round(bill.download_bytes.value),
        download_seconds=_estimate(bill.download_seconds),
        image=values.ImageSize(unknown=words),
        failing=failing,
        left_out=(f"time, memory and image size where {words}",),
    )


def cost_value(item: BuildItem) -> values.BuildCost:
    """What one build costs, done once."""
    reasons = [
        value.reason
        for value in (item.cpu_seconds, item.peak_memory_bytes, item.built_bytes)
        if isinstance(value, Unknown)
    ]
    return values.BuildCost(
        cpu_seconds=_estimate(item.cpu_seconds),
        wall_seconds=_estimate(item.wall_seconds),
        environment_seconds=_estimate(item.environment_seconds),
        peak_memory_bytes=_estimate(item.peak_memory_bytes),
        built_bytes=_estimate(item.built_bytes),
        unknown="; ".join(dict.fromkeys(reasons)) or None,
    )


def _image(size: ImageBreakdown | Unknown) -> values.ImageSize:
    if isinstance(size, Unknown):
        return values.ImageSize(unknown=size.reason)
    return values.ImageSize(
        single_stage=_estimate(size.single_stage),
        multi_stage=_estimate(size.multi_stage),
        parts=tuple(
            (part.name, estimate)
            for part in size.parts
            if (estimate := _estimate(part.size)) is not None
        ),
        unsized=size.unsized,
        unknown=_unknown(size),
    )


def _estimate(value: Quantity | Unknown) -> values.Estimate | None:
    if isinstance(value, Unknown):
        return None
    return values.Estimate(
        value=float(value.value),
        low=float(value.low),
        high=float(value.high),
        basis=value.basis,
        source=value.source,
    )
