"""The candidates that are left for a node, found as far as the solver looks at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Protocol

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.solving.nodes import Candidate, SolverRequirement

__all__ = ["CandidateSearch"]


class _Matches(Protocol):
    """Who knows the offers that satisfy requirements: the provider."""

    def matches(
        self,
        name: NormalizedName,
        needs: Iterable[SolverRequirement],
        *,
        stand_ins: bool | None = None,
    ) -> Iterable[Offer | None]:
        """Offers that satisfy these requirements and the constraint, best first."""


class CandidateSearch(Struct):
    """What satisfies the requirements of a node and of its base, searched on first use.

    `known_first` spares the search where it follows from another.
    """

    provider: _Matches
    extras: frozenset[NormalizedName]
    needs: tuple[SolverRequirement, ...]
    refused: Collection[Candidate]
    stand_ins: bool
    known_first: Candidate | None = None

    @property
    def first(self) -> Candidate | None:
        """The best that is left, None where none is."""
        if self.known_first is None:
            self.known_first = next(self._search(), None)
        return self.known_first

    def __iter__(self) -> Iterator[Candidate]:
        if self.first is not None:
            yield self.first
            yield from islice(self._search(), 1, None)

    def _search(self) -> Iterator[Candidate]:
        name = self.needs[0].name
        for offer in self.provider.matches(name, self.needs, stand_ins=self.stand_ins):
            version = offer.version if offer else None
            candidate = Candidate(name, self.extras, version, offer)
            if candidate not in self.refused:
                yield candidate
