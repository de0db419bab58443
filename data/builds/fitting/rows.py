"""The rows a fit learns from: a measured build, and the features read from its sdist."""

import csv
import json
import statistics
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from packaging.version import Version

from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.costs.published import published_wheel
from wheelcheck.costs.unread import unread
from wheelcheck.costs.workload.features import BuildFeatures, PublishedWheel, Sources, read_features
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.units import TranslationUnit
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Project, Sdist
from wheelcheck.targets.spellings.spelling import parse_target_on

FAMILIES = {
    "psycopg": ("psycopg2", "psycopg-c"),
    "grpc": ("grpcio", "grpcio-tools"),
    "spacy": ("spacy", "cymem", "preshed", "murmurhash", "srsly"),
    "zope": ("persistent", "btrees", "zope-interface"),
    "aiohttp": ("aiohttp", "frozenlist", "multidict", "yarl", "propcache"),
    "netcdf": ("cftime", "netcdf4"),
    "toolz": ("toolz", "cytoolz"),
    "geo": ("fiona", "rasterio", "pyproj"),
}
"""Projects by the same people in the same manner, left out together."""
_AT_ONCE = 6
Release = tuple[str, str, str]  # name, version, Python X.Y


@dataclass(frozen=True)
class Row:
    """One release on one Python: means of its builds, and its features."""

    name: str
    version: str
    python: str
    family: str
    features: BuildFeatures
    cpu: float  # reference seconds, hook and build
    hook: float
    environment: float
    serial_share: float | None  # None where no quiet build tells it
    peak_process: float | None  # None where only all processes together were written down
    peak_tree: float
    built: int
    extension: int  # 0 where nothing is compiled, and where it is not known
    stripped: int

    @property
    def other(self) -> int:
        """Bytes of the wheel that are not compiled; 0 where it is not known."""
        if self.features.compiles and not self.extension:
            return 0
        return self.built - self.extension


def family(name: str) -> str:
    """What is left out together with a project."""
    return next((key for key, names in FAMILIES.items() if name in names), name)


def measured(paths: Iterable[Path]) -> Iterator[dict[str, str]]:
    """All rows of some tables of measurements."""
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def successes(
    paths: Iterable[Path], results: Iterable[Path] = ()
) -> dict[Release, list[dict[str, str]]]:
    """The successful builds of the tables, by release and Python.

    `results` are tables of builds against what was said of them: of a build they have the sums.
    """
    found: dict[Release, list[dict[str, str]]] = {}
    for row in (*measured(paths), *map(_as_measured, measured(results))):
        if row["outcome"] == "success":
            python = row["python"].rpartition(".")[0]
            found.setdefault((row["name"], row["version"], python), []).append(row)
    return found


def _as_measured(result: dict[str, str]) -> dict[str, str]:
    """A row of results in the columns of a table of measurements; those not known are empty."""
    return {
        **dict.fromkeys(_COLUMNS, ""),
        **{key: result[key] for key in ("name", "version", "outcome")},
        "python": f"{result['python']}.0",
        "noisy": "1",
        **{column: result[f"{name}_measured"] for name, column in _OF_RESULTS.items()},
    }


_OF_RESULTS = {
    "cpu": "build_ref_s",
    "environment": "env_ref_s",
    "memory": "peak_tree_bytes",
    "size": "wheel_unpacked_bytes",
}
_COLUMNS = (
    *("cores", "build_cpu_s", "hook_ref_s", "peak_process_bytes"),
    *("extension_bytes", "extension_stripped_bytes"),
)


def gather(releases: Iterable[Release], index: Index, known: dict[Release, Any]) -> dict[str, Any]:
    """Features of the releases that are not known yet, by asking the index: several at a time."""
    unread = [release for release in releases if release not in known]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for release, features in zip(
            unread, pool.map(lambda r: _ask(r, index), unread), strict=True
        ):
            if isinstance(features, Unknown):
                print(f"{release}: {features.reason}")
            else:
                known[release] = msgspec.to_builtins(features)
    return {" ".join(release): value for release, value in sorted(known.items())}


