"""What the file names, paths and URLs of direct references say of the project they mean."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from wheelcheck.regular_files import is_folder, is_regular
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, is_archive

__all__ = [
    "absolute_path",
    "check_installable",
    "editable_url",
    "egg_name",
    "first_line",
    "is_project_name",
    "named_project",
    "path_of_url",
    "project_of",
    "sdist_name",
    "split_extras",
    "wheel_name",
]

_EXTRAS = re.compile(r"(.+?)\s*(\[[^\]]+\])")
_EGG = re.compile(r"[#&]egg=([^&]*)")
_PROJECT_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE)
_BARE_VCS = ("ssh", "git", "hg", "bzr", "sftp", "svn")


def named_project(url: str, name: str | None) -> tuple[str | None, bool]:
    """Return the project that an archive belongs to, and whether pip knows it before building."""
    filename = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    if filename.endswith(".whl"):
        inside = wheel_name(filename)
        if name is not None and canonicalize_name(name) != inside:
            raise InvalidLine(f"the wheel {filename} is {inside}, not {name}")
        return name or inside, True
    known = name or egg_name(url)
    return (known, True) if known else (sdist_name(filename), False)


def project_of(filename: str) -> str | None:
    """The project that a wheel's or an sdist's file name states, if it states one."""
    try:
        return wheel_name(filename) if filename.endswith(".whl") else sdist_name(filename)
    except InvalidLine:
        return None


def is_project_name(text: str) -> bool:
    """Whether a text is a project's name (PEP 508)."""
    return _PROJECT_NAME.fullmatch(text) is not None


def split_extras(text: str) -> tuple[str, frozenset[str]]:
    """A path and the extras in brackets behind it. Raises InvalidLine."""
    found = _EXTRAS.fullmatch(text)
    if not found:
        return text, frozenset()
    try:
        return found[1], frozenset(Requirement(f"name{found[2].lower()}").extras)
    except InvalidRequirement as error:
        raise InvalidLine(first_line(error)) from error


def egg_name(url: str) -> str | None:
    """The project that a URL names behind ``egg=``, if it does. Raises InvalidLine."""
    found = _EGG.search(url)
    if not found:
        return None
    if not _PROJECT_NAME.fullmatch(found[1]):
        raise InvalidLine(f"egg={found[1]} is no project's name; write NAME[EXTRAS] @ URL")
    return found[1]


def editable_url(text: str) -> str:
    """The URL of what is behind ``-e``: a folder's, or a checkout's with its tool."""
    path, _ = split_extras(text)
    if is_folder(path):
        return absolute_path(path).as_uri()
    if path.lower().startswith("file:"):
        return path
    bare = text.partition(":")[0].lower()
    return f"{bare}+{text}" if ":" in text and bare in _BARE_VCS else text


def path_of_url(url: str) -> Path:
    """The path that a ``file:`` URL means. Raises InvalidLine for that of another host."""
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        raise InvalidLine("a file: URL must not name another host")
    from urllib.request import url2pathname  # it brings the network along

    return absolute_path(url2pathname(parts.path))


def absolute_path(path: str) -> Path:
    """A path from the root."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (as pip: `..` collapses, links stay)


def check_installable(path: Path) -> None:
    """Raise InvalidLine for a folder that pip cannot install.

    It is named as seen from the working directory: a path in a requirement file counts from there,
    wherever the file is.
    """
    if not is_folder(path):
        raise InvalidLine("there is no such directory")
    if not any(is_regular(path / name) for name in ("pyproject.toml", "setup.py")):
        folder = os.path.relpath(path)
        where = "the working directory" if folder == "." else folder
        raise InvalidLine(f"{where} has neither pyproject.toml nor setup.py")


def wheel_name(filename: str) -> NormalizedName:
    """The project of a wheel's file name. Raises InvalidLine."""
    try:
        return parse_wheel_filename(filename)[0]
    except InvalidWheelFilename as error:
        raise InvalidLine(first_line(error)) from error


def sdist_name(filename: str) -> NormalizedName | None:
    """The project of an sdist's file name; None where it states no version."""
    if not is_archive(filename):
        return None
    stem = re.sub(r"(\.tar)?\.[a-z0-9]+$", "", filename, flags=re.IGNORECASE)
    name, dash, version = stem.rpartition("-")
    try:
        Version(version)
    except InvalidVersion:
        return None
    return canonicalize_name(name) if dash and _PROJECT_NAME.fullmatch(name) else None


def first_line(error: Exception) -> str:
    """The first line of an error's text."""
    return str(error).partition("\n")[0]
