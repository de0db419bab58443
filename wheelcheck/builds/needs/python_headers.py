"""Whether a build compiles against CPython's headers, which a distribution packs by themselves.

What is in Rust does not, nor what programs and libraries for ctypes are made of.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from wheelcheck.builds.meson.branches import MesonProject
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.declaration import ExtensionModule

__all__ = ["PYTHON_HEADERS", "declared_for_python", "is_for_python", "may_be_for_python"]

PYTHON_HEADERS = "python-headers"
"""The name of the need for CPython's headers (`toolchain.csv`)."""

_HEADERS = ("Python.h", "pybind11/", "nanobind/", "boost/python")
"""Those of CPython, and of libraries whose headers include them, in any version."""
_TRANSLATED = (".pyx", ".pyf")
"""Sources of which Cython and F2PY make C for Python."""
_MAKES_MODULES = frozenset({"cffi_modules", "mypycify"})
"""Ways to declare extension modules whose C is written in the build, for Python in any case."""
_TAKES_SOURCES = frozenset({"Extension", "cythonize", "Pybind11Extension", "ext_modules"})
_MESON_MODULE = re.compile(r"\.extension_module\s*\(")


def is_for_python(path: str, contents: SdistContents) -> bool:
    """Whether a source includes CPython's headers in every build, or is made to C that does."""
    marks = contents.marks.get(path)
    if path.endswith(_TRANSLATED):
        return True
    if marks is None:
        return False
    generated = marks.generator.startswith("cython")
    exports = any(need.startswith("module ") for need in marks.needs)
    return generated or exports or any(map(_is_header, contents.certain_includes(path)))


def declared_for_python(
    extensions: Iterable[ExtensionModule], texts: Mapping[str, str], source: str
) -> str:
    """Where a module for Python is declared that every build makes; "" where none is.

    `source` is a source for Python, which a module is made of whose sources are not known, and
    `texts` are those of a Meson project. Meson stops without Python's headers wherever its module
    `python` is to make one.
    """
    for module in extensions:
        if not (module.optional or module.supposing) and (
            module.made_by in _MAKES_MODULES
            or (module.made_by in _TAKES_SOURCES and module.sources is None and source)
            or any(path.endswith(_TRANSLATED) for path in module.sources or ())
        ):
            return module.where
    for file in MesonProject.of(texts).files:
        for match in _MESON_MODULE.finditer(file.text):
            if file.state(match.start()) is True:
                return file.path
    return ""


def may_be_for_python(contents: SdistContents) -> str:
    """A source for Python, whether a build compiles it or not; "" where there is none."""
    for path, marks in contents.marks.items():
        if not is_aside(path) and (
            is_for_python(path, contents) or any(map(_is_header, marks.includes))
        ):
            return path
    return ""


def _is_header(include: str) -> bool:
    """Whether an include, with the mark before its name, is of CPython or of a binding's."""
    name = include[1:]
    return posixpath.basename(name) == "Python.h" or name.startswith(_HEADERS)
