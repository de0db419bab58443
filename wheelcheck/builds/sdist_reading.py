"""What was read of one sdist: the value that plans, forecasts and prices are made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.evidence.classify import judge_source_build
from wheelcheck.builds.evidence.sibling_wheels import linux_wheel, wheel_contents
from wheelcheck.builds.needs.build_need import SourceNeedsInput, needs_input
from wheelcheck.builds.needs.source_needs import known_needs
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, wanted
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, Index, Sdist, Wheel
from wheelcheck.result_cache.sdist_cache import SdistCache

__all__ = ["SdistArchive", "SdistReading", "TriedSdist"]

_T = TypeVar("_T")


@dataclass(frozen=True)
class SdistArchive:
    """An sdist on the index: its files, and what earlier runs have found out about it.

    Fetched on first use: where the cache has all results that are needed, it is never opened.
    """

    index: Index = field(compare=False, repr=False)
    sdist: Sdist

    @cached_property
    def contents(self) -> SdistContents | Unknown:
        """Its files and build texts, or why they cannot be read."""
        listing = self.index.listing(self.sdist, wanted)
        return listing if isinstance(listing, Unknown) else SdistContents(listing)

    @cached_property
    def results(self) -> SdistCache:
        """The results of this run and of earlier runs."""
        return SdistCache(self.index, self.sdist)

    @property
    def is_whole(self) -> bool:
        """Whether it is read to its end: `TriedSdist` is not."""
        return True

    @property
    def wheel_beside(self) -> Wheel | None:
        """The wheel that shows which libraries a release uses, where no table knows the project."""
        project = self.index.project(self.sdist.name)
        if isinstance(project, Unknown) or known_needs(self.sdist.name, self.sdist.version):
            return None
        return linux_wheel(project.files(self.sdist.version))

    @cached_property
    def vendored(self) -> tuple[str, ...]:
        """The shared libraries that a wheel of its release carries."""
        wheel = self.wheel_beside
        listing = self.index.listing(wheel) if wheel is not None else None
        if listing is None or isinstance(listing, Unknown):
            return ()
        return wheel_contents(listing).vendored_libraries


@dataclass(frozen=True)
class TriedSdist(SdistArchive):
    """An sdist whose metadata alone are wanted: no more of it is read than `pyproject`.

    That says with what it is built. What it compiles, and with what, is not looked at.
    """

    pyproject: str

    @cached_property
    def contents(self) -> SdistContents:
        """Its pyproject.toml, as if it were all that it holds."""
        path = f"{self.sdist.name}/pyproject.toml"
        member = ArchiveMember(path, len(self.pyproject.encode()))
        return SdistContents(ArchiveListing((member,), {path: self.pyproject}))

    @property
    def is_whole(self) -> bool:
        """It is not."""
        return False


class SdistReading(Struct, frozen=True, dict=True):
    """An sdist as read for a `site`: it says the same on all targets that share this value.

    `facts` are what its build files say there, or why they cannot be read. Everything else
    follows from the sdist and its site, and is computed on first use.
    """

    site: BuildSite
    facts: SdistFacts | Unknown
    archive: SdistArchive

    @property
    def sdist(self) -> Sdist:
        """The file that was read."""
        return self.archive.sdist

    @property
    def is_whole(self) -> bool:
        """Whether the whole sdist was read, and not its pyproject.toml alone."""
        return self.archive.is_whole

    @property
    def contents(self) -> SdistContents | Unknown:
        """Its files and build texts, the same for every site."""
        return self.archive.contents

    @property
    def texts(self) -> Mapping[str, str]:
        """Its build texts; none where it cannot be read."""
        return {} if isinstance(self.contents, Unknown) else self.contents.texts

    @property
    def vendored(self) -> tuple[str, ...]:
        """The shared libraries that a wheel of its release carries."""
        return self.archive.vendored

    @cached_property
    def classification(self) -> Classification:
        """The verdict on building it, as `judge_source_build` gives it."""
        index, sdist = self.archive.index, self.sdist
        project = index.project(sdist.name)
        return judge_source_build(project, sdist, index, self.site, read=lambda: self.facts)

    @property
    def needs_input(self) -> SourceNeedsInput:
        """What its needs are derived from; name and version alone where it cannot be read."""
        sdist, facts, contents = self.sdist, self.facts, self.contents
        if isinstance(contents, Unknown) or isinstance(facts, Unknown):
            source = SourceNeedsInput(sdist.name, sdist.version)
        else:
            source = needs_input(sdist.name, sdist.version, facts, contents)
        return replace(source, vendored=self.vendored)

    def holds_for(self, site: BuildSite) -> bool:
        """Whether reading it for this site would give the same."""
        return isinstance(self.facts, Unknown) or self.site.answers_as(
            site, self.facts.context_keys
        )

    def derive(self, key: str, kind: Hashable, compute: Callable[[], _T]) -> _T:
        """Return a result that this run or an earlier one computed, or compute it.

        The result, a value of type `kind`, must follow from the sdist and the words of its `key`
        alone.
        """
        if not self.is_whole:
            return compute()  # at once, from a file; what is stored follows from the whole sdist
        results = self.archive.results
        result: _T | None = results.get(key, kind)
        if result is None:
            result = compute()
            if not isinstance(self.contents, Unknown):
                results.put(key, result)
        return result
