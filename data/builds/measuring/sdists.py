"""Finds, fetches and unpacks an sdist, and reads how it wants to be built."""

import hashlib
import json
import tarfile
import tomllib
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidSdistFilename, canonicalize_name, parse_sdist_filename
from packaging.version import Version

_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"  # PEP 691
# PEP 517: "If the pyproject.toml file is absent, or the build-backend key is missing".
_LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
_LEGACY_REQUIRES = ("setuptools>=40.8.0",)


class SdistError(Exception):
    """The sdist cannot be had: none on the index answers the request, or its hash differs."""


@dataclass(frozen=True, slots=True)
class Sdist:
    """One source archive on the index."""

    name: str
    version: Version
    filename: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """The `[build-system]` table of PEP 518/517, defaults filled in."""

    requires: tuple[str, ...]
    backend: str
    backend_path: tuple[str, ...]


def find(index: str, name: str, version: str | None, python: str) -> Sdist:
    """The sdist of `version`, or of the newest final release that admits `python` ("3.12.1").

    Raises SdistError.
    """
    address = urllib.parse.urljoin(index, f"{canonicalize_name(name)}/")
    request = urllib.request.Request(address, headers={"Accept": _SIMPLE_JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page = json.load(answer)
    found = [
        Sdist(
            canonicalize_name(name),
            parsed,
            file["filename"],
            urllib.parse.urljoin(address, file["url"]),
            file["hashes"].get("sha256", ""),
        )
        for file in page["files"]
        if (parsed := _sdist_version(file["filename"])) is not None
        and (
            parsed == Version(version)
            if version
            else not parsed.is_prerelease and not file.get("yanked") and _admits(file, python)
        )
    ]
    if not found:
        raise SdistError(f"no sdist of {name} {version or 'for Python ' + python}")
    return max(found, key=lambda sdist: (sdist.version, sdist.filename.endswith(".tar.gz")))


def _sdist_version(filename: str) -> Version | None:
    try:
        return parse_sdist_filename(filename)[1]
    except InvalidSdistFilename:
        return None


def _admits(file: dict[str, Any], python: str) -> bool:
    try:
        return SpecifierSet(file.get("requires-python") or "").contains(python)
    except InvalidSpecifier:
        return True


def download(sdist: Sdist, folder: Path) -> Path:
    """Fetch the archive into `folder` and check its hash (SdistError when it differs)."""
    path = folder / sdist.filename
    with urllib.request.urlopen(sdist.url, timeout=300) as answer:
        content = answer.read()
    if sdist.sha256 and hashlib.sha256(content).hexdigest() != sdist.sha256:
        raise SdistError(f"{sdist.filename}: sha256 differs from the index")
    path.write_bytes(content)
    return path


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack into `folder`; the root directory of the project, which installers must accept."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="tar")  # links inside the tree are legal in sdists
    roots = [path for path in folder.iterdir() if path.is_dir()]
    root = roots[0] if len(roots) == 1 else folder
    if not any((root / name).is_file() for name in ("pyproject.toml", "setup.py")):
        raise SdistError("neither pyproject.toml nor setup.py: installers refuse it")
    return root


def read_build_system(root: Path) -> BuildSystem:
    """How the project in `root` asks to be built."""
    path = root / "pyproject.toml"
    table = tomllib.loads(path.read_text()).get("build-system") if path.exists() else None
    if table is None:
        return BuildSystem(_LEGACY_REQUIRES, _LEGACY_BACKEND, ())
    return BuildSystem(
        tuple(table.get("requires", _LEGACY_REQUIRES)),
        table.get("build-backend", _LEGACY_BACKEND),
        tuple(table.get("backend-path", ())),
    )
