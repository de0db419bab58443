"""The values a setup script computes, as far as reading shows.

A value is either a plain Python value (str, int, bool, None, tuple, list, dict) whose elements are
values, or one of the classes below. `Opaque` is everything else: what is known of it is only which
extension modules went into it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = [
    "ClassValue",
    "Dotted",
    "Extension",
    "FunctionValue",
    "Namespace",
    "Opaque",
    "Plain",
    "Raised",
    "Value",
    "extensions_in",
    "join",
    "opaque",
    "supposed",
    "truth",
    "weight",
    "with_others_instead",
]

Value = Any
"""A plain value or one of this module's classes; `Any`, because scripts compute all of them."""

Plain = str | int | float | bytes | None
"""Values that are known altogether."""
_MANY = 5_000
"""No more values than this are looked at inside one."""
_WAYS = 8
"""No more texts than these are remembered of which a value is one."""
_JOINED = 4
"""Dictionaries nested deeper than this are not joined key by key."""


class Extension(Struct, eq=False):
    """An extension module being declared. Scripts change it after making it, so it is mutable.

    `made_by` is the callable (``Extension``, ``cythonize`` …); `sources` is None where it is
    not known. `supposing` holds the conditions, as source text, that only a real build decides.
    `options` are those of the compiler and the linker, `alternatives` libraries by several names,
    of which it is linked with one. `perhaps`: on another way the script declares others instead;
    `shared` are the names and sources that it declares on all ways.
    """

    made_by: str
    line: int
    file: str
    name: str = ""
    sources: tuple[str, ...] | None = None
    libraries: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    optional: bool = False
    supposing: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    perhaps: bool = False
    shared: tuple[str, ...] = ()


class Opaque(Struct):
    """An unknown value, and the extension modules that went into it.

    `ways` are the texts that it is made of on each way through the script, where all are known.
    """

    extensions: tuple[Extension, ...] = ()
    ways: tuple[tuple[str, ...], ...] = ()


class Dotted(Struct, frozen=True):
    """Something imported or built in, by its full name: ``setuptools.setup``."""

    name: str


class Raised(Exception):  # noqa: N818 (says what happened)
    """The script itself raises here; `name` is the exception's last name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Namespace(Struct):
    """Names of a module or function; look-up goes on in `parent`."""

    names: dict[str, Value] = field(default_factory=dict)
    parent: Namespace | None = None
    shared: set[str] = field(default_factory=set)

    def get(self, name: str) -> Value:
        """Value of a name; Dotted ``builtins.name`` where nobody bound it."""
        scope: Namespace | None = self
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


class FunctionValue(Struct, eq=False):
    """A function of the script, with the scope it was defined in.

    `owner` is the class or instance that a method is bound to: its first argument.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Namespace
    file: str
    owner: ClassValue | None = None


class ClassValue(Struct, eq=False):
    """A class of the script, or an instance of it: `attributes` are those that were set.

    `bases` are values; `file` is where the class stands; `constants` are what its body assigns.
    `made` tells an instance from its class.
    """

    node: ast.ClassDef
    bases: tuple[Value, ...]
    file: str
    scope: Namespace
    attributes: dict[str, Value] = field(default_factory=dict)
    constants: dict[str, Value] = field(default_factory=dict)
    made: bool = False

    def lineage(self) -> Iterator[ClassValue]:
        """The class and its bases, nearest first, up to a base that is not part of the sdist."""
        for ancestor in self._ancestors():
            if ancestor is None:
                return
            yield ancestor

    def _ancestors(self) -> Iterator[ClassValue | None]:
        yield self
        for base in self.bases:
            if isinstance(base, ClassValue):
                yield from base._ancestors()  # noqa: SLF001 (its own)
            elif base != Dotted("builtins.object"):
                yield None

    def defines(self, name: str) -> ast.FunctionDef | bool:
        """The method of that name in its own body, else whether the body assigns the name."""
        for part in self.node.body:
            if isinstance(part, ast.FunctionDef) and part.name == name:
                return part
        return name in self.constants

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
    return tuple(dict.fromkeys(item for item in _inside(value) if isinstance(item, Extension)))


