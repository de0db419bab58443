"""Paths in an image and in the build context, and the patterns for them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

__all__ = ["absolute", "is_pattern", "matches_exclusion", "matches_name", "parents"]


def absolute(path: str, workdir: str, home: str = "/root") -> str:
    """A path in an image, absolute and without ``..``; ``~`` is `home`."""
    if path == "~" or path.startswith("~/"):
        path = f"{home}{path[1:]}"
    return posixpath.normpath("/" + posixpath.join(workdir, path).lstrip("/"))


def parents(path: str) -> Iterator[str]:
    """The folders in which an absolute path lies, the nearest first."""
    while path not in {"", "/"}:
        path = posixpath.dirname(path)
        yield path


def is_pattern(path: str) -> bool:
    """Whether COPY takes a path for a pattern."""
    return any(char in path for char in "*?[")


def matches_name(name: str, pattern: str) -> bool:
    """Whether a pattern of COPY, Go's (filepath.Match), is for a file of that name."""
    return fnmatchcase(name, pattern.replace("[^", "[!"))


def matches_exclusion(path: str, pattern: str) -> bool:
    """Whether a pattern of ``COPY --exclude`` leaves a path of the build context out."""
    bare = pattern.lstrip("/")
    return fnmatchcase(path, bare) or fnmatchcase(posixpath.basename(path), bare)