def _ask(release: Release, index: Index) -> BuildFeatures | Unknown:
    name, version, python = release
    project = index.project(name)
    if isinstance(project, Unknown):
        return project
    sdist = _sdist(project, version)
    if sdist is None:
        return Unknown("no-sdist", "the index has no sdist of it")
    target = parse_target_on(f"python:{python}-slim", as_of=datetime.now(UTC).date())
    reading = SdistReader(index).read(sdist, target)
    contents, facts = reading.contents, reading.facts
    if isinstance(contents, Unknown):
        return contents
    if isinstance(facts, Unknown):
        return facts
    wheel = published_wheel(project.files(Version(version)), target.python)
    beside = index.listing(wheel) if wheel is not None else None
    listing = None if isinstance(beside, Unknown) else beside
    return read_features(facts, contents, listing, reading.classification)


def _sdist(project: Project, version: str) -> Sdist | None:
    files = project.files(Version(version))
    return next((file for file in files if isinstance(file, Sdist)), None)


def stored(path: Path) -> dict[Release, Any]:
    """The features of an earlier run."""
    if not path.exists():
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    return {tuple(key.split(" ")): value for key, value in document.items()}  # type: ignore[misc]


def rows(measurements: Iterable[Path], features: Path, results: Iterable[Path] = ()) -> list[Row]:
    """All releases with features, in the order of their names; `results` as in `successes`.

    Those of which nothing is said (`unread`) are left out.
    """
    known = stored(features)
    builds = successes(measurements, results)
    return [
        _row(release, builds[release], read)
        for release in sorted(builds)
        if release in known and unread(read := read_features_of(known[release])) is None
    ]


def read_features_of(document: dict[str, Any]) -> BuildFeatures:
    """Features as they were stored."""
    wheel = document["wheel"]
    return BuildFeatures(
        **{
            **document,
            "sources": _read_sources(document["sources"]),
            "unlisted": _read_sources(document["unlisted"]),
            "replaceable": _read_sources(document.get("replaceable", {})),
            "hidden": tuple(document.get("hidden", ())),
            "wheel": None if wheel is None else PublishedWheel(**wheel),
        }
    )


def _read_sources(document: dict[str, Any]) -> dict[SourceKind, Sources]:
    return {
        SourceKind(kind): Sources(**{**value, "heaviest": TranslationUnit(**value["heaviest"])})
        for kind, value in document.items()
    }


def _row(release: Release, builds: list[dict[str, str]], features: BuildFeatures) -> Row:
    def mean(*columns: str, of: list[dict[str, str]] = builds) -> float:
        return statistics.fmean(sum(float(row[c] or 0) for c in columns) for row in of)

    usual = [row for row in builds if row["cores"] == "2"] or builds
    quiet = [row for row in usual if row["noisy"] == "0" and float(row["build_cpu_s"]) > 1]
    ratio = mean("cpu_per_wall", of=quiet) if quiet else None
    known = all(row["extension_bytes"] for row in builds)
    if features.optional and known and not mean("extension_bytes"):
        features = features.without_extensions()  # they did not compile
    return Row(
        *release,
        family=family(release[0]),
        features=features,
        cpu=mean("hook_ref_s", "build_ref_s"),
        hook=mean("hook_ref_s"),
        environment=mean("env_ref_s"),
        serial_share=None if ratio is None else min(1.0, max(0.0, 2 / ratio - 1)),
        peak_process=mean("peak_process_bytes", of=usual) or None,
        peak_tree=mean("peak_tree_bytes", of=usual),
        built=round(mean("wheel_unpacked_bytes")),
        extension=round(mean("extension_bytes")),
        stripped=round(mean("extension_stripped_bytes")),
    )
