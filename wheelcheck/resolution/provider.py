"""pip's rules, told to resolvelib: which candidates, in which order, with which dependencies.

Mirrors the behaviour of pip 26 (not its code): a package with extras is a node of its own that
requires exactly its base; preference goes to direct, pinned, upper-bounded, user-requested and
specified requirements in that order; causes of a conflict come first when backtracking.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version
from resolvelib import AbstractProvider
from resolvelib.structs import RequirementInformation

from wheelcheck.errors import Unknown
from wheelcheck.resolution.answers import Answers, Offer
from wheelcheck.resolution.needs import Candidate, Need, identifier_of, needs_of

__all__ = ["Provider"]

PROMOTE_AFTER_CONFLICTS = 5  # as pip: a package that keeps conflicting is settled earlier


def is_pin(specifier: SpecifierSet) -> bool:
    """Whether a specifier names one version, so that a yanked one may be meant (PEP 592)."""
    return any(
        clause.operator == "===" or (clause.operator == "==" and not clause.version.endswith(".*"))
        for clause in specifier
    )


class Provider(AbstractProvider[Need, Candidate, str]):
    """Answers resolvelib's questions for one target.

    `excused` packages may be pinned though nothing installs: to the version the reference target
    would get, or to no version where there is none to tell (see `Candidate.version`). What they
    need, directly or not, may be stood in for as well: another version of theirs would be no
    better. `reference` has the versions that the reference target gets. What `locked` packages
    require is among the roots already.
    """

    def __init__(
        self,
        answers: Answers,
        constraints: Mapping[NormalizedName, SpecifierSet],
        requested: Mapping[str, int],
        *,
        excused: frozenset[NormalizedName] = frozenset(),
        reference: Mapping[NormalizedName, Version | None],
        no_deps: bool = False,
        locked: frozenset[NormalizedName] = frozenset(),
        prefetch: Callable[[Iterable[Need]], None] | None = None,
    ) -> None:
        self._answers = answers
        self._constraints = constraints
        self._requested = requested
        self._excused = excused
        self._behind_excused = set(excused)
        self._reference = reference
        self._no_deps = no_deps
        self._locked = locked
        self._prefetch = prefetch
        self._matches: dict[tuple[NormalizedName, frozenset[str], bool], _LazySequence] = {}
        self._needs: dict[Candidate, tuple[Need, ...]] = {}
        self._conflicts: Counter[str] = Counter()

    # --- names and order -------------------------------------------------------------------

    def identify(self, requirement_or_candidate: Need | Candidate) -> str:
        """Name the node a requirement or a candidate belongs to."""
        return identifier_of(requirement_or_candidate.name, requirement_or_candidate.extras)

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],  # noqa: ARG002 (resolvelib's signature)
        information: Mapping[str, Iterator[RequirementInformation[Need, Candidate]]],  # noqa: ARG002
        backtrack_causes: Sequence[RequirementInformation[Need, Candidate]],
    ) -> Iterable[str]:
        """Settle the causes of the last conflict first, then what keeps conflicting."""
        causes = set()
        for cause in backtrack_causes:
            names = [cause.requirement.identifier]
            if cause.parent is not None:
                names.append(self.identify(cause.parent))
            causes.update(names)
            self._conflicts.update(name for name in names if name not in resolutions)
        every = list(identifiers)
        current = [name for name in every if name in causes]
        return current or [name for name in every if self._promoted(name)] or every

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Candidate],  # noqa: ARG002
        candidates: Mapping[str, Iterator[Candidate]],  # noqa: ARG002
        information: Mapping[str, Iterator[RequirementInformation[Need, Candidate]]],
        backtrack_causes: Sequence[RequirementInformation[Need, Candidate]],  # noqa: ARG002
    ) -> tuple[bool, bool, bool, bool, float, bool, str]:
        """Order the nodes still to be settled: the least comes first."""
        needs = [info.requirement for info in information[identifier]]
        clauses = [clause for need in needs if need.exact is None for clause in need.specifier]
        starred = [clause.version.endswith(".*") for clause in clauses]
        pinned = any(
            clause.operator.startswith("==") and not star
            for clause, star in zip(clauses, starred, strict=True)
        )
        bounded = any(
            clause.operator in {"<", "<=", "~="} or (clause.operator == "==" and star)
            for clause, star in zip(clauses, starred, strict=True)
        )
        return (
            not self._promoted(identifier),
            all(need.exact is None for need in needs),
            not pinned,
            not bounded,
            self._requested.get(identifier, math.inf),
            not clauses,
            identifier,
        )

    def _promoted(self, identifier: str) -> bool:
        return self._conflicts[identifier] >= PROMOTE_AFTER_CONFLICTS

    # --- candidates ------------------------------------------------------------------------

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Need]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> Callable[[], Iterator[Candidate]] | Sequence[Candidate]:
        """Candidates that satisfy every requirement on a node, best first."""
        needs = list(requirements[identifier])
        if not needs or any(need.impossible for need in needs):
            return []  # none: the solver asks again about nodes that nobody needs any more
        name, extras = needs[0].name, needs[0].extras
        every = needs + (list(requirements.get(name, iter(()))) if extras else [])
        refused = set(incompatibilities.get(identifier, ()))
        exact = dict.fromkeys(need.exact for need in every if need.exact is not None)
        if exact:
            wanted = [Candidate(name, extras, c.version, c.offer, c.direct) for c in exact]
            return [
                candidate
                for candidate in wanted
                if candidate not in refused
                and self._constraint_admits(candidate)
                and all(self.is_satisfied_by(need, candidate) for need in needs)
            ]
        matches = self.matches(name, every)

        def candidates() -> Iterator[Candidate]:
            for offer in matches:
                version = offer.version if offer else None
                candidate = Candidate(name, extras, version, offer)
                if candidate not in refused:
                    yield candidate

        return candidates

    def is_satisfied_by(self, requirement: Need, candidate: Candidate) -> bool:
        """Whether a candidate meets a requirement; one without a version meets all."""
        if requirement.impossible:
            return False
        if candidate.version is None:
            return True
        if requirement.exact is not None:
            exact = requirement.exact
            return exact.version == candidate.version and exact.direct == candidate.direct
        return requirement.specifier.contains(candidate.version, prereleases=True)

    def matches(self, name: NormalizedName, needs: Iterable[Need]) -> Iterable[Offer | None]:
        """Offers that satisfy these requirements and the constraint, best first.

        For an excused package without any: stand-ins, or None once where there are none either.
        """
        clauses = {str(need.specifier) for need in needs if need.exact is None}
        clauses.add(str(self.constraint(name)))
        key = (name, frozenset(clauses - {""}), name in self._behind_excused)
        if key not in self._matches:
            specifier = SpecifierSet(",".join(sorted(key[1])))
            self._matches[key] = _LazySequence(self._search(name, specifier, stand_ins=key[2]))
        return self._matches[key]

    def constraint(self, name: NormalizedName) -> SpecifierSet:
        """What -c says of a package's version."""
        return self._constraints.get(name, SpecifierSet())

    def _constraint_admits(self, candidate: Candidate) -> bool:
        version = candidate.version
        specifier = self.constraint(candidate.name)
        return version is None or specifier.contains(version, prereleases=True)

    def _search(
        self, name: NormalizedName, specifier: SpecifierSet, *, stand_ins: bool
    ) -> Iterator[Offer | None]:
        found = False
        for offer in self._in_order(name, specifier, self._answers.offer):
            if not found and not self._no_deps and name not in self._locked:
                self._answers.expect(name, offer)
            found = True
            yield offer
        if stand_ins and not found:
            yield from self._stand_ins(name, specifier)

    def _stand_ins(self, name: NormalizedName, specifier: SpecifierSet) -> Iterator[Offer | None]:
        """Offer the version that the reference target gets and no other, if it has one."""
        version = self._reference.get(name)
        if version is not None and specifier.contains(version, prereleases=True):
            yield self._answers.stand_in(name, version)
            return
        found = False
        for offer in self._in_order(name, specifier, self._answers.stand_in):
            found = True
            yield offer
        if not found and name in self._excused:
            yield None

    def _in_order(
        self,
        name: NormalizedName,
        specifier: SpecifierSet,
        ask: Callable[[NormalizedName, Version], Offer | None],
    ) -> Iterator[Offer]:
        """Order offers as pip does: newest first, with two exceptions.

        With --prefer-binary sdists come last, and yanked files come only where the requirement
        pins and nothing else is there.
        """
        policy = self._answers.rules.policy
        offers = self._admitted(name, specifier, ask)
        yanked, sdists, any_kept = [], [], False
        for offer in offers:
            if offer.file.yanked is not None:
                yanked.append(offer)
            elif policy.prefer_binary and offer.installable and not _is_wheel(offer):
                sdists.append(offer)
            else:
                any_kept = True
                yield offer
        yield from sdists
        if yanked and not (any_kept or sdists) and is_pin(specifier):
            yield from yanked

    def _admitted(
        self,
        name: NormalizedName,
        specifier: SpecifierSet,
        ask: Callable[[NormalizedName, Version], Offer | None],
    ) -> Iterator[Offer]:
        project = self._answers.project(name)
        if isinstance(project, Unknown):
            return
        allowed = self._answers.rules.policy.allows_prereleases(name)
        all_stages = bool(specifier.prereleases) if allowed is None else allowed
        later, found = [], False
        for version in project.versions:
            if not specifier.contains(version, prereleases=True):
                continue
            if version.is_prerelease and not all_stages:
                later.append(version)
            elif offer := ask(name, version):
                found = True
                yield offer
        if not found and allowed is not False:
            yield from filter(None, (ask(name, version) for version in later))

    # --- dependencies ----------------------------------------------------------------------

    def get_dependencies(self, candidate: Candidate) -> tuple[Need, ...]:
        """What a candidate asks for on this target; nothing where it could not be read."""
        if candidate not in self._needs:
            self._needs[candidate] = tuple(self._dependencies(candidate))
            if self._prefetch:
                self._prefetch(self._needs[candidate])
        return self._needs[candidate]

    def _dependencies(self, candidate: Candidate) -> Iterator[Need]:
        source = candidate.label
        if candidate.extras:
            none: frozenset[NormalizedName] = frozenset()
            base = Candidate(
                candidate.name, none, candidate.version, candidate.offer, candidate.direct
            )
            yield Need(candidate.name, text=base.label, source=source, exact=base)
        listed = candidate.name in self._locked and not candidate.extras
        if candidate.offer is None or self._no_deps or listed:
            return
        told = self._answers.dependencies(candidate.name, candidate.offer, candidate.extras)
        if told.refused:
            name = NormalizedName(f"<{candidate.label}>")
            yield Need(name, text=told.refused, source=source, impossible=told.refused)
        for requirement in told.requirements:
            for need in needs_of(requirement, source, self._answers.direct):
                if candidate.name in self._behind_excused:
                    self._behind_excused.add(need.name)
                yield need


def _is_wheel(offer: Offer) -> bool:
    return offer.file.filename.endswith(".whl")


class _LazySequence:
    """An iterator that remembers, so that asking again starts from what is already known."""

    def __init__(self, source: Iterator[Offer | None]) -> None:
        self._source = source
        self._known: list[Offer | None] = []

    def __iter__(self) -> Iterator[Offer | None]:
        position = 0
        while True:
            if position == len(self._known):
                try:
                    self._known.append(next(self._source))
                except StopIteration:
                    return
            yield self._known[position]
            position += 1
