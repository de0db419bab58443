"""Resolve requirements for one target after another, sharing what they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.model import Index, Project
from wheelcheck.requirements.model import RequirementLine, Requirements
from wheelcheck.resolution.answers import Answers, reference_target
from wheelcheck.resolution.choice import FileRules
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.foresight import foresee
from wheelcheck.resolution.model import Conflict, Demand, Pin, Resolution, Standing
from wheelcheck.resolution.needs import Candidate, Need, needs_of, text_of
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.provider import Provider
from wheelcheck.resolution.solution import Solution, solution_of
from wheelcheck.resolution.solver import Impossible, Solver, Told, TooDeep
from wheelcheck.targets import Target

__all__ = ["Resolver", "foresee_all", "resolve"]

MAX_ROUNDS = 10_000
"""Far more than any sane graph takes (330 pins take 364), so that a hopeless one ends within half a
minute; pip goes on twenty times longer."""

_Causes = Collection[Told]


def resolve(
    requirements: Requirements, target: Target, index: Index, *, no_deps: bool = False
) -> Resolution:
    """Resolve for one target; see `Resolver`, which shares work between several."""
    return Resolver(requirements, index, no_deps=no_deps).resolve(target)


def foresee_all(asked: Iterable[tuple[Resolver, Iterable[Target]]]) -> None:
    """Have the index fetch, side by side, what several resolvers will ask for on their targets."""
    groups = [
        (resolver, like) for resolver, targets in asked for like in resolver.expected(targets)
    ]
    guesses = foresee(resolver.unsolved(like[0].target) for resolver, like in groups)
    for (_, (_, *others)), guess in zip(groups, guesses, strict=True):
        for candidate in guess.values():
            for answers in others:  # the same versions, of which other files may be taken
                if candidate.version is not None and candidate.direct is None:
                    offer = answers.offer(candidate.name, candidate.version)
                    if offer is not None:
                        answers.expect(candidate.name, offer)


class Resolver:
    """Chooses what pip would choose, target by target.

    A package that cannot be installed does not end the resolution: it is pinned as `UNAVAILABLE`
    at the version the reference target would get, or as `UNKNOWN`, and the others go on. What is
    `installed` where it would be installed is kept as long as it satisfies, as by ``pip install``.
    Raises nothing but `IndexUnreachable`; a true conflict is told in `Resolution.conflict`.
    """

    def __init__(
        self,
        requirements: Requirements,
        index: Index,
        *,
        no_deps: bool = False,
        installed: Iterable[Pin] = (),
    ) -> None:
        self._requirements = requirements
        self._index = index
        self._no_deps = no_deps
        self._installed = {
            pin.name: Offer(pin.version, pin.file)
            for pin in installed
            if pin.version is not None and pin.file is not None
        }
        self._rules = FileRules(requirements.policy, _hashes(requirements), _locks(requirements))
        self._environments: dict[tuple[str, ...], MarkerEnvironment] = {}
        self._common = Common(index)
        self._solved: list[_Solved] = []
        self._foreseen: dict[Target, tuple[Answers, _Question]] = {}
        self._references: dict[tuple[str, str, bool], Mapping[NormalizedName, Version | None]] = {}

    @property
    def rules(self) -> FileRules:
        """The user's rules on files, as the resolution applies them."""
        return self._rules

    def foresee(self, targets: Iterable[Target]) -> None:
        """Have the index fetch, side by side, what resolving for these targets will ask for."""
        foresee_all([(self, targets)])

    def expected(self, targets: Iterable[Target]) -> Iterable[list[Answers]]:
        """Return who will answer on these targets, by marker environment."""
        groups: dict[int, list[Answers]] = defaultdict(list)
        for target in targets:
            answers = self._answers(target)
            self._foreseen[target] = (answers, self._question(answers))
            groups[id(answers.environment)].append(answers)
        return groups.values()

    def unsolved(self, target: Target) -> tuple[Provider, Sequence[Need]]:
        """Return what guides the solver on an expected target, and what it starts from."""
        answers, question = self._foreseen[target]
        return self._provider(answers, question, frozenset(), None), question.roots

    def resolve(self, target: Target) -> Resolution:
        """Resolve for a target, taking over an earlier result where every answer is the same."""
        foreseen = self._foreseen.pop(target, None)
        answers = foreseen[0] if foreseen else self._answers(target)
        question = foreseen[1] if foreseen else self._question(answers)
        for solved in self._solved:
            if question == solved.question and self._agrees(answers, solved):
                return self._describe(answers, solved)
        solved = self._solve(answers, question)
        self._solved.append(solved)
        return self._describe(answers, solved)

    def _answers(self, target: Target) -> Answers:
        return Answers(target, self._rules, self._environment(target), self._common)

    def _agrees(self, answers: Answers, solved: _Solved) -> bool:
        """Whether the solver would be told the same again, the stand-ins' versions included."""
        if solved.reference is not None and self._reference(answers) != solved.reference:
            return False
        return answers.agree_with(solved.answers)

    def _reference(self, answers: Answers) -> Mapping[NormalizedName, Version | None]:
        """Return the versions that the reference target gets; {} for that target itself."""
        target = reference_target(answers.target)
        if target.platform == answers.target.platform:
            return {}
        key = (target.implementation, target.python_full_version, target.free_threaded)
        if key not in self._references:
            pins = self.resolve(target).pins
            self._references[key] = {name: pin.version for name, pin in pins.items()}
        return self._references[key]

    def _environment(self, target: Target) -> MarkerEnvironment:
        values = target.marker_environment()
        key = tuple(values.values())
        return self._environments.setdefault(key, MarkerEnvironment(values))

    # --- solving ---------------------------------------------------------------------------

    def _solve(self, answers: Answers, question: _Question) -> _Solved:
        """Solve strictly; where packages stand in the way, excuse them and solve again."""
        probe = self._provider(answers, question, frozenset(), None)
        excused = frozenset(
            need.name for need in question.roots if self._blocked(probe, answers, [need])
        )
        reference = None
        while True:
            if excused and reference is None:
                reference = self._reference(answers)
            provider = self._provider(answers, question, excused, reference)
            outcome = self._attempt(provider, question)
            if not isinstance(outcome, Impossible):
                return _Solved(question, answers, outcome, reference)
            blocked = self._blocked_names(provider, answers, outcome.causes) - excused
            if not blocked:
                conflict = _explain(outcome.causes, self._requirements.constraints)
                return _Solved(question, answers, conflict, reference)
            excused |= blocked

    def _attempt(self, provider: Provider, question: _Question) -> Solution | Unknown | Impossible:
        try:
            return solution_of(Solver(provider).solve(question.roots, MAX_ROUNDS))
        except Impossible as impossible:
            return impossible
        except TooDeep:
            why = "gave up: the versions that could go together are too many to try"
            return Unknown("resolution-too-deep", why)

    def _provider(
        self,
        answers: Answers,
        question: _Question,
        excused: frozenset[NormalizedName],
        reference: Mapping[NormalizedName, Version | None] | None,
    ) -> Provider:
        return Provider(
            answers,
            question.constraints,
            question.requested,
            excused=excused,
            reference=reference or {},
            common=self._common,
            no_deps=self._no_deps,
            locked=question.locked,
            installed=self._installed,
        )

    def _question(self, answers: Answers) -> _Question:
        """What is asked on this target: the markers of the user's lines are its own.

        As with pip, needs with extras come last, while a line's place among its like counts for
        the order of work. A line that cannot be judged still provides its package.
        """
        needs: list[Need] = []
        requested: dict[str, int] = {}
        locked = set()
        for position, line in enumerate(self._requirements.lines):
            if answers.environment.admits(line.requirement.marker):
                found = list(needs_of(line.requirement, str(line.origin), answers.direct))
                requested.setdefault(found[0].identifier, position)
                needs += found
                if line.locked:
                    locked.add(found[0].name)
        for skipped in self._requirements.skipped:
            if skipped.name and answers.environment.admits(skipped.marker):
                nothing = Candidate(skipped.name, frozenset(), None)
                source, text = str(skipped.origin), skipped.text
                needs.append(Need(skipped.name, text=text, source=source, exact=nothing))
        needs.sort(key=lambda need: bool(need.extras))
        return _Question(needs, requested, self._constraints(answers), frozenset(locked))

    def _constraints(self, answers: Answers) -> dict[NormalizedName, SpecifierSet]:
        merged: dict[NormalizedName, SpecifierSet] = {}
        for line in self._requirements.constraints:
            if answers.environment.admits(line.requirement.marker):
                name = canonicalize_name(line.requirement.name)
                merged[name] = merged.get(name, SpecifierSet()) & line.requirement.specifier
        return merged

    def _blocked_names(
        self, provider: Provider, answers: Answers, causes: _Causes
    ) -> frozenset[NormalizedName]:
        """Packages in a conflict for which it is files that are missing, not agreement."""
        by_name: dict[NormalizedName, list[Need]] = defaultdict(list)
        for cause in causes:
            by_name[cause.requirement.name].append(cause.requirement)
        return frozenset(
            name
            for name, needs in by_name.items()
            if self._blocked(provider, answers, needs)
            or any(self._blocked(provider, answers, [need]) for need in needs)
        )

    def _blocked(self, provider: Provider, answers: Answers, needs: Sequence[Need]) -> bool:
        """Whether nothing installs for these needs, and it is not that they contradict each other.

        Either versions that satisfy all are there, without a file for this target, or one need
        alone names a version that does not exist.
        """
        if any(need.impossible or need.exact for need in needs):
            return False
        name = needs[0].name
        if any(offer for offer in provider.matches(name, needs)):
            return False
        project = answers.project(name)
        if isinstance(project, Unknown):
            return True
        clauses = [need.specifier for need in needs]
        every = [*clauses, provider.constraint(name)]
        return _some_version(project, every) or any(
            not _some_version(project, [clause]) for clause in clauses
        )

    # --- describing ------------------------------------------------------------------------

    def _describe(self, answers: Answers, solved: _Solved) -> Resolution:
        outcome, locked = solved.outcome, solved.question.locked
        if isinstance(outcome, (Conflict, Unknown)):
            return Resolution(answers.target, conflict=outcome)
        pins = {
            candidate.name: self._pin(
                answers,
                candidate,
                outcome.demands.get(candidate.name, ()),
                outcome.extras[candidate.name],
                listed=self._no_deps or candidate.name in locked,
            )
            for candidate in outcome.pins.values()
            if not candidate.extras
        }
        return Resolution(answers.target, pins)

    def _pin(
        self,
        answers: Answers,
        candidate: Candidate,
        demands: tuple[Demand, ...],
        extras: frozenset[NormalizedName],
        *,
        listed: bool,
    ) -> Pin:
        """`listed`: what it requires is no question."""
        name, version = candidate.name, candidate.version
        if version is None or candidate.offer is None:
            why = self._why_unknown(answers, name, demands)
            return Pin(name, None, None, Standing.UNKNOWN, demands, extras, why=why)
        there = self._installed.get(name)
        kept = there if there is not None and there.version == version else None
        offer = candidate.direct or kept or answers.offer(name, version)
        if offer is None or not offer.installable:
            return Pin(name, version, None, Standing.UNAVAILABLE, demands, extras)
        told = None if listed else answers.dependencies(name, offer, frozenset())
        return Pin(
            name,
            version,
            offer.file,
            Standing.INSTALLABLE,
            demands,
            extras,
            dependencies_unknown=told.unknown if told else None,
        )

    def _why_unknown(
        self, answers: Answers, name: NormalizedName, demands: tuple[Demand, ...]
    ) -> Unknown:
        for skipped in self._requirements.skipped:
            if skipped.name == name:
                return skipped.why
        for line in self._requirements.lines:
            if line.requirement.url and canonicalize_name(line.requirement.name) == name:
                told = self._index.at_url(line.requirement.url, name)
                if isinstance(told, Unknown):
                    return told
        project = answers.project(name)
        if isinstance(project, Unknown):
            return project
        wanted = ", ".join(dict.fromkeys(demand.requirement for demand in demands))
        bound = self._rules.policy.exclude_newer
        when = f" uploaded before {bound:%Y-%m-%d}" if bound else ""
        return Unknown("version-not-found", f"no version{when} satisfies {wanted}")


