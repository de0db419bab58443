"""The build context: the one folder from which a Dockerfile's files may be read."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from wheelcheck.dockerfile.reading.ignore_file import (
    NO_RULES,
    IgnoreFile,
    IgnoreRule,
    parse_ignore_file,
)

__all__ = ["BuildContext", "EmptyContext", "FolderContext", "Kind", "context_of"]

Kind = Literal["file", "folder", ""]

MAX_BYTES = 10_000_000
"""Larger than any requirement or lock file."""


class BuildContext(Protocol):
    """Files by their path in the context, with ``/`` and without a leading one."""

    def kind(self, path: str) -> Kind:
        """Whether there is a file or a folder of that path; "" for neither."""

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError where there is none that may be read."""

    def excluded(self, path: str) -> IgnoreRule | None:
        """The rule of ``.dockerignore`` for which Docker does not get to see a file or folder.

        None for a folder of which something may be there all the same.
        """


@dataclass(frozen=True, slots=True)
class EmptyContext:
    """A context of which nothing is known, as for a Dockerfile given as text."""

    def kind(self, path: str) -> Kind:  # noqa: ARG002 (one of the contexts)
        """Nothing is here."""
        return ""

    def read(self, path: str) -> bytes:
        """Raise OSError: nothing is here."""
        raise FileNotFoundError(2, "no build context is given", path)

    def excluded(self, path: str) -> None:
        """Nothing is known of it."""


@dataclass(frozen=True, slots=True)
class FolderContext:
    """A folder on disk. Nothing outside it is looked at, by no ``..`` and through no link.

    What is `ignored` can be read all the same: what it would be is better than nothing.
    """

    root: Path
    ignored: IgnoreFile = NO_RULES

    def kind(self, path: str) -> Kind:
        """Whether there is a file or a folder inside the root; links that lead out are neither."""
        try:
            inside = self._inside(path)
            return "file" if inside.is_file() else "folder" if inside.is_dir() else ""
        except (OSError, ValueError):
            return ""

    def read(self, path: str) -> bytes:
        """The content of a file inside the root; raises OSError."""
        inside = self._inside(path)
        if not inside.is_file():
            raise FileNotFoundError(2, "there is no such file in the build context", path)
        with inside.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise OSError(27, f"larger than {MAX_BYTES // 1_000_000} MB", path)
        return data

    def excluded(self, path: str) -> IgnoreRule | None:
        """The rule that leaves out what there is of that path."""
        kind = self.kind(path)
        if not kind or (kind == "folder" and self.ignored.takes_back):
            return None
        return self.ignored.rule_for(path)

    def _inside(self, path: str) -> Path:
        root = self.root.resolve()
        inside = (root / posixpath.normpath(f"/{path}").lstrip("/")).resolve()
        if not inside.is_relative_to(root):
            raise PermissionError(1, "it lies outside the build context", path)
        return inside


def context_of(dockerfile: Path, root: Path) -> FolderContext:
    """The build context of a Dockerfile, with the rules of the file that is meant for it.

    That is ``NAME.dockerignore`` beside the Dockerfile where there is one, else ``.dockerignore``
    at the root (docs.docker.com/build/concepts/context).
    """
    own = f"{dockerfile.name}.dockerignore"
    for folder, name in ((dockerfile.parent, own), (root, ".dockerignore")):
        try:
            data = FolderContext(folder).read(name)
        except OSError:
            continue
        return FolderContext(root, parse_ignore_file(data.decode("utf-8", "replace"), name))
    return FolderContext(root)
