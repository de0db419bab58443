"""What a wheel holds beside its compiled modules, by the files of the sdist."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Mapping
from configparser import Error, RawConfigParser

from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["installed"]

_LISTED = 110
"""Bytes of a line of RECORD."""
_FIXED = 250
"""Bytes of WHEEL, top_level.txt and the beginning of RECORD."""
_LICENSE = re.compile(r"(?i)(?:licen[cs]e|copying|notice|authors)[^/]*$")
_TAKES_DATA = re.compile(r"include[_-]package[_-]data\s*=\s*(?:True|true|1)")
_TAKES_NONE = re.compile(r"include-package-data\s*=\s*false")
_OF_PROJECTS = re.compile(r"^\s*\[project\]", re.MULTILINE)
_INIT = "__init__.py"
_GIVES_NAME = re.compile(r"(?<!exclude_)package_data\s*=\s*([A-Za-z_]\w*)\s*[,)\n]")
_PACKAGE_DATA = r"""(?<![.\w])(?:%s)['"]?\s*[=:]\s*(?:dict\()?\{([^}]*)\}"""
_ADDED_DATA = (
    r"(?<![.\w])(?:%s)\[[^\]]*\]\s*(?:\+?=|\.(?:append|extend)\()\s*"
    r"""(\[[^\]]*\]|['"][^'"\n]*['"])"""
)
"""What a script adds for a package by and by, each branch for another system."""
_QUOTED = re.compile(r"['\"]([^'\"\n]*[*.][^'\"\n]*)['\"]\s*(?!\s*:)")
"""A pattern of files; what a colon follows is the name of a package."""


def installed(
    sizes: Mapping[str, int], texts: Mapping[str, str], kind: str
) -> tuple[int, int, int]:
    """How many modules and data files of packages a build would install, and what size they have.

    The bytes are those of all, with metadata, and those of the largest. `kind` is that of the build
    backend. Packages are folders with an ``__init__.py``; which of their data files setuptools
    takes is said by its settings.
    """
    tops = _packages(sizes)
    data = _takes_data(texts, kind)
    patterns = [] if data else _patterns(texts, "package_data")
    excluded = _patterns(texts, "exclude_package_data") if data or patterns else []
    modules = [
        path
        for path in sizes
        if path.startswith(tops)
        and (
            (data and not _matches(path, excluded))
            or path.endswith((".py", ".pyi", "py.typed"))
            or (_matches(path, patterns) and not _matches(path, excluded))
        )
    ] or [path for path in sizes if path.endswith(".py") and not is_aside(path)]
    metadata = sizes.get("PKG-INFO", 0) + sum(
        size for path, size in sizes.items() if "/" not in path and _LICENSE.match(path)
    )
    own = [sizes[path] for path in modules]
    size = sum(own) + metadata + _LISTED * len(modules) + _FIXED
    return len(modules), size, max(own, default=0)


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def _patterns(texts: Mapping[str, str], keyword: str) -> list[str]:
    """What a keyword of setuptools gives, `package_data` or `exclude_package_data`.

    As patterns of paths from anywhere.
    """
    script, settings = texts.get("setup.py", ""), texts.get("setup.cfg", "")
    project = texts.get("pyproject.toml", "")
    return [
        *_in_script(script, keyword),
        *_in_settings(settings, f"options.{keyword}"),
        *_in_project(project, f"tool.setuptools.{keyword.replace('_', '-')}"),
    ]


def _in_project(text: str, table: str) -> list[str]:
    """The patterns in a table of ``pyproject.toml``."""
    _, _, below = text.partition(f"[{table}]")
    given = re.split(r"^\[", below, maxsplit=1, flags=re.MULTILINE)[0]
    quoted = re.findall(r"['\"]([^'\"\n]+)['\"](\s*=)?", given)
    return [f"*/{pattern}" for pattern, is_key in quoted if not is_key]


def _in_script(script: str, keyword: str) -> list[str]:
    """The patterns in a setup script.

    The dictionary may have another name, and may be added to after it is made.
    """
    given_as = _GIVES_NAME.findall(script) if keyword == "package_data" else []
    names = "|".join({keyword, *given_as})
    return [
        f"*/{pattern.removeprefix('./')}"
        for form in (_PACKAGE_DATA, _ADDED_DATA)
        for given in re.findall(form % names, script)
        for pattern in _QUOTED.findall(given)
    ]


def _in_settings(text: str, section: str) -> list[str]:
    """The patterns in a section of ``setup.cfg``."""
    settings = RawConfigParser(strict=False)
    try:
        settings.read_string(text)
        given = settings.items(section) if settings.has_section(section) else []
    except (Error, RecursionError):
        return []
    return [
        f"*/{pattern}"
        for _, patterns in given
        for pattern in re.split(r"[\s,]+", patterns)
        if pattern
    ]


def _packages(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """The outermost folders that are packages; those of tests and examples left out."""
    folders = sorted(
        posixpath.dirname(path) + "/"
        for path in sizes
        if posixpath.basename(path) == _INIT and "/" in path
    )
    tops: list[str] = []
    for folder in folders:
        if not folder.startswith(tuple(tops)) and not is_aside(folder + _INIT):
            tops.append(folder)
    return tuple(tops)


def _takes_data(texts: Mapping[str, str], kind: str) -> bool:
    """Whether all files of a package are installed, and not its modules alone."""
    if kind == "meson":
        return False
    if kind != "setuptools":
        return True
    project = texts.get("pyproject.toml", "")
    if _OF_PROJECTS.search(project):
        return _TAKES_NONE.search(project) is None
    settings = (texts.get(name, "") for name in ("setup.py", "setup.cfg"))
    return any(map(_TAKES_DATA.search, settings))
