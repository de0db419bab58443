"""What a survey's dataset says of one day, small enough for a page or a comparison."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray
from packaging.utils import canonicalize_name

from wheelcheck.errors import UsageError
from wheelcheck.survey.dataset import Dataset
from wheelcheck.survey.releases.file_names import Integers

__all__ = ["LETTERS", "DayOfSurvey", "read_day", "read_weights"]

LETTERS = {
    "pure-wheel": "p",
    "wheel": "w",
    "source-pure": "s",
    "source-unknown": "q",
    "source-native": "n",
    "unavailable": "x",
    "unknown": "u",
}
"""A letter for each verdict of a survey; `NOT_SURVEYED` where a project has no row."""
NOT_SURVEYED = "-"
_WHEELS = ("p", "w")


@dataclass(frozen=True, slots=True)
class DayOfSurvey:
    """The latest release of each project on each target.

    `letters` has a row for each of `projects` (sorted) and a column for each of `targets`, as
    places in `LETTERS`. `versions` are the latest releases, "" where none is known. `since` are
    the first releases with a wheel, in the shape of `letters`, as numbers in `since_versions`
    (-1: none); None where only latest releases were judged.
    """

    day: date
    targets: tuple[str, ...]
    projects: tuple[str, ...]
    letters: NDArray[np.uint8]
    versions: tuple[str, ...]
    since: Integers | None = None
    since_versions: tuple[str, ...] = ()

    @property
    def has_wheel(self) -> NDArray[np.bool_]:
        """Where the latest release comes as a wheel; in the shape of `letters`."""
        return np.isin(self.letters, [ord(letter) for letter in _WHEELS])

    def shares(self, weights: Mapping[str, float] | None = None) -> dict[str, float]:
        """Target → share of the projects (or of their weights) that come as a wheel, 0 to 1."""
        if not self.projects:
            return {}
        weigh = np.ones(len(self.projects))
        if weights is not None:
            weigh = np.array([weights.get(project, 0.0) for project in self.projects])
        total = weigh.sum() or 1.0
        found = (self.has_wheel * weigh[:, None]).sum(axis=0) / total
        return dict(zip(self.targets, found.tolist(), strict=True))


def read_day(dataset: Dataset, day: date) -> DayOfSurvey:
    """Read the latest releases of a day. Raises UsageError where that day has no survey."""
    settings = dataset.settings(day)
    if not settings:
        known = ", ".join(map(str, dataset.days())) or "none"
        raise UsageError(f"{dataset.url} has no survey of {day}; it has {known}")
    if settings["kind"] == "fleet":
        raise UsageError(f"{dataset.url} holds a survey of requirement files, which has no page")
    latest = pc.field("latest") | pc.field("latest").is_null()
    columns = ["project", "version", "target", "verdict"]
    table = dataset.table("releases", day, columns, latest)
    targets = tuple(settings["targets"])
    projects, project_of = _numbered(table["project"])
    target_of = _places(table["target"], targets)
    letters = np.full((len(projects), len(targets)), ord(NOT_SURVEYED), dtype=np.uint8)
    letters[project_of, target_of] = _letters(table["verdict"])
    versions = _versions(table["version"], project_of, len(projects))
    if not settings["each_release"]:
        return DayOfSurvey(day, targets, projects, letters, versions)
    since, texts = _since(dataset, day, projects, targets)
    return DayOfSurvey(day, targets, projects, letters, versions, since, texts)


def _since(
    dataset: Dataset, day: date, projects: tuple[str, ...], targets: tuple[str, ...]
) -> tuple[Integers, tuple[str, ...]]:
    """The release that was uploaded first among those with a wheel, per project and target."""
    wheels = ds.field("verdict").isin(["wheel", "pure-wheel"])
    columns = ["project", "version", "target", "uploaded"]
    table = dataset.table("releases", day, columns, wheels).sort_by("uploaded")
    cells = _places(table["project"], projects) * len(targets) + _places(table["target"], targets)
    texts, version_of = _numbered(table["version"])
    found, first = np.unique(cells, return_index=True)
    since = np.full(len(projects) * len(targets), -1, dtype=np.int64)
    since[found] = version_of[first]
    return since.reshape(len(projects), len(targets)), texts


def _numbered(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Integers]:
    """Distinct texts, sorted, and the number of each entry's own."""
    encoded = _encoded(column)
    texts = encoded.dictionary.to_pylist()
    known = tuple(sorted(set(texts)))
    return known, _renumbered(encoded, {text: place for place, text in enumerate(known)})


def _places(column: pa.ChunkedArray, known: tuple[str, ...]) -> Integers:
    return _renumbered(_encoded(column), {text: place for place, text in enumerate(known)})


def _letters(column: pa.ChunkedArray) -> Integers:
    return _renumbered(_encoded(column), {name: ord(letter) for name, letter in LETTERS.items()})


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = pc.fill_null(column.cast(pa.string()), "").combine_chunks()
    return whole.dictionary_encode()


def _renumbered(encoded: pa.DictionaryArray, numbers: Mapping[str, int]) -> Integers:
    table = np.array([numbers[text] for text in encoded.dictionary.to_pylist()], dtype=np.int64)
    indices: Integers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    found: Integers = table[indices] if len(table) else indices
    return found


def _versions(column: pa.ChunkedArray, project_of: Integers, count: int) -> tuple[str, ...]:
    texts, version_of = _numbered(column)
    found = np.zeros(count, dtype=np.int64)
    found[project_of] = version_of
    return tuple(texts[number] for number in found.tolist())


def read_weights(path: Path) -> dict[str, float]:
    """Project → weight, from CSV or Parquet: the first column names, the second is a number.

    Raises UsageError where that cannot be read.
    """
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        rows = list(zip(*(column.to_pylist() for column in table.columns[:2]), strict=True))
    else:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [tuple(row[:2]) for row in csv.reader(stream) if row]
    weights: dict[str, float] = {}
    for number, (name, weight) in enumerate(rows, start=1):
        try:
            weights[canonicalize_name(str(name))] = float(weight)
        except (TypeError, ValueError):
            if number > 1:  # a heading
                raise UsageError(f"{path}:{number}: {weight!r} is no number") from None
    return weights
