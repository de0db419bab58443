"""What an installer takes on a target: resolved, each pin judged by tags."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.already_installed import Installed
from wheelcheck.analysis.judged_target import is_planned
from wheelcheck.analysis.page_remarks import PlainPages
from wheelcheck.analysis.pin_records import PinRecord, PinRecords
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.builds.tried_versions import TriedVersions
from wheelcheck.coverage import Judgement, NewerReleases, Releases, Verdict, judge, lost_wheel
from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, Pin, Resolution, Resolver
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.targets import Target

__all__ = ["Choices", "Chosen"]


class Chosen(Struct, frozen=True, dict=True):
    """What an installer takes on a target: each pin with its verdict by tags, and what it tries.

    Where it `is_whole`, `tried` and `unremarkable` are known too.
    """

    resolution: Resolution
    judged: Mapping[NormalizedName, tuple[Pin, Judgement]]
    tried: tuple[Sdist, ...] = ()
    unremarkable: frozenset[NormalizedName] = frozenset()
    """The packages of whose pages there is nothing to say."""
    is_whole: bool = False

    def refined(
        self, refine: Callable[[Sdist, Judgement], Judgement], only: NormalizedName | None = None
    ) -> dict[NormalizedName, tuple[Pin, Judgement]]:
        """The judgements, those on sdists as `refine` has them; of `only` one package if named."""
        return {
            name: (pair[0], refine(file, pair[1])) if isinstance(file, Sdist) else pair
            for name, pair in self.judged.items()
            if only in {None, name}
            for file in (pair[1].file,)
        }

    @cached_property
    def files(self) -> Sequence[Wheel | Sdist]:
        """The files that are taken."""
        return [found.file for _, found in self.judged.values() if found.file is not None]

    @cached_property
    def sdists(self) -> Sequence[Sdist]:
        """Those that are built."""
        return [file for file in self.files if isinstance(file, Sdist)]


class Choices:
    """Makes the choices of an installer, for one target after another.

    Packages that are `installed` in the same version are not among them; `stored` has what earlier
    runs have judged; `as_of` is the moment of the installation.
    """

    def __init__(
        self,
        requirements: Requirements,
        index: Index,
        resolver: Resolver,
        installer: InstallerKind,
        *,
        installed: Installed,
        as_of: datetime,
        stored: StoredAnswers | None,
    ) -> None:
        self._index = index
        self._resolver = resolver
        self._installer = installer
        self._installed = installed
        self._as_of = as_of
        self._stored = stored
        self._constraints = _constraints(requirements)
        self._newer = NewerReleases(self._constraints)
        self._releases = Releases()
        self._settled: dict[int, tuple[Pin, PinRecord | None]] = {}
        self._tried = TriedVersions(index, requirements.policy)
        self._pages = PlainPages(index)

    def of(
        self, target: Target, only: NormalizedName | None = None, *, plan: bool = True
    ) -> Chosen:
        """What is taken on a target, or of `only` one package.

        Without `plan` verdicts are all that is wanted.
        """
        resolution = self._resolver.resolve(target)
        fetched = self._installed.without(resolution.pins)
        rules = self._resolver.rules_of(target)
        records = self._records_on(target)
        stored = records.of(fetched.values()) if records else {}
        settled = self._settled_among(fetched, stored, target, rules)
        known = {**stored, **settled}
        wanted = fetched if only is None else {n: p for n, p in fetched.items() if n == only}
        judged = {
            name: (
                pin,
                known[name].judgement if name in known else self._judged(pin, target, rules),
            )
            for name, pin in wanted.items()
        }
        noted = fetched if (plan or records) and is_planned(target) else {}
        tried = fenced(
            "what is tried",
            "builds-not-planned",
            lambda: self._tried_before(noted, target, known),
        )
        unremarkable = self._unremarkable(noted, known)
        if records and len(stored) < len(noted) and not isinstance(tried, Unknown):
            self._add_records(records, judged, tried, known, unremarkable)
            records.add_settled((pin, settled[n]) for n, pin in wanted.items() if n in settled)
        every = () if isinstance(tried, Unknown) else tuple(chain.from_iterable(tried.values()))
        return Chosen(resolution, judged, every, unremarkable, bool(noted))

    def _settled_among(
        self,
        pins: Mapping[NormalizedName, Pin],
        stored: Collection[NormalizedName],
        target: Target,
        rules: FileRules,
    ) -> dict[NormalizedName, PinRecord]:
        """The records of pins that are wheels of the newest release: the same on all targets."""
        found = {}
        for name, pin in pins.items():
            if isinstance(pin.file, Wheel) and name not in stored:
                known = self._settled.get(id(pin))
                if known is None:
                    known = self._settled[id(pin)] = (pin, self._settled_record(pin, target, rules))
                if known[1] is not None:
                    found[name] = known[1]
        return found

    def _settled_record(self, pin: Pin, target: Target, rules: FileRules) -> PinRecord | None:
        project = self._index.project(pin.name)
        if self._newer.has_newer(pin, project) or self._tried.has_newer(pin):
            return None
        judgement = self._judged(pin, target, rules)
        return PinRecord(judgement, (), self._pages.are_plain_for(pin))

    def _unremarkable(
        self, pins: Mapping[NormalizedName, Pin], known: Mapping[NormalizedName, PinRecord]
    ) -> frozenset[NormalizedName]:
        """The pins of whose pages there is nothing to say, as far as is `known` from before."""
        return frozenset(
            name
            for name, pin in pins.items()
            if (known[name].is_unremarkable if name in known else self._pages.are_plain_for(pin))
        )

    def _records_on(self, target: Target) -> PinRecords | None:
        """What earlier runs have judged on a target; None where nothing may be taken over."""
        every, on_target = self._stored, self._resolver.stored_on(target)
        if every is None or on_target is None:
            return None
        return PinRecords(every, on_target, self._installer.value, self._constraints)

    def _add_records(
        self,
        records: PinRecords,
        judged: Mapping[NormalizedName, tuple[Pin, Judgement]],
        tried: Mapping[NormalizedName, tuple[Sdist, ...]],
        known: Collection[NormalizedName],
        unremarkable: Collection[NormalizedName],
    ) -> None:
        for name, (pin, judgement) in judged.items():
            listed = pin.file is None or pin.file.origin  # a direct reference is on no page
            if listed and name not in known:
                records.add(pin, PinRecord(judgement, tried[name], name in unremarkable))

    def _tried_before(
        self,
        pins: Mapping[NormalizedName, Pin],
        target: Target,
        known: Mapping[NormalizedName, PinRecord],
    ) -> dict[NormalizedName, tuple[Sdist, ...]]:
        """The sdists that are tried and not taken, by the package that is taken."""
        return {
            name: known[name].tried
            if name in known
            else self._tried.before(pin, target, self._installer)
            for name, pin in pins.items()
        }

    def _judged(self, pin: Pin, target: Target, rules: FileRules) -> Judgement:
        project = self._index.project(pin.name)
        constraint = self._constraints.get(pin.name)

        def judged() -> Judgement:
            found = judge(pin, project, target, rules)
            newer = self._newer.reason(pin, project, target, rules)
            if isinstance(found.file, Wheel) and not newer:
                return found
            lost = lost_wheel(pin, project, target, rules, self._as_of, constraint, self._releases)
            return replace(found, newer=newer, lost=lost)

        found = fenced(f"{pin.name} {pin.version}", "package-not-judged", judged)
        return Judgement(Verdict.UNKNOWN, found.reason) if isinstance(found, Unknown) else found


def _constraints(requirements: Requirements) -> Mapping[NormalizedName, SpecifierSet]:
    """What constraints say of each package, whatever their markers."""
    found: dict[NormalizedName, SpecifierSet] = {}
    for line in requirements.constraints:
        name = canonicalize_name(line.requirement.name)
        found[name] = found.get(name, SpecifierSet()) & line.requirement.specifier
    return found
