"""Which strings an expression of Python code may give, found in its syntax tree; nothing is run.

What variables hold, what the functions of a module are called with, and what they
return, is followed within the module. A string whose end the code does not tell ends in ``*``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from wheelcheck.loading.python_code.control_flow.branches import (
    SYSTEMS,
    is_linux,
    last_name,
    opens,
    runs_on_linux,
)
from wheelcheck.loading.python_code.folder_search import searched_names

__all__ = ["MAX_TEXTS", "TextValues", "assigned", "by_system", "called_as"]

MAX_TEXTS = 64
_MAX_DEPTH = 40
_MAX_ROUNDS = 4
"""How often a module is gone through: names go from function to function."""
_NO_NAMES = frozenset({
    "join", "dirname", "get", "getenv", "exists", "isfile", "listdir", "scandir", "glob", "iglob",
    "walk",
})  # fmt: skip
"""Calls whose arguments are no names of libraries."""


def _words(texts: list[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def _formats(texts: list[str]) -> list[str]:
    return [text.partition("{")[0] + "*" if "{" in text else text for text in texts]


def _themselves(texts: list[str]) -> list[str]:
    return texts


_OF_ITS_OWNER = {
    "split": _words, "splitlines": _words, "format": _formats,
    "decode": _themselves, "encode": _themselves,
}  # fmt: skip
"""Methods whose result is made of the string that they are called on, and of no argument."""
_OTHERWISE = frozenset({"DEFAULT", "default", "other", "*", ""})
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Key = TypeVar("_Key", str, tuple[str, str])


@dataclass(slots=True)
class TextValues:
    """The strings of one module: `learn` its tree, then ask for those of an expression."""

    variables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By function and parameter: what its callers give."""
    returned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _functions: dict[str, tuple[_Function, bool]] = field(default_factory=dict)
    """By the name of the call: the function, and whether its first parameter is the object."""
    _around: dict[str, str] = field(default_factory=dict)
    """By function in a function: that one."""
    _found: set[str] = field(default_factory=set)
    """The variables that hold what a search through folders found."""

    def learn(self, tree: ast.Module, given: Mapping[str, Iterable[tuple[str, ...]]]) -> None:
        """Take in a module, until nothing is new: a variable may be used above where it is set.

        Parameters:
            tree: The module.
            given: By function or class: the strings that other modules call it with.
        """
        self._find_functions(tree.body, "")
        for name in sorted(given.keys() & self._functions.keys()):
            for texts in sorted(given[name]):
                arguments: list[ast.expr] = [ast.Constant(text) for text in texts]
                self._note_call(ast.Call(ast.Name(name), arguments, []), "")
        known = -1
        for _ in range(_MAX_ROUNDS):
            for statement, function in _running(tree.body, "", 0):
                self._note(statement, function)
            before, known = known, self._known()
            if known == before:
                return

    def _known(self) -> int:
        tables = (self.variables, self.parameters, self.returned)
        return sum(len(texts) for table in tables for texts in table.values())

    def of(self, node: ast.expr, function: str = "") -> list[str]:  # noqa: PLR0911 (one a kind)
        """The strings that an expression may give.

        Parameters:
            node: The expression.
            function: The name of the function around it, "" at the top of the module.
        """
        match node:
            case ast.Constant(value=str() as text):
                return [text]
            case ast.Name() | ast.Attribute():
                return self._of_variable(node, function)
            case ast.BinOp(op=ast.Add() | ast.Mod()):
                return self._of_operation(node, function)
            case ast.BinOp(op=ast.Div()):  # of a path the last part
                return self.of(node.right, function)
            case ast.JoinedStr():
                return self._formatted(node, function)
            case ast.FormattedValue():
                return self.of(node.value, function)
            case ast.Call():
                return self._of_call(node, function)
            case _:
                return self._of_all(_parts(node), function)[:MAX_TEXTS]

    def _of_variable(self, node: ast.Name | ast.Attribute, function: str) -> list[str]:
        if isinstance(node, ast.Attribute):
            return list(self.variables.get(node.attr, ()))
        for _ in range(_MAX_ROUNDS):  # functions in functions see what is given to the outer
            if given := self.parameters.get((function, node.id)):
                return list(given)
            function = self._around.get(function, "")
        return list(self.variables.get(node.id, ()))

    def _of_operation(self, node: ast.BinOp, function: str) -> list[str]:
        """Two strings joined by ``+``, or one formatted by ``%``."""
        left = self.of(node.left, function)
        if isinstance(node.op, ast.Mod):
            return [text.partition("%")[0] + "*" for text in left]
        right = self.of(node.right, function)
        return [a + b for a in left for b in right][:MAX_TEXTS] or [a + "*" for a in left]

    def _find_functions(self, body: list[ast.stmt], owner: str, around: str = "") -> None:
        for node in body:
            if isinstance(node, _Function):
                if around and around != node.name:
                    self._around.setdefault(node.name, around)
                is_start = bool(owner) and node.name == "__init__"
                is_bound = bool(owner) and "staticmethod" not in map(last_name, node.decorator_list)
                self._functions.setdefault(owner if is_start else node.name, (node, is_bound))
            inner = node.name if isinstance(node, ast.ClassDef) else ""
            within = node.name if isinstance(node, _Function) else around
            for part in ("body", "orelse"):
                self._find_functions(getattr(node, part, None) or [], inner, within)

    def _note(self, node: ast.stmt, function: str) -> None:
        for value in ast.iter_child_nodes(node):
            if isinstance(value, ast.expr):
                for call in ast.walk(value):
                    if isinstance(call, ast.Call):
                        self._note_call(call, function)
        if isinstance(node, ast.Return) and node.value is not None:
            _merge(self.returned, function, self.of(node.value, function))
        for target, value in assigned(node):
            texts = self.of(value, function)
            if isinstance(node, ast.For) and (searched := searched_names(node)):
                texts = searched
                self._found |= set(_variables(target))
            for name in _variables(target) if texts else ():
                _merge(self.variables, name, texts)

    def _note_call(self, call: ast.Call, function: str) -> None:
        """Give the parameters of one of the module's functions what it is called with."""
        name = last_name(call.func)
        if name not in self._functions:
            return
        definition, is_bound = self._functions[name]
        names = [argument.arg for argument in definition.args.args][1 if is_bound else 0 :]
        given = [(n, v) for n, v in zip(names, call.args, strict=False)]
        given += [(word.arg, word.value) for word in call.keywords if word.arg in names]
        for parameter, value in given:  # names of keywords may be None: **options
            if parameter and (texts := self.of(value, function)):
                _merge(self.parameters, (name, parameter), texts)

    def _of_call(self, node: ast.Call, function: str) -> list[str]:
        """The strings that a call may give: its arguments, or parts of the string it works on."""
        name = last_name(node.func)
        if name in {"get", "getenv"}:  # of a table by systems, or of the environment
            table = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            return self._of_all(by_system(table) or node.args[1:2], function)
        if name == "join" and node.args and last_name(node.args[-1]) in self._found:
            return self.of(node.args[-1], function)
        if name in _NO_NAMES:
            return []
        if name in self.returned and name in self._functions:
            given = self._of_all(node.args, function) if opens(name) else []
            return given or list(self.returned[name])
        if name in _OF_ITS_OWNER and isinstance(node.func, ast.Attribute):
            return _OF_ITS_OWNER[name](self.of(node.func.value, function))[:MAX_TEXTS]
        return self._of_all(node.args, function)[:MAX_TEXTS]

    def _of_all(self, nodes: Iterable[ast.expr], function: str) -> list[str]:
        return [text for node in nodes for text in self.of(node, function)]

    def _formatted(self, node: ast.JoinedStr, function: str) -> list[str]:
        found = [""]
        for part in node.values:
            texts = self.of(part, function)
            if not texts:
                return [text + "*" for text in found if text]
            found = [a + b for a in found for b in texts][:MAX_TEXTS]
        return found


