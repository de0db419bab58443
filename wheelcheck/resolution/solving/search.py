"""The search for versions that go together, as its parts speak of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from wheelcheck.resolution.solving.nodes import Candidate, SolverRequirement

__all__ = ["Cause", "Guide", "Impossible", "Preference", "Settled", "Stopped", "TooDeep"]

Preference = tuple[bool, bool, bool, float, bool, str]


class Cause(NamedTuple):
    """A need and the candidate that has it; None for the user."""

    requirement: SolverRequirement
    parent: Candidate | None


class Guide(Protocol):
    """The rules that the solver follows."""

    def dependencies(self, candidate: Candidate) -> Sequence[SolverRequirement]:
        """What a candidate needs."""

    def candidates(
        self,
        needs: Sequence[SolverRequirement],
        base: Sequence[SolverRequirement],
        refused: Collection[Candidate],
    ) -> Iterable[Candidate]:
        """What satisfies the needs of a node (and of its base if it has extras), best first."""

    def narrowed(
        self, found: Iterable[Candidate], need: SolverRequirement
    ) -> Iterable[Candidate] | None:
        """What is left of `candidates` with one need more; None where they must be asked for.

        Never empty.
        """

    def satisfies(self, candidate: Candidate, need: SolverRequirement) -> bool:
        """Whether a candidate meets a need."""

    def preference(self, identifier: str, needs: Sequence[SolverRequirement]) -> Preference:
        """The rank of a node that waits, the least first; its last part is the node itself."""

    def most_urgent(
        self, waiting: Collection[str], pins: Mapping[str, Candidate], causes: Sequence[Cause]
    ) -> Collection[str] | None:
        """Those of the waiting nodes that come before all others; None where there are none."""


class Settled(Struct, frozen=True):
    """A candidate by node in the order of the last choices, and who needs each node."""

    pins: Mapping[str, Candidate]
    causes: Mapping[str, Sequence[Cause]]


class Stopped(Exception):  # noqa: N818 (an answer)
    """The installer ends at this candidate: with an error that no other version would mend."""

    def __init__(self, candidate: Candidate, why: SolverRequirement) -> None:
        super().__init__(candidate, why)
        self.candidate = candidate
        self.why = why


class Impossible(Exception):  # noqa: N818 (an answer)
    """Nothing satisfies these needs together; `causes` are those of the last conflict."""

    def __init__(self, causes: Sequence[Cause]) -> None:
        super().__init__(causes)
        self.causes = causes


class TooDeep(Exception):  # noqa: N818 (an answer)
    """More rounds than are allowed."""
