"""Libraries that code looks for in the folders of a system, by a part of their names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from wheelcheck.loading.python_code.control_flow.branches import last_name

__all__ = ["is_search", "searched_names"]

_LISTS = frozenset({"listdir", "scandir", "iterdir", "walk"})
_GLOBS = frozenset({"glob", "iglob", "rglob"})
_COMPARES = frozenset({"find", "index", "startswith", "count", "fnmatch", "fnmatchcase", "match"})
_SHORTEST = 3


def is_search(node: ast.expr) -> bool:
    """Whether an expression lists what is in folders."""
    return any(
        isinstance(part, ast.Call) and last_name(part.func) in _LISTS | _GLOBS
        for part in ast.walk(node)
    )


def searched_names(node: ast.For) -> list[str]:
    """The names of libraries that a loop over folders looks for; each ends in ``*``.

    Those of the patterns that are given to `glob`, else the words that the loop looks for in what
    it finds: ``if "assimp" in name``, ``name.startswith("libassimp")``.
    """
    if not is_search(node.iter):
        return []
    patterns = (text for call in _calls(node.iter, _GLOBS) for text in _texts(call.args))
    found = [text.rpartition("/")[2] for text in patterns] or list(_looked_for(node))
    return list(dict.fromkeys(name for text in found if (name := _name(text))))


def _looked_for(node: ast.For) -> Iterator[str]:
    """The words that a loop looks for in what depends on its variable."""
    variables = {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
    for part in ast.walk(node):
        tested: ast.expr
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.In | ast.NotIn):
            tested, words = part.comparators[0], [part.left]
        elif isinstance(part, ast.Call) and last_name(part.func) in _COMPARES:
            tested, words = part, part.args
        else:
            continue
        if _uses(tested, variables):
            yield from _texts(words)


def _name(text: str) -> str:
    """The word in a pattern or a comparison, as a name with any end; "" where it tells nothing."""
    word = re.match(r"\*?([A-Za-z_][\w+-]*)", text)
    bare = word[1].removeprefix("lib") if word else ""
    return f"{word[1]}*" if word and len(bare) >= _SHORTEST and bare not in _ENDINGS else ""


_ENDINGS = frozenset({"dylib", "dll", "framework", "site-packages", "python", "x86_64"})


def _uses(node: ast.AST, variables: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in variables for part in ast.walk(node))


def _calls(node: ast.expr, names: frozenset[str]) -> Iterator[ast.Call]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and last_name(part.func) in names:
            yield part


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
