"""Functions of the C library that a C source calls without a header that declares them.

GCC 14 refuses such calls (gcc.gnu.org/gcc-14/porting_to.html). What a source includes by other
files of its sdist is not known while it is read: `calls` says what it does not declare itself, and
headers say what they declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from wheelcheck.tables import read_table

__all__ = ["CALLS", "DECLARES", "declared_by", "function_marks"]

CALLS = "calls "
DECLARES = "declares "
_LONGEST = 64 << 10
"""Longer files are generated, or made of many: nothing is said of them."""
_LONGEST_HEADER = 32 << 10
_LONGEST_NAME = 17
"""Bytes before a parenthesis that hold any of the names, and what is before it."""
_WORDS = bytes(
    byte
    if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "_(")
    else ord("A")
    if chr(byte) in ".>"
    else ord(" ")
    for byte in range(256)
)
"""Turns text into words and parentheses; what is called of a structure into no known name."""
_DEFINED = re.compile(rb"define[ \t]+([a-z]\w{2,14})\b")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_CONDITION = re.compile(rb"^[ \t]*#[ \t]*(if|endif)", re.MULTILINE)
_DIRECTIVES = re.compile(rb"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
_NO_TYPES = (b"return", b"else", b"do", b"case", b"goto", b"sizeof", b"in")


def function_marks(content: bytes, path: str, includes: tuple[str, ...]) -> tuple[str, ...]:
    """What a ``.c`` file calls and nothing that it names declares; what a ``.h`` file declares.

    `includes` are the names that it includes, with the sign before them.
    """
    if path.endswith(".h"):
        if len(content) > _LONGEST_HEADER:
            return (f"{DECLARES}*",)
        names = _called(content) | (set(_DEFINED.findall(content)) & _names())
        return tuple(f"{DECLARES}{name.decode()}" for name in sorted(names))
    if not path.endswith(".c") or len(content) > _LONGEST:
        return ()
    names = _called(content)
    for include in includes:
        names -= _always_declared().get(include[1:], frozenset())
    return tuple(f"{CALLS}{name}" for name in _calls(content, names)) if names else ()


def _called(content: bytes) -> set[bytes]:
    """The names that stand before a parenthesis: four times as quick as a pattern."""
    parts = content.translate(_WORDS).split(b"(")[:-1]
    return {word for part in parts for word in part[-_LONGEST_NAME:].split()[-1:]} & _names()


def _calls(content: bytes, names: set[bytes]) -> Iterator[str]:
    """The names that are called outside all conditions and that the file declares nowhere."""
    defined = set(_DEFINED.findall(content))
    text = _COMMENT.sub(b" ", content)
    code = _DIRECTIVES.sub(b"", text)
    for name in sorted(names - defined):
        if not any(map(_is_declaration, _places(name, code))) and _is_certain(name, text):
            yield name.decode()


def _places(name: bytes, code: bytes) -> Iterator[bytes]:
    """What is before each use of a name, as far as the line begins with it."""
    # it begins with the name, so that it is found quickly
    for match in re.finditer(name + rb"(?<!\w" + name + rb")\s*\(", code):
        yield code[max(0, match.start() - 60) : match.start()]


def _is_declaration(before: bytes) -> bool:
    """Whether a name after these words is declared, and not called: a type stands before it."""
    words = before.replace(b"*", b" * ").split()
    if not words or words[-1] in _NO_TYPES:
        return False
    return (words[-1] == b"*" and len(words) > 1 and words[-2][-1:].isalnum()) or (
        words[-1][-1:].isalnum() and not words[-1].isdigit()
    )


def _is_certain(name: bytes, text: bytes) -> bool:
    called = re.compile(name + rb"(?<![\w>.]" + name + rb")\s*\(")
    for match in called.finditer(text):
        words = [found.group(1) for found in _CONDITION.finditer(text, 0, match.start())]
        line = text[text.rfind(b"\n", 0, match.start()) + 1 : match.start()].lstrip()
        if words.count(b"if") == words.count(b"endif") and not line.startswith(b"#"):
            return True
    return False


def declared_by(header: str, minor: int) -> frozenset[bytes] | None:
    """The functions that a header of the system declares; None of a header that is not known.

    Parameters:
        header: As it is included.
        minor: Of CPython 3, for CPython's own headers; a later release counts as the latest known.
    """
    found = _tables().get(header)
    if found is None:
        return None
    if "" in found:
        return found[""]
    known = sorted(found, key=lambda python: int(python.partition(".")[2]))
    until = [python for python in known if int(python.partition(".")[2]) <= minor]
    return found[until[-1]] if until else found[known[0]]


@cache
def _tables() -> dict[str, dict[str, frozenset[bytes]]]:
    found: dict[str, dict[str, frozenset[bytes]]] = {}
    for row in read_table("index/archives/sources/c_functions.csv"):
        names = frozenset(row["functions"].encode().split())
        found.setdefault(row["header"], {})[row["python"]] = names
    return found


@cache
def _names() -> frozenset[bytes]:
    return frozenset().union(*(names for rows in _tables().values() for names in rows.values()))


@cache
def _always_declared() -> dict[str, frozenset[bytes]]:
    """The functions that a header declares whatever the version of CPython."""
    return {header: frozenset.intersection(*rows.values()) for header, rows in _tables().items()}
