"""Syntax trees with fewer kinds of statements: what is written another way, as `if` and `try`.

A handler that calls a function which always raises, or imports a module of Python 2, is written
with a `raise` of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress

from wheelcheck.loading.python_code.control_flow.branches import last_name, raises
from wheelcheck.loading.python_code.control_flow.certain_raises import CertainRaises

__all__ = ["plain_tree"]

_WRITTEN_ANOTHER_WAY = re.compile(r"\bsuppress\(|^[ \t]*match\b.*:[ \t]*(?:#.*)?$", re.MULTILINE)


_PYTHON_2 = frozenset({
    "Tkinter", "Tkconstants", "Tix", "ttk", "tkFont", "tkMessageBox", "tkFileDialog",
    "tkColorChooser", "tkSimpleDialog", "ScrolledText", "ConfigParser", "Queue", "StringIO",
    "cStringIO", "cPickle", "urllib2", "urlparse", "httplib", "HTMLParser", "__builtin__",
})  # fmt: skip


def plain_tree(text: str, *, handlers: bool) -> ast.Module:
    """The tree of some code, with ``match`` as ``if`` and ``with suppress()`` as ``try``.

    Parameters:
        text: The code.
        handlers: Whether to look into the functions that handlers call.

    Raises:
        SyntaxError: It is no Python that we can read. Other exceptions of `ast.parse` too.
    """
    tree = ast.parse(text)
    if _WRITTEN_ANOTHER_WAY.search(text):
        with suppress(RecursionError):
            _Plain().visit(tree)
    if handlers and "except" in text:
        with suppress(RecursionError):
            _say_what_raises(tree)
    return tree


def _say_what_raises(tree: ast.Module) -> None:
    """Add a ``raise`` to the handlers that end in one by the functions which they call."""
    certain = CertainRaises(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler) or raises(node.body):
            continue
        if certain.of(node.body) or any(map(_is_of_python_2, node.body)):
            node.body = [*node.body, ast.Raise(None, None)]


def _is_of_python_2(node: ast.stmt) -> bool:
    """Whether a statement imports a module that Python 3 has under another name."""
    if isinstance(node, ast.Import):
        return any(alias.name in _PYTHON_2 for alias in node.names)
    return isinstance(node, ast.ImportFrom) and not node.level and node.module in _PYTHON_2


class _Plain(ast.NodeTransformer):
    def visit_With(self, node: ast.With) -> ast.stmt:
        """``with suppress(OSError): …`` as ``try: … except OSError: pass``."""
        self.generic_visit(node)
        calls = [item.context_expr for item in node.items]
        suppressed = [c for c in calls if isinstance(c, ast.Call) and _suppresses(c)]
        if not suppressed:
            return node
        node.items = [item for item in node.items if item.context_expr not in suppressed]
        caught = ast.Tuple([argument for call in suppressed for argument in call.args])
        body: list[ast.stmt] = [node] if node.items else node.body
        return ast.Try(body, [ast.ExceptHandler(caught, None, [ast.Pass()])], [], [])

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        """``match x: case "a": …`` as ``if x == "a": …``."""
        self.generic_visit(node)
        rest: list[ast.stmt] = []
        for case in reversed(node.cases):
            if case.guard is None and _takes_all(case.pattern):
                rest = case.body
                continue
            values = list(_values(case.pattern))
            test = ast.Compare(node.subject, [ast.In()], [ast.Tuple(values)])
            rest = [ast.If(test, case.body, rest)]
        return rest[0] if len(rest) == 1 else ast.If(ast.Constant(value=True), rest, [])


def _suppresses(call: ast.Call) -> bool:
    return last_name(call.func) == "suppress"


def _takes_all(pattern: ast.pattern) -> bool:
    """Whether a pattern fits everything: ``_``, or a name alone."""
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _values(pattern: ast.pattern) -> Iterator[ast.expr]:
    """The values that a pattern compares with."""
    if isinstance(pattern, ast.MatchValue):
        yield pattern.value
    elif isinstance(pattern, ast.MatchOr):
        for each in pattern.patterns:
            yield from _values(each)
