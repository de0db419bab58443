"""The targets that CMake's commands make, and of what, and the files that custom commands write."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise

from msgspec import Struct, field

from wheelcheck.builds.cmake.language import UNKNOWN, Scope
from wheelcheck.builds.cmake.variables import SOURCE, sdist_path

__all__ = ["TARGET_COMMANDS", "CMakeTarget", "MadeTargets"]

_KINDS = {"EXCLUDE_FROM_ALL", "INTERFACE", "MACOSX_BUNDLE", "MODULE", "OBJECT", "PRIVATE", "PUBLIC",
    "SHARED", "STATIC", "UNKNOWN", "WIN32"}  # fmt: skip
_SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".pyx", ".f", ".f90", ".F", ".F90", ".for",
    ".f95", ".i", ".s", ".S", ".asm")  # fmt: skip
_CUSTOM_WORDS = {"ARGS", "BYPRODUCTS", "COMMAND", "COMMENT", "DEPENDS", "MAIN_DEPENDENCY",
    "VERBATIM", "WORKING_DIRECTORY"}  # fmt: skip
_OBJECTS = re.compile(r"\$<TARGET_OBJECTS:([^<>]+)>")
_GENERATED = re.compile(r"\$<[A-Z_]+:([\w:.+-]+)>")


class CMakeTarget(Struct):
    """A library or program: the words that name its sources, each with the folder where it stands.

    `uses` are the names of what it links or depends on; `excluded`: ``all`` does not build it.
    """

    name: str
    sources: list[tuple[str, str]] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    excluded: bool = False
    helper: bool = False


class MadeTargets:
    """The targets of a project, as its commands make them one after another.

    Parameters:
        present: All files of the sdist.
    """

    def __init__(self, present: Collection[str]) -> None:
        self.targets: dict[str, CMakeTarget] = {}
        self.written: dict[str, list[tuple[str, str]]] = {}
        """What custom commands write, by its path, and the sources that they read."""
        self._present = present

    def _target(self, name: str, scope: Scope) -> CMakeTarget:
        if name not in self.targets:
            self.targets[name] = CMakeTarget(name, excluded=scope.excluded)
        return self.targets[name]

    def _add(self, words: list[str], scope: Scope) -> None:
        name, rest = words[0], words[1:]
        if "ALIAS" in rest[:1]:
            self.targets[name] = CMakeTarget(name, uses=rest[1:2], excluded=True)
            return
        if "IMPORTED" in rest or UNKNOWN in name:
            return
        target = self._target(name, scope)
        target.excluded |= "EXCLUDE_FROM_ALL" in rest
        target.sources += [(word, scope.folder) for word in rest if word not in _KINDS]
        target.uses += [found for word in rest for found in _OBJECTS.findall(word)]

    def _sources(self, words: list[str], scope: Scope) -> None:
        target = self._target(words[0], scope)
        target.sources += [(word, scope.folder) for word in words[1:] if word not in _KINDS]
        target.uses += [found for word in words for found in _OBJECTS.findall(word)]

    def _uses(self, words: list[str], scope: Scope) -> None:
        used = [_GENERATED.sub(r"\1", word) for word in words[1:] if word not in _KINDS]
        self._target(words[0], scope).uses += used

    def _custom_target(self, words: list[str], scope: Scope) -> None:
        target = self._target(words[0], scope)
        target.excluded |= "ALL" not in words
        target.sources += [(word, scope.folder) for word in words[1:] if word.startswith("/")]
        target.uses += words[1:]

    def _custom_command(self, words: list[str], scope: Scope) -> None:
        if words[0] != "OUTPUT":
            return
        end = next((i for i, word in enumerate(words) if word in _CUSTOM_WORDS), len(words))
        read = [(word, scope.folder) for word in words[end:] if _is_source(word)]
        for word in words[1:end]:
            self.written[sdist_path(word, scope.folder)] = read

    def _set_properties(self, words: list[str], scope: Scope) -> None:
        if "PROPERTIES" in words:
            at = words.index("PROPERTIES")
            if "EXCLUDE_FROM_ALL" in words[at:-1]:
                self.exclude(words[:at], scope)

    def exclude(self, names: Iterable[str], scope: Scope) -> None:
        """Have ``all`` build none of these targets."""
        for name in names:
            self._target(name, scope).excluded = True

    def add_helper(self, name: str, words: list[str], scope: Scope) -> None:
        """A command of a module that is not read: ``pybind11_add_module``, ``cython_transpile`` …

        It makes a target of its first word, if it names sources, or a `.pyx` of that name is there.
        """
        sources = [word for word in words if _is_source(word)]
        beside = posixpath.join(scope.folder, f"{words[0]}.pyx")
        if beside in self._present and (not sources or "cython" in name):
            sources = [f"{SOURCE}/{beside}", *sources]
        if not sources:
            return
        if "cython" in name:
            value = f"{SOURCE}/{sdist_path(sources[0], scope.folder)}"
            for before, word in pairwise(words):
                if before == "OUTPUT_VARIABLE":
                    scope.variables[word] = value
                    return
            scope.variables[words[0]] = value
        target = self._target(words[0], scope)
        target.helper = "cython" in name
        target.sources += [(word, scope.folder) for word in sources]
        target.uses += [word for word in words[1:] if not _is_source(word)]


def _is_source(word: str) -> bool:
    return word.endswith(_SUFFIXES)


TARGET_COMMANDS: Mapping[str, Callable[[MadeTargets, list[str], Scope], None]] = {
    "add_custom_command": MadeTargets._custom_command,  # noqa: SLF001 (its own table)
    "add_custom_target": MadeTargets._custom_target,  # noqa: SLF001
    "add_dependencies": MadeTargets._uses,  # noqa: SLF001
    "add_executable": MadeTargets._add,  # noqa: SLF001
    "add_library": MadeTargets._add,  # noqa: SLF001
    "set_target_properties": MadeTargets._set_properties,  # noqa: SLF001
    "target_link_libraries": MadeTargets._uses,  # noqa: SLF001
    "target_sources": MadeTargets._sources,  # noqa: SLF001
}
