"""Which functions of a script a build calls, by the lines that they stand on."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from wheelcheck.builds.needs.scripts.environment_conditions import running
from wheelcheck.builds.needs.scripts.system_question import called
from wheelcheck.builds.setup_script.script_syntax import lines_of, statements, walk

__all__ = ["called_lines", "uncalled_lines"]


def called_lines(tree: ast.Module, names: frozenset[str]) -> tuple[range, ...]:
    """The lines of the functions of these names, and of those that they call or name."""
    own = {node.name: node for node in _functions(tree)}
    left, seen = list(names & own.keys()), set[str]()
    while left:
        name = left.pop()
        seen.add(name)
        nodes = list(walk(own[name]))
        inner = ({called(node) for node in nodes} | _names(nodes)) & own.keys()
        left += inner - seen
    return tuple(lines_of(own[name]) for name in seen)


def uncalled_lines(tree: ast.Module, decided: Mapping[int, bool]) -> tuple[range, ...]:
    """The lines of the functions that only branches name which are not taken.

    Parameters:
        tree: The script.
        decided: Conditions with a known answer, by their line.
    """
    own = {node.name for node in _functions(tree)}
    aside = _names(node for part in _not_taken(tree, decided) for node in walk(part)) & own
    left = aside - _names(running(tree, decided)) if aside else aside
    return tuple(lines_of(node) for node in _functions(tree) if node.name in left)


def _not_taken(tree: ast.Module, decided: Mapping[int, bool]) -> Iterator[ast.stmt]:
    """The statements in branches that are not taken."""
    for node in statements(tree) if decided else ():
        if isinstance(node, ast.If) and node.lineno in decided:
            yield from node.orelse if decided[node.lineno] else node.body


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def _names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))
