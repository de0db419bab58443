"""Commands of CMake that only set variables: ``set``, ``list``, ``file(GLOB)`` and the like."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from wheelcheck.builds.cmake.conditions import by_version
from wheelcheck.builds.cmake.language import UNKNOWN, Scope

__all__ = ["BUILD", "SOURCE", "VARIABLES", "sdist_path"]

SOURCE = "/S"
BUILD = "/B"
"""Where CMake sees the sdist's root, and the folder it builds in."""
_MINIMUM = "CMAKE_MINIMUM_REQUIRED_VERSION"
_MOST_FILES = 5000
_COMPILER_HAS = re.compile(r"check_\w+_(?:compiler|linker)_flag")
_PROBES = re.compile(r"check_\w+")
_THERE = {"cython", "nanobind", "openacc", "openmp", "pybind11", "python", "python3",
    "pythonextensions", "pythoninterp", "pythonlibs", "scikitbuild", "skbuild",
    "threads"}  # fmt: skip
"""Packages of CMake that every build for Python has, by its compiler or its build requirements."""
_Command = Callable[[Scope, list[str], Sequence[str]], None]


def sdist_path(word: str, folder: str) -> str:
    """The path from the sdist's root that a word means in a source folder.

    What is made in the build folder has the path of its counterpart among the sources.
    """
    for place in (SOURCE, BUILD):
        if word == place or word.startswith(f"{place}/"):
            return posixpath.normpath(word[len(place) + 1 :])
    if UNKNOWN in word:
        word = word.rpartition(UNKNOWN)[2].lstrip("/")
    return posixpath.normpath(posixpath.join(folder, word))


