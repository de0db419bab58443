"""A build backend that is part of its sdist, and what it asks for by itself (PEP 517)."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from wheelcheck.builds.sdist.build_system import BuildSystem, backend_kind
from wheelcheck.builds.setup_script.script_syntax import parse, statements
from wheelcheck.errors import Unknown
from wheelcheck.requirements.projects.project_modules import backend_places

__all__ = ["asks_for", "may_ask_for_more", "own_backend_files", "wrapped_kind"]

_HOOK = "get_requires_for_build_wheel"


def own_backend_files(system: BuildSystem, texts: Mapping[str, str]) -> list[str]:
    """The files of a backend that is part of the sdist, its own module first."""
    inside = "." in system.backend.partition(":")[0]  # a module of a package
    found: list[str] = []
    for base in backend_places(system.backend, system.backend_path):
        package = posixpath.dirname(base) if inside else base
        found += [path for path in (f"{base}.py", f"{base}/__init__.py") if path in texts]
        found += sorted(path for path in texts if path.startswith(f"{package}/"))
    return [path for path in dict.fromkeys(found) if path.endswith(".py")]


def wrapped_kind(text: str) -> str:
    """The kind of the first known backend that a module imports; "" where it imports none."""
    for match in re.finditer(r"^\s*(?:from|import)\s+([A-Za-z_][\w.]*)", text, re.MULTILINE):
        kind = backend_kind(match.group(1))
        if kind != "unknown":
            return kind
    return ""


def may_ask_for_more(texts: Iterable[str]) -> bool:
    """Whether a backend's hook may ask for requirements that pyproject.toml does not state.

    `texts` are those of its modules. Not so where each definition of the hook hands on what
    another backend's hook asks for, or gives an empty list, nor where there is none.
    """
    return not all(hook is not None and _hands_on(hook) for hook in _hooks(texts))


def _hooks(texts: Iterable[str]) -> Iterator[ast.FunctionDef | None]:
    """The definitions of the hook; None for a module that names it and cannot be read."""
    for tree in (parse(text) for text in texts if _HOOK in text):
        if isinstance(tree, Unknown):
            yield None
            continue
        for node in statements(tree):
            if isinstance(node, ast.FunctionDef) and node.name == _HOOK:
                yield node


def _hands_on(hook: ast.FunctionDef) -> bool:
    """Whether a function returns nothing but an empty list or what a hook of its name returns."""
    returned = [node.value for node in ast.walk(hook) if isinstance(node, ast.Return)]
    return all(map(_adds_nothing, returned))


def _adds_nothing(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        called = value.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        return name == _HOOK
    return value is None or (isinstance(value, ast.List | ast.Tuple) and not value.elts)


def asks_for(texts: Iterable[str]) -> tuple[str, ...]:
    """The requirements that the hooks of a backend's modules ask for on CPython, as far as read.

    Those of lists that a hook returns by its last statement, alone or added to others, and of
    names that it gives such lists in any case.
    """
    ends = ((hook, hook.body[-1]) for hook in _hooks(texts) if hook is not None)
    return tuple(
        dict.fromkeys(
            line
            for hook, last in ends
            if isinstance(last, ast.Return)
            for line in _listed(last.value, dict(_named(hook.body)))
        )
    )


def _named(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that statements bind in any case, in order; on CPython nothing has __pypy__."""
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.Try) and _is_for_pypy(node.body[0]):
            for handler in node.handlers:
                yield from _named(handler.body)


def _is_for_pypy(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) and any(each.name == "__pypy__" for each in node.names)


def _listed(value: ast.expr | None, named: Mapping[str, ast.expr]) -> Iterator[str]:
    """The strings of a list, of lists that are added, and of names for them."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from _listed(value.left, named)
        yield from _listed(value.right, named)
    elif isinstance(value, ast.Name):
        yield from _listed(named.get(value.id), {})
    elif isinstance(value, ast.List | ast.Tuple):
        for item in value.elts:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value
