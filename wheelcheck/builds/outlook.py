"""Everything a user must know of each build in a plan: what it needs, and what stands in its way.

    sdists = SdistReader(index)
    planner = Planner(index, policy, sdists.facts)
    forecaster = Forecaster(index, sdists)
    plan = planner.plan(target, chosen, Installer.PIP)
    outlooks = forecaster.of_plan(plan, as_of)
    commands = commands_for(target, outlooks)

`SdistReader` and `Forecaster` serve all targets: an sdist is fetched once, and read once for all
of them that answer alike to what its scripts ask. Nothing here raises for a single package; only
an index that does not answer at all raises `IndexUnreachable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.bit_rot import (
    History,
    bit_rot,
    constraints_before_breaks,
    constraints_of_the_time,
    python_too_new,
)
from wheelcheck.builds.classify import judge_source_build
from wheelcheck.builds.contents import SdistContents
from wheelcheck.builds.distributions import distribution_of
from wheelcheck.builds.evidence import Classification
from wheelcheck.builds.needs import Need, Role, SourceNeedsInput, needs_input
from wheelcheck.builds.obstacle import Obstacle
from wheelcheck.builds.obstacles import sdist_obstacles, target_obstacles
from wheelcheck.builds.plan import Build, BuildPlan, Installer
from wheelcheck.builds.sdist import SdistFacts, read_sdist, wanted
from wheelcheck.builds.setup_script.surroundings import BuildSite
from wheelcheck.builds.siblings import linux_wheel, wheel_contents
from wheelcheck.builds.system_packages import (
    InstallCommands,
    install_commands,
    known_needs,
    source_needs,
)
from wheelcheck.builds.toolchain import tools_on_pypi
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.model import Index, Sdist, Wheel
from wheelcheck.targets import Target
from wheelcheck.targets.pythons import python_support

__all__ = ["Forecaster", "Outlook", "SdistReader", "commands_for"]

_ISOLATES_WITHOUT_WHEEL = Version("23.1")
_ALWAYS_ISOLATES = Version("25.3")
_WITHOUT_SETUPTOOLS = (3, 12)

_Key = tuple[str, BuildSite]
"""File name of an sdist, and the site it is read for (or one that answers alike)."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one build of a plan needs, and whether it will come to an end.

    `needs` are of the system, for a build whose `classification` says that it compiles nothing
    none, or optional ones. `obstacles` are all there are, fatal or not: of the build environment,
    the sdist, the distribution, the network, Python, and later build requirements than the sdist
    knew. `constraints` is a constraint file of the sdist's own time, or, for a Python that was
    not there yet, one that keeps out what breaks it; "" where none is called for.
    """

    build: Build
    classification: Classification
    needs: tuple[Need, ...]
    obstacles: tuple[Obstacle, ...]
    constraints: str = ""

    def fails(self, *, closed_network: bool = False) -> bool:
        """Whether the build fails for certain."""
        return any(one.stops(closed_network=closed_network) for one in self.obstacles)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an sdist told when it was read for a site."""

    site: BuildSite
    facts: SdistFacts | Unknown
    source: SourceNeedsInput

    def holds(self, site: BuildSite) -> bool:
        """Whether reading it for this site would tell the same."""
        return isinstance(self.facts, Unknown) or self.site.answers_as(site, self.facts.asked)


