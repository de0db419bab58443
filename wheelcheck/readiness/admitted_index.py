"""An index that offers of each project some releases alone, in an order of preference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import (
    ArchiveListing,
    CoreMetadata,
    Index,
    MemberReader,
    Project,
    ProjectStatus,
    Sdist,
    T,
    UnusableFile,
    Wheel,
)

__all__ = ["AdmittedIndex"]

Admitted = Callable[[Project], Sequence[Version]]


class AdmittedIndex:
    """An `Index` whose projects have the releases that `admitted` names, in that order.

    A solver tries them in that order: the lowest first, where that is wanted. Packages that are
    `undemanding` require nothing.
    """

    def __init__(
        self, index: Index, admitted: Admitted, undemanding: Collection[NormalizedName] = ()
    ) -> None:
        self._index = index
        self._admitted = admitted
        self._undemanding = undemanding

    def project(self, name: NormalizedName) -> Project | Unknown:
        """The project with the admitted releases."""
        found = self._index.project(name)
        return found if isinstance(found, Unknown) else _Admitted(found, self._admitted(found))

    def at_url(self, url: str, name: NormalizedName) -> Wheel | Sdist | Unknown:
        """Which file does a direct reference mean?"""
        return self._index.at_url(url, name)

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What does this file depend on?"""
        if file.name in self._undemanding:
            return CoreMetadata(file.name, file.version, requires_python=file.requires_python)
        return self._index.metadata(file)

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """What does this archive contain?"""
        return self._index.listing(file, wanted)

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], T]) -> T | Unknown:
        """What `look` finds in the members of a wheel."""
        return self._index.look_into(wheel, look)

    def prefetch_look(self, wheel: Wheel, look: Callable[[MemberReader], object]) -> None:
        """Look into a wheel in the background."""
        self._index.prefetch_look(wheel, look)

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        """What was stored as derived from this file before."""
        return self._index.derived(file)

    def store_derived(self, file: Wheel | Sdist, data: bytes) -> None:
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


class _Admitted:
    """A project with some of its releases, the preferred first."""

    def __init__(self, project: Project, versions: Sequence[Version]) -> None:
        self._project = project
        self._versions = tuple(versions)
        self._known = frozenset(versions)

    @property
    def name(self) -> NormalizedName:
        return self._project.name

    @property
    def status(self) -> ProjectStatus:
        return self._project.status

    @property
    def status_reason(self) -> str:
        return self._project.status_reason

    @property
    def versions(self) -> tuple[Version, ...]:
        return self._versions

    @property
    def unusable(self) -> tuple[UnusableFile, ...]:
        return self._project.unusable

    def files(self, version: Version) -> tuple[Wheel | Sdist, ...]:
        return self._project.files(version) if version in self._known else ()
