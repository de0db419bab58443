"""What a wheel holds beside its compiled modules, by the files of the sdist."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from configparser import Error, RawConfigParser

from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.index.archives.sources.source_marks import is_marked

__all__ = ["installed"]

_LISTED = 110
"""Bytes of a line of RECORD."""
_FIXED = 250
"""Bytes of WHEEL, top_level.txt and the beginning of RECORD."""
_LICENSE = re.compile(r"(?i)(?:licen[cs]e|copying|notice|authors)[^/]*$")
_TAKES_DATA = re.compile(r"include[_-]package[_-]data\s*=\s*(?:True|true|1)")
_INSTALLS = re.compile(r"\binstall_(?:sources|data) *\(")
"""How a ``meson.build`` has files installed."""
_NAMED = re.compile(r"['\"]([\w./@+-]+)['\"]")
_TEMPLATE = (".in", ".build", ".toml", ".map")
_INIT = "__init__.py"
_MODULES = (".py", ".pyi", "py.typed")
"""What setuptools takes of a package without being asked to."""
_GIVES_NAME = r"(?<!\w)%s\s*=\s*([A-Za-z_]\w*)\s*[,)\n]"
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
    takes is said by its settings: it looks for them by `glob`, and leaves those out that `fnmatch`
    finds, whose ``*`` passes slashes. Meson installs what it is given by name.
    """
    packages = _packages(sizes)
    tops = _outermost(packages)
    data = _takes_data(texts, kind)
    named = set(_installed_by_meson(sizes, texts)) if kind == "meson" else set[str]()
    patterns = [] if data else [each.split("/") for each in _patterns(texts, "package_data")]
    excluded = _patterns(texts, "exclude_package_data") if data or patterns else []

    def takes(path: str) -> bool:
        below = list(_below(path, packages)) if patterns or excluded else []
        taken = data or any(_globbed(rest.split("/"), each) for rest in below for each in patterns)
        return taken and not any(fnmatch.fnmatch(rest, each) for rest in below for each in excluded)

    modules = [
        path
        for path in sizes
        if path in named or (path.startswith(tops) and (path.endswith(_MODULES) or takes(path)))
    ] or [path for path in sizes if path.endswith(".py") and not is_aside(path)]
    metadata = sizes.get("PKG-INFO", 0) + sum(
        size for path, size in sizes.items() if "/" not in path and _LICENSE.match(path)
    )
    own = [sizes[path] for path in modules]
    size = sum(own) + metadata + _LISTED * len(modules) + _FIXED
    return len(modules), size, max(own, default=0)


def _below(path: str, packages: Iterable[str]) -> Iterator[str]:
    """The path from each package that it lies in."""
    return (path.removeprefix(package) for package in packages if path.startswith(package))


def _installed_by_meson(sizes: Mapping[str, int], texts: Mapping[str, str]) -> Iterator[str]:
    """What ``meson.build`` files name that have something installed; sources of C and such not."""
    for path, text in texts.items():
        if path.endswith("meson.build") and not is_aside(path) and _INSTALLS.search(text):
            folder = posixpath.dirname(path)
            for name in set(_NAMED.findall(text)):
                member = posixpath.normpath(posixpath.join(folder, name))
                if member in sizes and not is_marked(member) and not member.endswith(_TEMPLATE):
                    yield member


def _globbed(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether `glob` finds a path by a pattern, both in parts: its ``*`` stops at slashes."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_globbed(path[first:], pattern[1:]) for first in range(len(path) + 1))
    same = bool(path) and fnmatch.fnmatchcase(path[0], pattern[0])
    return same and _globbed(path[1:], pattern[1:])


def _patterns(texts: Mapping[str, str], keyword: str) -> list[str]:
    """What a keyword of setuptools gives, as patterns of paths from a package."""
    given = (
        *_in_script(texts.get("setup.py", ""), keyword),
        *_in_settings(texts.get("setup.cfg", ""), f"options.{keyword}"),
        *_in_project(texts.get("pyproject.toml", ""), keyword.replace("_", "-")),
    )
    return [pattern.removeprefix("./") for pattern in given]


def _in_script(script: str, keyword: str) -> Iterator[str]:
    """The patterns in a setup script.

    The dictionary may have another name, and may be added to after it is made.
    """
    names = "|".join({keyword, *re.findall(_GIVES_NAME % keyword, script)})
    for form in (_PACKAGE_DATA, _ADDED_DATA):
        for given in re.findall(form % names, script):
            yield from _QUOTED.findall(given)


def _in_settings(text: str, section: str) -> Iterator[str]:
    """The patterns in a section of ``setup.cfg``."""
    settings = RawConfigParser(strict=False)
    try:
        settings.read_string(text)
        given = settings.items(section) if settings.has_section(section) else []
    except (Error, RecursionError):
        return
    for _, patterns in given:
        yield from filter(None, re.split(r"[\s,]+", patterns))


def _in_project(text: str, key: str) -> Iterator[str]:
    """The patterns in a table of setuptools in ``pyproject.toml``."""
    for patterns in table(read_toml(text), "tool", "setuptools", key).values():
        yield from strings(patterns)


def _packages(sizes: Iterable[str]) -> list[str]:
    """The folders that are packages."""
    return sorted(
        posixpath.dirname(path) + "/"
        for path in sizes
        if posixpath.basename(path) == _INIT and "/" in path
    )


def _outermost(packages: Iterable[str]) -> tuple[str, ...]:
    """Those that lie in no other, from the top down; those of tests and examples left out."""
    tops: list[str] = []
    for folder in packages:
        if not folder.startswith(tuple(tops)) and not is_aside(folder + _INIT):
            tops.append(folder)
    return tuple(tops)


def _takes_data(texts: Mapping[str, str], kind: str) -> bool:
    """Whether all files of a package are installed, and not its modules alone."""
    if kind == "meson":
        return False
    if kind != "setuptools":
        return True
    project = read_toml(texts.get("pyproject.toml", ""))
    if table(project, "project"):
        return table(project, "tool", "setuptools").get("include-package-data") is not False
    settings = (texts.get(name, "") for name in ("setup.py", "setup.cfg"))
    return any(map(_TAKES_DATA.search, settings))
