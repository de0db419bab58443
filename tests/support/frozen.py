"""The frozen index of `data/index/` as values, and the small archives that stand for its files.

A wheel here holds its recorded core metadata, a WHEEL file, a RECORD and one empty module; an
sdist its PKG-INFO, the recorded facts of its pyproject.toml, its requires.txt, and empty files
under the recorded names. The same facts always give the same bytes, hence the same hash.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

__all__ = ["FrozenIndex", "Project", "Release", "SdistFacts", "archive_of", "metadata_text"]

INDEX_FOLDER = Path(__file__).parents[2] / "data" / "index"
SDIST_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")

Fields = Mapping[str, str | list[str]]
"""Core metadata: field name → value, or values where the field may be repeated."""

FileFacts = Mapping[str, Any]
"""A file as PEP 691 and 700 list it (filename, size, upload-time, …), without url and hashes."""


@dataclass(frozen=True, slots=True)
class SdistFacts:
    """What was read in a published sdist.

    `pkg_info` are its own core metadata, `pyproject` the tables of its pyproject.toml that
    installers read (None: it has none), `requires_txt` setuptools' file (path, text), `members`
    the paths that tell whether and how it compiles, relative to the archive's one folder.
    """

    pkg_info: Fields
    pyproject: Mapping[str, Mapping[str, Any]] | None = None
    requires_txt: tuple[str, str] | None = None
    members: tuple[str, ...] = ()


class Release(Protocol):
    """One version of a project: its files, and what was recorded of their inside."""

    version: str
    files: list[FileFacts]

    def metadata(self) -> Fields | None:
        """Core metadata of the release; None where only a build can say it."""

    def sdist(self) -> SdistFacts | None:
        """What its sdist holds; None where that was not recorded."""


@dataclass(frozen=True)
class Project:
    """A project's page. `status` is PEP 792's, as the index gave it."""

    name: str
    releases: list[Release]
    status: Mapping[str, str] = field(default_factory=lambda: {"status": "active"})

    @cached_property
    def by_filename(self) -> dict[str, tuple[Release, FileFacts]]:
        """Every file with its release."""
        return {file["filename"]: (release, file) for release, file in self.listed()}

    def listed(self) -> Iterator[tuple[Release, FileFacts]]:
        """Files in the index's order: by version, then as uploaded."""
        for release in self.releases:
            for file in release.files:
                yield release, file


@dataclass(frozen=True)
class FrozenRelease:
    """A release as the frozen index records it."""

    version: str
    files: list[FileFacts]
    recorded_metadata: Fields | None = None
    recorded_sdist: SdistFacts | None = None

    def metadata(self) -> Fields | None:
        return self.recorded_metadata

    def sdist(self) -> SdistFacts | None:
        return self.recorded_sdist


class FrozenIndex:
    """All recorded projects; a project is decoded when it is first asked for."""

    def __init__(self, folder: Path = INDEX_FOLDER) -> None:
        lines = lzma.decompress((folder / "projects.jsonl.xz").read_bytes()).splitlines()
        self._lines = {line.split(b'"', 4)[3].decode(): line for line in lines}
        self._projects: dict[str, Project] = {}

    @property
    def names(self) -> list[str]:
        """Normalised names of all recorded projects."""
        return list(self._lines)

    def project(self, name: str) -> Project | None:
        """A project by its normalised name; None where it was not recorded."""
        if name not in self._projects and name in self._lines:
            self._projects[name] = _project(json.loads(self._lines[name]))
        return self._projects.get(name)


def _project(record: Mapping[str, Any]) -> Project:
    releases: list[Release] = []
    for release in record["releases"]:
        sdist = release.get("sdist")
        facts = SdistFacts(**sdist) if sdist is not None else None
        releases.append(
            FrozenRelease(release["version"], release["files"], release.get("metadata"), facts)
        )
    return Project(record["name"], releases, record.get("status", {"status": "active"}))


