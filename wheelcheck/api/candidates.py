"""Which releases were looked at for a pin, and why the others are passed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.reports.values.explanation_values import ExplainedCandidate
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, Pin, RefusalReason, refusal_of
from wheelcheck.resolution.choice import Refused
from wheelcheck.targets import Target

__all__ = ["candidates"]

OLDER_SHOWN = 2
"""How many releases older than the chosen one are listed, to show that they exist."""


def candidates(
    pin: Pin,
    project: Project | Unknown,
    target: Target,
    requirements: Requirements,
    rules: FileRules,
) -> Iterator[ExplainedCandidate]:
    """Releases from the newest on, down to a few below the chosen one."""
    older = 0
    if isinstance(project, Unknown):
        return
    for version in project.versions:
        older += pin.version is not None and version < pin.version
        if older > OLDER_SHOWN:
            return
        files = project.files(version)
        days = [file.upload_time for file in files if file.upload_time]
        yield ExplainedCandidate(
            version=str(version),
            uploaded=min(days).date().isoformat() if days else None,
            chosen=version == pin.version,
            why=next(_outcomes(version, files, pin, target, requirements, rules)),
        )


def _outcomes(
    version: Version,
    files: tuple[Wheel | Sdist, ...],
    pin: Pin,
    target: Target,
    requirements: Requirements,
    rules: FileRules,
) -> Iterator[str]:
    """What becomes of a release: all that holds, in the order in which an installer asks."""
    if version == pin.version:
        yield "the newest that everything asked for admits"
    if pin.version is not None and version < pin.version:
        yield "older"
    yield from _refusal_words([refusal_of(file, target, rules) for file in files])
    yield from _outside(version, pin, requirements)
    if all(file.yanked is not None for file in files):
        yield "yanked"
    if version.is_prerelease and not rules.policy.allows_prereleases(pin.name):
        yield "a pre-release"
    if rules.policy.prefer_binary:
        yield "has no wheel that fits, and --prefer-binary takes an older version that has"
    yield "does not go together with the versions of other packages"


def _refusal_words(refusals: Sequence[Refused | None]) -> Iterator[str]:
    """Why no file of a release can be taken; nothing where one can."""
    known = [refusal for refusal in refusals if refusal is not None]
    if len(known) < len(refusals):
        return
    if all(refusal.refusal is RefusalReason.TOO_NEW for refusal in known):
        yield "uploaded after the date bound"
    yield "; ".join(dict.fromkeys(refusal.why for refusal in known)) or "no file"


def _outside(version: Version, pin: Pin, requirements: Requirements) -> Iterator[str]:
    """Requirements and constraints that a version does not meet, in the words of their makers."""
    for demand in pin.demands:
        if not Requirement(demand.requirement).specifier.contains(version, prereleases=True):
            yield str(demand)
    for line in requirements.constraints:
        wanted = line.requirement
        if canonicalize_name(wanted.name) == pin.name and not wanted.specifier.contains(
            version, prereleases=True
        ):
            yield f"{line.origin} allows {wanted}"
