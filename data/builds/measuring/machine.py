"""The machine that measures: what it is, how fast, and how busy."""

import os
import platform
import subprocess
import tempfile
from pathlib import Path

from measuring import processes

# A reference second is a CPU second of a machine that does the reference compile in this many
# (the figure of the machine of README.md in a quiet hour, rounded).
REFERENCE_NOMINAL_S = 2.4
_SOURCES = Path(__file__).resolve().parents[3] / "wheelcheck" / "costs" / "reference"
_REFERENCE = _SOURCES / "reference"
_ELSEWHERE = os.environ.get("MEASURE_REFERENCE_ROOT", "")
"""A root with compilers, for where the root of the build has only what the build needs."""
_COMPILER = ["chroot", _ELSEWHERE] if _ELSEWHERE else []


def python_version(python: Path) -> str:
    """`3.12.1` for an interpreter's path."""
    code = "import platform; print(platform.python_version())"
    return subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def describe() -> str:
    """What the figures belong to: CPU, cores, memory, system, compiler."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    gcc = subprocess.run(
        [*_COMPILER, "gcc", "-dumpfullversion"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return f"{model}; {os.cpu_count()} cores; {memory:.0f} GiB; {system}; gcc {gcc}"


def reference_seconds() -> float:
    """CPU seconds of the reference compile, now, on one core."""
    with tempfile.TemporaryDirectory(dir=f"{_ELSEWHERE}/tmp") as folder:
        script = "cd {1} && gcc -O2 -c {0}.c -o c.o && g++ -std=c++17 -O2 -c {0}.cpp -o cpp.o"
        inside = folder.removeprefix(_ELSEWHERE)
        usage = processes.run(
            [*_COMPILER, "sh", "-c", script.format(_REFERENCE, inside)],
            directory=Path(folder),
            environment={"PATH": os.environ["PATH"], "LANG": "C"},
            log=Path(folder, "log"),
            time_limit=600,
        )
    if usage.exit_status:
        raise RuntimeError("the reference compile failed")
    return usage.cpu


def busy_core_seconds() -> float:
    """CPU seconds the whole machine has spent since it started."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    ticks = [int(value) for value in fields]
    return (sum(ticks[:8]) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
