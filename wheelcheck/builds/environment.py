"""What is installed to build one sdist: its build requires, resolved for the target (PEP 517)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct, structs
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.pip_builds import build_requires
from wheelcheck.builds.sdist.build_system import builds_for_metadata
from wheelcheck.builds.sdist.hook_settings import HookSettings
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.builds.tried_versions import TriedVersions
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.installers import Rule
from wheelcheck.requirements.projects.project_modules import backend_module
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    Origin,
    RequirementLine,
    Requirements,
)
from wheelcheck.resolution import (
    Pin,
    Resolution,
    Resolver,
    Standing,
    prefetch_all,
)
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.requires_dist import parse_requirement
from wheelcheck.tables import read_table
from wheelcheck.targets import Target

__all__ = [
    "BuildEnvironment",
    "BuildEnvironments",
    "environment_problem",
    "hook_requires",
]

_STATED = "the build requires"
"""Who demands what the sdist itself requires for its build."""


class BuildEnvironment(Struct, frozen=True):
    """What is installed to build one sdist.

    `requires` are the build requires as asked for, those that the backend's hook is known to add
    included. `pins` is what an installer would choose for them on the target. `problems` say why
    it cannot be set up, or is not known completely; their codes begin with ``build-requires-``.

    `tried` are sdists of newer versions that do not go together with the rest: an installer finds
    that out from their metadata, for which it sets up the environment of each, and some backends
    build. `builds_for_metadata` says that this sdist's own backend does. `may_have_more`: code of
    the sdist may ask for packages that are not among the pins.
    """

    requires: tuple[str, ...]
    pins: tuple[Pin, ...] = ()
    problems: tuple[BuildObstacle, ...] = ()
    tried: tuple[Sdist, ...] = ()
    builds_for_metadata: bool = False
    may_have_more: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all that is in it is known: what is not among its pins is not there."""
        return bool(self.pins) and not self.problems and not self.may_have_more

    def version_of(self, name: str) -> Version | None:
        """The version of a package in it; None where it has none."""
        return next((pin.version for pin in self.pins if pin.name == name), None)

    @property
    def problem(self) -> str | None:
        """The problems as one text; None where there are none."""
        return "; ".join(problem.message for problem in self.problems) or None

    @property
    def stated(self) -> tuple[str, ...]:
        """The build requires that hold on the target: those that markers leave out are not here."""
        return tuple(
            demand.requirement
            for pin in self.pins
            for demand in pin.demands
            if demand.source == _STATED
        )

    @property
    def built(self) -> tuple[Sdist, ...]:
        """The pins that are built themselves."""
        return tuple(pin.file for pin in self.pins if isinstance(pin.file, Sdist))

    def hindered(self, problem: BuildObstacle) -> BuildEnvironment:
        """Return the same environment with one more problem."""
        return replace(self, problems=(*self.problems, problem))


