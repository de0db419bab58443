"""Strings, lists of strings and tables that a setup script writes out, by its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

__all__ = ["SetupValues"]

_SAME_ITEMS = frozenset({"list", "tuple", "set", "sorted"})
_CHANGING = frozenset({"append", "extend", "insert", "remove", "pop", "update", "clear", "add"})
_DEEPEST = 8
"""Names and functions that are followed in a row."""


class SetupValues:
    """What names of a script mean that are given a value once, at its top, and never changed."""

    def __init__(self, tree: ast.Module) -> None:
        self._names: dict[str, ast.expr] = {}
        self._functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        plain = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
        for node in plain:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and node.value is not None:
                    self._names[target.id] = node.value
        for name in _changed(tree):
            self._names.pop(name, None)

    def keywords(self, call: ast.Call) -> Mapping[str, ast.expr]:
        """The keywords of a call, those of ``**table`` among them where it is written out."""
        found: dict[str, ast.expr] = {}
        for keyword in call.keywords:
            if keyword.arg:
                found[keyword.arg] = keyword.value
            else:
                found.update(self._entries(keyword.value))
        return found

    def strings(self, node: ast.expr, depth: int = 0) -> tuple[str, ...] | None:
        """The strings of a list that is written out; None where it is computed."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return (node.value,)
        parts = self._parts(node) if depth <= _DEEPEST else None
        found: list[str] = []
        for part in parts or ():
            inner = self.strings(part, depth + 1)
            if inner is None:
                return None
            found += inner
        return None if parts is None else tuple(found)

    def _parts(self, node: ast.expr) -> list[ast.expr] | None:
        """The expressions whose strings, one after another, are those of an expression."""
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return [each.value if isinstance(each, ast.Starred) else each for each in items]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return [left, right]
            case ast.Call(func=ast.Name(id=name), args=[only]) if name in _SAME_ITEMS:
                return [only]
            case ast.Subscript(value=table, slice=ast.Constant(value=str() as key)):
                inner = self._entries(table).get(key)
            case ast.Name(id=name):
                inner = self._names.get(name)
            case _:
                inner = None
        return None if inner is None else [inner]

    def table(self, node: ast.expr | None) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The lists of a table that is written out; what is computed is left out."""
        for key, value in self._entries(node).items():
            found = self.strings(value)
            if found is not None:
                yield key, found

    def files(self, node: ast.expr) -> tuple[str, ...]:
        """The one requirement file that an expression opens, functions of the script followed."""
        found = dict.fromkeys(self._file_names(node, 0))
        return tuple(found) if len(found) == 1 else ()

    def _file_names(self, node: ast.AST, depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            return
        for inner in ast.walk(node):
            match inner:
                case ast.Constant(value=str() as text) if text.endswith((".txt", ".in")):
                    yield text
                case ast.Name(id=name) if name in self._names:
                    yield from self._file_names(self._names[name], depth + 1)
                case ast.Name(id=name) if name in self._functions:
                    yield from self._file_names(self._functions[name], depth + 1)
                case _:
                    pass

    def _entries(self, node: ast.expr | None) -> Mapping[str, ast.expr]:
        """The entries of a table by name, whether written as ``{…}`` or ``dict(…)``."""
        if isinstance(node, ast.Name):
            node = self._names.get(node.id)
        if isinstance(node, ast.Dict):
            return {
                key.value: value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = {each.arg: each.value for each in node.keywords if each.arg}
            return named if node.func.id == "dict" and not node.args else {}
        return {}


def _changed(tree: ast.Module) -> Iterator[str]:
    """Names that are given a value more than once, in a branch, or whose value is changed."""
    given: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                attr in _CHANGING
            ):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                if name in given:
                    yield name
                given.add(name)
            case _:
                pass
