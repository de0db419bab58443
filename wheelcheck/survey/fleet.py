"""Requirement files, locks and Dockerfiles as the source of a survey: each is judged whole."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from wheelcheck.errors import UsageError
from wheelcheck.reports.values.cost_values import Estimate
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.survey.dataset import Part
from wheelcheck.survey.project_list import Wire
from wheelcheck.survey.schema import FLEET, FLEET_BILLS
from wheelcheck.survey.shards import JudgedShard
from wheelcheck.survey.shared_index import SharedIndexes
from wheelcheck.survey.survey_settings import SurveySettings

__all__ = ["FleetShard", "find_inputs", "fleet_shards"]

INPUTS_PER_SHARD = 25
_PATTERNS = (
    "*.txt",
    "*.in",
    "pylock*.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pyproject.toml",
    "Dockerfile*",
    "*.Dockerfile",
    "Containerfile*",
)
_SKIPPED_FOLDERS = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})
_DOCKERFILES = ("Dockerfile*", "*.Dockerfile", "Containerfile*")


@dataclass(frozen=True, slots=True)
class FleetShard:
    """Some files of a fleet; `root` is left out of their names in the rows."""

    number: int
    root: Path
    paths: tuple[Path, ...]
    wire: Wire

    @property
    def contents(self) -> list[object]:
        """The files with their sizes and times: an edited file is judged again."""
        stats = [(path, path.stat()) for path in self.paths]
        return [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in stats]

    def judge(self, settings: SurveySettings) -> JudgedShard:
        """Judge each file on all targets, as `wheelcheck.check` does; a Dockerfile on its own."""
        notes: dict[str, object] = {"inputs": len(self.paths)}
        return JudgedShard(self._parts(settings), notes)

    def _parts(self, settings: SurveySettings) -> Iterator[Part]:
        with SharedIndexes() as indexes:
            yield from self._tables(settings, indexes)

    def _tables(self, settings: SurveySettings, indexes: SharedIndexes) -> Iterator[Part]:
        packages: list[dict[str, object]] = []
        bills: list[dict[str, object]] = []
        for path in self.paths:
            inside = self.root in path.parents
            name = path.relative_to(self.root).as_posix() if inside else str(path)
            try:
                report = self._report(path, settings, indexes)
            except (UsageError, OSError) as error:
                unreadable: dict[str, object] = {"input": name, "status": "unreadable"}
                unreadable["problem"] = str(error)
                bills += [unreadable | {"target": target.name} for target in settings.targets]
                continue
            packages += _package_rows(name, report)
            bills += [_bill_row(name, report, target) for target in report.targets]
        yield Part("packages", pa.Table.from_pylist(packages, schema=FLEET))
        yield Part("bills", pa.Table.from_pylist(bills, schema=FLEET_BILLS))

    def _report(self, path: Path, settings: SurveySettings, indexes: SharedIndexes) -> Report:
        options = self.wire.options
        return indexes.answer(
            requirements=path,
            targets=None if _is_dockerfile(path) else settings.targets,
            exclude_newer=settings.exclude_newer,
            index_url=options.index_url,
            extra_index_urls=options.extra_index_urls,
            find_links=options.find_links,
            no_index=options.no_index,
            cache_dir=self.wire.cache_dir,
            offline=self.wire.offline,
        )


def find_inputs(source: Path) -> tuple[Path, ...]:
    """The requirement files, projects, locks and Dockerfiles in a folder and those below it."""
    found: list[Path] = []
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith(".")
        )
        found += [
            Path(folder, name)
            for name in sorted(names)
            if any(fnmatch.fnmatch(name, pattern) for pattern in _PATTERNS)
        ]
    if not found:
        raise UsageError(f"{source} has no requirement file, project, lock or Dockerfile")
    return tuple(path.resolve() for path in found)


def fleet_shards(root: Path, paths: Sequence[Path], wire: Wire) -> Iterator[FleetShard]:
    """Cut the files into shards."""
    source = iter(paths)
    number = 0
    while some := tuple(islice(source, INPUTS_PER_SHARD)):
        yield FleetShard(number, root.resolve(), some, wire)
        number += 1


def _is_dockerfile(path: Path) -> bool:
    return any(fnmatch.fnmatch(path.name, pattern) for pattern in _DOCKERFILES)


def _package_rows(name: str, report: Report) -> Iterator[dict[str, object]]:
    for target in report.targets:
        for package in report.packages:
            cell = package.on[target.name]
            yield {
                "input": name,
                "target": target.name,
                "package": package.name,
                "version": cell.version,
                "verdict": cell.verdict.value,
                "reason": cell.reason,
                "file": cell.file,
                "size": cell.size,
            }


def _bill_row(name: str, report: Report, target: TargetSummary) -> dict[str, object]:
    """What installing costs; the first error that concerns the target, where there is one.

    Of times and memory only what is known whole: sums without some builds cannot be added up.
    """
    problem = _first_error(report, target.name)
    bill = target.bill
    wall = bill.wall_seconds if bill and not bill.builds_without_time else None
    peak = bill.peak_memory_bytes if bill and not bill.builds_without_memory else None
    required = [package.on[target.name].verdict for package in report.packages]
    return {
        "input": name,
        "target": target.name,
        "status": "judged" if problem is None else "incomplete",
        "problem": problem,
        "packages": sum(verdict != "not-required" for verdict in required),
        "source_builds": bill.builds if bill else None,
        "seconds": wall and wall.value,
        "seconds_low": wall and wall.low,
        "seconds_high": wall and wall.high,
        "peak_memory_mb": _megabytes(peak),
        "image_mb": _megabytes(bill.image.size if bill and bill.image else None),
    }


def _first_error(report: Report, target: str) -> str | None:
    for problem in report.problems:
        if problem.severity == "error" and (not problem.targets or target in problem.targets):
            return problem.message
    return None


def _megabytes(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value / 1e6
