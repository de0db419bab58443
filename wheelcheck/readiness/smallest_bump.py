"""The smallest bump after which everything comes as wheels: found by resolving, then made smaller.

Every package may stay where it is or go up, to releases that have wheels on as many of the targets
as any has. The solver tries the lowest first. What it found is then made smaller, a package at a
time, until no lower release of a single package goes with the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Project, Wheel
from wheelcheck.readiness.admitted_index import AdmittedIndex
from wheelcheck.readiness.lifted import Cap, lifted_caps, without_pins
from wheelcheck.readiness.releases import Releases
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Conflict, FileRules, Pin, Resolution, Resolver, Standing
from wheelcheck.targets import Target

__all__ = ["Found", "Search"]

_ROUNDS = 4_000
_MOST_PASSES = 12
"""How often floors are raised, and versions lowered, before the search is content."""

Versions = Mapping[NormalizedName, Version]


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to: versions by package, on each target, or why there are none.

    `caps` are the user's bounds that had to be lifted. `set_aside` are packages without wheels
    whose own requirements do not go with the bumps of the others, and were left out.
    """

    resolutions: Mapping[Target, Resolution] = field(hash=False)
    caps: tuple[Cap, ...] = ()
    set_aside: frozenset[NormalizedName] = frozenset()
    conflict: Conflict | Unknown | None = None

    def version(self, name: NormalizedName) -> Version | None:
        """The version that goes on every target; the highest, where they differ."""
        versions = [pin.version for pin in self.pins(name).values() if pin.version is not None]
        return max(versions, default=None)

    def pins(self, name: NormalizedName) -> Mapping[Target, Pin]:
        """The pin of a package on each target that requires it."""
        if self.conflict:
            return {}
        return {
            target: resolution.pins[name]
            for target, resolution in self.resolutions.items()
            if name in resolution.pins
        }

    @property
    def names(self) -> frozenset[NormalizedName]:
        """Every package that is required on a target."""
        return frozenset(name for each in self.resolutions.values() for name in each.pins)


