"""What the Makefiles that a setup script runs link with, by their text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, SourceNeedsInput
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["makefile_needs"]

_LONG = 200_000
_COMMENT = re.compile(r"(?m)(^|\s)#[^\n]*")
_PKG_CONFIG = re.compile(r"pkg-config((?:\s+(?:--[\w-]+|[A-Za-z][\w.+-]*))+)")
_LINKED = re.compile(r"(?m)^(?:LDLIBS|LIBS|LDFLAGS)\s*[:+?]?=([^\n]*)")


def makefile_needs(facts: SourceNeedsInput, *, made: bool) -> Iterator[BuildNeed]:
    """Libraries of ``$(shell pkg-config x --libs)`` and ``LDLIBS += -lx``; `made`: make is run."""
    for path, text in facts.texts.items():
        if (
            made
            and path.rpartition("/")[2] == "Makefile"
            and not (is_aside(path) or is_vendored(path))
        ):
            yield from _of_text(path, _COMMENT.sub("", text[:_LONG].replace("\\\n", " ")))


def _of_text(path: str, text: str) -> Iterator[BuildNeed]:
    for match in _PKG_CONFIG.finditer(text):
        for name in match[1].split():
            if not name.startswith("-"):
                source = f"{path} asks pkg-config for {name}"
                yield from need_called(FileKind.PC, name, source)
                yield BuildNeed(NeedKind.TOOL, "pkg-config", source)
    for match in _LINKED.finditer(text):
        for word in match[1].split():
            if word.startswith("-l"):
                yield from need_called(FileKind.LIB, word[2:], f"{path}: {word}")
