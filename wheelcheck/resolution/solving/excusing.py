"""A target's question answered; packages that cannot be installed end nothing.

It is solved strictly first. Where packages stand in the way for want of files, they are excused,
and it is solved again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.installers import Rule
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.description import Describer
from wheelcheck.resolution.pins import Conflict
from wheelcheck.resolution.solver_input import SolverInput
from wheelcheck.resolution.solving.blocked import blocked_names, is_blocked
from wheelcheck.resolution.solving.first_come import FirstCome
from wheelcheck.resolution.solving.provider import Provider
from wheelcheck.resolution.solving.search import Cause, Impossible, Stopped, TooDeep
from wheelcheck.resolution.solving.solution import Solution, solution_of
from wheelcheck.resolution.solving.solver import Solver

__all__ = ["Ready", "Solved", "solve"]

_Versions = Mapping[NormalizedName, Version | None]


class Ready(Struct, frozen=True):
    """A target's question, and who answers it. The provider excuses nothing."""

    answers: Answers
    question: SolverInput
    provider: Provider


class Solved(Struct, frozen=True):
    """A question answered: the same question with the same answers has the same outcome.

    `reference` holds the versions of the reference target where they were asked for, else None.
    """

    question: SolverInput
    answers: Answers
    outcome: Solution | Conflict | Unknown
    reference: _Versions | None


def solve(
    ready: Ready,
    max_rounds: int,
    describer: Describer,
    reference_of: Callable[[Answers], _Versions],
) -> Solved:
    """Solve strictly; where packages stand in the way, excuse them and solve again.

    `reference_of` gives the versions that the reference target gets, where packages are excused.
    """
    answers, question, provider = ready.answers, ready.question, ready.provider
    excused = frozenset(
        need.name for need in question.roots if is_blocked(provider, answers, [need])
    )
    reference = None
    while True:
        if excused:
            reference = reference_of(answers) if reference is None else reference
            provider = ready.provider.excusing(excused, reference)
        outcome = _attempt(provider, ready, max_rounds)
        if not isinstance(outcome, Impossible | Stopped):
            provider.forget()
            return Solved(question, answers, outcome, reference)
        causes: Collection[Cause] = (
            [Cause(outcome.why, outcome.candidate)]
            if isinstance(outcome, Stopped)
            else outcome.causes
        )
        blocked = blocked_names(provider, answers, causes) - excused
        if not blocked:
            provider.forget()
            conflict = describer.conflict(answers, causes)
            return Solved(question, answers, conflict, reference)
        excused |= blocked


def _attempt(
    provider: Provider, ready: Ready, max_rounds: int
) -> Solution | Unknown | Impossible | Stopped:
    question = ready.question
    try:
        if ready.answers.target.installer.has(Rule.LEGACY_RESOLVER):
            search = FirstCome(provider)
            lines = sorted(question.roots, key=question.position)
            return solution_of(search.solve(lines), search.unmet())
        return solution_of(Solver(provider).solve(question.roots, max_rounds))
    except (Impossible, Stopped) as ended:
        return ended
    except TooDeep:
        why = "gave up: the versions that could go together are too many to try"
        return Unknown("resolution-too-deep", why)
