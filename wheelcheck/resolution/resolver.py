"""Resolve requirements for one target after another, sharing what they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown, UsageError
from wheelcheck.fence import contain
from wheelcheck.index.interface import Index
from wheelcheck.installers import Installer
from wheelcheck.requirements.requirement_set import Requirements
from wheelcheck.resolution.allowed_hashes import AllowedHashes
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.choice import FileRules, HashRule
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.description import Describer
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.pins import Pin, Resolution
from wheelcheck.resolution.prefetch import prefetch
from wheelcheck.resolution.solver_input import SolverInputs
from wheelcheck.resolution.solving.excusing import Ready, Solved, solve
from wheelcheck.resolution.solving.provider import Provider
from wheelcheck.resolution.solving.solution import Solution
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.resolution.target_view import reference_target
from wheelcheck.targets import Target, rank_alike

__all__ = ["Resolver", "prefetch_all", "resolve"]

MAX_ROUNDS = 10_000
"""Far more than any sane graph takes (330 pins take 364), so that a hopeless one ends within half a
minute; pip goes on twenty times longer."""


def resolve(
    requirements: Requirements, target: Target, index: Index, *, no_deps: bool = False
) -> Resolution:
    """Choose what pip would choose on one target.

    `Resolver` does the same for several, and shares work between them.

    Args:
        requirements: what `read_requirements` returns.
        target: what `parse_target` returns.
        index: what `open_index` yields, or any other `Index`.
        no_deps: pin only what is listed, not what it requires.

    Returns:
        The pins by normalised name, or the conflict. A package that cannot be installed is pinned
        as unavailable or unknown, and the others go on.

    Raises:
        UsageError: for requirements that are not read yet, or a target that is not parsed.
        IndexUnreachable: where no index answers.
    """
    if not isinstance(requirements, Requirements):
        raise UsageError("resolve wants what read_requirements returns")
    if not isinstance(target, Target):
        raise UsageError('resolve wants a target as parse_target("python:3.12-alpine") returns it')
    return Resolver(requirements, index, no_deps=no_deps).resolve(target)


def prefetch_all(pairs: Iterable[tuple[Resolver, Iterable[Target]]]) -> None:
    """Have the index fetch, side by side, what several resolvers will ask for on their targets."""
    groups = [
        like
        for resolver, targets in pairs
        if resolver.fetches
        for like in resolver.expected(targets)
    ]
    walks = [(first.provider, first.question.roots) for first, *_ in groups]
    for (first, *others), guess in zip(groups, prefetch(walks), strict=True):
        seen = first.answers.tags_seen() if others else frozenset()
        mine = first.answers.target
        unlike = [each for each in others if not rank_alike(seen, each.answers.target, mine)]
        for candidate in guess.values():
            if candidate.version is None or candidate.direct is not None:
                continue
            for ready in unlike:  # the same versions, of which other files may be taken
                if not ready.answers.finds_the_same_anywhere(candidate.name):
                    ready.answers.expect(candidate.name, candidate.version)


class Resolver:
    """Chooses what pip would choose, target by target.

    A package that cannot be installed does not end the resolution: it is pinned as `UNAVAILABLE`
    at the version the reference target would get, or as `UNKNOWN`, and the others go on. What is
    `installed` where it would be installed is kept as long as it satisfies, as by ``pip install``.
    `common` is what resolvers of a run share; it counts where it is of this index.
    Raises nothing but `IndexUnreachable`; a true conflict is in `Resolution.conflict`.
    """

    def __init__(
        self,
        requirements: Requirements,
        index: Index,
        *,
        no_deps: bool = False,
        installed: Iterable[Pin] = (),
        max_rounds: int = MAX_ROUNDS,
        common: Common | None = None,
    ) -> None:
        if no_deps:
            lines = tuple(line for line in requirements.lines if not line.of_project)
            requirements = replace(requirements, lines=lines)
        self._no_deps = no_deps
        self._max_rounds = max_rounds
        self._installed = {
            pin.name: Offer(pin.version, pin.file)
            for pin in installed
            if pin.version is not None and pin.file is not None
        }
        self._rules = FileRules(requirements.policy, locks=_locks(requirements))
        self._hashes = AllowedHashes(requirements)
        self._common = common if common and common.index is index else Common(index)
        self._questions = SolverInputs(requirements)
        self._describer = Describer(requirements, self._installed, no_deps=no_deps)
        self._solved: list[Solved] = []
        self._begun: list[Ready] = []
        self._prefetched: dict[Target, Ready] = {}
        self._references: dict[
            tuple[str, str, bool, Installer], Mapping[NormalizedName, Version | None]
        ] = {}

    @property
    def fetches(self) -> bool:
        """Whether the index fetches anything that could be announced to it."""
        return self._common.index.fetches

    def rules_of(self, target: Target) -> FileRules:
        """The user's rules on files as the installer of a target applies them."""
        hashes = self._hashes.on(self._common.environment(target), target.installer)
        if not hashes:
            return self._rules
        found = {name: self._looked_up(name, rule) for name, rule in hashes.items()}
        return replace(self._rules, hashes=found)

    def stored_on(self, target: Target) -> TargetAnswers | None:
        """What earlier runs have stored of a target; None where nothing may be taken over."""
        stored = self._common.stored
        rules = self.rules_of(target)
        if stored is None or rules.hashes or rules.locks or self._installed:
            return None
        return stored.of(target, rules.policy, self._common.environment(target).values)

    def _looked_up(self, name: NormalizedName, rule: HashRule) -> HashRule:
        """Look, where hashes are of several algorithms, whether the index has a file for one."""
        if len({digest.partition(":")[0] for digest in rule.digests}) == 1:
            return rule
        project = self._common.project(name)
        if isinstance(project, Unknown):
            return rule
        found = any(
            f"{algorithm}:{digest}" in rule.digests
            for version in project.versions
            for file in project.files(version)
            for algorithm, digest in file.hashes.items()
        )
        return rule._replace(found=found)

    def prefetch(self, targets: Iterable[Target]) -> None:
        """Have the index fetch, side by side, what resolving for these targets will ask for."""
        prefetch_all([(self, targets)])

    def expected(self, targets: Iterable[Target]) -> Iterable[list[Ready]]:
        """Return what will be asked on these targets, by marker environment."""
        groups: dict[MarkerEnvironment, list[Ready]] = defaultdict(list)
        for target in targets:
            ready = self._prefetched[target] = self._ready(target)
            groups[ready.answers.environment].append(ready)
        return groups.values()

    def resolve(self, target: Target) -> Resolution:
        """Resolve for a target, taking over an earlier result where every answer is the same."""
        try:
            return self._resolved(target)
        except Exception as error:  # noqa: BLE001 (other targets may fare better)
            conflict = contain(error, "the resolution", "resolution-failed")
            return Resolution(target, conflict=conflict)

    def forget(self) -> None:
        """Drop all results, which hold what each search found: no target is to be resolved next."""
        for ready in self._begun:
            ready.provider.forget()
            ready.answers.forget()
        self._begun.clear()
        self._solved.clear()
        self._references.clear()
        self._prefetched.clear()
        self._common.forget_searches()

    def _solved_on(self, target: Target) -> tuple[Ready, Solved]:
        ready = self._prefetched.pop(target, None) or self._ready(target)
        solved = self._agreeing(ready)
        if solved is None:
            solved = solve(ready, self._max_rounds, self._describer, self._reference)
            self._solved.append(solved)
        elif ready.answers.is_likely_shared or self._is_first_of_environment(ready.answers):
            self._solved.append(replace(solved, answers=ready.answers))
        return ready, solved

    def _is_first_of_environment(self, answers: Answers) -> bool:
        """Whether others with these markers could take over most of what was compared."""
        return answers.is_comparable and not any(
            answers.environment is each.answers.environment for each in self._solved
        )

    def _resolved(self, target: Target) -> Resolution:
        ready, solved = self._solved_on(target)
        if isinstance(solved.outcome, Solution):
            locked = ready.question.locked
            found = self._describer.describe(ready.answers, solved.outcome, locked)
        else:
            found = Resolution(target, conflict=solved.outcome)
        ready.provider.forget()  # what looking ahead has found, where nothing was to be solved
        ready.answers.close()
        return found

    def _ready(self, target: Target) -> Ready:
        answers = Answers(
            target, self.rules_of(target), self._common.environment(target), self._common
        )
        question = self._questions.of(answers)
        provider = Provider(
            answers,
            question.constraints,
            question.requested,
            common=self._common,
            no_deps=self._no_deps,
            locked=question.locked,
            installed=self._installed,
        )
        ready = Ready(answers, question, provider)
        self._begun.append(ready)
        return ready

    def _agreeing(self, ready: Ready) -> Solved | None:
        """A result for which the solver would get the same answers, substitutes' versions included.

        Looking for one may add another, that of the reference target, which is looked at too.
        """
        for solved in self._likely_first(ready.answers):
            if ready.question == solved.question and self._agrees(ready.answers, solved):
                return solved
        return None

    def _likely_first(self, answers: Answers) -> Iterator[Solved]:
        """All results: those of the same markers and Python first, then those added meanwhile."""
        known = self._solved.copy()

        def distance(solved: Solved) -> int:
            if solved.answers.environment is answers.environment:
                return 0
            return 1 if answers.shares_interpreter_with(solved.answers) else 2

        yield from sorted(known, key=distance)
        yield from self._solved[len(known) :]

    def _agrees(self, answers: Answers, solved: Solved) -> bool:
        if solved.reference is not None and self._reference(answers) != solved.reference:
            return False
        return answers.agree_with(solved.answers)

    def _reference(self, answers: Answers) -> Mapping[NormalizedName, Version | None]:
        """Return the versions that the reference target gets; {} for that target itself."""
        target = reference_target(answers.target)
        if target.platform == answers.target.platform:
            return {}
        python = (target.implementation, target.python_full_version, target.free_threaded)
        key = (*python, target.installer)
        if key not in self._references:
            self._references[key] = self._versions_on(target)
        return self._references[key]

    def _versions_on(self, target: Target) -> Mapping[NormalizedName, Version | None]:
        """The version that a target gets of each package; {} where they conflict."""
        try:
            ready, solved = self._solved_on(target)
        except Exception as error:  # noqa: BLE001 (as in `resolve`)
            contain(error, "the resolution", "resolution-failed")
            return {}
        ready.answers.close()
        pins = solved.outcome.pins.values() if isinstance(solved.outcome, Solution) else ()
        return {
            candidate.name: None if candidate.offer is None else candidate.version
            for candidate in pins
            if not candidate.extras
        }


def _locks(requirements: Requirements) -> Mapping[NormalizedName, str]:
    """The lock file that lists a project's files, where one does."""
    return {
        canonicalize_name(line.requirement.name): line.origin.file
        for line in requirements.lines
        if line.locked
    }
