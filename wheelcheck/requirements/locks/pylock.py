"""`pylock.toml`: the lock file of all installers (PEP 751), read by `packaging.pylock`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.markers import Marker
from packaging.pylock import (
    Package,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockUnsupportedVersionError,
    PylockValidationError,
)

from wheelcheck.errors import Unknown
from wheelcheck.requirements.documents import text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.lock_markers import settle
from wheelcheck.requirements.locks.locked_files import locked_files
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    bound_environments,
    check_version,
    checked_marker,
    tables_of,
)
from wheelcheck.requirements.requirement_set import LockedPackage, LockFacts, LockFormat

__all__ = ["read_pylock"]

_NEWEST = "1.0"
_REQUIRED = {"lock-version", "created-by", "packages"}


def read_pylock(given: InputDocument) -> None:
    """Add what a pylock.toml lists.

    As an installer would, with the lock's default groups and without extras unless they are
    chosen. A package that breaks the format is reported and left out; the others count.
    """
    tree, complain = given.tree, given.complain
    known = check_version(given, tree.get("lock-version"), _NEWEST)
    given.bound_python(text_at(tree, "requires-python", complain))
    bound_environments(given, "environments")
    extras = given.selection.extras(texts(tree, "extras", complain))
    groups = _groups(given)
    locked = LockedPackages(given)
    listed = []
    for package, entry in _packages(given):
        marker = checked_marker(str(package.marker), given.complain) if package.marker else None
        marker = settle(marker, extras, groups)
        python = str(package.requires_python) if package.requires_python is not None else None
        listed.append(LockedPackage(entry.name, entry.version, entry.origin, marker, python))
        _add(given, locked, package, entry, marker)
    locked.finish()
    invalid = _why_invalid(tree) if known else ""
    empty = tree.get("environments") == []
    given.collection.add_lock(
        LockFacts(
            given.origin(),
            LockFormat.PYLOCK,
            invalid,
            tuple(listed),
            no_environment=empty,
            lacks_key=not tree.keys() >= _REQUIRED,
        )
    )


def _why_invalid(tree: Mapping[str, Any]) -> str:
    """Why `packaging.pylock`, which pip reads locks with, refuses one as a whole; or ""."""
    try:
        Pylock.from_dict(tree)
    except PylockUnsupportedVersionError:
        return ""
    except PylockValidationError as error:
        return str(error)
    return ""


def _groups(given: InputDocument) -> frozenset[str]:
    """Return the groups that are wanted; those that only the lock knows always are (PEP 751)."""
    public = set(texts(given.tree, "dependency-groups", given.complain))
    defaults = set(texts(given.tree, "default-groups", given.complain))
    return given.selection.groups(public, defaults) | (defaults - public)


def _add(
    given: InputDocument,
    locked: LockedPackages,
    package: Package,
    entry: Entry,
    marker: Marker | None,
) -> None:
    if package.vcs is not None:
        why = f"built from a checkout ({package.vcs.type})"
        locked.skip(entry, marker, why, "vcs-requirement")
    elif package.directory is not None:
        locked.skip(entry, marker, "built from a directory", "local-project")
    elif package.archive is not None:
        archive = package.archive
        hashes = [f"{algorithm}:{digest}" for algorithm, digest in archive.hashes.items()]
        if archive.path is not None:  # it goes before a URL, as for pip
            locked.add_archive_beside(entry, archive.path, marker, hashes)
        elif archive.url is not None:
            locked.add_reference(entry, archive.url, marker, hashes)
    elif package.version is None:
        locked.skip(entry, marker, "the lock tells no version of it")
    else:
        if package.index is not None:
            locked.index(package.index)
        files = [*(package.wheels or ()), *([package.sdist] if package.sdist else ())]
        locked.add(entry, marker, locked_files(given, map(_as_table, files)))


def _as_table(file: PackageWheel | PackageSdist) -> Mapping[str, Any]:
    """A file as `locked_files` reads it; a path goes before a URL, as for pip."""
    return {
        "name": file.filename,
        "url": file.url if file.path is None else None,
        "path": file.path,
        "hashes": file.hashes,
        "size": file.size,
        "upload-time": file.upload_time,
    }


def _packages(given: InputDocument) -> Iterator[tuple[Package, Entry]]:
    for table, origin in tables_of(given, "packages"):
        package = _package(table)
        if isinstance(package, Package):
            yield package, Entry(package.name, package.version, origin, table)
        else:
            why = Unknown("part-not-understood", f"a package breaks the format: {package}")
            given.collection.skip(origin, why)


def _package(table: Mapping[str, Any], *, mend: bool = True) -> Package | str:
    """One package, or what is wrong with it: a broken package must not hide the rest.

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
