"""The index of `packages.toml`: archives made from its lines alone, and its pages.

    index = FixtureIndex.load()
    index.archives["alpha-1.0.tar.gz"]     # bytes, the same on every machine
    index.digest("sha256", "alpha-1.0.tar.gz")
    index.answer("/simple/alpha/")         # (content type, body), None where there is none

The judges install from it (`judge.py`), and the tests ask it the same questions.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["FixtureIndex", "Release"]

HERE = Path(__file__).parent
MOMENT = (2020, 1, 1, 0, 0, 0)
UPLOADED = "2020-01-01T00:00:00Z"
_METHODS = {
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    ".tar.gz": lambda data: gzip.compress(data, mtime=0),
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}
_BACKEND = '''"""Builds itself, with nothing but Python."""

import os
import zipfile

FILES = {files!r}


def _write(directory):
    name = {wheel!r}
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in FILES.items():
            archive.writestr(path, text)
    return name


def build_wheel(directory, config_settings=None, metadata_directory=None):
    {stop}
    return _write(directory)


def build_sdist(directory, config_settings=None):
    raise RuntimeError("no sdist of an sdist")
'''


@dataclass(frozen=True, slots=True)
class Release:
    """One release of `packages.toml`."""

    name: str
    version: str
    files: tuple[str, ...]
    requires: tuple[str, ...] = ()
    requires_python: str | None = None
    extras: tuple[str, ...] = ()
    yanked: str | None = None
    hashes: tuple[str, ...] = ("sha256",)
    packed: str = "deflate"
    fails: bool = False

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Release:
        """Make one from its table."""
        values = {key.replace("-", "_"): value for key, value in table.items()}
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})

    def filename(self, kind: str) -> str:
        """The name of a file, by its tag or ending."""
        end = kind if kind.startswith(".") else f"-{kind}.whl"
        return f"{self.name}-{self.version}{end}"

    def metadata(self) -> str:
        """Its core metadata (2.2, so that an sdist's counts without a build)."""
        lines = ["Metadata-Version: 2.2", f"Name: {self.name}", f"Version: {self.version}"]
        if self.requires_python:
            lines.append(f"Requires-Python: {self.requires_python}")
        lines += [f"Provides-Extra: {extra}" for extra in self.extras]
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return "\n".join(lines) + "\n"

    def members(self, tag: str, kind: str) -> dict[str, str]:
        """The members of a wheel with a tag; `kind` is the file it was made from."""
        python, abi, platforms = tag.split("-")
        tags = "".join(f"Tag: {python}-{abi}-{each}\n" for each in platforms.split("."))
        pure = str(platforms == "any").lower()
        wheel = f"Wheel-Version: 1.0\nGenerator: fixture\nRoot-Is-Purelib: {pure}\n{tags}"
        info = f"{self.name}-{self.version}.dist-info"
        members = {
            f"{self.name}/__init__.py": f"MADE_FROM = {kind!r}\n",
            f"{info}/METADATA": self.metadata(),
            f"{info}/WHEEL": wheel,
        }
        record = "".join(f"{path},,\n" for path in [*members, f"{info}/RECORD"])
        return members | {f"{info}/RECORD": record}

    def archive(self, kind: str) -> bytes:
        """The bytes of a file."""
        if not kind.startswith("."):
            return _zip(self.members(kind, kind), _METHODS[self.packed])
        members = self._sdist_members(kind)
        if kind == ".zip":
            return _zip(members, zipfile.ZIP_DEFLATED)
        return _PACKERS[kind](_tar(members))

    def _sdist_members(self, kind: str) -> dict[str, str]:
        backend = _BACKEND.format(
            files=self.members("py3-none-any", kind),
            wheel=self.filename("py3-none-any"),
            stop='raise RuntimeError("this build fails")' if self.fails else "pass",
        )
        system = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        root = f"{self.name}-{self.version}"
        return {
            f"{root}/PKG-INFO": self.metadata(),
            f"{root}/pyproject.toml": system,
            f"{root}/backend.py": backend,
        }


def _zip(members: Mapping[str, str], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for path, text in members.items():
            info = zipfile.ZipInfo(path, MOMENT)
            info.compress_type = method
            info.external_attr = 0o644 << 16
            archive.writestr(info, text)
    return buffer.getvalue()


def _tar(members: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in members.items():
            info = tarfile.TarInfo(path)
            info.size, info.mtime = len(text.encode()), 1577836800
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


@dataclass
class FixtureIndex:
    """The releases by project, and the bytes of their files by name."""

    projects: dict[str, list[Release]] = field(default_factory=dict)
    archives: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    @cache
    def load(cls) -> FixtureIndex:
        """Read `packages.toml` and make every archive."""
        index = cls()
        for table in tomllib.loads((HERE / "packages.toml").read_text())["release"]:
            release = Release.of(table)
            index.projects.setdefault(release.name, []).append(release)
            for kind in release.files:
                index.archives[release.filename(kind)] = release.archive(kind)
        return index

    def digest(self, algorithm: str, filename: str) -> str:
        """The digest of a file."""
        return hashlib.new(algorithm, self.archives[filename]).hexdigest()

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """What is served under a path; None where there is nothing."""
        match path.strip("/").split("/"):
            case ["simple", name] if name in self.projects:
                page = json.dumps(self._page(name)).encode()
                return "application/vnd.pypi.simple.v1+json", page
            case ["files", filename] if filename in self.archives:
                return "application/octet-stream", self.archives[filename]
        return None

    def _page(self, name: str) -> dict[str, Any]:
        files = [
            self._entry(release, kind) for release in self.projects[name] for kind in release.files
        ]
        versions = [release.version for release in self.projects[name]]
        return {"meta": {"api-version": "1.1"}, "name": name, "versions": versions, "files": files}

    def _entry(self, release: Release, kind: str) -> dict[str, Any]:
        filename = release.filename(kind)
        return {
            "filename": filename,
            "url": f"../../files/{filename}",
            "hashes": {each: self.digest(each, filename) for each in release.hashes},
            "requires-python": release.requires_python,
            "size": len(self.archives[filename]),
            "upload-time": UPLOADED,
            "yanked": release.yanked or False,
        }
