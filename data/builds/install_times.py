"""Measures what pip and uv take to install wheels that are already there.

    python install_times.py --python PATH [--python PATH …] --uv PATH

For every set of install_sets.csv: the wheels are downloaded once, then installed from the local
folder into a fresh virtual environment without resolving; CPU and wall seconds of the process tree,
compressed and unpacked bytes go to install_times.csv, one row an installer. Times also come in
reference seconds (README.md). No package code runs: wheels only.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from measuring import machine, processes

_HERE = Path(__file__).resolve().parent
_COLUMNS = (
    *("set", "python", "installer", "wheels", "bytes", "unpacked_bytes"),
    *("cpu_s", "wall_s", "cpu_ref_s", "others_cores"),
)


def _measure(python: Path, uv: Path, name: str, requirements: list[str]) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory(prefix="install-") as folder:
        room = Path(folder)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
            "UV_CACHE_DIR": f"{folder}/cache",
        }
        subprocess.run(
            [python, "-m", "pip", "download", "-q", "--only-binary", ":all:", *requirements],
            cwd=room, env=environment, check=True,
        )  # fmt: skip
        wheels = sorted(room.glob("*.whl"))
        unpacked = sum(m.file_size for wheel in wheels for m in zipfile.ZipFile(wheel).infolist())
        target = room / "environment" / "bin" / "python"
        commands = {
            "pip": [target, "-m", "pip", "install", "-q", "--no-index", "--no-deps", *wheels],
            "uv": [
                uv,
                "pip",
                "install",
                "-q",
                "--offline",
                "--no-deps",
                "--python",
                target,
                *wheels,
            ],
        }
        rows = []
        for installer, command in commands.items():
            subprocess.run([python, "-m", "venv", "--clear", target.parent.parent], check=True)
            before = machine.reference_seconds()
            busy = machine.busy_core_seconds()
            usage = processes.run(
                [str(part) for part in command],
                directory=room, environment=environment, log=room / "log", time_limit=600,
            )  # fmt: skip
            busy = machine.busy_core_seconds() - busy
            if usage.exit_status:
                raise RuntimeError((room / "log").read_text()[-2000:])
            speed = machine.REFERENCE_NOMINAL_S / before
            sizes = [len(wheels), sum(wheel.stat().st_size for wheel in wheels), unpacked]
            times = [usage.cpu, usage.wall, usage.cpu * speed, (busy - usage.cpu) / usage.wall]
            values = [name, machine.python_version(python), installer, *sizes]
            rows.append(dict(zip(_COLUMNS, [*values, *(round(t, 2) for t in times)], strict=True)))
        return rows


def main() -> int:
    """Measure all sets on all interpreters."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", type=Path, action="append", required=True)
    parser.add_argument("--uv", type=Path, required=True)
    arguments = parser.parse_args()
    with (_HERE / "install_sets.csv").open(newline="", encoding="utf-8") as file:
        sets = list(csv.DictReader(file))
    with (_HERE / "install_times.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        out.writeheader()
        for python in arguments.python:
            for row in sets:
                if row["python"] == machine.python_version(python).rpartition(".")[0]:
                    requirements = row["requirements"].split()
                    out.writerows(_measure(python, arguments.uv, row["set"], requirements))
                    file.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
