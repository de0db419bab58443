"""What makes compilers work beyond the length of C++: how many functions it binds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import BINDS

__all__ = ["cpp_parts"]

_BOUND = re.compile(rb"\.def(?:_\w+)?[ \t]*\(")
"""pybind11's, nanobind's and Boost.Python's way to bind a function or an attribute."""
_HEADERS = (".h", ".hh", ".hpp", ".hxx")


def cpp_parts(content: bytes, path: str) -> Iterator[str]:
    """How many functions a source or header of C++ binds: each instantiates templates."""
    if b".def" in content and (language_of(path) is Language.CPP or path.endswith(_HEADERS)):
        bound = len(_BOUND.findall(content))
        yield from (f"{BINDS}{bound}",) if bound else ()
