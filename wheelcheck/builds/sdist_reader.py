"""Reads sdists for many targets: each is fetched once, and read once for all that answer alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.evidence.classify import judge_source_build, wheel_to_open
from wheelcheck.builds.evidence.sibling_wheels import linux_wheel, wheel_contents
from wheelcheck.builds.needs.build_need import SourceNeedsInput, needs_input
from wheelcheck.builds.needs.system_packages import known_needs
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist, wanted
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.result_cache.sdist_cache import SdistCache
from wheelcheck.targets import Target

__all__ = ["SdistReader"]


@dataclass(frozen=True, slots=True)
class _SdistReading:
    """The facts of an sdist as read for a site."""

    site: BuildSite
    facts: SdistFacts | Unknown

    def holds(self, site: BuildSite) -> bool:
        """Whether reading it for this site would give the same."""
        return isinstance(self.facts, Unknown) or self.site.answers_as(
            site, self.facts.context_keys
        )


_Readings = tuple[tuple[BuildSite, SdistFacts], ...]
_T = TypeVar("_T")


class SdistReader:
    """Reads sdists once for all targets on which their facts are the same, and for later runs."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._contents: dict[str, SdistContents | Unknown] = {}
        self._caches: dict[str, SdistCache] = {}
        self._readings: dict[str, list[_SdistReading]] = {}
        self._classes: dict[tuple[str, BuildSite], Classification] = {}
        self._vendored: dict[str, tuple[str, ...]] = {}

    def prefetch(self, sdists: Iterable[Sdist]) -> None:
        """Have the index fetch, side by side, what the needs of these builds are derived from."""
        new = [sdist for sdist in sdists if sdist.filename not in self._readings]
        wheels = map(self._wheel_beside, new)
        self._index.prefetch(
            listings=[item for item in new if not self._known(item)], wanted=wanted
        )
        self._index.prefetch(listings=[wheel for wheel in wheels if wheel is not None])

    def prefetch_classification(self, pairs: Iterable[tuple[Target, Sdist]]) -> None:
        """Have the index fetch, side by side, what classifying these builds asks for."""
        wheels = (
            wheel_to_open(self._index.project(sdist.name), sdist, self.facts(sdist, target))
            for target, sdist in pairs
            if (sdist.filename, BuildSite.of(target)) not in self._classes
        )
        self._index.prefetch(listings=[wheel for wheel in wheels if wheel is not None])

    def contents(self, sdist: Sdist) -> SdistContents | Unknown:
        """Return its files and build texts, kept for all sites: the bulk of what is read."""
        if sdist.filename not in self._contents:
            found = self._index.listing(sdist, wanted)
            known = found if isinstance(found, Unknown) else SdistContents(found)
            self._contents[sdist.filename] = known
        return self._contents[sdist.filename]

    def facts(self, sdist: Sdist, target: Target) -> SdistFacts | Unknown:
        """Return what an sdist says to a target's Python, or why it cannot be read."""
        return self._reading(sdist, BuildSite.of(target)).facts

    def read_for(self, sdist: Sdist, target: Target) -> BuildSite:
        """Return the site that it was read for: on all targets that share it, it says the same."""
        return self._reading(sdist, BuildSite.of(target)).site

    def needs_input(self, sdist: Sdist, target: Target) -> SourceNeedsInput:
        """What its needs are derived from; name and version alone where it cannot be read."""
        contents, facts = self.contents(sdist), self.facts(sdist, target)
        if isinstance(contents, Unknown) or isinstance(facts, Unknown):
            source = SourceNeedsInput(sdist.name, sdist.version)
        else:
            source = needs_input(sdist.name, sdist.version, facts, contents)
        return replace(source, vendored=self.vendored(sdist))

    def texts(self, sdist: Sdist) -> Mapping[str, str]:
        """Return its build texts; none where it cannot be read."""
        contents = self.contents(sdist)
        return {} if isinstance(contents, Unknown) else contents.texts

    def vendored(self, sdist: Sdist) -> tuple[str, ...]:
        """Return the shared libraries that a wheel of its release carries."""
        if sdist.filename not in self._vendored:
            self._vendored[sdist.filename] = self._in_wheel(sdist)
        return self._vendored[sdist.filename]

    def concluded(
        self, sdist: Sdist, question: str, kind: Hashable, conclude: Callable[[], _T]
    ) -> _T:
        """Return what was concluded from an sdist before, now or in an earlier run.

        The answer, a `kind` of value, must follow from the sdist and the question's words alone.
        """
        cache = self._cache_of(sdist)
        answer: _T | None = cache.get(question, kind)
        if answer is None:
            answer = conclude()
            if not isinstance(self.contents(sdist), Unknown):
                cache.put(question, answer)
        return answer

    def _cache_of(self, sdist: Sdist) -> SdistCache:
        if sdist.filename not in self._caches:
            self._caches[sdist.filename] = SdistCache(self._index, sdist)
        return self._caches[sdist.filename]

    def classification(self, sdist: Sdist, target: Target) -> Classification:
        """Return the verdict on building it, as `judge_source_build` gives it."""
        key = sdist.filename, BuildSite.of(target)
        if key not in self._classes:
            project = self._index.project(sdist.name)
            self._classes[key] = judge_source_build(
                project, sdist, self._index, key[1], read=partial(self.facts, sdist, target)
            )
        return self._classes[key]

    def _reading(self, sdist: Sdist, site: BuildSite) -> _SdistReading:
        readings = self._known(sdist)
        for reading in readings:
            if reading.holds(site):
                return reading
        contents = self.contents(sdist)
        if isinstance(contents, Unknown):
            readings.append(_SdistReading(site, contents))
        else:
            readings.append(_SdistReading(site, read_sdist(contents, site)))
            stored = [(reading.site, reading.facts) for reading in readings]
            self._cache_of(sdist).put("readings", stored)
        return readings[-1]

    def _known(self, sdist: Sdist) -> list[_SdistReading]:
        """The readings so far, of this run and of earlier runs."""
        if sdist.filename not in self._readings:
            stored = self._cache_of(sdist).get("readings", _Readings) or ()
            self._readings[sdist.filename] = [_SdistReading(*item) for item in stored]
        return self._readings[sdist.filename]

    def _in_wheel(self, sdist: Sdist) -> tuple[str, ...]:
        """Shared libraries inside a wheel of the release."""
        wheel = self._wheel_beside(sdist)
        listing = self._index.listing(wheel) if wheel is not None else None
        if listing is None or isinstance(listing, Unknown):
            return ()
        return wheel_contents(listing).vendored_libraries

    def _wheel_beside(self, sdist: Sdist) -> Wheel | None:
        """The wheel that shows which libraries a release uses, where no table knows the project."""
        project = self._index.project(sdist.name)
        if isinstance(project, Unknown) or known_needs(sdist.name, sdist.version):
            return None
        return linux_wheel(project.files(sdist.version))
