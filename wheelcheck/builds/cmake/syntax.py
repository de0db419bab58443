"""The syntax of CMake's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["cmake_statements"]

_TOKEN = re.compile(
    r"#\[(=*)\[.*?\]\1\]|#[^\n]*"  # comments
    r'|\[(=*)\[(.*?)\]\2\]|"((?:[^"\\]|\\.)*)"|([()])|([^\s()#"]+)',
    re.DOTALL,
)


def cmake_statements(text: str) -> Iterator[tuple[str, list[str]]]:
    """Commands with their arguments, quotes and comments taken off."""
    name, words, depth = "", [], 0
    for match in _TOKEN.finditer(text):
        _, _, bracket, quoted, parenthesis, bare = match.groups()
        if parenthesis == "(":
            depth += 1
            if depth > 1:
                words.append("(")
        elif parenthesis == ")":
            depth -= 1
            if depth > 0:
                words.append(")")
            elif depth == 0:
                yield name.lower(), words
                words = []
            depth = max(depth, 0)
        elif depth == 0:
            name = bare or ""
        else:
            word = next((item for item in (bracket, quoted, bare) if item is not None), None)
            if word is not None:
                words.append(word)
