"""Libraries that a script links with: lists of them by their names, and options ``-l``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from wheelcheck.builds.needs.scripts.script_branches import Certainty, Part
from wheelcheck.builds.needs.scripts.system_question import (
    SystemQuestion,
    called,
    constant,
    names_in,
    texts_of,
)
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["built_by", "compared", "flags", "library_values", "linked", "loaded"]

_LIBRARIES = re.compile(r"(?i)(.*_)?(libraries|libs|library_names|lib_names)")
_LINK = re.compile(r"-l([A-Za-z_][\w.+-]*)")
_GROWS = {"append": 0, "extend": 0, "insert": 1}


def built_by(node: ast.AST) -> Iterator[str]:
    """Libraries that the sdist compiles: ``setup(libraries=[("name", {…})])``, `add_library`."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1 and _is_build_info(node.elts[1]):
        yield from texts_of(node.elts[:1])
    elif isinstance(node, ast.Call) and called(node) in {"add_library", "add_installed_library"}:
        yield from texts_of(node.args[:1])
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "output_libname" or (
                keyword.arg in {"output_dir", "target_lang"} and called(node) == "link"
            ):
                yield from texts_of([keyword.value])
        if called(node) == "create_static_lib":
            yield from texts_of(node.args[1:2])


def _is_build_info(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict) or called(node) == "dict"


def linked(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    """Names in ``libraries=[…]``, ``x.libraries += […]``, ``{"libraries": […]}`` and their like."""
    if isinstance(node, ast.arguments):  # what a function is given where nobody says otherwise
        certainty = max(certainty, Certainty.DEFAULT)
    for value in library_values(node):
        for name, certain in names_in(value, certainty):
            link = _LINK.fullmatch(name)
            yield SystemQuestion(FileKind.LIB, link[1] if link else name, value.lineno, certain)


def library_values(node: ast.AST) -> Iterator[ast.expr]:
    """The values of what is a list of libraries by its name, wherever a script sets it."""
    for name, value in _named_values(node):
        if _is_libraries(name) if isinstance(name, ast.expr) else _LIBRARIES.fullmatch(name):
            yield value


def _named_values(node: ast.AST) -> Iterator[tuple[str | ast.expr, ast.expr]]:
    """The values that a node gives to keywords, keys or targets, or adds to a list."""
    match node:
        case ast.keyword(arg=name, value=value):
            yield name or "", value
        case ast.Assign(targets=targets, value=value):
            if named := next(filter(_is_libraries, targets), None):
                yield named, value
        case ast.AugAssign() | ast.AnnAssign() if node.value is not None:
            yield node.target, node.value
        case ast.arguments():
            with_defaults = node.args[len(node.args) - len(node.defaults) :]
            yield from zip((each.arg for each in with_defaults), node.defaults, strict=True)
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value
        case ast.Call(func=ast.Attribute(value=grown, attr=method)) if method in _GROWS:
            yield from ((grown, value) for value in node.args[_GROWS[method] :][:1])


def _is_libraries(node: ast.expr) -> bool:
    """Whether an expression is a list of libraries by its name, ``kw["libraries"]`` included."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return _LIBRARIES.fullmatch(str(node.slice.value)) is not None
    if isinstance(node, ast.Call) and called(node) == "setdefault" and node.args:
        return any(_LIBRARIES.fullmatch(text) for text in texts_of(node.args[:1]))
    name = getattr(node, "attr", None) or getattr(node, "id", "")
    return _LIBRARIES.fullmatch(str(name)) is not None


def flags(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    """``-lfoo`` in lists of options, and in strings of nothing but options."""
    parts: Sequence[ast.expr] = ()
    if isinstance(node, ast.List | ast.Tuple):
        parts = () if _is_command(node) else node.elts
    elif isinstance(node, ast.Call) and called(node) in _GROWS:
        parts = node.args
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.keyword):
        parts = [node.value]
    for part in parts:
        text = constant(part)
        words = text.split() if text.startswith("-") else []
        for word in words if all(item.startswith("-") for item in words) else ():
            link = _LINK.fullmatch(word)
            if link:
                yield SystemQuestion(FileKind.LIB, link[1], part.lineno, certainty)


def compared(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    """``if "-lfoo" not in flags``: what a script adds itself where nobody has."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        link = _LINK.fullmatch(constant(node.left))
        if link:
            doubt = max(certainty, Certainty.CONDITIONAL)
            yield SystemQuestion(FileKind.LIB, link[1], node.lineno, doubt)


def loaded(parts: Iterable[Part]) -> Iterator[SystemQuestion]:
    """``find_library("ode")`` of `ctypes`, by which a setup script goes one way or another.

    Elsewhere that is a question of what is installed, when it runs.
    """
    calls = [(node, certainty) for node, certainty in parts if isinstance(node, ast.Call)]
    if not any(called(node) == "setup" for node, _ in calls):
        return
    for node, certainty in calls:
        if called(node) == "find_library":
            doubt = max(certainty, Certainty.CONDITIONAL)
            for name in filter(None, map(constant, node.args[:1])):
                yield SystemQuestion(FileKind.LIB, name, node.lineno, doubt)


def _is_command(node: ast.List | ast.Tuple) -> bool:
    """Whether a list starts with a program: its options are that program's own."""
    first = node.elts[0] if node.elts else None
    text = constant(first) if first is not None else ""
    return bool(text) and not text.startswith("-")
