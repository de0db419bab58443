"""Other people's machines: what wheelcheck predicts, against CI times that no fit has seen."""

import csv
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from packaging.utils import NormalizedName
from packaging.version import Version

from fitting.rows import Release, gather, read_features_of, stored
from wheelcheck.costs.cost_terms import Coefficients
from wheelcheck.costs.installing import Files, install_seconds
from wheelcheck.costs.prediction import predict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist

_GATHERED = datetime(2025, 9, 30, tzinfo=UTC)
_PYTHON = "3.13"
_CORES = 4
_ENVIRONMENT = Files(4, 6_000_000)
"""A usual build environment: setuptools, Cython and two more."""


def _times(path: Path, left_out: Iterable[str]) -> dict[str, float]:
    """Median seconds of the successful build steps, by project."""
    found: dict[str, list[float]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["conclusion"] == "success" and row["package"] not in left_out:
                found.setdefault(row["package"], []).append(float(row["build_step_seconds"]))
    return {name: statistics.median(times) for name, times in sorted(found.items())}


def gather_features(folder: Path, index: Index) -> dict[str, Any]:
    """Features of the releases that were the newest when those times were gathered."""
    names = _times(folder / "external_deps_build_2025-09-30.csv", held_out(folder))
    releases = [release for name in names if (release := _newest(name, index)) is not None]
    return gather(releases, index, {})


def held_out(folder: Path) -> set[str]:
    """Names that nothing here may look at."""
    lines = (folder / "held-out.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _newest(name: str, index: Index) -> Release | None:
    project = index.project(NormalizedName(name))
    if isinstance(project, Unknown):
        return None
    for version in project.versions:
        for file in project.files(version):
            known = isinstance(file, Sdist) and file.upload_time is not None
            if known and not version.is_prerelease and file.upload_time <= _GATHERED:
                return name, str(version), _PYTHON
    return None


def lines(folder: Path, table: Coefficients) -> list[str]:
    """The part of the page about transfer."""
    theirs = _times(folder / "external_deps_build_2025-09-30.csv", held_out(folder))
    compared = []
    for (name, version, _), document in stored(folder / "features_external.json").items():
        cost = predict(
            NormalizedName(name),
            Version(version),
            python=(3, 13),
            features=read_features_of(document),
            table=table,
        )
        wall = cost.wall_seconds(_CORES)
        if not isinstance(wall, Unknown):
            ours = wall.value + install_seconds(_ENVIRONMENT, "pip").value
            compared.append((name, version, wall.basis, theirs[name], ours))
    ratios = [row[3] / row[4] for row in compared]
    low, middle, high = np.quantile(ratios, [0.1, 0.5, 0.9])
    away = np.exp(np.abs(np.log(np.array(ratios) / middle)))
    paragraph = (
        f"{len(compared)} projects of external_deps_build_2025-09-30.csv in the versions of that "
        f"day, at {_CORES} cores, a usual build environment added; names that are held out for "
        f"validation left out. Their wall time ÷ the predicted is {middle:.2f} in the median and "
        f"{low:.2f} to {high:.2f} for 80 %; once the machine's factor is taken out, half of them "
        f"are within {np.median(away):.2f} and 90 % within {np.quantile(away, 0.9):.2f}."
    )
    return [
        "## Transfer: CI runs of other people",
        "",
        paragraph,
        "",
        "| release | basis | theirs s | predicted s |",
        "| --- | --- | ---: | ---: |",
        *(
            f"| {name} {version} | {basis} | {they:.0f} | {ours:.0f} |"
            for name, version, basis, they, ours in compared
        ),
    ]
