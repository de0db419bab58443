"""The build plan: every source build that an installation sets off, in order, and how often.

PEP 517 isolates builds: each sdist gets an environment of its own with its build requires, and
what of *those* has no wheel on the target is built first, in an environment of its own again.
pip without a cache builds such a requirement anew for every build that asks for it; pip with its
cache, and uv, build each version once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.builds.obstacle import Obstacle
from wheelcheck.builds.sdist import SdistFacts
from wheelcheck.builds.tables import rows
from wheelcheck.errors import Unknown
from wheelcheck.index.model import Index, Sdist
from wheelcheck.requirements.model import FilePolicy, Origin, RequirementLine, Requirements
from wheelcheck.resolution import Pin, Resolution, Resolver, Standing
from wheelcheck.targets import Target

__all__ = ["Build", "BuildEnvironment", "BuildPlan", "Installer", "Planner", "hook_requires"]

MAX_DEPTH = 12
"""Build requirements of build requirements …: deeper than any real chain, so that one ends."""

_LAST_SETUPTOOLS_WITHOUT_WHEEL = SpecifierSet("<70.1", prereleases=True)


class Installer(StrEnum):
    """Who installs; it decides how often a build requirement is built."""

    PIP = "pip"
    """pip with its wheel cache, kept between the steps of one image build."""
    PIP_NO_CACHE = "pip-no-cache"
    """pip with --no-cache-dir, as many Dockerfiles have it."""
    UV = "uv"

    @property
    def builds_once(self) -> bool:
        """Whether a version once built is not built again."""
        return self is not Installer.PIP_NO_CACHE


@dataclass(frozen=True, slots=True)
class BuildEnvironment:
    """What is installed to build one sdist.

    `requires` are the build requires as asked for, those that the backend's hook is known to add
    included. `pins` is what an installer would choose for them on the target. `problems` say why
    it cannot be set up, or cannot be told to the end; their codes begin with ``build-requires-``.
    """

    requires: tuple[str, ...]
    pins: tuple[Pin, ...] = ()
    problems: tuple[Obstacle, ...] = ()

    @property
    def problem(self) -> str | None:
        """The problems as one text; None where there are none."""
        return "; ".join(one.message for one in self.problems) or None

    def hindered(self, problem: Obstacle) -> BuildEnvironment:
        """Return the same environment with one more problem."""
        return replace(self, problems=(*self.problems, problem))


@dataclass(frozen=True, slots=True)
class Build:
    """One sdist that is built, with all who ask for it.

    `asked_by` are builds (``scipy 1.10.1``) whose environment needs it; `top_level` says that it
    is also installed itself. `times` is how often the installer builds it.
    """

    name: NormalizedName
    version: Version
    sdist: Sdist
    environment: BuildEnvironment
    top_level: bool
    asked_by: tuple[str, ...]
    times: int

    @property
    def label(self) -> str:
        """``scipy 1.10.1``."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """All source builds of one target; each comes after those that its environment needs.

    `cycles` are build requirements that need themselves to be built, as chains of labels.
    """

    target: Target
    installer: Installer
    builds: tuple[Build, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True)
class _Node:
    sdist: Sdist
    environment: BuildEnvironment
    children: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    nodes: dict[str, _Node] = field(default_factory=dict)
    """Finished builds by file name, each after its children."""
    cycles: dict[tuple[str, ...], None] = field(default_factory=dict)


class Planner:
    """Plans source builds for any number of targets; resolves each set of build requires once.

    `read` gives the facts of an sdist on a target, or why they cannot be had.
    """

    def __init__(
        self,
        index: Index,
        policy: FilePolicy,
        read: Callable[[Sdist, Target], SdistFacts | Unknown],
    ) -> None:
        self._index = index
        # pip hands the user's choice of files on to the build environment, but no hashes.
        self._policy = replace(policy, require_hashes=False)
        self._read = read
        self._resolvers: dict[tuple[str, ...], Resolver] = {}

    def plan(self, target: Target, sdists: Iterable[Sdist], installer: Installer) -> BuildPlan:
        """Plan building `sdists`, those that an installation on `target` takes no wheel for."""
        roots = list(sdists)
        walk = _Walk()
        for sdist in roots:
            self._visit(sdist, target, walk, ())
        top = {sdist.filename for sdist in roots}
        times = _times(walk.nodes, top, installer)
        for circle in walk.cycles:
            _close(circle, walk.nodes.values())
        builds = tuple(_build(key, walk.nodes, top, times) for key in walk.nodes)
        return BuildPlan(target, installer, builds, tuple(walk.cycles))

    def _visit(self, sdist: Sdist, target: Target, walk: _Walk, chain: tuple[str, ...]) -> bool:
        """Add an sdist and what its environment builds. False where that closes a circle."""
        label = f"{sdist.name} {sdist.version}"
        if label in chain:
            walk.cycles[(*chain[chain.index(label) :], label)] = None
            return False
        if sdist.filename in walk.nodes:
            return True
        environment = self.environment(sdist, target)
        node = _Node(sdist, environment)
        if len(chain) >= MAX_DEPTH:
            deep = f"the build requires of {label} are nested too deeply to follow"
            node.environment = environment.hindered(_problem("unknown", deep, sdist.filename))
        else:
            built = [pin.file for pin in environment.pins if isinstance(pin.file, Sdist)]
            below = (*chain, label)
            node.children = tuple(
                child.filename for child in built if self._visit(child, target, walk, below)
            )
        walk.nodes[sdist.filename] = node
        return True

    def environment(self, sdist: Sdist, target: Target) -> BuildEnvironment:
        """Resolve what is installed to build an sdist on a target."""
        facts = self._read(sdist, target)
        if isinstance(facts, Unknown):
            said = f"the build requires of {sdist.name} {sdist.version} are unknown: {facts.reason}"
            return BuildEnvironment((), problems=(_problem("unknown", said, sdist.filename),))
        stated = facts.build_requires
        resolution = self._resolve(stated, sdist, target)
        added = hook_requires(facts.system.backend, stated, resolution)
        requires = (*stated, *added)
        if added:
            resolution = self._resolve(requires, sdist, target)
        problems = (*_invalid(stated, sdist), *_unmet(resolution))
        return BuildEnvironment(requires, tuple(resolution.pins.values()), problems)

    def _resolve(self, requires: tuple[str, ...], sdist: Sdist, target: Target) -> Resolution:
        if requires not in self._resolvers:
            origin = Origin(f"build requires of {sdist.name} {sdist.version}")
            lines = []
            for text in requires:
                with suppress(InvalidRequirement):  # told by `_invalid`
                    lines.append(RequirementLine(Requirement(text), origin, text))
            asked = Requirements(lines=tuple(lines), policy=self._policy)
            self._resolvers[requires] = Resolver(asked, self._index)
        return self._resolvers[requires].resolve(target)


def _problem(code: str, message: str, source: str, *, fatal: bool = False) -> Obstacle:
    return Obstacle(f"build-requires-{code}", message, source, fatal)


def _invalid(requires: tuple[str, ...], sdist: Sdist) -> Iterator[Obstacle]:
    """Build requires that no installer understands: pip refuses the whole pyproject.toml."""
    for text in requires:
        try:
            Requirement(text)
        except InvalidRequirement:
            said = f"the build requirement {text!r} is not valid"
            yield _problem("invalid", said, sdist.filename, fatal=True)


def _unmet(resolution: Resolution) -> Iterator[Obstacle]:
    """Build requires that contradict each other, and those that cannot be installed."""
    conflict = resolution.conflict
    if isinstance(conflict, Unknown):
        yield _problem("unknown", f"the build requires cannot be resolved: {conflict}", "the index")
    elif conflict is not None:
        said = f"the build requires contradict each other: {conflict}"
        yield _problem("conflict", said, "the index", fatal=True)
    for pin in resolution.pins.values():
        label = f"{pin.name} {pin.version or ''}".strip()
        why = f": {pin.why}" if pin.why is not None else ""
        if pin.standing is Standing.UNAVAILABLE:
            said = f"{label}, which the build requires, cannot be installed on the target{why}"
            yield _problem("unavailable", said, "the index", fatal=True)
        elif pin.standing is Standing.UNKNOWN:
            said = f"whether {label}, which the build requires, can be installed is unknown{why}"
            yield _problem("unknown", said, "the index")


def _close(circle: tuple[str, ...], nodes: Iterable[_Node]) -> None:
    """Say of each build in a circle that it needs itself: pip and uv refuse it."""
    chain = " needs ".join(circle)
    for node in nodes:
        if f"{node.sdist.name} {node.sdist.version}" in circle:
            said = f"the build requires go round in a circle: {chain}"
            node.environment = node.environment.hindered(
                _problem("circle", said, node.sdist.filename, fatal=True)
            )


def _times(nodes: dict[str, _Node], top: set[str], installer: Installer) -> dict[str, int]:
    """How often each is built: parents come after their children in `nodes`, so count backwards."""
    times = dict.fromkeys(nodes, 0)
    for key in reversed(nodes):
        times[key] += key in top
        for child in nodes[key].children:
            times[child] += times[key]
    return dict.fromkeys(times, 1) if installer.builds_once else times


def _build(key: str, nodes: Mapping[str, _Node], top: set[str], times: Mapping[str, int]) -> Build:
    node = nodes[key]
    asked_by = tuple(
        f"{other.sdist.name} {other.sdist.version}"
        for other in nodes.values()
        if key in other.children
    )
    sdist = node.sdist
    return Build(
        name=sdist.name,
        version=sdist.version,
        sdist=sdist,
        environment=node.environment,
        top_level=key in top,
        asked_by=asked_by,
        times=times[key],
    )


def hook_requires(backend: str, stated: Sequence[str], resolution: Resolution) -> tuple[str, ...]:
    """What the backend's `get_requires_for_build_wheel` is known to add (`hook_requires.csv`).

    Only where the build requires do not have it yet: the system is taken to have none of these
    tools, as base images do.
    """
    pins = resolution.pins
    module = backend.partition(":")[0].partition(".")[0]
    added = []
    for row in _hook_table():
        missing = canonicalize_name(row["unless"]) not in pins
        if row["backend"] == module and missing and _applies(module, pins):
            added.append(row["requirement"])
    return tuple(text for text in added if text not in stated)


def _applies(module: str, pins: Mapping[NormalizedName, Pin]) -> bool:
    """Whether the hook still asks: setuptools 70.1 took over bdist_wheel, and asks no more."""
    if module != "setuptools":
        return True
    pin = pins.get(canonicalize_name("setuptools"))
    return bool(pin and pin.version and pin.version in _LAST_SETUPTOOLS_WITHOUT_WHEEL)


@cache
def _hook_table() -> tuple[dict[str, str], ...]:
    return tuple(rows("hook_requires"))
