"""Why: the distinct reasons behind the verdicts that matter, each with all it holds for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from msgspec import Struct
from packaging.version import InvalidVersion, Version

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Cell, Package, Problem, Report
from wheelcheck.reports.wording.marks import LOAD_MARKS, WORST_FIRST, ground_of, mark_of

__all__ = [
    "NotLoading",
    "Reason",
    "Skew",
    "matters",
    "not_loading",
    "reasons",
    "remarks_beside",
    "rows_of",
    "skews",
    "unloadable",
]

_FEW = 6


class Reason(Struct, frozen=True):
    """A reason, the packages and targets that it holds for, and a cell that has it.

    `example` says that the words differ in detail (a tag's Python version, say) and that those of
    `cell`, on `target`, stand for all.
    """

    verdict: Verdict
    packages: tuple[str, ...]
    targets: tuple[str, ...]
    cell: Cell
    target: str
    example: bool


class Skew(Struct, frozen=True):
    """Packages whose version depends on the target, all in the same way.

    `parts` holds the targets that agree, those with the newest version of the first package
    first, each with the version of every package there.
    """

    packages: tuple[str, ...]
    parts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


def without_unjudged(report: Report) -> Report:
    """Leave out targets on which nothing at all could be judged, if there are others.

    Their reason is among the problems (a version conflict, say); a column of question marks would
    only bury the rest.
    """
    lost = {
        target.name
        for target in report.targets
        if all(
            package.on[target.name].verdict in {Verdict.UNKNOWN, Verdict.NOT_REQUIRED}
            for package in report.packages
            if target.name in package.on
        )
    }
    if not lost or len(lost) == len(report.targets):
        return report
    packages = (
        package.model_copy(update={"on": {k: v for k, v in package.on.items() if k not in lost}})
        for package in report.packages
    )
    return report.model_copy(
        update={
            "targets": tuple(target for target in report.targets if target.name not in lost),
            "packages": tuple(packages),
        }
    )


def matters(report: Report) -> list[Package]:
    """Packages that do not come as wheels everywhere: the worst first, then the most concerned."""
    rows = [package for package in report.packages if _severity(package) < _FINE]
    return sorted(rows, key=lambda row: (_severity(row), -_concerned(row), row.name))


def rows_of(report: Report) -> list[Package]:
    """Packages with a row of their own: those that matter, then wheels that do not load."""
    first = matters(report)
    names = {package.name for package in first}
    return [*first, *(package for package in unloadable(report) if package.name not in names)]


def unloadable(report: Report) -> list[Package]:
    """Packages whose wheel does not load on some target as the image is."""
    return [
        package
        for package in report.packages
        if any(cell.loads and cell.loads.status in LOAD_MARKS for cell in package.on.values())
    ]


class NotLoading(Struct, frozen=True):
    """Why the wheels of a package do not load, and where; `status` is that of `Loading`."""

    package: str
    status: str
    reason: str
    targets: tuple[str, ...]


def not_loading(report: Report) -> list[NotLoading]:
    """Every reason for which wheels do not load, package by package."""
    found = []
    for package in unloadable(report):
        groups: dict[tuple[str, str], list[str]] = {}
        for target, cell in package.on.items():
            if cell.loads is not None and cell.loads.status in LOAD_MARKS:
                reason = cell.loads.reason
                if cell.loads.packages:
                    reason += f"; to install: {', '.join(cell.loads.packages)}"
                groups.setdefault((cell.loads.status, reason), []).append(target)
        found += [
            NotLoading(package.name, status, reason, tuple(targets))
            for (status, reason), targets in groups.items()
        ]
    return found


def remarks_beside(report: Report) -> list[Problem]:
    """The problems, errors first; `not_loading` has those of wheels that do not load."""
    listed = [problem for problem in report.problems if problem.code not in _OF_LOADING]
    return sorted(listed, key=lambda problem: problem.severity)


_OF_LOADING = {"missing-libraries", "does-not-load"}
_FINE = WORST_FIRST.index(Verdict.WHEEL)


def _severity(package: Package) -> int:
    return min(map(_rank, package.on.values()), default=_FINE)


def _rank(cell: Cell) -> int:
    return WORST_FIRST.index(Verdict.UNAVAILABLE if cell.build_fails else cell.verdict)


def _concerned(package: Package) -> int:
    return sum(WORST_FIRST.index(cell.verdict) < _FINE for cell in package.on.values())


def reasons(report: Report) -> list[Reason]:
    """Every reason once, worst verdict first; as many merged as needed to stay readable.

    Cells of one package are merged where the same verdict stands on the same part of the nearest
    miss and their builds fail for the same reason; packages are merged where the words agree, and,
    if more than a few reasons remain, also where only mark, part and targets agree.
    """
    single = [reason for package in matters(report) for reason in _of_package(package)]
    merged = _merge(single, lambda r: (r.verdict, r.targets, r.cell.build_fails, r.cell.reason))
    if len(merged) > _FEW:
        merged = _merge(merged, lambda r: (mark_of(r.cell), r.targets, _part(r.cell)))
    return sorted(merged, key=lambda r: (WORST_FIRST.index(ground_of(r.cell)), -len(r.targets)))


def _of_package(package: Package) -> Iterable[Reason]:
    groups: dict[tuple[Verdict, str, str], list[tuple[str, Cell]]] = {}
    for target, cell in package.on.items():
        if WORST_FIRST.index(cell.verdict) < _FINE:
            key = (cell.verdict, cell.build_fails, _part(cell))
            groups.setdefault(key, []).append((target, cell))
    for (verdict, _, _), members in groups.items():
        target, cell = members[0]
        targets = tuple(name for name, _ in members)
        example = len({other.reason for _, other in members}) > 1
        yield Reason(verdict, (package.name,), targets, cell, target, example)


def _part(cell: Cell) -> str:
    return cell.misses[0].part if cell.misses else cell.reason


def _merge(found: Sequence[Reason], key: Callable[[Reason], Hashable]) -> list[Reason]:
    groups: dict[Hashable, list[Reason]] = {}
    for reason in found:
        groups.setdefault(key(reason), []).append(reason)
    return [_joined(members) for members in groups.values()]


def _joined(members: Sequence[Reason]) -> Reason:
    first = members[0]
    return Reason(
        first.verdict,
        tuple(name for reason in members for name in reason.packages),
        first.targets,
        first.cell,
        first.target,
        any(r.example for r in members) or len({r.cell.reason for r in members}) > 1,
    )


def skews(report: Report) -> list[Skew]:
    """Packages with more than one version over the targets, grouped by how they differ."""
    groups: dict[frozenset[tuple[str, ...]], list[tuple[str, dict[tuple[str, ...], str]]]] = {}
    for package in report.packages:
        by_version: dict[str, list[str]] = {}
        for target, cell in package.on.items():
            if cell.version is not None and cell.verdict is not Verdict.NOT_REQUIRED:
                by_version.setdefault(cell.version, []).append(target)
        if len(by_version) > 1:
            version_on = {tuple(targets): version for version, targets in by_version.items()}
            groups.setdefault(frozenset(version_on), []).append((package.name, version_on))
    return [_skew(members) for members in groups.values()]


def _skew(members: Sequence[tuple[str, dict[tuple[str, ...], str]]]) -> Skew:
    first = members[0][1]
    newest_first = sorted(first, key=lambda targets: _version_key(first[targets]), reverse=True)
    return Skew(
        tuple(name for name, _ in members),
        tuple((on, tuple(version_on[on] for _, version_on in members)) for on in newest_first),
    )


def _version_key(text: str) -> tuple[bool, Version | str]:
    try:
        return (True, Version(text))
    except InvalidVersion:
        return (False, text)
