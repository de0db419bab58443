"""Libraries that a wheel holds where the loader does not look for them.

What ld.so(8) says: a name that is loaded already is met by that; else the folders of RUNPATH of the
file, or without one those of RPATH of the file and of what loaded it; then those of the system.
musl's loader takes RUNPATH for RPATH (ldso/dynlink.c: `load_library`; 1.2.5 was run).
Over 259 wheels (data/loading/README.md) the 1,250 extension modules that need libraries of their
wheel found all but two of them so; those two were loaded before, by Python code and by the system.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wheelcheck.loading.wheel_facts import FileNeeds, WheelFileKind

__all__ = ["unfound"]

_MOST_MODULES = 400
"""Extension modules of a wheel that are followed: of more, none."""


def unfound(files: Sequence[FileNeeds]) -> dict[str, tuple[str, ...]]:
    """By path of a file: what of the wheel it needs and no extension module's loading finds."""
    places = _places(files)
    if all(_finds(file, places, [file]) for file in files):
        return {}
    modules = [file for file in files if file.kind is WheelFileKind.EXTENSION]
    if len(modules) > _MOST_MODULES or any(file.unread for file in files):
        return {}
    loadings = [_Loading(places).run(module) for module in modules]
    found = set().union(*(loading.loaded for loading in loadings))
    missed: dict[str, dict[str, None]] = {}
    for loading in loadings:
        for path, name in loading.missed:
            if name not in found:
                missed.setdefault(path, {})[name] = None
    return {path: tuple(names) for path, names in missed.items()}


_Places = Mapping[str, Mapping[str, FileNeeds]]
"""By base name, by folder: the files of a wheel."""


def _places(files: Iterable[FileNeeds]) -> _Places:
    places: dict[str, dict[str, FileNeeds]] = {}
    for file in files:
        places.setdefault(file.name, {})[_folder(file.path)] = file
    return places


def _folder(path: str) -> str:
    """The folder of a member, from where it is installed."""
    top, _, rest = path.partition("/")
    if top.endswith(".data") and rest.startswith(("platlib/", "purelib/")):
        path = rest.partition("/")[2]
    return path.rpartition("/")[0]


def _finds(file: FileNeeds, places: _Places, chain: Sequence[FileNeeds]) -> bool:
    """Whether a file finds all that it needs of the wheel."""
    return all(_found(name, places, chain) for name in file.inside if name in places)


def _found(name: str, places: _Places, chain: Sequence[FileNeeds]) -> FileNeeds | None:
    """The file that is loaded for a name, by the search paths of a file and what loaded it."""
    there = places.get(name, {})
    for folder in there:
        if folder.endswith(".libs"):
            return there[folder]  # of auditwheel, which writes the paths to it into the files
    for file in _searched(chain):
        for folder in _folders(file):
            if folder in there:
                return there[folder]
            if folder.startswith("..") and there:
                return next(iter(there.values()))  # out of what a wheel installs into site-packages
    return None


def _searched(chain: Sequence[FileNeeds]) -> Sequence[FileNeeds]:
    """The files whose paths are searched for what the first of them needs.

    A file's first bytes do not say whether its path is RPATH: then it is taken for that.
    """
    file, *loaders = chain
    if any(each.libc == "glibc" for each in chain):
        loaders = [each for each in loaders if file.lends and each.lends]
    return [file, *loaders]


def _folders(file: FileNeeds) -> Iterator[str]:
    """The folders in which the loader looks for what a file needs, from where wheels go."""
    for path in file.search:
        own = path.replace("${ORIGIN}", "$ORIGIN").partition("$ORIGIN")
        if own[1]:
            folder = posixpath.normpath(f"./{_folder(file.path)}/./{own[2].lstrip('/')}")
            yield "" if folder == "." else folder


@dataclass(slots=True)
class _Loading:
    """What the loader opens for one extension module, in its order: breadth first."""

    places: _Places
    loaded: set[str] = field(default_factory=set)
    missed: list[tuple[str, str]] = field(default_factory=list)
    """File and name."""

    def run(self, module: FileNeeds) -> _Loading:
        """Load a module and all that it needs."""
        self.loaded.add(module.name)
        waiting: list[tuple[FileNeeds, ...]] = [(module,)]
        for chain in waiting:  # grows while it is gone through
            for name in chain[0].inside:
                if name in self.loaded or name not in self.places:
                    continue  # a name that is no file's is the soname of one
                file = _found(name, self.places, chain)
                if file is None:
                    self.missed.append((chain[0].path, name))
                else:
                    self.loaded |= {name, file.name}
                    waiting.append((file, *chain))
        return self
