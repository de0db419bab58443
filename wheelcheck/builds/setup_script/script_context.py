"""What a setup script can ask for: the Python it runs on, the sdist's files, installed modules."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from wheelcheck.targets.target import Implementation, Target

__all__ = ["BuildSite", "ScriptContext", "SystemNames"]


class SystemNames(NamedTuple):
    """What Python calls the system it runs on: `sys.platform`, `os.name`, `platform.system()`."""

    sys_platform: str = "linux"
    os_name: str = "posix"
    system: str = "Linux"


_LINUX = SystemNames()


class BuildSite(Struct, frozen=True):
    """The part of a target that setup scripts ask for."""

    implementation: Implementation = Implementation.CPYTHON
    python: tuple[int, int] = (3, 12)
    platform: SystemNames = _LINUX

    @classmethod
    @lru_cache(maxsize=1024)  # once for each sdist
    def of(cls, target: Target) -> BuildSite:
        """The site of a target; targets that differ in libc or CPU alone share one."""
        markers = target.platform.markers()
        names = SystemNames(markers["sys_platform"], markers["os_name"], markers["platform_system"])
        return cls(target.implementation, target.python, names)

    def answers_as(self, other: BuildSite, keys: Iterable[str]) -> bool:
        """Whether both sites answer alike to what was `keys_read`, as `ScriptContext` notes it."""
        return all(getattr(self, name) == getattr(other, name) for name in keys)


@dataclass(frozen=True, slots=True)
class ScriptContext:
    """What a script can ask for: the site, the sdist's files, and the modules of the build.

    `paths` are relative to the sdist's root, `directories` their parents; `texts` has the files
    that may be imported from; `missing` names top-level modules that are not installed.
    `argv` is the command line: backends ask for ``egg_info`` first, to learn `setup_requires`.
    `keys_read` notes which fields of the site a script has asked for, by `python`, `implementation`
    and `platform`; a copy made by `replace` notes in the same set.
    """

    site: BuildSite = BuildSite()  # noqa: RUF009 (frozen)
    paths: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    missing: frozenset[str] = frozenset()
    argv: tuple[str, ...] = ("setup.py", "bdist_wheel")
    keys_read: set[str] = field(default_factory=set, compare=False)

    def python(self) -> tuple[int, int]:
        """Answer with the version of Python, and note that the script asked for it."""
        self.keys_read.add("python")
        return self.site.python

    def implementation(self) -> Implementation:
        """Answer with the implementation of Python, and note that the script asked for it."""
        self.keys_read.add("implementation")
        return self.site.implementation

    def platform(self) -> SystemNames:
        """Answer with the names of the system, and note that the script asked for one."""
        self.keys_read.add("platform")
        return self.site.platform

    def exists(self, path: str) -> bool | None:
        """Whether the sdist has a file or directory; None outside the sdist."""
        inside = _normal(path)
        if inside.startswith(("/", "..")):
            return None
        return inside in self.paths or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        """Whether the sdist has a directory of that path; its own root is one."""
        inside = _normal(path)
        return inside in self.directories or inside == "."

    def folder(self, path: str) -> tuple[list[str], list[str]] | None:
        """The names of the directories and of the files in a directory, sorted; None if none."""
        if not self.is_folder(path):
            return None
        inside = _normal(path)
        begin = "" if inside == "." else f"{inside}/"
        folders, files = (
            sorted(
                name
                for each in paths
                if each.startswith(begin) and (name := each[len(begin) :]) and "/" not in name
            )
            for paths in (self.directories, self.paths)
        )
        return folders, files

    def matching(self, pattern: str) -> list[str]:
        """Files of the sdist that match, sorted. As in `glob`, `*` stops at a slash.

        They begin as the pattern does, with ``./`` if that does: scripts count on it.
        """
        normal = posixpath.normpath(pattern)
        begin = "./" if pattern.startswith("./") else ""
        return [f"{begin}{path}" for path in sorted(self._matching(normal))]

    def _matching(self, pattern: str) -> Iterator[str]:
        parts = pattern.split("/")
        depth = len(parts)
        deep = "**" in parts
        for path in self.paths:
            if deep:
                matches = fnmatchcase(path, pattern.replace("**/", "*"))
            else:
                matches = path.count("/") == depth - 1 and all(
                    map(fnmatchcase, path.split("/"), parts)
                )
            if matches:
                yield path


def _normal(path: str) -> str:
    """A path as the sdist has it; "." for its own root."""
    return posixpath.normpath(path) if path else "."
