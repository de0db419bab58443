"""Which releases of real projects lost wheels, as wheelcheck says, and packaging.

    python data/lost/histories.py

Every project of the frozen index (`data/index/`), every final release that has another before it
there, on the CPythons supported on the day of the release and on `PLATFORMS`, judged three days
after the release, when all of it is there. Writes `lost.csv`: a row for each project and release,
with what was lost. `packaging` is the judge: on how many of these targets the tags of
`packaging.tags` fit a wheel of the release before and none of the release.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT)]

from frozen import FrozenIndex  # noqa: E402 (the folder above must be known first)
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms  # noqa: E402
from packaging.utils import NormalizedName, parse_wheel_filename  # noqa: E402
from packaging.version import Version  # noqa: E402

from wheelcheck.coverage.lost_wheels import lost_wheel  # noqa: E402
from wheelcheck.coverage.wheel_loss import WheelLoss  # noqa: E402
from wheelcheck.errors import UsageError  # noqa: E402
from wheelcheck.index.pages.index_page import FilesOfProject, Row, make_page  # noqa: E402
from wheelcheck.resolution import FileRules, Pin, Standing  # noqa: E402
from wheelcheck.targets import (  # noqa: E402
    Target,
    expand_platforms_on,
    supported_pythons,
)
from wheelcheck.targets.platforms import LEGACY_MANYLINUX, Libc, System  # noqa: E402

TABLE = HERE / "lost.csv"
COLUMNS = ("project", "release", "before", "day", "targets", "example", "packaging")
PLATFORMS = (
    "glibc-x86_64",
    "glibc-aarch64",
    "musl-x86_64",
    "musl-aarch64",
    "windows",
    "windows-arm64",
    "macos",
    "macos-x86_64",
)


def page_of(index: FrozenIndex, name: str) -> FilesOfProject:
    """A project of the frozen index as the product sees it."""
    project = index.project(name)
    assert project is not None
    rows = [
        Row(
            file["filename"],
            f"https://files.index.example/{file['filename']}",
            upload_time=file.get("upload-time"),
            requires_python=file.get("requires-python"),
            yanked=(file["yanked"] if isinstance(file.get("yanked"), str) else "")
            if file.get("yanked")
            else None,
        )
        for _, file in project.listed()
    ]
    return FilesOfProject([make_page(NormalizedName(name), "frozen", rows)])


def targets_on(day: date, known: dict[date, tuple[Target, ...]]) -> tuple[Target, ...]:
    """All targets of a day; pages of a month share them."""
    month = day.replace(day=1)
    if month not in known:
        pythons = ["{}.{}".format(*python) for python in supported_pythons(month)]
        known[month] = tuple(_there(month, pythons))
    return known[month]


def _there(day: date, pythons: list[str]) -> Iterator[Target]:
    """The platforms that existed for these Pythons."""
    for platform in PLATFORMS:
        with suppress(UsageError):
            yield from expand_platforms_on([platform], as_of=day, pythons=pythons)


def events(index: FrozenIndex) -> Iterator[dict[str, str]]:
    """A row for each release that lost wheels."""
    known: dict[date, tuple[Target, ...]] = {}
    for name in index.names:
        page = page_of(index, name)
        for version in page.versions:
            yield from _of_release(page, version, known)


def _of_release(
    page: FilesOfProject, version: Version, known: dict[date, tuple[Target, ...]]
) -> Iterator[dict[str, str]]:
    times = [file.upload_time for file in page.files(version) if file.upload_time]
    if version.is_prerelease or not times:
        return
    moment = min(times) + timedelta(days=3)
    found = []
    for target in targets_on(moment.date(), known):
        pin = Pin(page.name, version, None, Standing.UNAVAILABLE)
        lost = lost_wheel(pin, page, target, FileRules(), moment)
        if lost is not None:
            found.append((target, lost))
    if found:
        yield {
            "project": page.name,
            "release": str(version),
            "before": str(found[0][1].before),
            "day": min(times).date().isoformat(),
            "targets": f"{len(found)}: {' '.join(target.name for target, _ in found[:6])}",
            "example": found[0][1].reason,
            "packaging": str(sum(_agrees(page, target, lost) for target, lost in found)),
        }


def _agrees(page: FilesOfProject, target: Target, lost: WheelLoss) -> bool:
    """Whether packaging's tags fit a wheel of the release before, and none of the release."""
    tags = set(_tags(target))

    def fits(version: Version | None) -> bool:
        names = (file.filename for file in page.files(version) if version)
        wheels = (name for name in names if name.endswith(".whl"))
        return any(tags & parse_wheel_filename(name)[3] for name in wheels)

    return lost.before is not None and fits(lost.before) and not fits(lost.release)


def _tags(target: Target) -> Iterator[Tag]:
    """All tags that an interpreter there accepts, by packaging."""
    platforms = list(_platforms(target))
    yield from cpython_tags(target.python, platforms=platforms)
    yield from compatible_tags(target.python, f"cp{target.python[0]}{target.python[1]}", platforms)


def _platforms(target: Target) -> Iterator[str]:
    platform, arch = target.platform, target.arch.value
    match platform.system:
        case System.MACOS:
            major, minor = (int(part) for part in str(platform.version).split("."))
            yield from mac_platforms((major, minor), arch)
        case System.LINUX if target.libc is Libc.GLIBC and target.libc_version:
            for minor in range(target.libc_version[1], 4, -1):
                yield f"manylinux_2_{minor}_{arch}"
            yield from (f"{legacy}_{arch}" for legacy in LEGACY_MANYLINUX.values())
        case System.LINUX if target.libc_version:
            for minor in range(target.libc_version[1], -1, -1):
                yield f"musllinux_1_{minor}_{arch}"
        case _:
            yield platform.tag


def main() -> None:
    """Write the table."""
    rows = list(events(FrozenIndex()))
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
