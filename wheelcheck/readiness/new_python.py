"""One new Python: what becomes of each package there, and the bumps that make a project ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.coverage import judge
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.readiness.baseline import baseline, same_platform
from wheelcheck.readiness.releases import Releases
from wheelcheck.readiness.seen_package import SeenPackage, first_day, platform_name
from wheelcheck.readiness.smallest_bump import Found, Search
from wheelcheck.reports.values.readiness_values import (
    Bump,
    Others,
    ReadyCell,
    ReadyPython,
    ReadyStatus,
)
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import RequirementLine, Requirements
from wheelcheck.resolution import FileRules, Pin, Resolution, Standing, choose
from wheelcheck.targets import Target

__all__ = ["NewPython"]

_AS_NOW = frozenset({"ready", "source"})
"""Statuses for which nothing must be done, nor waited for."""


class NewPython:
    """A new Python."""

    def __init__(
        self,
        label: str,
        targets: Sequence[Target],
        requirements: Requirements,
        index: Index,
        now: Sequence[Target],
        *,
        no_deps: bool,
        declared: Sequence[RequirementLine],
    ) -> None:
        self._declared = tuple(declared)
        self._label = label
        self._targets = tuple(targets)
        self._requirements = requirements
        self._index = index
        self._now = tuple(now)
        self.base = base = baseline(requirements, index, targets, now, no_deps=no_deps)
        self._direct = {
            canonicalize_name(line.requirement.name): str(line.origin)
            for line in requirements.lines
            if line.requirement.url
        }
        self._rules = FileRules(requirements.policy)
        self._search = Search(
            requirements, index, targets, base.current, base.required_on, no_deps=no_deps
        )
        self.found: Found = self._search.find()
        self._cells: dict[NormalizedName, ReadyCell] = {}
        self._wanted: dict[NormalizedName, frozenset[Target]] = {}
        self._seen_now: dict[NormalizedName, Releases | None] = {}

    @property
    def target_names(self) -> tuple[str, ...]:
        """The targets' names."""
        return tuple(target.name for target in self._targets)

    @property
    def names(self) -> frozenset[NormalizedName]:
        """Every package that is in use, or that the bumps bring along."""
        used = {name for name, on in self.base.required_on.items() if on & set(self._targets)}
        return frozenset(used | self.found.names)

    def pure(self, name: NormalizedName) -> bool:
        """Whether the release to be taken comes as a pure wheel."""
        releases = self._search.releases(name)
        version = self.found.version(name) or self.base.current.get(name)
        return not isinstance(releases, Unknown) and version is not None and releases.pure(version)

    # --- cells ------------------------------------------------------------------------------

    def cell(self, name: NormalizedName) -> ReadyCell:
        """What becomes of a package."""
        if name not in self._cells:
            self._cells[name] = self._cell(name)
        return self._cells[name]

    def _cell(self, name: NormalizedName) -> ReadyCell:
        releases = self._search.releases(name)
        if name in self._direct:
            return self._of_direct(name)
        on = frozenset(self.found.pins(name)) or self.base.required_on.get(name, frozenset())
        if not on:
            return ReadyCell(status="not-required")
        if isinstance(releases, Unknown):
            return ReadyCell(status="unknown", reason=releases.reason)
        current = self.base.current.get(name)
        taken = self.found.version(name) or current
        never = self._never_there(name, on)
        return self._judged(
            name, SeenPackage(releases, current, taken, on, on - never or on, never)
        )

    def _judged(self, name: NormalizedName, seen: SeenPackage) -> ReadyCell:
        taken = seen.taken
        self._wanted[name] = seen.wanted
        known: dict[str, Any] = {
            "version": str(taken) if taken else None,
            "without": self._names(seen.never) if seen.never != seen.on else (),
        }
        dated = first_day(seen)
        if taken is None or not seen.wanted <= seen.releases.covered(taken):
            return self._not_ready(name, seen, known, dated)
        raised = seen.current is not None and taken > seen.current
        why = self._why_raised(seen) if raised else ""
        status: ReadyStatus = "bump" if raised else "ready"
        return ReadyCell(status=status, reason=why, **known, **dated)

    def _why_raised(self, seen: SeenPackage) -> str:
        assert seen.current is not None
        missing = seen.wanted - seen.releases.covered(seen.current)
        if not missing:
            return "goes with the bumps of other packages"
        return f"{seen.current} has no wheel for {self._places(missing, seen.on)}"

    def _not_ready(
        self, name: NormalizedName, seen: SeenPackage, known: dict[str, Any], dated: dict[str, Any]
    ) -> ReadyCell:
        releases, wanted = seen.releases, seen.wanted
        later = self._search.candidates(name)
        best = max((releases.covered(v) & wanted for v in later), key=len, default=frozenset())
        pre = releases.any_pre_release(wanted, seen.current)
        known["pre_release"] = str(pre) if pre else None
        missing = wanted - best
        if not missing:
            held = self._why_held(name, later[0])
            return ReadyCell(status="held-back", reason=held, **known, **dated)
        status: ReadyStatus = "partly" if best else "waiting"
        if not best and seen.never == seen.on:
            status = "source"
        return ReadyCell(
            status=status,
            missing=self._names(missing),
            reason=self._why_missing(name, status, missing, seen),
            **known,
        )

    def _why_held(self, name: NormalizedName, first: Version) -> str:
        demands = dict.fromkeys(
            str(demand)
            for pin in (*self.found.pins(name).values(), *_pins(self.base.now, name))
            for demand in pin.demands
        )
        if self.found.conflict:
            return f"{first} has wheels, and does not go with the other packages"
        return f"{first} has wheels, but {listing(list(demands), 3)}"

    def _why_missing(
        self, name: NormalizedName, status: str, missing: frozenset[Target], seen: SeenPackage
    ) -> str:
        newest = next(iter(seen.releases.stable), None) or seen.taken
        if status == "source":
            newest = seen.current or newest
        project = self._index.project(name)
        target = next(t for t in self._targets if t in missing)
        if newest is None or isinstance(project, Unknown):
            return "no release"
        file = choose(project.files(newest), target, self._rules)
        standing = Standing.INSTALLABLE if file else Standing.UNAVAILABLE
        found = judge(Pin(name, newest, file, standing), project, target, self._rules)
        if status == "source":
            return f"built from its sdist, as on the present Python; {newest}: {found.reason}"
        places = "" if status == "waiting" else f" for {self._places(missing, seen.on)}"
        return f"no release has a wheel{places}; {newest}: {found.reason}"

    def _names(self, targets: frozenset[Target]) -> tuple[str, ...]:
        return tuple(platform_name(target) for target in self._targets if target in targets)

    def _places(self, some: frozenset[Target], all_of: frozenset[Target]) -> str:
        if some == all_of:
            return f"Python {self._label}"
        return listing(self._names(some), 3)

    def _of_direct(self, name: NormalizedName) -> ReadyCell:
        """A package that a line names by one file: there is nothing to bump."""
        pins = self.found.pins(name)
        files = [pin.file for pin in pins.values()]
        if files and all(isinstance(file, Wheel) for file in files):
            return ReadyCell(status="ready", version=str(files[0].version if files[0] else ""))
        where = self._direct[name]
        if files and all(isinstance(file, Sdist) for file in files):
            return ReadyCell(status="source", reason=f"{where} names an sdist")
        return ReadyCell(status="waiting", reason=f"{where} names one file, which does not fit")

    # --- what is now ------------------------------------------------------------------------

    def _never_there(self, name: NormalizedName, on: frozenset[Target]) -> frozenset[Target]:
        """Targets on whose platform no release has a wheel on the present Python either.

        None where there is no wheel anywhere: then it is built from its sdist, now as later.
        """
        releases = self._releases_now(name)
        if releases is None:
            return frozenset()
        there = {now for version in self._later(name) for now in releases.covered(version)}
        found = {target: same_platform(target, self._now) for target in on}
        return frozenset(target for target, now in found.items() if now and now not in there)

    def _later(self, name: NormalizedName) -> list[Version]:
        """The releases from the present one on."""
        current, releases = self.base.current.get(name), self._search.releases(name)
        if isinstance(releases, Unknown):
            return []
        return [version for version in releases.stable if current is None or version >= current]

    def _releases_now(self, name: NormalizedName) -> Releases | None:
        """The releases as the present Python sees them."""
        if name not in self._seen_now:
            project = self._index.project(name)
            self._seen_now[name] = (
                None
                if isinstance(project, Unknown)
                else Releases(project, self._now, self._rules, pre=False)
            )
        return self._seen_now[name]

    # --- the whole --------------------------------------------------------------------------

    def answer(self) -> ReadyPython:
        """What to bump, and what keeps the project from this Python."""
        cells = {name: self.cell(name) for name in sorted(self.names)}
        bumps = tuple(self._bump(name) for name, cell in cells.items() if self._raised(name, cell))
        required = {cell.status for cell in cells.values()} - {"not-required"}
        refused = self._refusal()
        return ReadyPython(
            python=self._label,
            platforms=tuple(map(platform_name, self._targets)),
            targets=self.target_names,
            ready=not refused and required <= _AS_NOW,
            ready_after_bumps=not refused and required <= {*_AS_NOW, "bump"},
            bumps=bumps,
            paste=self._paste(bumps),
            set_aside=tuple(sorted(self.found.set_aside)),
            conflict=str(self.found.conflict) if self.found.conflict else None,
            refused=refused,
            others=self._others(cells),
        )

    def _refusal(self) -> str | None:
        """What says that the input is for none of the targets; None where nothing does."""
        for scope in self._requirements.scopes:
            if not scope.advisory and not any(map(scope.admits, self._targets)):
                return f"{scope.origin}: {scope.why}"
        return None

    def _raised(self, name: NormalizedName, cell: ReadyCell) -> bool:
        current = self.base.current.get(name)
        return (
            current is not None
            and cell.status not in {"ready", "not-required"}
            and cell.version is not None
            and Version(cell.version) > current
        )

    def _bump(self, name: NormalizedName) -> Bump:
        before, after = self.base.current[name], self.found.version(name)
        assert after is not None
        releases = self._search.releases(name)
        lacks = not isinstance(releases, Unknown) and (
            len(releases.covered(after)) > len(releases.covered(before))
        )
        lines = [
            str(line.origin)
            for line in (
                *self._requirements.lines,
                *self._requirements.constraints,
                *self._declared,
            )
            if canonicalize_name(line.requirement.name) == name
            and not line.requirement.specifier.contains(after, prereleases=True)
        ]
        return Bump(
            package=name,
            before=str(before),
            after=str(after),
            why="wheel" if lacks else "others",
            where=tuple(dict.fromkeys(lines)),
            new_major=before.release[:1] != after.release[:1] or before.epoch != after.epoch,
        )

    def _paste(self, bumps: Sequence[Bump]) -> tuple[str, ...]:
        pins = [f"{bump.package}=={bump.after}" for bump in bumps]
        if pins and any(lock.format.value == "uv.lock" for lock in self._requirements.locks):
            command = "uv lock " + " ".join(f"--upgrade-package {pin}" for pin in pins)
            return (*self._lifted(bumps), command)
        return tuple(pins)

    def _lifted(self, bumps: Sequence[Bump]) -> Iterator[str]:
        """What the project of a lock must lift first."""
        after = {bump.package: bump.after for bump in bumps}
        for line in self._declared:
            version = after.get(canonicalize_name(line.requirement.name))
            if version and not line.requirement.specifier.contains(version, prereleases=True):
                yield f"# first lift {line.text} ({line.origin})"

    def _own_wheels(self, name: NormalizedName) -> bool:
        """Whether its first release has wheels made for this very Python."""
        releases, on = self._search.releases(name), self._wanted.get(name)
        if isinstance(releases, Unknown) or on is None:
            return False
        first = releases.first(on)
        return first is not None and first.own

    def _others(self, cells: Mapping[NormalizedName, ReadyCell]) -> Others | None:
        dated = sorted(
            (cell.since, name)
            for name, cell in cells.items()
            if cell.since is not None and self._own_wheels(name)
        )
        if not dated:
            return None
        return Others(
            packages=len(dated),
            first=dated[0][1],
            first_day=dated[0][0],
            last=dated[-1][1],
            last_day=dated[-1][0],
        )


def _pins(now: Mapping[Target, Resolution], name: NormalizedName) -> list[Pin]:
    return [resolution.pins[name] for resolution in now.values() if name in resolution.pins]
