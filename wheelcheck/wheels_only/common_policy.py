"""From the exceptions of each target to one policy for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.analysis.shared_sdists import SharedSdists
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.machine import Machine
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.errors import UsageError
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.reports.values.binary_policy_values import (
    BinaryPolicy,
    BuildException,
    DirectBuild,
    FailingBuild,
    Fallback,
)
from wheelcheck.reports.values.report import Problem
from wheelcheck.requirements import Requirements
from wheelcheck.targets import Target
from wheelcheck.wheels_only.target_exceptions import ExceptionSearch, TargetExceptions
from wheelcheck.wheels_only.tool_files import PolicyNames, policy_files

__all__ = ["write_policy"]

_KINDS: Mapping[Verdict, Literal["pure", "compiled", "unknown"]] = {
    Verdict.SOURCE_PURE: "pure",
    Verdict.SOURCE_NATIVE: "compiled",
}
_WHAT = {"vcs-requirement": "a checkout", "local-project": "a directory"}


def write_policy(
    requirements: Requirements,
    targets: Sequence[Target],
    index: Index,
    *,
    as_of: datetime,
    inputs: Sequence[str] = (),
    installer: InstallerKind = InstallerKind.PIP,
    no_deps: bool = False,
    keep_versions: bool = False,
) -> BinaryPolicy:
    """Find the strictest policy under which requirements install on all targets.

    Args:
        requirements: what was read.
        targets: where it is installed.
        index: where releases are looked up.
        as_of: the moment of the builds.
        inputs: names to show for what was read.
        installer: who builds.
        no_deps: whether only what is listed counts.
        keep_versions: whether an exception is made, too, for what would fall back to an older
            release.

    Raises:
        UsageError: where the input itself rules out all wheels.
        IndexUnreachable: where no index answers.
    """
    if requirements.policy.no_binary.all_projects:
        raise UsageError("the input itself says --no-binary :all:, which leaves no wheel to admit")
    sdists = SharedSdists(index)
    judge = Judge(
        requirements,
        index,
        no_deps=no_deps,
        installer=installer,
        machine=Machine(),
        as_of=as_of,
        sdists=sdists,
        loading=LoadOptions(LoadMode.OFF),
    )
    judge.prefetch(targets, plan=False)
    search = ExceptionSearch(
        requirements,
        index,
        judge,
        sdists.reader,
        installer,
        no_deps=no_deps,
        keep_versions=keep_versions,
    )
    found = [search.on(target) for target in targets]
    working = [each for each in found if not each.fails]
    exceptions = tuple(_exceptions(working))
    direct = tuple(_direct(requirements, working))
    names = _policy_names(exceptions, direct, working)
    bound = requirements.policy.exclude_newer
    return BinaryPolicy(
        inputs=tuple(inputs),
        as_of=bound.isoformat() if bound else None,
        targets=tuple(target.name for target in targets),
        packages=len({name for each in found for name in each.judged}),
        exceptions=exceptions,
        fallbacks=tuple(_fallbacks(working)),
        direct=direct,
        failing_builds=tuple(_failing_builds(working)),
        fails={each.target.name: each.fails for each in found if each.fails},
        files=policy_files(names) if working else (),
        problems=tuple(_problems(requirements, found)),
    )


def _policy_names(
    exceptions: tuple[BuildException, ...],
    direct: Sequence[DirectBuild],
    found: Sequence[TargetExceptions],
) -> PolicyNames:
    """The packages that a policy names, by what it says of them."""
    locked = [replace(each, names=each.source) for each in found]
    return PolicyNames(
        exceptions=exceptions,
        locked=tuple(_exceptions(locked)),
        by_target={each.target.name: frozenset({*each.names, *each.built_for}) for each in found},
        build_requirements=frozenset(name for each in found for name in each.built_for),
        direct=frozenset(line.package for line in direct if line.package),
        others={name for each in found for name in each.taken},
        built_together=any(each.built_together for each in found),
    )


@dataclass(frozen=True, slots=True)
class _Need:
    """An exception on one target."""

    target: str
    version: str | None
    judgement: Judgement | None
    builds_for: NormalizedName | None
    own: bool = False


def _exceptions(found: Sequence[TargetExceptions]) -> Iterator[BuildException]:
    needs: dict[NormalizedName, list[_Need]] = {}
    for each in found:
        for name, need in _needs(each):
            needs.setdefault(name, []).append(need)
    for name in sorted(needs):
        first, targets = needs[name][0], tuple(need.target for need in needs[name])
        reason = first.judgement.reason if first.judgement else "no wheel of it fits the build"
        yield BuildException(
            package=name,
            version=first.version,
            kind=_KINDS.get(first.judgement.verdict, "unknown") if first.judgement else "unknown",
            reason=reason,
            targets=targets,
            wheel_elsewhere=tuple(
                each.target.name
                for each in found
                if each.target.name not in targets and _has_wheel(each, name)
            ),
            builds_for=first.builds_for,
            own=all(need.own for need in needs[name]),
        )


def _needs(found: TargetExceptions) -> Iterator[tuple[NormalizedName, _Need]]:
    """The exceptions of one target."""
    for name in found.names:
        version, judgement = found.built(name)
        label = str(version) if version else None
        yield name, _Need(found.target.name, label, judgement, None, name in found.own)
    for name, builds_for in found.built_for.items():
        yield name, _Need(found.target.name, None, None, builds_for)


def _has_wheel(found: TargetExceptions, name: NormalizedName) -> bool:
    return name in found.judged and found.judged[name][1].verdict.is_wheel


def _fallbacks(found: Sequence[TargetExceptions]) -> Iterator[Fallback]:
    """Packages that were to be built, and under the policy come as an older wheel."""
    groups: dict[tuple[NormalizedName, str, str], list[str]] = {}
    reasons: dict[tuple[NormalizedName, str, str], str] = {}
    for each in found:
        for name, pin in sorted(each.taken.items()):
            if name not in each.judged or pin.version is None:
                continue
            was, judgement = each.judged[name]
            if was.version is not None and pin.version < was.version:
                reason = judgement.reason
                if judgement.verdict.is_wheel:
                    reason = "it requires what the policy keeps away"
                key = (name, str(was.version), str(pin.version))
                groups.setdefault(key, []).append(each.target.name)
                reasons.setdefault(key, reason)
    for names, targets in groups.items():
        package, without, under = names
        yield Fallback(
            package=package,
            without=without,
            under=under,
            reason=reasons[names],
            targets=tuple(targets),
        )


def _failing_builds(found: Sequence[TargetExceptions]) -> Iterator[FailingBuild]:
    """The builds that fail for certain, once for all targets with the same reason."""
    groups: dict[tuple[NormalizedName, str | None, str], list[str]] = {}
    for each in found:
        for name, reason in sorted(each.failing.items()):
            version, _ = each.built(name)
            key = (name, str(version) if version else None, reason)
            groups.setdefault(key, []).append(each.target.name)
    for (package, label, reason), targets in groups.items():
        yield FailingBuild(package=package, version=label, reason=reason, targets=tuple(targets))


def _direct(requirements: Requirements, found: Sequence[TargetExceptions]) -> Iterator[DirectBuild]:
    for line in requirements.lines:
        name = canonicalize_name(line.requirement.name)
        files = [each.judged[name][1].file for each in found if name in each.judged]
        if line.requirement.url and any(isinstance(file, Sdist) for file in files):
            yield DirectBuild(package=name, text=line.text, where=str(line.origin), what="an sdist")
    for skipped in requirements.skipped:
        what = _WHAT.get(skipped.why.code)
        if what:
            yield DirectBuild(
                package=skipped.name, text=skipped.text, where=str(skipped.origin), what=what
            )


def _problems(requirements: Requirements, found: Sequence[TargetExceptions]) -> Iterator[Problem]:
    for skipped in requirements.skipped:
        if skipped.why.code not in _WHAT:
            yield Problem(
                code=skipped.why.code,
                message=skipped.why.reason,
                package=skipped.name,
                where=str(skipped.origin),
            )
    for warning in requirements.warnings:
        yield Problem(code="requirements", message=warning, severity="warning")
    seen: dict[tuple[str, str], list[str]] = {}
    for each in found:
        for name, (_, judgement) in each.judged.items():
            if judgement.verdict is Verdict.UNKNOWN and not _is_skipped(requirements, name):
                seen.setdefault((name, judgement.reason), []).append(each.target.name)
    yield from _unknown_dependencies(found)
    for (label, reason), targets in seen.items():
        yield Problem(code="not-judged", message=reason, package=label, targets=tuple(targets))


def _unknown_dependencies(found: Sequence[TargetExceptions]) -> Iterator[Problem]:
    """What only a build tells may need exceptions that nobody can name."""
    groups: dict[tuple[str, NormalizedName, str], list[str]] = {}
    for each in found:
        for name, (pin, _) in each.judged.items():
            unknown = pin.dependencies_unknown
            if unknown is not None:
                key = (unknown.code, name, unknown.reason)
                groups.setdefault(key, []).append(each.target.name)
    for (code, package, reason), targets in groups.items():
        message = f"what else it needs is unknown, and may need exceptions: {reason}"
        yield Problem(code=code, message=message, package=package, targets=tuple(targets))


def _is_skipped(requirements: Requirements, name: str) -> bool:
    return any(skipped.name == name for skipped in requirements.skipped)
