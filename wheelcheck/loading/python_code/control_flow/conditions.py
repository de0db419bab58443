"""The conditions around a statement, as far as they decide whether it opens a library."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from wheelcheck.loading.python_code.control_flow.branches import last_name

__all__ = ["Conditions", "names_in"]


class Conditions:
    """The conditions around a statement, the outer first: the variables they look at."""

    def __init__(self) -> None:
        self._tested: list[frozenset[str]] = []
        self._finding = 0
        """How many of them say that a file is there."""

    @contextmanager
    def within(self, test: ast.expr, *, branch: bool) -> Iterator[None]:
        """The statements of a branch: that where the test is true, or the other."""
        finds = _found_in(test) is branch
        self._tested.append(names_in(test))
        self._finding += finds
        try:
            yield
        finally:
            self._tested.pop()
            self._finding -= finds

    def allow_for(self, opened: ast.expr | None) -> bool:
        """Whether it is opened only where a file is there, or a variable is not None."""
        if self._finding:
            return True
        return isinstance(opened, ast.Name) and any(opened.id in names for names in self._tested)


def names_in(test: ast.expr) -> frozenset[str]:
    """The variables that a condition looks at."""
    return frozenset(part.id for part in ast.walk(test) if isinstance(part, ast.Name))


def _found_in(test: ast.expr) -> bool | None:
    """The branch of a condition in which a file is there; None where it is about others."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    calls = (part for part in ast.walk(test) if isinstance(part, ast.Call))
    looks = any(last_name(call.func) in {"exists", "isfile", "is_file"} for call in calls)
    return not negated if looks else None
