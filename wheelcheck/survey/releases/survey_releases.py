"""From file rows, as an index lists them, to releases and to the few kinds of release there are.

Most releases of an index look like thousands of others: an sdist and a pure wheel, say, with the
same Requires-Python. Releases whose files agree, one by one, in all that decides a verdict share a
*signature*, and a signature is judged once for all of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wheelcheck.survey.releases.file_names import NO_TAG, FileNames, Integers, read_file_names

__all__ = ["MISSING", "NO_TAG", "FileRows", "Flags", "Releases", "Signatures", "group_releases"]

Flags = NDArray[np.bool_]

MISSING = -1
"""In columns of numbers: the source gives none."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """Columns of equal length, one entry for each file in the order of the index.

    `rows` are row numbers in the table of files. `upload_times` are microseconds since 1970 (UTC)
    and `sizes` bytes, both `MISSING` where the index gives none. `yanked` is None where the source
    has no such column, which is not the same as "not yanked".
    """

    projects: pa.Array
    filenames: pa.Array
    rows: Integers
    upload_times: Integers
    sizes: Integers
    requires_python: pa.Array
    yanked: Flags | None

    def __len__(self) -> int:
        return len(self.rows)

    def filtered(self, keep: Flags) -> FileRows:
        """The files for which `keep` is true."""
        mask = pa.array(keep)
        return FileRows(
            self.projects.filter(mask),
            self.filenames.filter(mask),
            self.rows[keep],
            self.upload_times[keep],
            self.sizes[keep],
            self.requires_python.filter(mask),
            None if self.yanked is None else self.yanked[keep],
        )


@dataclass(frozen=True, slots=True)
class Signatures:
    """Distinct sequences of files; the files of each lie side by side from its entry in `starts`.

    `tag_of` and `requires_of` are numbers in `tags` (`NO_TAG` for an sdist) and `requires` (0 for
    none); `builds` are build tags by their order (PEP 427), 0 for none.
    """

    tags: tuple[str, ...]
    requires: tuple[str, ...]
    tag_of: Integers
    requires_of: Integers
    builds: Integers
    yanked: Flags
    starts: Integers

    def __len__(self) -> int:
        return len(self.starts)

    def smallest(self, values: Integers) -> Integers:
        """The smallest of the values that the files of each signature have."""
        return np.minimum.reduceat(values, self.starts) if len(self) else values[:0]

    def any_file(self, flags: Flags) -> Flags:
        """Whether any file of each signature has the flag."""
        return np.logical_or.reduceat(flags, self.starts) if len(self) else flags[:0]


@dataclass(frozen=True, slots=True)
class Releases:
    """Releases of one shard by project, oldest version first.

    Release columns: `starts` (place of the first file), `signature_of`, `project_of`,
    `version_of` (numbers in `projects` and `versions`), `latest` (the newest final release of its
    project that is not wholly yanked), `uploaded` (its first file's time, `MISSING` for none),
    `yanked` (every file is). File columns: `rows`, `sizes`. `unreadable` counts the files left
    out, by reason.
    """

    projects: tuple[str, ...]
    versions: tuple[str, ...]
    signatures: Signatures
    starts: Integers
    signature_of: Integers
    project_of: Integers
    version_of: Integers
    latest: Flags
    uploaded: Integers
    yanked: Flags
    rows: Integers
    sizes: Integers
    unreadable: Counter[str]

    def __len__(self) -> int:
        return len(self.starts)


def group_releases(files: FileRows) -> Releases:
    """Read every file name and sort the files by release, keeping their order within each."""
    names = read_file_names(files.projects, files.filenames)
    ranks = names.version_ranks[names.version_of] if len(names.places) else names.version_of
    release_keys = names.project_of * max(len(names.versions), 1) + ranks
    order = np.argsort(release_keys, kind="stable")
    starts = np.flatnonzero(np.diff(release_keys[order], prepend=-1))
    first = order[starts]
    taken = names.places[order]
    count = len(taken)
    yanked = np.zeros(count, np.bool_) if files.yanked is None else files.yanked[taken]
    wholly = np.logical_and.reduceat(yanked, starts) if count else yanked
    signatures, signature_of = _signatures(files, names, order, yanked, starts)
    project_of, version_of = names.project_of[first], names.version_of[first]
    return Releases(
        projects=names.projects,
        versions=tuple(map(str, names.versions)),
        signatures=signatures,
        starts=starts,
        signature_of=signature_of,
        project_of=project_of,
        version_of=version_of,
        latest=_latest(names, project_of, version_of, wholly),
        uploaded=_first_times(files.upload_times[taken], starts),
        yanked=wholly,
        rows=files.rows[taken],
        sizes=files.sizes[taken],
        unreadable=names.unreadable,
    )


def _first_times(times: Integers, starts: Integers) -> Integers:
    if not len(times):
        return times
    latest = np.iinfo(np.int64).max
    first = np.minimum.reduceat(np.where(times == MISSING, latest, times), starts)
    return np.where(first == latest, MISSING, first)


def _latest(names: FileNames, project_of: Integers, version_of: Integers, yanked: Flags) -> Flags:
    """The newest release of each project; final releases that are not yanked go first."""
    latest = np.zeros(len(project_of), dtype=np.bool_)
    if not len(project_of):
        return latest
    final = np.array([not version.is_prerelease for version in names.versions], dtype=np.bool_)
    standing = (~yanked).astype(np.int64) * 2 + final[version_of]
    order = np.lexsort((names.version_ranks[version_of], standing, project_of))
    ends = np.flatnonzero(np.diff(project_of[order], append=-1))
    latest[order[ends]] = True
    return latest


def _signatures(
    files: FileRows, names: FileNames, order: Integers, yanked: Flags, starts: Integers
) -> tuple[Signatures, Integers]:
    """The distinct signatures, and the number of each release's own."""
    requires, requires_of = _numbered(files.requires_python, names.places[order])
    columns = (names.tag_of[order], requires_of, names.build_of[order], yanked.astype(np.int64))
    kind_of = _kinds(columns)
    signature_of, first_release = _equal_runs(kind_of, starts)
    places, signature_starts = _runs(starts, len(order), first_release)
    tag_of, requires_of, builds, marks = (column[places] for column in columns)
    made = Signatures(
        names.tags, requires, tag_of, requires_of, builds, marks.astype(np.bool_), signature_starts
    )
    return made, signature_of


def _numbered(column: pa.Array, places: Integers) -> tuple[tuple[str, ...], Integers]:
    """Distinct texts, "" first, and the number of the text at each place."""
    encoded = pc.fill_null(column, "").dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    known = tuple(dict.fromkeys(("", *texts)))
    numbers = {text: number for number, text in enumerate(known)}
    of_text = np.array([numbers[text] for text in texts], dtype=np.int64)
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return known, of_text[indices[places]] if len(places) else places


def _kinds(columns: tuple[Integers, ...]) -> Integers:
    """One number for each distinct combination of the columns' values."""
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        _, combined = np.unique(combined * (codes.max(initial=0) + 1) + codes, return_inverse=True)
    return combined


def _equal_runs(kind_of: Integers, starts: Integers) -> tuple[Integers, Integers]:
    """Number the distinct runs of kinds: each release's number, and a first release for each.

    Runs are found by a 64-bit hash and then compared; should two ever differ under one hash, every
    release is its own run, which costs time alone.
    """
    count = len(starts)
    if not count:
        return starts, starts
    lengths = np.diff(starts, append=len(kind_of))
    draw = np.random.default_rng(0)
    weights = draw.integers(1, 1 << 62, kind_of.max() + 1, dtype=np.uint64)
    position = np.arange(len(kind_of)) - np.repeat(starts, lengths)
    steps = draw.integers(1, 1 << 62, lengths.max(), dtype=np.uint64) | np.uint64(1)
    hashes = np.add.reduceat(weights[kind_of] * steps[position], starts)
    _, first, run_of = np.unique(hashes, return_index=True, return_inverse=True)
    same_length = np.array_equal(lengths[first][run_of], lengths)
    if same_length and np.array_equal(
        kind_of[np.repeat(starts[first][run_of], lengths) + position], kind_of
    ):
        return run_of.astype(np.int64), first
    return np.arange(count), np.arange(count)


def _runs(starts: Integers, count: int, chosen: Integers) -> tuple[Integers, Integers]:
    """The file places of the chosen releases, one run after the other, and where each begins."""
    lengths = np.diff(starts, append=count)[chosen]
    ends = np.cumsum(lengths)
    begins = ends - lengths
    total = int(ends[-1]) if len(ends) else 0
    offsets = np.arange(total) - np.repeat(begins, lengths)
    return np.repeat(starts[chosen], lengths) + offsets, begins
