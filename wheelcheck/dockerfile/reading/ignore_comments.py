"""Comments by which an author lets a finding pass: ``# wheelcheck: ignore[missing-compiler] why``.

Such a comment is about the instruction that follows it, or the one whose lines it is among, as a
comment of a shell command may be; ``ignore-file`` is about the whole file. Dockerfile reference:
comments are lines that begin with ``#``, also between the continued lines of an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction, parse, physical_lines

__all__ = ["IgnoreComment", "ignore_comments"]

_COMMENT = re.compile(
    r"(?:^|\s)#+\s*wheelcheck\s*:\s*ignore(?P<file>-file)?\b\s*"
    r"(?:\[(?P<codes>[^\]]*)\])?(?P<reason>.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """One comment: its line, the codes that it names, and the lines that it is about.

    `codes` is () where it names none. `first` and `last` are 0 where no instruction follows it.
    """

    line: int
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int

    def covers(self, code: str, line: int) -> bool:
        """Whether it is about a finding of that code on that line."""
        return code in self.codes and self.first <= line <= self.last


def ignore_comments(text: str) -> list[IgnoreComment]:
    """All such comments of a Dockerfile, in the order of its lines."""
    lines = physical_lines(text)
    instructions = parse(text).instructions
    return list(_found(lines, instructions))


def _found(lines: list[str], instructions: tuple[Instruction, ...]) -> Iterator[IgnoreComment]:
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line)
        if match is None:
            continue
        codes = (code.strip().lower() for code in (match["codes"] or "").split(","))
        first, last = (1, len(lines)) if match["file"] else _range(number, instructions)
        yield IgnoreComment(
            number,
            tuple(code for code in codes if code),
            match["reason"].strip(" \t:-–—\\"),
            first,
            last,
        )


def _range(number: int, instructions: tuple[Instruction, ...]) -> tuple[int, int]:
    """The lines of the instruction that a comment is about."""
    for instruction in instructions:
        if number <= instruction.end_line:
            return instruction.line, instruction.end_line
    return 0, 0
