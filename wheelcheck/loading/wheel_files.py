"""What a wheel's ELF files ask for, after some of them were read and others not."""

from __future__ import annotations

import re

from msgspec.structs import replace

from wheelcheck.loading.elf_versions import LIBRARIES
from wheelcheck.loading.python_code.python_files import may_open_before
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.search_path import unfound
from wheelcheck.loading.wheel_facts import (
    FileNeeds,
    WheelFileKind,
    file_needs,
    is_named,
    is_own_name,
    kind_of,
)
from wheelcheck.loading.wheel_reading import WheelReading

__all__ = ["COPIED_LIBRARIES", "held_names", "needs_of_files"]

COPIED_LIBRARIES = re.compile(r"(?:^|/)[^/]+\.libs/|(?:^|/)\.libs/|(?:^|/)\.dylibs/")
"""The folders in which auditwheel and delocate put what they copy into a wheel."""


def held_names(reading: WheelReading, paths: list[str]) -> tuple[str, ...]:
    """Names under which files of the wheel are found: base names, and their own sonames."""
    no_elf = {path for path, why in reading.unread.items() if not why}
    names = {p.rpartition("/")[2] for p in paths if ".so" in p and p not in no_elf}
    names |= {needs.soname for needs in reading.needs.values() if needs.soname}
    for path, needs in reading.needs.items():  # a file's first bytes do not say which is its own
        if not needs.exact and kind_of(path, needs, importable=False) is WheelFileKind.LIBRARY:
            names |= {name for name in needs.needed if is_own_name(name, path)}
    return tuple(sorted(names))


def needs_of_files(
    reading: WheelReading, elf: list[str], modules: WheelModules, holds: frozenset[str]
) -> tuple[FileNeeds, ...]:
    """What each ELF file asks for, as far as it was read; `holds` are `held_names`."""
    importable = _importable(modules)
    found = []
    for path in elf:
        needs = reading.needs.get(path)
        kind = kind_of(path, needs, importable=path in importable)
        if needs is not None:
            found.append(file_needs(path, kind, needs, holds))
        elif reading.unread.get(path):
            found.append(_unread_file(reading, path, kind, holds))
    return _with_astray(reading, tuple(_with_grafts(found)), modules)


def _unread_file(
    reading: WheelReading, path: str, kind: WheelFileKind, holds: frozenset[str]
) -> FileNeeds:
    """What is known of a file that was not read: the libraries of the versions that it needs."""
    versions = reading.versions.get(path, ())
    libraries = (LIBRARIES.get(name.rpartition("_")[0], "") for name in versions)
    return FileNeeds(
        path,
        kind,
        outside=tuple(dict.fromkeys(n for n in libraries if n and not _is_held(n, holds))),
        versions=versions,
        libc="glibc" if any(name.startswith("GLIBC_") for name in versions) else "",
        unread=reading.unread[path],
    )


def _is_held(name: str, holds: frozenset[str]) -> bool:
    """Whether a wheel holds a library, maybe as auditwheel's copy: ``libgomp-a1b2c3d4.so.1``."""
    return name in holds or any(is_named(name, held) for held in holds)


def _with_grafts(files: list[FileNeeds]) -> list[FileNeeds]:
    """Let the one extension module of a repaired wheel need the libraries that were copied in.

    auditwheel copies what some file of the wheel needs: where the only file that can was not read,
    it is that.
    """
    extensions = [file for file in files if file.kind is WheelFileKind.EXTENSION]
    if len(extensions) != 1 or not extensions[0].unread:
        return files
    grafts = tuple(file.name for file in files if COPIED_LIBRARIES.search(file.path))
    return [replace(f, inside=grafts) if f is extensions[0] else f for f in files]


def _with_astray(
    reading: WheelReading, files: tuple[FileNeeds, ...], modules: WheelModules
) -> tuple[FileNeeds, ...]:
    """Mark what lies where the loader does not look, unless Python code may load it before."""
    astray = unfound(files)
    if not astray or may_open_before(reading, modules):
        return files
    return tuple(replace(file, astray=astray.get(file.path, ())) for file in files)


def _importable(modules: WheelModules) -> frozenset[str]:
    """Plain ``x.so`` files beside Python files: extension modules without a tag of their own."""
    return frozenset(
        path
        for name, path in modules.extensions.items()
        if not name.rpartition(".")[2].startswith("lib")
        and (name.rpartition(".")[0] in modules.packages or "." not in name)
    )
