"""Changing a Dockerfile's text in few places, so that its author knows it again."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import accumulate
from posixpath import commonprefix

from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction, physical_lines
from wheelcheck.dockerfile.reading.shell.script_commands import Command, commands

__all__ = ["Correction", "Editor", "script_of", "shell_commands"]

_KEYWORD = re.compile(r"(\s*\w+)\s+")


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected Dockerfile: its whole text, the unified diff, and what is left to do by hand.

    `diff` is "" where all is left to do by hand.
    """

    text: str
    diff: str
    remarks: tuple[str, ...] = ()


def shell_commands(instruction: Instruction) -> tuple[Command, ...]:
    """The commands of a RUN in shell form, with their places in its text; () for other forms."""
    if instruction.exec_form is not None or instruction.heredocs:
        return ()
    return tuple(commands(instruction.text, {}))


def script_of(run: Instruction) -> Instruction:
    """What a shell reads of a RUN: itself, or its heredoc in the RUN's place."""
    if not run.heredocs or not run.heredocs[0].verbatim:
        return run
    heredoc = run.heredocs[0]
    lines = heredoc.content.split("\n")
    offsets = accumulate((len(line) + 1 for line in lines[:-1]), initial=0)
    pieces = tuple((offset, heredoc.line + at) for at, offset in enumerate(offsets))
    return replace(run, text=heredoc.content, flags=(), heredocs=(), pieces=pieces)


class Editor:
    """Gathers changes by their places in the old text, and makes them all at once.

    Lines count from 1. Changes must not overlap; of two at one place, the first comes first.
    `keeps_lists` says that added installations leave apt's lists there, for the author's own.
    """

    def __init__(self, name: str, text: str, *, keeps_lists: bool = False) -> None:
        self.keeps_lists = keeps_lists
        self._name = name
        self._lines = physical_lines(text)
        self._changes: list[tuple[tuple[int, int], tuple[int, int], str]] = []
        self._flags: dict[Instruction, dict[str, None]] = {}
        self._dropped: dict[Instruction, dict[Command, None]] = {}
        self.remarks: dict[str, None] = {}

    def is_blank(self, line: int) -> bool:
        """Whether a line of the old text holds nothing, or is none of its lines."""
        return not (0 < line <= len(self._lines)) or not self._lines[line - 1].strip()

    def lines_of(self, instruction: Instruction) -> tuple[str, ...]:
        """An instruction as it is written."""
        return tuple(self._lines[instruction.line - 1 : instruction.end_line])

    def insert_before(self, line: int, *new: str) -> None:
        """Insert whole lines."""
        self._changes.append(((line, 0), (line, 0), "".join(f"{each}\n" for each in new)))

    def remove(self, instruction: Instruction) -> None:
        """Remove an instruction with all its lines, and one blank line beside it."""
        end = instruction.end_line + 1
        if self.is_blank(instruction.line - 1) and self.is_blank(end) and end <= len(self._lines):
            end += 1
        self._changes.append(((instruction.line, 0), (end, 0), ""))

    def add_flags(self, instruction: Instruction, *flags: str) -> None:
        """Add flags to an instruction, each once, on a line of its own; it then goes on below."""
        self._flags.setdefault(instruction, {}).update(dict.fromkeys(flags))

    def _write_flags(self, instruction: Instruction, flags: Sequence[str]) -> None:
        line = self._lines[instruction.line - 1]
        match = _KEYWORD.match(line)
        if match is None or not flags:
            return
        keyword = match[1].lstrip()
        new = " \\\n    ".join([f"{keyword} {flags[0]}", *flags[1:]]) + " \\\n    "
        start = (instruction.line, len(match[0]) - len(match[0].lstrip()))
        self._changes.append((start, (instruction.line, match.end()), new))

    def replace(self, instruction: Instruction, start: int, end: int, new: str) -> None:
        """Replace a part of an instruction's text, given by offsets in `Instruction.text`."""
        place = self._place(instruction, start), self._place(instruction, end)
        self._changes.append((*place, new))

    def replace_words(self, instruction: Instruction, start: int, end: int, new: str) -> None:
        """Replace a part of the text; where only an option is left out, nothing else moves."""
        old = instruction.text[start:end]
        head = len(commonprefix([old, new]))
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        self.replace(instruction, start + head, end - tail, new[head : len(new) - tail])

    def _place(self, instruction: Instruction, offset: int) -> tuple[int, int]:
        line = instruction.line_at(offset)
        begin = next(at for at, each in reversed(instruction.pieces) if each == line)
        column = offset - begin
        if line == instruction.line:
            text = self._lines[line - 1]
            column += len(text) - len(text.lstrip())
        return line, column

    def drop_commands(self, instruction: Instruction, dropped: Collection[Command]) -> None:
        """Take commands out of a RUN, with the operators that tie them; all of them take it whole.

        Only for commands that `shell_commands` gave for this instruction.
        """
        self._dropped.setdefault(instruction, {}).update(dict.fromkeys(dropped))

    def _drop(self, instruction: Instruction, dropped: Collection[Command]) -> None:
        every = shell_commands(instruction)
        remaining = [command for command in every if command not in dropped]
        if not remaining:
            self.remove(instruction)
            return
        for first in dropped:
            behind = next((item for item in remaining if item.offset > first.offset), None)
            before = next(
                (item for item in reversed(remaining) if item.offset < first.offset), None
            )
            if behind is not None:
                self.replace(instruction, first.offset, behind.offset, "")
            elif before is not None:
                self.replace(instruction, before.end, every[-1].end, "")

    def correction(self) -> Correction | None:
        """The corrected text; None where nothing was changed and nothing is left to do by hand."""
        for instruction, dropped in self._dropped.items():
            self._drop(instruction, dropped)
        self._dropped.clear()
        for instruction, flags in self._flags.items():
            self._write_flags(instruction, tuple(flags))
        self._flags.clear()
        if not self._changes and not self.remarks:
            return None
        lines = [f"{line}\n" for line in self._lines]
        offsets = [0]
        for line in lines:
            offsets.append(offsets[-1] + len(line))
        text = "".join(lines)
        ordered = sorted(enumerate(self._changes), key=lambda pair: (pair[1][0], pair[0]))
        pieces, position = [], 0
        for _, (start, end, new) in ordered:
            begin = offsets[start[0] - 1] + start[1]
            pieces += [text[position : max(begin, position)], new]
            position = max(position, offsets[min(end[0] - 1, len(lines))] + end[1])
        pieces.append(text[position:])
        corrected = "".join(pieces)
        return Correction(corrected, self._diff(corrected), tuple(self.remarks))

    def _diff(self, corrected: str) -> str:
        old = [f"{line}\n" for line in self._lines]
        new = [f"{line}\n" for line in physical_lines(corrected)]
        return "".join(unified_diff(old, new, self._name, f"{self._name} (corrected)"))
