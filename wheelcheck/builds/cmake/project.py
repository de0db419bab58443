"""Follows a CMake project from its top ``CMakeLists.txt``: which targets it makes, and of what."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from wheelcheck.builds.cmake.conditions import is_true
from wheelcheck.builds.cmake.copies import Copies
from wheelcheck.builds.cmake.language import UNKNOWN, Scope, Statement, statements
from wheelcheck.builds.cmake.made_targets import TARGET_COMMANDS, CMakeTarget, MadeTargets
from wheelcheck.builds.cmake.variables import BUILD, SOURCE, VARIABLES, sdist_path

__all__ = ["CMakeProject"]

_MOST = 30_000
"""Commands that are followed of one project."""
_DEEPEST = 25
_MOST_ITEMS = 300
_LINUX: Mapping[str, str] = {
    "CMAKE_BUILD_TYPE": "Release", "CMAKE_COMPILER_IS_GNUCC": "1", "CMAKE_COMPILER_IS_GNUCXX": "1",
    "CMAKE_CXX_COMPILER_ID": "GNU", "CMAKE_CXX_COMPILER_VERSION": "14.2",
    "CMAKE_C_COMPILER_ID": "GNU", "CMAKE_C_COMPILER_VERSION": "14.2",
    "CMAKE_HOST_SYSTEM_NAME": "Linux", "CMAKE_HOST_UNIX": "1", "CMAKE_SIZEOF_VOID_P": "8",
    "CMAKE_SYSTEM_NAME": "Linux", "CMAKE_SYSTEM_PROCESSOR": "x86_64", "CMAKE_VERSION": "4.1.0",
    "LINUX": "1", "SKBUILD": "2", "UNIX": "1",
}  # fmt: skip
_NO_TARGET = re.compile(
    r"(?:set|get|source|target|mark_as|cmake|enable|link|include|define|add_(?:test|compile|link"
    r"|definitions)|install|export|message|configure|separate|project|print|check|feature|catch"
    r"|gtest|doctest|ctest|write)_?\w*"
)
"""Commands that name sources and make no target of them."""


class CMakeProject:
    """What a project makes, as far as its files say.

    Parameters:
        texts: The sdist's build files by path.
        paths: All files of the sdist.
        root: The project's own ``CMakeLists.txt``.
        defines: Variables that the backend or the setup script sets on the command line.
        certain: Run none of the branches of which nobody knows which is taken, instead of all.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        paths: Sequence[str],
        root: str = "CMakeLists.txt",
        defines: Mapping[str, str] | None = None,
        *,
        certain: bool = False,
    ) -> None:
        self._present = frozenset(paths)
        self._made = MadeTargets(self._present)
        self.targets: Mapping[str, CMakeTarget] = self._made.targets
        self.made: Mapping[str, list[tuple[str, str]]] = self._made.written
        """What custom commands write, by its path, and the sources that they read."""
        self.unfollowed: set[str] = set()
        """Folders that the build takes and whose own description is not CMake's, or not read."""
        self.is_open = False
        """Whether it takes folders by names that only a build knows."""
        self.copies = Copies()
        self._texts, self._paths, self._certain = texts, paths, certain
        self._parsed: dict[str, list[Statement]] = {}
        self._functions: dict[str, tuple[list[str], list[Statement], bool]] = {}
        self._properties: dict[str, str] = {}
        self._fetched: dict[str, str] = {}
        self._count = 0
        self._depth = 0
        folder = posixpath.dirname(root)
        self._root_folder = folder
        cache: dict[str, str | None] = {**_LINUX, **(defines or {})}
        top = Scope(cache, {}, folder)
        self._questions: Mapping[str, Callable[[str, Scope], bool | None]] = {
            "COMMAND": lambda word, _: word.lower() in self._functions or None,
            "EXISTS": lambda word, scope: self._exists(word, scope.folder),
            "IS_DIRECTORY": lambda word, scope: self._exists(word, scope.folder),
            "IS_SYMLINK": lambda _word, _scope: False,
            "TARGET": lambda word, _: word in self.targets,
            "POLICY": lambda _word, _scope: True,
        }
        self._enter(top)
        self._run_file(root, top)

    def left(self) -> set[str]:
        """Folders with a project that was not come to, where it takes some of unknown names."""
        folders = {
            posixpath.dirname(path)
            for path in self._texts
            if path.endswith("/CMakeLists.txt") and path not in self._parsed
        }
        return folders | self.unfollowed if self.is_open else self.unfollowed

    def _exists(self, word: str, folder: str) -> bool | None:
        if not word.startswith((SOURCE, ".")) and word.startswith("/"):
            return None  # of the system
        path = sdist_path(word, folder)
        return path in self._present or any(each.startswith(f"{path}/") for each in self._paths)

    def _enter(self, scope: Scope) -> None:
        """Set the variables that name the folders of a scope."""
        below = f"/{scope.folder}" if scope.folder else ""
        top = f"/{self._root_folder}" if self._root_folder else ""
        scope.variables |= {
            "CMAKE_SOURCE_DIR": SOURCE + top,
            "CMAKE_BINARY_DIR": BUILD + top,
            "CMAKE_CURRENT_SOURCE_DIR": SOURCE + below,
            "CMAKE_CURRENT_BINARY_DIR": BUILD + below,
        }

    def _run_file(self, path: str, scope: Scope) -> None:
        if path not in self._parsed:
            self._parsed[path] = statements(self._texts.get(path, ""))
        outer = {
            name: scope.variables.get(name)
            for name in ("CMAKE_CURRENT_LIST_DIR", "CMAKE_CURRENT_LIST_FILE")
        }
        folder = posixpath.dirname(path)
        scope.variables["CMAKE_CURRENT_LIST_DIR"] = f"{SOURCE}/{folder}" if folder else SOURCE
        scope.variables["CMAKE_CURRENT_LIST_FILE"] = f"{SOURCE}/{path}"
        self._depth += 1
        if self._depth < _DEEPEST:
            self._run(self._parsed[path], scope)
        self._depth -= 1
        scope.variables |= outer

    def _run(self, body: Iterable[Statement], scope: Scope) -> bool:
        """Run statements; True where a ``return`` ends them."""
        for statement in body:
            self._count += 1
            if self._count > _MOST:
                return True
            block = _BLOCKS.get(statement.name)
            if block is not None:
                if block(self, statement, scope):
                    return True
            elif statement.name == "return":
                return True
            else:
                self._command(statement.name, statement.words, scope)
        return False

    def _if(self, block: Statement, scope: Scope) -> bool:
        """Of branches of which nobody knows which is taken, all are run, or none."""
        for condition, body in block.branches:
            truth = is_true(condition, scope, self._questions)
            if truth is False:
                continue
            if truth is None and self._certain:
                return False
            ended = self._run(body, scope)
            if truth:
                return ended
        return False

    def _foreach(self, block: Statement, scope: Scope) -> bool:
        variable, *rest = block.words or [""]
        words = scope.words(rest)
        if words[:1] == ["IN"]:
            kind, names = (words[1:2] or [""])[0], words[2:]
            words = scope.words(f"${{{name}}}" for name in names) if kind == "LISTS" else names
        elif words[:1] == ["RANGE"]:
            words = [UNKNOWN]
        for item in words[:_MOST_ITEMS]:
            scope.variables[variable] = item
            if self._run(block.branches[0][1], scope):
                return True
        return False

    def _once(self, block: Statement, scope: Scope) -> bool:
        return self._run(block.branches[0][1], scope)

    def _define(self, block: Statement, _scope: Scope) -> bool:
        if block.words:
            name, *parameters = block.words
            is_macro = block.name == "macro"
            self._functions[name.lower()] = parameters, block.branches[0][1], is_macro
        return False

    def _command(self, name: str, raw: list[str], scope: Scope) -> None:
        function = self._functions.get(name)
        if name == "cmake_parse_arguments":  # lists of keywords stay in one word
            words = [scope.expanded(word) for word in raw[:4]] + scope.words(raw[4:])
        else:
            words = scope.words(raw)
        if function is not None and self._depth < _DEEPEST:
            self._call(function, words, scope)
        elif words or name == "include":
            self._builtin(name, words, scope)

    def _builtin(self, name: str, words: list[str], scope: Scope) -> None:
        if name in _COMMANDS:
            _COMMANDS[name](self, words, scope)
        elif name in TARGET_COMMANDS:
            TARGET_COMMANDS[name](self._made, words, scope)
        elif (sets := VARIABLES[name]) is not None:
            if words:
                sets(scope, words, self._paths)
        elif not _NO_TARGET.fullmatch(name):
            self._made.add_helper(name, words, scope)

    def _call(
        self, function: tuple[list[str], list[Statement], bool], words: list[str], scope: Scope
    ) -> None:
        parameters, body, is_macro = function
        inner = scope if is_macro else scope.child()
        inner.parent = scope if not is_macro else inner.parent
        inner.bind(parameters, words)
        self._depth += 1
        self._run(body, inner)
        self._depth -= 1

    def _subdirectory(self, words: list[str], scope: Scope) -> None:
        excluded = "EXCLUDE_FROM_ALL" in words
        if UNKNOWN in words[0] or "${" in words[0]:
            self.is_open = True
            return
        folder = sdist_path(words[0], scope.folder)
        path = posixpath.normpath(posixpath.join(folder, "CMakeLists.txt"))
        path = self.copies.original(path, self._texts)
        if path in self._texts:
            below = scope.child(posixpath.dirname(path), excluded=excluded)
            self._enter(below)
            self._run_file(path, below)
        elif not excluded:
            self.unfollowed.add(folder)

    def _include(self, words: list[str], scope: Scope) -> None:
        if not words or UNKNOWN in words[0]:
            return
        if words[0] == "CTest":
            scope.cache.setdefault("BUILD_TESTING", "ON")
        path = sdist_path(words[0], scope.folder)
        named = [each for each in self._texts if each.endswith(f"/{words[0]}.cmake")]
        found = path if path in self._texts else min(named, key=len, default="")
        if found:
            self._run_file(found, scope)

    def _project(self, words: list[str], scope: Scope) -> None:
        for name in ("PROJECT_NAME", "CMAKE_PROJECT_NAME"):
            if name == "PROJECT_NAME" or not scope.has(name):
                scope.variables[name] = words[0]
        for prefix in ("PROJECT", words[0]):
            scope.variables[f"{prefix}_SOURCE_DIR"] = scope.value("CMAKE_CURRENT_SOURCE_DIR")
            scope.variables[f"{prefix}_BINARY_DIR"] = scope.value("CMAKE_CURRENT_BINARY_DIR")
        top = scope.folder == self._root_folder
        scope.variables["PROJECT_IS_TOP_LEVEL"] = "1" if top else ""

    def _set_property(self, words: list[str], scope: Scope) -> None:
        if "PROPERTY" not in words[:-1]:
            return
        at = words.index("PROPERTY")
        name, values = words[at + 1], words[at + 2 :]
        if words[0] == "GLOBAL":
            before = [self._properties.get(name, "")] if "APPEND" in words[:at] else []
            self._properties[name] = ";".join(filter(None, [*before, *values]))
        elif words[0] == "TARGET" and name == "EXCLUDE_FROM_ALL":
            self._made.exclude(words[1:at], scope)

    def _get_property(self, words: list[str], scope: Scope) -> None:
        known = words[1:2] == ["GLOBAL"]
        scope.variables[words[0]] = self._properties.get(words[-1], "") if known else None

    def _file(self, words: list[str], scope: Scope) -> None:
        if words[0] in {"COPY", "INSTALL"}:
            self.copies.add(words, scope.folder)
        else:
            VARIABLES["file"](scope, words, self._paths)

    def _declare(self, words: list[str], _scope: Scope) -> None:
        if "SOURCE_DIR" in words[:-1]:
            self._fetched[words[0].lower()] = words[words.index("SOURCE_DIR") + 1]

    def _make_available(self, words: list[str], scope: Scope) -> None:
        for name in words:
            if name.lower() in self._fetched:
                self._subdirectory([self._fetched[name.lower()]], scope)

    def _external(self, words: list[str], scope: Scope) -> None:
        """``ExternalProject_Add``: a build of its own, of a folder of the sdist or of none."""
        if "SOURCE_DIR" in words[:-1]:
            self.unfollowed.add(sdist_path(words[words.index("SOURCE_DIR") + 1], scope.folder))


_BLOCKS: Mapping[str, Callable[[CMakeProject, Statement, Scope], bool]] = {
    "block": CMakeProject._once,  # noqa: SLF001 (its own table)
    "foreach": CMakeProject._foreach,  # noqa: SLF001
    "function": CMakeProject._define,  # noqa: SLF001
    "if": CMakeProject._if,  # noqa: SLF001
    "macro": CMakeProject._define,  # noqa: SLF001
    "while": CMakeProject._once,  # noqa: SLF001
}
_COMMANDS: Mapping[str, Callable[[CMakeProject, list[str], Scope], None]] = {
    "add_subdirectory": CMakeProject._subdirectory,  # noqa: SLF001
    "externalproject_add": CMakeProject._external,  # noqa: SLF001
    "fetchcontent_declare": CMakeProject._declare,  # noqa: SLF001
    "fetchcontent_makeavailable": CMakeProject._make_available,  # noqa: SLF001
    "file": CMakeProject._file,  # noqa: SLF001
    "get_property": CMakeProject._get_property,  # noqa: SLF001
    "include": CMakeProject._include,  # noqa: SLF001
    "project": CMakeProject._project,  # noqa: SLF001
    "set_property": CMakeProject._set_property,  # noqa: SLF001
}
