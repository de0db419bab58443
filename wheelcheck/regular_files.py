"""Opening files that others name: regular files alone, and no more of them than is wanted.

A pipe or a device would be waited for, or never end. Names that no system takes (with a NUL, or too
long) are names of nothing.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

__all__ = ["is_folder", "is_regular", "is_there", "read_regular"]

_STREAMS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""What a shell puts in the place of ``<(command)``: the user has opened it."""


def is_regular(path: str | Path) -> bool:
    """Whether there is a regular file."""
    return _has_kind(path, stat.S_ISREG)


def is_folder(path: str | Path) -> bool:
    """Whether there is a folder."""
    return _has_kind(path, stat.S_ISDIR)


def is_there(path: str | Path) -> bool:
    """Whether there is anything."""
    return _has_kind(path, lambda _: True)


def read_regular(path: str | Path, most: int) -> bytes:
    """The bytes of a regular file, or of a stream that the user's shell has opened.

    Raises OSError where it is no such file, cannot be read, or has more than `most` bytes.
    """
    if str(path) == os.devnull:
        return b""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError as error:
        raise OSError(errno.EINVAL, "its name is no name of a file") from error
    with open(number, "rb") as file:  # noqa: PTH123 (a path would not do for a descriptor)
        mode = os.fstat(number).st_mode
        stream = str(path).startswith(_STREAMS) and stat.S_ISFIFO(mode)
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not (stat.S_ISREG(mode) or stream):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if stream:
            os.set_blocking(number, True)
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes")
    return data


def _has_kind(path: str | Path, is_kind: Callable[[int], bool]) -> bool:
    try:
        return is_kind(os.stat(path).st_mode)  # noqa: PTH116 (also for plain strings)
    except (OSError, ValueError):
        return False
