"""The live index, read for recording: pages, core metadata by byte ranges, facts of sdists.

Each answer is kept in a scratch folder, so that one recording speaks of one day and can be
repeated without asking twice. Needs httpx and packaging alone, and runs no package's code.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from frozen import SDIST_SUFFIXES, Fields, FileFacts, Project, SdistFacts
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version
from sdist_facts import dependencies, read_sdist, selected_fields

__all__ = ["LiveIndex", "LiveRelease"]

PAGE_FIELDS = ("filename", "size", "upload-time", "requires-python", "yanked")


class LiveIndex:
    """An index at `url`, with every answer kept under `scratch`."""

    def __init__(self, url: str, scratch: Path) -> None:
        self.url = url
        self.scratch = scratch
        self.client = httpx.Client(
            timeout=60, follow_redirects=True, limits=httpx.Limits(max_connections=16)
        )
        self.projects: dict[str, Project | None] = {}
        self._locks: dict[str, threading.Lock] = {}

    @property
    def names(self) -> list[str]:
        """Projects asked for so far that exist."""
        return sorted(name for name, project in self.projects.items() if project)

    def project(self, name: str) -> Project | None:
        """A project with all its files, asked for once; None where the index has none."""
        with self._locks.setdefault(name, threading.Lock()):
            if name not in self.projects:
                page = self.stored(f"pages/{name}", lambda: self._page(name))
                self.projects[name] = None if page is None else self._project(name, page)
            return self.projects[name]

    def stored(self, key: str, ask: Callable[[], Any]) -> Any:
        """The answer kept under `key`, or else what `ask` answers now."""
        path = self.scratch / f"{key}.json"
        if path.exists():
            return json.loads(path.read_bytes())
        answer = ask()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(answer), encoding="utf-8")
        return answer

    def _page(self, name: str) -> Any:
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        response = self.client.get(f"{self.url}{name}/", headers=accept)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        return response.raise_for_status().json()

    def _project(self, name: str, page: Any) -> Project:
        releases: dict[Version, LiveRelease] = {}
        others = []
        for entry in page["files"]:
            version = _version_of(entry["filename"], name)
            if version is None:
                others.append(entry)
                continue
            release = releases.setdefault(version, LiveRelease(self, str(version)))
            release.add(entry)
        for entry in others:  # eggs, installers for other systems: beside their release
            for version, release in releases.items():
                if re.search(rf"-{re.escape(str(version))}[-.]", entry["filename"]):
                    release.add(entry)
                    break
        status = page.get("project-status") or {"status": "active"}
        status = status if isinstance(status, dict) else {"status": status}
        return Project(name, [releases[version] for version in sorted(releases)], status)


def _version_of(filename: str, project: str) -> Version | None:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        suffix = next((suffix for suffix in SDIST_SUFFIXES if filename.endswith(suffix)), None)
        if suffix is None:
            return None
        stem = filename.removesuffix(suffix)
        name, version = parse_sdist_filename(f"{stem}.tar.gz")
        if name == project:
            return version
        head = next(i for i in range(len(stem)) if canonicalize_name(stem[:i]) == project)
        return Version(stem[head:].lstrip("-_."))
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion, StopIteration):
        return None


@dataclass
class LiveRelease:
    """One version on the live index. `visited` tells that somebody asked for its inside."""

    index: LiveIndex
    version: str
    files: list[FileFacts] = field(default_factory=list)
    visited: bool = False
    urls: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, entry: dict[str, Any]) -> None:
        """Take a file of the page."""
        self.files.append({key: entry[key] for key in PAGE_FIELDS if entry.get(key)})
        self.urls[entry["filename"]] = entry["url"]

    def metadata(self) -> Fields | None:
        """Core metadata, from the plainest wheel or else from the sdist without running it."""
        self.visited = True
        with self._lock:
            wheel = self._wheel_for_metadata()
            if wheel is not None:
                return self._stored(wheel, lambda: self._wheel_metadata(wheel))
            facts = self._sdist_facts()
            return None if facts is None else dependencies(facts)

    def sdist(self) -> SdistFacts | None:
        """What the sdist holds; asking for it downloads it."""
        self.visited = True
        with self._lock:
            return self._sdist_facts()

    @property
    def has_sdist(self) -> bool:
        """Whether there is an sdist."""
        return self._sdist_name() is not None

    @property
    def is_pure(self) -> bool:
        """Whether a wheel for every platform exists."""
        return any(file["filename"].endswith("-none-any.whl") for file in self.files)

    def _wheel_for_metadata(self) -> str | None:
        """The wheel read for all: the pure one, else one for x86_64 glibc Linux, newest Python."""
        wheels = [file["filename"] for file in self.files if file["filename"].endswith(".whl")]
        order = [
            lambda name: "-none-any" in name,
            lambda name: "cp312-" in name and "manylinux" in name and "x86_64" in name,
            lambda name: "manylinux" in name and "x86_64" in name,
            lambda name: "linux" in name,
            lambda _: True,
        ]
        for fits in order:
            if fitting := [name for name in wheels if fits(name)]:
                return fitting[-1]
        return None

    def _sdist_name(self) -> str | None:
        names = [file["filename"] for file in self.files]
        sdists = [name for suffix in SDIST_SUFFIXES for name in names if name.endswith(suffix)]
        return sdists[0] if sdists else None

    def _sdist_facts(self) -> SdistFacts | None:
        name = self._sdist_name()
        if name is None:
            return None
        stored = self._stored(name, lambda: asdict(self._read_sdist(name)))
        return SdistFacts(**stored)

    def _stored(self, filename: str, ask: Callable[[], Any]) -> Any:
        digest = hashlib.sha256(self.urls[filename].encode()).hexdigest()
        return self.index.stored(f"files/{digest[:2]}/{digest}", ask)

    def _wheel_metadata(self, filename: str) -> Fields:
        with zipfile.ZipFile(_Ranges(self.index.client, self.urls[filename])) as archive:
            path = next(p for p in archive.namelist() if p.endswith(".dist-info/METADATA"))
            return selected_fields(archive.read(path).decode("utf-8", "replace"))

    def _read_sdist(self, filename: str) -> SdistFacts:
        packed = self.index.client.get(self.urls[filename], timeout=600).raise_for_status()
        return read_sdist(filename, packed.content)


class _Ranges(io.RawIOBase):
    """A remote file, read by byte ranges in pieces of at least 32 KiB."""

    PIECE = 1 << 15

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client = client
        self._url = url
        self._pieces: list[tuple[int, bytes]] = []
        tail = self._ask(f"bytes=-{self.PIECE}")
        self._size = int(tail.headers["Content-Range"].rpartition("/")[2])
        self._pieces.append((self._size - len(tail.content), tail.content))
        self._position = 0

    def _ask(self, wanted: str) -> httpx.Response:
        response = self._client.get(self._url, headers={"Range": wanted}).raise_for_status()
        assert response.status_code == httpx.codes.PARTIAL_CONTENT, self._url
        return response

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + {0: 0, 1: self._position, 2: self._size}[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        start = self._position
        end = self._size if size < 0 else min(start + size, self._size)
        self._position = end
        for first, piece in self._pieces:
            if first <= start and end <= first + len(piece):
                return piece[start - first : end - first]
        if start >= end:
            return b""
        last = min(max(end, start + self.PIECE), self._size) - 1
        piece = self._ask(f"bytes={start}-{last}").content
        self._pieces.append((start, piece))
        return piece[: end - start]
