"""Writes answers: whole or not at all to files, without complaint to readers that leave early."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["require_folder", "write"]


def require_folder(output: str | None) -> None:
    """Say so before the work, not after it, where the answer could not be written."""
    if output is not None and not Path(output).resolve().parent.is_dir():
        from wheelcheck.errors import UsageError  # nothing else here needs dataclasses

        raise UsageError(f"--output {output}: there is no folder {Path(output).parent}")


def write(data: bytes, output: str | None) -> None:
    """Write to a file, whole or not at all, or to standard output.

    A reader that closes the pipe early (``| head``) has had enough: that is no error.
    """
    if output is not None:
        _replace(Path(output), data)
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Else the interpreter would fail once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():  # a device or a pipe
        path.write_bytes(data)
        return
    path = path.resolve()  # keeps a symbolic link as it is
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
