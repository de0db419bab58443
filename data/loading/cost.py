"""What the load check costs: real wheels on loopback, 30 ms a response, 20 targets.

    python data/loading/cost.py --upstream INDEX --store FOLDER web.txt science.txt

The server answers from what it has stored of the index, byte for byte the ranges that were asked
for before; only a first run, which is not measured, reaches the index. Then runs alternate without
and with the check, each in a process of its own: cold (empty cache) and edited (the cache of a
cold run, and one more line in the requirement file, for a package that is among the others anyway;
a comment alone is answered from the cache of reports). Prints a row for each file and manner.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))
from loopback import Request, Response, Server

LATENCY = 0.03
_HERE = "http://server/files/"
"""What stored pages have in place of the address of the server."""
TARGETS = [
    f"cp3{minor}-{platform}-{arch}"
    for minor in range(10, 15)
    for platform in ("manylinux_2_36", "musllinux_1_2")
    for arch in ("x86_64", "aarch64")
]


_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""With byte code beside the sources, as an installation has it."""


class StoredIndex:
    """Answers from a folder; what is not in it comes from upstream first."""

    def __init__(self, upstream: str, store: Path) -> None:
        self.upstream = urlsplit(upstream)
        self.store = store
        self.client = httpx.Client(timeout=180, follow_redirects=True)
        self.lock = threading.Lock()
        self.fetched = 0
        self.port = 0

    def __call__(self, request: Request) -> Response:
        """The stored answer to a request."""
        wanted = request.headers.get("range", "")
        accept = request.headers.get("accept", "")
        key = hashlib.sha256(f"{request.method} {request.path} {wanted}".encode()).hexdigest()
        path = self.store / key
        if not path.exists():
            self._fetch(request, wanted, accept, path)
        status, kind, length, body = path.read_bytes().split(b"\n", 3)
        headers = {"Content-Type": kind.decode(), "Accept-Ranges": "bytes"}
        if length:
            headers["Content-Range"] = length.decode()
        body = body.replace(_HERE.encode(), f"http://127.0.0.1:{self.port}/files/".encode())
        return Response(HTTPStatus(int(status)), headers, body)

    def _fetch(self, request: Request, wanted: str, accept: str, path: Path) -> None:
        if request.path.startswith("/files/"):
            host, _, rest = request.path.removeprefix("/files/").partition("/")
            url = f"{self.upstream.scheme}://{host}/{rest}"
        else:
            url = f"{self.upstream.scheme}://{self.upstream.netloc}{request.path}"
        headers = {"Accept": accept, "Accept-Encoding": "identity"}
        if wanted:
            headers["Range"] = wanted
        answer = self.client.request(request.method, url, headers=headers)
        body = answer.content
        kind = answer.headers.get("content-type", "")
        if "json" in kind or "html" in kind:
            body = self._local(body)
        with self.lock:
            self.fetched += len(body)
        place = path.with_suffix(f".{threading.get_ident()}")
        head = [str(answer.status_code), kind, answer.headers.get("content-range", "")]
        place.write_bytes("\n".join([*head, ""]).encode() + body)
        place.replace(path)

    @staticmethod
    def _local(body: bytes) -> bytes:
        """Links to files, as links to this server."""
        return re.sub(r'"https?://', f'"{_HERE}', body.decode()).encode()


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--target", action="append", default=[])
    options = parser.parse_args()
    options.store.mkdir(parents=True, exist_ok=True)
    index = StoredIndex(options.upstream, options.store)
    server = Server(index, LATENCY, threaded=True).start()
    index.port = server.port
    targets = options.target or TARGETS
    try:
        for file in options.files:
            _measure(file, targets, f"http://127.0.0.1:{server.port}/simple/", index, options)
    finally:
        server.stop()


def _measure(
    file: Path, targets: list[str], url: str, index: StoredIndex, options: argparse.Namespace
) -> None:
    for mode in ("off", "quick"):
        with tempfile.TemporaryDirectory() as cache:
            _run(file, targets, url, mode, Path(cache))
    before = index.fetched
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(options.rounds):
        for mode in ("off", "quick"):
            with tempfile.TemporaryDirectory() as folder:
                cache = Path(folder) / "cache"
                found.setdefault((mode, "cold"), []).append(_run(file, targets, url, mode, cache))
                edited = Path(folder) / file.name
                edited.write_text(file.read_text() + "\nidna\n")
                found.setdefault((mode, "edited"), []).append(
                    _run(edited, targets, url, mode, cache)
                )
    if index.fetched != before:
        print("the index was reached while measuring", file=sys.stderr)
    for manner in ("cold", "edited"):
        wall = {m: statistics.median(t for t, _ in found[m, manner]) for m in ("off", "quick")}
        cpu = {m: statistics.median(c for _, c in found[m, manner]) for m in ("off", "quick")}
        print(
            f"{file.name},{manner},{len(targets)},{wall['off']:.2f},{wall['quick']:.2f},"
            f"{wall['quick'] / wall['off']:.2f},{cpu['off']:.2f},{cpu['quick']:.2f},"
            f"{cpu['quick'] / cpu['off']:.2f}",
            flush=True,
        )


def _run(file: Path, targets: list[str], url: str, mode: str, cache: Path) -> tuple[float, float]:
    """Seconds of wall clock and of CPU of one run."""
    command = [sys.executable, "-m", "wheelcheck", str(file), "--index-url", url, "--load-check",
               mode, "--cache-dir", str(cache), "--no-advice", "--format", "json"]  # fmt: skip
    for target in targets:
        command += ["--target", target]
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, capture_output=True, env=_ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr.decode()[-2000:])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu


if __name__ == "__main__":
    main()
