"""The files that locks list for a package: by URL, by a path beside the lock, or by name alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_location import InputLocation, is_remote
from wheelcheck.requirements.requirement_set import LockedFile

__all__ = ["hashes_of", "locked_files", "url_beside"]


def locked_files(
    given: InputDocument, listed: Iterable[Mapping[str, Any]], folder: str = ""
) -> Iterator[LockedFile]:
    """Yield the files of a package; one without a name, a URL or a path is passed over.

    Args:
        given: the lock.
        listed: its tables: ``url``, ``path``, ``file`` (PDM, Poetry) or ``filename`` (uv) say which
            file it is, ``hash`` or ``hashes`` what it must hold.
        folder: where paths start from, relative to the lock's own folder.
    """
    for item in listed:
        url = _text(item, "url")
        path = _text(item, "path")
        if not url and path:
            url = url_beside(given, f"{folder}/{path}" if folder else path) or ""
        name = _text(item, "name") or _text(item, "filename") or _text(item, "file")
        name = name or _last_part(url or path)
        if name:
            yield LockedFile(name, url, frozenset(_hashes(item)), _size(item), _uploaded(item))


def hashes_of(files: Iterable[LockedFile]) -> frozenset[str]:
    """Every hash that is listed for some files."""
    return frozenset[str]().union(*(file.hashes for file in files))


def url_beside(given: InputDocument, path: str) -> str | None:
    """The URL of a file that a lock names by a path; None where it may not be looked at.

    That is one outside the lock's folder, unless the user allows it, or beside standard input.
    """
    place = given.beside(path)
    if place.strays or given.place.location == "-":
        return None
    return _as_url(place)


def _as_url(place: InputLocation) -> str:
    if is_remote(place.location):
        return place.location
    return Path(place.location).absolute().as_uri()


def _text(item: Mapping[str, Any], key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""


def _last_part(location: str) -> str:
    return unquote(urlsplit(location).path.rpartition("/")[2])


def _hashes(item: Mapping[str, Any]) -> Iterator[str]:
    if found := _text(item, "hash"):
        yield found
    several = item.get("hashes")
    if isinstance(several, Mapping):
        yield from (f"{algorithm}:{digest}" for algorithm, digest in several.items())


def _size(item: Mapping[str, Any]) -> int | None:
    found = item.get("size")
    return found if isinstance(found, int) else None


def _uploaded(item: Mapping[str, Any]) -> str | None:
    found = item.get("upload-time")
    if found is None:
        return None
    return found if isinstance(found, str) else str(getattr(found, "isoformat", str)())
