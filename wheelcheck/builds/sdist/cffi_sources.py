"""The C that cffi's scripts hold as text: which headers it includes in any case."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown
from wheelcheck.index.archives.sources.c_code.c_includes import certain_includes

__all__ = ["cffi_headers"]

_TAKES_SOURCE = {"set_source": 1, "verify": 0}
"""Methods of cffi's `FFI`, and the place of the C source among their arguments."""


def cffi_headers(texts: Mapping[str, str]) -> dict[str, str]:
    """Headers in angle brackets, and the script whose C includes each in any case.

    Of scripts that ``cffi_modules`` names: the build runs these.
    """
    found: dict[str, str] = {}
    setup = texts.get("setup.py", "")
    if "cffi_modules" not in setup:
        return found
    for path, text in texts.items():
        if path.endswith(".py") and f"{path}:" in setup and not is_aside(path):
            tree = parse(text)
            for source in () if isinstance(tree, Unknown) else _sources(tree):
                for name in certain_includes(source.encode()):
                    if name.startswith("<"):
                        found.setdefault(name[1:], path)
    return found


def _sources(tree: ast.AST) -> list[str]:
    """The C that is given as text, by itself or by a name that is given once."""
    texts: dict[str, list[str]] = {}
    given: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                texts.setdefault(name, []).append(text)
            case ast.Call(func=ast.Attribute(attr=method), args=args) if method in _TAKES_SOURCE:
                place = _TAKES_SOURCE[method]
                given += args[place : place + 1]
    found = []
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found.append(value.value)
        elif isinstance(value, ast.Name) and len(texts.get(value.id, ())) == 1:
            found += texts[value.id]
    return found
