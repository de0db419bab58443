"""Attack the command with every kind of hostile index and input, each in a process of its own.

    python data/fuzzing/bench.py kinds  --output data/fuzzing/results/kinds.csv
    python data/fuzzing/bench.py inputs --only line --keep /tmp/outputs

For each kind: whether the report came, what became of `evil` or of the bad line, whether the
verdict of the honest neighbour changed, whether a secret is shown, CPU seconds and peak memory
above the honest run. All requests go to a server on loopback that this starts.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "hostile"), str(ROOT / "tests" / "support"), str(ROOT)]

from hostile_inputs import Input, inputs  # noqa: E402
from hostile_kinds import kinds  # noqa: E402
from hostile_server import HONEST, HostileIndex, Kind  # noqa: E402

SECRET = "S3CR3T-of-the-user"
CPU_SECONDS = 3.0
MEMORY_BYTES = 200 << 20
WALL_SECONDS = 90.0
"""A run that takes longer is ended: it waits for ever, or nearly so."""
SLOW_SECONDS = 75.0
"""The same for kinds that take time on purpose: limits on time are shortened for these runs."""
FIELDS = ("kind", "outcome", "told", "exit", "cpu", "memory", "seconds")
_REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Attack:
    """A command to run in a folder with some files."""

    name: str
    files: dict[str, bytes]
    words: tuple[str, ...]
    environ: dict[str, str]
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: exit code (None where it was stopped), its output, and what it used."""

    code: int | None
    out: bytes
    err: bytes
    cpu: float
    memory: int
    seconds: float
    cached: bytes = b""


def main() -> int:
    """Run and print a summary; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["kinds", "inputs"])
    parser.add_argument("--only", default="", help="names that begin so, or @FILE with names")
    parser.add_argument("--output", type=Path, help="CSV to write")
    parser.add_argument("--keep", type=Path, help="folder for the output of runs that failed")
    parser.add_argument("--jobs", type=int, default=4)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    every = [Kind("honest-run"), *kinds()] if args.what == "kinds" else [Kind("honest-run")]
    index = HostileIndex(every)
    server = os.fork()
    if not server:
        index.serve()
        os._exit(0)
    try:
        attacks = _attacks(args.what, index)
        attacks = [each for each in attacks if _wanted(each.name, args.only)]
        _warm()
        measured = _measured(attacks, _honest(args.what, index), args.jobs, args.keep)
        rows = list(_written(measured, args.output or Path(os.devnull)))
    finally:
        os.kill(server, signal.SIGKILL)
    return _summary(rows)


def _written(rows: Iterator[dict[str, object]], output: Path) -> Iterator[dict[str, object]]:
    """Write the rows while they come: such a run takes long."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            file.flush()
            yield row


def _wanted(name: str, only: str) -> bool:
    if only.startswith("@"):
        return name in Path(only[1:]).read_text().splitlines()
    return name.startswith(only)


def _attacks(what: str, index: HostileIndex) -> Iterator[Attack]:
    if what == "kinds":
        named = (kind for kind in index.kinds.values() if kind.name != "honest-run")
        yield from (_of_kind(kind, index) for kind in named)
    else:
        yield from (_of_input(each, index) for each in inputs())


def _of_kind(kind: Kind, index: HostileIndex) -> Attack:
    url = index.url(kind.name, f"who:{SECRET}")
    words = ("-p", "evil", "-p", "honest", "--index-url", url, "--target", "python:3.12-slim")
    return Attack(kind.name, {}, words, {}, kind.slow)


def _of_input(each: Input, index: HostileIndex) -> Attack:
    base = index.url("honest-run", f"who:{SECRET}").removesuffix("/simple/")
    files = {name: data.replace(b"{base}", base.encode()) for name, data in each.files.items()}
    docker = "Dockerfile" in files
    words = each.words if docker else (*each.words, "--index-url", f"{base}/simple/")
    return Attack(each.name, files, words, dict(each.environ))


def _honest(what: str, index: HostileIndex) -> Attack:
    if what == "kinds":
        return _of_kind(index.kinds["honest-run"], index)
    url = index.url("honest-run", f"who:{SECRET}")
    words = ("requirements.txt", "--index-url", url, "--target", "python:3.12-slim")
    return Attack("honest-run", {"requirements.txt": b"honest\n"}, words, {})


def _warm() -> None:
    """Import in this process what a run imports, so that forks start at once."""
    import wheelcheck.advice.adviser
    import wheelcheck.api.check_dockerfile
    import wheelcheck.cli.commands.check_command
    import wheelcheck.index.client
    import wheelcheck.index.network.connections  # noqa: F401


def _measured(
    attacks: Sequence[Attack], honest: Attack, jobs: int, keep: Path | None
) -> Iterator[dict[str, object]]:
    usual = min((_run_alone(honest) for _ in range(3)), key=lambda ended: ended.cpu)
    expected = _verdicts(usual)
    if not expected:
        raise SystemExit(usual.err.decode())
    fast = [attack for attack in attacks if not attack.slow]
    slow = [attack for attack in attacks if attack.slow]
    for group, at_once in ((fast, jobs), (slow, 25)):
        for attack, ended in _runs(group, at_once):
            row = _judged(attack, ended, usual, expected)
            if keep and row["outcome"] not in {"survived", "unknown", "refused"}:
                keep.mkdir(parents=True, exist_ok=True)
                name = attack.name.replace("/", "_")[:100]
                (keep / f"{name}.txt").write_bytes(ended.err + b"\n----\n" + ended.out[:20_000])
            yield row


