"""Methods of the plain values a setup script computes with: strings, paths, lists, dicts."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from wheelcheck.builds.setup_script.computed.script_values import (
    Opaque,
    Plain,
    Raised,
    Value,
    opaque,
)
from wheelcheck.builds.setup_script.script_context import ScriptContext

__all__ = [
    "LONG",
    "NOT_KNOWN",
    "call_method",
    "existence",
    "file_existence",
    "folder_existence",
    "is_text",
    "joined",
    "listed",
    "matches",
    "members",
    "sequence",
    "walked",
]

LONG = 5_000
"""No string or list is computed that is longer than this."""
NOT_KNOWN: Any = object()
"""The answer where a name means nothing to us."""


def call_method(around: ScriptContext, base: Value, name: str, args: list[Value]) -> Value:
    """The result of a method of a string (which may be a path), list, tuple or dict."""
    if isinstance(base, str):
        return _string_method(around, base, name, args)
    if isinstance(base, list):
        return _list_method(base, name, args)
    if isinstance(base, dict):
        return _dict_method(base, name, args)
    return NOT_KNOWN


_STRING = {
    "lower", "upper", "strip", "lstrip", "rstrip", "startswith", "endswith", "split", "splitlines",
    "partition", "rpartition", "find", "isdigit", "title", "capitalize", "rsplit",
}  # fmt: skip
_PATH_ITSELF = {"resolve", "absolute", "as_posix", "expanduser", "__str__"}


def _string_method(around: ScriptContext, base: str, name: str, args: list[Value]) -> Value:
    if name in _PRESENCE:
        return _PRESENCE[name](around, base)
    if name in _PATH_ITSELF:
        return base
    if name in {"glob", "rglob"} and is_text(args):
        deep = "**/" if name == "rglob" else ""
        return matches(around, posixpath.join(base, deep + args[0]))
    if name == "iterdir":
        return members(around, base)
    if name in _MAKING_STRINGS:
        return _MAKING_STRINGS[name](base, args)
    return NOT_KNOWN


def _join(base: str, args: list[Value]) -> Value:
    parts = sequence(args)
    if parts is None or not all(isinstance(part, str) for part in parts):
        return opaque(*args)
    total = sum(map(len, parts)) + len(base) * len(parts)
    return base.join(parts) if total < LONG else Opaque()


def _replace(base: str, args: list[Value]) -> Value:
    if len(args) != 2 or not all(isinstance(arg, str) for arg in args):  # noqa: PLR2004 (old, new)
        return Opaque()
    grown = len(base) + (base.count(args[0]) + 1) * len(args[1])
    return base.replace(args[0], args[1]) if grown < LONG else Opaque()


def _simply(name: str, base: str, args: list[Value]) -> Value:
    """A method whose result is no longer than the string itself."""
    try:
        return getattr(base, name)(*args)
    except (TypeError, ValueError):
        return Opaque()


_MAKING_STRINGS: Mapping[str, Callable[[str, list[Value]], Value]] = {
    "join": _join,
    "joinpath": lambda base, args: joined([base, *args]),
    "replace": _replace,
    **{name: partial(_simply, name) for name in _STRING},
}


def _list_method(base: list[Value], name: str, args: list[Value]) -> Value:
    if name in {"append", "insert", "extend"} and args:
        _grow(base, name, args)
        return None
    if name == "copy":
        return list(base)
    if name == "index" and args:
        return _place(base, args[0])
    if name == "remove" and len(args) == 1:
        return _remove(base, args[0])
    if name in _OF_SETS and len(args) == 1:
        return _compared(base, name, args)
    return NOT_KNOWN


def _remove(base: list[Value], element: Value) -> Value:
    place = _place(base, element)
    if not isinstance(place, int):
        return place
    del base[place]
    return None


def _grow(base: list[Value], name: str, args: list[Value]) -> None:
    room = max(0, LONG - len(base))
    if name == "insert":
        base[:0] = args[1:2][:room]
    elif name == "append":
        base.extend(args[:1][:room])
    else:
        more = sequence(args)
        base.extend(args[:1] if more is None else more[:room])


_OF_SETS: Mapping[str, Callable[[list[Value], list[Value]], Value]] = {
    "difference": lambda item, other: [part for part in item if part not in other],
    "intersection": lambda item, other: [part for part in item if part in other],
    "isdisjoint": lambda item, other: not any(part in other for part in item),
    "issubset": lambda item, other: all(part in other for part in item),
    "issuperset": lambda item, other: all(part in item for part in other),
}
_COMPARED = 300


def _compared(base: list[Value], name: str, args: list[Value]) -> Value:
    """A method of a set, which is a list here."""
    other = sequence(args)
    if other is None or max(len(base), len(other)) > _COMPARED:
        return Opaque()
    known = all(isinstance(item, Plain) for item in (*base, *other))
    return _OF_SETS[name](base, other) if known else opaque(base, other)


def _place(base: list[Value], element: Value) -> Value:
    if not all(isinstance(item, Plain) for item in [*base, element]):
        return Opaque()
    if element not in base:
        raise Raised("ValueError")
    return base.index(element)


def _dict_method(base: dict[Value, Value], name: str, args: list[Value]) -> Value:
    if name in {"get", "setdefault", "pop"} and args and isinstance(args[0], str | int):
        default = args[1] if len(args) > 1 else None
        if name == "setdefault":
            return base.setdefault(args[0], default)
        return base.pop(args[0], default) if name == "pop" else base.get(args[0], default)
    if name in {"items", "keys", "values"}:
        rows = {"items": base.items(), "keys": base.keys(), "values": base.values()}[name]
        return list(rows)
    if name == "copy":
        return dict(base)
    return NOT_KNOWN


def is_text(args: list[Value]) -> bool:
    """Whether the first argument is a string of sane length."""
    return bool(args) and isinstance(args[0], str) and len(args[0]) < LONG


def existence(around: ScriptContext, path: str) -> Value:
    """Whether the sdist holds a path; unknown outside it."""
    there = around.exists(path)
    return Opaque() if there is None else there


def file_existence(around: ScriptContext, path: str) -> Value:
    """Whether a path is a file of the sdist; unknown outside it."""
    there = around.exists(path)
    return Opaque() if there is None else there and not around.is_folder(path)


def folder_existence(around: ScriptContext, path: str) -> Value:
    """Whether a path is a folder of the sdist; unknown outside it."""
    return Opaque() if around.exists(path) is None else around.is_folder(path)


_PRESENCE = {"exists": existence, "is_dir": folder_existence, "is_file": file_existence}


def listed(around: ScriptContext, folder: str) -> Value:
    """The names in a folder, as `os.listdir` gives them; unknown where the sdist has none such."""
    names = around.folder(folder)
    return Opaque() if names is None else [*names[0], *names[1]]


def members(around: ScriptContext, folder: str) -> Value:
    """The paths in a folder, as `os.scandir` and `Path.iterdir` give them."""
    names = listed(around, folder)
    if not isinstance(names, list):
        return names
    return [posixpath.join(folder, str(name)) for name in names]


def walked(around: ScriptContext, top: str) -> Value:
    """Every folder from one on, as `os.walk` gives them; unknown where there is none, or much."""
    found: list[Value] = []
    left, count = [top], 0
    while left:
        place = left.pop(0)
        names = around.folder(place)
        count += 0 if names is None else len(names[1])
        if names is None or count > _WALKED:
            return Opaque()
        folders, files = names
        found.append((place, list(folders), list(files)))
        left += [posixpath.join(place, name) for name in folders]
    return found


_WALKED = 500
"""Files of a folder with which a script is followed one by one: more would take it too long."""


def matches(around: ScriptContext, pattern: str) -> Value:
    """Files of the sdist that match a glob pattern; unknown outside it."""
    return Opaque() if pattern.startswith(("/", "..")) else around.matching(pattern)


def joined(args: list[Value]) -> Value:
    """Path parts, joined."""
    if all(isinstance(part, str) for part in args) and sum(map(len, args)) < LONG:
        return posixpath.join("", *args)
    return opaque(*args)


def sequence(args: list[Value]) -> list[Value] | None:
    """The elements of the first argument; None where they are unknown."""
    if not args:
        return []
    value = args[0]
    if isinstance(value, list | tuple):
        return list(value)
    return list(value) if isinstance(value, dict) else None
