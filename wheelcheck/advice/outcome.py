"""What a change leads to, in words."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.advice.repinning import NEAR_YEARS, years_between
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.coverage import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index
from wheelcheck.reports.wording.phrases import all_of, counted, listing
from wheelcheck.requirements import Requirements, is_exact

__all__ = ["loading_after", "outcome", "version_changes", "versions"]


_TO_COMPILE = "still to compile"
_FAILING = "whose build fails"
_NO_FILE = "still without any file"


def outcome(judged: JudgedTarget) -> str:
    """What is left to compile, cannot be had, or does not load on a target."""
    return "; ".join([_left(judged), *loading_after(judged)])


def _left(judged: JudgedTarget) -> str:
    """What is left to compile, or cannot be had, with the packages by their trouble."""
    if not any(judged.weight):
        return f"nothing compiles, {all_of(len(judged.judged), 'package')} can be installed"
    groups: dict[str, list[str]] = {_TO_COMPILE: [], _FAILING: [], _NO_FILE: []}
    for name in judged.troubled:
        trouble = _trouble(judged, name)
        if trouble:
            groups[trouble].append(f"{name} {judged.judged[name][0].version}")
    parts = [
        (f"{counted(len(labels), 'package')} {trouble}", listing(labels))
        for trouble, labels in groups.items()
        if labels
    ]
    if len(parts) == 1:
        return ": ".join(parts[0])
    return ", ".join(f"{words} ({labels})" for words, labels in parts) or "nothing compiles"


def _trouble(judged: JudgedTarget, name: NormalizedName) -> str:
    """What keeps a package from being installed, or what it costs; "" where it does not load."""
    if name in judged.failing:
        return _FAILING
    verdict = judged.judged[name][1].verdict
    if verdict is Verdict.UNAVAILABLE:
        return _NO_FILE
    return _TO_COMPILE if verdict.is_source else ""


def loading_after(judged: JudgedTarget) -> list[str]:
    """What of a changed target does not load, and what to install for it."""
    failing = judged.not_loading
    if not failing:
        return []
    packages = dict.fromkeys(name for each in failing for name in judged.loads[each].packages)
    labels = listing([f"{name} {judged.judged[name][0].version}" for name in sorted(failing)])
    verb = "does" if len(failing) == 1 else "do"
    brings = f" without {' '.join(sorted(packages))}" if packages else ""
    return [f"{labels} {verb} not load there{brings}"]


def version_changes(
    before: JudgedTarget, after: JudgedTarget, index: Index, requirements: Requirements
) -> str:
    """Where a version goes down or far up, its major changes, or a pre-release is taken.

    Of a package that is pinned to a version also where more than its last part changes.
    """
    pinned = {
        canonicalize_name(line.requirement.name)
        for line in (*requirements.lines, *requirements.constraints)
        if any(map(is_exact, line.requirement.specifier))
    }
    changes: list[str] = []
    for name, (pin, _) in after.judged.items():
        was = before.judged[name][0].version if name in before.judged else None
        if was is not None and pin.version is not None and pin.version != was:
            found = list(_changes(name, was, pin.version, index))
            if name in pinned and not found and pin.version.release[:2] != was.release[:2]:
                found = [f"{name} is pinned to {was}"]
            changes += found
    return listing(changes, 4)


def _changes(name: NormalizedName, was: Version, now: Version, index: Index) -> Iterator[str]:
    if now.is_prerelease and not was.is_prerelease:
        yield f"{name} {now} is a pre-release"
    if now < was:
        yield f"{name} goes down from {was} to {now}"
        return
    project = index.project(name)
    years = None if isinstance(project, Unknown) else years_between(was, now, project)
    late = f"{years:.0f} years after {was}" if years and years > NEAR_YEARS else ""
    if now.release[:1] != was.release[:1]:
        came = f" that came out {late}" if late else f" after {was}"
        yield f"{name} {now} is a new major version{came}"
    elif late:
        yield f"{name} {now} came out {late}"


def versions(judged: JudgedTarget) -> str:
    """The chosen versions, a few of many."""
    return listing([f"{name} {pin.version}" for name, (pin, _) in judged.judged.items()], 4)
