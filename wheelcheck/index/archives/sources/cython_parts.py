"""How much C a Cython source becomes: its lines of code, and what brings C of its own along.

A module that uses memoryviews gets some twenty thousand lines for them, whatever its own length;
comments and documentation become nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.mark_kinds import CIMPORTS_NUMPY, VIEWS

__all__ = ["code_lines", "cython_parts", "is_cython"]

_SUFFIXES = (".pyx", ".pxi", ".pyx.in", ".pxi.in", ".pyx.tp")
_NO_CODE = re.compile(rb"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*", re.DOTALL)
_LINE = re.compile(rb"^[ \t]*[^\s]", re.MULTILINE)
_VIEW = re.compile(
    rb"\w\[[ \t]*::?1?[ \t]*(?:,[ \t]*::?1?[ \t]*)*\][ \t]+"
    rb"(?!(?:and|as|else|for|if|in|is|not|or)\b)[A-Za-z_]"
)
"""``double[:, ::1] x``: a type, its dimensions, and the name that is declared."""
_NUMPY = re.compile(rb"^[ \t]*(?:cimport[ \t]+numpy|from[ \t]+numpy[ \t]+cimport)\b", re.MULTILINE)


def is_cython(path: str) -> bool:
    """Whether a file holds Cython code, or is a template for it; declarations are none."""
    return path.endswith(_SUFFIXES)


def code_lines(content: bytes) -> int:
    """Lines with code, outside comments and texts of several lines."""
    return len(_LINE.findall(_NO_CODE.sub(b"", content)))


def cython_parts(content: bytes, path: str) -> Iterator[str]:
    """What of a Cython source brings C along that does not stand in it."""
    if not is_cython(path):
        return
    signs = ((VIEWS, _VIEW), (CIMPORTS_NUMPY, _NUMPY))
    yield from (name for name, sign in signs if sign.search(content))
