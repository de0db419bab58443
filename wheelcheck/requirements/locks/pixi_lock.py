"""`pixi.lock`: pixi's lock file, versions 4 to 7: for each environment and platform, every file.

Packages of conda are there without an installer of Python packages: they are counted, not judged.
Source: pixi.prefix.dev, "The pixi lock file"; the locks of public projects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from wheelcheck.requirements.documents import table, tables, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_location import is_remote
from wheelcheck.requirements.locks.locked_packages import Entry, LockedPackages, check_version
from wheelcheck.requirements.requirement_set import LockedFile, ScopeEnvironment
from wheelcheck.targets import Libc

__all__ = ["read_pixi_lock"]

_NEWEST = "7"
_DEFAULT = "default"
_PLATFORMS: Mapping[str, tuple[str, str]] = {
    "linux-64": ("linux", "x86_64"),
    "linux-aarch64": ("linux", "aarch64"),
    "linux-ppc64le": ("linux", "ppc64le"),
    "linux-s390x": ("linux", "s390x"),
    "linux-riscv64": ("linux", "riscv64"),
    "osx-64": ("darwin", "x86_64"),
    "osx-arm64": ("darwin", "arm64"),
    "win-64": ("win32", "AMD64"),
    "win-arm64": ("win32", "ARM64"),
    "emscripten-wasm32": ("emscripten", "wasm32"),
}
"""conda's names of platforms: what markers see there (sys_platform, platform_machine)."""
_CONDA_PYTHON = re.compile(r"/python-(\d+\.\d+)\.\d+[^/]*$")
_PROJECT_ITSELF = frozenset({".", "./"})


@dataclass(slots=True)
class _Found:
    """A package of the index in one version: its files, and the platforms that have it."""

    entry: Entry
    files: dict[str, LockedFile] = field(default_factory=dict)
    platforms: dict[str, None] = field(default_factory=dict)


def read_pixi_lock(given: InputDocument) -> None:
    """Add what ``pixi install`` takes from an index for the environment ``default``.

    Other environments where they are chosen as groups. An environment is for the platforms that it
    lists, with the Python that it has from conda there.
    """
    check_version(given, given.tree.get("version"), _NEWEST)
    environments = table(given.tree, "environments", complain=given.complain)
    known = {_key(entry): entry for entry in tables(given.tree, "packages", given.complain)}
    locked = LockedPackages(given)
    packages: dict[tuple[str, str], _Found] = {}
    conda: set[str] = set()
    scopes: list[ScopeEnvironment] = []
    for name in _chosen(given, environments):
        environment = table(environments, name, complain=given.complain)
        for index in texts(environment, "indexes", given.complain):
            locked.index(index)
        for platform, listed in table(environment, "packages", complain=given.complain).items():
            items = listed if isinstance(listed, list) else []
            scopes += _scopes(given, platform, items)
            for item in items:
                if isinstance(item, Mapping):
                    _take(given, item, platform, known, packages, conda)
    for found in packages.values():
        _add(locked, found)
    locked.finish()
    if scopes:
        names = ", ".join(dict.fromkeys(_platforms_of(environments)))
        given.bound(scopes, f"it is for {names}")
    if conda:
        given.warn(f"{len(conda)} packages come from conda: counted as there, not judged")


def _chosen(given: InputDocument, environments: Mapping[str, Any]) -> list[str]:
    """The environments that are wanted: ``default``, or the first where there is none."""
    default = _DEFAULT if _DEFAULT in environments else next(iter(environments), "")
    wanted = given.selection.groups(environments, [default] if default else [])
    return [name for name in environments if canonicalize_name(name) in wanted]


def _platforms_of(environments: Mapping[str, Any]) -> Iterator[str]:
    for environment in environments.values():
        packages = environment.get("packages") if isinstance(environment, Mapping) else None
        if isinstance(packages, Mapping):
            yield from map(str, packages)


def _key(entry: Mapping[str, Any]) -> str:
    """Where a package comes from: `pypi` since version 6, `url` or `path` before."""
    return str(entry.get("pypi") or entry.get("url") or entry.get("path") or "")


def _scopes(given: InputDocument, platform: str, items: list[Any]) -> list[ScopeEnvironment]:
    if platform not in _PLATFORMS:
        given.complain(f"the platform {platform} is not known")
        return []
    urls = [str(item.get("conda", "")) for item in items if isinstance(item, Mapping)]
    pythons = (match[1] for url in urls if (match := _CONDA_PYTHON.search(url)))
    python = next(pythons, None)
    text = _platform_marker(platform) + (f' and python_version == "{python}"' if python else "")
    libc = Libc.GLIBC if platform.startswith("linux") else None
    return [ScopeEnvironment(Marker(text), libc)]


def _platform_marker(platform: str) -> str:
    system, machine = _PLATFORMS[platform]
    return f'sys_platform == "{system}" and platform_machine == "{machine}"'


def _take(
    given: InputDocument,
    item: Mapping[str, Any],
    platform: str,
    known: Mapping[str, Mapping[str, Any]],
    packages: dict[tuple[str, str], _Found],
    conda: set[str],
) -> None:
    """Note one line of a platform's list."""
    if "conda" in item:
        conda.add(str(item["conda"]))
        return
    location = str(item.get("pypi", ""))
    if location in _PROJECT_ITSELF or not location:
        return  # the project: what it requires is listed beside it
    entry = known.get(location, {})
    name, version = _identity(location, entry)
    if name is None:
        given.complain(f"{location} names no package")
        return
    found = packages.setdefault(
        (name, version),
        _Found(
            Entry(
                canonicalize_name(name),
                _version(version),
                given.origin(given.line_of(location)),
                {**entry, "location": location},
            )
        ),
    )
    found.platforms[platform] = None
    filename = unquote(urlsplit(location).path.rpartition("/")[2])
    digest = text_at(entry, "sha256", given.complain)
    hashes = frozenset({f"sha256:{digest}"} if digest else ())
    found.files[location] = LockedFile(filename, location, hashes)


def _identity(location: str, entry: Mapping[str, Any]) -> tuple[str | None, str]:
    """Name and version: as stated, else as the file's name says."""
    if isinstance(entry.get("name"), str):
        return entry["name"], str(entry.get("version", ""))
    filename = unquote(urlsplit(location).path.rpartition("/")[2])
    try:
        if filename.endswith(".whl"):
            name, version, *_ = parse_wheel_filename(filename)
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None, ""
    return name, str(version)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _add(locked: LockedPackages, found: _Found) -> None:
    platforms = [name for name in found.platforms if name in _PLATFORMS]
    parts = [f"({_platform_marker(name)})" for name in platforms]
    marker = Marker(" or ".join(parts)) if parts else None
    location = str(found.entry.table["location"])
    if location.startswith("git+"):
        locked.skip(found.entry, marker, "built from a checkout (git)")
    elif not is_remote(location):
        locked.skip(found.entry, marker, "built from a local project", "local-project")
    elif found.entry.version is None:
        locked.skip(found.entry, marker, "the lock tells no version of it")
    else:
        locked.add(found.entry, marker, found.files.values())
