"""Modules of Python that makefiles, CMake and Meson run, and that a build environment lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored

__all__ = ["described_modules"]

_RUNS = re.compile(
    r"(?i:python)[\w.]*\}?\)?[\"']?[\s;,\"']+"
    r"(?:-m[\s;,\"']*|-c[\s,]*[\"']+\s*(?:import\s+(?:os|sys)\s*[,;]\s*)?(?:import|from)\s+)"
    r"(pybind11|numpy|cffi|nanobind|Cython)\b"
)
"""``python3 -m pybind11 --includes``, ``$(PYTHON) -c "import numpy; …"``."""
_MAKES = re.compile(r"[\"']g?make[\"' ]|\bg?make -|\bmake[\"']")
_COMMAND = re.compile(r"(?m)^[ \t]*(\w+)[ \t]*\(")
_DOES_WITHOUT = re.compile(r"(?i)^\s*message\b|\b(?:RESULTS?_VARIABLE|ERROR_QUIET)\b")
"""Commands of CMake that run nothing, or whose project looks how the program ended."""
_BY_NAME = {"CMakeLists.txt": "CMake", "meson.build": "Meson", "Makefile": "make"}


def described_modules(
    contents: SdistContents, installed: Collection[str] | None
) -> tuple[BuildObstacle, ...]:
    """The first such module; code ``module-missing``.

    `installed` are the projects of the build environment, None where there may be others: then
    nothing is said. A warning: it may be in a branch that the build does not take.
    """
    if installed is None:
        return ()
    for path, program, module in _run(contents.texts):
        if module.lower() not in installed:
            message = f"{program} runs Python's {module} in {path}, and no build requirement "
            message += "brings that"
            return (BuildObstacle("module-missing", message, path),)
    return ()


def _run(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Files of build tools, whose they are, and the module that they run."""
    makes = _MAKES.search(texts.get("setup.py", "")) is not None
    for path, text in texts.items():
        program = _BY_NAME.get(posixpath.basename(path))
        if program is None or (program == "make" and not makes):
            continue
        if not (is_aside(path) or is_vendored(path)):
            bare = without_comments(text)
            for match in _RUNS.finditer(bare):
                if program != "CMake" or not _DOES_WITHOUT.search(_command_at(bare, match.start())):
                    yield path, program, match[1]


def _command_at(text: str, place: int) -> str:
    """The command of CMake that a place in a text is in."""
    starts = [match.start() for match in _COMMAND.finditer(text)]
    start = max((each for each in starts if each <= place), default=0)
    return text[start : min((each for each in starts if each > place), default=len(text))]
