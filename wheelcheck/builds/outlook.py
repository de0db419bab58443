"""Everything a user must know of each build in a plan: its needs and its obstacles.

    sdists = SdistReader(index)
    planner = Planner(index, policy, sdists.read)
    forecaster = Forecaster(index)
    plan = planner.plan(target, chosen, InstallerKind.PIP)
    outlooks = forecaster.of_plan(plan, as_of)
    commands = commands_for(target, outlooks)

All three serve all targets: an sdist is fetched once, and read once for all of them that answer
alike to what its scripts ask; each build of the plan carries what was read (`Build.reading`).
Nothing here raises for a single package; only an index that does not answer at all raises
`IndexUnreachable`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, structs

from wheelcheck.builds.broken_modules import (
    libraries_of_broken_modules,
    with_left_out_libraries,
)
from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.later_requirements import LaterRequirements, to_report, without_repeats
from wheelcheck.builds.needs.build_need import BuildNeed, Role, SourceNeedsInput
from wheelcheck.builds.needs.python_headers import PYTHON_HEADERS
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.needs.system_packages import InstallCommands, install_commands
from wheelcheck.builds.needs.toolchain import tools_on_pypi
from wheelcheck.builds.obstacles.bit_rot import python_too_new
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.obstacle_rules import sdist_obstacles, target_obstacles
from wheelcheck.builds.pip_builds import is_isolated, pip_obstacles
from wheelcheck.builds.plan import Build, InstallerKind, SourceBuildPlan
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.builds.surroundings import python_clashes, system_clashes
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.distributions.distribution import distribution_of, known_distribution
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index
from wheelcheck.installers import Installer
from wheelcheck.targets import Implementation, Libc, Target
from wheelcheck.targets.platforms import System
from wheelcheck.targets.target import Image

__all__ = ["Forecaster", "Outlook", "commands_for"]


class Outlook(Struct, frozen=True):
    """What one build of a plan needs, and whether it will come to an end.

    `needs` are of the system, for a build whose `classification` says that it compiles nothing
    none, or optional needs; none, too, of an sdist that is only tried, and not read to its end.
    `obstacles` are all there are, fatal or not: of the build environment, the sdist, the
    distribution, the network, Python, and later build requirements than the sdist knew.
    `constraints` is a constraint file of the sdist's own time, or, for a Python that was not there
    yet, one without what breaks it; "" where none is called for.
    """

    build: Build
    classification: Classification
    needs: tuple[BuildNeed, ...]
    obstacles: tuple[BuildObstacle, ...]
    constraints: str = ""

    def fails(self, *, closed_network: bool = False) -> bool:
        """Whether the build fails for certain."""
        return any(obstacle.stops(closed_network=closed_network) for obstacle in self.obstacles)

    @property
    def failure(self) -> str:
        """Why the build fails for certain; "" where it does not."""
        return "; ".join(obstacle.message for obstacle in self.obstacles if obstacle.fatal)

    @property
    def is_lost(self) -> bool:
        """Whether it fails whatever is installed, and no constraint file is known to help."""
        fatal = (obstacle.code for obstacle in self.obstacles if obstacle.fatal)
        return not self.constraints and not _FOR_WANT_OF_PACKAGES.issuperset(fatal)

    @property
    def leaves_extensions_out(self) -> bool:
        """Whether optional extension modules do not compile, and the build goes on without."""
        optional = self.classification.optional_extensions
        return optional and any(obstacle.code in _DO_NOT_COMPILE for obstacle in self.obstacles)


_FOR_WANT_OF_PACKAGES = frozenset(
    {"not-packaged", "tool-too-old", "library-too-old", "library-version"}
)
"""Obstacles that who installs something else can overcome."""
_DO_NOT_COMPILE = {"c-api-gone", "c-api-new", "cython-output-too-old", "cython-too-new"}
"""Obstacles that end the compiling of an extension module."""
_NeedsAndObstacles = tuple[tuple[BuildNeed, ...], tuple[BuildObstacle, ...]]


class _Seen(NamedTuple):
    """What a build and its tools see of a target."""

    implementation: Implementation
    python: tuple[int, int]
    python_full_version: str
    free_threaded: bool
    implementation_version: str | None
    installer: Installer
    image: Image | None
    libc: Libc | None
    system: System

    @classmethod
    def of(cls, target: Target) -> _Seen:
        return cls(
            target.implementation,
            target.python,
            target.python_full_version,
            target.free_threaded,
            target.implementation_version,
            target.installer,
            target.image,
            target.libc,
            target.platform.system,
        )


class Forecaster:
    """Forecasts builds, for any number of targets; `isolates`: each in an environment of its own.

    Otherwise the installer of a target says which builds have one.
    """

    def __init__(self, index: Index, *, isolates: bool = False) -> None:
        self._isolates = isolates
        self._later = LaterRequirements(index)
        self._known: dict[tuple[str, BuildSite, frozenset[str], bool], _NeedsAndObstacles] = {}
        self._outlooks: dict[Hashable, Outlook] = {}  # whose builds hold what the keys name
        self._clashing: dict[Hashable, tuple[BuildObstacle, ...]] = {}  # the same builds do

    def of_plan(self, plan: SourceBuildPlan, as_of: datetime) -> tuple[Outlook, ...]:
        """Return the outlook of every build, in order; what needs a failing build fails too."""
        found: dict[str, Outlook] = {}
        fail: list[Outlook] = []
        download: list[Outlook] = []  # most builds do not: each is held against each of these
        for build in plan.builds:
            always = self._isolates or plan.installer is InstallerKind.UV
            isolated = always or is_isolated(build.reading, plan.target.installer)
            outlook = self.of(build, plan.target, as_of, isolated=isolated)
            failing = [other for other in fail if _builds(build, other.build)]
            first = (*map(_failing, failing), *_downloads(build, download))
            if first:
                outlook = structs.replace(outlook, obstacles=(*outlook.obstacles, *first))
            found[build.sdist.filename] = outlook
            if outlook.fails():
                fail.append(outlook)
            if any(obstacle.needs_network for obstacle in outlook.obstacles):
                download.append(outlook)
        return tuple(found.values())

    def of(
        self, build: Build, target: Target, as_of: datetime, *, isolated: bool = True
    ) -> Outlook:
        """Return the outlook of one build by itself; `as_of` is the day of the build.

        Where the build is not `isolated`, its build requires are not installed and do not age.
        Targets that differ in what no build sees, as the CPU, share it.
        """
        key = (_made_from(build), _Seen.of(target), as_of, isolated)
        known = self._outlooks.get(key)
        if known is None:
            known = self._outlooks[key] = self._of(build, target, as_of, isolated=isolated)
        return known if known.build == build else structs.replace(known, build=build)

    def _of(self, build: Build, target: Target, as_of: datetime, *, isolated: bool) -> Outlook:
        classification = build.reading.classification
        installed = frozenset(pin.name for pin in build.environment.pins) & tools_on_pypi().keys()
        all_needs, own = self._of_sdist(build.reading, frozenset(installed), target)
        needs = tuple(_counting(all_needs, classification)) if build.reading.is_whole else ()
        unwanted: frozenset[str] = frozenset()
        if build.reading.is_whole:
            unwanted = libraries_of_broken_modules(build, target)
        known = known_distribution(target)
        there = {PYTHON_HEADERS} if known is None or known.has_python_headers else set()
        needs = tuple(need for need in needs if need.name not in unwanted | there)
        release = SourceNeedsInput(build.name, build.version)
        obstacles = (*target_obstacles(release, needs, target.libc, known), *own)
        rotten, constraints = self._later.of(build, target, as_of) if isolated else ((), "")
        stub = any(obstacle.code == "stub-sdist" for obstacle in own)
        clashing = () if stub else self._clashes(build, target, isolated=isolated)
        clashing = with_left_out_libraries(without_repeats(clashing, rotten), unwanted, known)
        by_pip = pip_obstacles(build.reading, target.installer)
        own_problems = (*build.environment.problems, *_left_out(classification))
        gathered = (*own_problems, *by_pip, *clashing, *obstacles, *to_report(rotten))
        return Outlook(build, classification, needs, gathered, constraints)

    def _clashes(
        self, build: Build, target: Target, *, isolated: bool
    ) -> tuple[BuildObstacle, ...]:
        """What of the sdist does not go with the target, worked out once for its Python."""
        python = (target.implementation, target.python_full_version, target.free_threaded)
        key = (_made_from(build), python, target.installer, isolated)
        known = self._clashing.get(key)
        if known is None:
            known = self._clashing[key] = python_clashes(build, target, isolated=isolated)
        return (*known, *system_clashes(build, target))

    def _of_sdist(
        self, reading: SdistReading, installed: frozenset[str], target: Target
    ) -> _NeedsAndObstacles:
        """Needs and obstacles that are the same for all targets with one Python."""
        key = reading.sdist.filename, BuildSite.of(target), installed, reading.is_whole
        if key not in self._known:
            words = (reading.site, sorted(installed), reading.vendored)

            def compute() -> _NeedsAndObstacles:
                source = replace(reading.needs_input, installed=installed)
                return source_needs(source), sdist_obstacles(source)

            needs, obstacles = reading.derive(f"needs for {words}", _NeedsAndObstacles, compute)
            too_new = reading.derive(
                f"too old for {target.python}",
                tuple[BuildObstacle, ...],
                lambda: tuple(
                    o for o in python_too_new(target.python, _scripts(reading)) if o.fatal
                ),
            )
            self._known[key] = needs, tuple(dict.fromkeys((*obstacles, *too_new)))
        return self._known[key]


def _made_from(build: Build) -> Hashable:
    """What is built and what is installed for it, by identity."""
    environment = build.environment
    pins = tuple(map(id, environment.pins))
    return id(build.reading), pins, environment.stated, environment.problems


def _scripts(reading: SdistReading) -> Mapping[str, str]:
    """The texts that a build may run: no backend but setuptools runs a setup.py left behind."""
    facts = reading.facts
    runs = isinstance(facts, Unknown) or facts.kind == "setuptools"
    return reading.texts if runs else {}


def _counting(needs: Iterable[BuildNeed], classification: Classification) -> Iterable[BuildNeed]:
    """The needs that hold: what compiles nothing needs no compiler, whatever lies about in it."""
    pure = classification.verdict is Verdict.SOURCE_PURE
    for need in needs:
        if not pure:
            yield need
        elif classification.optional_extensions or not need.inferred:
            role = Role.OPTIONAL if need.role is Role.REQUIRED else need.role
            yield structs.replace(need, role=role)


def _left_out(classification: Classification) -> Iterable[BuildObstacle]:
    """A warning where the build succeeds, and what it makes lacks a library."""
    for piece in classification.evidence:
        if piece.code == "library-left-out":
            message = (
                f"what is built has no {piece.detail.rpartition('/')[2]}, which the published "
                "wheels carry: the system must have that library"
            )
            yield BuildObstacle(piece.code, message, piece.where)


def _builds(build: Build, other: Build) -> bool:
    """Whether a build makes another one first, be it only to read the metadata it gives.

    pip ends where a version that it tries does not build; it goes back to no older one.
    """
    for_metadata = build.label in other.tried_by and other.environment.builds_for_metadata
    return build.label in other.requested_by or for_metadata


def _downloads(build: Build, outlooks: Iterable[Outlook]) -> Iterable[BuildObstacle]:
    """What the builds download that must come before this one."""
    for other in outlooks:
        for obstacle in other.obstacles if _builds(build, other.build) else ():
            if obstacle.needs_network:
                message = f"{other.build.label} must be built first: {obstacle.message}"
                yield structs.replace(obstacle, message=message)


def _failing(outlook: Outlook) -> BuildObstacle:
    first = next(obstacle for obstacle in outlook.obstacles if obstacle.stops(closed_network=False))
    message = f"{outlook.build.label} must be built first, and that fails: {first.message}"
    return BuildObstacle("build-requires-failing", message, first.source, fatal=True)


def commands_for(target: Target, outlooks: Iterable[Outlook]) -> InstallCommands | Unknown:
    """The commands for the builds of a target; `Unknown` where its distribution is not known.

    Everything built needs its build packages; only what is installed in the end needs those of
    the run time. Builds that fail whatever is installed count for nothing, nor what is built for
    them alone.
    """
    distribution = distribution_of(target)
    if isinstance(distribution, Unknown):
        return distribution
    outlooks = _worth_building(tuple(outlooks))
    needs = [need for outlook in outlooks for need in outlook.needs]
    staying = [need for outlook in outlooks if outlook.build.top_level for need in outlook.needs]
    return install_commands(needs, distribution, staying=staying)


def _worth_building(outlooks: Sequence[Outlook]) -> list[Outlook]:
    """The builds that may come to an end, but for those that only others ask for."""
    found: list[Outlook] = []
    labels: set[str] = set()
    for outlook in reversed(outlooks):  # each is after what its environment needs
        build = outlook.build
        serves = build.top_level or build.tried_by or not labels.isdisjoint(build.requested_by)
        if serves and not outlook.is_lost:
            found.append(outlook)
            labels.add(build.label)
    return found[::-1]
