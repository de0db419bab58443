"""Time surveys: tables, lists over HTTP on loopback, fleets; beside loops that use `packaging`.

    python data/survey/measure.py tables --rows 15000000 [--rows 1000000 …]
    python data/survey/measure.py names --projects 15000
    python data/survey/measure.py fleet --files 1000

Each case prints a row of `results.csv`: seconds of wall clock, CPU seconds, the largest resident
memory of one process and of all together, and what was judged. Generated rows and pages follow
`generated_files.py`.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pyarrow.parquet as pq
from generated_files import rows, write
from packaging.tags import Tag
from packaging.utils import parse_wheel_filename

from wheelcheck.targets import supported_tags
from wheelcheck.today import default_matrix

ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS = ("case", "seconds", "cpu_seconds", "peak_mb", "amount", "per_second")
PEER_FILES = 60_000


def run(case: str, amount: int, *words: str) -> dict[str, object]:
    """One run of the command, as a whole process with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "wheelcheck", "survey", *words], stdout=subprocess.DEVNULL
    )
    peak = _watch(process)
    seconds = time.perf_counter() - started
    if process.returncode not in {0, 3}:
        raise SystemExit(f"{case} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _row(case, seconds, cpu, peak, amount)


def _row(case: str, seconds: float, cpu: float, peak: float, amount: int) -> dict[str, object]:
    values = (
        case,
        round(seconds, 1),
        round(cpu, 1),
        round(peak),
        amount,
        round(amount / seconds),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _watch(process: subprocess.Popen[bytes]) -> float:
    """The largest memory that the process and its children had together, in MB (Linux: Pss)."""
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_memory, _tree(process.pid))))
        time.sleep(0.1)
    return peak


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _memory(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1e3


def tables(counts: list[int], folder: Path) -> Iterator[dict[str, object]]:
    """Every release and the latest alone, of generated tables, and the peers' speed."""
    for count in counts:
        path = folder / f"files-{count}.parquet"
        if not path.exists():
            write(count, path, shuffled=False)
        real = pq.ParquetFile(path).metadata.num_rows
        for case, extra in (("every release", ["--each-release"]), ("latest", [])):
            with TemporaryDirectory(dir=folder) as out:
                words = [str(path), *extra, "--output", f"{out}/survey"]
                yield run(f"table of {count} files, {case}", real, *words)
    table = pq.read_table(path, columns=["filename"]).slice(0, PEER_FILES)
    filenames = table["filename"].to_pylist()
    yield peer("peer: each name parsed once", filenames, parse_once=True)
    yield peer("peer: parsed for every target", filenames[: PEER_FILES // 100], parse_once=False)


def peer(case: str, names: list[str], *, parse_once: bool) -> dict[str, object]:
    """A loop that tests tag sets of `packaging`; `parse_once` prepares the sets beforehand."""
    targets = default_matrix()
    prepared = [frozenset(supported_tags(target)) for target in targets]
    started, cpu = time.perf_counter(), time.process_time()
    fitting = 0
    for name in names:
        if not name.endswith(".whl"):
            continue
        if parse_once:
            tags: frozenset[Tag] = parse_wheel_filename(name)[3]
            fitting += sum(not tags.isdisjoint(supported) for supported in prepared)
        else:
            for target in targets:
                tags = parse_wheel_filename(name)[3]
                fitting += not tags.isdisjoint(frozenset(supported_tags(target)))
    seconds = time.perf_counter() - started
    return _row(case, seconds, time.process_time() - cpu, 0, len(names))


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        """A page with an ETag; 304 to a client that has it."""
        body = self.pages.get(self.path.strip("/").rsplit("/", 1)[-1])
        if body is None:
            self.send_error(404)
            return
        tag = f'"{len(body)}-{hash(body) & 0xFFFF:x}"'
        unchanged = self.headers.get("If-None-Match") == tag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "max-age=0")
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.send_header("Content-Length", "0" if unchanged else str(len(body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def generated_pages(count: int) -> dict[str, bytes]:
    """Pages of generated projects, as PEP 691 has them."""
    files: dict[str, list[dict[str, object]]] = {}
    for name, _, filename, time_, requires, size in rows(10**9):
        if name not in files and len(files) == count:
            break
        files.setdefault(name, []).append(
            {
                "filename": filename,
                "url": f"../../files/{filename}",
                "hashes": {"sha256": f"{random.getrandbits(256):064x}"},
                "requires-python": requires,
                "size": size,
                "upload-time": f"{time_:%Y-%m-%dT%H:%M:%S}Z" if time_ else None,
                "yanked": False,
            }
        )
    meta = {"api-version": "1.1"}
    return {
        name: json.dumps({"meta": meta, "name": name, "files": listed}).encode()
        for name, listed in files.items()
    }


@contextmanager
def served(pages: dict[str, bytes]) -> Iterator[str]:
    """An index on loopback."""
    _Pages.pages = pages
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()


def names(counts: list[int], folder: Path) -> Iterator[dict[str, object]]:
    """Lists of projects over HTTP, cold and once more with unchanged pages."""
    for count in counts:
        pages = generated_pages(count)
        listed = folder / f"names-{count}.txt"
        listed.write_text("\n".join(pages), encoding="utf-8")
        with served(pages) as url, TemporaryDirectory(dir=folder) as out:
            for case in ("cold", "unchanged"):
                words = [str(listed), "--output", f"{out}/{case}", "--index-url", url]
                words += ["--cache-dir", f"{out}/cache", "--max-requests", str(count)]
                words += ["--requests-per-second", "1000000"]
                started = time.process_time()
                row = run(f"{count} projects by HTTP, {case}", count, *words)
                row["case"] = f"{row['case']} (server: {time.process_time() - started:.0f} CPU s)"
                yield row


def fleet(count: int, folder: Path) -> Iterator[dict[str, object]]:
    """Requirement files drawn from the frozen index, on eight targets, the cache warm."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from frozen import FrozenIndex
    from replay import PUBLIC, Replay

    draw = random.Random(1)
    projects = FrozenIndex().names
    files = folder / f"fleet-{count}"
    files.mkdir(exist_ok=True)
    for number in range(count):
        lines = draw.sample(projects, draw.randint(2, 12))
        (files / f"{number:04d}.txt").write_text("\n".join(lines), encoding="utf-8")
    targets = [word for target in default_matrix()[:24:3] for word in ("--target", target.name)]
    with Replay(manner=PUBLIC) as index, TemporaryDirectory(dir=folder) as out:
        for case in ("cold", "warm"):
            words = [str(files), "--output", f"{out}/{case}", "--index-url", index.url]
            words += ["--cache-dir", f"{out}/cache", *targets]
            yield run(f"fleet of {count} files, 8 targets, {case}", count, *words)


def main() -> None:
    """Measure one kind of case and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("tables", "names", "fleet"))
    parser.add_argument("--rows", type=int, action="append", default=[])
    parser.add_argument("--projects", type=int, action="append", default=[])
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/wheelcheck-survey"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cases: dict[str, Callable[[], Iterator[dict[str, object]]]] = {
        "tables": lambda: tables(options.rows or [15_000_000], options.folder),
        "names": lambda: names(options.projects or [15_000], options.folder),
        "fleet": lambda: fleet(options.files, options.folder),
    }
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    for row in cases[options.kind]():
        writer.writerow(row)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
