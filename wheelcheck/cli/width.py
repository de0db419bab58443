"""How wide the terminal is. Apart, and without `shutil`: `--help` must answer at once."""

from __future__ import annotations

import os
import sys

__all__ = ["columns"]


def columns(fallback: int) -> int:
    """COLUMNS, else the width of standard output's terminal, else `fallback`.

    The answer of `shutil.get_terminal_size`, which would load all that packs and unpacks archives.
    """
    try:
        given = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        given = 0
    if given > 0:
        return given
    if sys.__stdout__ is None:
        return fallback
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or fallback
    except (ValueError, OSError):  # it is closed, or no terminal
        return fallback
