"""Whether code raises for want of what certain functions give; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from wheelcheck.loading.python_code.control_flow.branches import (
    caught_names,
    ends_program,
    last_name,
    opens,
    raises,
    runs_on_linux,
)

__all__ = ["RaiseSearch"]


@dataclass(slots=True)
class RaiseSearch:
    """Looks for a ``raise`` that follows from what certain functions give.

    That is one under a condition on their result, in a handler around a call of them, or under no
    condition at all; one under a condition on other things is not. `functions` are their names;
    None is all that open or find libraries.
    """

    functions: frozenset[str] | None = None
    results: set[str] = field(default_factory=set)
    """Variables that depend on what they gave."""
    caught: frozenset[str] = frozenset()
    """Names of exceptions that handlers around the statement catch, and go on."""

    def finds(self, body: Iterable[ast.stmt]) -> bool:
        """Whether there is such a statement; those in functions below do not count."""
        statements = list(body)
        for _ in range(2):  # a loop may use what is assigned further down
            for statement in statements:
                self._note(statement)
        return self._any(statements, follows=True)

    def _any(self, body: Iterable[ast.stmt], *, follows: bool) -> bool:
        return any(self._in(statement, follows=follows) for statement in body)

    def _in(self, node: ast.stmt, *, follows: bool) -> bool:
        if isinstance(node, ast.Raise):
            return follows and not self._is_caught(node)
        if ends_program(node):
            return follows
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
        if isinstance(node, ast.If):
            return self._in_branches(node, follows=follows)
        if isinstance(node, ast.Try | ast.TryStar):
            return self._in_try(node, follows=follows)
        children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        return self._any(children, follows=follows)

    def _in_try(self, node: ast.Try | ast.TryStar, *, follows: bool) -> bool:
        calls = any(map(self._concerns, node.body))
        handlers = [child for handler in node.handlers for child in handler.body]
        rest = [*node.orelse, *node.finalbody]
        if self._any(handlers, follows=calls) or self._any(rest, follows=follows):
            return True
        before = self.caught
        for handler in node.handlers:
            if not raises(handler.body):
                self.caught = self.caught | caught_names(handler.type)
        found = self._any(node.body, follows=follows)
        self.caught = before
        return found

    def _is_caught(self, node: ast.Raise) -> bool:
        """Whether a handler around a ``raise`` of a class catches it, by that class's name."""
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return raised is not None and last_name(raised) in self.caught

    def _in_branches(self, node: ast.If, *, follows: bool) -> bool:
        runs = runs_on_linux(node.test)
        if runs is not None:
            return self._any(node.body if runs else node.orelse, follows=follows)
        follows = self._concerns(node.test)
        return self._any([*node.body, *node.orelse], follows=follows)

    def _concerns(self, node: ast.AST) -> bool:
        """Whether something calls one of the functions, or looks at what one gave."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute) and last_name(part) in self.results:
                return True
            if isinstance(part, ast.Call) and self._is_wanted(last_name(part.func)):
                return True
            if isinstance(part, ast.Subscript) and self._is_wanted(last_name(part.value)):
                return True
        return False

    def _is_wanted(self, name: str) -> bool:
        return opens(name) if self.functions is None else name in self.functions

    def _note(self, node: ast.stmt) -> None:
        """Add the variables that a statement makes depend on a result."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        blocks = _blocks(node)
        for child in blocks:
            self._note(child)
        targets, value = _set_here(node)
        if value is not None and targets and self._concerns(value):
            self._add(targets)
        elif self._goes_on(node, blocks):  # what is set once a call has succeeded
            self._add([target for block in blocks for target in _changed(block)])

    def _goes_on(self, node: ast.stmt, blocks: list[ast.stmt]) -> bool:
        """Whether what follows in a statement depends on a result."""
        if isinstance(node, ast.If):
            return self._concerns(node.test)
        loops = isinstance(node, ast.Try | ast.TryStar | ast.For | ast.While)
        return loops and any(map(self._concerns, blocks))

    def _add(self, targets: Iterable[ast.expr]) -> None:
        for target in targets:
            parts = (part for part in ast.walk(target) if isinstance(part, ast.expr))
            self.results |= {name for name in map(last_name, parts) if name and name != "self"}


def _blocks(node: ast.stmt) -> list[ast.stmt]:
    """The statements in a statement, those of handlers included."""
    blocks = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    if isinstance(node, ast.Try | ast.TryStar):
        blocks += [child for handler in node.handlers for child in handler.body]
    return blocks


def _set_here(node: ast.stmt) -> tuple[list[ast.expr], ast.expr | None]:
    """What a statement sets, and the expression that it is set to."""
    if isinstance(node, ast.Assign):
        return node.targets, node.value
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return [node.target], node.value
    return ([node.target], node.iter) if isinstance(node, ast.For) else ([], None)


def _changed(node: ast.stmt) -> list[ast.expr]:
    """What a statement sets, or adds something to: ``found.append(…)``."""
    if isinstance(node, ast.Assign):
        return node.targets
    called = (
        node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    )
    if isinstance(called, ast.Attribute) and called.attr in {"append", "add", "update", "extend"}:
        return [called.value]
    return []