class SdistReader:
    """Reads sdists once for all targets on which they tell the same."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._contents: dict[str, SdistContents | Unknown] = {}
        self._readings: dict[str, list[_Reading]] = {}
        self._classes: dict[_Key, Classification] = {}
        self._vendored: dict[str, tuple[str, ...]] = {}

    def foresee(self, sdists: Iterable[Sdist]) -> None:
        """Have the index fetch, side by side, what telling the needs of these builds asks for."""
        new = [sdist for sdist in sdists if sdist.filename not in self._readings]
        wheels = map(self._wheel_beside, new)
        self._index.prefetch(listings=new, wanted=wanted)
        self._index.prefetch(listings=[wheel for wheel in wheels if wheel is not None])

    def contents(self, sdist: Sdist) -> SdistContents | Unknown:
        """Return its files and build texts, kept for all sites: the bulk of what is read."""
        if sdist.filename not in self._contents:
            found = self._index.listing(sdist, wanted)
            known = found if isinstance(found, Unknown) else SdistContents(found)
            self._contents[sdist.filename] = known
        return self._contents[sdist.filename]

    def facts(self, sdist: Sdist, target: Target) -> SdistFacts | Unknown:
        """Return what an sdist says to a target's Python, or why it cannot be read."""
        return self._reading(sdist, BuildSite.of(target)).facts

    def read_for(self, sdist: Sdist, target: Target) -> BuildSite:
        """Return the site that it was read for: on all targets that share it, it says the same."""
        return self._reading(sdist, BuildSite.of(target)).site

    def needs_input(self, sdist: Sdist, target: Target) -> SourceNeedsInput:
        """Return what tells its needs; name and version alone where it cannot be read."""
        if sdist.filename not in self._vendored:
            self._vendored[sdist.filename] = self._in_wheel(sdist)
        reading = self._reading(sdist, BuildSite.of(target))
        return replace(reading.source, vendored=self._vendored[sdist.filename])

    def classification(self, sdist: Sdist, target: Target) -> Classification:
        """Return the verdict on building it, as `judge_source_build` gives it."""
        key = sdist.filename, BuildSite.of(target)
        if key not in self._classes:
            project = self._index.project(sdist.name)
            self._classes[key] = judge_source_build(
                project, sdist, self._index, key[1], read=partial(self.facts, sdist, target)
            )
        return self._classes[key]

    def _reading(self, sdist: Sdist, site: BuildSite) -> _Reading:
        readings = self._readings.setdefault(sdist.filename, [])
        for reading in readings:
            if reading.holds(site):
                return reading
        readings.append(self._read(sdist, site))
        return readings[-1]

    def _read(self, sdist: Sdist, site: BuildSite) -> _Reading:
        contents = self.contents(sdist)
        if isinstance(contents, Unknown):
            return _Reading(site, contents, SourceNeedsInput(sdist.name, sdist.version))
        facts = read_sdist(contents, site)
        source = needs_input(sdist.name, sdist.version, facts, contents)
        return _Reading(site, facts, source)

    def _in_wheel(self, sdist: Sdist) -> tuple[str, ...]:
        """Shared libraries inside a wheel of the release."""
        wheel = self._wheel_beside(sdist)
        listing = self._index.listing(wheel) if wheel is not None else None
        if listing is None or isinstance(listing, Unknown):
            return ()
        return wheel_contents(listing).vendored_libraries

    def _wheel_beside(self, sdist: Sdist) -> Wheel | None:
        """The wheel that shows which libraries a release uses, where no table knows the project."""
        project = self._index.project(sdist.name)
        if isinstance(project, Unknown) or known_needs(sdist.name, sdist.version):
            return None
        return linux_wheel(project.files(sdist.version))


