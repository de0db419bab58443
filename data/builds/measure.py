"""Measures what building releases from source costs on this machine.

    python measure.py queue --python PATH [--python PATH …] [--until HH:MM]
    python measure.py build NAME[==VERSION] --python PATH [--constraints FILE] [--cores N]
        [--held-out] [--tables FOLDER]
    python measure.py reference

`queue` builds what packages.csv lists and measurements.csv lacks, in order, one at a time; it reads
the list again after every build. `build` does one. Both append to measurements.csv (a row a build,
failures with their reason) and translation_units.csv.gz (a row a compiler call). `reference`
times the reference compile. README.md explains columns, phases and caveats.

**Package code runs here**, and nowhere else in this project: each build in a throw-away directory
with a virtual environment and a HOME of its own, as its caller. Needs `packaging`, gcc and g++.
"""

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measuring import building, columns, machine, table

_HERE = Path(__file__).resolve().parent
_MEASUREMENTS = "measurements.csv"
_CALLS = "translation_units.csv.gz"


@dataclass(slots=True)
class Recorder:
    """Measures builds and appends them to the tables in `folder`."""

    folder: Path
    reference: float | None = None  # CPU seconds of the reference compile, if taken just now

    def record(
        self, request: building.Request, settings: building.Settings, *, keep_timeout: bool = True
    ) -> bool:
        """Measure one build; whether it succeeded.

        A build stopped by the time limit is a row only when `keep_timeout`.
        """
        start = time.monotonic()
        before = self.reference or machine.reference_seconds()
        row, calls = building.measure(request, settings, before)
        self.reference = row["reference_after_s"]
        succeeded = bool(row["outcome"] == "success")
        if keep_timeout or row.get("reason") != "timeout":
            if succeeded:
                table.append_calls(self.folder / _CALLS, columns.of_compiles(row, calls))
            table.append_build(self.folder / _MEASUREMENTS, row)
        ending = f"{row['build_cpu_s']} s CPU" if succeeded else f"{row['reason']}: {row['detail']}"
        taken = time.monotonic() - start
        print(f"{row['name']} {row['version']}: {ending} ({taken:.0f} s)", flush=True)
        return succeeded


def _listed(path: Path, pythons: dict[str, Path]) -> Iterator[building.Request]:
    """The builds of a packages.csv for which there is an interpreter."""
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["python"] in pythons:
                yield building.Request(
                    row["name"],
                    row["version"],
                    pythons[row["python"]],
                    row["constraints"],
                    int(row["cores"]) if row["cores"] else None,
                )


def _next(arguments: argparse.Namespace, pythons: dict[str, Path]) -> building.Request | None:
    done = table.measured(arguments.tables / _MEASUREMENTS)
    listed = _listed(arguments.packages, pythons)
    return next((request for request in listed if request.key() not in done), None)


def _queue(arguments: argparse.Namespace) -> int:
    pythons = {machine.python_version(path).rpartition(".")[0]: path for path in arguments.python}
    end = _clock_time(arguments.until) if arguments.until else datetime.max.replace(tzinfo=UTC)
    recorder = Recorder(arguments.tables)
    while request := _next(arguments, pythons):
        left = (end - datetime.now(UTC)).total_seconds()
        if left < 0:
            break
        limit = min(left, arguments.time_limit * 60)
        settings = building.Settings(arguments.index, limit, arguments.logs)
        # What the queue's end cuts short is no finding about the build.
        recorder.record(request, settings, keep_timeout=limit < left)
    return 0


def _clock_time(text: str) -> datetime:
    hour, minute = map(int, text.split(":"))
    now = datetime.now(UTC)
    end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


def _build(arguments: argparse.Namespace) -> int:
    name, _, version = arguments.release.partition("==")
    request = building.Request(
        name, version, arguments.python[0], arguments.constraints, arguments.cores
    )
    settings = building.Settings(
        arguments.index, arguments.time_limit * 60, arguments.logs, held_out=arguments.held_out
    )
    return 0 if Recorder(arguments.tables).record(request, settings) else 1


def _reference(_arguments: argparse.Namespace) -> int:
    print(f"{machine.describe()}: {machine.reference_seconds():.2f} s CPU")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--python", type=Path, action="append", required=True, help="interpreter to build with"
    )
    common.add_argument("--index", default="https://pypi.org/simple/", help="Simple API (JSON)")
    common.add_argument("--time-limit", type=float, default=40, metavar="MINUTES", help="per build")
    common.add_argument(
        "--tables", type=Path, default=_HERE, metavar="FOLDER", help="where the tables are"
    )
    common.add_argument("--logs", type=Path, help="keep the logs of failed builds in this folder")
    queue = commands.add_parser(
        "queue", parents=[common], help="build what the list has and the table lacks"
    )
    queue.add_argument("--packages", type=Path, default=_HERE / "packages.csv")
    queue.add_argument(
        "--until", metavar="HH:MM", help="UTC; what runs then is stopped and not recorded"
    )
    queue.set_defaults(run=_queue)
    build = commands.add_parser("build", parents=[common], help="build one release")
    build.add_argument("release", metavar="NAME[==VERSION]")
    build.add_argument("--constraints", default="", metavar="FILE", help="a file of constraints/")
    build.add_argument("--cores", type=int, help="confine the build to so many cores")
    build.add_argument("--held-out", action="store_true", help="build held-out names too")
    build.set_defaults(run=_build)
    reference = commands.add_parser("reference", help="time the reference compile")
    reference.set_defaults(run=_reference)
    return parser


def main() -> int:
    """Run one command; its exit status."""
    arguments = _parser().parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
