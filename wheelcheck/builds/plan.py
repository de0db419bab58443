"""The build plan: every source build that an installation sets off, in order, and how often.

PEP 517 isolates builds: each sdist gets an environment of its own with its build requires, and
what of *those* has no wheel on the target is built first, in an environment of its own again.
pip without a cache builds such a requirement again for every build that asks for it; pip with its
cache, and uv, build each version once.

Versions that are tried and not taken count too. pip asks the backend of every sdist for metadata,
newest version first, until one goes together with the rest: on musl, where scipy had no wheels,
an environment that pins an old numpy made pip build six newer scipys to find that they need more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution.common import Common
from wheelcheck.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:  # most plans have no builds, and are made without what knows of them
    from wheelcheck.builds.environment import BuildEnvironment
    from wheelcheck.builds.sdist_reading import SdistReading

__all__ = ["MAX_DEPTH", "Build", "InstallerKind", "Planner", "SourceBuildPlan", "WantedSdist"]

MAX_DEPTH = 12
"""Build requirements of build requirements …: deeper than any real chain, so that one ends."""


class Build(Struct, frozen=True):
    """An sdist that is built, with all that request it.

    `requested_by` are builds (``scipy 1.10.1``) whose environment needs it; `top_level` says that
    it is also installed itself. `tried_by` are builds whose environment tried it and took an older
    version (``requirements`` means the installation itself). `times` is how often the
    installer builds it: 0 for a version that was only tried, and whose metadata take no build.
    """

    reading: SdistReading
    environment: BuildEnvironment
    top_level: bool
    requested_by: tuple[str, ...]
    times: int
    tried_by: tuple[str, ...] = ()

    @property
    def sdist(self) -> Sdist:
        """The file that is built."""
        return self.reading.sdist

    @property
    def name(self) -> NormalizedName:
        """The project."""
        return self.sdist.name

    @property
    def version(self) -> Version:
        """The release."""
        return self.sdist.version

    @property
    def label(self) -> str:
        """``scipy 1.10.1``."""
        return f"{self.name} {self.version}"


class WantedSdist(NamedTuple):
    """An sdist that is built on a target, or `tried` there: its metadata alone are wanted."""

    target: Target
    sdist: Sdist
    tried: bool = False


class FoundBuild(NamedTuple):
    """A build on a target before it is known who requests it."""

    target: Target
    build: Build

    @property
    def below(self) -> Iterator[WantedSdist]:
        """What is built or tried for the sake of its environment."""
        environment = self.build.environment
        for tried, sdists in ((False, environment.built), (True, environment.tried)):
            for sdist in sdists:
                yield WantedSdist(self.target, sdist, tried=tried)


class SourceBuildPlan(Struct, frozen=True):
    """All source builds of one target; each comes after those that its environment needs.

    `cycles` are build requirements that need themselves to be built, as chains of labels.
    """

    target: Target
    installer: InstallerKind
    builds: tuple[Build, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()


class _Node(Struct):
    reading: SdistReading
    environment: BuildEnvironment
    children: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.reading.sdist.name} {self.reading.sdist.version}"


class _PlanWalk(Struct):
    target: Target
    installer: InstallerKind
    nodes: dict[str, _Node] = {}
    """Finished builds by file name, each after its children."""
    cycles: dict[tuple[str, ...], None] = {}


class Planner:
    """Plans source builds for any number of targets; resolves each set of build requires once.

    `read` reads an sdist for a target, once for all that answer alike (`SdistReader.read`), and
    `read_tried` an sdist that is tried and not taken (`SdistReader.read_tried`); `common` is what
    the resolvers of a run share, `constraints` tells what narrows all build requires on a target.
    """

    def __init__(
        self,
        index: Index,
        policy: FilePolicy,
        read: Callable[[Sdist, Target], SdistReading],
        common: Common | None = None,
        read_tried: Callable[[Sdist, Target], SdistReading] | None = None,
        constraints: Callable[[Target], tuple[str, ...]] = lambda _: (),
    ) -> None:
        from wheelcheck.builds.environment import BuildEnvironments

        self._read = read
        self._read_tried = read_tried or read
        self._environments = BuildEnvironments(index, policy, common, constraints)

    def plan(
        self,
        target: Target,
        sdists: Iterable[Sdist],
        installer: InstallerKind,
        tried: Iterable[Sdist] = (),
    ) -> SourceBuildPlan:
        """Plan building `sdists`, those that an installation on `target` takes no wheel for.

        `tried` are those that the installation tries and does not take, as `tried` tells them.
        """
        walk = _PlanWalk(target, installer)
        top = self._visit_all(sdists, walk, ())
        also = self._visit_all(tried, walk, (), tried=True)
        for circle in walk.cycles:
            _close(circle, walk.nodes.values())
        times = _times(walk, top, also)
        parents = _parents(walk.nodes.values())
        builds = tuple(
            _build(key, node, parents, top, also, times[key]) for key, node in walk.nodes.items()
        )
        return SourceBuildPlan(target, installer, builds, tuple(walk.cycles))

    def prefetch(
        self,
        requested: Iterable[WantedSdist],
        installer: InstallerKind,
        read: Callable[[Sdist, Target], SdistReading | None] | None = None,
    ) -> list[FoundBuild | None]:
        """Have the index fetch, side by side, what the environments of these builds ask for.

        Returns a build for each, None where `read`, if it is given, cannot read the sdist yet.
        """
        readings = [
            (
                wanted.target,
                read(wanted.sdist, wanted.target)
                if read
                else self._reading(wanted.sdist, wanted.target, tried=wanted.tried),
            )
            for wanted in requested
        ]
        self._environments.prefetch((t, reading) for t, reading in readings if reading is not None)
        return [
            None
            if reading is None
            else FoundBuild(target, self._build_begun(reading, target, installer))
            for target, reading in readings
        ]

    def _build_begun(
        self, reading: SdistReading, target: Target, installer: InstallerKind
    ) -> Build:
        environment = self._environments.of(reading, target, installer)
        return Build(reading, environment, top_level=False, requested_by=(), times=0)

    def _reading(self, sdist: Sdist, target: Target, *, tried: bool) -> SdistReading:
        return (self._read_tried if tried else self._read)(sdist, target)

    def _visit_all(
        self,
        sdists: Iterable[Sdist],
        walk: _PlanWalk,
        chain: tuple[str, ...],
        *,
        tried: bool = False,
    ) -> tuple[str, ...]:
        """Add sdists; return the file names of those that close no circle."""
        return tuple(
            sdist.filename for sdist in sdists if self._visit(sdist, walk, chain, tried=tried)
        )

    def _visit(self, sdist: Sdist, walk: _PlanWalk, chain: tuple[str, ...], *, tried: bool) -> bool:
        """Add an sdist and what its environment builds. False where that closes a circle.

        What is tried by one build and taken by another is read whole.
        """
        label = f"{sdist.name} {sdist.version}"
        if label in chain:
            walk.cycles[(*chain[chain.index(label) :], label)] = None
            return False
        if sdist.filename in walk.nodes:
            if not tried and not walk.nodes[sdist.filename].reading.is_whole:
                walk.nodes[sdist.filename].reading = self._read(sdist, walk.target)
            return True
        reading = self._reading(sdist, walk.target, tried=tried)
        environment = self._environments.of(reading, walk.target, walk.installer)
        node = _Node(reading, environment)
        if len(chain) >= MAX_DEPTH:
            from wheelcheck.builds.environment import environment_problem

            deep = f"the build requires of {label} are nested too deeply to follow"
            node.environment = environment.hindered(
                environment_problem("unknown", deep, sdist.filename)
            )
        else:
            below = (*chain, label)
            node.children = self._visit_all(environment.built, walk, below)
            node.tried = self._visit_all(environment.tried, walk, below, tried=True)
        walk.nodes[sdist.filename] = node
        return True


def _close(circle: tuple[str, ...], nodes: Iterable[_Node]) -> None:
    """Say of each build in a circle that it needs itself: pip and uv refuse it."""
    from wheelcheck.builds.environment import environment_problem

    chain = " needs ".join(circle)
    for node in nodes:
        if node.label in circle:
            message = f"the build requires go round in a circle: {chain}"
            node.environment = node.environment.hindered(
                environment_problem("circle", message, node.reading.sdist.filename, fatal=True)
            )


def _times(walk: _PlanWalk, top: Collection[str], tried: Collection[str]) -> dict[str, int]:
    """How often each is built: parents come after their children in `nodes`, so count backwards.

    Asked for or tried, a build has its environment set up; what that environment takes and tries
    is counted as often. A version that pip tries is counted each time, as it keeps no wheel
    of it; had it been built in earnest before, its wheel would be taken from the cache.
    """
    nodes = walk.nodes
    counts = dict.fromkeys(nodes, 0)
    attempts = {key: int(key in tried) for key in nodes}
    times = {}
    for key in reversed(nodes):
        node = nodes[key]
        chosen = _chosen(counts[key], key in top, walk.installer)
        looks = attempts[key]
        if walk.installer is InstallerKind.UV:  # what was built for its metadata is kept
            looks = int(looks > 0 and not chosen)
        times[key] = chosen + looks * node.environment.builds_for_metadata
        for child in node.children:
            counts[child] += chosen + looks
        for child in node.tried:
            attempts[child] += chosen + looks
    return {key: times[key] for key in nodes}


def _chosen(times: int, top: bool, installer: InstallerKind) -> int:  # noqa: FBT001
    """How often a build is made whose wheel is then installed somewhere."""
    match installer:
        case InstallerKind.PIP_NO_CACHE:
            return times + top
        case InstallerKind.PIP_NO_CACHE_DIR:
            return min(times, 1) + top
        case InstallerKind.PIP | InstallerKind.UV:
            return min(times + top, 1)


class _Parents(NamedTuple):
    """The labels of the builds whose environments take each sdist, and of those that try it."""

    requested_by: Mapping[str, Sequence[str]]
    tried_by: Mapping[str, Sequence[str]]


def _parents(nodes: Iterable[_Node]) -> _Parents:
    requested_by: dict[str, list[str]] = defaultdict(list)
    tried_by: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        for found, keys in ((requested_by, node.children), (tried_by, node.tried)):
            for key in dict.fromkeys(keys):
                found[key].append(node.label)
    return _Parents(requested_by, tried_by)


def _build(
    key: str,
    node: _Node,
    parents: _Parents,
    top: Collection[str],
    tried: Collection[str],
    times: int,
) -> Build:
    return Build(
        reading=node.reading,
        environment=node.environment,
        top_level=key in top,
        requested_by=tuple(parents.requested_by.get(key, ())),
        times=times,
        tried_by=(
            *(["requirements"] if key in tried else []),
            *parents.tried_by.get(key, ()),
        ),
    )
