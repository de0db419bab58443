"""What an earlier run judged of a pin on a target, as long as nothing that it rests on changed.

A verdict by tags follows from the files of the project, the target, the user's rules on files, and
of the requirements from what they admit of the one project. `StoredAnswers` are there only while
the pages are what they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.coverage.wheel_loss import WheelLoss, WheelLossKind
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.resolution import Pin, RefusalReason, Refused
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import MissPart, TagMiss

__all__ = ["PinRecord", "PinRecords"]


class PinRecord(NamedTuple):
    """A pin's judgement by tags, and the sdists that are tried and not taken before it.

    `is_unremarkable`: nothing is reported of the page of its project.
    """

    judgement: Judgement
    tried: tuple[Sdist, ...]
    is_unremarkable: bool


class _Miss(msgspec.Struct, array_like=True, gc=False):
    """A `Refused`; `part` is -1 where it is not the tag that fails."""

    file: int
    refusal: str
    why: str
    part: int
    part_why: str


class _Loss(msgspec.Struct, array_like=True, gc=False):
    """A `WheelLoss`."""

    kind: str
    release: str
    reason: str
    before: str | None
    day: str | None
    files: tuple[int, int] | None


class _Record(msgspec.Struct, array_like=True, gc=False):
    """A `PinRecord` without the pin's own file; numbers are places of files."""

    verdict: str
    reason: str
    has_file: bool
    misses: list[_Miss]
    newer: str
    lost: _Loss | None
    tried: list[int]
    is_unremarkable: bool


class _Read:
    """A record that was read: all of a judgement but the file, and the `records` with files."""

    def __init__(self, stored: _Record, judgement: Judgement, tried: tuple[Sdist, ...]) -> None:
        self._has_file = stored.has_file
        self._is_unremarkable = stored.is_unremarkable
        self._judgement = judgement
        self._tried = tried
        self.records: dict[int, tuple[Wheel | Sdist | None, PinRecord]] = {}

    def record(self, file: Wheel | Sdist | None) -> PinRecord:
        """The record with its file, the same value for the same file."""
        known = self.records.get(id(file))
        if known is None:
            judgement = replace(self._judgement, file=file if self._has_file else None)
            record = PinRecord(judgement, self._tried, self._is_unremarkable)
            known = self.records[id(file)] = (file, record)
        return known[1]


class PinRecords:
    """The records of one target; `installer` and `constraints` are those of the run."""

    def __init__(
        self,
        every: StoredAnswers,
        on_target: TargetAnswers,
        installer: str,
        constraints: Mapping[NormalizedName, SpecifierSet],
    ) -> None:
        self._every = every
        self._on_target = on_target
        self._installer = installer
        self._constraints = constraints

    def of(self, pins: Collection[Pin]) -> dict[NormalizedName, PinRecord]:
        """The records of those pins that have one."""
        if not self._on_target.has_results:
            return {}
        every = list(pins)
        found = self._on_target.results(self._every.keys_of(every, self._found_key), self._read)
        return {
            pin.name: known[1]
            if (known := read.records.get(id(pin.file)))
            else read.record(pin.file)
            for pin, read in zip(every, found, strict=True)
            if read is not None
        }

    def add(self, pin: Pin, found: PinRecord) -> None:
        """Store what was judged of a pin."""
        key = self._every.key_of(pin, self._found_key)
        self._on_target.add_result(key, self._encoded(found))

    def add_settled(self, found: Iterable[tuple[Pin, PinRecord]]) -> None:
        """As `add`, of records that are the same value on all targets."""
        self._on_target.add_results(
            {
                self._every.key_of(pin, self._found_key): self._every.place_of(each, self._encoded)
                for pin, each in found
            }
        )

    def _encoded(self, found: PinRecord) -> bytes:
        judgement = found.judgement
        record = _Record(
            judgement.verdict.value,
            judgement.reason,
            judgement.file is not None,
            [self._miss(each) for each in judgement.misses],
            judgement.newer,
            _loss(judgement.lost),
            [self._every.place(sdist) for sdist in found.tried],
            found.is_unremarkable,
        )
        return _encode(record)

    def _found_key(self, pin: Pin) -> str:
        """All of a pin that its judgement rests on, and the installer; made once for a pin."""
        file = -1 if pin.file is None else self._every.place(pin.file)
        parts = [pin.name, str(pin.version), str(file), pin.standing.value, self._installer]
        parts += [f"{why.code} {why.reason}" for why in (pin.why, pin.dependencies_unknown) if why]
        if pin.name in self._constraints:
            parts.append(f"constraint {self._constraints[pin.name]}")
        return "\n".join([*parts, *[demand.requirement for demand in pin.demands]])

    def _read(self, data: bytes) -> _Read:
        stored = _decode(data)
        judgement = Judgement(
            Verdict(stored.verdict),
            stored.reason,
            None,
            tuple(map(self._refused, stored.misses)),
            stored.newer,
            _wheel_loss(stored.lost),
        )
        tried = (self._every.file(place) for place in stored.tried)
        return _Read(stored, judgement, tuple(file for file in tried if isinstance(file, Sdist)))

    def _refused(self, stored: _Miss) -> Refused:
        miss = None if stored.part < 0 else TagMiss(MissPart(stored.part), stored.part_why)
        file = self._every.file(stored.file)
        return Refused(file, RefusalReason(stored.refusal), stored.why, miss)

    def _miss(self, refused: Refused) -> _Miss:
        part, why = (refused.miss.part, refused.miss.why) if refused.miss else (-1, "")
        place = self._every.place(refused.file)
        return _Miss(place, refused.refusal.value, refused.why, int(part), why)


def _loss(lost: WheelLoss | None) -> _Loss | None:
    if lost is None:
        return None
    return _Loss(
        lost.kind.value,
        str(lost.release),
        lost.reason,
        str(lost.before) if lost.before else None,
        lost.day.isoformat() if lost.day else None,
        lost.files,
    )


def _wheel_loss(stored: _Loss | None) -> WheelLoss | None:
    if stored is None:
        return None
    return WheelLoss(
        WheelLossKind(stored.kind),
        Version(stored.release),
        stored.reason,
        before=Version(stored.before) if stored.before else None,
        day=datetime.fromisoformat(stored.day) if stored.day else None,
        files=stored.files,
    )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode
