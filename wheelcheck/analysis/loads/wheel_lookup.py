"""What is known of wheels for the load check: by the table, an earlier run, or reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import msgspec
from packaging.utils import NormalizedName

from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.coverage import Judgement
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, MemberReader, Wheel
from wheelcheck.loading.known_facts import known_facts
from wheelcheck.loading.tag_promise import tag_remarks
from wheelcheck.loading.verdict.load_verdict import Loads, LoadStatus
from wheelcheck.loading.wheel_facts import WheelFacts, may_be_elf
from wheelcheck.loading.wheel_reading import Budget
from wheelcheck.resolution import Pin
from wheelcheck.resolution.stored_answers import TargetAnswers
from wheelcheck.targets import Architecture, Libc, Target
from wheelcheck.targets.remembered import Memo

__all__ = [
    "FOUND_NOTHING",
    "Judged",
    "ReadWheels",
    "WheelLookup",
    "is_looked_at",
    "is_settled",
    "wheels_of",
]

BUDGET_BYTES = 30_000_000
"""What the quick mode may fetch of the members of wheels in a run; a third is for beginnings."""
_NEW_ENOUGH = (2, 28)
"""glibc of manylinux_2_28, the image in which most wheels are built."""
_FORMAT = b"loads-15"
"""Facts in the cache that were written in another form are read again."""


@dataclass(frozen=True, slots=True)
class _CheckedWheel:
    """One wheel to be read; equal readings share their result.

    `packages` are all that are installed, itself among them, in the spelling of modules.
    """

    wheel: Wheel
    packages: frozenset[str]
    opens: bool
    full: bool
    follow: bool
    budget: Budget = field(hash=False, compare=False)

    def __call__(self, members: MemberReader) -> WheelFacts:
        from wheelcheck.loading.wheel_reader import read_wheel  # much, and each wheel is read once

        others = _others(self.wheel, self.packages)
        return read_wheel(
            members,
            budget=self.budget,
            others=others,
            opens=self.opens,
            full=self.full,
            follow=self.follow,
        )


@dataclass(slots=True)
class ReadWheels:
    """What was read of wheels in a run, and what it may still read; judges of a run share it."""

    budget: Budget
    facts: dict[tuple[object, ...], WheelFacts] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    worth_opening: dict[str, bool] = field(default_factory=dict)
    names_libraries: dict[str, bool] = field(default_factory=dict)
    announced: set[tuple[object, ...]] = field(default_factory=set)
    """The wheels that are being read, by what their facts are taken to depend on."""
    packages: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)
    not_opened: dict[tuple[object, ...], dict[str, WheelFacts | Loads]] = field(
        default_factory=dict
    )
    """By libc, CPU and URL: of wheels on targets without an image, whose C library is new."""
    unopened: dict[tuple[str, Loads], Loads] = field(default_factory=lambda: Memo(_with_remarks))
    """By tag: of wheels that are not opened, and whose members are not known."""

    @classmethod
    def start(cls, options: LoadOptions) -> ReadWheels:
        """Nothing yet."""
        if options.mode is LoadMode.FULL:
            return cls(Budget(None))
        return cls(Budget(BUDGET_BYTES, reserve=BUDGET_BYTES // 3))

    @property
    def total_bytes(self) -> int:
        """Bytes that were fetched so far."""
        return sum(self.sizes.values())


FOUND_NOTHING = Loads(LoadStatus.YES)
_NO_IMAGE = Loads(LoadStatus.NOT_CHECKED, reason="the target names no image")
_UNOPENED: Mapping[bytes, Loads] = {b"loads": FOUND_NOTHING, b"no image": _NO_IMAGE}
"""What is said of wheels that are not opened and of which no table says anything, as stored."""
Judged = Mapping[NormalizedName, tuple[Pin, Judgement]]


class WheelLookup:
    """Finds out what the wheels of targets ask for; what is read serves all targets of a run.

    Args:
        index: Where wheels are read.
        options: How much is read.
        read: What was read of wheels in the run; the judges of a run share it.
    """

    def __init__(self, index: Index, options: LoadOptions, read: ReadWheels) -> None:
        self.read = read
        self._index = index
        self._options = options
        self._named: tuple[Judged, frozenset[str]] | None = None

    def prefetch(self, target: Target, judged: Judged) -> None:
        """Have the index read, side by side, what judging this target asks for."""
        if target.image is not None and self._options.mode is not LoadMode.OFF:
            unknown = (wheel for wheel in wheels_of(judged) if self._known(wheel, target) is None)
            self._index.prefetch(listings=[w for w in unknown if not self.paths_of(w)])
        wheels = [wheel for wheel in wheels_of(judged) if self._must_read(wheel, target)]
        for wheel in sorted(wheels, key=lambda each: each.size or 0):
            if self._is_to_be_read(wheel, judged):
                self._index.prefetch_look(wheel, self._reading(wheel, judged))

    def _is_to_be_read(self, wheel: Wheel, judged: Judged) -> bool:
        """Whether a wheel is not known yet, and none that tells the same is being read."""
        key = self._key(wheel)
        if key in self.read.announced or self._known_facts(wheel, judged) is not None:
            return False
        self.read.announced.add(key)
        return True

    def all_facts(
        self, target: Target, judged: Judged, stored: TargetAnswers | None
    ) -> dict[NormalizedName, WheelFacts | Loads]:
        """What is known of each wheel; of wheels that are not opened it is worked out once."""
        if self._options.mode is LoadMode.FULL or is_looked_at(target):
            return {
                wheel.name: self._facts_of(wheel, target, judged) for wheel in wheels_of(judged)
            }
        known = self.read.not_opened.setdefault((target.libc, target.arch, target.libc_version), {})
        found = {}
        for wheel in wheels_of(judged):
            facts = known.get(wheel.url)
            if facts is None:
                facts = known[wheel.url] = self._unopened(wheel, target, judged, stored)
            found[wheel.name] = facts
        return found

    def _unopened(
        self, wheel: Wheel, target: Target, judged: Judged, stored: TargetAnswers | None
    ) -> WheelFacts | Loads:
        """What is known of a wheel that is not opened; `stored` has which say nothing at all."""
        if stored is None or not wheel.origin:
            return self._facts_of(wheel, target, judged)
        key = f"unopened {stored.place(wheel)}"
        facts: WheelFacts | Loads | None = stored.result(key, _UNOPENED.get)
        if facts is None:
            facts = self._facts_of(wheel, target, judged)
            if data := next((data for data, loads in _UNOPENED.items() if loads is facts), None):
                stored.add_result(key, data)
        return facts

    def may_go_on(self, facts: WheelFacts | Loads) -> bool:
        """Whether a reading of an earlier run that stopped at its budget would come further now."""
        return (
            isinstance(facts, WheelFacts)
            and facts.left_bytes > 0
            and self.read.budget.has(facts.left_bytes)
        )

    def _facts_of(self, wheel: Wheel, target: Target, judged: Judged) -> WheelFacts | Loads:
        known = self._known(wheel, target)
        if known is not None:
            return known
        if not is_looked_at(target) and self._options.mode is not LoadMode.FULL:
            return self._unread(wheel, target)
        read = self._known_facts(wheel, judged)
        if read is not None:
            return read
        if not self._must_read(wheel, target):
            return self._unread(wheel, target)
        return self.look(wheel, judged)

    def asks(self, wheel: Wheel, target: Target, judged: Judged) -> tuple[str, ...]:
        """The modules of other projects that an import of a wheel imports, as far as is known."""
        if self._known(wheel, target) is not None:
            return ()
        facts: WheelFacts | Loads | None = self._known_facts(wheel, judged)
        if not isinstance(facts, WheelFacts) or facts.asks is None:
            facts = self.look(wheel, judged, follow=True)
        return (isinstance(facts, WheelFacts) and facts.asks) or ()

    def look(self, wheel: Wheel, judged: Judged, *, follow: bool = False) -> WheelFacts | Loads:
        """Read a wheel, and store what was found."""
        found = self._index.look_into(wheel, self._reading(wheel, judged, follow=follow))
        if isinstance(found, Unknown):
            return Loads(LoadStatus.NOT_CHECKED, reason=found.reason)
        self.read.facts[self._key(wheel)] = found
        self.read.sizes[wheel.filename] = found.read_bytes
        self._index.store_derived(wheel, _FORMAT + _encode(found))
        return found

    def _known_facts(self, wheel: Wheel, judged: Judged) -> WheelFacts | None:
        """What was read of a wheel in this run or before it, beside the same packages."""
        key = self._key(wheel)
        found = self.read.facts.get(key) or self._stored(wheel)
        if found is None:
            return None
        if found.attempted and not found.are_beside(_others(wheel, self._packages(judged))):
            return None
        self.read.facts[key] = found
        return found

    def _known(self, wheel: Wheel, target: Target) -> WheelFacts | None:
        if self._options.mode is LoadMode.FULL:
            return None
        if target.libc is None or not isinstance(target.arch, Architecture):
            return None
        glibc = target.libc_version if target.libc is Libc.GLIBC else None
        return known_facts(wheel.name, wheel.version, target.libc, target.arch, glibc)

    def _stored(self, wheel: Wheel) -> WheelFacts | None:
        data = self._index.derived(wheel)
        if data is None or not data.startswith(_FORMAT):
            return None
        facts: WheelFacts = _decode(data.removeprefix(_FORMAT))
        is_all = not facts.left_bytes or self._options.mode is not LoadMode.FULL
        return facts if is_all else None

    def _must_read(self, wheel: Wheel, target: Target) -> bool:
        """Whether a wheel is opened: in the quick mode not where little can come of it."""
        if self._options.mode is LoadMode.FULL:
            return True
        if self._options.mode is LoadMode.OFF or not is_looked_at(target):
            return False
        if self._known(wheel, target) is not None:
            return False
        if target.image is None:
            return not _is_pure(wheel)
        return self._is_worth_opening(wheel)

    def _is_worth_opening(self, wheel: Wheel) -> bool:
        """Whether a wheel may hold ELF files or open libraries, by its listing and metadata."""
        known = self.read.worth_opening.get(wheel.filename)
        if known is None:
            known = self._may_need_libraries(wheel)
            self.read.worth_opening[wheel.filename] = known
        return known

    def _may_need_libraries(self, wheel: Wheel) -> bool:
        listing = self._index.listing(wheel)
        if isinstance(listing, Unknown):
            return True
        self.read.paths[wheel.filename] = tuple(member.path for member in listing.members)
        if any(may_be_elf(member.path, member.size) for member in listing.members):
            return True
        from wheelcheck.loading.python_code.python_files import likely_openers  # with its reader

        sizes = {member.path: member.size for member in listing.members}
        return _is_pure(wheel) and (bool(likely_openers(sizes)) or self._names_libraries(wheel))

    def paths_of(self, wheel: Wheel) -> tuple[str, ...]:
        """The members of a wheel, where its listing was read."""
        return self.read.paths.get(wheel.filename, ())

    def _unread(self, wheel: Wheel, target: Target) -> Loads:
        if target.image is not None or (_is_pure(wheel) and not self._names_libraries(wheel)):
            return FOUND_NOTHING
        return _NO_IMAGE

    def _names_libraries(self, wheel: Wheel) -> bool:
        known = self.read.names_libraries.get(wheel.url)
        if known is None:
            found = self._index.metadata(wheel)
            known = not isinstance(found, Unknown) and bool(found.names_libraries)
            self.read.names_libraries[wheel.url] = known
        return known

    def _reading(self, wheel: Wheel, judged: Judged, *, follow: bool = False) -> _CheckedWheel:
        full = self._options.mode is LoadMode.FULL
        opens = full or self._names_libraries(wheel)
        packages = self._packages(judged)
        return _CheckedWheel(wheel, packages, opens, full, follow, self.read.budget)

    def _packages(self, judged: Judged) -> frozenset[str]:
        """The packages of a target, the same set for all its wheels: there may be a thousand."""
        if self._named is None or self._named[0] is not judged:
            packages = frozenset(map(_module_of, judged))
            self._named = judged, self.read.packages.setdefault(packages, packages)
        return self._named[1]

    def _key(self, wheel: Wheel) -> tuple[object, ...]:
        """What the facts are taken to depend on: in the quick mode not the Python."""
        _, abi, platforms = wheel.tag.split("-", 2)
        if self._options.mode is LoadMode.FULL or not abi.startswith(("cp", "pp")):
            return (wheel.filename,)
        return (wheel.name, wheel.version, platforms)


def is_settled(facts: WheelFacts | Loads) -> bool:
    """Whether no run would find out more of a wheel: a reading that failed or ended early may."""
    if isinstance(facts, Loads):
        return facts in (FOUND_NOTHING, _NO_IMAGE)
    return not facts.left_bytes


def _others(wheel: Wheel, packages: frozenset[str]) -> frozenset[str]:
    """The packages beside a wheel, in the spelling of modules."""
    return packages - {_module_of(wheel.name)}


def _module_of(name: NormalizedName) -> str:
    return name.replace("-", "_")


def wheels_of(judged: Judged) -> Iterable[Wheel]:
    """The wheels that are taken, as their packages are judged."""
    for _, judgement in judged.values():
        if isinstance(judgement.file, Wheel):
            yield judgement.file


def is_looked_at(target: Target) -> bool:
    """Whether wheels are opened in the quick mode: for an image, or an older glibc.

    Without an image the C library is all that is known of a system. One as new as that of the
    image in which most wheels are built has what nearly all ask for, whatever their tags promise.
    """
    if target.image is not None:
        return True
    version = target.libc_version
    return target.libc is Libc.GLIBC and version is not None and version < _NEW_ENOUGH


def _with_remarks(of: tuple[str, Loads]) -> Loads:
    """The verdict on a wheel of which nothing but its tag and this is known."""
    tag, loads = of
    return replace(loads, remarks=tuple(tag_remarks(tag, (), ())))


def _is_pure(wheel: Wheel) -> bool:
    return wheel.filename.endswith("-any.whl")


_encode: Callable[[WheelFacts], bytes] = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], WheelFacts] = msgspec.msgpack.Decoder(WheelFacts).decode
