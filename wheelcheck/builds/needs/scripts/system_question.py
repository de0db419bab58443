"""A question of a script to the system, and the strings in its syntax that it is read from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wheelcheck.builds.needs.scripts.script_branches import Certainty, holds_on_linux
from wheelcheck.distributions.debian_package import FileKind

__all__ = [
    "SETTING",
    "SystemQuestion",
    "beginning",
    "called",
    "constant",
    "line_of",
    "names_in",
    "texts_of",
]


class SystemQuestion(Struct, frozen=True):
    """A name that a script looks for, how, and whether it does so whatever else it finds."""

    kind: FileKind
    name: str
    line: int
    certainty: Certainty
    least: str = ""


def names_in(node: ast.expr, certainty: Certainty) -> Iterator[tuple[str, Certainty]]:
    """The strings of a list, of lists that are added, and of both sides of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.strip(), certainty
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for part in node.elts:
            if not isinstance(part, ast.Tuple):
                yield from names_in(part, certainty)
    elif isinstance(node, ast.IfExp):
        holds = holds_on_linux(node.test)
        doubt = certainty if holds is not None else max(certainty, Certainty.CONDITIONAL)
        yield from names_in(node.body, doubt) if holds is not False else ()
        yield from names_in(node.orelse, doubt) if holds is not True else ()
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from names_in(node.left, certainty)
        yield from names_in(node.right, certainty)
    elif isinstance(node, ast.Call) and called(node) in {"split", "copy", "list"}:
        of_text = node.func.value if isinstance(node.func, ast.Attribute) else node
        if isinstance(of_text, ast.Subscript) and constant(of_text.slice):
            yield f"{SETTING}{constant(of_text.slice)}", certainty
        yield from ((word, certainty) for word in constant(of_text).split())


SETTING = "$"
"""Begins the name of an entry that holds names: ``settings["LAPACK"].split(",")``."""


def texts_of(nodes: Iterable[ast.expr]) -> Iterator[str]:
    """The strings among these, or their beginnings."""
    yield from filter(None, map(beginning, nodes))


def constant(node: ast.AST) -> str:
    """A string of the script, "" for all else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def line_of(node: ast.AST) -> int:
    """The line a node begins at; 0 where it has none."""
    return getattr(node, "lineno", 0)


def beginning(node: ast.expr) -> str:
    """A string, or the beginning of a formatted string."""
    if isinstance(node, ast.JoinedStr) and node.values:
        return beginning(node.values[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return beginning(node.left)
    if isinstance(node, ast.Call) and called(node) in {"get", "getenv"} and len(node.args) > 1:
        return beginning(node.args[1])
    return constant(node)


def called(node: ast.AST) -> str:
    """The last name of what a call calls; "" for all else."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
