"""The packages of `packages.toml` as archives, and a loopback index that serves them.

Beside them the packages of `heldout.toml`, and stand-ins for the real files of `real.json` with
their recorded metadata. A page in HTML as PEP 503 has it, with data-requires-python and
data-yanked: every pip reads it.
Besides, the index serves the wheels of a folder of real packages (setuptools, wheel).
"""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import json
import re
import tarfile
import threading
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from packaging.version import InvalidVersion, Version

__all__ = ["FixtureIndex", "Served"]

HERE = Path(__file__).parent
PYTHONS = (6, 7, 8, 9, 10, 11, 12, 13)
LAST_WITH_PYMALLOC_FLAG = 7
SDIST = re.compile(r"\.(tar\.gz|tar\.bz2|zip)$")
STAMP = (2020, 1, 1, 0, 0, 0)

SETUP = """\
{imports}
import setuptools
setuptools.setup(
    name={name!r}, version={version!r}, py_modules=[{module!r}],
    package_data={{}}, options={{}},
)
"""
# How it was built is written into the module that is installed.
BUILT = """\
import os, sys, setuptools
isolated = any("pip-build-env" in part or "overlay" in part for part in sys.path)
with open({module!r} + ".py", "w") as module:
    module.write("BUILT = %r" % ({{"setuptools": setuptools.__version__, "isolated": isolated}},))
"""
NO_METADATA = "raise SystemExit('this sdist does not even say what it is')\n"
NO_BUILD = """\
import sys
if any(word in sys.argv for word in ("bdist_wheel", "install", "build")):
    raise SystemExit("this sdist does not build")
"""
NO_WHEEL = """\
import sys
if "bdist_wheel" in sys.argv:
    raise SystemExit("this sdist makes no wheel")
"""
BACKEND = """\
import os, zipfile
METADATA = "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
INFO = "{name}-{version}.dist-info/"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    filename = "{name}-{version}-py3-none-any.whl"
    names = ["{name}.py", INFO + "METADATA", INFO + "WHEEL", INFO + "RECORD"]
    with zipfile.ZipFile(os.path.join(wheel_directory, filename), "w") as wheel:
        record = "".join(name + ",,\\n" for name in names)
        texts = ["BUILT = {{'backend': 'own'}}\\n", METADATA, WHEEL, record]
        for path, text in zip(names, texts):
            wheel.writestr(path, text)
    return filename


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError
"""


@dataclass(frozen=True, slots=True)
class Served:
    """One file of the index, with what its page says of it."""

    filename: str
    project: str
    body: bytes
    requires_python: str = ""
    yanked: bool = False

    def digest(self, algorithm: str) -> str:
        """The file's hash, as hexadecimal digits."""
        return hashlib.new(algorithm, self.body).hexdigest()


def expanded(filename: str) -> Iterator[str]:
    """The file name itself, or one for each CPython where it has {cp} and {abi}."""
    if "{cp}" not in filename:
        yield filename
        return
    for minor in PYTHONS:
        flag = "m" if minor <= LAST_WITH_PYMALLOC_FLAG else ""
        yield filename.replace("{cp}", f"cp3{minor}").replace("{abi}", f"cp3{minor}{flag}")


def name_and_version(filename: str) -> tuple[str, str]:
    """The project and the version that a file's name says."""
    stem = filename.removesuffix(".whl")
    if stem != filename:
        return (*stem.split("-")[:2],)  # type: ignore[return-value]
    name, _, version = SDIST.sub("", filename).rpartition("-")
    return name, version


def archives(index: str) -> Iterator[Served]:
    """All files of `packages.toml`, of `heldout.toml` and of `real.json`, in their order."""
    for facts in (*tabulated(), *recorded()):
        for filename in expanded(facts["file"]):
            name, version = name_and_version(filename)
            make = wheel if filename.endswith(".whl") else sdist
            required = facts.get("requires-python", "")
            yield Served(
                filename,
                name,
                make(filename, name, version, facts, index),
                facts.get("page-python", required),
                facts.get("yanked", False),
            )


def tabulated() -> Iterator[Mapping[str, Any]]:
    """The files of the tables that are written by hand."""
    for table in ("packages.toml", "heldout.toml"):
        yield from tomllib.loads((HERE / table).read_text(encoding="utf-8"))["files"]


def recorded() -> Iterator[Mapping[str, Any]]:
    """The files of recorded pages, each with the metadata of its version."""
    for project in json.loads((HERE / "real.json").read_text(encoding="utf-8"))["projects"]:
        metadata = {Version(version): facts for version, facts in project["metadata"].items()}
        for file in project["files"]:
            try:
                facts = metadata.get(Version(name_and_version(file["file"])[1]), {})
            except InvalidVersion:
                facts = {}
            inside = {"requires": facts.get("requires", ()), "extras": facts.get("extras", ())}
            required = {"page-python": file["requires-python"]}
            if facts.get("requires-python"):
                required["requires-python"] = facts["requires-python"]
            yield {**inside, **required, "file": file["file"], "yanked": "yanked" in file}


