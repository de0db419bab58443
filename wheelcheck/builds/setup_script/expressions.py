"""Evaluating the expressions of a setup script: the half of the interpreter that has values."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Mapping
from itertools import islice
from typing import ClassVar

from wheelcheck.builds.setup_script.computed.arithmetic import combined
from wheelcheck.builds.setup_script.computed.comparison import (
    CONVENTIONAL,
    attribute,
    compare,
    item,
)
from wheelcheck.builds.setup_script.computed.methods import LONG
from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    Dotted,
    FunctionValue,
    Namespace,
    Opaque,
    Plain,
    Raised,
    Value,
    extensions_in,
    join,
    opaque,
    truth,
)
from wheelcheck.builds.setup_script.known import constant
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_syntax import condition_text
from wheelcheck.targets.target import Implementation

__all__ = ["BudgetSpent", "Expressions"]

_BUDGET = 60_000
_LOOP = 300
_BASES = 30
"""No more bases of a class are asked for a name."""
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp


class BudgetSpent(Exception):  # noqa: N818 (says what happened)
    """The script takes more steps than any honest one (some ten thousand at most)."""


class Expressions:
    """Evaluates expressions in `scope`, one `_NodeName` method per kind of syntax that matters.

    Every other kind is an `Opaque` of what went into it.
    """

    def __init__(self, around: ScriptContext, file: str) -> None:
        self.around = around
        self.file = file
        self.scope = Namespace({"__name__": "__main__", "__file__": file})
        self.supposing: tuple[str, ...] = ()
        self.steps = 0
        self.way: tuple[int, ...] = ()
        self._perhaps: dict[int, tuple[list[Value], tuple[int, ...]]] = {}

    @abstractmethod
    def call(self, function: Value, args: list[Value], keys: dict[str, Value], line: int) -> Value:
        """The result of calling a value with evaluated arguments."""

    @abstractmethod
    def _Call(self, node: ast.Call) -> Value:  # noqa: N802 (named as its syntax node)
        """Calls have consequences: the interpreter's business."""

    def step(self) -> None:
        """Count one step of the walk; raises BudgetSpent."""
        self.steps += 1
        if self.steps > _BUDGET:
            raise BudgetSpent

    def known_truth(self, value: Value) -> bool | None:
        """Whether a value counts as true here; None where that is unknown."""
        found = self._perhaps.get(id(value))
        if found is not None and self.way[: len(found[1])] != found[1]:
            return None
        return truth(value)

    def note_growth(self, grown: list[Value], added: list[Value]) -> None:
        """Remember that a list may have stayed empty: it gets this on one way of several.

        A list of extension modules does not: each of them knows its own conditions.
        """
        if not self.way or extensions_in(added):
            self._perhaps.pop(id(grown), None)
        elif not grown:
            self._perhaps[id(grown)] = grown, self.way  # held, so that its id stays its own

    def value(self, node: ast.expr | None) -> Value:
        """The value of an expression; None for no expression."""
        if node is None:
            return None
        self.step()
        method = self._methods.get(type(node))
        if method is not None:
            return method(self, node)
        return opaque(
            *(self.value(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr))
        )

    def _Constant(self, node: ast.Constant) -> Value:  # noqa: N802
        return node.value if isinstance(node.value, Plain) else Opaque()

    def _Name(self, node: ast.Name) -> Value:  # noqa: N802
        found = self.scope.get(node.id)
        return constant(found.name, self.around) if isinstance(found, Dotted) else found

    def _Attribute(self, node: ast.Attribute) -> Value:  # noqa: N802
        return self.part(self.value(node.value), node)

    def part(self, base: Value, node: ast.Attribute) -> Value:
        """An attribute of a value."""
        if isinstance(base, Dotted):
            return constant(f"{base.name}.{node.attr}", self.around)
        if isinstance(base, dict) and node.attr in base:  # a module of the sdist
            return base[node.attr]
        if isinstance(base, ClassValue):
            member = self.member(base, node.attr)
            is_property = isinstance(member, FunctionValue) and _is_marked(member.node, "property")
            return self.call(member, [], {}, node.lineno) if is_property else member
        return attribute(base, node.attr)

    def member(self, owner: ClassValue, name: str) -> Value:
        """A method or attribute of a class of the script; unknown where it has none.

        Bases are asked in order, up to a base that is not part of the sdist and may have anything.
        """
        if name in owner.attributes:
            return owner.attributes[name]
        for home in islice(owner.lineage(), _BASES):
            self.step()
            found = home.defines(name)
            if isinstance(found, ast.FunctionDef):
                bound = None if _is_marked(found, "staticmethod") else owner
                return FunctionValue(found, home.scope, home.file, bound)
            if found:
                return home.constants[name]
        return Opaque()

    def _Tuple(self, node: ast.Tuple) -> Value:  # noqa: N802
        return tuple(self._elements(node.elts))

    def _List(self, node: ast.List | ast.Set) -> Value:  # noqa: N802
        return self._elements(node.elts)

    def _elements(self, nodes: list[ast.expr]) -> list[Value]:
        elements: list[Value] = []
        for node in nodes:
            result = self.value(node.value if isinstance(node, ast.Starred) else node)
            if isinstance(node, ast.Starred) and isinstance(result, list | tuple):
                elements.extend(result)
            else:
                elements.append(result)
        return elements

    def _Dict(self, node: ast.Dict) -> Value:  # noqa: N802
        made: dict[Value, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.value(value_node)
            if key_node is None:
                made.update(value if isinstance(value, dict) else {f"**{len(made)}": value})
                continue
            key = self.value(key_node)
            made[key if isinstance(key, str | int) else f"?{len(made)}"] = value
        return made

    def _JoinedStr(self, node: ast.JoinedStr) -> Value:  # noqa: N802
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                result = self.value(part.value) if part.format_spec is None else Opaque()
            else:
                result = self.value(part)
            if not isinstance(result, str | int):
                return Opaque()
            parts.append(str(result))
        return "".join(parts) if sum(map(len, parts)) < LONG else Opaque()

    def _BinOp(self, node: ast.BinOp) -> Value:  # noqa: N802
        return combined(node.op, self.value(node.left), self.value(node.right))

    def _BoolOp(self, node: ast.BoolOp) -> Value:  # noqa: N802
        decisive = isinstance(node.op, ast.Or)
        seen: list[Value] = []
        for part in node.values:
            result = self.value(part)
            known = self.known_truth(result)
            if known is decisive:
                weighty = any(extensions_in(earlier) for earlier in seen)
                return join([*seen, result], self._now(node)) if weighty else result
            if known is None:
                seen.append(result)
        return opaque(*seen) if seen else result

    def _UnaryOp(self, node: ast.UnaryOp) -> Value:  # noqa: N802
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            known = self.known_truth(operand)
            return Opaque() if known is None else not known
        if isinstance(node.op, ast.USub) and isinstance(operand, int):
            return -operand
        return opaque(operand)

    def _IfExp(self, node: ast.IfExp) -> Value:  # noqa: N802
        known = self.known_truth(self.value(node.test))
        if known is not None:
            return self.value(node.body if known else node.orelse)
        return join([self.value(node.body), self.value(node.orelse)], self._now(node.test))

    def _Compare(self, node: ast.Compare) -> Value:  # noqa: N802
        left = self.value(node.left)
        result: Value = True
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            item = self._among_modules(op, left, right)
            item = compare(op, left, right) if item is None else item
            if item is False:
                return False
            result = result if item is True else Opaque()
            left = right
        return result

    def _among_modules(self, op: ast.cmpop, left: Value, right: Value) -> bool | None:
        """``"__pypy__" in sys.modules``."""
        asks = isinstance(op, ast.In | ast.NotIn) and right == Dotted("sys.modules")
        if not asks or left != "__pypy__":
            return None
        on_pypy = self.around.implementation() is Implementation.PYPY
        return on_pypy is isinstance(op, ast.In)

    def _Subscript(self, node: ast.Subscript) -> Value:  # noqa: N802
        base = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            low, high = self.value(node.slice.lower), self.value(node.slice.upper)
            if isinstance(base, str | list | tuple) and node.slice.step is None:
                whole = (int, type(None))
                if isinstance(low, whole) and isinstance(high, whole):
                    return base[low:high]
            return opaque(base)
        key = self.value(node.slice)
        if base == Dotted("os.environ"):
            if isinstance(key, str) and key not in CONVENTIONAL:
                raise Raised("KeyError")
            return Opaque()
        return item(base, key)

    def _comprehension(self, node: _Comprehension) -> Value:
        outer = self.scope
        self.scope = Namespace(parent=outer)
        try:
            made = self._generate(node.generators, lambda: self.value(node.elt))
            return made if self._certain(node.generators) else opaque(made)
        finally:
            self.scope = outer

    def _DictComp(self, node: ast.DictComp) -> Value:  # noqa: N802
        outer = self.scope
        self.scope = Namespace(parent=outer)
        try:
            pairs = self._generate(
                node.generators, lambda: (self.value(node.key), self.value(node.value))
            )
            known = all(isinstance(key, str | int) for key, _ in pairs)
            if known and self._certain(node.generators):
                return dict(pairs)
            return opaque(*(value for _, value in pairs))
        finally:
            self.scope = outer

    def _certain(self, levels: list[ast.comprehension]) -> bool:
        """Whether every filter of a comprehension was known, for the last element at least."""
        return all(truth(self.value(test)) is not None for level in levels for test in level.ifs)

    def _generate(self, levels: list[ast.comprehension], make: Callable[[], Value]) -> list[Value]:
        if not levels:
            return [make()]
        level, made = levels[0], []
        for element in self.iterated(self.value(level.iter)):
            self.bind(level.target, element)
            tests = [truth(self.value(test)) for test in level.ifs]
            if False not in tests:
                made.extend(self._generate(levels[1:], make))
        return made

    def iterated(self, value: Value) -> list[Value]:
        """What a loop over a value sees; one unknown element where the value is unknown."""
        if isinstance(value, dict):
            value = list(value)
        if isinstance(value, list | tuple):
            return list(value[:_LOOP])
        return [opaque(value)]

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign to a name, or to the names of a tuple; attributes and items are left alone."""
        if isinstance(target, ast.Name):
            self.scope.set(target.id, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, opaque(value))
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value if isinstance(value, list | tuple) else ()
            fits = len(parts) == len(target.elts)
            for place, part in enumerate(target.elts):
                self.bind(part, parts[place] if fits else opaque(value))

    def _now(self, node: ast.expr) -> tuple[str, ...]:
        return (*self.supposing, condition_text(node))

    def _Lambda(self, node: ast.Lambda) -> Value:  # noqa: N802
        return FunctionValue(node, self.scope, self.file)

    def _NamedExpr(self, node: ast.NamedExpr) -> Value:  # noqa: N802
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    _methods: ClassVar[Mapping[type[ast.expr], Callable[..., Value]]] = {
        ast.Attribute: _Attribute,
        ast.BinOp: _BinOp,
        ast.BoolOp: _BoolOp,
        ast.Call: lambda self, node: self._Call(node),
        ast.Compare: _Compare,
        ast.Constant: _Constant,
        ast.Dict: _Dict,
        ast.DictComp: _DictComp,
        ast.GeneratorExp: _comprehension,
        ast.IfExp: _IfExp,
        ast.JoinedStr: _JoinedStr,
        ast.Lambda: _Lambda,
        ast.List: _List,
        ast.ListComp: _comprehension,
        ast.Name: _Name,
        ast.NamedExpr: _NamedExpr,
        ast.Set: _List,
        ast.SetComp: _comprehension,
        ast.Subscript: _Subscript,
        ast.Tuple: _Tuple,
        ast.UnaryOp: _UnaryOp,
    }


def _is_marked(function: ast.AST, word: str) -> bool:
    marks = getattr(function, "decorator_list", ())
    return any(isinstance(mark, ast.Name) and mark.id == word for mark in marks)
