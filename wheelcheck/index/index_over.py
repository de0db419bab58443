"""An index that asks another one: the ground for those that answer some questions differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import SupportsBytes

from packaging.utils import NormalizedName

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import (
    ArchiveListing,
    CoreMetadata,
    Index,
    MemberReader,
    Project,
    Sdist,
    T,
    Wheel,
)

__all__ = ["IndexOver"]


class IndexOver:
    """`Index` that passes every question on, as the interface describes it."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @property
    def fetches(self) -> bool:
        """Whether it may fetch anything."""
        return self._index.fetches

    def project(self, name: NormalizedName) -> Project | Unknown:
        """Which files does this project have?"""
        return self._index.project(name)

    def at_url(self, url: str, name: NormalizedName) -> Wheel | Sdist | Unknown:
        """Which file does a direct reference mean?"""
        return self._index.at_url(url, name)

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What does this file depend on?"""
        return self._index.metadata(file)

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """What does this archive contain?"""
        return self._index.listing(file, wanted)

    def pyproject(self, sdist: Sdist, enough: Callable[[str], bool]) -> str | Unknown | None:
        """The pyproject.toml at the root of an sdist, if that alone is `enough`."""
        return self._index.pyproject(sdist, enough)

    def prefetch_pyproject(self, sdists: Iterable[Sdist], enough: Callable[[str], bool]) -> None:
        """Say whose `pyproject` will be needed next."""
        self._index.prefetch_pyproject(sdists, enough)

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], T]) -> T | Unknown:
        """What `look` finds in the members of a wheel."""
        return self._index.look_into(wheel, look)

    def prefetch_look(self, wheel: Wheel, look: Callable[[MemberReader], object]) -> None:
        """Look into a wheel in the background."""
        self._index.prefetch_look(wheel, look)

    def first_listed(self, sdists: Sequence[Sdist], wanted: Callable[[str], bool]) -> Sdist:
        """Which of several sdists comes first."""
        return self._index.first_listed(sdists, wanted)

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        """What was stored as derived from this file before."""
        return self._index.derived(file)

    def store_derived(self, file: Wheel | Sdist, data: SupportsBytes) -> None:
        """Store what was derived from this file."""
        self._index.store_derived(file, data)

    def prefetch(
        self,
        names: Iterable[NormalizedName] = (),
        files: Iterable[Wheel | Sdist] = (),
        listings: Iterable[Wheel | Sdist] = (),
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Say what will probably be asked next."""
        self._index.prefetch(names, files, listings, wanted)
