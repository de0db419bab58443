"""A RUN instruction as the commands in it meet it."""

from __future__ import annotations

from dataclasses import dataclass

from wheelcheck.dockerfile.reading.dockerfile_model import (
    MadeFolder,
)

__all__ = ["Layer"]


@dataclass(frozen=True, slots=True)
class Layer:
    """What holds for one RUN: its first line, its cache mounts, and folders mounted for it.

    `offset` is where the command at hand begins in what the shell reads: see `InstallStep`.
    `required` says that the RUN fails where the command does.
    """

    line: int
    cache_mounts: tuple[str, ...] = ()
    mounted: tuple[MadeFolder, ...] = ()
    workdir: str = "/"
    venv: str = ""
    offset: int | None = None
    required: bool = True
