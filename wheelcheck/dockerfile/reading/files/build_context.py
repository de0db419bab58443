"""The build context: the only folder from which a Dockerfile's files may be read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, Protocol

from wheelcheck.dockerfile.reading.files.ignore_file import (
    NO_RULES,
    IgnoreFile,
    IgnoreRule,
    parse_ignore_file,
)
from wheelcheck.regular_files import read_regular

__all__ = ["BuildContext", "EmptyContext", "FolderContext", "Kind", "context_of", "likely_context"]

Kind = Literal["file", "folder", ""]

MAX_UP = 5
"""Folders above a Dockerfile in which its build context is looked for."""

MAX_BYTES = 10_000_000
"""Larger than any requirement or lock file."""


class BuildContext(Protocol):
    """Files by their path in the context, with ``/`` and without a leading one."""

    def kind(self, path: str) -> Kind:
        """Whether there is a file or a folder of that path; "" for neither."""

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError where there is none that may be read."""

    def local_folder(self, path: str) -> Path | None:
        """Where a folder lies on this machine; None where it does not."""

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

    def local_folder(self, path: str) -> None:
        """Nothing lies here."""

    def excluded(self, path: str) -> None:
        """Nothing is known of it."""


@dataclass(frozen=True, slots=True)
class FolderContext:
    """A folder on disk. Nothing outside it is looked at, by no ``..`` and through no link.

    What is `ignored` can be read all the same: what it would be is better than nothing. `complete`
    is False for a root that is guessed and lacks some of what is copied.
    """

    root: Path
    ignored: IgnoreFile = NO_RULES
    complete: bool = True

    def lacks(self, path: str) -> bool:
        """Whether a plain path, no pattern, is not here."""
        plain = not any(char in path for char in "*?[")
        return plain and bool(path) and not self.kind(path) and self.root.is_dir()

    def may_be_made(self, path: str) -> bool:
        """Whether git keeps out what has this path: a product of the build, or a submodule."""
        parts = path.split("/")
        return any(
            f"{path}/".startswith(f"{pattern}/")
            or any(fnmatchcase(part, pattern) for part in parts)
            for pattern in self._git_patterns()
        )

    def _git_patterns(self) -> Iterator[str]:
        """The patterns of ``.gitignore``, and the paths of submodules."""
        for name in (".gitignore", ".gitmodules"):
            with suppress(OSError):
                for line in self.read(name).decode("utf-8", "replace").splitlines():
                    pattern = line.partition("=")[2].strip() or line.strip()
                    if pattern and pattern[0] not in "#[":
                        yield pattern.strip("/")

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
        return read_regular(inside, MAX_BYTES)

    def local_folder(self, path: str) -> Path | None:
        """The path of a folder inside the root."""
        return self._inside(path) if self.kind(path) == "folder" else None

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


def likely_context(dockerfile: Path, sources: Iterable[str]) -> Path:
    """The folder that ``docker build`` is most likely given: it has most of what is copied.

    The Dockerfile's own comes first, then those above it up to the root of a repository; a folder
    further up must have more of the `sources`.
    """
    own = dockerfile.parent
    named = [item.lstrip("/") for item in dict.fromkeys(sources)]
    named = [item for item in named if posixpath.normpath(item) != "."]
    best, most = own, _there(own, named)
    here = own.absolute()
    for _ in range(MAX_UP):
        if most == len(named) or (here / ".git").exists() or here.parent == here:
            break
        here = here.parent
        found = _there(here, named)
        if found > most:
            best, most = here, found
    return best


def _there(folder: Path, named: Iterable[str]) -> int:
    """How many of the paths or patterns a folder has."""
    context = FolderContext(folder)
    count = 0
    for item in named:
        bare = posixpath.normpath(f"/{item}").lstrip("/")
        if any(char in bare for char in "*?["):
            with suppress(OSError, ValueError, NotImplementedError):
                count += any(True for _ in folder.glob(bare.replace("[^", "[!")))
        else:
            count += bool(context.kind(bare))
    return count