def weight(value: Value) -> int:
    """How many values searching this one meets: what walking on with it costs."""
    return sum(1 for _ in _inside(value))


def _inside(value: Value) -> Iterator[Value]:
    """The value and all it contains, at most `_MANY`, each container once however often held."""
    todo = [value]
    seen: set[int] = set()
    met = 0
    while todo and met < _MANY:
        inner = todo.pop()
        met += 1
        yield inner
        if isinstance(inner, Opaque):
            yield from inner.extensions
        elif isinstance(inner, dict | list | tuple) and id(inner) not in seen:
            seen.add(id(inner))
            parts = list(islice(inner.values() if isinstance(inner, dict) else inner, _MANY))
            todo.extend(reversed(parts))


def opaque(*values: Value) -> Opaque:
    """An unknown value that these went into."""
    return Opaque(extensions_in(values))


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is unknown."""
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
    if isinstance(value, dict):
        return {key: supposed(element, conditions) for key, element in value.items()}
    marked = [
        replace(item, supposing=tuple(dict.fromkeys((*item.supposing, *conditions))))
        for item in found
    ]
    return marked[0] if isinstance(value, Extension) else Opaque(tuple(marked))


def join(values: Iterable[Value], conditions: tuple[str, ...], depth: int = _JOINED) -> Value:
    """One value for several ways through the script.

    Extension modules that only some of the ways have depend on `conditions`.
    """
    ways = list(values)
    first = ways[0]
    if all(way is first or _same(way, first) for way in ways[1:]):
        return first
    if depth and all(isinstance(way, dict) for way in ways):
        return _joined_tables(ways, conditions, depth - 1)
    found = [extensions_in(way) for way in ways]
    if not any(found):
        return Opaque(ways=_texts_of_ways(ways))
    if all(found):
        return opaque(*with_others_instead(found))
    return supposed(opaque(*ways), conditions)


def with_others_instead(ways: Sequence[Sequence[Extension]]) -> list[list[Extension]]:
    """The extension modules of each way, and which of them and of their sources all ways have."""
    found = [{part for item in way for part in (item.name, *(item.sources or ()))} for way in ways]
    shared = frozenset[str]().union(*found[:1]).intersection(*found)
    declared = [{(item.name, item.sources) for item in way} for way in ways]
    return [
        [
            item
            if all((item.name, item.sources) in others for others in declared)
            else replace(item, perhaps=True, shared=tuple(sorted(shared)))
            for item in way
        ]
        for way in ways
    ]


def _texts_of_ways(values: Iterable[Value]) -> tuple[tuple[str, ...], ...]:
    """The texts of each value, () where those of some are not known, or they are too many."""
    found: dict[tuple[str, ...], None] = {}
    for value in values:
        parts = [value] if isinstance(value, str) else value
        if isinstance(value, Opaque) and value.ways:
            found.update(dict.fromkeys(value.ways))
        elif isinstance(parts, list | tuple) and all(isinstance(part, str) for part in parts):
            found[tuple(parts[:_MANY])] = None
        else:
            return ()
    return tuple(found) if len(found) <= _WAYS else ()


def _joined_tables(
    ways: Sequence[dict[str | int, Value]], conditions: tuple[str, ...], depth: int
) -> Value:
    keys = dict.fromkeys(key for way in ways for key in way)
    return {key: join([way.get(key) for way in ways], conditions, depth) for key in keys}


def _same(value: Value, other: Value) -> bool:
    if isinstance(value, Plain) and isinstance(other, Plain):
        return type(value) is type(other) and value == other
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return not value and not other
    return isinstance(value, Dotted) and value == other
