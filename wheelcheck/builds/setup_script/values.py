"""The values a setup script computes, as far as reading can tell.

A value is either a plain Python value (str, int, bool, None, tuple, list, dict) whose elements are
values, or one of the classes below. `Opaque` is everything else: what is known of it is only which
extension modules went into it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = [
    "ClassValue",
    "Dotted",
    "Extension",
    "FunctionValue",
    "Opaque",
    "Plain",
    "Raised",
    "Scope",
    "Value",
    "extensions_in",
    "join",
    "opaque",
    "supposed",
    "truth",
]

Value = Any
"""A plain value or one of this module's classes; `Any`, because scripts compute all of them."""

Plain = str | int | float | bytes | None
"""Values that are known altogether."""
_DEEP = 50
"""Containers nested deeper than this are not looked into."""


@dataclass(eq=False, slots=True)
class Extension:
    """An extension module being declared. Scripts change it after making it, so it is mutable.

    `made_by` is the callable (``Extension``, ``cythonize`` …); `sources` is None where it cannot
    be told. `supposing` holds the conditions, as source text, that only a real build decides.
    """

    made_by: str
    line: int
    file: str
    name: str = ""
    sources: tuple[str, ...] | None = None
    libraries: tuple[str, ...] = ()
    optional: bool = False
    supposing: tuple[str, ...] = ()


@dataclass(slots=True)
class Opaque:
    """A value that cannot be told, and the extension modules that went into it."""

    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Dotted:
    """Something imported or built in, by its full name: ``setuptools.setup``."""

    name: str


class Raised(Exception):  # noqa: N818 (says what happened)
    """The script itself raises here; `name` is the exception's last name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(slots=True)
class Scope:
    """Names of a module or function; look-up goes on in `parent`."""

    names: dict[str, Value] = field(default_factory=dict)
    parent: Scope | None = None
    shared: set[str] = field(default_factory=set)

    def get(self, name: str) -> Value:
        """Value of a name; Dotted ``builtins.name`` where nobody bound it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return Dotted(f"builtins.{name}")

    def set(self, name: str, value: Value) -> None:
        """Bind a name here, or in the module where it was declared `global`."""
        scope = self
        if name in self.shared:
            while scope.parent is not None:
                scope = scope.parent
        scope.names[name] = value


@dataclass(eq=False, slots=True)
class FunctionValue:
    """A function of the script, with the scope it was defined in."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    file: str


@dataclass(eq=False, slots=True)
class ClassValue:
    """A class of the script, or an instance of it: `attributes` are those that were set.

    `bases` are values; `file` is where the class stands.
    """

    node: ast.ClassDef
    bases: tuple[Value, ...]
    file: str
    scope: Scope
    attributes: dict[str, Value] = field(default_factory=dict)

    def descends_from(self, ending: str, depth: int = 10) -> bool:
        """Whether a base, or a base of a base, has a name that ends so (``build_ext``)."""
        return any(
            (isinstance(base, Dotted) and base.name.endswith(ending))
            or (
                isinstance(base, ClassValue) and depth > 0 and base.descends_from(ending, depth - 1)
            )
            for base in self.bases
        )


def extensions_in(value: Value) -> tuple[Extension, ...]:
    """All extension modules inside a value, each once, in order."""
    return tuple(dict.fromkeys(_walk(value, _DEEP, set())))


def _walk(value: Value, depth: int, seen: set[int]) -> Iterator[Extension]:
    """`seen` has the containers met: one that holds another many times costs no more than once."""
    if isinstance(value, dict | list | tuple):
        if id(value) in seen:
            return
        seen.add(id(value))
    if isinstance(value, Extension):
        yield value
    elif isinstance(value, Opaque):
        yield from value.extensions
    elif depth > 0 and isinstance(value, dict):
        for element in value.values():
            yield from _walk(element, depth - 1, seen)
    elif depth > 0 and isinstance(value, list | tuple):
        for element in value:
            yield from _walk(element, depth - 1, seen)


def opaque(*values: Value) -> Opaque:
    """An unknown value that these went into."""
    return Opaque(extensions_in(values))


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that cannot be told."""
    if isinstance(value, Opaque):
        return True if value.extensions else None
    if isinstance(value, str | bytes | int | float | list | tuple | dict) or value is None:
        return bool(value)
    return True


def supposed(value: Value, conditions: tuple[str, ...]) -> Value:
    """The value, with its extension modules depending on conditions that only a build decides."""
    found = extensions_in(value)
    if not found or not conditions:
        return value
    marked = [
        replace(one, supposing=tuple(dict.fromkeys((*one.supposing, *conditions)))) for one in found
    ]
    return marked[0] if isinstance(value, Extension) else Opaque(tuple(marked))


def join(values: Iterable[Value], conditions: tuple[str, ...]) -> Value:
    """One value for several ways through the script.

    Extension modules that only some of the ways have depend on `conditions`.
    """
    ways = list(values)
    first = ways[0]
    if all(way is first or _same(way, first) for way in ways[1:]):
        return first
    if all(isinstance(way, dict) for way in ways):
        keys = dict.fromkeys(key for way in ways for key in way)
        return {key: join([way.get(key) for way in ways], conditions) for key in keys}
    found = [extensions_in(way) for way in ways]
    if all(found) or not any(found):
        return opaque(*ways)
    return supposed(opaque(*ways), conditions)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, Plain) and isinstance(other, Plain):
        return type(one) is type(other) and one == other
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return not one and not other
    return isinstance(one, Dotted) and one == other
