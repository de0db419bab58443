"""Functions that are given to other functions of a module, which call them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from wheelcheck.loading.python_code.control_flow.branches import last_name, runs_on_linux

__all__ = ["Callbacks"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Callbacks:
    """The functions of a module that call what they are given."""

    def __init__(self, tree: ast.Module) -> None:
        self._called: dict[str, dict[str, int]] = {}
        """By function: the parameters that it calls on Linux, with their places."""
        for node in ast.walk(tree):
            if isinstance(node, _Function):
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
                called = _called_on_linux(node.body) & set(names)
                if called:
                    self._called[node.name] = {name: names.index(name) for name in called}

    def run_by(self, call: ast.Call) -> list[str]:
        """The names of the functions that a call has run: those that are given to be called."""
        parameters = self._called.get(last_name(call.func), {})
        places = set(parameters.values())
        given = [node for place, node in enumerate(call.args) if place in places]
        given += [word.value for word in call.keywords if word.arg in parameters]
        return [name for name in map(last_name, given) if name]


def _called_on_linux(body: Iterable[ast.AST]) -> set[str]:
    """The names that statements call on Linux in any case: not under a condition on other things.

    ``if is_initialized(): callback()`` may leave it for later, as torch.cuda does.
    """
    found: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        if isinstance(node, ast.If):
            runs = runs_on_linux(node.test)
            branches = [node.body, node.orelse] if runs is None else [[], []]
            found |= _called_on_linux(branches[0]) & _called_on_linux(branches[1])
            waiting.append(node.test)
            waiting += [] if runs is None else node.body if runs else node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return found
