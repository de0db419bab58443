"""Several reports in one: for inputs of which each part is installed in a place of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.build_values import SourceEvidence
from wheelcheck.reports.values.report import Cell, LoadSummary, Package, Report
from wheelcheck.reports.values.target_values import TargetSummary

__all__ = ["merged"]

_T = TypeVar("_T")
_ELSEWHERE = Cell(
    version=None, verdict=Verdict.NOT_REQUIRED, reason="it is not installed in this step"
)


def merged(reports: Sequence[Report]) -> Report:
    """One report with all targets; their names must differ. Raises ValueError without reports."""
    if not reports:
        raise ValueError("there is no report to merge")
    targets = _joined(report.targets for report in reports)
    return reports[0].model_copy(
        update={
            "inputs": tuple(dict.fromkeys(_joined(report.inputs for report in reports))),
            "targets": targets,
            "packages": tuple(_packages(reports, targets)),
            "builds": _joined(report.builds for report in reports),
            "load_check": _load_summary(reports),
            "advice": _joined(report.advice for report in reports),
            "problems": tuple(dict.fromkeys(_joined(report.problems for report in reports))),
        }
    )


def _joined(parts: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    return tuple(chain.from_iterable(parts))


def _packages(reports: Sequence[Report], targets: tuple[TargetSummary, ...]) -> Iterator[Package]:
    """All packages by name, each with what it is on every target, and all its evidence."""
    cells: dict[str, dict[str, Cell]] = {}
    evidence: dict[str, tuple[SourceEvidence, ...]] = {}
    for report in reports:
        for package in report.packages:
            cells.setdefault(package.name, {}).update(package.on)
            evidence[package.name] = (*evidence.get(package.name, ()), *package.evidence)
    for name, on in sorted(cells.items()):
        everywhere = {target.name: on.get(target.name, _ELSEWHERE) for target in targets}
        yield Package(name=name, on=everywhere, evidence=evidence[name])


def _load_summary(reports: Sequence[Report]) -> LoadSummary | None:
    """What reading wheels took: reports of a run share what they read, so the highest counts."""
    found = [report.load_check for report in reports if report.load_check]
    return max(found, key=lambda each: each.read_bytes, default=None)
