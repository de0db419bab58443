"""CMake projects that CMake refuses: of a CMake so old that CMake 4 ends, or without NumPy.

`cmake_minimum_required` below 3.5 ends the run (cmake.org/cmake/help/latest/release/4.0.html),
in the project itself as in every folder that it adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packaging.version import InvalidVersion, Version

from wheelcheck.builds.cmake.commands import cmake_commands
from wheelcheck.builds.cmake.roots import command_line_defines
from wheelcheck.builds.obstacles.obstacle import BuildObstacle

__all__ = ["REFUSES_OLD", "missing_numpy", "old_minimums"]

REFUSES_OLD = Version("4")
_ACCEPTED = Version("3.5")
_SOURCE = "cmake.org/cmake/help/latest/release/4.0.html"


def old_minimums(texts: Mapping[str, str]) -> tuple[BuildObstacle, ...]:
    """What CMake 4 refuses of the project in ``CMakeLists.txt``, the first of certain, else any.

    Code ``cmake-too-new``. Certain is what no condition surrounds; a folder that is added within
    one may not be reached.
    """
    if any("CMAKE_POLICY_VERSION_MINIMUM" in texts.get(name, "") for name in _TOP):
        return ()
    stated: set[str] = set()
    found: list[BuildObstacle] = []
    for command in cmake_commands(texts, "CMakeLists.txt", command_line_defines(texts)):
        if command.name == "cmake_minimum_required" and command.path not in stated:
            found += _too_low(command.path, _minimum(command.words), sure=command.sure)
            stated |= {command.path} if command.sure else set()
    return tuple(sorted(found, key=lambda obstacle: not obstacle.fatal)[:1])


_TOP = ("setup.py", "pyproject.toml", "CMakeLists.txt")


def _too_low(path: str, minimum: Version | None, *, sure: bool) -> Iterator[BuildObstacle]:
    if minimum is not None and minimum < _ACCEPTED:
        message = f"{path} asks for CMake {minimum}, and CMake 4 accepts 3.5 at least"
        message += " (CMAKE_POLICY_VERSION_MINIMUM=3.5 in the environment helps)"
        yield BuildObstacle("cmake-too-new", message, _SOURCE, fatal=sure)


def _minimum(words: Sequence[str]) -> Version | None:
    """The version that counts: of a range, CMake takes the upper end as the policy version."""
    if "VERSION" not in words[:-1]:
        return None
    stated = words[words.index("VERSION") + 1].split("...")[-1]
    try:
        return Version(stated)
    except InvalidVersion:
        return None


def missing_numpy(texts: Mapping[str, str]) -> tuple[BuildObstacle, ...]:
    """A project that asks CMake for NumPy in any case, of a build that has none.

    Code ``cmake-without-numpy``: by ``find_package(NumPy REQUIRED)``, or as a component of Python.
    """
    if "CMakeLists.txt" not in texts:
        return ()
    for command in cmake_commands(texts, "CMakeLists.txt", command_line_defines(texts)):
        words = [word.lower() for word in command.words]
        wanted = command.name == "find_package" and command.sure and "required" in words
        component = words[:1] in (["python"], ["python3"]) and "numpy" in words
        if wanted and (words[:1] == ["numpy"] or component) and "optional_components" not in words:
            message = f"{command.path} asks CMake for NumPy, which is no build requirement"
            source = "cmake.org/cmake/help/latest/module/FindPython.html"
            return (BuildObstacle("cmake-without-numpy", message, source, fatal=True),)
    return ()
