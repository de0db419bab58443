"""Files of other tools, and files that are no text: a sentence instead of a parser's complaint."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import PurePath

from wheelcheck.tables import read_table

__all__ = ["binary_kind", "foreign_file"]

_INPUTS = (
    "give a requirement file, a pyproject.toml, a lock of a Python tool (uv, pylock, Poetry, PDM, "
    "Pipenv, pixi) or a Dockerfile"
)
_LOOKED_AT = 4_096
_MAGIC = (
    (b"PK\x03\x04", " (a zip archive, as wheels are)"),
    (b"\x1f\x8b", " (compressed with gzip, as sdists are)"),
    (b"\x7fELF", " (a program)"),
    (b"MZ", " (a program)"),
    (b"%PDF", " (a PDF)"),
    (b"SQLite format 3", " (a database)"),
    (b"\x89PNG", " (a picture)"),
    (b"\xd0\xcf\x11\xe0", " (an office document)"),
)
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b\x0b")
_FEW = 0.1
"""The share of control characters that a text may have."""


def foreign_file(name: str, beginning: str) -> str:
    """What a file of another tool is, and what to give instead; "" for any other file.

    `beginning` is its first line with content.
    """
    last = PurePath(name).name
    for row in read_table("requirements/foreign_files.csv"):
        named = bool(row["name"]) and fnmatchcase(last, row["name"])
        begins = bool(row["beginning"]) and re.match(row["beginning"], beginning) is not None
        if named or begins:
            return f"this is {row['what']}: {row['instead'] or _INPUTS}"
    return ""


def binary_kind(data: bytes) -> str:
    """What binary data is, as words in brackets or a blank; "" for text."""
    beginning = data[:_LOOKED_AT]
    for magic, words in _MAGIC:
        if beginning.startswith(magic) and (b"\x00" in beginning or magic[:1] not in b"M%S"):
            return words
    if beginning.startswith(_TEXT_MARKS):
        return ""
    odd = sum(byte in _CONTROLS for byte in beginning)
    many = odd > _FEW * max(len(beginning), 1)
    if b"\x00" in beginning and (many or not _is_utf_8(beginning)):
        return " (it has null bytes)"
    return " (it has control characters)" if many else ""


def _is_utf_8(beginning: bytes) -> bool:
    """Whether bytes are UTF-8, but for a character that is cut off at their end."""
    try:
        beginning.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