def _run_alone(attack: Attack) -> Ended:
    return next(ended for _, ended in _runs([attack], 1))


def _runs(attacks: Sequence[Attack], at_once: int) -> Iterator[tuple[Attack, Ended]]:
    waiting = list(reversed(attacks))
    running: dict[int, tuple[Attack, Path, float]] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            attack = waiting.pop()
            folder = Path(tempfile.mkdtemp(prefix="hostile-"))
            pid = os.fork()
            if not pid:
                _child(attack, folder)
            running[pid] = (attack, folder, time.monotonic())
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if pid in running:
            attack, folder, started = running.pop(pid)
            seconds = time.monotonic() - started
            ended = Ended(
                os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                _read(folder / "stdout"),
                _read(folder / "stderr"),
                usage.ru_utime + usage.ru_stime,
                usage.ru_maxrss << 10,
                seconds,
                b"".join(_read(path) for path in (folder / "cache").rglob("*") if path.is_file()),
            )
            shutil.rmtree(folder, ignore_errors=True)
            yield attack, ended
            continue
        for pid, (attack, _, started) in running.items():
            longest = SLOW_SECONDS if attack.slow else WALL_SECONDS
            if time.monotonic() - started > longest:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _child(attack: Attack, folder: Path) -> None:
    """Run the command in a folder of its own, and end this process."""
    code = 70
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        work = folder / "work"
        work.mkdir()
        os.chdir(work)
        for name, data in attack.files.items():
            Path(name).write_bytes(data)
        os.mkfifo("PIPE.txt")
        for variable in [name for name in os.environ if "proxy" in name.lower()]:
            del os.environ[variable]
        os.environ |= {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
        os.environ |= attack.environ
        for number, name in ((1, "stdout"), (2, "stderr")):
            file = os.open(folder / name, os.O_WRONLY | os.O_CREAT)
            os.dup2(file, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        _limits()
        from wheelcheck.cli import main as command

        code = command([*attack.words, "--format", "json"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _limits() -> None:
    """Shorten the limits on time, which would else be waited for."""
    try:
        from wheelcheck.index.network import deadlines
    except ImportError:
        return
    deadlines.PAGE_SECONDS = 12.0
    deadlines.ARCHIVE_SECONDS = 16.0


def _verdicts(ended: Ended) -> dict[str, object]:
    """The cells of the honest neighbours, on each target."""
    try:
        report = json.loads(ended.out)
    except ValueError:
        return {}
    return {
        package["name"]: {on: {**cell, "requested_by": []} for on, cell in package["on"].items()}
        for package in report["packages"]
        if package["name"] in HONEST
    }


def _judged(
    attack: Attack, ended: Ended, usual: Ended, expected: dict[str, object]
) -> dict[str, object]:
    cpu, memory = ended.cpu - usual.cpu, ended.memory - usual.memory
    message = ""
    if ended.code is None:
        outcome = "over a limit"
    elif b"Traceback" in ended.err or b"defect" in ended.err or ended.code == 70:
        outcome = "traceback"
        message = ended.err.decode("utf-8", "replace").strip()[-150:]
    elif SECRET.encode() in ended.out + ended.err + ended.cached:
        outcome = "secret shown"
    elif cpu > CPU_SECONDS or memory > MEMORY_BYTES:
        outcome = "over a limit"
    else:
        outcome, message = _outcome(attack, ended, expected)
    return {
        "kind": attack.name,
        "outcome": outcome,
        "told": message,
        "exit": ended.code,
        "cpu": f"{cpu:.2f}",
        "memory": f"{memory / 1e6:.0f}",
        "seconds": f"{ended.seconds:.1f}",
    }


def _outcome(attack: Attack, ended: Ended, expected: dict[str, object]) -> tuple[str, str]:
    found = _verdicts(ended)
    if not ended.out:
        message = ended.err.decode("utf-8", "replace").strip()[:150]
        return ("refused" if ended.code == 2 else "report lost"), message
    if "Dockerfile" in attack.files:
        unchanged = all(
            any(_bare(cell) == _bare(other) for cell in on.values())
            for name, cells in expected.items()
            for other in cells.values()
            for on in [found.get(name, {})]
        )
    else:
        unchanged = found == expected
    if not unchanged:
        return "neighbour changed", ""
    report = json.loads(ended.out)
    codes = sorted({p["code"] for p in report["problems"] if p["severity"] == "error"})
    return ("unknown" if codes else "survived"), " ".join(codes)


def _bare(cell: dict[str, object]) -> object:
    return cell["verdict"], cell["version"], cell["file"]


def _summary(rows: Sequence[dict[str, object]]) -> int:
    counts = Counter(str(row["outcome"]) for row in rows)
    print(", ".join(f"{name} {number}" for name, number in counts.most_common()), "of", len(rows))
    print("most CPU", max(float(str(row["cpu"])) for row in rows), "s above the honest run")
    print("most memory", max(float(str(row["memory"])) for row in rows), "MB above it")
    return int(bool(set(counts) - {"survived", "unknown", "refused"}))


if __name__ == "__main__":
    sys.exit(main())
