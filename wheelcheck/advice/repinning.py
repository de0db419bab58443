"""Other pins with which more comes as a wheel: found by name, proven by resolving again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from msgspec import Struct, structs
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Project, Wheel
from wheelcheck.requirements import Requirements
from wheelcheck.requirements.requirement_set import Origin, RequirementLine
from wheelcheck.resolution import FileRules, Pin, choose
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Target

__all__ = [
    "BY_ADVICE",
    "NEAR_YEARS",
    "Repinned",
    "WheelsNearby",
    "changes_between",
    "proposals",
    "years_between",
]

FARTHEST = 60
"""Releases looked at, above and below a pin, for one with a wheel."""
_YEAR = timedelta(days=365)
NEAR_YEARS = 2
"""Years before or after a pin's release within which another release is near it."""
NEAR_SERIES = 2
"""How many minor series of other major versions, counted from the pin, are near it."""
BY_ADVICE = Origin("advice")
"""Where lines come from that nobody has written."""


class Repinned(Struct, frozen=True):
    """Versions to pin: in the user's own lines, and of other packages by constraint."""

    lines: Mapping[NormalizedName, Version]
    constraints: Mapping[NormalizedName, Version]

    def __bool__(self) -> bool:
        return bool(self.lines or self.constraints)

    @property
    def change(self) -> tuple[str, ...]:
        """What to write, line by line."""
        lines = [f"{name}=={version}" for name, version in sorted(self.lines.items())]
        more = [f"{name}=={v}  # as a constraint" for name, v in sorted(self.constraints.items())]
        return (*lines, *more)

    def applied(self, requirements: Requirements) -> Requirements:
        """The requirements with these versions pinned, whatever they said of them before."""
        versions = {**self.constraints, **self.lines}
        pinned = [_constraint(name, version) for name, version in self.constraints.items()]
        return structs.replace(
            requirements,
            lines=tuple(_repinned(line, versions) for line in requirements.lines),
            constraints=(
                *(_repinned(line, versions) for line in requirements.constraints),
                *pinned,
            ),
        )


class WheelsNearby:
    """Looks for versions with wheels beside pins, each once for all targets of a run.

    `stored_on` has what earlier runs have found on a target, None where that does not count.
    """

    def __init__(
        self, index: Index, stored_on: Callable[[Target], TargetAnswers | None] = lambda _: None
    ) -> None:
        self._index = index
        self._find_stored = stored_on
        self._stored_on: dict[str, TargetAnswers | None] = {}
        self._labels: dict[int, tuple[Pin, str]] = {}
        self._near: dict[tuple[NormalizedName, Version, Version], bool] = {}

    def has(self, pin: Pin, target: Target, rules: FileRules) -> bool:
        """Whether the version of a pin itself has a wheel for the target."""
        return self._known("own", self._own, pin, target, rules)[0] is not None

    def nearest(self, pin: Pin, target: Target, rules: FileRules) -> _Pair:
        """The next version above a pin that has a wheel for the target, and the next below.

        Only versions near the pin (`is_near`); a pre-release only above it, where no final release
        has a wheel: those below are often placeholders (0.0.0a0).
        """
        return self._known("near", self._nearest, pin, target, rules)

    def farther(self, pin: Pin, target: Target, rules: FileRules) -> _Pair:
        """The next final version above a pin that has a wheel for the target, however far."""
        return self._known("far", self._farther, pin, target, rules)

    def _known(
        self,
        kind: str,
        find: Callable[[Version, Project, Target, FileRules], _Pair],
        pin: Pin,
        target: Target,
        rules: FileRules,
    ) -> _Pair:
        """The versions that an earlier run or, failing that, `find` finds."""
        own = pin.version
        if own is None:
            return None, None
        if target.name not in self._stored_on:
            self._stored_on[target.name] = self._find_stored(target)
        stored, key = self._stored_on[target.name], f"{kind} {self._label(pin)}"
        known: _Pair | None = stored.result(key, _read_pair) if stored else None
        if known is not None:
            return known
        project = self._index.project(pin.name)
        if isinstance(project, Unknown):
            return None, None
        pair = find(own, project, target, rules)
        if stored:
            stored.add_result(key, " ".join(str(each or "") for each in pair).encode())
        return pair

    def _label(self, pin: Pin) -> str:
        """Name and version, which targets share with the pin."""
        known = self._labels.get(id(pin))
        if known is None:
            known = self._labels[id(pin)] = (pin, f"{pin.name} {pin.version}")
        return known[1]

    def _own(self, own: Version, project: Project, target: Target, rules: FileRules) -> _Pair:
        file = choose(project.files(own), target, rules)
        return own if isinstance(file, Wheel) else None, None

    def _nearest(self, own: Version, project: Project, target: Target, rules: FileRules) -> _Pair:
        above = [candidate for candidate in reversed(project.versions) if candidate > own]
        below = [candidate for candidate in project.versions if candidate < own]

        def first(versions: Iterable[Version]) -> Version | None:
            few = islice(versions, FARTHEST)
            near = (version for version in few if self.is_near(version, own, project))
            return _first(near, project, target, rules)

        pair = first(_final(above)), first(_final(below))
        return pair if any(pair) else (first(above), None)

    def _farther(self, own: Version, project: Project, target: Target, rules: FileRules) -> _Pair:
        above = (candidate for candidate in reversed(project.versions) if candidate > own)
        return _first(_final(above), project, target, rules), None

    def is_near(self, version: Version, own: Version, project: Project) -> bool:
        """Whether a version is near enough to a pin to be advised in its place.

        Released within two years of it; and of the same major version, or of one of the two minor
        series next to it.
        """
        key = (project.name, version, own)
        if key not in self._near:
            self._near[key] = _is_near(version, own, project)
        return self._near[key]


