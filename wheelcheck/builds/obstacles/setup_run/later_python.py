"""What later releases of Python changed under setup scripts, besides the names of their library."""

from __future__ import annotations

import ast
import re

from wheelcheck.builds.obstacles.setup_run.frame import Frame

__all__ = ["lost_local", "refused_pattern"]

_FLAGS_FIRST = (3, 11)
"""Since then flags of a whole pattern must be at its start (What's New in Python 3.11)."""
_LOCALS_ARE_COPIES = (3, 13)
"""Since then `exec` binds nothing that a later `locals()` of a function has (PEP 667)."""
_PATTERN_FUNCTIONS = {
    f"re.{name}"
    for name in ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall",
                 "finditer")
}  # fmt: skip
_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")
_BEFORE_FLAGS = re.compile(r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[])*", re.DOTALL)
_LONGEST = 10_000


def refused_pattern(node: ast.Call, frame: Frame) -> str:
    """Why a regular expression is refused: it sets flags in its middle; "" where it is not."""
    if frame.python < _FLAGS_FIRST or frame.origin(node.func) not in _PATTERN_FUNCTIONS:
        return ""
    pattern = frame.constant(node.args[0]) if node.args else None
    if not isinstance(pattern, str) or len(pattern) > _LONGEST:
        return ""
    rest = pattern.lstrip() if "x" in pattern[:8] else pattern
    while (first := _FLAGS.match(rest)) is not None:
        rest = rest[first.end() :].lstrip()
    found = _FLAGS.search(rest)
    if found is None or _BEFORE_FLAGS.fullmatch(rest, 0, found.start()) is None:
        return ""  # the search began inside a set or an escape
    return f"a regular expression sets {found.group()} in its middle, which Python 3.11 refuses"


def lost_local(node: ast.Subscript, frame: Frame) -> str:
    """Why ``locals()['x']`` has no such name after `exec`; "" where it may have one."""
    if frame.python < _LOCALS_ARE_COPIES or not frame.depth:
        return ""
    called = node.value.func if isinstance(node.value, ast.Call) else None
    if not isinstance(called, ast.Name) or called.id not in {"locals", "vars"}:
        return ""
    name = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if not isinstance(name, str) or name in frame.scope or called.id in frame.around:
        return ""
    return f"exec binds no {name} that locals() of a function has, since Python 3.13"
