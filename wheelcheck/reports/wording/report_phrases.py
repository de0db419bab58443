"""Turns of phrase about a report's parts, as plain text: for every rendering."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from datetime import datetime, time, timedelta

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.build_values import Obstacle
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.grid import verdict_on
from wheelcheck.reports.wording.phrases import clean, listing
from wheelcheck.reports.wording.reasons import Reason, Skew
from wheelcheck.reports.wording.target_names import (
    Places,
    implementation_label,
    platform_label,
    python_order,
)

__all__ = [
    "askers",
    "folded",
    "index_moment",
    "inputs",
    "label",
    "obstacles",
    "ordered_targets",
    "outcome_words",
    "python_words",
    "reason_words",
    "skew_words",
    "target_words",
    "verdict_words",
    "version_words",
]


_WORDINGS = {
    Verdict.UNAVAILABLE: ("cannot be installed", "cannot be installed"),
    Verdict.SOURCE_NATIVE: ("compiles from source", "compile from source"),
    Verdict.UNKNOWN: ("could not be judged", "could not be judged"),
    Verdict.SOURCE_UNKNOWN: ("may compile from source", "may compile from source"),
    Verdict.SOURCE_PURE: (
        "builds from source without a compiler",
        "build from source without a compiler",
    ),
    Verdict.WHEEL: ("comes as a wheel", "come as wheels"),
    Verdict.PURE_WHEEL: ("comes as a wheel", "come as wheels"),
    Verdict.NOT_REQUIRED: ("is not needed", "are not needed"),
}
_FAILS = ("fails to build", "fail to build")


def verdict_words(verdict: Verdict, number: int = 1, *, fails: bool = False) -> str:
    """What one package, or several, do: ``compiles from source``; `fails`: their builds fail."""
    return (_FAILS if fails else _WORDINGS[verdict])[number != 1]


def outcome_words(reason: Reason) -> str:
    """What the packages of a reason do where it holds: ``compile from source``."""
    fails = bool(reason.cell.build_fails)
    return verdict_words(reason.verdict, len(reason.packages), fails=fails)


def version_words(package: Package) -> str:
    """``1.24.2``, ``3 versions``, or "" where none is known."""
    versions = package.versions
    return versions[0] if len(versions) == 1 else f"{len(versions)} versions" if versions else ""


def label(report: Report, name: str, targets: Iterable[str]) -> str:
    """Name and version, where the package has one version on these targets."""
    on = report.package(name).on
    versions = {on[target].version for target in targets if target in on}
    version = versions.pop() if len(versions) == 1 else None
    return clean(f"{name} {version}" if version else name)


def askers(known: Container[str], requested_by: Sequence[str]) -> tuple[list[str], list[str]]:
    """Who asks: lines of the user's own files, and packages (``uvicorn[standard] 0.54.0``).

    `known` are the names of the report's packages.
    """
    lines: list[str] = []
    packages: list[str] = []
    for requester in requested_by:
        is_package = re.split(r"[\[ ]", requester, maxsplit=1)[0] in known
        (packages if is_package else lines).append(clean(requester))
    return lines, packages


def reason_words(places: Places, reason: Reason) -> str:
    """The reason's sentence; where it stands for several, it says that it is an example."""
    words = clean(reason.cell.reason)
    if reason.cell.build_fails:
        words += f"; the build fails: {clean(reason.cell.build_fails)}"
    if not reason.example:
        return words
    return f"for example {clean(reason.packages[0])} on {places.describe([reason.target])}: {words}"


def skew_words(skew: Skew, places: Places) -> str:
    """``numpy: 2.6.0 on Python 3.12–3.15, 2.4.2 on Python 3.11``.

    Several packages: ``numpy 2.6.0 / 2.4.2, scipy 1.18.1 / 1.17.1 (Python 3.12–3.15 / 3.11)``.
    """
    where = [places.describe(targets) for targets, _ in skew.parts]
    columns = list(zip(*(versions for _, versions in skew.parts), strict=True))
    versions_of = list(zip(skew.packages, columns, strict=True))
    if len(versions_of) == 1:
        ((name, versions),) = versions_of
        pairs = zip(versions, where, strict=True)
        return f"{clean(name)}: " + ", ".join(
            f"{clean(version)} on {place}" for version, place in pairs
        )
    text = listing([clean(f"{name} {' / '.join(versions)}") for name, versions in versions_of], 8)
    return f"{text} ({' / '.join(where)})"