class Search:
    """Looks for bumps on the targets of one Python, from the `current` versions on."""

    def __init__(
        self,
        requirements: Requirements,
        index: Index,
        targets: Sequence[Target],
        current: Versions,
        required_on: Mapping[NormalizedName, frozenset[Target]],
        *,
        no_deps: bool = False,
    ) -> None:
        self._no_deps = no_deps
        self._requirements = without_pins(requirements)
        self._index = index
        self._targets = tuple(targets)
        self._current = current
        self._required_on = dict(required_on)
        self._rules = FileRules(self._requirements.policy)
        self._releases: dict[NormalizedName, Releases | Unknown] = {}
        self._relaxed: set[NormalizedName] = set()

    def releases(self, name: NormalizedName) -> Releases | Unknown:
        """The releases of a project; Unknown where it has no page."""
        found = self._releases.get(name)
        if found is None:
            project = self._index.project(name)
            found = project if isinstance(project, Unknown) else self._seen(project)
            self._releases[name] = found
        return found

    def _seen(self, project: Project) -> Releases:
        current = self._current.get(project.name)
        allowed = self._requirements.policy.allows_prereleases(project.name)
        pre = bool(allowed) or (current is not None and current.is_prerelease)
        return Releases(project, self._targets, self._rules, pre=pre)

    def on(self, name: NormalizedName) -> frozenset[Target]:
        """The targets that require a package, as far as known; all of them before."""
        return self._required_on.get(name) or frozenset(self._targets)

    def candidates(self, name: NormalizedName, floor: Version | None = None) -> list[Version]:
        """The releases that may be taken, the preferred first.

        From the current one up, the lowest first; of a package that is new, the newest first.
        """
        releases = self.releases(name)
        if isinstance(releases, Unknown):
            return []
        floor = floor or self._current.get(name)
        if floor is None:
            return releases.best(releases.stable or releases.unstable, self.on(name))
        # Without a stable release so new, its release is not on the index any more, or never was.
        versions = _from(floor, releases.stable) or _from(floor, releases.unstable)
        best = releases.best(versions or list(releases.stable), self.on(name))
        if name not in self._relaxed:
            return best
        return [*best, *(version for version in versions if version not in best)]

    def find(self) -> Found:
        """Search, and make what is found smaller."""
        opened, caps = lifted_caps(self._requirements, self.candidates)
        found = self._agreed(opened, frozenset())
        waiting = self.waiting
        if found.conflict and waiting:
            found = self._agreed(opened, waiting)
        while found.conflict and self._relax(found.conflict):
            found = self._agreed(opened, found.set_aside)
        if found.conflict:
            return replace(found, caps=caps)
        learnt = {name: frozenset(found.pins(name)) for name in found.names}
        if any(self._required_on.get(name) != on for name, on in learnt.items()):
            self._required_on.update(learnt)
            again = self._agreed(opened, found.set_aside)
            found = found if again.conflict else again
        return replace(self._lowered(opened, found), caps=caps)

    def _relax(self, conflict: Conflict | Unknown) -> bool:
        """Let the packages of a conflict stay without wheels; False where that is no help.

        They are held back then, and the others can be looked at.
        """
        demands = conflict.demands if isinstance(conflict, Conflict) else ()
        names = set()
        for demand in demands:
            with suppress(InvalidRequirement):
                names.add(canonicalize_name(Requirement(demand.requirement).name))
        new = names - self._relaxed
        self._relaxed |= new
        return bool(new)

    @property
    def waiting(self) -> frozenset[NormalizedName]:
        """Packages of which no release from the current one on has a wheel on any target."""
        return frozenset(
            name
            for name in self._current
            if not isinstance(releases := self.releases(name), Unknown)
            and not any(releases.covered(version) for version in self.candidates(name))
        )

    def _agreed(self, opened: Requirements, set_aside: frozenset[NormalizedName]) -> Found:
        """Resolve on every target; raise floors until a package has one version on all of them."""
        floors = dict(self._current)
        found = self._resolved(opened, {}, floors, set_aside)
        for _ in range(_MOST_PASSES):
            if found.conflict:
                return found
            raised = {
                name: max(versions)
                for name in floors
                if len(versions := _versions(found, name)) > 1
            }
            if not raised:
                return found
            floors.update(raised)
            again = self._resolved(opened, {}, floors, set_aside)
            if again.conflict:  # no single version goes everywhere: each target has its own
                return found
            found = again
        return found

    def _resolved(
        self,
        opened: Requirements,
        fixed: Versions,
        floors: Versions,
        set_aside: frozenset[NormalizedName],
    ) -> Found:
        def admitted(project: Project) -> Sequence[Version]:
            if project.name in fixed:
                return (fixed[project.name],)
            return self.candidates(project.name, floors.get(project.name)) or project.versions

        view = AdmittedIndex(self._index, admitted, set_aside)
        resolver = Resolver(opened, view, no_deps=self._no_deps, max_rounds=_ROUNDS)
        if not fixed:  # else all has been fetched before
            resolver.prefetch(self._targets)
        resolutions: dict[Target, Resolution] = {}
        for target in self._targets:
            resolutions[target] = resolver.resolve(target)
            conflict = self._conflict(target, resolutions[target])
            if conflict is not None:
                return Found(resolutions, set_aside=set_aside, conflict=conflict)
        return Found(resolutions, set_aside=set_aside)

    def _conflict(self, target: Target, found: Resolution) -> Conflict | Unknown | None:
        """Why a resolution fails: also where a package has wheels there, and gets no file.

        To a resolver a version that nobody offers does not exist.
        """
        if found.conflict:
            return found.conflict
        for name, pin in found.pins.items():
            releases = self.releases(name)
            if pin.standing is Standing.INSTALLABLE or isinstance(releases, Unknown):
                continue
            if name in self._relaxed:
                continue
            if any(target in releases.covered(version) for version in self.candidates(name)):
                return Conflict(pin.demands)
        return None

    # --- smaller ----------------------------------------------------------------------------

    def _lowered(self, opened: Requirements, found: Found) -> Found:
        """Lower every bump as far as the others let it, until none can be lowered."""
        for _ in range(_MOST_PASSES):
            before = found
            for name in sorted(found.names & self._current.keys()):
                found = self._lowest(opened, found, name)
            if found is before:
                break
        return found

    def _lowest(self, opened: Requirements, found: Found, name: NormalizedName) -> Found:
        """The same with the lowest release of a package that goes with all others."""
        versions, taken = _versions(found, name), found.version(name)
        if len(versions) > 1 or taken is None or taken <= self._current[name]:
            return found
        lower = takewhile(lambda version: version < taken, self.candidates(name))
        for version in [each for each in lower if _admitted_by_others(found, name, each)]:
            fixed = {
                other: own
                for other in found.names
                if (own := found.version(other)) is not None and len(_versions(found, other)) == 1
            }
            again = self._resolved(opened, {**fixed, name: version}, self._current, found.set_aside)
            if not again.conflict and _as_good(again, found):
                return again
        return found


def _from(floor: Version, versions: Sequence[Version]) -> list[Version]:
    """The releases from one up, the lowest first; `versions` are newest first."""
    return [version for version in reversed(versions) if version >= floor]


def _as_good(again: Found, found: Found) -> bool:
    """Whether nothing that came as a wheel is anything else now.

    What is new must be a wheel, too, but where something else has no file at all.
    """
    lacking = {
        target
        for name in found.names
        for target, pin in found.pins(name).items()
        if pin.file is None
    }
    old = (
        again.pins(name)[target]
        for name in found.names & again.names
        for target, pin in found.pins(name).items()
        if isinstance(pin.file, Wheel) and target in again.pins(name)
    )
    new = (
        pin
        for name in again.names - found.names
        for target, pin in again.pins(name).items()
        if target not in lacking
    )
    return all(isinstance(pin.file, Wheel) for pin in (*old, *new))


def _versions(found: Found, name: NormalizedName) -> set[Version]:
    return {pin.version for pin in found.pins(name).values() if pin.version is not None}


def _admitted_by_others(found: Found, name: NormalizedName, version: Version) -> bool:
    """Whether all that ask for a package, as it was found, would take another version."""
    demands = {demand.requirement for pin in found.pins(name).values() for demand in pin.demands}
    return all(_admits(text, version) for text in demands)


def _admits(text: str, version: Version) -> bool:
    try:
        return Requirement(text).specifier.contains(version, prereleases=True)
    except InvalidRequirement:
        return False
