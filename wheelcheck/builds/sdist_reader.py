"""Reads sdists for many targets: each is fetched once, and read once for all that answer alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from packaging.utils import NormalizedName

from wheelcheck.builds.evidence.classify import wheel_to_open
from wheelcheck.builds.sdist.build_system import is_stated_alone, is_stated_alone_and_not_built
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist, wanted
from wheelcheck.builds.sdist_reading import SdistArchive, SdistReading, TriedSdist
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.errors import Unknown
from wheelcheck.index.archives.until import whatever_it_says
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.targets import Target

__all__ = ["SdistReader", "is_large"]

_LARGE = 2 << 20
"""Bytes of an sdist that takes its time to come."""
_StoredReadings = tuple[tuple[BuildSite, SdistFacts], ...]


class SdistReader:
    """Reads sdists once for all targets on which their facts are the same, and for later runs.

    `has_known_cost` says of projects whether building them was measured, so that the sources of
    a release that is built for its metadata need not be read.
    """

    def __init__(
        self, index: Index, has_known_cost: Callable[[NormalizedName], bool] = lambda _: False
    ) -> None:
        self._index = index
        self._has_known_cost = has_known_cost
        self._tried: dict[str, TriedSdist | None] = {}
        self._archives: dict[str, SdistArchive] = {}
        self._readings: dict[str, list[SdistReading]] = {}
        self._by_site: dict[tuple[str, BuildSite], SdistReading] = {}
        self._tried_by_site: dict[tuple[str, BuildSite], SdistReading] = {}
        self._prefetched: set[tuple[str, BuildSite]] = set()

    def read(self, sdist: Sdist, target: Target) -> SdistReading:
        """Return what an sdist says on a target: one value for all targets where it is the same."""
        key = sdist.filename, BuildSite.of(target)
        if key not in self._by_site:
            self._by_site[key] = self._read(sdist, key[1])
        return self._by_site[key]

    def read_tried(self, sdist: Sdist, target: Target) -> SdistReading:
        """As `read`, of an sdist whose metadata are wanted, and which is not taken.

        Where its pyproject.toml says all of that, the sdist is read no further (`TriedSdist`).
        """
        if sdist.filename not in self._tried:
            text = self._index.pyproject(sdist, self._enough(sdist))
            tried = TriedSdist(self._index, sdist, text) if isinstance(text, str) else None
            self._tried[sdist.filename] = tried
        archive = self._tried[sdist.filename]
        if archive is None:
            return self.read(sdist, target)
        key = sdist.filename, BuildSite.of(target)
        if key not in self._tried_by_site:
            facts = read_sdist(archive.contents, key[1])
            self._tried_by_site[key] = SdistReading(key[1], facts, archive)
        return self._tried_by_site[key]

    def read_begun(self, sdist: Sdist, target: Target) -> SdistReading | None:
        """What the pyproject.toml says of a large sdist that is being read, before it is read.

        None of a small one and of a zip archive, and where there is nothing of the kind: `read`
        comes soon enough.
        """
        if not is_large(sdist) or sdist.filename.endswith(".zip") or self._known(sdist):
            return None
        text = self._index.pyproject(sdist, whatever_it_says)
        if not isinstance(text, str):
            return None
        archive, site = TriedSdist(self._index, sdist, text), BuildSite.of(target)
        return SdistReading(site, read_sdist(archive.contents, site), archive)

    def prefetch_tried(self, sdists: Iterable[Sdist]) -> None:
        """Have the index fetch, side by side, what trying these sdists asks for."""
        for sdist in sdists:
            if sdist.filename not in self._tried:
                self._index.prefetch_pyproject([sdist], self._enough(sdist))

    def _enough(self, sdist: Sdist) -> Callable[[str], bool]:
        if self._has_known_cost(sdist.name):
            return is_stated_alone
        return is_stated_alone_and_not_built

    def prefetch(self, sdists: Iterable[Sdist]) -> None:
        """Have the index fetch, side by side, what the needs of these builds are derived from."""
        new = [sdist for sdist in sdists if sdist.filename not in self._readings]
        wheels = [self._archive(sdist).wheel_beside for sdist in new]
        unread = [sdist for sdist in new if not self._known(sdist)]
        unread.sort(key=lambda sdist: -(sdist.size or 0))  # the longest way first
        self._index.prefetch(listings=unread, wanted=wanted)
        self._index.prefetch(listings=[wheel for wheel in wheels if wheel is not None])

    def first(self, sdists: Iterable[Sdist]) -> Sdist:
        """Which of several sdists that were announced comes first, as far as that is known."""
        smallest = sorted(sdists, key=lambda sdist: sdist.size or 0)
        return self._index.first_listed(smallest, wanted)

    def prefetch_classification(self, readings: Iterable[SdistReading]) -> None:
        """Have the index fetch, side by side, what classifying these builds asks for."""
        wheels = []
        for reading in readings:
            key = reading.sdist.filename, reading.site
            if key not in self._prefetched:
                self._prefetched.add(key)
                project = self._index.project(reading.sdist.name)
                wheels.append(wheel_to_open(project, reading.sdist, reading.facts))
        self._index.prefetch(listings=[wheel for wheel in wheels if wheel is not None])

    def _read(self, sdist: Sdist, site: BuildSite) -> SdistReading:
        readings = self._known(sdist)
        for reading in readings:
            if reading.holds_for(site):
                return reading
        archive = self._archive(sdist)
        contents = archive.contents
        if isinstance(contents, Unknown):
            readings.append(SdistReading(site, contents, archive))
        else:
            readings.append(SdistReading(site, read_sdist(contents, site), archive))
            stored = [(reading.site, reading.facts) for reading in readings]
            archive.results.put("readings", stored)
        return readings[-1]

    def _known(self, sdist: Sdist) -> list[SdistReading]:
        """The readings so far, of this run and of earlier runs."""
        if sdist.filename not in self._readings:
            archive = self._archive(sdist)
            stored = archive.results.get("readings", _StoredReadings) or ()
            self._readings[sdist.filename] = [
                SdistReading(site, facts, archive) for site, facts in stored
            ]
        return self._readings[sdist.filename]

    def _archive(self, sdist: Sdist) -> SdistArchive:
        if sdist.filename not in self._archives:
            self._archives[sdist.filename] = SdistArchive(self._index, sdist)
        return self._archives[sdist.filename]


def is_large(sdist: Sdist) -> bool:
    """Whether there is time to do something else until an sdist has come."""
    return (sdist.size or 0) >= _LARGE