class Forecaster:
    """Tells the outlook of builds, for any number of targets."""

    def __init__(self, index: Index, sdists: SdistReader) -> None:
        self._index = index
        self._sdists = sdists
        self._told: dict[
            tuple[_Key, frozenset[str]], tuple[tuple[Need, ...], tuple[Obstacle, ...]]
        ] = {}
        self._too_new: dict[tuple[str, tuple[int, int]], tuple[Obstacle, ...]] = {}
        self._histories: dict[tuple[NormalizedName, str], History | None] = {}

    def of_plan(self, plan: BuildPlan, as_of: datetime) -> tuple[Outlook, ...]:
        """Return the outlook of every build, in order; what needs a failing build fails too."""
        found: dict[str, Outlook] = {}
        for build in plan.builds:
            isolated = self._is_isolated(build, plan)
            outlook = self.of(build, plan.target, as_of, isolated=isolated)
            failing = [
                other for other in found.values() if other.fails() if _builds(build, other.build)
            ]
            found[build.sdist.filename] = replace(
                outlook, obstacles=(*outlook.obstacles, *map(_failing, failing))
            )
        return tuple(found.values())

    def _is_isolated(self, build: Build, plan: BuildPlan) -> bool:
        """Whether the build requires are installed at all, or the image's setuptools is taken.

        pip did the latter for sdists without a pyproject.toml: always before 23.1, and until 25.3
        where setuptools and wheel are installed, as in python images up to 3.11
        (pip.pypa.io/en/stable/news; docker-library/python issues 952 and 1023).
        """
        image = plan.target.image
        if plan.installer is Installer.UV or image is None or image.pip_version is None:
            return True
        both = image.name.startswith("python:") and plan.target.python < _WITHOUT_SETUPTOOLS
        since = _ALWAYS_ISOLATES if both else _ISOLATES_WITHOUT_WHEEL
        if Version(image.pip_version) >= since:
            return True
        return "pyproject.toml" in self._sdists.needs_input(build.sdist, plan.target).texts

    def of(
        self, build: Build, target: Target, as_of: datetime, *, isolated: bool = True
    ) -> Outlook:
        """Return the outlook of one build by itself; `as_of` is the day of the build.

        Where the build is not `isolated`, its build requires are not installed and do not age.
        """
        classification = self._sdists.classification(build.sdist, target)
        installed = frozenset(pin.name for pin in build.environment.pins) & tools_on_pypi().keys()
        source = self._sdists.needs_input(build.sdist, target)
        source = replace(source, installed=frozenset(installed))
        all_needs, own = self._of_sdist(build.sdist, source, target)
        needs = tuple(_counting(all_needs, classification))
        distribution = distribution_of(target)
        known = None if isinstance(distribution, Unknown) else distribution
        obstacles = (*target_obstacles(source, needs, target.libc, known), *own)
        aged = self._rot(build, target, source.texts, as_of) if isolated else ((), "")
        rotten, constraints = aged
        gathered = (*build.environment.problems, *obstacles, *rotten)
        return Outlook(build, classification, needs, gathered, constraints)

    def _of_sdist(
        self, sdist: Sdist, source: SourceNeedsInput, target: Target
    ) -> tuple[tuple[Need, ...], tuple[Obstacle, ...]]:
        """Needs and obstacles that are the same for all targets with one Python."""
        key = (sdist.filename, self._sdists.read_for(sdist, target)), source.installed
        if key not in self._told:
            self._told[key] = source_needs(source), sdist_obstacles(source)
        needs, obstacles = self._told[key]
        aged = sdist.filename, target.python
        if aged not in self._too_new:
            self._too_new[aged] = python_too_new(target.python, source.texts)
        return needs, tuple(dict.fromkeys((*obstacles, *self._too_new[aged])))

    def _rot(
        self, build: Build, target: Target, texts: Mapping[str, str], as_of: datetime
    ) -> tuple[tuple[Obstacle, ...], str]:
        """What later build requirements break, and the constraint file against it."""
        published = build.sdist.upload_time
        if published is None or published >= as_of:
            return (), ""
        requires = build.environment.stated
        pins = {pin.name: pin.version for pin in build.environment.pins if pin.version}
        known = ((name, self._history(name, target)) for name in pins)
        histories = {name: history for name, history in known if history is not None}
        environment = {**pins, build.name: build.version}
        found = bit_rot(published, requires, histories, environment, texts)
        if not found:
            return (), ""
        if _is_younger(target, published):
            return found, constraints_before_breaks(
                requires, published, histories, environment, texts
            )
        return found, constraints_of_the_time(requires, published, histories)

    def _history(self, name: NormalizedName, target: Target) -> History | None:
        key = name, target.python_full_version
        if key not in self._histories:
            project = self._index.project(name)
            self._histories[key] = (
                None if isinstance(project, Unknown) else History.of(project, key[1])
            )
        return self._histories[key]


def _is_younger(target: Target, published: datetime) -> bool:
    """Whether the target's Python came out after an sdist: PyPy counts as the CPython it is."""
    support = python_support(target.python)
    return support is not None and support.first_release > published.date()


def _counting(needs: Iterable[Need], classification: Classification) -> Iterable[Need]:
    """The needs that hold: what compiles nothing needs no compiler, whatever lies about in it."""
    pure = classification.verdict is Verdict.SOURCE_PURE
    for need in needs:
        if not pure:
            yield need
        elif classification.optional_extensions or not need.inferred:
            role = Role.OPTIONAL if need.role is Role.REQUIRED else need.role
            yield replace(need, role=role)


def _builds(build: Build, other: Build) -> bool:
    """Whether a build makes another one first, be it only to read the metadata it gives.

    pip ends where a version that it tries does not build; it goes back to no older one.
    """
    for_metadata = build.label in other.tried_by and other.environment.builds_for_metadata
    return build.label in other.asked_by or for_metadata


def _failing(outlook: Outlook) -> Obstacle:
    first = next(one for one in outlook.obstacles if one.stops(closed_network=False))
    said = f"{outlook.build.label} must be built first, and that fails: {first.message}"
    return Obstacle("build-requires-failing", said, first.source, fatal=True)


def commands_for(target: Target, outlooks: Iterable[Outlook]) -> InstallCommands | Unknown:
    """The commands for all builds of a target; `Unknown` where its distribution is not known.

    Everything built needs its build packages; only what is installed in the end needs those of
    the run time.
    """
    distribution = distribution_of(target)
    if isinstance(distribution, Unknown):
        return distribution
    outlooks = tuple(outlooks)
    needs = [need for one in outlooks for need in one.needs]
    kept = [need for one in outlooks if one.build.top_level for need in one.needs]
    return install_commands(needs, distribution, kept=kept)