class BuildEnvironments:
    """Resolves build requires for any number of targets; each set of them once.

    `common` is what the resolvers of a run share, `constraints` tells what narrows all
    environments on a target.
    """

    def __init__(
        self,
        index: Index,
        policy: FilePolicy,
        common: Common | None = None,
        constraints: Callable[[Target], tuple[str, ...]] = lambda _: (),
    ) -> None:
        self._index = index
        self._common = common or Common(index)
        # pip hands the user's choice of files on to the build environment, but no hashes.
        self._policy = structs.replace(policy, require_hashes=False)
        self._constraints = constraints
        self._resolvers: dict[tuple[tuple[str, ...], tuple[str, ...]], Resolver] = {}
        self._resolved: dict[tuple[tuple[str, ...], Target], Resolution] = {}
        self._known: dict[Hashable, BuildEnvironment] = {}
        self._tried = TriedVersions(index, policy)

    def of(
        self, reading: SdistReading, target: Target, installer: InstallerKind
    ) -> BuildEnvironment:
        """Resolve what is installed to build an sdist on a target."""
        sdist, facts = reading.sdist, reading.facts
        if isinstance(facts, Unknown):
            message = (
                f"the build requires of {sdist.name} {sdist.version} are unknown: {facts.reason}"
            )
            return BuildEnvironment(
                (), problems=(environment_problem("unknown", message, sdist.filename),)
            )
        stated = build_requires(facts, target.installer)
        first = _installed_first(stated, facts, target)
        key = (stated, first, facts.system.backend, facts.hook, target, installer)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._set_up(facts, target, installer, stated, first)
        invalid = tuple(_invalid(stated, sdist, target))
        return replace(known, problems=(*invalid, *known.problems)) if invalid else known

    def _set_up(
        self,
        facts: SdistFacts,
        target: Target,
        installer: InstallerKind,
        stated: tuple[str, ...],
        first: tuple[str, ...],
    ) -> BuildEnvironment:
        """What sdists with these build requires and this backend are built in."""
        resolution = self._resolve(first, target)
        added = hook_requires(facts.system.backend, stated, resolution, facts.hook)
        requires = (*stated, *added)
        later = tuple(text for text in requires if text not in first)
        if first != stated:
            later = tuple(text for text in later if not _is_met(text, resolution.pins))
        if later:
            resolution = self._resolve((*first, *later), target)
        return BuildEnvironment(
            requires,
            tuple(resolution.pins.values()),
            problems=tuple(_unmet(resolution)),
            tried=self._tried.of(resolution, installer),
            builds_for_metadata=builds_for_metadata(facts.system.backend)
            or facts.hook.builds_for_metadata,
            may_have_more=facts.hook.may_have_more,
        )

    def prefetch(self, readings: Iterable[tuple[Target, SdistReading]]) -> None:
        """Have the index fetch, side by side, what setting up these environments asks for."""
        read = ((target, reading.facts) for target, reading in readings)
        known = [(target, facts) for target, facts in read if not isinstance(facts, Unknown)]
        stated = [(target, build_requires(facts, target.installer)) for target, facts in known]
        self._prefetch(stated)
        added = [
            hook_requires(
                facts.system.backend, requires, self._resolve(requires, target), facts.hook
            )
            for (target, facts), (_, requires) in zip(known, stated, strict=True)
        ]
        self._prefetch(
            (target, (*requires, *more))
            for (target, requires), more in zip(stated, added, strict=True)
            if more
        )

    def _prefetch(self, pairs: Iterable[tuple[Target, tuple[str, ...]]]) -> None:
        new: dict[Resolver, dict[Target, None]] = {}
        for target, requires in pairs:
            if (requires, target) not in self._resolved:
                new.setdefault(self._resolver(requires, target), {})[target] = None
        prefetch_all(new.items())

    def _resolve(self, requires: tuple[str, ...], target: Target) -> Resolution:
        key = (requires, target)
        if key not in self._resolved:
            self._resolved[key] = self._resolver(requires, target).resolve(target)
        return self._resolved[key]

    def _resolver(self, requires: tuple[str, ...], target: Target) -> Resolver:
        constraints = self._constraints(target)
        key = requires, constraints
        if key not in self._resolvers:
            origin = Origin("the build constraints")
            requirements = Requirements(
                lines=tuple(_stated_lines(requires)),
                constraints=tuple(
                    RequirementLine(Requirement(text), origin, text) for text in constraints
                ),
                policy=self._policy,
            )
            self._resolvers[key] = Resolver(requirements, self._index, common=self._common)
        return self._resolvers[key]


def _stated_lines(requires: Iterable[str]) -> Iterator[RequirementLine]:
    """Build requires as lines to resolve; those that are none are reported by `_invalid`."""
    origin = Origin(_STATED)
    for text in requires:
        found = parse_requirement(text)
        if isinstance(found, InvalidRequirement):
            found = parse_requirement(text, legacy=True)
        if isinstance(found, Requirement):
            yield RequirementLine(found, origin, text)


def environment_problem(
    code: str, message: str, source: str, *, fatal: bool = False
) -> BuildObstacle:
    """Say what is wrong with an environment; the code gets the prefix they have in common."""
    return BuildObstacle(f"build-requires-{code}", message, source, fatal)


def _invalid(requires: tuple[str, ...], sdist: Sdist, target: Target) -> Iterator[BuildObstacle]:
    """Build requires that the installer does not read: pip refuses the whole pyproject.toml."""
    legacy = target.installer.has(Rule.LEGACY_SPECIFIERS)
    for text in requires:
        if isinstance(parse_requirement(text, legacy=legacy), InvalidRequirement):
            message = f"the build requirement {text!r} is not valid"
            yield environment_problem("invalid", message, sdist.filename, fatal=True)


