"""CMake projects that add a folder, or include a file, which the sdist does not hold.

Sdists leave git submodules out unless somebody names their files; `add_subdirectory` of a folder
that is not there ends the run (cmake.org/cmake/help/latest/command/add_subdirectory.html).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from wheelcheck.builds.cmake.commands import CMakeCommand, cmake_commands
from wheelcheck.builds.cmake.roots import cmake_roots, command_line_defines
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.setup_run.sdist_modules import script_texts
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts

__all__ = ["missing_folders", "missing_project"]

_FILE = "CMakeLists.txt"
_SOURCE = "cmake.org/cmake/help/latest/command/add_subdirectory.html"
_FETCHES = re.compile(
    r"\bgit\b|submodule|download|urlretrieve|urlopen|\bcurl\b|\bwget\b|extractall|unpack_archive"
    r"|copytree|copyfile|cmaketools",
    re.IGNORECASE,
)
"""Words of scripts that may bring what is not in the sdist."""
_MAKERS = re.compile(r"execute_process|configure_file|fetchcontent_\w+|cpm\w+|exec_program")
"""Commands that may do so, where they are before it."""
_READS = frozenset(
    {"GLOB", "GLOB_RECURSE", "MAKE_DIRECTORY", "READ", "RELATIVE_PATH", "STRINGS", "TO_CMAKE_PATH"}
)
"""What ``file`` does that makes no file (cmake.org/cmake/help/latest/command/file.html)."""
_ASKS = re.compile(r"describe|log|rev-list|rev-parse|status|symbolic-ref|--?version")
"""What programs are run with that bring nothing."""
_MOST_FILES = 400


def missing_folders(facts: SdistFacts, contents: SdistContents) -> tuple[BuildObstacle, ...]:
    """The first folder that a project in ``CMakeLists.txt`` adds in any case, and that is missing.

    Code ``cmake-folder-missing``; a warning where something in the build may fetch or make it.
    """
    texts = contents.texts
    root = _root(facts, texts)
    if not root or contents.holds_links or len(texts) > _MOST_FILES:
        return ()
    brought = any(map(_FETCHES.search, script_texts(texts)))
    for command in cmake_commands(texts, root, command_line_defines(texts)):
        brought = brought or _makes(command)
        path = _missing(command, contents, posixpath.dirname(root))
        if path:
            message = f"{command.path} adds {path}, which the sdist does not hold"
            return (BuildObstacle("cmake-folder-missing", message, _SOURCE, fatal=not brought),)
    return ()


def _makes(command: CMakeCommand) -> bool:
    """Whether a command may bring or write what is not in the sdist."""
    if command.name == "file":
        return not _READS.issuperset(command.words[:1])
    if command.name == "execute_process" and any(map(_ASKS.fullmatch, command.words)):
        return False
    return _MAKERS.fullmatch(command.name) is not None


def _root(facts: SdistFacts, texts: Mapping[str, str]) -> str:
    """The description that the build begins with: at the top, or where a script names its folder.

    "" where that is not certain.
    """
    if _FILE in texts:
        return _FILE
    script = facts.script
    roots = cmake_roots(texts)
    if script is None or "cmake" not in script.tools_always_run or len(roots) != 1:
        return ""
    folder = posixpath.dirname(roots[0])
    return roots[0] if f'{folder}"' in texts["setup.py"].replace("'", '"') else ""


def missing_project(facts: SdistFacts, contents: SdistContents) -> tuple[BuildObstacle, ...]:
    """A script that runs CMake, which finds no project; code ``cmake-folder-missing``."""
    script = facts.script
    if script is None or script.tools_forgiven or not script.extensions or contents.holds_links:
        return ()
    if _FILE in contents.file_names:
        return ()
    texts = script_texts(contents.texts)
    brought = any(_FETCHES.search(text) or _FILE in text for text in texts)
    runs = next((place for place, tool in script.tools if tool == "cmake"), "")
    if not runs or brought:
        return ()
    message = f"{runs} runs CMake, and the sdist holds no {_FILE}"
    return (BuildObstacle("cmake-folder-missing", message, runs, fatal=True),)


def _missing(command: CMakeCommand, contents: SdistContents, top: str) -> str:
    """The folder or file that a command takes for certain and that is not there; else ""."""
    if command.name not in {"add_subdirectory", "include"} or not command.sure:
        return ""
    word = command.words[0] if command.words else ""
    if "$" in word or "*" in word or not word.strip("/"):
        return ""
    if command.name == "include" and not _must_have(command.words):
        return ""
    places = {
        posixpath.normpath(posixpath.join(folder, word.lstrip("/")))
        for folder in (posixpath.dirname(command.path), top, "")
    }
    wanted = {f"{place}/{_FILE}" for place in places} if "add" in command.name else places
    return "" if wanted & contents.paths else word.lstrip("/")


def _must_have(words: Sequence[str]) -> bool:
    """Whether ``include`` with these words ends without a file below the project's own folder."""
    path = words[0]
    own = "/" in path and ".." not in path.split("/") and path.endswith(".cmake")
    return own and "OPTIONAL" not in words