def core_metadata(name: str, version: str, facts: Mapping[str, Any], index: str) -> str:
    """The METADATA or PKG-INFO of a file."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}"]
    lines.append(f"Version: {facts.get('says-version', version)}")
    if "requires-python" in facts:
        lines.append(f"Requires-Python: {facts['requires-python']}")
    requires = [requirement.replace("{index}", index) for requirement in facts.get("requires", ())]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    lines += [f"Provides-Extra: {extra}" for extra in facts.get("extras", ())]
    return "\n".join(lines) + "\n"


def wheel(filename: str, name: str, version: str, facts: Mapping[str, Any], index: str) -> bytes:
    """A wheel with one module, whose tags are those of its name."""
    info = f"{name}-{version}.dist-info"
    tag = "-".join(filename.removesuffix(".whl").split("-")[-3:])
    members = {
        f"{name}.py": f"FILE = {filename!r}\n",
        f"{info}/METADATA": core_metadata(name, version, facts, index),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*members, f"{info}/RECORD"])
    return zipped(members)


def sdist(filename: str, name: str, version: str, facts: Mapping[str, Any], index: str) -> bytes:
    """An sdist of one of the kinds that `packages.toml` explains."""
    kind = facts.get("kind", "setup-py")
    about = core_metadata(name, version, facts, index)
    members = {"PKG-INFO": about, f"{name}.egg-info/PKG-INFO": about, f"{name}.py": ""}
    if kind == "backend":
        members["own_backend.py"] = BACKEND.format(name=name, version=version)
        members["pyproject.toml"] = (
            '[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["."]\n'
        )
    else:
        imports = "".join(f"import {module}\n" for module in facts.get("needs", ()))
        broken = {"no-metadata": NO_METADATA, "no-build": NO_BUILD, "no-wheel": NO_WHEEL}
        start = broken.get(kind, "") + imports + BUILT.format(module=name)
        members["setup.py"] = SETUP.format(imports=start, name=name, version=version, module=name)
    if kind == "pyproject":
        requires = facts.get("build-requires")
        line = "" if requires is None else f"requires = {requires!r}\n"
        members["pyproject.toml"] = f"[build-system]\n{line}"
    folder = f"{name}-{version}"
    inside = {f"{folder}/{path}": text for path, text in members.items()}
    return zipped(inside) if filename.endswith(".zip") else tarred(inside)


def zipped(members: Mapping[str, str]) -> bytes:
    """A zip archive that is the same whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in members.items():
            archive.writestr(zipfile.ZipInfo(path, STAMP), text)
    return buffer.getvalue()


def tarred(members: Mapping[str, str]) -> bytes:
    """A compressed tar archive that is the same whenever it is made."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, text in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(text.encode())
            info.mtime = 1577836800
            archive.addfile(info, io.BytesIO(text.encode()))
    return gzip.compress(buffer.getvalue(), mtime=1577836800)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # wheelcheck opens more connections at once than the default admits


class FixtureIndex:
    """Serves the fixtures, and the wheels of `real`, on loopback while it is entered."""

    def __init__(self, real: Path | None = None, port: int = 0) -> None:
        self._real = real
        self._server = _Server(("127.0.0.1", port), self._handler())
        self.files: dict[str, Served] = {}

    @property
    def url(self) -> str:
        """The index without a slash at its end; pages are below ``/simple/``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self.files = {file.filename: file for file in archives(self.url)}
        for path in sorted(self._real.glob("*.whl")) if self._real else ():
            name = path.name.split("-")[0]
            self.files[path.name] = Served(path.name, name, path.read_bytes())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def filled(self, text: str) -> str:
        """A text in which {index} and {ALGORITHM:FILE} are filled in."""
        text = text.replace("{index}", self.url)
        return re.sub(
            r"\{(sha256|sha512|md5):([^}]+)\}",
            lambda match: self.files[match[2]].digest(match[1]),
            text,
        )

    def page(self, project: str) -> str | None:
        """The page of one project, or None where the index has none."""
        found = [file for file in self.files.values() if normal(file.project) == normal(project)]
        if not found:
            return None
        return "<!DOCTYPE html><html><body>" + "".join(map(self._anchor, found)) + "</body></html>"

    def _anchor(self, file: Served) -> str:
        attributes = f'href="/files/{file.filename}#sha256={file.digest("sha256")}"'
        if file.requires_python:
            attributes += f' data-requires-python="{html.escape(file.requires_python)}"'
        if file.yanked:
            attributes += ' data-yanked="withdrawn"'
        return f"<a {attributes}>{file.filename}</a><br/>\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, kind = index._answer(unquote(self.path))
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                with suppress(ConnectionError):  # who reads ranges may have seen enough
                    self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _answer(self, path: str) -> tuple[bytes | None, str]:
        if path.startswith("/files/"):
            file = self.files.get(path.removeprefix("/files/"))
            return (file.body if file else None), "application/octet-stream"
        page = self.page(path.removeprefix("/simple/").strip("/"))
        return (page.encode() if page is not None else None), "text/html"


def normal(name: str) -> str:
    """A project's name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()
