"""Comparing values of which some are unknown, and looking into them."""

from __future__ import annotations

import ast
import operator
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from wheelcheck.builds.setup_script.computed.script_values import (
    Dotted,
    Extension,
    Opaque,
    Plain,
    Value,
    opaque,
)

__all__ = ["COMPARISONS", "CONVENTIONAL", "attribute", "compare", "item"]

CONVENTIONAL = {"PATH", "HOME", "USER", "PWD", "SHELL", "LANG", "TMPDIR", "HOSTNAME"}
"""Environment variables that are set in every build, to values nobody knows."""
_MANY = 300
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(op: ast.cmpop, left: Value, right: Value) -> bool | None:
    """The result of one comparison; None where it is unknown."""
    if isinstance(op, ast.In | ast.NotIn):
        inside = _contains(right, left)
        return None if inside is None else inside is isinstance(op, ast.In)
    if isinstance(op, ast.Is | ast.IsNot):
        same = _is_same(left, right)
        return None if same is None else same is isinstance(op, ast.Is)
    if not (_is_plain(left) and _is_plain(right)):
        return None
    try:
        return bool(COMPARISONS[type(op)](left, right))
    except TypeError:
        return None


def _is_same(left: Value, right: Value) -> bool | None:
    """Whether two values are one object: known of None and of truth values alone."""
    if left is None or right is None:
        other = right if left is None else left
        return None if isinstance(other, Opaque) and not other.extensions else other is None
    return left is right if isinstance(left, bool) and isinstance(right, bool) else None


def _is_plain(value: Value) -> bool:
    if isinstance(value, tuple | list):
        return len(value) < _MANY and all(isinstance(part, Plain) for part in value)
    return isinstance(value, Plain)


def _contains(container: Value, element: Value) -> bool | None:
    if container == Dotted("os.environ"):
        return None if not isinstance(element, str) or element in CONVENTIONAL else False
    if isinstance(container, str) and isinstance(element, str):
        return element in container
    if isinstance(container, dict | list | tuple) and isinstance(element, Plain):
        known = [part for part in container if isinstance(part, Plain)]
        if element in known:
            return True
        return False if len(known) == len(container) else None
    return None


def item(base: Value, key: Value) -> Value:
    """An element by key or place, or an unknown value."""
    if isinstance(base, dict) and isinstance(key, str | int):
        return base.get(key, Opaque())
    if (
        isinstance(base, str | list | tuple)
        and isinstance(key, int)
        and -len(base) <= key < len(base)
    ):
        return base[key]
    return opaque(base)


def attribute(base: Value, name: str) -> Value:
    """An attribute of a version, a path or an extension module; unknown for any other."""
    if isinstance(base, tuple) and name in _VERSION_PARTS:
        place = _VERSION_PARTS.index(name)
        return base[place] if len(base) > place else Opaque()
    if isinstance(base, str) and name in _PATH_PARTS:
        return _PATH_PARTS[name](base)
    if isinstance(base, Extension):
        if name == "name" and base.name:
            return base.name
        known = name == "sources" and base.sources is not None
        return list(base.sources or ()) if known else Opaque()
    return opaque(base)


_VERSION_PARTS = ("major", "minor", "micro")
_PATH_PARTS: Mapping[str, Callable[[str], str]] = {
    "parent": posixpath.dirname,
    "name": posixpath.basename,
    "path": str,
    "stem": lambda path: posixpath.splitext(posixpath.basename(path))[0],
    "suffix": lambda path: posixpath.splitext(path)[1],
}