def folded(report: Report, shown: Sequence[Package]) -> tuple[list[str], str]:
    """The packages without a row, and where they come as wheels (``everywhere``, or "")."""
    names = {package.name for package in shown}
    rest = {
        clean(package.name): {verdict_on(package, target.name) for target in report.targets}
        for package in report.packages
        if package.name not in names
    }
    needed = [name for name, verdicts in rest.items() if verdicts != {Verdict.NOT_REQUIRED}]
    if any(Verdict.NOT_REQUIRED in rest[name] for name in needed):
        return needed, "wherever they are needed"
    return needed, "" if len(report.targets) == 1 else "everywhere"


def obstacles(report: Report) -> list[tuple[str, tuple[str, ...], tuple[Obstacle, ...]]]:
    """What may stop builds: a build's label, targets, and what is in its way on all of these.

    Builds that fail for certain come first.
    """
    found: dict[tuple[str, Obstacle], list[str]] = {}
    for plan in report.builds:
        for build in plan.builds:
            for obstacle in build.obstacles:
                found.setdefault((build.label, obstacle), []).append(plan.target)
    groups: dict[tuple[str, bool, tuple[str, ...]], list[Obstacle]] = {}
    for (name, obstacle), targets in found.items():
        groups.setdefault((name, obstacle.fatal, tuple(targets)), []).append(obstacle)
    ordered = sorted(groups.items(), key=lambda item: (not item[0][1], item[0][0]))
    return [(name, targets, tuple(members)) for (name, _, targets), members in ordered]


def inputs(report: Report) -> str:
    """What was read: ``requirements.txt, standard input``."""
    names = ("standard input" if name == "-" else clean(name) for name in report.inputs)
    return listing(list(names), 8) or "nothing"


def index_moment(as_of: str | None) -> str:
    """A bound at midnight includes the whole day before, which is what the user named."""
    if as_of is None:
        return "as it is now"
    moment = datetime.fromisoformat(as_of)
    if moment.time() == time():
        return f"as of the end of {(moment - timedelta(days=1)).date()} (UTC)"
    return f"as of {moment:%Y-%m-%d %H:%M} (UTC)"


def python_words(target: TargetSummary) -> tuple[str, str]:
    """Kind and version: ``free-threaded CPython``, ``3.15.1``."""
    name = implementation_label(target)
    kind = f"free-threaded {name}" if target.free_threaded else name
    return kind, clean(target.python_full_version)


def target_words(target: TargetSummary) -> str:
    """``free-threaded CPython 3.15.1, musl 1.2, aarch64, pip 26.3``."""
    words = f"{' '.join(python_words(target))}, {platform_label(target)}, {target.arch}"
    installer = installer_words(target)
    return f"{words}, {installer}" if installer else words


def installer_words(target: TargetSummary) -> str:
    """``pip 23.0.1``, ``pip 26.3 (the newest)``; "" where a stored report does not say."""
    installer = target.installer
    if installer is None:
        return ""
    if installer.known == "unknown":
        return f"{installer.name} (release not known)"
    newest = " (the newest)" if installer.known == "newest" else ""
    return f"{installer.name} {installer.version}{newest}"


def ordered_targets(report: Report, places: Places) -> tuple[TargetSummary, ...]:
    """Targets as columns: those of a grid by libc and architecture, Pythons from old to new."""
    if not places.is_grid:
        return report.targets
    blocks: dict[tuple[str, str], list[TargetSummary]] = {}
    for target in report.targets:
        blocks.setdefault((platform_label(target), target.arch), []).append(target)
    libcs = list(dict.fromkeys(libc for libc, _ in blocks))
    by_libc = sorted(blocks.items(), key=lambda item: libcs.index(item[0][0]))
    return tuple(t for _, members in by_libc for t in sorted(members, key=python_order))
