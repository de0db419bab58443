"""The command lines with which a backend runs a setup script, and what scripts ask of them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

__all__ = ["CommandLine", "command_lines", "is_left_out"]

Words = tuple[str, ...]

_SOME_PATH = "\0/path"
"""A path that no script knows."""
_RUNS: tuple[Words, ...] = (
    ("egg_info",),
    ("dist_info", "--output-dir", _SOME_PATH, "--keep-egg-info"),
    ("bdist_wheel", "--dist-info-dir", _SOME_PATH, "--dist-dir", _SOME_PATH),
)
"""What `setuptools.build_meta` puts behind the script: for `get_requires_for_build_wheel`,
`prepare_metadata_for_build_wheel` and `build_wheel` (84.2.1)."""
_GIVEN = {"", "-c", "bdist_wheel", "build", "build_ext", "dist_info", "editable_wheel", "egg_info",
          "install", "--egg-base", "--dist-dir", "-q", "--quiet", "-v"}  # fmt: skip
"""Words that backends and installers put on the command line of a setup script."""


class CommandLine(Struct):
    """`sys.argv` as a script sees it; `words` are None where it is not known, or was changed."""

    words: Words | None = None

    @property
    def folder(self) -> str:
        """The folder of the setup script, where the first word is its path; "." otherwise."""
        folder, _, name = self.words[0].rpartition("/") if self.words else (".", "", "")
        return folder if name == "setup.py" else "."

    def note_call(self, method: str) -> None:
        """A call of a method of the list."""
        if method in _CHANGING:
            self.words = None

    def lacks(self, method: str, word: Any) -> bool:
        """Whether a method fails because the command line has no such word."""
        known = self.words is not None and isinstance(word, str)
        return method in {"remove", "index"} and known and word not in (self.words or ())


_CHANGING = {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"}


def command_lines(texts: Iterable[str], *, legacy: bool) -> tuple[Words | None, ...]:
    """The `sys.argv` of each run that makes a difference to scripts with these texts.

    None: it makes none. `legacy`: setuptools' legacy backend runs it,
    with the script's own path in front.
    """
    if not any("argv" in text for text in texts):
        return (None,)
    own = f"{_SOME_PATH}/setup.py" if legacy else f"{_SOME_PATH}/_in_process.py"
    return tuple((own, *run) for run in _RUNS)


def is_left_out(
    left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Mapping[str, Any]
) -> bool | None:
    """Whether the command line lacks a word that nothing gives (``sdist``, ``upload``), as asked.

    For scripts that are run with words that are not known; None where it may have the word.
    """
    if isinstance(op, ast.In | ast.NotIn):
        word, argv = left, right
    else:
        word, argv = right, left.value if isinstance(left, ast.Subscript) else left
    if not isinstance(argv, ast.Attribute) or not isinstance(argv.value, ast.Name):
        return None
    if argv.attr != "argv" or scope.get(argv.value.id) != "sys":
        return None
    if not isinstance(word, ast.Constant) or not isinstance(word.value, str):
        return None
    if word.value in _GIVEN or word.value.endswith("setup.py"):
        return None
    return isinstance(op, ast.NotIn | ast.NotEq)
