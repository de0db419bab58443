"""What an sdist says without being run: core metadata, build system, file names that say more."""

from __future__ import annotations

import io
import re
import tarfile
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import PurePosixPath
from typing import Any

from frozen import Fields, SdistFacts
from packaging.version import Version

__all__ = ["dependencies", "read_sdist", "selected_fields"]

FIELDS = (
    "Metadata-Version",
    "Name",
    "Version",
    "Dynamic",
    "Requires-Python",
    "Requires-Dist",
    "Provides-Extra",
)
REPEATED_FIELDS = {"Dynamic", "Requires-Dist", "Provides-Extra"}
PROJECT_KEYS = (
    "name",
    "version",
    "dynamic",
    "requires-python",
    "dependencies",
    "optional-dependencies",
)
RELEVANT_SUFFIXES = re.compile(
    r"\.(c|cc|cpp|cxx|cu|cppy|pyx|pxd|pxi|pyf|f|for|f77|f90|f95|rs|go|m|mm|s|asm|swg|i|zig)",
    re.IGNORECASE,
)
RELEVANT_NAMES = re.compile(
    r"setup\.(py|cfg)|pyproject\.toml|meson\.build|CMakeLists\.txt|Cargo\.(toml|lock)|build\.rs"
    r"|go\.mod|configure(\.ac)?|Makefile|SConstruct|WORKSPACE"
)
MOST_OF_A_KIND = 25
STATIC_SINCE = Version("2.2")  # PEP 643


def selected_fields(text: str) -> Fields:
    """The fields of core metadata that resolution reads."""
    message = HeaderParser().parsestr(text)
    fields: dict[str, str | list[str]] = {}
    for name in FIELDS:
        values = [" ".join(str(value).split()) for value in message.get_all(name, [])]
        if values:
            fields[name] = values if name in REPEATED_FIELDS else values[0]
    return fields


def read_sdist(filename: str, packed: bytes) -> SdistFacts:
    """The facts of an sdist, read from its archive in memory."""
    paths: list[str] = []
    texts: dict[str, str] = {}
    for path, text in _members(filename, packed):
        inner = path.removeprefix("./").partition("/")[2]
        paths.append(inner)
        if text is not None:
            texts[inner] = text
    requires = min((p for p in texts if p.endswith("/requires.txt")), key=_depth, default=None)
    pyproject = texts.get("pyproject.toml")
    return SdistFacts(
        pkg_info=selected_fields(texts.get("PKG-INFO", "")),
        pyproject=None if pyproject is None else _installers_part(pyproject),
        requires_txt=None if requires is None else (requires, texts[requires]),
        members=tuple(_relevant_paths(paths)),
    )


def _members(filename: str, packed: bytes) -> Iterator[tuple[str, str | None]]:
    """Regular files: path, and the text of those that are read."""
    if filename.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for path in archive.namelist():
                wanted = _is_read(path)
                yield path, archive.read(path).decode("utf-8", "replace") if wanted else None
        return
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for member in tar:
            if member.isfile():
                stream = tar.extractfile(member) if _is_read(member.name) else None
                yield member.name, stream and stream.read().decode("utf-8", "replace")


def _is_read(path: str) -> bool:
    inner = path.removeprefix("./").partition("/")[2]
    return inner in {"PKG-INFO", "pyproject.toml"} or inner.endswith(".egg-info/requires.txt")


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _relevant_paths(paths: list[str]) -> list[str]:
    """Paths that say how it is built: build files and sources, of each kind the shallowest few."""
    kinds: Counter[str] = Counter()
    paths_shown = []
    for path in sorted(paths, key=_depth):
        pure = PurePosixPath(path)
        named = RELEVANT_NAMES.fullmatch(pure.name)
        kind = pure.name if named else pure.suffix.lower()
        relevant = named or RELEVANT_SUFFIXES.fullmatch(kind)
        if relevant or (".egg-info/" in path and path.count("/") <= 2):
            kinds[kind] += 1
            if kinds[kind] <= MOST_OF_A_KIND:
                paths_shown.append(path)
    return paths_shown


def _installers_part(pyproject: str) -> dict[str, dict[str, Any]] | None:
    """The tables of a pyproject.toml that installers read (PEP 518, 621)."""
    try:
        tables = tomllib.loads(pyproject)
    except tomllib.TOMLDecodeError:
        return None
    part = {"build-system": tables["build-system"]} if "build-system" in tables else {}
    if "project" in tables:
        project = tables["project"]
        part["project"] = {key: project[key] for key in PROJECT_KEYS if key in project}
    return part


def dependencies(facts: SdistFacts) -> Fields | None:
    """The core metadata that a build would give, as far as the sdist states them statically.

    In order: PKG-INFO that promises to be final (PEP 643), a static [project] table, older
    PKG-INFO that lists dependencies, setuptools' requires.txt; a setuptools sdist without one has
    no dependencies. None where only running its code would tell.
    """
    info = dict(facts.pkg_info)
    project = (facts.pyproject or {}).get("project", {})
    final = Version(str(info.get("Metadata-Version", "1.0"))) >= STATIC_SINCE
    if final and "Requires-Dist" not in info.get("Dynamic", []):
        return info
    info.pop("Dynamic", None)
    if project and "dependencies" not in project.get("dynamic", []):
        extras = project.get("optional-dependencies", {})
        listed = list(project.get("dependencies", []))
        for extra, requirements in extras.items():
            listed += [_with_marker(text, f'extra == "{extra}"') for text in requirements]
        return info | {"Requires-Dist": listed, "Provides-Extra": list(extras)}
    if "Requires-Dist" in info:
        return info
    if facts.requires_txt is not None:
        return info | _from_requires_txt(facts.requires_txt[1])
    return info if any(".egg-info/" in path for path in facts.members) else None


def _with_marker(requirement: str, marker: str) -> str:
    text, _, existing = requirement.partition(";")
    both = f"({existing.strip()}) and {marker}" if existing.strip() else marker
    return f"{text.strip()} ; {both}"


def _from_requires_txt(text: str) -> Fields:
    """Setuptools' sections ``[extra:marker]`` as Requires-Dist."""
    listed: list[str] = []
    extras: list[str] = []
    condition = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if section := re.fullmatch(r"\[([^:\]]*)(?::(.*))?\]", line):
            extra, marker = section.groups()
            parts = [f"({marker})"] if marker else []
            if extra:
                parts.append(f'extra == "{extra}"')
                extras.append(extra)
            condition = " and ".join(parts)
        else:
            listed.append(_with_marker(line, condition) if condition else line)
    return {"Requires-Dist": listed, "Provides-Extra": sorted(set(extras))}
