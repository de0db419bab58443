"""What a package built from source puts into an image, and the wheel it leaves on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace
from packaging.specifiers import SpecifierSet

from wheelcheck.costs.image_parts.installed_files import PythonSources, python_sources
from wheelcheck.costs.quantity import PredictedCost, Quantity, total
from wheelcheck.costs.workload.features import published
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing
from wheelcheck.resolution.pins import Pin

__all__ = ["BuiltFiles", "built_files", "compresses"]


@dataclass(frozen=True, slots=True)
class BuiltFiles:
    """What a package built from source puts on disk, byte-code apart, and the wheel on the way.

    `sources` are its ``.py`` files, `archive` are the bytes of the wheel file that the build leaves
    in a wheelhouse or in pip's cache.
    """

    files: Quantity
    sources: PythonSources
    archive: Quantity


_NATIVE_SHARE = Quantity(0.78, 0.66, 3.0, "derived")
"""Extension modules as built at home ÷ those published, data/installs/published.csv.

CPython's own build, pyenv's and docker-library's alike, compiles with ``-g``, and setuptools hands
that on: debug information, several times the code, stays in the modules. Most published wheels have
it too, and more of it; a few (NumPy's and pandas' of 2023 among them) were stripped.
"""
_ARCHIVE_SHARE = Quantity(0.36, 0.27, 0.43, "derived")
"""A built wheel's file ÷ its members unpacked, from the same table."""
_PYTHON_SHARE = 0.8
"""Of what is not compiled, where no listing tells it."""


_COMPRESSES = SpecifierSet(">=0.15", prereleases=True)
"""meson-python; older releases do not compress a wheel's members (mesonbuild/meson-python#519)."""


def compresses(environment: Iterable[Pin]) -> bool:
    """Whether a build with these build requires installed compresses the wheel it makes."""
    return not any(
        pin.name == "meson-python" and pin.version is not None and pin.version not in _COMPRESSES
        for pin in environment
    )


def built_files(
    cost: PredictedCost, wheel: ArchiveListing | None = None, *, compressed: bool = True
) -> BuiltFiles | Unknown:
    """What building a release at home leaves on disk once it is installed.

    `cost` tells the size where it can (measured, or modelled from the sources and the published
    wheel). Else `wheel`, a manylinux wheel of the release, does: without the vendored libraries,
    which the system's take the place of. The reason of `cost` where neither tells anything.
    `compressed` is what `compresses` says of the build environment.
    """
    files = cost.built_bytes
    if isinstance(files, Unknown):
        if wheel is None:
            return files
        contents = published(wheel)
        native = _NATIVE_SHARE.times(contents.extension_bytes)
        files = total((Quantity.exact(contents.other_bytes), native))
        files = replace(files, source="the published wheel without its vendored libraries")
    archive = _archive(files) if compressed else replace(files, basis="derived", source="")
    return BuiltFiles(files, _sources(files, cost, wheel), archive)


def _archive(files: Quantity) -> Quantity:
    value = files.value * _ARCHIVE_SHARE.value
    return Quantity.within(value, files.factor * _ARCHIVE_SHARE.factor, "derived")


def _sources(files: Quantity, cost: PredictedCost, wheel: ArchiveListing | None) -> PythonSources:
    if wheel is not None:
        return python_sources(wheel)
    if isinstance(cost.extension_bytes, Unknown):
        return PythonSources()
    other = max(0.0, files.value - cost.extension_bytes.value)
    return PythonSources(bytes=round(other * _PYTHON_SHARE))
