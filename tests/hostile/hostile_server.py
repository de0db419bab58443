"""An index on loopback with one project that attacks, and neighbours that are honest.

Every `Kind` of attack has an index of its own below ``/KIND/simple/``. The project `evil` has a
release 1 without fault, and a release 2 that a kind changes: its entry on the page, its metadata,
its files, or the very bytes of an answer. `honest` (a wheel that needs `honest-pure`, of which
there is only an sdist) is the same in all.
"""

from __future__ import annotations

import html
import json
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, unquote

from archive_builders import tar_of, wheel_of, zip_of
from elf_builder import elf

__all__ = ["HONEST", "Ask", "HostileIndex", "Kind", "Reply", "honest_metadata"]

JSON = "application/vnd.pypi.simple.v1+json"
TAG = "cp312-cp312-manylinux_2_17_x86_64"
WHEEL = f"evil-2.0-{TAG}.whl"
SDIST = "evil-2.0.tar.gz"
HONEST = ("honest", "honest-pure")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: which file or page, the Range header, and the URL that the index begins with."""

    what: str
    wanted_range: str
    base: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes over the wire; `raw` takes the place of all the rest."""

    body: bytes = b""
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()
    raw: Iterable[bytes] | None = None

    def pieces(self) -> Iterator[bytes]:
        """The bytes to send."""
        if self.raw is not None:
            yield from self.raw
            return
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {text}" for name, text in self.headers)]
        if not any(name.lower() == "content-length" for name, _ in self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        lines += ["Connection: close", "", ""]
        yield "\r\n".join(lines).encode("latin-1", "replace") + self.body


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of attack by the project `evil`.

    `row` changes the page's entry of release 2, `page` (type, body) is a whole page, `metadata` the
    text of METADATA, `wheel` and `sdist` a file's bytes; with `sdist` there is no wheel. `answers`
    gives answers to requests for the ``page``, ``metadata``, ``wheel`` or ``sdist``. Values may
    name ``{base}``, where the index begins. `slow` kinds take time on purpose.
    """

    name: str
    row: Mapping[str, Any] = field(default_factory=dict)
    page: tuple[str, bytes] | None = None
    metadata: bytes | None = None
    wheel: bytes | None = None
    sdist: bytes | None = None
    answers: Mapping[str, Callable[[Ask], Reply]] = field(default_factory=dict)
    as_html: bool = False
    beside: bool = True
    slow: bool = False

    @property
    def family(self) -> str:
        """What comes before the first colon of its name."""
        return self.name.partition(":")[0]


def honest_metadata(name: str, version: str, *requires: str) -> bytes:
    """METADATA without any fault."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    return "\n".join([*lines, "", "It is honest.", ""]).encode()


def wheel_with(metadata: bytes, name: str = "evil", version: str = "2.0") -> bytes:
    """A wheel with an extension module and this METADATA."""
    folder = f"{name}-{version}.dist-info"
    return zip_of(
        {
            f"{name}/__init__.py": "",
            f"{name}/_native.cpython-312-x86_64-linux-gnu.so": elf(code=b"\x90" * 4000),
            f"{folder}/WHEEL": "Wheel-Version: 1.0\n",
            f"{folder}/METADATA": metadata,
        }
    )


def sdist_of(name: str, version: str, members: Mapping[str, str | bytes] | None = None) -> bytes:
    """An sdist that setuptools builds."""
    folder = f"{name}-{version}"
    info = f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n\n"
    usual: dict[str, str | bytes] = {
        f"{folder}/PKG-INFO": info,
        f"{folder}/pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n'
        'build-backend = "setuptools.build_meta"\n',
        f"{folder}/setup.py": f"from setuptools import setup\nsetup(name={name!r})\n",
        f"{folder}/{name}/__init__.py": "",
    }
    return tar_of({**usual, **(members or {})})


def _honest_files() -> dict[str, bytes]:
    honest = honest_metadata("honest", "1.0", "honest-pure>=1")
    old = honest_metadata("evil", "1.0")
    return {
        f"honest-1.0-{TAG}.whl": wheel_with(honest, "honest", "1.0"),
        f"honest-1.0-{TAG}.whl.metadata": honest,
        "honest-pure-1.0.tar.gz": sdist_of("honest-pure", "1.0"),
        "setuptools-80.0-py3-none-any.whl": wheel_of("setuptools", "80.0"),
        "evil-1.0-py3-none-any.whl": wheel_of("evil", "1.0"),
        "evil-1.0-py3-none-any.whl.metadata": old,
    }


_HONEST_FILES = _honest_files()
_PAGES = {
    "honest": [f"honest-1.0-{TAG}.whl"],
    "honest-pure": ["honest-pure-1.0.tar.gz"],
    "setuptools": ["setuptools-80.0-py3-none-any.whl"],
}


class HostileIndex:
    """Serves all kinds from threads of its own, on loopback alone."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self._server = _Server(("127.0.0.1", 0), self)
        self.port = int(self._server.server_address[1])
        self.received: list[tuple[str, str]] = []
        """What was requested of which kind."""
        self.authorised: list[tuple[str, str]] = []
        """The Authorization header of each request, beside its path."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Answer until the end."""
        self._server.serve_forever(poll_interval=0.05)

    def url(self, kind: str, credentials: str = "") -> str:
        """The index of a kind."""
        at = f"{credentials}@" if credentials else ""
        return f"http://{at}127.0.0.1:{self.port}/{quote(kind, safe='')}/simple/"

    def reply(self, path: str, headers: Mapping[str, str]) -> Reply:
        """What the index of a kind answers."""
        _, quoted, *rest = path.split("/")
        name = unquote(quoted)
        kind = self.kinds[name]
        base = f"http://127.0.0.1:{self.port}/{quoted}"
        wanted_range = headers.get("range", "")
        if rest[0] == "simple":
            return self._page(kind, rest[1], Ask("page", wanted_range, base))
        filename = rest[-1]
        self.received.append((name, filename))
        if filename in _HONEST_FILES:
            return _partial(_HONEST_FILES[filename], wanted_range)
        what = next((w for e, w in _ENDINGS.items() if filename.endswith(e)), "")
        return self._file(kind, what, Ask(what, wanted_range, base))

    def _page(self, kind: Kind, project: str, ask: Ask) -> Reply:
        self.received.append((kind.name, project))
        if project in _PAGES:
            entries = [_entry(filename, ask.base) for filename in _PAGES[project]]
            return _json_page(project, entries)
        if project != "evil":
            return Reply(status="404 Not Found")
        if "page" in kind.answers:
            return kind.answers["page"](ask)
        if kind.page is not None:
            body = kind.page[1].replace(b"{base}", ask.base.encode())
            return Reply(body, headers=(("Content-Type", kind.page[0]),))
        row = _entry(SDIST if kind.sdist is not None else WHEEL, ask.base)
        row |= json.loads(json.dumps(dict(kind.row)).replace("{base}", ask.base))
        old = _entry("evil-1.0-py3-none-any.whl", ask.base)
        if kind.as_html:
            return _html_page([old, row])
        return _json_page(project, [old, row])

    def _file(self, kind: Kind, what: str, ask: Ask) -> Reply:
        if what in kind.answers:
            return kind.answers[what](ask)
        metadata = kind.metadata or honest_metadata("evil", "2.0")
        if what == "metadata":
            return Reply(metadata) if kind.beside else Reply(status="404 Not Found")
        if what == "wheel":
            wheel = wheel_with(metadata) if kind.wheel is None else kind.wheel
            return _partial(wheel, ask.wanted_range)
        if what == "sdist" and kind.sdist is not None:
            return _partial(kind.sdist, ask.wanted_range)
        return Reply(status="404 Not Found")


_ENDINGS = {".metadata": "metadata", ".whl": "wheel", ".tar.gz": "sdist", ".zip": "sdist"}


def _entry(filename: str, base: str) -> dict[str, Any]:
    return {
        "filename": filename,
        "url": f"{base}/files/{filename}",
        "hashes": {},
        "core-metadata": filename.endswith(".whl") and "setuptools" not in filename,
        "upload-time": "2024-01-01T00:00:00Z",
    }


def _json_page(name: str, files: list[dict[str, Any]]) -> Reply:
    page = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
    return Reply(json.dumps(page).encode(), headers=(("Content-Type", JSON),))


def _html_page(files: list[dict[str, Any]]) -> Reply:
    lines = []
    for row in files:
        python = row.get("requires-python")
        requires = f' data-requires-python="{html.escape(str(python))}"' if python else ""
        url = html.escape(str(row["url"]))
        lines.append(f'<a href="{url}"{requires}>{html.escape(str(row["filename"]))}</a>')
    body = "<!DOCTYPE html><html><body>\n" + "\n".join(lines)
    return Reply(body.encode("utf-8", "replace"), headers=(("Content-Type", "text/html"),))


def _partial(body: bytes, wanted: str) -> Reply:
    match = _RANGE.fullmatch(wanted)
    if not match or not any(match.groups()):
        return Reply(body)
    first, last = match.groups()
    start = int(first) if first else max(0, len(body) - int(last))
    end = min(int(last), len(body) - 1) if first and last else len(body) - 1
    if start > end:
        return Reply(status="416 Range Not Satisfiable")
    ranged = (("Content-Range", f"bytes {start}-{end}/{len(body)}"),)
    return Reply(body[start : end + 1], "206 Partial Content", ranged)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256
    block_on_close = False

    def __init__(self, address: tuple[str, int], index: HostileIndex) -> None:
        super().__init__(address, _Handler)
        self.index = index

    def handle_error(self, *_: object) -> None:
        """A client that leaves early is what we test."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 60

    def handle(self) -> None:
        first = self.rfile.readline(65536).split()
        if len(first) < 2:
            return
        headers = {}
        while (line := self.rfile.readline(65536)) not in {b"\r\n", b"\n", b""}:
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        path = first[1].decode("latin-1").partition("?")[0]
        self.server.index.authorised.append((path, headers.get("authorization", "")))
        try:
            for piece in self.server.index.reply(path, headers).pieces():
                self.wfile.write(piece)
                self.wfile.flush()
        except (OSError, ValueError, KeyError, IndexError):
            return


def dripping(data: bytes, seconds: float = 0.5, most: float = 300.0) -> Iterator[bytes]:
    """A byte at a time, for no longer than `most` seconds."""
    end = time.monotonic() + most
    for place in range(len(data)):
        if time.monotonic() > end:
            return
        yield data[place : place + 1]
        time.sleep(seconds)
