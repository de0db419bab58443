"""Which parts of a Meson project run on Linux, as far as options and conditions say."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect
from collections.abc import Iterable, Mapping

from msgspec import Struct

from wheelcheck.builds.meson.values import MesonValues
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.truth import all_of

__all__ = ["MesonBranches", "MesonFile", "MesonProject", "runs_meson"]

_LONG = 1_000_000
_MESON = re.compile(r"(?i)(?<![a-z])meson(?:py)?(?![a-z])")
_SUBDIR = re.compile(r"\bsubdir\s*\(\s*(?:('[^'\n]+'(?:\s*/\s*'[^'\n]+')*)\s*[,)])?")
_PART = re.compile(r"'([^'\n]+)'")
_BLOCK = re.compile(r"^[ \t]*(if|elif|else|endif)\b([^\n]*)", re.MULTILINE)


class MesonBranches(Struct, frozen=True):
    """Where the text changes from one state to another: runs, does not, unknown (None)."""

    begins: tuple[int, ...]
    states: tuple[bool | None, ...]

    @classmethod
    def of(cls, text: str, values: MesonValues) -> MesonBranches:
        """The branches of a file whose comments are taken off."""
        begins = [0]
        states: list[bool | None] = [True]
        blocks: list[tuple[bool | None, bool | None]] = []
        """Of each block: whether this branch runs, and whether one so far was taken."""
        systems: list[bool] = []
        for match in _BLOCK.finditer(text):
            word, condition = match.groups()
            truth = True if word == "else" else values.truth(condition)
            if word == "if":
                blocks.append((truth, truth))
                systems.append(values.is_of_system(condition))
            elif word == "endif":
                blocks, systems = blocks[:-1], systems[:-1]
            elif blocks:
                blocks[-1] = _next_branch(taken=blocks[-1][1], truth=truth)
                systems[-1] |= values.is_of_system(condition)
            # What an option leaves out may be switched on: it is optional, not of another system.
            running = [
                None if runs is False and not of_system else runs
                for (runs, _), of_system in zip(blocks, systems, strict=True)
            ]
            begins.append(match.end())
            states.append(all_of(running))
        return cls(tuple(begins), tuple(states))

    def state(self, position: int) -> bool | None:
        """Whether what begins at a place of the text runs; None where only a build knows."""
        return self.states[bisect(self.begins, position) - 1]


def _next_branch(*, taken: bool | None, truth: bool | None) -> tuple[bool | None, bool | None]:
    """Whether a later branch runs, and whether one was taken with it."""
    if taken:
        return False, True
    if truth is False:
        return False, taken
    return (None if taken is None else truth), (True if truth else None)


class MesonFile(Struct, frozen=True):
    """A ``meson.build``, its comments taken off. `reached`: the build comes to it for certain."""

    path: str
    text: str
    branches: MesonBranches
    reached: bool = True

    def state(self, position: int) -> bool | None:
        """Whether what begins at a place of the text runs; None where only a build knows."""
        state = self.branches.state(position)
        return None if state and not self.reached else state


class MesonProject(Struct, frozen=True):
    """The files that a build comes to from the top, but for tests and the like."""

    values: MesonValues
    files: tuple[MesonFile, ...]

    @classmethod
    def of(cls, texts: Mapping[str, str], given: Mapping[str, str] | None = None) -> MesonProject:
        """The project of an sdist with these build files, and the options it is called with.

        Where it names folders by variables, or has no file at the top, every file counts.
        """
        bare = {
            path: without_comments(text[:_LONG])
            for path, text in texts.items()
            if path.rpartition("/")[2] == "meson.build" and not is_aside(path)
        }
        values = MesonValues({**texts, **bare}, given)
        branches = {path: MesonBranches.of(text, values) for path, text in bare.items()}
        by_name = all(match[1] for text in bare.values() for match in _SUBDIR.finditer(text))
        if "meson.build" in bare and by_name:
            reached = _reached(bare, branches)
        else:
            reached = dict.fromkeys(bare, True)
        files = (
            MesonFile(path, text, branches[path], reached[path])
            for path, text in bare.items()
            if path in reached
        )
        return cls(values, tuple(files))


def runs_meson(backend: str, build_requires: Iterable[str], texts: Mapping[str, str]) -> bool:
    """Whether a build runs Meson: a library's own ``meson.build`` may be shipped beside another."""
    if backend.startswith("meson") or any(map(_MESON.search, build_requires)):
        return True
    if "setup.py" not in texts:
        return True
    scripts = (text for path, text in texts.items() if path.endswith(".py"))
    return any(_MESON.search(text) for text in scripts if "meson" in text.lower())


def _reached(texts: Mapping[str, str], branches: Mapping[str, MesonBranches]) -> Mapping[str, bool]:
    """The files that a build may come to from the top, and whether it does for certain."""
    found, todo = {"meson.build": True}, ["meson.build"]
    while todo:
        path = todo.pop()
        for match in _SUBDIR.finditer(texts[path]):
            state = branches[path].state(match.start())
            parts = _PART.findall(match[1])
            below = posixpath.normpath(posixpath.join(posixpath.dirname(path), *parts))
            file = f"{below}/meson.build"
            if file in texts and file not in found and state is not False:
                found[file] = found[path] and state is True
                todo.append(file)
    return found
