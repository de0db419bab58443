"""A copy of pybind11 in the sdist whose headers the Python of the target does not compile."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator

from packaging.version import Version

from wheelcheck.builds.cmake.commands import cmake_commands
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.tables import read_table

__all__ = ["bundled_pybind11"]

_TABLE = "builds/obstacles/binding_tools.csv"
_MARK = "pybind11 "
_INCLUDES = ("<pybind11/", '"pybind11/')


def bundled_pybind11(
    compiled: Collection[str], contents: SdistContents, python: str
) -> tuple[BuildObstacle, ...]:
    """What is known against a bundled pybind11; code ``bundled-too-old``.

    `compiled` are the files that are compiled for certain; `python` is the target's, as ``3.12``.
    Fatal where one of them includes pybind11, or CMake adds its folder in any case; a warning
    where any source of the sdist includes it. Releases before the first in the table count as it.
    """
    found = {
        path: need.removeprefix(_MARK)
        for path, marks in contents.marks.items()
        for need in marks.needs
        if need.startswith(_MARK)
    }
    error = _known_error(found.values(), python) if found else ""
    if not error:
        return ()
    path, version = next(iter(found.items()))
    certain = any(_includes(each, contents) for each in compiled) or any(_added(found, contents))
    if not certain and not any(_includes(each, contents) for each in _own(found, contents)):
        return ()
    message = f"{path} is of pybind11 {version}, whose headers do not compile on CPython {python}"
    source = f"measured: wheelcheck/{_TABLE}"
    return (BuildObstacle("bundled-too-old", f"{message}: {error}", source, fatal=certain),)


def _known_error(versions: Collection[str], python: str) -> str:
    """What compilers say of all these releases on a Python, by the last row; "" if nothing.

    A copy says its minor release alone, of which later patches may compile, as those of 2.9 do.
    """
    error = ""
    for row in read_table(_TABLE):
        last = Version(row["last"]).release[:2]
        old = all(Version(version).release[:2] < last for version in versions)
        if row["project"] == "pybind11" and row["python"] == python and old:
            error = row["error"]
    return error


def _includes(path: str, contents: SdistContents) -> bool:
    marks = contents.marks.get(path)
    return marks is not None and any(i.startswith(_INCLUDES) for i in marks.certain_includes)


def _own(found: Collection[str], contents: SdistContents) -> Iterator[str]:
    """Sources beside the copies of pybind11."""
    folders = tuple(f"{path.partition('/include/')[0]}/" for path in found)
    return (p for p in contents.marks if not p.startswith(folders) and not p.endswith(".h"))


def _added(found: Collection[str], contents: SdistContents) -> Iterator[bool]:
    """Whether CMake adds the folder of a copy, and then a module."""
    if "CMakeLists.txt" not in contents.texts:
        return
    folders = {posixpath.normpath(path.partition("/include/")[0]) for path in found}
    commands = list(cmake_commands(contents.texts, "CMakeLists.txt", {}))
    adds = any(c.sure and posixpath.dirname(c.path) in folders for c in commands)
    makes = any(c.sure and c.name == "pybind11_add_module" for c in commands)
    yield adds and makes
