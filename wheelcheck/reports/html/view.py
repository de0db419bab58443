"""What the page's script works on: the report, arranged by package and by build."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.build_values import BuildPlan, SourceBuild
from wheelcheck.reports.values.cost_values import BuildCost, Estimate
from wheelcheck.reports.values.report import Cell, Package, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.values.value import Value
from wheelcheck.reports.wording.marks import GROUNDS, MARKS, Mark, mark_of
from wheelcheck.reports.wording.quantities import BASIS, duration, estimated, size
from wheelcheck.reports.wording.reasons import rows_of
from wheelcheck.reports.wording.report_phrases import askers, ordered_targets, target_words
from wheelcheck.reports.wording.target_names import Places, platform_label, python_label

__all__ = ["view"]

_Plain = dict[str, object]
_RANKS: Mapping[Mark, int] = {mark: rank for rank, mark in enumerate(GROUNDS)}


def view(report: Report) -> _Plain:
    """Arrange the report as plain values. Targets are numbered as the columns stand."""
    places = Places(report.targets)
    targets = ordered_targets(report, places)
    by_name = {package.name: package for package in [*rows_of(report), *report.packages]}
    return {
        "marks": [_mark(mark, ground) for mark, ground in GROUNDS.items()],
        "ranks": {verdict.value: _RANKS[mark] for verdict, mark in MARKS.items()},
        "grid": places.is_grid and len(targets) > 1,
        "targets": [_target(target) for target in targets],
        "packages": [_package(package, by_name, targets, places) for package in by_name.values()],
        "plans": _plans(report.builds, places),
        "advice": [_advice(advice, places) for advice in report.advice],
        "problems": [
            {"package": problem.package, "message": problem.message, "code": problem.code}
            for problem in report.problems
            if problem.package
        ],
    }


def _advice(advice: Advice, places: Places) -> _Plain:
    return {
        "title": advice.title,
        "change": advice.change,
        "where": places.describe(advice.targets),
        "targets": advice.targets,
        "ranks": [(name, _RANKS[MARKS[verdict]]) for name, verdict in advice.verdicts.items()],
    }


def _mark(mark: Mark, ground: Verdict) -> _Plain:
    return {
        "ground": ground.value,
        "sign": mark.sign,
        "word": mark.word,
        "meaning": mark.meaning,
    }


def _target(target: TargetSummary) -> _Plain:
    return {
        "name": target.name,
        "axes": (platform_label(target), target.arch, python_label(target)),
        "facts": target_words(target),
        "notes": target.notes,
    }


def _package(
    package: Package, names: Container[str], targets: Sequence[TargetSummary], places: Places
) -> _Plain:
    cells = [package.on.get(target.name) for target in targets]
    return {
        "name": package.name,
        "versions": package.versions,
        "on": [_cell(cell, names) if cell else None for cell in cells],
        "outcomes": [
            {
                "rank": rank,
                "version": version,
                "where": places.describe([targets[i].name for i in members]),
                "first": members[0],
                "count": len(members),
            }
            for (rank, version, _), members in _outcomes(cells).items()
        ],
        "evidence": [
            {
                **_plain(evidence),
                "rank": _RANKS[MARKS[evidence.verdict]],
                "where": places.describe(evidence.targets),
            }
            for evidence in package.evidence
        ],
    }


def _outcomes(cells: Sequence[Cell | None]) -> dict[tuple[int, str | None, str], list[int]]:
    """Columns whose cells say the same in all that matters, the worst first."""
    groups: dict[tuple[int, str | None, str], list[int]] = {}
    for i, cell in enumerate(cells):
        if cell:
            text = "" if cell.verdict.is_wheel else _part(cell)
            groups.setdefault((_RANKS[mark_of(cell)], cell.version, text), []).append(i)
    return dict(sorted(groups.items(), key=lambda item: item[0][0]))


def _part(cell: Cell) -> str:
    return cell.misses[0].part if cell.misses else cell.reason


def _cell(cell: Cell, names: Container[str]) -> _Plain:
    """The cell without empty fields, its requesters split into lines and packages."""
    plain = _plain(cell) | {"rank": _RANKS[mark_of(cell)]}
    if cell.size is not None:
        plain["size"] = size(cell.size)
    if cell.requested_by:
        lines, packages = askers(names, cell.requested_by)
        del plain["requested_by"]
        plain |= {"lines": lines, "askers": packages}
    return plain


def _plans(plans: Sequence[BuildPlan], places: Places) -> list[_Plain]:
    """One plan for all targets on which the page would show the same."""
    groups: dict[BuildPlan, list[str]] = {}
    for plan in plans:
        if plan.builds or plan.cycles:
            groups.setdefault(_without_target(plan), []).append(plan.target)
    return [
        {
            **_plain(plan),
            "builds": [_build(build) for build in plan.builds],
            "where": places.describe(on),
            "targets": on,
        }
        for plan, on in groups.items()
    ]


def _without_target(plan: BuildPlan) -> BuildPlan:
    """Leave out what differs between targets and says nothing: their name and files."""
    unknown = plan.commands_unknown
    return plan.model_copy(
        update={
            "target": "",
            "commands_unknown": unknown and unknown.replace(plan.target, "the target"),
            "builds": tuple(map(_without_files, plan.builds)),
        }
    )


def _without_files(build: SourceBuild) -> SourceBuild:
    environment = tuple(
        requirement.model_copy(update={"file": None}) for requirement in build.environment
    )
    return build.model_copy(update={"environment": environment})


def _build(build: SourceBuild) -> _Plain:
    plain = _plain(build) | {"label": build.label, "rank": _RANKS[MARKS[build.verdict]]}
    if build.cost:
        plain["cost"] = list(_costs(build.cost))
    return plain


def _costs(cost: BuildCost) -> Iterator[tuple[str, str, str]]:
    """What is measured, the number with its interval, and how it is known."""
    estimates = (
        ("CPU time", cost.cpu_seconds, duration),
        ("Time", cost.wall_seconds, duration),
        ("Build environment", cost.environment_seconds, duration),
        ("Peak memory", cost.peak_memory_bytes, size),
        ("Installed size", cost.built_bytes, size),
    )
    for name, estimate, words in estimates:
        if estimate:
            yield name, estimated(estimate, words), _basis(estimate)
    if cost.unknown:
        yield "Cost", f"unknown: {cost.unknown}", ""


def _basis(estimate: Estimate) -> str:
    return ", ".join(filter(None, (BASIS[estimate.basis], estimate.source)))


def _plain(value: Value) -> _Plain:
    """Fields that hold something; enumerations as their words."""
    return value.model_dump(exclude_defaults=True)
