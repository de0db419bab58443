"""Questions to the syntax tree of a setup script that need no values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = [
    "bound_by",
    "dotted",
    "entries",
    "evaluated",
    "imported_either_way",
    "is_generator",
    "is_unbound",
    "names_bound",
]

_MAKES_NAMES = ("exec", "globals", "locals", "vars(", "setattr", "import *", "runpy")


def dotted(node: ast.AST | None) -> str:
    """The dotted name that is written, as far as it is one."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else node.attr
    return ""


def bound_by(node: ast.AST) -> tuple[str, ...]:
    """The names that a statement binds by itself."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return (node.id,)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return tuple(alias.asname or alias.name.split(".")[0] for alias in node.names)
    return (node.name,) if isinstance(node, ast.FunctionDef | ast.ClassDef) else ()


def names_bound(tree: ast.AST) -> frozenset[str]:
    """All names that anything in a file, or a part of one, binds."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
    return frozenset(found)


def _bound_out_of_sight(tree: ast.AST) -> frozenset[str]:
    """The names that something binds beside the plain statements of a file.

    A part of an expression, a handler, a pattern, a loop in a list, or a function by ``global``.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.NamedExpr | ast.comprehension):
            found |= names_bound(node.target)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
        elif isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith):
            found |= names_bound(node)
    return frozenset(found)


def evaluated(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression that are evaluated in any case, the inner before the outer."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.BoolOp):
        yield from evaluated(node.values[0])
        return
    if isinstance(node, ast.IfExp):
        yield from evaluated(node.test)
        return
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from evaluated(node.generators[0].iter)
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword):
            yield from evaluated(child.value)
        elif isinstance(child, ast.expr):
            yield from evaluated(child)
    yield node


def entries(node: ast.expr) -> dict[str, ast.expr]:
    """The values of a dictionary that is written out, by those keys that are texts."""
    if isinstance(node, ast.Call) and dotted(node.func) == "dict":
        return {k.arg: k.value for k in node.keywords if k.arg is not None}
    if not isinstance(node, ast.Dict):
        return {}
    return {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def is_generator(node: ast.FunctionDef) -> bool:
    """Whether a call of a function runs nothing of it."""
    return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))


def is_unbound(name: str, text: str) -> bool:
    """Whether nothing has bound a name at the top of a file that no statement run so far bound."""
    if any(word in text for word in _MAKES_NAMES):
        return False
    tree = parse(text)
    return not isinstance(tree, Unknown) and name not in _bound_out_of_sight(tree)


def imported_either_way(choice: ast.If) -> list[ast.Import]:
    """Imports of the modules that both ways of a choice import before they do anything else.

    ``import a.b`` in the first and ``from a.c import d`` in the second import ``a`` either way.
    """
    second = _imported_first(choice.orelse)
    return [
        ast.copy_location(ast.Import([ast.alias(name)]), statement)
        for name, statement in _imported_first(choice.body).items()
        if name in second
    ]


def _imported_first(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """The modules, with the packages around them, that statements begin by importing."""
    found: dict[str, ast.stmt] = {}
    for statement in body:
        if isinstance(statement, ast.If):
            return {each.names[0].name: each for each in imported_either_way(statement)} | found
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            names = [statement.module or ""]
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            continue
        else:
            break
        for name in names:
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                found.setdefault(".".join(parts[:end]), statement)
    return found
