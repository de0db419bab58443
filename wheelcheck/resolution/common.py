"""What is the same on every target, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.index.model import Project
from wheelcheck.resolution.answers import Offer
from wheelcheck.resolution.needs import Need, needs_of

__all__ = ["Common", "LazySequence"]

_T = TypeVar("_T")


class Common:
    """What is the same on every target. Keys by identity: what they name is kept beside them."""

    def __init__(self) -> None:
        self._versions: dict[
            tuple[NormalizedName, int], tuple[SpecifierSet, LazySequence[Version]]
        ] = {}
        self._needs: dict[tuple[int, str], tuple[tuple[Requirement, ...], tuple[Need, ...]]] = {}

    def versions(self, project: Project, specifier: SpecifierSet) -> Iterable[Version]:
        """Which versions a specifier admits, newest first, pre-releases included."""
        key = (project.name, id(specifier))
        found = self._versions.get(key)
        if found is None:
            admitted = (v for v in project.versions if specifier.contains(v, prereleases=True))
            found = self._versions[key] = (specifier, LazySequence(admitted))
        return found[1]

    def needs(
        self,
        requirements: tuple[Requirement, ...],
        source: str,
        direct: Callable[[Requirement], Offer | None],
    ) -> tuple[Need, ...]:
        """What requirements of a source need; direct references are looked at on each target."""
        key = (id(requirements), source)
        known = self._needs.get(key)
        if known is not None:
            return known[1]
        needs = tuple(need for each in requirements for need in needs_of(each, source, direct))
        if not any(need.exact for need in needs):
            self._needs[key] = (requirements, needs)
        return needs


class LazySequence(Generic[_T]):
    """An iterator that remembers, so that asking again starts from what is already known."""

    def __init__(self, source: Iterator[_T]) -> None:
        self._source = source
        self._known: list[_T] = []

    def __iter__(self) -> Iterator[_T]:
        position = 0
        while True:
            if position == len(self._known):
                try:
                    self._known.append(next(self._source))
                except StopIteration:
                    return
            yield self._known[position]
            position += 1
