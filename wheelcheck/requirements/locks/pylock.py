"""`pylock.toml`: the lock file of all installers (PEP 751), read by `packaging.pylock`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.markers import Marker
from packaging.pylock import (
    Package,
    PackageArchive,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockUnsupportedVersionError,
    PylockValidationError,
)

from wheelcheck.errors import Unknown
from wheelcheck.requirements.conditions import settle
from wheelcheck.requirements.documents import text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    bound_environments,
    check_version,
    checked_marker,
    tables_of,
)

__all__ = ["read_pylock"]

_NEWEST = "1.0"


def read_pylock(given: InputDocument) -> None:
    """Add what a pylock.toml lists.

    As an installer would, with the lock's default groups and without extras unless they are
    chosen. A package that breaks the format is told and left out; the others count.
    """
    tree, complain = given.tree, given.complain
    check_version(given, tree.get("lock-version"), _NEWEST)
    given.bound_python(text_at(tree, "requires-python", complain))
    bound_environments(given, "environments")
    extras = given.selection.extras(texts(tree, "extras", complain))
    groups = _groups(given)
    locked = LockedPackages(given)
    for package, entry in _packages(given):
        marker = checked_marker(str(package.marker), given.complain) if package.marker else None
        _add(locked, package, entry, settle(marker, extras, groups))
    locked.finish()


def _groups(given: InputDocument) -> frozenset[str]:
    """Return the groups that are wanted; those that only the lock knows always are (PEP 751)."""
    public = set(texts(given.tree, "dependency-groups", given.complain))
    defaults = set(texts(given.tree, "default-groups", given.complain))
    return given.selection.groups(public, defaults) | (defaults - public)


def _add(locked: LockedPackages, package: Package, entry: Entry, marker: Marker | None) -> None:
    if package.vcs is not None:
        locked.skip(entry, marker, f"built from a checkout ({package.vcs.type})")
    elif package.directory is not None:
        locked.skip(entry, marker, "built from a directory")
    elif package.archive is not None:
        archive = package.archive
        if archive.url is None:
            locked.skip(entry, marker, "installed from a local archive")
        else:
            locked.add_reference(entry, archive.url, marker, _hashes([archive]))
    elif package.version is None:
        locked.skip(entry, marker, "the lock tells no version of it")
    else:
        locked.index(package.index)
        files = [*(package.wheels or ()), *([package.sdist] if package.sdist else ())]
        locked.add(entry, marker, _hashes(files))


def _hashes(files: Iterable[PackageWheel | PackageSdist | PackageArchive]) -> Iterator[str]:
    for file in files:
        for algorithm, digest in file.hashes.items():
            yield f"{algorithm}:{digest}"


def _packages(given: InputDocument) -> Iterator[tuple[Package, Entry]]:
    for table, origin in tables_of(given, "packages"):
        package = _package(table)
        if isinstance(package, Package):
            yield package, Entry(package.name, package.version, origin, table)
        else:
            why = Unknown("part-not-understood", f"a package breaks the format: {package}")
            given.collection.skip(origin, why)


def _package(table: Mapping[str, Any], *, mend: bool = True) -> Package | str:
    """Return one package, or what is wrong with it: one that is broken must not hide the rest.

    Wheels with a name that tells nothing are left out: no installer would take them.
    """
    alone = {"lock-version": _NEWEST, "created-by": "", "packages": [table]}
    try:
        return Pylock.from_dict(alone).packages[0]
    except (PylockValidationError, PylockUnsupportedVersionError) as error:
        wheels = table.get("wheels")
        if not mend or not isinstance(wheels, list):
            return str(error)
        bare = {key: value for key, value in table.items() if key != "sdist"}
        sane = [
            wheel
            for wheel in wheels
            if isinstance(_package({**bare, "wheels": [wheel]}, mend=False), Package)
        ]
        mended = _package({**table, "wheels": sane}, mend=False)
        return mended if isinstance(mended, Package) else str(error)
