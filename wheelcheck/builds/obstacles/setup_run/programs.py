"""Programs that a setup script runs, and that fail for certain in an unpacked sdist."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from wheelcheck.builds.obstacles.setup_run.frame import Frame

__all__ = ["CHECKED", "asks_repository", "python_script"]

CHECKED = {"subprocess.check_call", "subprocess.check_output"}
"""Functions that raise where the program fails."""
_ASKS_REPOSITORY = frozenset(
    {"branch", "describe", "fetch", "log", "ls-files", "name-rev", "pull", "rev-list", "rev-parse",
     "shortlog", "show", "status", "submodule", "tag"}
)  # fmt: skip
"""Commands of git that fail outside a repository (git-scm.com/docs)."""
_MAKES_REPOSITORY = re.compile(r"\bgit\W+(?:init|clone)\b|\binit\b.{0,30}\bgit\b")


def _is_checked(node: ast.Call, frame: Frame) -> bool:
    """Whether a call runs a program, and raises where that fails."""
    origin = frame.origin(node.func)
    checks = next((k.value for k in node.keywords if k.arg == "check"), None)
    if origin == "subprocess.run" and checks is not None:
        return frame.constant(checks) is True
    return origin in CHECKED


def _program_words(node: ast.Call, frame: Frame) -> list[str]:
    """The words of a command that a call runs and checks, as far as they are known from the start.

    Empty where the call runs nothing, or elsewhere, or goes on if that fails.
    """
    given = {keyword.arg for keyword in node.keywords}
    if not _is_checked(node, frame) or not node.args or not given.isdisjoint({"cwd", "env", None}):
        return []
    first = node.args[0]
    if not isinstance(first, ast.List | ast.Tuple):
        known = frame.constant(first)
        words = known.split() if isinstance(known, str) else known
        return [str(word) for word in words] if isinstance(words, list | tuple) else []
    found = []
    for item in first.elts:
        word = frame.constant(item)
        if not isinstance(word, str):
            break
        found.append(word)
    return found


def asks_repository(node: ast.Call, frame: Frame, paths: Collection[str], text: str) -> str:
    """Why a call fails: it has git ask a repository, and an sdist is none; "" if it may not fail.

    `paths` are the files of the sdist, `text` that of the present script.
    """
    words = _program_words(node, frame)
    command = next((word for word in words[1:] if not word.startswith("-")), "")
    if words[:1] != ["git"] or command not in _ASKS_REPOSITORY or "-C" in words:
        return ""
    if _MAKES_REPOSITORY.search(text) or any(path.startswith(".git/") for path in paths):
        return ""
    if "chdir" in text:
        return ""
    return f"it runs git {command}, and an unpacked sdist is no repository"


def python_script(node: ast.Call, frame: Frame) -> str:
    """The script of the sdist that a call has this Python run, and whose failure it raises.

    "" where it runs none, or elsewhere.
    """
    given = {keyword.arg for keyword in node.keywords}
    words = node.args[0] if node.args else None
    if not _is_checked(node, frame) or not isinstance(words, ast.List | ast.Tuple):
        return ""
    if not words.elts or frame.origin(words.elts[0]) != "sys.executable" or given & {"cwd", None}:
        return ""
    known = [frame.constant(word) for word in words.elts[1:]]
    script = next((w for w in known if not isinstance(w, str) or not w.startswith("-")), None)
    return script if isinstance(script, str) and script.endswith(".py") else ""
