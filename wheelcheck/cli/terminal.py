"""What the command asks of the terminal, and how it writes there: colour, width, status line."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from msgspec import Struct

from wheelcheck.cli.width import columns

__all__ = [
    "WIPE",
    "Look",
    "StatusLine",
    "drawn",
    "look_of",
    "progress_shown",
    "speaks_unicode",
    "status_line",
    "text_width",
    "wants_colour",
]

PIPED_WIDTH = 100
WIPE = "\r\x1b[K"
"""Takes the line on which the cursor stands off the terminal."""
_SIGNS = "✗▲△○·–"


class Look(Struct, frozen=True):
    """How text is to be written where it goes."""

    width: int
    colour: bool
    ascii_only: bool
    encoding: str


def look_of(args: Namespace) -> Look:
    """How text looks in the file of ``--output``, or on standard output."""
    to_file = args.output is not None
    encoding = "utf-8" if to_file else sys.stdout.encoding or "utf-8"
    return Look(
        width=PIPED_WIDTH if to_file else text_width(),
        colour=wants_colour(args.color, os.environ, None if to_file else sys.stdout),
        ascii_only=not speaks_unicode(encoding),
        encoding=encoding,
    )


def drawn(render: Callable[..., str], *values: object, args: Namespace, **options: object) -> bytes:
    """The text that a renderer makes of values, as it is written where it goes."""
    look = look_of(args)
    text = render(
        *values, width=look.width, colour=look.colour, ascii_only=look.ascii_only, **options
    )
    return text.encode(look.encoding, "replace")


def wants_colour(choice: str, environ: Mapping[str, str], stream: TextIO | None) -> bool:
    """Whether to colour: the option first, then NO_COLOR, FORCE_COLOR, then the terminal.

    `stream` None stands for a file: coloured on demand only.
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR") or stream is None:
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def speaks_unicode(encoding: str | None) -> bool:
    """Whether the signs of the report can be written in this encoding."""
    try:
        _SIGNS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def text_width() -> int:
    """COLUMNS, else the terminal's width, else 100."""
    return columns(PIPED_WIDTH)


class StatusLine:
    """One line on a terminal, redrawn in place and wiped at the end. Follows `Progress`."""

    _PAUSE = 0.05  # seconds between two drawings: faster than the eye needs is only flicker
    _BAR = 24

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._drawn = 0.0
        self._full, self._empty = "━╌" if speaks_unicode(stream.encoding) else "#."

    def update(self, stage: str, done: int, total: int) -> None:
        """Redraw, unless that was just done."""
        with self._lock:
            now = time.monotonic()
            if now - self._drawn < self._PAUSE:
                return
            self._drawn = now
            self._write(f"{WIPE}{self._line(stage, done, total)}")

    def _line(self, stage: str, done: int, total: int) -> str:
        if not total:
            return f"{stage} …"[: text_width() - 1]
        filled = self._BAR * min(done, total) // total
        bar = self._full * filled + self._empty * (self._BAR - filled)
        return f"{bar} {stage} {done}/{total}"[: text_width() - 1]

    def wipe(self) -> None:
        """Leave the terminal as it was."""
        if self._drawn:
            self._write(WIPE)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def status_line(environ: Mapping[str, str]) -> StatusLine | None:
    """A status line on standard error, if that is a terminal that can redraw a line."""
    if sys.stderr is not None and sys.stderr.isatty() and environ.get("TERM") != "dumb":
        return StatusLine(sys.stderr)
    return None


@contextmanager
def progress_shown() -> Iterator[StatusLine | None]:
    """Show progress and warnings on standard error, where they do not stand in each other's way."""
    line = status_line(os.environ)
    wiped = WIPE if line else ""
    logging.basicConfig(format=f"{wiped}wheelcheck: %(message)s", level=logging.WARNING)
    try:
        yield line
    finally:
        if line:
            line.wipe()
