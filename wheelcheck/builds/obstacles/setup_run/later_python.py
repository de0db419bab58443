"""What later releases of Python changed under setup scripts, besides the names of their library."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from wheelcheck.builds.obstacles.setup_run.frame import Frame
from wheelcheck.builds.obstacles.setup_run.known.known_conditions import (
    READ_VARIABLES,
    is_unset,
)
from wheelcheck.builds.obstacles.setup_run.syntax import dotted

__all__ = [
    "joins_unset",
    "lost_local",
    "lost_method",
    "lost_setting",
    "opens_in_u_mode",
    "refused_pattern",
    "refused_sum",
    "unset_variable",
]

_FLAGS_FIRST = (3, 11)
"""Since then flags of a whole pattern must be at its start (What's New in Python 3.11)."""
_LOCALS_ARE_COPIES = (3, 13)
"""Since then `exec` binds nothing that a later `locals()` of a function has (PEP 667)."""
_NO_SO = (3, 11)
"""Since then the configuration has no ``SO``, which is `EXT_SUFFIX` (measured: 3.10 has it)."""
_CONFIGURATION = ("sysconfig.get_config_var", "sysconfig.get_config_vars")
_U_MODE_GONE = (3, 11)
_OPENERS = {"open", "io.open", "codecs.open"}
_OF_PYTHON_2 = {"has_key", "iteritems", "itervalues", "iterkeys"}
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


def opens_in_u_mode(node: ast.Call, frame: Frame) -> bool:
    """Whether a file is opened in the mode that is gone since Python 3.11 (What's New)."""
    called = frame.origin(node.func) or dotted(node.func)
    if frame.python < _U_MODE_GONE or called not in _OPENERS:
        return False
    modes = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
    return any(
        isinstance(m, ast.Constant) and isinstance(m.value, str) and "U" in m.value for m in modes
    )


def lost_method(node: ast.Call, frame: Frame) -> str:
    """Why a dictionary or a text has no such method: it is of Python 2; "" where it may have."""
    function = node.func
    if not isinstance(function, ast.Attribute):
        return ""
    if function.attr in _OF_PYTHON_2 and isinstance(frame.constant(function.value), dict):
        return f"{function.attr} of dictionaries is of Python 2"
    if function.attr != "decode":
        return ""
    base = function.value
    if isinstance(frame.constant(base), str) or _reads_text(base, frame):
        return "it decodes a text, which is of Python 2"
    return ""


def _reads_text(node: ast.expr, frame: Frame) -> bool:
    """``open(…).read()`` of a file that is not opened as bytes."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    opened = node.func.value
    if node.func.attr != "read" or not isinstance(opened, ast.Call):
        return False
    if not isinstance(opened.func, ast.Name) or opened.func.id != "open" or "open" in frame.around:
        return False
    modes = [*opened.args[1:2], *(k.value for k in opened.keywords if k.arg == "mode")]
    return all(isinstance(m, ast.Constant) and "b" not in str(m.value) for m in modes)


def unset_variable(node: ast.Subscript, frame: Frame, text: str) -> str:
    """Why ``os.environ["X"]`` fails: nothing sets such a variable; "" where that is not known."""
    name = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if frame.origin(node.value) != "os.environ" or not isinstance(node.ctx, ast.Load):
        return ""
    if not isinstance(name, str) or not is_unset(name) or text.count(name) > 1:
        return ""
    return f"it reads the environment variable {name}, which must be set before"


def refused_sum(node: ast.BinOp, frame: Frame, text: str) -> str:
    """Why ``get_config_var("SO") + x`` or ``os.environ.get("X") + "/lib"`` fails; "" for others.

    `text` is that of the script, which sets no such variable.
    """
    if why := lost_setting(node, frame):
        return why
    sides = (node.left, node.right) if isinstance(node.op, ast.Add) else ()
    is_sum = any(isinstance(frame.constant(side), str) for side in sides)
    return _unset_among(sides, frame, text) if is_sum else ""


def joins_unset(node: ast.Call, frame: Frame, text: str) -> str:
    """Why ``os.path.join(os.environ.get("X"), "lib")`` fails; "" where that is not known."""
    joins = frame.origin(node.func) == "os.path.join"
    return _unset_among(node.args, frame, text) if joins else ""


def _unset_among(nodes: Iterable[ast.expr], frame: Frame, text: str) -> str:
    """The variable that one of these reads and nothing sets, where the script names it once."""
    for node in nodes:
        asks = isinstance(node, ast.Call) and frame.origin(node.func) in READ_VARIABLES
        given = node.args if isinstance(node, ast.Call) and asks and not node.keywords else []
        name = given[0].value if len(given) == 1 and isinstance(given[0], ast.Constant) else None
        if isinstance(name, str) and is_unset(name) and text.count(name) == 1:
            return f"it takes the environment variable {name} for a text, and nothing sets it"
    return ""


def lost_setting(node: ast.BinOp | ast.Subscript, frame: Frame) -> str:
    """Why ``get_config_var("SO") + x`` and ``get_config_vars()["SO"]`` fail; "" for all else."""
    if frame.python < _NO_SO or (isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add)):
        return ""
    settings: list[ast.expr | None]
    if isinstance(node, ast.Subscript):
        call = node.value if isinstance(node.value, ast.Call) and not node.value.args else None
        settings = [node.slice] if _asks_configuration(call, frame) else []
    else:
        sides = [side for side in (node.left, node.right) if _asks_configuration(side, frame)]
        settings = [side.args[0] for side in sides if isinstance(side, ast.Call) and side.args]
    lost = any(isinstance(name, ast.Constant) and name.value == "SO" for name in settings)
    return "the configuration of Python has no SO since 3.11" if lost else ""


def _asks_configuration(node: ast.expr | None, frame: Frame) -> bool:
    origin = frame.origin(node.func) if isinstance(node, ast.Call) else ""
    return origin.endswith(_CONFIGURATION)