def _unmet(resolution: Resolution) -> Iterator[BuildObstacle]:
    """Build requires that contradict each other, and those that cannot be installed.

    An index that has a project in other versions alone fails the build; where it has not the
    project at all, it may be a part of what the installer asks.
    """
    conflict = resolution.conflict
    if isinstance(conflict, Unknown):
        yield environment_problem(
            "unknown", f"the build requires cannot be resolved: {conflict}", "the index"
        )
    elif conflict is not None:
        message = f"the build requires contradict each other: {conflict}"
        yield environment_problem("conflict", message, "the index", fatal=True)
    for pin in resolution.pins.values():
        label = f"{pin.name} {pin.version or ''}".strip()
        why = f": {pin.why}" if pin.why is not None else ""
        if pin.standing is Standing.UNAVAILABLE:
            message = f"{label}, which the build requires, cannot be installed on the target{why}"
            yield environment_problem("unavailable", message, "the index", fatal=True)
        elif pin.why is not None and pin.why.code == "version-not-found":
            message = f"{label}, which the build requires, cannot be found{why}"
            yield environment_problem("unavailable", message, "the index", fatal=True)
        elif pin.standing is Standing.UNKNOWN:
            message = f"whether {label}, which the build requires, can be installed is unknown{why}"
            yield environment_problem("unknown", message, "the index")


def hook_requires(
    backend: str,
    stated: Sequence[str],
    resolution: Resolution,
    settings: HookSettings = HookSettings(),  # noqa: B008 (frozen)
) -> tuple[str, ...]:
    """What the backend's `get_requires_for_build_wheel` is known to add (`hook_requires.csv`).

    Only where the build requires do not have it yet: the system is taken to have none of these
    tools, as base images do. The project's own `settings` of the backend come first.
    """
    pins = resolution.pins
    module = backend_module(backend)
    added = list(settings.requires)
    known = {canonicalize_name(name) for name in (*map(_name, added), *settings.without)}
    for name, requirement, when in _hook_rows(module):
        if name not in pins and name not in known and _applies(when, pins):
            added.append(requirement)
    return tuple(text for text in added if text not in stated)


@cache
def _hook_rows(module: str) -> tuple[tuple[NormalizedName, str, str], ...]:
    """What the hook of a backend adds: unless a package is there, what, and when."""
    return tuple(
        (canonicalize_name(row["unless"]), row["requirement"], row["when"])
        for row in read_table("builds/hook_requires.csv")
        if row["backend"] == module
    )


def _installed_first(stated: tuple[str, ...], facts: SdistFacts, target: Target) -> tuple[str, ...]:
    """The build requires that are resolved before those that only its hooks name.

    All that are known, but for pips before 20.3: they refuse two lines on one package in one run,
    and what a setup script asks for comes in a second run, of which what is met is left out
    (pip 19.0.3 and 20.0.2, `check_requirements`).
    """
    if facts.script is None or not target.installer.has(Rule.LEGACY_RESOLVER):
        return stated
    by_script = {*facts.script.setup_requires} - {*facts.system.requires}
    return tuple(text for text in stated if text not in by_script)


def _is_met(text: str, pins: Mapping[NormalizedName, Pin]) -> bool:
    """Whether a requirement is met by what is in the environment already."""
    requirement = parse_requirement(text)
    if isinstance(requirement, InvalidRequirement) or requirement.extras:
        return False
    pin = pins.get(canonicalize_name(requirement.name))
    version = pin.version if pin else None
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _name(text: str) -> str:
    requirement = parse_requirement(text)
    return "" if isinstance(requirement, InvalidRequirement) else requirement.name


def _applies(when: str, pins: Mapping[NormalizedName, Pin]) -> bool:
    """Whether the hook asks in the versions installed: setuptools 70.1 asks for wheel no more."""
    if not when:
        return True
    condition = parse_requirement(when)  # each is read once
    assert isinstance(condition, Requirement)
    pin = pins.get(canonicalize_name(condition.name))
    version = pin.version if pin else None
    return version is not None and condition.specifier.contains(version, prereleases=True)
