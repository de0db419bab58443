"""An index that offers of each project some releases alone, in an order of preference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.index_over import IndexOver
from wheelcheck.index.interface import (
    CoreMetadata,
    Index,
    Project,
    ProjectStatus,
    Sdist,
    UnusableFile,
    Wheel,
)

__all__ = ["AdmittedIndex"]

Admitted = Callable[[Project], Sequence[Version]]


class AdmittedIndex(IndexOver):
    """An `Index` whose projects have the releases that `admitted` names, in that order.

    A solver tries them in that order: the lowest first, where that is wanted. Packages that are
    `undemanding` require nothing.
    """

    def __init__(
        self, index: Index, admitted: Admitted, undemanding: Collection[NormalizedName] = ()
    ) -> None:
        super().__init__(index)
        self._admitted = admitted
        self._undemanding = undemanding

    def project(self, name: NormalizedName) -> Project | Unknown:
        """The project with the admitted releases."""
        found = self._index.project(name)
        return found if isinstance(found, Unknown) else _Admitted(found, self._admitted(found))

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What does this file depend on?"""
        if file.name in self._undemanding:
            return CoreMetadata(file.name, file.version, requires_python=file.requires_python)
        return super().metadata(file)


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

    @property
    def untold(self) -> Unknown | None:
        return self._project.untold

    @property
    def is_for_any_platform(self) -> bool:
        return self._project.is_for_any_platform

    def files(self, version: Version) -> tuple[Wheel | Sdist, ...]:
        return self._project.files(version) if version in self._known else ()
