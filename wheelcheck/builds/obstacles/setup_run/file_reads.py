"""Files that a setup script opens to read, and cannot."""

from __future__ import annotations

import ast
import posixpath
from typing import Any

from wheelcheck.builds.obstacles.setup_run.frame import Frame
from wheelcheck.builds.obstacles.setup_run.known.known_values import KnownPath
from wheelcheck.builds.obstacles.setup_run.syntax import dotted

__all__ = ["file_in_words", "missing_file", "removed_folder", "unread_description"]

_OPENERS = {"open", "io.open", "codecs.open"}
_READERS = {"read_text", "read_bytes", "open"}
_READ_MODES = {"r", "rb", "rt", "br", "tr", ""}
_OF_FOLDERS = {"os.listdir", "os.scandir"}
_REMOVES = {"os.unlink", "os.remove"}
_OF_FILES = {"os.stat", "os.path.getsize", "os.path.getmtime", "runpy.run_path"}


def missing_file(node: ast.Call, frame: Frame) -> str:
    """Why a call finds no such file or folder; "" where it may. Files that it writes are noted."""
    called = frame.origin(node.func)
    path, mode = _opened(node, frame)
    if path is None and called in _OF_FOLDERS | _OF_FILES and len(node.args) == 1:
        given = frame.constant(node.args[0])
        path, mode = (given, "r") if isinstance(given, str) else (None, "")
    if path is None:
        return ""
    if mode not in _READ_MODES:
        frame.files.written.add(path)
        return ""
    found = frame.files.has_folder(path) if called in _OF_FOLDERS else frame.files.has_file(path)
    if found is not False or (called in _OF_FILES and frame.files.has_folder(path) is not False):
        return ""
    return f"it opens {posixpath.normpath(path)}, which the sdist does not hold"


def file_in_words(raised: ast.expr | None, frame: Frame) -> str:
    """Which file of the sdist says what an exception says (``open(…).read()``); "" for none."""
    given = raised.args[0] if isinstance(raised, ast.Call) and raised.args else None
    if not isinstance(given, ast.Call) or not isinstance(given.func, ast.Attribute):
        return ""
    opened = given.func.value if given.func.attr == "read" else given
    path, _ = _opened(opened, frame) if isinstance(opened, ast.Call) else (None, None)
    known = path is not None and frame.files.has_file(path)
    return f" with the text of its {posixpath.normpath(path)}" if path and known else ""


def removed_folder(node: ast.Call, frame: Frame) -> str:
    """Why a call cannot remove a file: it is a folder of the sdist; "" where it may."""
    path = frame.constant(node.args[0]) if len(node.args) == 1 else None
    if frame.origin(node.func) not in _REMOVES or not isinstance(path, str):
        return ""
    found = frame.files.has_folder(path)
    return f"it removes {path} as a file, and the sdist has a folder there" if found else ""


def unread_description(node: ast.Call, frame: Frame) -> str:
    """Why a call of `setup()` fails: its `long_description` is a file or a list of its lines.

    setuptools asks it for its end as a text (`_core_metadata.py`, at least since 65.7).
    """
    given = next((k.value for k in node.keywords if k.arg == "long_description"), None)
    lines = False
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute):
        lines = given.func.attr == "readlines"
        given = given.func.value if lines else given
    if not isinstance(given, ast.Call) or _opener(given.func, frame) not in _OPENERS:
        return ""
    return f"long_description is {'a list of lines' if lines else 'an open file'}, and no text"


def _opened(node: ast.Call, frame: Frame) -> tuple[str | None, Any]:
    """The path that a call opens, and in which mode; None what is not known."""
    function = node.func
    if node.args and _opener(function, frame) in _OPENERS:
        path, modes = frame.constant(node.args[0]), node.args[1:2]
    elif isinstance(function, ast.Attribute) and function.attr in _READERS:
        path = frame.constant(function.value)
        path = path if isinstance(path, KnownPath) else None
        modes = node.args[:1] if function.attr == "open" else []
    else:
        return None, None
    modes = [*modes, *(k.value for k in node.keywords if k.arg == "mode")]
    mode = frame.constant(modes[0]) if modes else "r"
    return (path if isinstance(path, str) else None), mode


def _opener(function: ast.expr, frame: Frame) -> str:
    """The dotted name of what is called, a builtin's too."""
    is_builtin = isinstance(function, ast.Name) and function.id not in frame.around
    return frame.origin(function) or (dotted(function) if is_builtin else "")
