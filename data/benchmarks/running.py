"""Commands, run one by one and measured: wall time and peak memory of the whole process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = ["HERE", "ROOT", "Run", "Spread", "environment", "measured", "replaying", "spread"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds on the wall clock and of CPU time, peak memory in MB (10^6)."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    code: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of some measurements."""

    median: float
    least: float
    greatest: float
    count: int

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.least:.3g}–{self.greatest:.3g})"


def spread(values: Iterable[float]) -> Spread:
    """Sum up measurements; at least one is needed."""
    found = sorted(values)
    return Spread(median(found), found[0], found[-1], len(found))


def environment(**extra: str) -> dict[str, str]:
    """The caller's environment without the settings that installers would pick up from it."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "UV_", "PYTHON")) and name != "VIRTUAL_ENV"
    }
    return inherited | {"PIP_CONFIG_FILE": os.devnull, "UV_PYTHON_DOWNLOADS": "never"} | extra


def measured(
    command: Sequence[str], env: Mapping[str, str] | None = None, *, usage_error: int | None = 2
) -> Run:
    """Run a command to its end. Peak memory is that of its largest process.

    Raises OSError where it is killed or ends with the code `usage_error`: that measures nothing.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(command),
            env=environment() if env is None else dict(env),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if code < 0 or code == usage_error:  # other codes are answers: "cannot be had", say
            errors.seek(0)
            message = errors.read().decode(errors="replace")[-800:]
            raise OSError(f"{command[0]} ended with {code}: {message}")
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in KiB on Linux
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6, code)


@contextmanager
def replaying(manner: str, latency: float, *options: str) -> Iterator[str]:
    """Run the replay server as a process of its own, all pages rendered; yields the index URL."""
    script = [sys.executable, str(ROOT / "tests" / "support" / "replay.py")]
    script += [
        "--manner",
        manner,
        "--port",
        "0",
        "--latency",
        str(latency),
        "--sdists",
        "resolvable",
        "--warm",
        *options,
    ]
    with served(script) as url:
        yield url


@contextmanager
def served(command: Sequence[str]) -> Iterator[str]:
    """Run a server that prints its URL once it is ready."""
    with subprocess.Popen(list(command), stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
