"""What a module's own functions do where the library that they shall open is not there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from enum import Enum

from wheelcheck.loading.python_code.control_flow.branches import (
    caught_names,
    ends_program,
    finds,
    last_name,
    opens,
    runs_on_linux,
)
from wheelcheck.loading.python_code.control_flow.certain_raises import arguments_of

__all__ = ["LoaderFunctions"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FAILURES = frozenset({"OSError", "EnvironmentError", "IOError", "Exception", "BaseException"})
"""What catches the failure of `CDLL` and `dlopen`."""
_MAX_DEPTH = 6


class _End(Enum):
    RAISES = "raises"
    RETURNS = "returns"
    GOES_ON = "goes on"
    UNKNOWN = "unknown"


class LoaderFunctions:
    """The functions at the top of a module, seen as those that open libraries."""

    def __init__(self, tree: ast.Module | None = None) -> None:
        body = tree.body if tree else []
        self._functions = {node.name: node for node in body if isinstance(node, _Function)}
        self._calls: dict[str, list[ast.Call]] = {}
        for node in ast.walk(tree) if tree and self._functions else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self._calls.setdefault(node.func.id, []).append(node)

    def is_tolerant(self, call: ast.Call) -> bool:
        """Whether a call says that the library may be missing: ``load("libx.so", optional=True)``.

        So it is where the function returns without the library, and would raise with the opposite
        of the call's ``True`` or ``False``. That it returns does not suffice: code that raises may
        look at what it returned.
        """
        flags = [value for value in _arguments(call) if isinstance(_constant(value), bool)]
        if not flags or not self.gives_nothing(call):
            return False
        return not self.gives_nothing(_with_opposites(call))

    def is_always_tolerant(self, name: str) -> bool:
        """Whether all calls of a function by the module say that its library may be missing."""
        calls = self._calls.get(name, []) if name in self._functions else []
        return bool(calls) and all(map(self.is_tolerant, calls))

    def gives_nothing(self, call: ast.Call, depth: int = 0) -> bool:
        """Whether the function that is called opens a library and, without it, returns.

        False where that is not certain.
        """
        called = self._functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if called is None or called.decorator_list or depth > _MAX_DEPTH:
            return False
        run = _Run(self, _given(called, call), depth)
        end = run.body(called.body)
        return run.has_opened and end in {_End.RETURNS, _End.GOES_ON}


class _Run:
    """One way through a function: every library it opens is missing."""

    def __init__(self, loaders: LoaderFunctions, values: Mapping[str, object], depth: int) -> None:
        self._loaders = loaders
        self._values = dict(values)
        """Variables of which the value is known; that of what was not found is None."""
        self._depth = depth
        self.has_opened = False

    def body(self, statements: Iterable[ast.stmt]) -> _End:
        """How statements end."""
        for node in statements:
            end = self._statement(node)
            if end is not _End.GOES_ON:
                return end
        return _End.GOES_ON

    def _statement(self, node: ast.stmt) -> _End:
        end = _End.GOES_ON
        match node:
            case ast.Raise():
                end = _End.RAISES
            case ast.Return():
                end = _End.RAISES if self._fails(node.value) else _End.RETURNS
            case ast.If():
                end = self._branches(node)
            case ast.Try() | ast.TryStar():
                end = self._try(node)
            case ast.With() | ast.For() | ast.While():
                end = self.body([*node.body, *getattr(node, "orelse", ())])
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr():
                end = self._set(node)
            case _:
                pass
        return end

    def _set(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr) -> _End:
        if ends_program(node) or self._fails(node.value):
            return _End.RAISES
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                self._values.pop(target.id, None)
                if self._is_nothing(node.value):
                    self._values[target.id] = None
        return _End.GOES_ON

    def _branches(self, node: ast.If) -> _End:
        if self._fails(node.test):
            return _End.RAISES
        holds = self._holds(node.test)
        if holds is not None:
            return self.body(node.body if holds else node.orelse)
        ends = {self.body(node.body), self.body(node.orelse)}
        if len(ends) == 1:
            return ends.pop()
        return _End.GOES_ON if ends == {_End.RETURNS, _End.GOES_ON} else _End.UNKNOWN

    def _try(self, node: ast.Try | ast.TryStar) -> _End:
        end = self.body(node.body)
        if end is _End.RAISES:
            handlers = (each for each in node.handlers if _catches(each))
            handler = next(handlers, None)
            end = self.body(handler.body) if handler else end
        return self.body(node.finalbody) if end is _End.GOES_ON else end

    def _fails(self, node: ast.expr | None) -> bool:
        """Whether evaluating an expression raises, as it opens a library."""
        if node is None or isinstance(node, ast.Lambda):
            return False
        if isinstance(node, ast.IfExp):
            holds = self._holds(node.test)
            if holds is not None:
                return self._fails(node.body if holds else node.orelse)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            return self._fails(node.values[0])
        if isinstance(node, ast.Call) and self._opens(node):
            self.has_opened = True
            return not (
                finds(last_name(node.func)) or self._loaders.gives_nothing(node, self._depth + 1)
            )
        return any(self._fails(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr))

    def _opens(self, call: ast.Call) -> bool:
        return opens(last_name(call.func)) or self._loaders.gives_nothing(call, self._depth + 1)

    def _is_nothing(self, node: ast.expr | None) -> bool:
        """Whether an expression is None where a library is missing."""
        if isinstance(node, ast.Constant):
            return node.value is None
        if isinstance(node, ast.Name):
            return node.id in self._values and self._values[node.id] is None
        return isinstance(node, ast.Call) and self._opens(node) and not self._fails(node)

    def _holds(self, test: ast.expr) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        match test:
            case ast.UnaryOp(op=ast.Not()):
                holds = self._holds(test.operand)
                return None if holds is None else not holds
            case ast.Name() if test.id in self._values:
                return bool(self._values[test.id])
            case ast.Compare(
                left=ast.Name(),
                ops=[ast.Is() | ast.IsNot()],
                comparators=[ast.Constant(value=None)],
            ) if isinstance(test.left, ast.Name) and test.left.id in self._values:
                is_none = self._values[test.left.id] is None
                return is_none is isinstance(test.ops[0], ast.Is)
            case _:
                return runs_on_linux(test)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _with_opposites(call: ast.Call) -> ast.Call:
    def opposite(node: ast.expr) -> ast.expr:
        value = _constant(node)
        return ast.Constant(not value) if isinstance(value, bool) else node

    keywords = [ast.keyword(each.arg, opposite(each.value)) for each in call.keywords]
    return ast.Call(call.func, [opposite(each) for each in call.args], keywords)


def _given(called: _Function, call: ast.Call) -> dict[str, object]:
    """The parameters of a function whose values are constants, in a call or by default."""
    arguments = called.args
    places = [*arguments.posonlyargs, *arguments.args]
    by_default = [
        *zip(reversed(places), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    given = {place.arg: value for place, value in by_default} | arguments_of(called, call)
    return {name: value.value for name, value in given.items() if isinstance(value, ast.Constant)}


def _catches(handler: ast.ExceptHandler) -> bool:
    return not handler.type or bool(caught_names(handler.type) & _FAILURES)
