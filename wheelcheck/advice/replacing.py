"""Other projects that do the same job: those that come as wheels, each judged as it would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import NormalizedName

from wheelcheck.advice.alternatives import Replacement, replacements_of
from wheelcheck.advice.outcome import loading_after, versions
from wheelcheck.advice.repinning import BY_ADVICE
from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.coverage import Verdict
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.requirements import Requirements
from wheelcheck.requirements.requirement_set import RequirementLine
from wheelcheck.targets import Target

__all__ = ["JudgeOf", "Replacements"]


class JudgeOf(Protocol):
    """Makes judges for changed requirements."""

    def __call__(self, changed: Requirements, *, whole: bool = False) -> Judge:
        """A judge; `whole`: also of what they require, where that is not judged otherwise."""


class _Outcome(Struct, array_like=True, frozen=True):
    """What comes of a replacement on a target; `helps`: all of it is wheels that load, or may."""

    helps: bool
    versions: str = ""
    remarks: list[str] = []
    verdicts: dict[str, str] = {}
    all_load: bool = True


_NO_HELP = _Outcome(helps=False)


class Replacements:
    """Judges replacements, each once for a target; what earlier runs have judged is taken over."""

    def __init__(
        self,
        requirements: Requirements,
        judge_of: JudgeOf,
        verdicts: Callable[[Judge, Target], JudgedTarget],
    ) -> None:
        self._requirements = requirements
        self._judge_of = judge_of
        self._verdicts = verdicts
        self._judges: dict[str, Judge] = {}
        self._outcomes: dict[tuple[str, str], _Outcome] = {}

    def of(self, column: JudgedTarget, names: Sequence[NormalizedName]) -> Iterator[Advice]:
        """Replacements of packages of a target; where loading is the trouble, those that load."""
        for name in names:
            for replacement in replacements_of(name):
                found = self._outcome(replacement.requirement, column.resolution.target)
                if found.helps and (found.all_load or name not in column.not_loading):
                    yield _advice(column, name, replacement, found)

    def _outcome(self, requirement: str, target: Target) -> _Outcome:
        key = (requirement, target.name)
        if key not in self._outcomes:
            self._outcomes[key] = self._known(requirement, target)
        return self._outcomes[key]

    def _known(self, requirement: str, target: Target) -> _Outcome:
        """What an earlier run or, failing that, this run finds."""
        judge = self._judge_instead(requirement)
        # lines that cannot be judged stay beside the replacement
        stored = None if self._requirements.skipped else judge.stored_on(target)
        key = f"replacement {requirement}"
        known = stored.result(key, _decode) if stored else None
        if known is not None:
            return known
        after = self._verdicts(judge, target)
        if after.all_wheels:
            after = judge.column(target)
        found = _outcome_of(after)
        if stored and (not found.helps or judge.knows_loads(after)):
            stored.add_result(key, _encode(found))
        return found

    def _judge_instead(self, requirement: str) -> Judge:
        """The judge of a requirement that replaces all others."""
        if requirement not in self._judges:
            line = RequirementLine(Requirement(requirement), BY_ADVICE, requirement)
            instead = replace(self._requirements, lines=(line,), constraints=())
            self._judges[requirement] = self._judge_of(instead, whole=True)
        return self._judges[requirement]


def _outcome_of(after: JudgedTarget) -> _Outcome:
    if not after.all_wheels or after.unusable:
        return _NO_HELP
    verdicts = {name: verdict.value for name, verdict in after.verdicts_of(after.judged).items()}
    remarks = loading_after(after)
    return _Outcome(True, versions(after), remarks, verdicts, not after.not_loading)  # noqa: FBT003


def _advice(
    column: JudgedTarget, name: NormalizedName, replacement: Replacement, found: _Outcome
) -> Advice:
    own, before = column.weight_of([name]), column.weight
    came = f"it comes as wheels there ({found.versions})"
    return Advice(
        kind="replacement",
        targets=(column.name,),
        title=f"Replace {name} by {replacement.requirement}",
        change=(replacement.requirement,),
        evidence="; ".join([came, *found.remarks, replacement.source]),
        caveat=replacement.caveat,
        verdicts={each: Verdict(verdict) for each, verdict in found.verdicts.items()},
        blockers_before=before[0],
        builds_before=before[1],
        blockers_after=before[0] - own[0],
        builds_after=before[1] - own[1],
        saves_seconds=column.build_seconds(name),
    )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Outcome).decode
