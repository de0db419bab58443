"""What is the same for several targets or resolvers of a run, asked and worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import CoreMetadata, Index, Project, Sdist, Wheel
from wheelcheck.installers import Rule
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution.dependencies import MarkerEnvironment, Requires
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.shared_offers import SharedOffers, TargetOffers, interpreter_of
from wheelcheck.resolution.solving.nodes import Dependencies, SolverRequirement, needs_of
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Target

__all__ = ["Common", "KnownDependencies", "KnownOfTarget", "LazySequence", "Traits"]

_T = TypeVar("_T")


class Traits(NamedTuple):
    """What a specifier says of how urgent a need is, and whether it asks for pre-releases."""

    pinned: bool
    bounded: bool
    prereleases: bool


KnownDependencies = dict[
    tuple[int, frozenset[NormalizedName]],
    tuple[NormalizedName, frozenset[NormalizedName], Offer, Dependencies],
]
"""What offers require with some extras; by identity, so each offer is kept beside it."""


class KnownOfTarget(NamedTuple):
    """What is known of a target under a policy on files, whatever is required.

    Its offers, and those of the target that finds most wheels; what these require here, and on all
    platforms of this Python; searches of what is for any platform; and what is stored.
    """

    target: Target
    policy: FilePolicy
    offers: TargetOffers
    reference_offers: TargetOffers
    required_anywhere: KnownDependencies
    required_here: KnownDependencies
    searches_anywhere: dict[tuple[NormalizedName, str], LazySequence[Offer]]
    stored: TargetAnswers | None


class Common:
    """What does not depend on requirements, for any number of targets and resolvers of a run.

    The index, what targets are offered of it, and what follows from specifiers alone. Keys by
    identity: what they name is kept beside them. `stored` are answers of earlier runs, whose pages
    are what they were.
    """

    def __init__(self, index: Index, stored: StoredAnswers | None = None) -> None:
        self.index = index
        self.stored = stored
        self.offers = SharedOffers()
        self._environments: dict[tuple[str, ...], MarkerEnvironment] = {}
        self._environment_of: dict[int, tuple[Target, MarkerEnvironment]] = {}
        self._dependencies: dict[Hashable, KnownDependencies] = defaultdict(dict)
        self._projects: dict[NormalizedName, Project | Unknown] = {}
        self._metadata: dict[int, tuple[Wheel | Sdist, CoreMetadata | Unknown]] = {}
        self._announced: set[NormalizedName | int] = set()
        self._versions: dict[
            tuple[NormalizedName, int], tuple[SpecifierSet, LazySequence[Version]]
        ] = {}
        self._needs: dict[
            tuple[int, str], tuple[tuple[Requirement, ...], tuple[SolverRequirement, ...]]
        ] = {}
        self._searches: dict[Hashable, dict[tuple[NormalizedName, str], LazySequence[Offer]]] = (
            defaultdict(dict)
        )
        self._known: dict[tuple[int, int], KnownOfTarget] = {}
        self._for_any_platform: dict[NormalizedName, bool] = {}
        self._wheels_beside: dict[
            tuple[NormalizedName, Version, tuple[int, int]], Wheel | None
        ] = {}
        self._requires: dict[tuple[int, int, frozenset[NormalizedName], bool, bool], Requires] = {}
        self._admitted: dict[tuple[str, Version], bool] = {}
        self._traits: dict[str, Traits] = {}

    # --- the index --------------------------------------------------------------------------

    def project(self, name: NormalizedName) -> Project | Unknown:
        """All the index has of one project. Raises IndexUnreachable."""
        found = self._projects.get(name)
        if found is None:
            found = self._projects[name] = self.index.project(name)
        return found

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What a file depends on."""
        found = self._metadata.get(id(file))
        if found is None:
            found = self._metadata[id(file)] = (file, self.index.metadata(file))
        return found[1]

    def is_for_any_platform(self, name: NormalizedName) -> bool:
        """Whether a project is known, and no wheel of it is for some platforms alone."""
        found = self._for_any_platform.get(name)
        if found is None:
            project = self.project(name)
            found = not isinstance(project, Unknown) and project.is_for_any_platform
            self._for_any_platform[name] = found
        return found

    def wheel_beside(
        self, name: NormalizedName, version: Version, python: tuple[int, int]
    ) -> Wheel | None:
        """The wheel of a release that tells most of what its sdist requires on a Python."""
        key = (name, version, python)
        if key not in self._wheels_beside:
            project = self.project(name)
            files = () if isinstance(project, Unknown) else project.files(version)
            wheels = [file for file in files if isinstance(file, Wheel) and file.yanked is None]
            tag = "cp{}{}".format(*python)
            self._wheels_beside[key] = max(
                wheels, key=lambda wheel: _tells(wheel, tag), default=None
            )
        return self._wheels_beside[key]

    def announce(self, names: Iterable[NormalizedName]) -> None:
        """Say which projects will be asked for next, each once."""
        if not self.index.fetches:
            return
        new = [name for name in names if not (name in self._announced or self._is_stored(name))]
        if new:
            self._announced.update(new)
            self.index.prefetch(new)

    def _is_stored(self, name: NormalizedName) -> bool:
        return self.stored is not None and self.stored.knows(name)

    def expect(self, file: Wheel | Sdist) -> None:
        """Have the metadata of a file fetched meanwhile."""
        if id(file) not in self._announced and id(file) not in self._metadata:
            self._announced.add(id(file))
            self.index.prefetch(files=[file])

    # --- targets ----------------------------------------------------------------------------

    def environment(self, target: Target) -> MarkerEnvironment:
        """The marker environment of a target: one value for all targets that share it."""
        known = self._environment_of.get(id(target))
        if known is None:
            known = self._environment_of[id(target)] = (target, self._shared_environment(target))
        return known[1]

    def _shared_environment(self, target: Target) -> MarkerEnvironment:
        values = target.marker_environment()
        legacy = target.installer.has(Rule.LEGACY_SPECIFIERS)
        lists = target.installer.has(Rule.PYTHON_VERSION_LISTS)
        unprovided = target.installer.has(Rule.EXTRAS_OF_MARKERS)
        key = (*values.values(), str(legacy), str(lists), str(unprovided))
        if key not in self._environments:
            made = MarkerEnvironment(
                values, legacy=legacy, version_lists=lists, unprovided=unprovided
            )
            self._environments[key] = made
        return self._environments[key]

    def known(self, target: Target, reference: Target, policy: FilePolicy) -> KnownOfTarget:
        """What is known of a target under a policy; `reference` finds what it cannot install."""
        found = self._known.get((id(target), id(policy)))
        if found is None:
            interpreter, environment = interpreter_of(target), self.environment(target)
            found = self._known[id(target), id(policy)] = KnownOfTarget(
                target,
                policy,
                self.offers.of(target, policy, installable=True),
                self.offers.of(reference, policy, installable=False),
                self._dependencies[interpreter],
                self._dependencies[interpreter, environment],
                self._searches[interpreter, policy],
                self.stored.of(target, policy, environment.values) if self.stored else None,
            )
        return found

    def forget_searches(self) -> None:
        """Drop what searches found: each holds who began it, who holds it in turn."""
        for searches in self._searches.values():
            searches.clear()

    # --- specifiers -------------------------------------------------------------------------

    def versions(self, project: Project, specifier: SpecifierSet) -> Iterable[Version]:
        """Which versions a specifier admits, newest first, pre-releases included."""
        key = (project.name, id(specifier))
        found = self._versions.get(key)
        if found is None:

            def admitted() -> Iterator[Version]:
                return (v for v in project.versions if specifier.contains(v, prereleases=True))

            found = self._versions[key] = (specifier, LazySequence(admitted))
        return found[1]

    def admits(self, need: SolverRequirement, version: Version) -> bool:
        """Whether the clauses of a need admit a version, be it a pre-release."""
        if not need.clauses:
            return True
        key = (need.clauses, version)
        known = self._admitted.get(key)
        if known is None:

            def find() -> bool:
                return need.specifier.contains(version, prereleases=True)

            known = self.stored.admits(need.clauses, version, find) if self.stored else find()
            self._admitted[key] = known
        return known

    def traits(self, need: SolverRequirement) -> Traits:
        """What the specifier of a need says, whatever the project."""
        known = self._traits.get(need.clauses)
        if known is None:

            def find() -> Traits:
                return _traits_of(need.specifier)

            stored = self.stored
            known = Traits(*stored.traits(need.clauses, find)) if stored else find()
            self._traits[need.clauses] = known
        return known

    def requires(
        self,
        metadata: CoreMetadata,
        extras: frozenset[NormalizedName],
        environment: MarkerEnvironment,
    ) -> Requires:
        """What metadata with extras require: one value for all environments, read once."""
        reads = environment.legacy, environment.unprovided
        key = (id(metadata.requires_dist), id(metadata.provides_extra), extras, *reads)
        known = self._requires.get(key)
        if known is None:
            known = self._requires[key] = Requires(metadata, extras, environment)
        return known

    def needs(
        self,
        requirements: tuple[Requirement, ...],
        source: str,
        direct: Callable[[Requirement], Offer | None],
    ) -> tuple[SolverRequirement, ...]:
        """What requirements of a source need; direct references are looked at on each target."""
        key = (id(requirements), source)
        known = self._needs.get(key)
        if known is not None:
            return known[1]
        needs = tuple(need for each in requirements for need in needs_of(each, source, direct))
        if not any(need.exact for need in needs):
            self._needs[key] = (requirements, needs)
        return needs