def _set(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    name, rest = words[0], words[1:]
    if "CACHE" in rest:
        hides = not _is_older(scope, "3.21") and scope.has(name)  # policy CMP0126
        if "FORCE" in rest or (name not in scope.cache and not hides):
            scope.cache[name] = ";".join(rest[: rest.index("CACHE")])
            if _is_older(scope, "3.21"):
                scope.variables.pop(name, None)
        return
    if rest[-1:] == ["PARENT_SCOPE"]:
        if scope.parent is not None:
            scope.parent.variables[name] = ";".join(rest[:-1])
        return
    scope.variables[name] = ";".join(rest)


def _unset(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    scope.variables.pop(words[0], None)
    if "CACHE" in words:
        scope.cache.pop(words[0], None)


def _option(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """An option; projects for a CMake before 3.13 have it hide a variable (policy CMP0077)."""
    name = words[0]
    if _is_older(scope, "3.13") and name not in scope.cache:
        scope.variables.pop(name, None)
    if not scope.has(name):
        scope.cache[name] = words[2] if len(words) > 2 else "OFF"  # noqa: PLR2004


def _is_older(scope: Scope, release: str) -> bool:
    """Whether the project asks for the behaviour of a CMake before a release."""
    return by_version(scope.value(_MINIMUM) or "4", release) < 0


def _minimum(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """The release whose policies hold: the second of ``3.5...3.29``."""
    if "VERSION" in words[:-1]:
        scope.variables[_MINIMUM] = words[words.index("VERSION") + 1].rpartition("...")[2]


def _policy(scope: Scope, words: list[str], paths: Sequence[str]) -> None:
    if words[:3] in (["SET", "CMP0077", "NEW"], ["SET", "CMP0126", "NEW"]):
        scope.variables[_MINIMUM] = "4"
    elif words[0] == "VERSION":
        _minimum(scope, words, paths)


def _dependent_option(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """``cmake_dependent_option(name text value condition otherwise)``."""
    if not scope.has(words[0]):
        ways = {word.upper() for word in (*words[2:3], *words[4:5])}
        scope.cache[words[0]] = ways.pop() if len(ways) == 1 else None


def _list(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    action, name, rest = words[0], (words[1:2] or [""])[0], words[2:]
    value = scope.value(name)
    items = [UNKNOWN] if value is None else [part for part in value.split(";") if part]
    if action in _LIST_CHANGES:
        result = rest[-1] if rest[-2:-1] == ["OUTPUT_VARIABLE"] else name
        scope.variables[result] = ";".join(_LIST_CHANGES[action](items, rest))
    elif rest and action in {"FIND", "GET", "JOIN", "LENGTH", "SUBLIST"}:
        known = action == "LENGTH" and UNKNOWN not in items
        scope.variables[rest[-1]] = str(len(items)) if known else None


def _transformed(items: list[str], words: list[str]) -> list[str]:
    if words[:1] == ["PREPEND"] and len(words) > 1:
        return [words[1] + item for item in items]
    if words[:1] == ["APPEND"] and len(words) > 1:
        return [item + words[1] for item in items]
    return items


def _filter(items: list[str], words: list[str]) -> list[str]:
    """``list(FILTER name EXCLUDE REGEX pattern)``."""
    return _filtered(items, words[2], keep=words[0] == "INCLUDE") if len(words) > 2 else items  # noqa: PLR2004


_LIST_CHANGES: Mapping[str, Callable[[list[str], list[str]], list[str]]] = {
    "APPEND": lambda items, words: [*items, *words],
    "FILTER": _filter,
    "PREPEND": lambda items, words: [*words, *items],
    "REMOVE_DUPLICATES": lambda items, _: list(dict.fromkeys(items)),
    "REMOVE_ITEM": lambda items, words: [item for item in items if item not in words],
    "REVERSE": lambda items, _: items[::-1],
    "SORT": lambda items, _: sorted(items),
    "TRANSFORM": _transformed,
}


def _filtered(items: Iterable[str], pattern: str, *, keep: bool) -> list[str]:
    try:
        found = re.compile(pattern)
    except re.error:
        return list(items)
    return [item for item in items if (found.search(item) is not None) is keep]


def _file(scope: Scope, words: list[str], paths: Sequence[str]) -> None:
    if words[0] not in {"GLOB", "GLOB_RECURSE"} or len(words) < 2:  # noqa: PLR2004
        if words[0] in {"READ", "STRINGS", "RELATIVE_PATH", "SHA256", "TIMESTAMP"}:
            scope.variables[words[-1] if words[0] == "READ" else words[1]] = None
        return
    rest, relative = words[2:], ""
    if "RELATIVE" in rest[:-1]:
        at = rest.index("RELATIVE")
        relative = sdist_path(rest[at + 1], scope.folder)
        rest = rest[:at] + rest[at + 2 :]
    found: list[str] = []
    for pattern in (word for word in rest if word not in _GLOB_WORDS):
        found += _matching(sdist_path(pattern, scope.folder), paths, deep="REC" in words[0])
    values = [
        posixpath.relpath(path, relative or ".") if relative else f"{SOURCE}/{path}"
        for path in found[:_MOST_FILES]
    ]
    scope.variables[words[1]] = ";".join(values)


_GLOB_WORDS = {"CONFIGURE_DEPENDS", "FOLLOW_SYMLINKS", "LIST_DIRECTORIES", "true", "false"}


def _matching(pattern: str, paths: Sequence[str], *, deep: bool) -> list[str]:
    """The members of the sdist that a pattern of ``file(GLOB)`` matches."""
    folder, name = posixpath.split(pattern)
    if deep and "*" not in folder:
        below = f"{folder}/" if folder not in {"", "."} else ""
        return [
            path
            for path in paths
            if path.startswith(below) and fnmatch.fnmatchcase(posixpath.basename(path), name)
        ]
    depth = pattern.count("/")
    return [path for path in fnmatch.filter(paths, pattern) if path.count("/") == depth]


def _directory(scope: Scope, words: list[str], paths: Sequence[str]) -> None:
    """``aux_source_directory(folder variable)``."""
    pattern = posixpath.join(sdist_path(words[0], scope.folder), "*")
    found = _matching(pattern, paths, deep=False)
    scope.variables[words[-1]] = ";".join(f"{SOURCE}/{path}" for path in found)


def _name_part(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """``get_filename_component(variable name part)``."""
    variable, path, part = [*words, "", "", ""][:3]
    name = posixpath.basename(path)
    parts = {
        "ABSOLUTE": f"{SOURCE}/{sdist_path(path, scope.folder)}",
        "DIRECTORY": posixpath.dirname(path),
        "EXT": name[name.find(".") :] if "." in name else "",
        "NAME": name,
        "NAME_WE": name.partition(".")[0],
        "NAME_WLE": posixpath.splitext(name)[0],
        "PATH": posixpath.dirname(path),
        "REALPATH": f"{SOURCE}/{sdist_path(path, scope.folder)}",
    }
    scope.variables[variable] = None if UNKNOWN in path else parts.get(part)


_CASES: Mapping[str, Callable[[str], str]] = {
    "STRIP": lambda text: text.strip(),
    "TOLOWER": lambda text: text.lower(),
    "TOUPPER": lambda text: text.upper(),
}


def _string(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    action, rest = words[0], words[1:]
    if action == "REPLACE" and len(rest) > 3:  # noqa: PLR2004 (what, by what, variable, text)
        scope.variables[rest[2]] = ";".join(rest[3:]).replace(rest[0], rest[1])
    elif action in _CASES and len(rest) > 1:
        scope.variables[rest[-1]] = _CASES[action](rest[0])
    elif action == "APPEND" and rest:
        scope.variables[rest[0]] = (scope.value(rest[0]) or "") + "".join(rest[1:])
    elif action == "CONCAT" and rest:
        scope.variables[rest[0]] = "".join(rest[1:])
    elif action == "REGEX" and len(rest) > 2:  # noqa: PLR2004 (MATCH pattern variable)
        scope.variables[rest[3 if rest[0] == "REPLACE" and len(rest) > 3 else 2]] = None  # noqa: PLR2004
    elif rest:
        scope.variables[rest[-1]] = None


def _package(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """A package is there where the build ends without it; nobody installs others for it."""
    name = words[0]
    there = "REQUIRED" in words or name.lower() in _THERE or bool(scope.cache.get(f"{name}_FOUND"))
    for spelling in {name, name.upper()}:
        scope.variables[f"{spelling}_FOUND"] = "TRUE" if there else ""


def _modules(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    scope.variables[f"{words[0]}_FOUND"] = "1" if "REQUIRED" in words else ""


def _found(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    if not scope.value(words[0]):
        scope.variables[words[0]] = f"/usr/{words[0]}" if "REQUIRED" in words else None


def _parsed(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """``cmake_parse_arguments``, whose lists of keywords have come as one word each."""
    if words[:1] == ["PARSE_ARGV"]:
        words = [*words[2:], *(scope.value("ARGV") or "").split(";")]
    if len(words) < 4:  # noqa: PLR2004 (prefix and three lists of keywords)
        return
    prefix, options, single, several = words[0], *(set(word.split(";")) for word in words[1:4])
    found: dict[str, list[str]] = {}
    current = "UNPARSED_ARGUMENTS"
    for word in words[4:]:
        if word in options | single | several:
            current = word
            found[word] = ["TRUE"] if word in options else []
        else:
            found.setdefault(current, []).append(word)
            if current in single:
                current = "UNPARSED_ARGUMENTS"
    for keyword in (options | single | several | {"UNPARSED_ARGUMENTS"}) - {""}:
        scope.variables[f"{prefix}_{keyword}"] = ";".join(found.get(keyword, ()))


def _probe(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    if not scope.has(words[-1]):
        scope.variables[words[-1]] = None


def _trial(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """``try_compile(variable …)``."""
    scope.variables[words[0]] = None


def _flag(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    if not scope.has(words[-1]):
        scope.variables[words[-1]] = "1"


def _output(scope: Scope, words: list[str], _paths: Sequence[str]) -> None:
    """``execute_process`` and ``math`` set what only a build knows."""
    for before, word in pairwise(words):
        if before in {"ERROR_VARIABLE", "EXPR", "OUTPUT_VARIABLE", "RESULT_VARIABLE"}:
            scope.variables[word] = None


_BY_NAME: Mapping[str, _Command] = {
    "aux_source_directory": _directory,
    "cmake_dependent_option": _dependent_option,
    "cmake_minimum_required": _minimum,
    "cmake_parse_arguments": _parsed,
    "cmake_policy": _policy,
    "execute_process": _output,
    "file": _file,
    "find_file": _found,
    "find_library": _found,
    "find_package": _package,
    "find_path": _found,
    "find_program": _found,
    "get_filename_component": _name_part,
    "list": _list,
    "math": _output,
    "option": _option,
    "pkg_check_modules": _modules,
    "pkg_search_module": _modules,
    "set": _set,
    "string": _string,
    "try_compile": _trial,
    "try_run": _trial,
    "unset": _unset,
}


class _Variables(dict[str, _Command]):
    """Commands by name; those that ask the compiler have many."""

    def __missing__(self, name: str) -> _Command | None:
        if _COMPILER_HAS.fullmatch(name):
            return _flag
        return _probe if _PROBES.fullmatch(name) else None


VARIABLES = _Variables(_BY_NAME)
