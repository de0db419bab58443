"""How pip before 20.3 resolves: the first requirement on a package that it meets decides.

It takes the newest version that this requirement admits and goes on with what that needs, one
package after another; it never goes back, and reports afterwards what does not fit. A constraint
takes the place of the requirement that it constrains. Two lines of the user about one package must
say the same. Source: pip 20.2.4, `_internal/req/req_set.py` (`add_requirement`) and
`_internal/resolution/legacy/resolver.py`; judged in `data/installers/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import NormalizedName

from wheelcheck.resolution.solving.nodes import Candidate, SolverRequirement, identifier_of
from wheelcheck.resolution.solving.provider import Provider
from wheelcheck.resolution.solving.search import Cause, Impossible, Settled

__all__ = ["FirstCome"]

_NO_EXTRAS: frozenset[NormalizedName] = frozenset()


class _Entry(Struct):
    """A package: the requirement that decides, and everybody who asks for it."""

    need: SolverRequirement
    extras: frozenset[NormalizedName]
    causes: list[Cause] = []
    candidate: Candidate | None = None


class FirstCome:
    """Resolves once; `provider` says what there is."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._entries: dict[NormalizedName, _Entry] = {}

    def solve(self, roots: Iterable[SolverRequirement]) -> Settled:
        """What is chosen for each node. Raises Impossible, Stopped."""
        for need in _whole(roots):
            self._add(Cause(need, None))
        waiting = list(self._entries)
        for name in waiting:
            known = len(self._entries)
            entry = self._entries[name]
            entry.candidate = chosen = self._chosen(entry)
            for need in _whole(self._provider.dependencies(chosen)):
                if need.name != name:
                    self._add(Cause(need, chosen))
            waiting += list(self._entries)[known:]
        return self._settled()

    def unmet(self) -> Iterator[Cause]:
        """Requirements that what was chosen does not meet, which pip reports afterwards."""
        for entry in self._entries.values():
            for cause in entry.causes:
                need = replace(cause.requirement, extras=_NO_EXTRAS)
                if entry.candidate and not self._provider.satisfies(entry.candidate, need):
                    yield cause

    def _add(self, cause: Cause) -> None:
        need, parent = cause
        known = self._entries.get(need.name)
        if known is None:
            self._entries[need.name] = self._entry(cause)
            return
        if parent is None and need.extras == known.extras and need.clauses != known.need.clauses:
            raise Impossible([known.causes[0], cause])  # "Double requirement given"
        known.causes.append(cause)

    def _entry(self, cause: Cause) -> _Entry:
        need = cause.requirement
        constraint = self._provider.constraint(need.name)
        decisive = replace(need, extras=_NO_EXTRAS)
        if need.exact is None and (len(constraint.specifier) or constraint.files):
            decisive = replace(decisive, clauses=str(constraint.specifier))
        return _Entry(decisive, need.extras | constraint.extras, [cause])

    def _chosen(self, entry: _Entry) -> Candidate:
        need = entry.need
        if need.exact is not None:
            need = replace(need, exact=replace(need.exact, extras=_NO_EXTRAS))
        found = next(iter(self._provider.candidates([need], (), ())), None)
        if found is None:
            raise Impossible(entry.causes[:1])
        return replace(found, extras=entry.extras)

    def _settled(self) -> Settled:
        """As nodes of the newer resolver: a package with extras has one more, which needs it."""
        pins: dict[str, Candidate] = {}
        causes: dict[str, Sequence[Cause]] = {}
        for name, entry in self._entries.items():
            assert entry.candidate is not None
            base = replace(entry.candidate, extras=_NO_EXTRAS)
            node = identifier_of(name, entry.extras)
            pins[name], causes[name] = base, []
            if entry.extras:
                exact = SolverRequirement(name, text=base.label, exact=base)
                pins[node], causes[name] = entry.candidate, [Cause(exact, entry.candidate)]
            wanted = [replace(each.requirement, extras=entry.extras) for each in entry.causes]
            parents = [each.parent for each in entry.causes]
            causes[node] = [Cause(*each) for each in zip(wanted, parents, strict=True)]
        return Settled(pins, causes)


def _whole(needs: Iterable[SolverRequirement]) -> Iterator[SolverRequirement]:
    """Each requirement once: those with extras and versions are two needs to the newer resolver."""
    every = list(needs)
    split = {(need.name, need.text, need.source) for need in every if need.extras}
    for need in every:
        if need.extras or (need.name, need.text, need.source) not in split:
            yield need
