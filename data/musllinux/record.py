"""Which release of each package was the first with wheels for musl, and for Linux at all.

    python data/musllinux/record.py > data/musllinux/first.csv

Packages are those that the requirement files beside name themselves. No index is queried:
the pages are those that judging these files left in wheelcheck's cache, each with the whole history
of its project, so judge them first. Projects that never had a wheel for Linux are left out.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name

import wheelcheck
from wheelcheck.api.questions.question import Question
from wheelcheck.index.interface import Wheel

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
FILES = ("big.txt", "science.txt", "web.txt", "pinned-2021.txt", "story.txt")
COLUMNS = (
    *("package", "linux_release", "linux_day", "musl_release", "musl_day", "musl_architectures"),
    *("newest_release", "newest_comes_as", "recorded"),
)


def rows() -> Iterable[tuple[object, ...]]:
    """One row per package, in order of names. Pre-releases do not count."""
    with Question(
        requirements=[REQUIREMENTS / name for name in FILES], offline=True, cache_dir="default"
    ).open() as opened:
        names = {canonicalize_name(line.requirement.name) for line in opened.requirements.lines}
        for name in sorted(names):
            project = opened.index.project(name)
            if isinstance(project, wheelcheck.Unknown):
                sys.exit(f"{name}: {project}")
            versions = sorted(v for v in project.versions if not v.is_prerelease)
            wheels = [f for v in versions for f in project.files(v) if isinstance(f, Wheel)]
            linux = [wheel for wheel in wheels if "linux" in wheel.tag]
            musl = [wheel for wheel in linux if "musllinux" in wheel.tag]
            if linux:
                yield (name, *first(linux), *first(musl), architectures(musl), *newest(wheels))


def first(wheels: list[Wheel]) -> tuple[str, str]:
    """Release and day of the wheel that was uploaded first."""
    known = [wheel for wheel in wheels if wheel.upload_time]
    if not known:
        return "", ""
    oldest = min(known, key=lambda wheel: wheel.upload_time)
    return str(oldest.version), f"{oldest.upload_time:%Y-%m-%d}"


def architectures(wheels: list[Wheel]) -> str:
    """Those of the first release."""
    release, _ = first(wheels)
    platforms = {
        platform
        for wheel in wheels
        if str(wheel.version) == release
        for platform in wheel.tag.rpartition("-")[2].split(".")
    }
    found = {name.split("_", 3)[3] for name in platforms if name.startswith("musllinux")}
    return " ".join(sorted(found))


def newest(wheels: list[Wheel]) -> tuple[str, str, str]:
    """The newest release with a wheel, the best wheel there is of it on musl, and today."""
    release = wheels[-1].version
    tags = [wheel.tag for wheel in wheels if wheel.version == release]
    kind = "no wheel"
    if any("musllinux" in tag for tag in tags):
        kind = "musllinux wheel"
    elif any(tag.endswith("-any") for tag in tags):
        kind = "pure wheel"
    return str(release), kind, f"{datetime.now(UTC):%Y-%m-%d}"


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows())
