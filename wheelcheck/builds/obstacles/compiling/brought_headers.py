"""What brings a header that a source includes: the sdist, Cython, a compiler or others."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.builds.needs.sure_headers import compiler_headers
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["comes_along", "is_from_outside", "is_in_packages", "is_nowhere", "project_of_header"]

_BROUGHT = {
    "numpy": "numpy", "pybind11": "pybind11", "nanobind": "nanobind", "torch": "torch",
    "ATen": "torch", "c10": "torch", "greenlet": "greenlet", "cppy": "cppy",
}  # fmt: skip
"""Folders of headers that a project of PyPI brings."""


def comes_along(header: str, shipped: Collection[str]) -> bool:
    """Whether a header is in the sdist, or Cython writes it: ``x.h``, ``x_api.h`` of ``x.pyx``.

    `shipped` are the names of the sdist's files, without their folders, as is `header`.
    """
    stem = posixpath.splitext(header)[0]
    return any(
        name in shipped for name in (header, f"{stem}.pyx", f"{stem.removesuffix('_api')}.pyx")
    )


def project_of_header(name: str) -> str | None:
    """The project of PyPI that brings the folder of a header, such as NumPy; None for others."""
    folder, slash, _ = name.partition("/")
    return _BROUGHT.get(folder) if slash else None


def is_in_packages(name: str) -> bool:
    """Whether a package of Debian has a header, in the folder of its name or in another.

    Folders may be links, as mysql is to mariadb.
    """
    return any(is_packaged((FileKind.HEADER, each)) for each in (name, posixpath.basename(name)))


def is_from_outside(name: str) -> bool:
    """Whether a compiler, a project of PyPI or a package of Debian has a header."""
    of_tools = name in compiler_headers() or project_of_header(name) is not None
    return of_tools or is_in_packages(name)


def is_nowhere(header: str, shipped: Collection[str]) -> bool:
    """Whether neither the sdist nor Cython, a compiler or a package of Debian brings a header."""
    base = posixpath.basename(header)
    found = comes_along(base, shipped) or header in compiler_headers()
    return not found and not is_packaged((FileKind.HEADER, base))
