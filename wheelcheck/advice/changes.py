"""A change as advice: its title, what to write, what it leaves, and which of several is best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.advice.alternatives import extra_indexes_for
from wheelcheck.advice.outcome import outcome
from wheelcheck.analysis.judged_target import JudgedTarget, Weight
from wheelcheck.analysis.report_costs import bill_value
from wheelcheck.reports.values.advice_values import Advice, AdviceKind
from wheelcheck.targets import Target
from wheelcheck.targets.platforms import System

__all__ = [
    "advice_of",
    "builds_end_well",
    "extra_indexes",
    "merge_alike",
    "move_words",
    "rank",
    "remaining",
]

_KINDS = (
    "relock",
    "build-constraint",
    "image",
    "version",
    "python",
    "replacement",
    "system-package",
    "outside",
    "extra-index",
    "architecture",
)


def extra_indexes(column: JudgedTarget) -> Iterator[Advice]:
    """Indexes that are alive and have wheels for this libc, CPU and Python; they are not asked."""
    blockers, builds = column.weight
    for extra_index in extra_indexes_for(column.resolution.target):
        yield Advice(
            kind="extra-index",
            targets=(column.name,),
            title=f"Look into {extra_index.name}",
            change=(f"--extra-index-url, with the address in the README of {extra_index.source}",),
            evidence=f"{extra_index.scope}; its wheels were not looked up",
            caveat=extra_index.caveat,
            blockers_before=blockers,
            builds_before=builds,
        )


def merge_alike(alike: Sequence[Advice]) -> Advice:
    """Advice that reads the same for several targets, as it turns out where it helps least."""
    targets = tuple(target for advice in alike for target in advice.targets)
    least = max(alike, key=remaining)
    evidence = least.evidence
    if least.bill is not None and len({advice.evidence for advice in alike}) > 1:
        evidence = f"at worst {evidence}"
    seconds = [advice.saves_seconds for advice in alike if advice.saves_seconds is not None]
    return least.model_copy(
        update={
            "targets": targets,
            "evidence": evidence,
            "saves_seconds": min(seconds) if len(seconds) == len(alike) else None,
        }
    )


def advice_of(
    kind: AdviceKind,
    column: JudgedTarget,
    after: JudgedTarget,
    title: str,
    change: tuple[str, ...],
    caveat: str = "",
) -> Advice:
    """A change whose effect was judged, as advice; `after` is the target with the change made."""
    before, rest = column.weight, after.weight
    seconds, size = column.saved_by(after)
    return Advice(
        kind=kind,
        targets=(column.name,),
        title=title,
        change=change,
        evidence=f"judged with this change: {outcome(after)}",
        caveat=caveat,
        verdicts=after.verdicts_of(column.troubled),
        blockers_before=before[0],
        builds_before=before[1],
        blockers_after=rest[0],
        builds_after=rest[1],
        bill=bill_value(after.price, after.failing) if after.price else None,
        saves_seconds=seconds,
        saves_bytes=size,
    )


def move_words(kind: AdviceKind, other: Target, own: Target) -> tuple[str, tuple[str, ...]]:
    """Say what to move to, in words that like targets share, and what to write for it."""
    linux = other.platform.system is System.LINUX
    if kind == "architecture":
        change = ("--platform linux/amd64",) if linux else ()
        return f"On {other.arch} more comes as wheels", change
    if other.image:
        return f"Use {_image(other)}", (f"FROM {_image(other)}",)
    if kind == "image":
        return f"Use {other.libc}", ("FROM python:slim",)  # "Use glibc for musl: saves …"
    python = "{}.{}".format(*other.python)
    gil = " with the GIL" if own.free_threaded else ""
    return f"Use Python {python}{gil}", (f"FROM python:{python}",) if linux else ()


def _image(target: Target) -> str:
    return target.name.partition("@")[0]


def builds_end_well(column: JudgedTarget, after: JudgedTarget) -> bool:
    """Whether builds that fail for certain on one target have nothing against them on another."""
    if not column.failing or after.summary is None:
        return False
    builds = [b for b in after.summary.plan.builds if b.top_level and b.name in column.failing]
    pins = ((build, column.judged[canonicalize_name(build.name)][0]) for build in builds)
    same = {pin.version == Version(build.version) for build, pin in pins}
    return (
        len(builds) == len(column.failing)
        and same == {True}
        and not any(build.obstacles for build in builds)
    )


def remaining(advice: Advice) -> Weight:
    """The blockers and builds that are left with the change made."""
    return advice.blockers_after or 0, advice.builds_after or 0


def rank(advice: Advice) -> tuple[bool, int, bool, float, float]:
    """Judged advice first, then by the installations it makes possible, then by what it saves."""
    known = advice.builds_after is not None and advice.blockers_after is not None
    freed = advice.blockers_before - (advice.blockers_after or 0) if known else 0
    minutes = (advice.saves_seconds or 0) / 60
    many = len(advice.targets)
    # Another Python is the smaller change where the other pins go down, to another major version
    # or to a pre-release, of which the caveat tells.
    far = advice.kind == "version" and bool(advice.caveat)
    kind = _KINDS.index("python") + 0.5 if far else _KINDS.index(advice.kind)
    return (not known, -freed * many, far, -round(minutes * many), kind)
