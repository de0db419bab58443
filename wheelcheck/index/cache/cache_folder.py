"""The folder of the cache as a whole: what is in it, and how it is emptied."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wheelcheck.errors import UsageError
from wheelcheck.index.cache.disk import FORMAT, JOURNAL, KINDS, OF_REPORTS, TAG

__all__ = ["CacheInfo", "cache_info", "clear_cache"]


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache directory holds. `entries` counts files by kind; `size` is in bytes."""

    path: Path
    entries: Mapping[str, int]
    size: int


def cache_info(directory: Path) -> CacheInfo:
    """Count what is stored. A directory that does not exist is an empty cache."""
    entries: dict[str, int] = dict.fromkeys((*KINDS, JOURNAL), 0)
    size = 0
    for kind in (*KINDS, *OF_REPORTS):
        for path in (directory / FORMAT / kind).glob("*/*"):
            try:
                size += path.stat().st_size
            except FileNotFoundError:  # replaced by a run beside us
                continue
            if kind in entries:
                entries[kind] += 1
    with suppress(FileNotFoundError):
        size += (directory / FORMAT / JOURNAL).stat().st_size
        entries[JOURNAL] = 1
    return CacheInfo(directory, entries, size)


def clear_cache(directory: Path) -> CacheInfo:
    """Remove all entries and say what was there. Foreign files in the directory stay.

    Raises OSError where something of ours cannot be removed, and `UsageError` where what looks like
    ours does not lie in a cache: folders elsewhere may bear the same names.
    """
    info = cache_info(directory)
    tag = directory / "CACHEDIR.TAG"
    if info.size and not (tag.is_file() and tag.read_bytes().startswith(TAG.encode()[:40])):
        raise UsageError(f"{directory} is no cache of wheelcheck: its CACHEDIR.TAG is missing")
    for kind in (*KINDS, *OF_REPORTS, JOURNAL):
        for place in directory.glob(f"v[0-9]/{kind}"):
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
    for folder in directory.glob("v[0-9]"):
        with suppress(OSError):  # something foreign lies in it
            folder.rmdir()
    tag.unlink(missing_ok=True)
    return info