_Pair = tuple[Version | None, Version | None]


def _read_pair(data: bytes) -> _Pair:
    above, _, below = data.decode().partition(" ")
    return Version(above) if above else None, Version(below) if below else None


def _first(
    versions: Iterable[Version], project: Project, target: Target, rules: FileRules
) -> Version | None:
    any_hash = structs.replace(rules, hashes={})  # they were those of the pin
    for version in versions:
        file = choose(project.files(version), target, any_hash)
        if isinstance(file, Wheel) and file.yanked is None:
            return version
    return None


def _final(versions: Iterable[Version]) -> list[Version]:
    return [version for version in versions if not version.is_prerelease]


def _is_near(version: Version, own: Version, project: Project) -> bool:
    times = _uploaded(version, project), _uploaded(own, project)
    if times[0] and times[1] and abs(times[0] - times[1]) > NEAR_YEARS * _YEAR:
        return False
    if version.major == own.major and version.epoch == own.epoch:
        return True
    low, high = sorted((version, own))
    between = {
        (each.epoch, each.major, each.minor)
        for each in project.versions
        if low <= each <= high and not each.is_prerelease
    } - {(own.epoch, own.major, own.minor)}
    return len(between) <= NEAR_SERIES


def years_between(own: Version, other: Version, project: Project) -> float | None:
    """Years from the release of a version to that of another; None where the index has no times."""
    times = _uploaded(own, project), _uploaded(other, project)
    return (times[1] - times[0]) / _YEAR if times[0] and times[1] else None


def _uploaded(version: Version, project: Project) -> datetime | None:
    """When the first file of a version was uploaded; None where the index does not say."""
    times = (file.upload_time for file in project.files(version))
    return min((time for time in times if time is not None), default=None)


def proposals(
    requirements: Requirements,
    column: JudgedTarget,
    troubled: Collection[NormalizedName],
    wheels: WheelsNearby,
    rules: FileRules,
    *,
    far: bool = False,
) -> Iterator[Requirements]:
    """Requirements under which troubled packages may come as wheels, the nearest first.

    First each at the next version up that has a wheel on the target, else down; then the other
    way round; then whatever wheels go together, with what the user says of these packages'
    versions lifted; at last with all exact pins lifted. With `far`, those without such a version
    near the present one count at the first that has one; nothing is proposed where there is none.
    """
    near = _nearest(column, troubled, wheels, rules, far=far)
    helped = {name for name, pair in near.items() if any(pair)}
    own = {canonicalize_name(line.requirement.name) for line in requirements.lines}
    for order in ((0, 1), (1, 0)) if helped else ():
        versions = {name: near[name][order[0]] or near[name][order[1]] for name in helped}
        known = {name: version for name, version in versions.items() if version is not None}
        yield _split(known, own).applied(requirements)
    for exact_pins in (False, True) if helped else ():
        yield _lifted(requirements, helped, exact_pins=exact_pins)