_Outcome = Solution | Conflict | Unknown


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of the solver: root needs, their order by node, and constraints.

    `locked` are the packages whose own needs are among the roots.
    """

    roots: list[Need]
    requested: Mapping[str, int]
    constraints: Mapping[NormalizedName, SpecifierSet]
    locked: frozenset[NormalizedName]


@dataclass(frozen=True, slots=True)
class _Solved:
    """A question answered: the same question with the same answers has the same outcome.

    `reference` holds the versions of the reference target where they were asked for, else None.
    """

    question: _Question
    answers: Answers
    outcome: _Outcome
    reference: Mapping[NormalizedName, Version | None] | None


def _some_version(project: Project, specifiers: Iterable[SpecifierSet]) -> bool:
    return any(
        all(specifier.contains(version, prereleases=True) for specifier in specifiers)
        for version in project.versions
    )


def _hashes(requirements: Requirements) -> Mapping[NormalizedName, frozenset[str]]:
    """Allowed hashes by project: where several lines list some, a file must satisfy them all."""
    allowed: dict[NormalizedName, frozenset[str]] = {}
    for line in (*requirements.lines, *requirements.constraints):
        if line.hashes:
            name = canonicalize_name(line.requirement.name)
            allowed[name] = allowed.get(name, line.hashes) & line.hashes
    return allowed


def _locks(requirements: Requirements) -> Mapping[NormalizedName, str]:
    """The lock file that lists a project's files, where one does."""
    return {
        canonicalize_name(line.requirement.name): line.origin.file
        for line in requirements.lines
        if line.locked
    }


def _explain(causes: _Causes, constraints: Iterable[RequirementLine]) -> Conflict:
    """Tell a conflict in the words of all who take part in it, constraints among them."""
    demands = []
    for cause in causes:
        need = cause.requirement
        if need.impossible:
            demands.append(Demand(need.source, f"another Python: {need.impossible}"))
        elif need.exact is None or need.exact.direct:
            demands.append(Demand(need.source, need.text))
    names = {cause.requirement.name for cause in causes}
    demands += [
        Demand(str(line.origin), f"{text_of(line.requirement)} (constraint)")
        for line in constraints
        if canonicalize_name(line.requirement.name) in names
    ]
    return Conflict(tuple(dict.fromkeys(demands)))