def called_as(scope: str) -> str:
    """The name by which a function is called; that of the class for its ``__init__``."""
    owner, _, name = scope.rpartition(".")
    return owner.rpartition(".")[2] if name == "__init__" and owner else name


def _merge(table: dict[_Key, tuple[str, ...]], key: _Key, texts: list[str]) -> None:
    merged = dict.fromkeys([*table.get(key, ()), *texts])
    table[key] = tuple(merged)[:MAX_TEXTS]


def _running(body: list[ast.stmt], scope: str, depth: int) -> Iterator[tuple[ast.stmt, str]]:
    """The statements that run on Linux, with the name of the function they are in."""
    if depth > _MAX_DEPTH:
        return
    for node in body:
        yield node, called_as(scope)
        if isinstance(node, _Function | ast.ClassDef):
            inner = f"{scope}.{node.name}" if scope else node.name
            yield from _running(node.body, inner, depth + 1)
            continue
        runs = runs_on_linux(node.test) if isinstance(node, ast.If) else None
        for part, wanted in (("body", True), ("orelse", False), ("finalbody", None)):
            if runs is None or runs is wanted:
                yield from _running(getattr(node, part, None) or [], scope, depth + 1)
        for handler in getattr(node, "handlers", ()):
            yield from _running(handler.body, scope, depth + 1)


_ADDERS = frozenset({"append", "add", "insert", "extend", "appendleft"})


def assigned(node: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment, a loop or an addition to a list, each with its value."""
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args:
        return [(call.func.value, call.args[-1])] if call.func.attr in _ADDERS else []
    if isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        return [(node.target, node.value)]
    return [(node.target, node.iter)] if isinstance(node, ast.For) else []


def _variables(target: ast.expr) -> Iterator[str]:
    """The variables and attributes that an assignment sets, or to an element of which it does."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute):
        yield target.attr
    elif isinstance(target, ast.Subscript | ast.Starred):
        yield from _variables(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _variables(element)


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions inside one, without those for other systems."""
    if isinstance(node, ast.Dict):
        ours = by_system(node)
        yield from node.values if ours is None else ours
    elif isinstance(node, ast.IfExp):
        runs = runs_on_linux(node.test)
        yield from [node.body] * (runs is not False) + [node.orelse] * (runs is not True)
    elif isinstance(node, ast.Subscript):
        yield node.value
    else:
        yield from (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))


def by_system(node: ast.expr) -> list[ast.expr] | None:
    """Of a table by systems the values for Linux; None for other expressions."""
    if not isinstance(node, ast.Dict) or not node.keys:
        return None
    pairs = list(zip(map(_constant, node.keys), node.values, strict=True))
    known = {name for name, _ in pairs if name is not None}
    if not known & SYSTEMS or not known <= SYSTEMS | _OTHERWISE:
        return None
    return _of_linux(pairs)


def _of_linux(pairs: list[tuple[str | None, ast.expr]]) -> list[ast.expr]:
    """The values for Linux in a table by systems, else those for all others."""
    ours = [value for name, value in pairs if name and is_linux(name)]
    return ours or [value for name, value in pairs if name in _OTHERWISE]


def _constant(node: ast.expr | None) -> str | None:
    """The string that an expression is; None for others."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None