def _nearest(
    column: JudgedTarget,
    troubled: Collection[NormalizedName],
    wheels: WheelsNearby,
    rules: FileRules,
    *,
    far: bool,
) -> dict[NormalizedName, _Pair]:
    """The next versions with a wheel, above and below; with `far`, {} where none is far."""
    target = column.resolution.target
    pins = {name: column.judged[name][0] for name in troubled}
    near = {name: wheels.nearest(pin, target, rules) for name, pin in pins.items()}
    if not far:
        return near
    distant = {
        name: found
        for name, pair in near.items()
        if not any(pair) and any(found := wheels.farther(pins[name], target, rules))
    }
    return {**near, **distant} if distant else {}


def changes_between(
    requirements: Requirements,
    before: JudgedTarget,
    after: JudgedTarget,
    troubled: Collection[NormalizedName],
) -> Repinned:
    """What must be written so that `asked` leads to the versions of `after`.

    Troubled packages whose version changed, and the user's own lines that do not admit theirs.
    """
    own = {canonicalize_name(line.requirement.name) for line in requirements.lines}
    target = before.resolution.target
    changed: dict[NormalizedName, Version] = {}
    for name, (pin, _) in after.judged.items():
        was = before.judged[name][0].version if name in before.judged else None
        if pin.version is None or pin.version == was:
            continue
        if name in troubled or not requirements.admits(name, pin.version, target):
            changed[name] = pin.version
    return _split(changed, own)


def _split(versions: Mapping[NormalizedName, Version], own: Collection[str]) -> Repinned:
    return Repinned(
        {name: version for name, version in versions.items() if name in own},
        {name: version for name, version in versions.items() if name not in own},
    )


def _repinned(line: RequirementLine, versions: Mapping[NormalizedName, Version]) -> RequirementLine:
    version = versions.get(canonicalize_name(line.requirement.name))
    if version is None:
        return line
    return _with_specifier(line, f"=={version}")


def _with_specifier(line: RequirementLine, specifier: str) -> RequirementLine:
    """The same line with another specifier; hashes, and a lock's word, were for other files."""
    requirement = Requirement(str(line.requirement.name))
    requirement.extras = set(line.requirement.extras)
    requirement.marker = line.requirement.marker
    requirement.specifier = SpecifierSet(specifier)
    return replace(
        line, requirement=requirement, text=str(requirement), hashes=frozenset(), locked=False
    )


def _constraint(name: NormalizedName, version: Version) -> RequirementLine:
    requirement = Requirement(f"{name}=={version}")
    return RequirementLine(requirement, BY_ADVICE, str(requirement))


def _lifted(
    requirements: Requirements, wheels_of: Collection[NormalizedName], *, exact_pins: bool
) -> Requirements:
    """Lift what is said of these packages' versions, but take them as wheels alone."""

    def lifted(line: RequirementLine) -> RequirementLine:
        exact = any(clause.operator in {"==", "==="} for clause in line.requirement.specifier)
        concerned = canonicalize_name(line.requirement.name) in wheels_of
        return _with_specifier(line, "") if concerned or (exact_pins and exact) else line

    control = requirements.policy.only_binary
    only_binary = structs.replace(
        control,
        names=control.names | frozenset(wheels_of),
        except_names=control.except_names - frozenset(wheels_of),
    )
    return structs.replace(
        requirements,
        lines=tuple(map(lifted, requirements.lines)),
        constraints=tuple(map(lifted, requirements.constraints)),
        policy=structs.replace(requirements.policy, only_binary=only_binary),
    )