def archive_of(release: Release, filename: str, *, resolvable: bool = False) -> bytes | None:
    """The archive that stands for a file; None for formats that no installer takes.

    With `resolvable`, an sdist carries a build backend of ours that needs nothing and answers
    with the recorded core metadata, so that an installer learns them without compiling.
    """
    if filename.endswith(".whl"):
        return _wheel(filename, metadata_text(release.metadata() or _bare(filename)))
    suffix = next((s for s in SDIST_SUFFIXES if filename.endswith(s)), None)
    if suffix is None:
        return None
    root = filename.removesuffix(suffix)
    members = _sdist_members(release, root, resolvable=resolvable)
    return _pack({f"{root}/{path}": text.encode() for path, text in members.items()}, suffix)


def metadata_text(fields: Fields) -> bytes:
    """Core metadata in its own format (PEP 241 and successors)."""
    lines = []
    for name, value in fields.items():
        lines += [f"{name}: {item}" for item in ([value] if isinstance(value, str) else value)]
    return ("\n".join(lines) + "\n").encode()


def _bare(filename: str) -> Fields:
    name, version = filename.split("-", 2)[:2]
    return {"Metadata-Version": "2.1", "Name": name, "Version": version}


def _wheel(filename: str, metadata: bytes) -> bytes:
    name, version, *_build, pythons, abis, platforms = filename.removesuffix(".whl").split("-")
    tags = [
        f"Tag: {python}-{abi}-{platform}"
        for python in pythons.split(".")
        for abi in abis.split(".")
        for platform in platforms.split(".")
    ]
    pure = str(platforms == "any").lower()
    head = ["Wheel-Version: 1.0", "Generator: frozen-index", f"Root-Is-Purelib: {pure}"]
    info = f"{name}-{version}.dist-info"
    members = {
        f"{name.lower()}.py": b"",
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "\n".join([*head, *tags, ""]).encode(),
    }
    record = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    return _zip(members)


def _digest(text: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()


_BACKEND = '''"""Answers with the recorded core metadata; there is nothing here to build."""

import pathlib
import shutil

HERE = pathlib.Path(__file__).parent


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    info = pathlib.Path(metadata_directory, "{root}.dist-info")
    info.mkdir()
    shutil.copy(str(HERE / "METADATA"), str(info / "METADATA"))
    return info.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise RuntimeError("this sdist stands for a recorded one: there is nothing to build")
'''
_BACKEND_SYSTEM = {
    "build-system": {
        "requires": [],
        "build-backend": "frozen_backend",
        "backend-path": ["_frozen"],
    }
}


def _sdist_members(release: Release, root: str, *, resolvable: bool) -> dict[str, str]:
    metadata = release.metadata()
    facts = release.sdist() or SdistFacts(pkg_info=metadata or _bare(root))
    metadata = metadata or facts.pkg_info  # only a build would tell: without dependencies
    members = dict.fromkeys(facts.members, "")
    members["PKG-INFO"] = metadata_text(facts.pkg_info).decode()
    if facts.requires_txt is not None:
        members[facts.requires_txt[0]] = facts.requires_txt[1]
    if facts.pyproject is not None:
        members["pyproject.toml"] = _toml(facts.pyproject)
    if resolvable:
        project, _, version = root.rpartition("-")
        stem = f"{project.replace('-', '_')}-{version}"
        members["_frozen/frozen_backend.py"] = _BACKEND.format(root=stem)
        members["_frozen/METADATA"] = metadata_text(metadata).decode()
        members["pyproject.toml"] = _toml(_BACKEND_SYSTEM)
    return members


def _toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for table, entries in tables.items():
        lines.append(f"[{table}]")
        lines += [f"{_toml_value(key)} = {_toml_value(value)}" for key, value in entries.items()]
    return "\n".join([*lines, ""])


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_toml_value(key)} = {_toml_value(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False)  # strings, numbers, booleans: as in JSON


def _pack(members: Mapping[str, bytes], suffix: str) -> bytes:
    if suffix == ".zip":
        return _zip(members)
    plain = io.BytesIO()
    # PAX's times would differ from run to run only if they were set: they stay at the epoch
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, text in members.items():
            member = tarfile.TarInfo(path)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    if suffix == ".tar.xz":
        return lzma.compress(plain.getvalue())
    if suffix == ".tar.bz2":
        import bz2

        return bz2.compress(plain.getvalue())
    return gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)


def _zip(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in members.items():
            archive.writestr(zipfile.ZipInfo(path), text)  # dated 1980-01-01
    return packed.getvalue()
