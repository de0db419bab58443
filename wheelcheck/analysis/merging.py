"""Several reports in one: for inputs of which each part is installed in a place of its own."""

from __future__ import annotations

from collections.abc import Sequence

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.build_values import SourceEvidence
from wheelcheck.reports.values.report import Cell, LoadSummary, Package, Report

__all__ = ["merged"]

_ELSEWHERE = Cell(
    version=None, verdict=Verdict.NOT_REQUIRED, reason="it is not installed in this step"
)


def merged(reports: Sequence[Report]) -> Report:
    """One report with all targets; their names must differ. Raises ValueError without reports."""
    if not reports:
        raise ValueError("there is no report to merge")
    targets = tuple(target for report in reports for target in report.targets)
    cells: dict[str, dict[str, Cell]] = {}
    evidence: dict[str, tuple[SourceEvidence, ...]] = {}
    for report in reports:
        for package in report.packages:
            cells.setdefault(package.name, {}).update(package.on)
            evidence[package.name] = (*evidence.get(package.name, ()), *package.evidence)
    packages = tuple(
        Package(
            name=name,
            on={target.name: on.get(target.name, _ELSEWHERE) for target in targets},
            evidence=evidence[name],
        )
        for name, on in sorted(cells.items())
    )
    return reports[0].model_copy(
        update={
            "inputs": tuple(dict.fromkeys(name for report in reports for name in report.inputs)),
            "targets": targets,
            "packages": packages,
            "builds": tuple(plan for report in reports for plan in report.builds),
            "load_check": _load_summary(reports),
            "advice": tuple(way for report in reports for way in report.advice),
            "problems": tuple(
                dict.fromkeys(problem for report in reports for problem in report.problems)
            ),
        }
    )


def _load_summary(reports: Sequence[Report]) -> LoadSummary | None:
    """What reading wheels took: reports of a run share what they read, so the highest counts."""
    found = [report.load_check for report in reports if report.load_check]
    return max(found, key=lambda each: each.read_bytes, default=None)
