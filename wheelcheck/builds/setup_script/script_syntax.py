"""Parsing Python that may be hostile, broken, or Python 2."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from functools import lru_cache

from wheelcheck.errors import Unknown

__all__ = [
    "children",
    "condition_text",
    "kinds_caught",
    "lines_of",
    "mentions_extensions",
    "parse",
    "statements",
    "walk",
    "writes_python",
]

_LARGEST = 512_000
_BOM = "\ufeff"
"""Before a script, tokenize drops it, by which setuptools and imports open scripts."""
_LOCK = threading.Lock()
_TRACES = re.compile(
    r"\b(ext_modules|cffi_modules|rust_extensions|cythonize|mypycify"
    r"|Cython\.(?:Build|Distutils)|\w*Extension\s*\()"
)


@lru_cache(maxsize=16)  # several readers of one sdist look at the same few scripts
def parse(text: str) -> ast.Module | Unknown:
    """The syntax tree, or why there is none: ``script-refused`` or ``script-not-python3``.

    It is shared: nobody may change it.
    """
    if len(text) > _LARGEST:
        return Unknown("script-refused", f"longer than {_LARGEST:,} characters")
    try:
        # Invalid escapes in other people's strings warn while parsing; the filter is process-wide.
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix(_BOM))
    except SyntaxError as error:
        return Unknown("script-not-python3", f"line {error.lineno}: {error.msg}")
    except (RecursionError, MemoryError):
        return Unknown("script-refused", "nested too deeply")
    except ValueError as error:  # null bytes, lone surrogates
        return Unknown("script-refused", str(error))


_PLAIN_FIELDS = {
    "ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "level", "module", "asname",
    "is_async", "conversion", "simple", "type_ignores",
}  # fmt: skip
"""Fields of nodes that hold words and numbers, or nodes that hold nothing."""


_known_fields: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ()}


def _fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields in which nodes of a kind may have others."""
    found = _known_fields.get(kind)
    if found is None:
        found = tuple(name for name in kind._fields if name not in _PLAIN_FIELDS)
        _known_fields[kind] = found
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, but for those that hold nothing: ``Load()``, ``Pass()``.

    They are every third of a tree, and nobody asks for them.
    """
    found: list[ast.AST] = []
    for name in _fields_of(type(node)):
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [part for part in value if isinstance(part, ast.AST) and part._fields]
        elif isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


_BODIES = ("body", "handlers", "orelse", "finalbody", "cases")
"""Fields of statements, handlers and cases that hold statements, handlers and cases."""


def lines_of(node: ast.stmt | ast.ExceptHandler) -> range:
    """The numbers of the lines that a statement or a handler takes up."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, from the top down; like `ast.walk`, without empty nodes."""
    todo = deque([node])
    while todo:
        node = todo.popleft()
        todo.extend(children(node))
        yield node


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements of a script, from the top down: no expression holds any."""
    todo = deque[ast.AST](tree.body)
    while todo:
        node = todo.popleft()
        for name in _BODIES:
            todo.extend(getattr(node, name, ()))
        if isinstance(node, ast.stmt):
            yield node


def kinds_caught(handler: ast.ExceptHandler) -> list[ast.expr | None]:
    """What a handler names, each of several by itself; None alone where it catches everything."""
    return [*handler.type.elts] if isinstance(handler.type, ast.Tuple) else [handler.type]


def mentions_extensions(text: str) -> str:
    """The first word that speaks of extension modules outside comments, "" where none does."""
    for line in text.splitlines():
        found = _TRACES.search(line.split("#", 1)[0])
        if found:
            return found.group(1).rstrip("( ")
    return ""


def writes_python(text: str) -> bool:
    """Whether a build script of cffi is of the ABI mode: it writes a module in Python.

    Such a script says ``set_source("name", None)``, without a source to compile.
    """
    tree = parse(text)
    if isinstance(tree, Unknown):
        return False
    sources = [
        node.args[1] if len(node.args) > 1 else None
        for node in walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "set_source"
    ]
    return bool(sources) and all(
        isinstance(source, ast.Constant) and source.value is None for source in sources
    )


def condition_text(node: ast.expr) -> str:
    """A condition as source text, short enough to show."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return "…"
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 (a line)
