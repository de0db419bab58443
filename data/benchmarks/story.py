"""The story of 2023 over a slow link: real sdists, many megabytes of them, on two targets.

    python data/benchmarks/story.py fill --files FOLDER              # once, from the index
    python data/benchmarks/story.py run --files FOLDER PYTHON… [--pairs 5]

Each PYTHON is an interpreter that has a state of wheelcheck installed; they run in alternation,
with an empty cache each time. The pages and files that they ask for lie in the folder; the link's
rate is shared by all connections. `fill` adds what a run asks for that is not there yet: every
state to be compared fills the same folder first.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote, urljoin

import httpx
from running import ROOT, Run, environment, measured, spread

from wheelcheck.index import DEFAULT_INDEX_URL

FILE = ROOT / "data" / "stories" / "alpine-2023" / "requirements.txt"
QUESTION = ("-t", "python:3.8-slim", "-t", "python:3.8-alpine", "--exclude-newer", "2023-04-14")
PAGE = "application/vnd.pypi.simple.v1+json"
CHUNK = 64 << 10
NOTHING = b""


class Files:
    """Pages and files of an index in a folder; what is missing is fetched where that is allowed."""

    def __init__(self, folder: Path, *, fetches: bool) -> None:
        self._folder = folder
        self._client = httpx.Client(timeout=300, follow_redirects=True) if fetches else None
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}

    def page(self, name: str) -> bytes:
        """A project's page, on which files have URLs of ours; empty where there is none."""
        return self._stored(f"{DEFAULT_INDEX_URL.rstrip('/')}/{name}/", _with_our_urls)

    def file(self, url: str) -> bytes:
        """A file; empty where there is none."""
        return self._stored(url, lambda answer: answer.content)

    def _stored(self, url: str, read: Callable[[httpx.Response], bytes]) -> bytes:
        path = self._folder / hashlib.sha256(url.encode()).hexdigest()[:32]
        with self._lock:
            lock = self._busy.setdefault(url, threading.Lock())
        with lock:
            if not path.exists():
                if self._client is None:
                    return NOTHING
                answer = self._client.get(url, headers={"Accept": f"{PAGE}, */*;q=0.1"})
                path.write_bytes(read(answer) if answer.is_success else NOTHING)
            return path.read_bytes()


def _with_our_urls(answer: httpx.Response) -> bytes:
    page = answer.json()
    for file in page["files"]:
        file["url"] = "/files/" + quote(urljoin(str(answer.url), file["url"]), safe="")
        file.pop("core-metadata", None)
        file.pop("dist-info-metadata", None)
    return json.dumps(page).encode()


class Link(ThreadingHTTPServer):
    """Serves files with a delay per answer (seconds), at a rate (bytes per second; 0: any)."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, files: Files, rate: float, latency: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files, self.rate, self.latency = files, rate, latency
        self.sent = 0
        self._lock = threading.Lock()
        self._free_at = 0.0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The index URL."""
        return f"http://127.0.0.1:{self.server_address[1]}/simple/"

    def wait_for(self, size: int) -> None:
        """Wait until so many bytes have their turn on the link."""
        with self._lock:
            self.sent += size
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + (size / self.rate if self.rate else 0)
            delay = self._free_at - now
        time.sleep(max(0.0, delay))

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients hang up when they have had enough."""
        del request, client_address


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Link

    def do_GET(self) -> None:
        """Answer with a page, a file, or a range of one."""
        time.sleep(self.server.latency)
        page = re.fullmatch(r"/simple/([^/]+)/", self.path)
        files = self.server.files
        body = files.page(page[1]) if page else files.file(unquote(self.path.rpartition("/")[2]))
        packs = bool(page and body and "gzip" in self.headers.get("Accept-Encoding", ""))
        if packs:  # as the public index does
            body = gzip.compress(body, 6)
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        first, last = _range(wanted, len(body)) if wanted else (0, len(body) - 1)
        self.send_response(404 if not body else 206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.send_header("Content-Type", PAGE if page else "application/octet-stream")
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Content-Length", str(last - first + 1))
        try:
            self.end_headers()
            for start in range(first, last + 1, CHUNK):
                part = body[start : min(start + CHUNK, last + 1)]
                self.server.wait_for(len(part))
                self.wfile.write(part)
        except OSError:  # the client has had enough
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _range(wanted: re.Match[str], size: int) -> tuple[int, int]:
    first, last = wanted.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last or size), size - 1)


def _run(python: str, link: Link) -> tuple[Run, float]:
    """One run with an empty cache, and the bytes that it took in MB (10^6)."""
    with TemporaryDirectory(prefix="bench-") as cache:
        command = [python, "-P", "-m", "wheelcheck", str(FILE), *QUESTION, "--format", "json"]
        command += ["--index-url", link.url, "--cache-dir", cache]
        before = link.sent
        run = measured(command, environment())
        return run, (link.sent - before) / 1e6


def main() -> None:
    """Fill the folder, or run all states in alternation and print what they take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["fill", "run"])
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=10e6, help="bytes per second")
    parser.add_argument("--latency", type=float, default=0.03, help="seconds per answer")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_intermixed_args()
    options.files.mkdir(parents=True, exist_ok=True)
    fills = options.what == "fill"
    link = Link(
        Files(options.files, fetches=fills),
        0 if fills else options.rate,
        0 if fills else options.latency,
    )
    taken = {python: [] for python in options.pythons}
    for _ in range(1 if fills else options.pairs):
        for python, runs in taken.items():
            runs.append(_run(python, link))
    for python, runs in taken.items():
        print(python)
        print("  seconds, wall:", spread(run.seconds for run, _ in runs))
        print("  seconds, CPU:", spread(run.cpu_seconds for run, _ in runs))
        print("  MB fetched:", spread(size for _, size in runs))


if __name__ == "__main__":
    main()
