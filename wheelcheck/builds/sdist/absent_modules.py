"""Modules that setup scripts may do without, and that are not there where nothing requires them."""

from __future__ import annotations

__all__ = ["absent_modules"]

_OPTIONAL_MODULES = {
    "cython": ("Cython", "cython"),
    "cffi": ("cffi",),
    "mypy": ("mypyc",),
    "numpy": ("numpy",),
    "pybind11": ("pybind11",),
    "pythran": ("pythran",),
    "setuptools-rust": ("setuptools_rust",),
    "scikit-build": ("skbuild",),
    "torch": ("torch",),
    "pyrex": ("Pyrex",),
    "nanobind": ("nanobind",),
    "jinja2": ("jinja2",),
}
"""Distributions a setup script may do without, and the modules each brings."""
_ELSEWHERE = frozenset({"__pypy__"})
"""Modules of other Pythons, by which scripts ask where they are."""


def absent_modules(required: frozenset[str]) -> frozenset[str]:
    """The modules that a build has not which requires the projects of these names."""
    absent = (names for name, names in _OPTIONAL_MODULES.items() if name not in required)
    return frozenset(module for names in absent for module in names) | _ELSEWHERE
