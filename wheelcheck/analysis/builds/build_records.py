"""What an earlier run found out about source builds on a target, as long as it still holds.

A plan follows from the sdists, the target, the installer, the user's rules on files, the pages of
the index and the day. `TargetAnswers` are there only while all but the sdists are what they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import msgspec
from msgspec.structs import replace
from packaging.utils import NormalizedName

from wheelcheck.analysis.judged_target import BuildSummary, TargetBuilds
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.bill import BilledBuild, BilledPlan, BuildItem
from wheelcheck.costs.quantity import Basis, Quantity
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.reports.values.build_values import BuildPlan, SourceEvidence
from wheelcheck.reports.values.model import json_bytes
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Target

__all__ = ["BuildRecords"]


class _Amount(msgspec.Struct, array_like=True, gc=False):
    """A `Quantity`; with a code an `Unknown`, `source` being its reason."""

    value: float
    low: float
    high: float
    basis: Basis
    source: str
    code: str = ""


class _Item(msgspec.Struct, array_like=True, gc=False):
    """A `BuildItem`; numbers are places of files."""

    name: str
    label: str
    sdist: int
    top_level: bool
    requested_by: tuple[str, ...]
    times: int
    requirements: list[int]
    problem: str | None
    cpu_seconds: _Amount
    wall_seconds: _Amount
    environment_seconds: _Amount
    peak_memory_bytes: _Amount
    built_bytes: _Amount


class _Summary(msgspec.Struct, array_like=True, gc=False):
    """A `BuildSummary`; the values of the report are JSON."""

    items: list[_Item]
    cycles: tuple[tuple[str, ...], ...]
    toolchain: _Amount | None
    failing: list[str]
    plan: bytes
    evidence: list[tuple[str, bytes]]


class BuildRecords:
    """The records of one target; `installer` is that of the run."""

    def __init__(
        self,
        every: StoredAnswers,
        on_target: TargetAnswers,
        target: Target,
        installer: InstallerKind,
    ) -> None:
        self._every = every
        self._on_target = on_target
        self._installer = installer
        self._place = f"{target.name}\n{target.image}\n{installer.value}"

    # --- verdicts ---------------------------------------------------------------------------

    def refined(self, judgement: Judgement, refine: Callable[[Judgement], Judgement]) -> Judgement:
        """The verdict on an sdist after a look into it, as `refine` finds where none is stored."""
        sdist = judgement.file
        if sdist is None or not sdist.origin:  # a direct reference is on no page
            return refine(judgement)
        key = f"refined {self._every.place(sdist)} {judgement.verdict}\n{judgement.reason}"
        known = self._on_target.result(key, _decode_refined)
        if known is not None:
            return replace(judgement, verdict=Verdict(known[0]), reason=known[1])
        found = refine(judgement)
        if found.verdict is not Verdict.SOURCE_UNKNOWN:  # another day may tell more
            self._on_target.add_result(key, _encode((found.verdict.value, found.reason)))
        return found

    # --- plans ------------------------------------------------------------------------------

    def knows(self, sdists: Sequence[Sdist], tried: Sequence[Sdist]) -> bool:
        """Whether it is stored what is built where these sdists are."""
        return self._on_target.result(self._key(sdists, tried), _decode_summary) is not None

    def summary(
        self,
        sdists: Sequence[Sdist],
        tried: Sequence[Sdist],
        plan: Callable[[], TargetBuilds],
    ) -> BuildSummary | None:
        """What is built where these sdists are; None where it is not stored."""
        stored = self._on_target.result(self._key(sdists, tried), _decode_summary)
        if stored is None:
            return None
        items = tuple(map(self._item, stored.items))
        return BuildSummary(
            BilledPlan(self._installer, items, stored.cycles),
            _quantity(stored.toolchain) if stored.toolchain else None,
            frozenset(map(NormalizedName, stored.failing)),
            BuildPlan.model_validate_json(stored.plan),
            tuple(
                (NormalizedName(name), SourceEvidence.model_validate_json(value))
                for name, value in stored.evidence
            ),
            cache(plan),
        )

    def add(self, sdists: Sequence[Sdist], tried: Sequence[Sdist], found: BuildSummary) -> None:
        """Store what is built; not where a file is on no page or unread, or costs are unknown."""
        billed = found.billed
        if isinstance(billed, Unknown) or found.unread:
            return
        if not all(file.origin for file in (*sdists, *tried)):
            return
        files = [file for item in billed.items for file in item.build.requirements]
        if not all(file.origin for file in files):
            return
        record = _Summary(
            list(map(self._stored_item, billed.items)),
            billed.cycles,
            _amount(found.toolchain) if found.toolchain else None,
            sorted(found.failing),
            json_bytes(found.plan),
            [(name, json_bytes(value)) for name, value in found.evidence],
        )
        self._on_target.add_result(self._key(sdists, tried), _encode(record))

    def _key(self, sdists: Sequence[Sdist], tried: Sequence[Sdist]) -> str:
        places = (" ".join(str(self._every.place(each)) for each in of) for of in (sdists, tried))
        return "\n".join(("builds", self._place, *places))

    def _stored_item(self, item: BuildItem) -> _Item:
        build = item.build
        return _Item(
            build.name,
            build.label,
            self._every.place(build.sdist),
            build.top_level,
            build.requested_by,
            build.times,
            [self._every.place(file) for file in build.requirements],
            build.problem,
            _amount(item.cpu_seconds),
            _amount(item.wall_seconds),
            _amount(item.environment_seconds),
            _amount(item.peak_memory_bytes),
            _amount(item.built_bytes),
        )

    def _item(self, stored: _Item) -> BuildItem:
        sdist = self._every.file(stored.sdist)
        assert isinstance(sdist, Sdist)
        files = (self._every.file(place) for place in stored.requirements)
        build = BilledBuild(
            NormalizedName(stored.name),
            stored.label,
            sdist,
            stored.top_level,
            stored.requested_by,
            stored.times,
            tuple(file for file in files if isinstance(file, Wheel)),
            stored.problem,
        )
        return BuildItem(
            build,
            _quantity_or_unknown(stored.cpu_seconds),
            _quantity_or_unknown(stored.wall_seconds),
            _quantity(stored.environment_seconds),
            _quantity_or_unknown(stored.peak_memory_bytes),
            _quantity_or_unknown(stored.built_bytes),
        )


def _amount(value: Quantity | Unknown) -> _Amount:
    if isinstance(value, Unknown):
        return _Amount(0, 0, 0, "exact", value.reason, value.code)
    return _Amount(value.value, value.low, value.high, value.basis, value.source)


def _quantity(stored: _Amount) -> Quantity:
    return Quantity(stored.value, stored.low, stored.high, stored.basis, stored.source)


def _quantity_or_unknown(stored: _Amount) -> Quantity | Unknown:
    return Unknown(stored.code, stored.source) if stored.code else _quantity(stored)


_encode = msgspec.msgpack.Encoder().encode
_decode_refined = msgspec.msgpack.Decoder(tuple[str, str]).decode
_decode_summary = msgspec.msgpack.Decoder(_Summary).decode
