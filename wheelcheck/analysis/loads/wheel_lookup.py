"""What is known of wheels for the load check: by the table, an earlier run, or reading them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from packaging.utils import NormalizedName

from wheelcheck.analysis.loads.judged_wheels import FOUND_NOTHING, Judged, wheels_of
from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.analysis.loads.readings import Reading, ReadWheels, module_of, others_of
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Wheel
from wheelcheck.loading.known_facts import known_facts
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.loading.wheel_facts import WheelFacts, may_be_elf
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Architecture, Libc, Target

__all__ = [
    "WheelLookup",
    "is_looked_at",
    "is_settled",
]

_NEW_ENOUGH = (2, 28)
"""glibc of manylinux_2_28, the image in which most wheels are built."""
_FORMAT = b"loads-20"
"""Facts in the cache that were written in another form are read again."""


_NO_IMAGE = Loads(LoadStatus.NOT_CHECKED, reason="the target names no image")
_UNOPENED: Mapping[bytes, Loads] = {b"loads": FOUND_NOTHING, b"no image": _NO_IMAGE}
"""What is said of wheels that are not opened and of which no table says anything, as stored."""


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
        self._tabled: tuple[Target, dict[str, WheelFacts | None]] | None = None

    def prefetch(self, target: Target, judged: Judged) -> None:
        """Have the index read, side by side, what judging this target asks for."""
        if target.image is not None and self._options.mode is not LoadMode.OFF:
            unknown = (wheel for wheel in wheels_of(judged) if self._known(wheel, target) is None)
            self._index.prefetch(listings=[w for w in unknown if not self.paths_of(w)])
        readings = [
            self._reading(wheel, judged)
            for wheel in wheels_of(judged)
            if self._must_read(wheel, target) and self._is_to_be_read(wheel, judged)
        ]
        for reading in self.read.share(readings):
            self._index.prefetch_look(reading.wheel, reading)

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
        if target.image is None and not self._must_read(wheel, target):
            return self._unread(wheel, target)  # whatever another target has had read of it
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
        known = self._known_facts(wheel, judged)
        if known is not None and known.asks is not None:
            return known.asks
        facts = self._look(self._reading(wheel, judged, follow=True, known=known))
        return (isinstance(facts, WheelFacts) and facts.asks) or ()

    def look(self, wheel: Wheel, judged: Judged, *, again: bool = False) -> WheelFacts | Loads:
        """Read a wheel, and store what was found."""
        return self._look(self._reading(wheel, judged, again=again))

    def _look(self, wanted: Reading) -> WheelFacts | Loads:
        (reading,) = self.read.share([wanted])
        wheel = wanted.wheel
        found = self._index.look_into(wheel, reading)
        if isinstance(found, Unknown):
            return Loads(LoadStatus.NOT_CHECKED, reason=found.reason)
        facts, left = found
        self.read.facts[self._key(wheel)] = facts
        self.read.note(reading, facts, left)
        self._index.store_derived(wheel, _FORMAT + _encode(facts))
        return facts

    def _known_facts(self, wheel: Wheel, judged: Judged) -> WheelFacts | None:
        """What was read of a wheel in this run or before it, beside the same packages."""
        key = self._key(wheel)
        found = self.read.facts.get(key) or self._stored(wheel)
        if found is None:
            return None
        if found.attempted and not found.are_beside(others_of(wheel, self._packages(judged))):
            return None
        self.read.facts[key] = found
        return found

    def _known(self, wheel: Wheel, target: Target) -> WheelFacts | None:
        """What the table says of a wheel, looked up once for targets of which it says the same."""
        if self._options.mode is LoadMode.FULL:
            return None
        libc, arch = target.libc, target.arch
        if libc is None or not isinstance(arch, Architecture):
            return None
        glibc = target.libc_version if libc is Libc.GLIBC else None
        if self._tabled is None or self._tabled[0] is not target:
            self._tabled = target, self.read.tabled.setdefault((libc, arch, glibc), {})
        known = self._tabled[1]
        if wheel.url not in known:
            known[wheel.url] = known_facts(wheel.name, wheel.version, libc, arch, glibc)
        return known[wheel.url]

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
        sizes = {member.path: member.size for member in listing.members}
        self.read.members[wheel.filename] = sizes
        self.read.paths[wheel.filename] = tuple(sizes)
        if any(may_be_elf(path, size) for path, size in sizes.items()):
            return True
        from wheelcheck.loading.python_code.python_files import likely_openers  # with its reader

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

    def _reading(
        self,
        wheel: Wheel,
        judged: Judged,
        *,
        follow: bool = False,
        again: bool = False,
        known: WheelFacts | None = None,
    ) -> Reading:
        full = self._options.mode is LoadMode.FULL
        opens = full or self._names_libraries(wheel)
        return Reading(wheel, self._packages(judged), opens, full, follow, again, known)

    def _packages(self, judged: Judged) -> frozenset[str]:
        """The packages of a target, the same set for all its wheels: there may be a thousand."""
        if self._named is None or self._named[0] is not judged:
            packages = frozenset(map(module_of, judged))
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


def is_looked_at(target: Target) -> bool:
    """Whether wheels are opened in the quick mode: for an image, or an older glibc.

    Without an image the C library is all that is known of a system. One as new as that of the
    image in which most wheels are built has what nearly all ask for, whatever their tags promise.
    """
    if target.image is not None:
        return True
    version = target.libc_version
    return target.libc is Libc.GLIBC and version is not None and version < _NEW_ENOUGH


def _is_pure(wheel: Wheel) -> bool:
    return wheel.filename.endswith("-any.whl")


_encode: Callable[[WheelFacts], bytes] = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], WheelFacts] = msgspec.msgpack.Decoder(WheelFacts).decode
