"""A page of styled text of a given width, written line by line; all of rich that we use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

__all__ = ["TextPage"]

_BEFORE_UNITS = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|d|B|[kMGT]i?B|Mbit)\b|%)")
_NO_BREAK = "\ue000"
"""A sign for private use in place of a blank while lines are broken: rich breaks at U+00A0, too."""


class TextPage:
    """Collects lines. Text is never interpreted as markup, and the host is not looked at."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self._console = Console(
            file=StringIO(),
            width=width,
            color_system="standard" if colour else None,
            force_terminal=colour,
            no_color=not colour,
            force_jupyter=False,
            legacy_windows=False,
            markup=False,
            highlight=False,
            emoji=False,
            _environ={},
        )

    def line(self, text: Text | str = "") -> None:
        """Write one line as it is."""
        shown = Text(text) if isinstance(text, str) else text.copy()
        shown.rstrip()
        self._console.print(shown, no_wrap=True, overflow="ignore", crop=False)

    def heading(self, title: str) -> None:
        """Begin a section."""
        self.line()
        self.line(Text(title, style="bold"))

    def prose(self, text: Text | str, *, indent: int = 0, hang: int = 0) -> None:
        """Write text, wrapped between words; lines after the first stand `hang` further right."""
        whole = Text(text) if isinstance(text, str) else text
        room = min(self.width, MEASURE + indent + hang) - indent - hang
        lead = Text(" " * indent)
        for line in self.wrapped(whole, room):
            self.line(lead + line)
            lead = Text(" " * (indent + hang))

    def labelled(self, label: Text, words: str, side: int) -> None:
        """Write words in a column of their own, to the right of a label of at most `side`."""
        names = self.wrapped(label, side)
        lines = self.wrapped(Text(words), min(self.width, MEASURE) - side - 2)
        for name, line in zip_longest(names, lines, fillvalue=Text()):
            self.line(name + " " * (side + 2 - name.cell_len) + line)

    def items(self, items: Sequence[Text], gap: int = 3) -> None:
        """Write short items side by side, as many to a line as fit."""
        line = Text()
        for item in items:
            if line and line.cell_len + gap + item.cell_len > self.width:
                self.line(line)
                line = Text()
            line = line + (" " * gap if line else "") + item
        self.line(line)

    def wrapped(self, text: Text, width: int) -> list[Text]:
        """The text in lines of at most `width` columns; a number and its unit are not parted."""
        joined = text.copy()
        joined.plain = _BEFORE_UNITS.sub(_NO_BREAK, text.plain)
        lines = list(joined.wrap(self._console, max(width, 8)))
        for line in lines:
            line.rstrip()
            line.plain = line.plain.replace(_NO_BREAK, " ")
        return lines

    def text(self) -> str:
        """All that was written."""
        file = self._console.file
        assert isinstance(file, StringIO)
        return file.getvalue()


MEASURE = 110
"""Prose is not set wider than this: longer lines are hard to read."""
