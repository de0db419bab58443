"""The names that Python code imports and calls."""

from __future__ import annotations

import ast

__all__ = ["absolute", "imported", "is_of_a_container", "owner_of", "strings_given"]

_CONTAINER_METHODS = frozenset(
    name for kind in (dict, list, set, str, bytes) for name in dir(kind) if name[0] != "_"
)


def imported(node: ast.Import | ast.ImportFrom, base: str) -> list[str]:
    """The dotted names that an import may load; `base` is the package it counts from."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    parts = base.split(".") if base else []
    if node.level > 1:
        parts = parts[: len(parts) - (node.level - 1)]
    module = ".".join([*(parts if node.level else []), *([node.module] if node.module else [])])
    return [module, *(f"{module}.{alias.name}" for alias in node.names)]


def absolute(module: str, base: str) -> str:
    """A name as `import_module` takes it, counted from a package if it begins with a dot."""
    return base + module if module.startswith(".") else module


def is_of_a_container(called: ast.expr) -> bool:
    """Whether a call is most likely of a dictionary, a list or a string: ``known.update(…)``."""
    if not isinstance(called, ast.Attribute) or called.attr not in _CONTAINER_METHODS:
        return False
    owner = called.value
    return not (isinstance(owner, ast.Name) and owner.id in {"self", "cls"})


def owner_of(called: ast.expr) -> str:
    """The dotted name before the last part: ``a.b`` of ``a.b.f``; "" for none, or of a value."""
    parts: list[str] = []
    owner = called.value if isinstance(called, ast.Attribute) else called
    if owner is called:
        return ""
    while isinstance(owner, ast.Attribute):
        parts.append(owner.attr)
        owner = owner.value
    return ".".join([owner.id, *reversed(parts)]) if isinstance(owner, ast.Name) else ""


def strings_given(call: ast.Call) -> tuple[str, ...]:
    """The strings that a call gives by position, "" for what is none."""
    values = (arg.value if isinstance(arg, ast.Constant) else None for arg in call.args)
    return tuple(value if isinstance(value, str) else "" for value in values)