def _tells(wheel: Wheel, python: str) -> tuple[bool, bool, bool, str]:
    """How much a wheel tells of its release: the more, the greater."""
    return (
        wheel.has_metadata,
        "linux" in wheel.tag or wheel.tag.endswith("-any"),
        python in wheel.tag,
        wheel.filename,
    )


def _traits_of(specifier: SpecifierSet) -> Traits:
    clauses = [(each.operator, each.version.endswith(".*")) for each in specifier]
    return Traits(
        pinned=any(operator in {"==", "==="} and not star for operator, star in clauses),
        bounded=any(
            operator in {"<", "<=", "~="} or (operator == "==" and star)
            for operator, star in clauses
        ),
        prereleases=bool(specifier.prereleases),
    )


class LazySequence(Generic[_T]):
    """An iterator that remembers, so that asking again starts from what is already known.

    `begin` starts it, again where it was closed meanwhile; `known` is what is known of it, and
    `is_all` whether that is everything.
    """

    def __init__(
        self, begin: Callable[[], Iterator[_T]], known: Iterable[_T] = (), *, is_all: bool = False
    ) -> None:
        self._begin = begin
        self._source: Iterator[_T] | None = None
        self.known: list[_T] = [*known]
        self.is_all = is_all

    def __iter__(self) -> Iterator[_T]:
        position = 0
        while position < len(self.known) or self._advance():
            yield self.known[position]
            position += 1

    def _advance(self) -> bool:
        """Look for one element more; False where there is none."""
        if self.is_all:
            return False
        if self._source is None:
            self._source = islice(self._begin(), len(self.known), None)
        try:
            self.known.append(next(self._source))
        except StopIteration:
            self.is_all, self._source = True, None
            return False
        return True

    def close(self) -> None:
        """Let go of the source, and of what it holds."""
        self._source = None
