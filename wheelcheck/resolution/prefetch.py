"""Have the index fetch what solving will ask for, all targets at once and wave after wave.

The solver asks for one thing at a time, and would wait for each. Here every package that is needed
so far is fetched together, then the metadata of what would be chosen, then what those need. What
comes of it decides nothing: the solver asks again, and finds the answers waiting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from wheelcheck.resolution.solving.nodes import Candidate, SolverRequirement
from wheelcheck.resolution.solving.provider import Provider
from wheelcheck.resolution.solving.search import Stopped

__all__ = ["prefetch"]


def prefetch(
    questions: Iterable[tuple[Provider, Sequence[SolverRequirement]]],
) -> list[Mapping[str, Candidate]]:
    """Follow what the roots need, for one provider per marker environment.

    Returns what would be chosen for each node, a guess. Raises IndexUnreachable.
    """
    searches = [(provider, roots, dict[str, Candidate]()) for provider, roots in questions]
    walks = [_walk(*each) for each in searches]
    while walks:
        walks = [walk for walk in walks if next(walk, False)]
    return [chosen for _, _, chosen in searches]


def _walk(
    provider: Provider, roots: Sequence[SolverRequirement], chosen: dict[str, Candidate]
) -> Iterator[bool]:
    """One walk; it pauses whenever something has been asked for.

    What an earlier run was answered is not followed: it has fetched what that needs.
    """
    required: dict[str, list[SolverRequirement]] = defaultdict(list)
    wave = [need for need in roots if not provider.knows(need)]
    while wave:
        provider.announce(wave)
        yield True
        for need in wave:
            required[need.identifier].append(need)
        picked = list(_picked(provider, _unmet(provider, wave, chosen), required))
        chosen |= {candidate.identifier: candidate for candidate in picked}
        yield True
        needs = (need for candidate in picked for need in _needs(provider, candidate))
        wave = [need for need in needs if not provider.knows(need)]


def _unmet(
    provider: Provider, wave: Iterable[SolverRequirement], chosen: Mapping[str, Candidate]
) -> Iterable[SolverRequirement]:
    """Of each node that lacks a candidate, or whose candidate a need does not admit: its last."""
    unmet = {}
    for need in wave:
        candidate = chosen.get(need.identifier)
        if candidate is None or not provider.satisfies(candidate, need):
            unmet[need.identifier] = need
    return unmet.values()


def _picked(
    provider: Provider,
    needs: Iterable[SolverRequirement],
    required: Mapping[str, Sequence[SolverRequirement]],
) -> Iterator[Candidate]:
    """The first candidate of each node that has any."""
    for need in needs:
        base = required[need.name] if need.extras else []
        yield from islice(provider.candidates(required[need.identifier], base, ()), 1)


def _needs(provider: Provider, candidate: Candidate) -> Sequence[SolverRequirement]:
    """What a candidate needs; nothing where an old pip would stop at it, which the solver says."""
    try:
        return provider.dependencies(candidate)
    except Stopped:
        return ()
