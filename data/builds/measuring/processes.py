"""Runs one command and measures its whole process tree.

The command runs below a supervisor process of its own, which adopts orphans
(`PR_SET_CHILD_SUBREAPER`): so the CPU time of every descendant ends up in the supervisor's
`RUSAGE_CHILDREN`, and nothing survives a time limit. `python processes.py` is that supervisor;
`run` is how others call it.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_SAMPLES_PER_SECOND = 5
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process tree used. Times in seconds, memory in bytes."""

    exit_status: int
    timed_out: bool
    cpu: float
    wall: float
    peak_tree: int  # sum of the proportional set sizes, sampled 5 times a second
    peak_process: int  # ru_maxrss of the largest process, exact
    peak_processes: int  # most processes alive in one sample

    def __add__(self, later: "Usage") -> "Usage":
        """Both commands' times together, and the higher of their peaks."""
        return Usage(
            later.exit_status,
            later.timed_out,
            self.cpu + later.cpu,
            self.wall + later.wall,
            max(self.peak_tree, later.peak_tree),
            max(self.peak_process, later.peak_process),
            max(self.peak_processes, later.peak_processes),
        )


NOTHING = Usage(
    0, timed_out=False, cpu=0.0, wall=0.0, peak_tree=0, peak_process=0, peak_processes=0
)


class _Sampler(threading.Thread):
    """Keeps the highest memory sum of the supervisor's descendants."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.peak_tree = 0
        self.peak_processes = 0

    def run(self) -> None:
        while not self.stop.wait(1 / _SAMPLES_PER_SECOND):
            alive = descendants(os.getpid())
            self.peak_tree = max(self.peak_tree, sum(map(_proportional_set_size, alive)))
            self.peak_processes = max(self.peak_processes, len(alive))


def descendants(root: int) -> list[int]:
    """The ids of all processes below `root`, from one pass over /proc."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (folder / "stat").read_text(errors="replace")
                parent = int(stat.rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def _proportional_set_size(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # it ended meanwhile
    return 0


def run(
    command: list[str],
    *,
    directory: Path,
    environment: dict[str, str],
    log: Path,
    time_limit: float,
    cores: int | None = None,
) -> Usage:
    """Run `command` with its output appended to `log`; kill the tree after `time_limit` seconds.

    `cores` confines the tree to that many of this machine's cores.
    """
    order = {
        "command": command,
        "directory": str(directory),
        "environment": environment,
        "log": str(log),
        "time_limit": time_limit,
        "cores": cores,
    }
    answer = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Usage(**json.loads(answer.stdout))


def _reap(main: int, deadline: float) -> tuple[int, bool]:
    """Wait for every descendant; the exit status of `main`, and whether time ran out."""
    status, timed_out = 0, False
    while True:
        try:
            process, result = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status, timed_out
        if process == main:
            status = os.waitstatus_to_exitcode(result)
            deadline = min(deadline, time.monotonic() + 10)  # daemons left behind get no longer
        elif process == 0:
            if time.monotonic() > deadline:
                timed_out = timed_out or Path(f"/proc/{main}").exists()
                for straggler in descendants(os.getpid()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(straggler, signal.SIGKILL)
            time.sleep(0.02)


def _supervise(order: dict[str, Any]) -> Usage:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if order["cores"]:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: order["cores"]])
    sampler = _Sampler()
    sampler.start()
    start = time.monotonic()
    with Path(order["log"]).open("ab") as log:
        main = subprocess.Popen(
            order["command"],
            cwd=order["directory"],
            env=order["environment"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    status, timed_out = _reap(main.pid, start + order["time_limit"])
    wall = time.monotonic() - start
    sampler.stop.set()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Usage(
        exit_status=status,
        timed_out=timed_out,
        cpu=used.ru_utime + used.ru_stime,
        wall=wall,
        peak_tree=sampler.peak_tree,
        peak_process=used.ru_maxrss * 1024,
        peak_processes=sampler.peak_processes,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(_supervise(json.load(sys.stdin)))))
