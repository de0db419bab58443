"""Read the file names of a whole column at once.

The rules are those of `wheelcheck.index.pages.filenames`; here they are applied to the distinct
parts of names, which are few, instead of to each name. Names that do not split in the usual way
(a dash in an sdist's version, say) are read one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from packaging.utils import BuildTag, canonicalize_name
from packaging.version import Version

from wheelcheck.index.pages.filenames import (
    BadName,
    WheelName,
    parse_filename,
    parse_version,
    wheel_ending,
    wheel_project,
)

__all__ = ["NO_TAG", "FileNames", "Integers", "read_file_names"]

Integers = NDArray[np.int64]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

NO_TAG = -1
"""The tag number of an sdist."""
_UNREAD = -2
_BATCHED = ".tar.gz"


@dataclass(frozen=True, slots=True)
class FileNames:
    """What the names of a column of files say; arrays have an entry for each readable file.

    `places` are those of the readable files in the column. `project_of`, `version_of`, `tag_of`
    and `build_of` are numbers in `projects`, `versions`, `tags` (`NO_TAG` for an sdist) and
    `builds` (sorted; 0 is the empty build tag). `version_ranks` orders the versions; versions that
    are equal though spelled otherwise (1.0 and 1.0.0) share a rank. `unreadable` counts the other
    files by reason.
    """

    projects: tuple[str, ...]
    versions: tuple[Version, ...]
    tags: tuple[str, ...]
    builds: tuple[BuildTag, ...]
    places: Integers
    project_of: Integers
    version_of: Integers
    tag_of: Integers
    build_of: Integers
    version_ranks: Integers
    unreadable: Counter[str]


def read_file_names(projects: pa.Array, filenames: pa.Array) -> FileNames:
    """Read columns of project names, in any spelling, and file names of equal length."""
    names, project_of = _projects(projects)
    reader = _NameReader(names, project_of, filenames)
    is_wheel = _flags(pc.ends_with(filenames, ".whl"))
    reader.read_wheels(np.flatnonzero(is_wheel))
    reader.read_sdists(np.flatnonzero(_flags(pc.ends_with(filenames, _BATCHED))))
    reader.read_each(np.flatnonzero(~reader.done))
    return reader.result()


class _Numbers(dict[_Key, int]):
    """Numbers distinct keys in the order in which they come."""

    def __missing__(self, key: _Key) -> int:
        number = self[key] = len(self)
        return number


class _NameReader:
    """Fills the columns of numbers, kind of name by kind of name."""

    def __init__(self, names: Sequence[str], project_of: Integers, filenames: pa.Array) -> None:
        self.names = names
        self.project_of = project_of
        self.filenames = filenames
        count = len(filenames)
        self.done = np.zeros(count, dtype=np.bool_)
        self.version_of = np.full(count, _UNREAD, dtype=np.int64)
        self.tag_of = np.full(count, NO_TAG, dtype=np.int64)
        self.build_of = np.zeros(count, dtype=np.int64)
        self.versions: _Numbers[str] = _Numbers()
        self.spelled: list[Version] = []
        self.tags: _Numbers[str] = _Numbers()
        self.builds: _Numbers[BuildTag] = _Numbers({(): 0})
        self.unreadable: Counter[str] = Counter()
        self._project_numbers = {name: number for number, name in enumerate(names)}

    def read_wheels(self, places: Integers) -> None:
        """Names of three dashes or more: project, version, and an ending that few wheels share."""
        stems = self.filenames.take(pa.array(places))
        parts = pc.split_pattern(stems, "-", max_splits=2)
        whole = _flags(pc.equal(pc.list_value_length(parts), 3))
        places, parts = places[whole], parts.filter(pa.array(whole))
        owners, owner_of = _distinct(pc.list_element(parts, 0), self._wheel_owner)
        texts, text_of = _distinct(pc.list_element(parts, 1), self._version)
        ends, end_of = _distinct(pc.list_element(parts, 2), self._ending)
        versions, tags, builds = (
            np.array(texts, dtype=np.int64),
            np.array([tag for tag, _ in ends], dtype=np.int64),
            np.array([build for _, build in ends], dtype=np.int64),
        )
        if not len(places):
            return
        good = (
            (np.array(owners, dtype=np.int64)[owner_of] == self.project_of[places])
            & (versions[text_of] != _UNREAD)
            & (tags[end_of] != _UNREAD)
        )
        places = places[good]
        self.version_of[places] = versions[text_of][good]
        self.tag_of[places] = tags[end_of][good]
        self.build_of[places] = builds[end_of][good]
        self.done[places] = True

    def read_sdists(self, places: Integers) -> None:
        """``project-version.tar.gz`` (PEP 625); the last dash parts the two."""
        stems = pc.utf8_slice_codeunits(self.filenames.take(pa.array(places)), 0, -len(_BATCHED))
        parts = pc.split_pattern(stems, "-", max_splits=1, reverse=True)
        whole = _flags(pc.equal(pc.list_value_length(parts), 2))
        places, parts = places[whole], parts.filter(pa.array(whole))
        owners, owner_of = _distinct(pc.list_element(parts, 0), self._owner)
        texts, text_of = _distinct(pc.list_element(parts, 1), self._version)
        versions = np.array(texts, dtype=np.int64)
        if not len(places):
            return
        good = (np.array(owners, dtype=np.int64)[owner_of] == self.project_of[places]) & (
            versions[text_of] != _UNREAD
        )
        places = places[good]
        self.version_of[places] = versions[text_of][good]
        self.done[places] = True

    def read_each(self, places: Integers) -> None:
        """All that is left, by the rules for a single name."""
        left = self.filenames.take(pa.array(places)).to_pylist()
        for place, filename in zip(places.tolist(), left, strict=True):
            project = canonicalize_name(self.names[self.project_of[place]])
            name = parse_filename(filename or "", project)
            if isinstance(name, BadName):
                self.unreadable[name.reason] += 1
                continue
            self.version_of[place] = self._number_of(name.version)
            if isinstance(name, WheelName):
                self.tag_of[place] = self.tags[name.tag]
                self.build_of[place] = self.builds[name.build]
            self.done[place] = True

    def result(self) -> FileNames:
        """The columns of the readable files, with versions and builds numbered in their order."""
        places = np.flatnonzero(self.done)
        builds = tuple(sorted(self.builds))
        ranks = {build: rank for rank, build in enumerate(builds)}
        build_ranks = np.array([ranks[build] for build in self.builds], dtype=np.int64)
        return FileNames(
            tuple(self.names),
            tuple(self.spelled),
            tuple(self.tags),
            builds,
            places,
            self.project_of[places],
            self.version_of[places],
            self.tag_of[places],
            build_ranks[self.build_of[places]],
            _version_ranks(self.spelled),
            self.unreadable,
        )

    def _wheel_owner(self, text: str) -> int:
        return self._project_numbers.get(wheel_project(text) or "", _UNREAD)

    def _owner(self, text: str) -> int:
        return self._project_numbers.get(canonicalize_name(text), _UNREAD)

    def _version(self, text: str) -> int:
        version = parse_version(text)
        return _UNREAD if version is None else self._number_of(version)

    def _number_of(self, version: Version) -> int:
        number = self.versions[str(version)]
        if number == len(self.spelled):
            self.spelled.append(version)
        return number

    def _ending(self, text: str) -> tuple[int, int]:
        ending = wheel_ending(text)
        if isinstance(ending, BadName):
            return _UNREAD, 0
        return self.tags[ending[0]], self.builds[ending[1]]


def _projects(column: pa.Array) -> tuple[tuple[str, ...], Integers]:
    """Normalised names (PEP 503) and the place of each entry's name among them."""
    written, written_of = _distinct(column, canonicalize_name)
    names = tuple(dict.fromkeys(written))
    numbers = {name: number for number, name in enumerate(names)}
    return names, np.array([numbers[name] for name in written], dtype=np.int64)[written_of]


def _flags(array: pa.Array) -> NDArray[np.bool_]:
    """A column of truth values; a missing one is False."""
    filled: NDArray[np.bool_] = pc.fill_null(array, fill_value=False).to_numpy(zero_copy_only=False)
    return filled


def _distinct(column: pa.Array, value: Callable[[str], _Value]) -> tuple[list[_Value], Integers]:
    """The value of each distinct text of a column, and for each entry the place of its value."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    encoded = pc.fill_null(column, "").dictionary_encode()
    numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return [value(text) for text in encoded.dictionary.to_pylist()], numbers


def _version_ranks(versions: Sequence[Version]) -> Integers:
    """The place of each version among the distinct versions."""
    ranks = {version: rank for rank, version in enumerate(sorted(set(versions)))}
    return np.array([ranks[version] for version in versions], dtype=np.int64)
