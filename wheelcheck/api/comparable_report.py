"""Which lines of a question may change without its report being another."""

from __future__ import annotations

from packaging.utils import NormalizedName

from wheelcheck.api.questions.question import OpenQuestion
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index
from wheelcheck.installers import Rule
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.result_cache.meaning import Comparable, meaning_of

__all__ = ["comparable_report"]


def comparable_report(
    report: Report, opened: OpenQuestion, stored: StoredAnswers | None = None
) -> Comparable | None:
    """What a report was made from; None where another question is never the same.

    `stored` may know the releases of projects without their pages.
    """
    meaning = meaning_of(opened.requirements, opened.inputs)
    if meaning is None:
        return None
    packages = {package.name: package for package in report.packages}
    advice = repr(report.advice)
    releases = tuple(
        None
        if name is None or _quotes(advice, specifier) or not _is_settled(packages.get(name))
        else _releases(name, opened.index, stored)
        for name, specifier in zip(meaning.names, meaning.specifiers, strict=True)
    )
    vanish = all(
        target.installer.has(Rule.PRERELEASES_IF_NOTHING_ELSE) for target in opened.targets
    )
    return Comparable(meaning, releases, vanish)


def _quotes(advice: str, specifier: str) -> bool:
    """Whether advice may quote a line: its bounds, or that no version satisfies it."""
    return "no version" in advice or (bool(specifier) and specifier in advice)


def _is_settled(package: Package | None) -> bool:
    """Whether a release is chosen wherever it is required: else the report quotes the line."""
    return package is not None and all(
        cell.version is not None or cell.verdict is Verdict.NOT_REQUIRED
        for cell in package.on.values()
    )


def _releases(
    name: NormalizedName, index: Index, stored: StoredAnswers | None
) -> tuple[str, ...] | None:
    def find() -> tuple[str, ...] | None:
        project = index.project(name)
        return None if isinstance(project, Unknown) else tuple(map(str, project.versions))

    return stored.releases(name, find) if stored else find()
