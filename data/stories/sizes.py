"""Compute the image sizes of the published stories and set them beside the published figures.

    python sizes.py CACHE

`published.csv` has the figures with their sources and what each image holds: the day, the target,
the base image's size where the catalogue does not have that of the day, the system packages, and
the options of `ImageOptions`. Nothing is fitted to the published sizes. Asks the default index for
the stories' packages as of their days, and keeps what it reads in the folder CACHE. Writes
`sizes.csv`, one row for each story and part, and prints the totals.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from packaging.requirements import Requirement

from wheelcheck.builds.plan import Build, InstallerKind, Planner
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.costs.image import ImageBreakdown, ImageContents, ImageOptions, image_size
from wheelcheck.costs.image_parts.built_sizes import BuiltFiles, built_files, compresses
from wheelcheck.costs.image_parts.installed_files import InstalledFiles, installed_files
from wheelcheck.costs.prediction import predict
from wheelcheck.costs.quantity import Quantity
from wheelcheck.costs.workload.features import BuildFeatures, read_features
from wheelcheck.distributions.distribution import distribution_of
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import ArchiveListing, Index, Sdist, Wheel
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    IndexOptions,
    Origin,
    RequirementLine,
    Requirements,
)
from wheelcheck.resolution import Pin, Resolver
from wheelcheck.targets import Target, best_wheel, parse_target_on

HERE = Path(__file__).parent
MB = 1_000_000


def requirements(folder: Path, day: date) -> Requirements:
    """A story's requirements, as of its day."""
    lines = [
        RequirementLine(Requirement(text), Origin("requirements.txt"), text)
        for text in (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if text and not text.startswith("#")
    ]
    policy = FilePolicy(exclude_newer=datetime.combine(day, time(), UTC))
    return Requirements(tuple(lines), policy=policy)


def contents(
    row: dict[str, str], pins: list[Pin], index: Index, target: Target, policy: FilePolicy
) -> ImageContents:
    """What the story's image holds."""
    wheels = [pin.file for pin in pins if isinstance(pin.file, Wheel)]
    sdists = [pin.file for pin in pins if isinstance(pin.file, Sdist)]
    planner = Planner(index, policy, SdistReader(index).read)
    plan = planner.plan(target, sdists, InstallerKind.PIP_NO_CACHE)
    return ImageContents(
        wheels=[(wheel, unpacked(index.listing(wheel))) for wheel in wheels],
        built=[from_source(build, index, target) for build in plan.builds if build.top_level],
        build_packages=row["build_packages"].split(),
        run_packages=row["run_packages"].split(),
    )


def unpacked(listing: ArchiveListing | Unknown) -> InstalledFiles | Unknown:
    """What a wheel leaves on disk."""
    return listing if isinstance(listing, Unknown) else installed_files(listing)


def from_source(build: Build, index: Index, target: Target) -> BuiltFiles | Unknown:
    """One package as it is built, with the manylinux wheel of its release as a witness."""
    wheel = manylinux(build, index, target)
    facts, contents = build.reading.facts, build.reading.contents
    features: BuildFeatures | Unknown
    if isinstance(facts, Unknown):
        features = facts
    elif isinstance(contents, Unknown):
        features = contents
    else:
        features = read_features(facts, contents, wheel)
    cost = predict(build.name, build.version, python=target.python, features=features)
    found = built_files(cost, wheel, compressed=compresses(build.environment.pins))
    if isinstance(found, BuiltFiles):
        print(f"  {build.label}: {show(found.files)}, {found.files.source}")
        print(f"    as a wheel {show(found.archive)}")
    return found


def manylinux(build: Build, index: Index, target: Target) -> ArchiveListing | None:
    """The listing of the wheel that the same Python on glibc would take."""
    project = index.project(build.name)
    if isinstance(project, Unknown):
        return None
    glibc = parse_target_on(
        "cp{}{}-manylinux_2_31_x86_64".format(*target.python), as_of=date(2023, 1, 1)
    )
    files = {f.filename: f for f in project.files(build.version) if isinstance(f, Wheel)}
    best = best_wheel(files, glibc)
    listing = index.listing(files[best]) if best else None
    return listing if isinstance(listing, ArchiveListing) else None


def estimated(row: dict[str, str], index: Index) -> ImageBreakdown:
    """The size of one story's image."""
    day = date.fromisoformat(row["day"])
    target = parse_target_on(row["target"], as_of=day)
    requirements_read = requirements(HERE / row["story"], day)
    resolution = Resolver(requirements_read, index).resolve(target)
    base = None
    if row["base_mb"]:
        base = Quantity.within(float(row["base_mb"]) * MB, 1.03, "measured", row["base_source"])
    options = ImageOptions(wheels_layer="wheels_layer" in row["options"])
    made_of = contents(row, list(resolution.pins.values()), index, target, requirements_read.policy)
    return image_size(target, made_of, distribution_of(target), options, base=base)


def show(size: Quantity | Unknown) -> str:
    """Megabytes with their interval."""
    if isinstance(size, Unknown):
        return str(size)
    return f"{size.value / MB:.0f} MB ({size.low / MB:.0f}–{size.high / MB:.0f})"


def compared(row: dict[str, str], found: ImageBreakdown) -> Iterator[dict[str, object]]:
    """The rows of one story: each part of the image, then the sum beside the published figure."""
    single = row["stages"] == "single"
    for part in found.parts:
        if (part.single_stage if single else part.multi_stage) and isinstance(part.size, Quantity):
            yield line(row, part.name, part.size)
    size = found.single_stage if single else found.multi_stage
    print(f"{row['story']} {row['target']}: {show(size)}, published {row['published_mb']} MB")
    if isinstance(size, Quantity):
        published = float(row["published_mb"])
        error = size.value / MB / published - 1
        yield {**line(row, "all", size), "published_mb": published, "error": f"{error:+.3f}"}


def line(row: dict[str, str], part: str, size: Quantity) -> dict[str, object]:
    """One row of `sizes.csv`."""
    numbers = {"mb": size.value, "low_mb": size.low, "high_mb": size.high}
    return {
        "story": row["story"],
        "target": row["target"],
        "part": part,
        **{name: f"{value / MB:.1f}" for name, value in numbers.items()},
        "basis": size.basis,
        "source": size.source,
    }


def main() -> None:
    """Compute and write every story."""
    with (HERE / "published.csv").open(newline="", encoding="utf-8") as text:
        stories = list(csv.DictReader(text))
    columns = ("story", "target", "part", "mb", "low_mb", "high_mb", "published_mb", "error")
    with (
        open_index(IndexOptions(), cache_dir=Path(sys.argv[1])) as index,
        (HERE / "sizes.csv").open("w", newline="", encoding="utf-8") as text,
    ):
        writer = csv.DictWriter(text, (*columns, "basis", "source"), lineterminator="\n")
        writer.writeheader()
        for row in stories:
            writer.writerows(compared(row, estimated(row, index)))


if __name__ == "__main__":
    main()
