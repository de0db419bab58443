"""What a package occupies that is built from source, told by the wheel its project publishes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from wheelcheck.costs.installed import PythonSources, python_sources
from wheelcheck.costs.model import BuildCost, Estimate, total
from wheelcheck.errors import Unknown
from wheelcheck.index.model import ArchiveListing

__all__ = ["BuiltFiles", "WheelContents", "built_files", "wheel_contents"]

_VENDORED = re.compile(r"(^|/)[^/]*\.libs/")
"""``numpy.libs/`` as auditwheel has it, ``numpy/.libs/`` as it had before 3.1."""
_NATIVE = re.compile(r"\.so(\.\d+)*$")


@dataclass(frozen=True, slots=True)
class WheelContents:
    """A wheel's members by what becomes of them in a build at home, in bytes.

    `vendored` libraries were copied in from the system the wheel was made on and are not built
    again; `native` are extension modules and shared libraries of the package itself.
    """

    vendored: int
    native: int
    other: int


def wheel_contents(listing: ArchiveListing) -> WheelContents:
    """Sort a wheel's members."""
    vendored = native = other = 0
    for member in listing.members:
        if _VENDORED.search(member.path):
            vendored += member.size
        elif _NATIVE.search(member.path):
            native += member.size
        else:
            other += member.size
    return WheelContents(vendored, native, other)


_IGNORES_PYTHONS_FLAGS = ("mesonpy", "scikit_build_core", "maturin", "setuptools_rust")
"""Backends that bring compiler options of their own; the others compile as Python was compiled."""


@dataclass(frozen=True, slots=True)
class BuiltFiles:
    """What a package built from source puts on disk, byte-code apart, and the wheel on the way.

    `sources` are its ``.py`` files, `archive` are the bytes of the wheel file that the build leaves
    in a wheelhouse or in pip's cache.
    """

    files: Estimate
    sources: PythonSources
    archive: Estimate


def built_files(
    cost: BuildCost, wheel: ArchiveListing | None, backend: str
) -> BuiltFiles | Unknown:
    """What building a release at home leaves on disk once it is installed.

    A measured build speaks for itself. Else the published manylinux wheel does, `wheel`: without
    its vendored libraries, which the system's take the place of, and with the extension modules as
    they come from this backend. CPython's own build, pyenv's and docker-library's alike, compiles
    with ``-g``, and setuptools hands that on: debug information, several times the code's size,
    stays in the modules unless the project says otherwise. Many published wheels have it too. Which
    kind the published wheel is, the predicted size of the modules tells, where there is one.
    """
    predicted = cost.built_bytes
    if isinstance(predicted, Estimate) and predicted.basis == "measured":
        files = predicted
    elif wheel is not None:
        contents = wheel_contents(wheel)
        native = _native(contents.native, cost.extension_bytes, backend)
        files = total((Estimate.exact(contents.other), native))
        files = replace(files, source="the published wheel without its vendored libraries")
    elif isinstance(predicted, Estimate):
        files = predicted
    else:
        return predicted
    return BuiltFiles(files, _sources(files, cost, wheel), _archive(files))


# Medians and deciles of built ÷ published extension modules, data/installs/published.csv.
_ALIKE = Estimate(0.75, 0.66, 0.92, "derived")
"""Both with debug information; compilers of manylinux images write more of it than gcc 12."""
_STRIPPED = Estimate(5.1, 2.6, 6.6, "derived")
"""The published one without, the one built at home with it."""
_OWN_FLAGS = Estimate(0.98, 0.88, 1.05, "derived")
_EITHER = Estimate(0.78, 0.66, 3.0, "derived")


def _native(published: int, predicted: Estimate | Unknown, backend: str) -> Estimate:
    """Bytes of the extension modules as they are built at home."""
    if backend.startswith(_IGNORES_PYTHONS_FLAGS):
        ratio = _OWN_FLAGS
    elif isinstance(predicted, Unknown) or not published:
        ratio = _EITHER
    else:
        likely = math.sqrt(_ALIKE.value * _STRIPPED.value)
        ratio = _STRIPPED if predicted.value / published > likely else _ALIKE
    return ratio.times(published)


_ARCHIVE_SHARE = Estimate(0.36, 0.27, 0.43, "derived")
"""A built wheel's file ÷ its members unpacked, data/installs/published.csv."""
_PYTHON_SHARE = 0.8
"""Of what is not compiled, where no listing tells it."""


def _archive(files: Estimate) -> Estimate:
    return Estimate.within(
        files.value * _ARCHIVE_SHARE.value, files.factor * _ARCHIVE_SHARE.factor, "derived"
    )


def _sources(files: Estimate, cost: BuildCost, wheel: ArchiveListing | None) -> PythonSources:
    if wheel is not None:
        return python_sources(wheel)
    if isinstance(cost.extension_bytes, Unknown):
        return PythonSources()
    other = max(0.0, files.value - cost.extension_bytes.value)
    return PythonSources(bytes=round(other * _PYTHON_SHARE))
