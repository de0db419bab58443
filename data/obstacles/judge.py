"""Hold forecasts against real builds: failures that are reported, false alarms, silence.

    python data/obstacles/judge.py BUILDS.csv --cache FOLDER [--write results.csv]

BUILDS.csv has a row for each real build (name, version, python, outcome, reason, detail), made with
`data/builds/judge.py` in a Debian 13 root with a network for the index alone; the halves are
those of `data/builds/unseen.csv`. Every build is forecast for a Debian 13 image with that Python,
as pip makes it today. "fatal": reported to fail; "warning": a warning is given; "network": it may
download what no index has, and nothing else is reported; "silent".
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.outlook import Forecaster
from wheelcheck.builds.plan import InstallerKind, Planner
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.requirements.requirement_set import FilePolicy, IndexOptions
from wheelcheck.targets import parse_target_on

COLUMNS = ["name", "version", "python", "outcome", "reason", "detail", "forecast", "obstacles"]


def main() -> int:
    """Print the table, and write it if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("builds", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--quiet", action="store_true", help="the sums alone")
    given = parser.parse_args()
    with given.builds.open(newline="", encoding="utf-8") as file:
        builds = list(csv.DictReader(file))
    with open_index(IndexOptions(), cache_dir=given.cache) as index:
        rows = [judged(build, index) for build in builds]
    for row in rows:
        if not given.quiet:
            print(f"{row['outcome']:8} {row['forecast']:8} {row['name']} {row['version']}", end="")
            print(f" on {row['python']}: {row['detail'][:110]}\n    {row['obstacles'][:400]}")
    for (outcome, forecast), number in sorted(Counter(map(kind, rows)).items()):
        print(f"{outcome} {forecast}: {number}")
    if given.write:
        with given.write.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
    return 0


def kind(row: dict[str, str]) -> tuple[str, str]:
    """What happened, and what was forecast."""
    return row["outcome"], row["forecast"]


def judged(build: dict[str, str], index: Index) -> dict[str, str]:
    """One build with its forecast."""
    try:
        obstacles = list(forecast(build, index))
    except Exception as error:  # noqa: BLE001 (the table has it)
        obstacles = [BuildObstacle("error", repr(error), "")]
        print(f"{build['name']}: {error!r}", file=sys.stderr)
    shown = sorted(obstacles, key=lambda obstacle: (not obstacle.fatal, obstacle.needs_network))
    row = {column: build.get(column, "")[:200] for column in COLUMNS}
    row["python"] = ".".join(build["python"].split(".")[:2])
    row["forecast"] = level(shown[0]) if shown else "silent"
    row["obstacles"] = " | ".join(
        f"{obstacle.code}{'!' if obstacle.fatal else ''}: {obstacle.message}" for obstacle in shown
    )
    return row


def level(obstacle: BuildObstacle) -> str:
    """How strong it is."""
    if obstacle.fatal:
        return "fatal"
    return "network" if obstacle.needs_network else "warning"


def forecast(build: dict[str, str], index: Index) -> Iterator[BuildObstacle]:
    """The obstacles of the build itself and of what it builds first."""
    now = datetime.now(UTC)
    python = ".".join(build["python"].split(".")[:2])
    target = parse_target_on(f"python:{python}-slim-trixie", as_of=now.date())
    project = index.project(canonicalize_name(build["name"]))
    if isinstance(project, Unknown):
        raise LookupError(project.reason)  # noqa: TRY004 (the index answers, and has none)
    wanted = Version(build["version"])
    sdist = next(file for file in project.files(wanted) if isinstance(file, Sdist))
    reader = SdistReader(index)
    plan = Planner(index, FilePolicy(), reader.read).plan(target, [sdist], InstallerKind.PIP)
    for outlook in Forecaster(index).of_plan(plan, now):
        if outlook.build.top_level:
            yield from outlook.obstacles


if __name__ == "__main__":
    raise SystemExit(main())
