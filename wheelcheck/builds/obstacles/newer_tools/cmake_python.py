"""CMake projects that want a Python that is not the target's, or by modules that are removed.

`FindPythonInterp` and `FindPythonLibs` are gone for projects that state the policies of CMake 3.27
(CMP0148); for all others they are still there, in CMake 4 as well. Measured with CMake 3.31.6 and
4.4.5.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.cmake.commands import CMakeCommand, cmake_commands
from wheelcheck.builds.cmake.roots import command_line_defines
from wheelcheck.builds.obstacles.obstacle import BuildObstacle

__all__ = ["REMOVES_MODULES", "refused_python"]

REMOVES_MODULES = Version("3.27")
"""The first CMake with policy CMP0148, and the policies that a project must state for it."""
_POLICY = "CMP0148"
_SOURCE = "cmake.org/cmake/help/latest/policy/CMP0148.html; measured with CMake 3.31.6 and 4.4.5"
_REMOVED = frozenset({"PythonInterp", "PythonLibs"})
_SETTINGS = ("PYTHON_LIBRARY", "PYTHON_INCLUDE_DIR", "PYTHON_EXECUTABLE", "skbuild")
"""What a script finds Python by itself with, and hands to CMake."""


class _Policies(Struct):
    """Whether each file of a project has the new behaviour; a folder has that of its parent."""

    by_path: dict[str, bool] = field(default_factory=dict)

    def note(self, command: CMakeCommand) -> None:
        words = command.words
        if "VERSION" in words[:-1]:
            stated = _version(words[words.index("VERSION") + 1])
            self.by_path[command.path] = stated is not None and stated >= REMOVES_MODULES
        elif words[:2] == ("SET", _POLICY):
            self.by_path[command.path] = words[2:3] == ("NEW",)

    def removes(self, path: str) -> bool:
        folder = posixpath.dirname(path)
        while path not in self.by_path and folder:
            folder = posixpath.dirname(folder)
            path = posixpath.join(folder, "CMakeLists.txt")
        return self.by_path.get(path, False)


def refused_python(
    texts: Mapping[str, str], paths: frozenset[str], python: tuple[int, int]
) -> tuple[BuildObstacle, ...]:
    """The first Python that a project wants of CMake in any case, and that it does not find.

    Codes ``cmake-python-removed`` and ``cmake-other-python``. `paths` are the files of the sdist,
    which may bring modules of its own; `python` is that of the target, and no other is there.
    """
    policies, found = _Policies(), set[str]()
    defaults = any(f"CMAKE_POLICY_DEFAULT_{_POLICY}" in text for text in texts.values())
    for command in cmake_commands(texts, "CMakeLists.txt", command_line_defines(texts)):
        if command.name in {"cmake_minimum_required", "cmake_policy"}:
            policies.note(command)
        if command.name != "find_package" or not command.words:
            continue
        name = command.words[0]
        found.add(name)
        if not command.sure or "REQUIRED" not in command.words or _is_own(name, paths):
            continue
        if name in _REMOVED and policies.removes(command.path) and not defaults:
            message = (
                f"{command.path} asks for {name}, which policy {_POLICY} of CMake 3.27 removes"
            )
            return (BuildObstacle("cmake-python-removed", message, _SOURCE, fatal=True),)
        if any(word in text for word in _SETTINGS for text in texts.values()):
            continue
        for what in _other_python(command.words, python, found):
            message = f"{command.path} asks CMake for {what}, and Python is {python[0]}.{python[1]}"
            return (BuildObstacle("cmake-other-python", message, _SOURCE, fatal=True),)
    return ()


def _is_own(name: str, paths: frozenset[str]) -> bool:
    return any(path.endswith(f"Find{name}.cmake") for path in paths)


def _other_python(words: Sequence[str], python: tuple[int, int], sought: set[str]) -> Iterator[str]:
    """Python 2 alone, or one version exactly.

    `FindPythonInterp` takes any later Python, as `FindPythonLibs` does where that came before it.
    """
    name, stated = words[0], _version(words[1]) if len(words) > 1 else None
    if name == "Python2":
        yield name
    if stated is None or name not in {"Python", "Python3", *_REMOVED}:
        return
    older = stated.major < python[0]
    if name == "Python" or (name == "PythonLibs" and "PythonInterp" not in sought):
        yield from [f"{name} {words[1]}"] if older else []
    if "EXACT" in words and len(stated.release) > 1 and stated.release[:2] != python:
        yield f"{name} {words[1]} EXACT"


def _version(text: str) -> Version | None:
    """The version that counts: of a range the upper end, whose policies CMake takes."""
    try:
        return Version(text.rpartition("...")[2])
    except InvalidVersion:
        return None
