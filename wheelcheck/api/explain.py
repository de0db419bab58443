"""The whole reasoning for one package: candidates, tags, near misses, evidence, build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.assembly import miss_value
from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.api.candidates import candidates
from wheelcheck.api.dockerfile_options import refuse_dockerfiles
from wheelcheck.api.question import (
    Input,
    OpenQuestion,
    Question,
    as_list,
    installer_named,
)
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.costs.bill import Machine
from wheelcheck.coverage import nearest_first
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.reports.values.explanation_values import Explanation, FileTold, TargetExplanation
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, refusal_of
from wheelcheck.targets import Target, supported_tags

__all__ = ["explain"]

TAGS_SHOWN = 12


def explain(  # noqa: PLR0913 (the keywords of `check` that make sense for one package)
    package: str,
    requirements: Input | Iterable[Input] = (),
    *,
    targets: Iterable[str | Target],
    constraints: Iterable[str | Path] = (),
    extras: Iterable[str] = (),
    groups: Iterable[str] = (),
    allow_outside: bool = False,
    no_deps: bool = False,
    pre: bool = False,
    only_binary: Iterable[str] = (),
    no_binary: Iterable[str] = (),
    prefer_binary: bool = False,
    exclude_newer: str | date | datetime | None = None,
    index_url: str | None = None,
    extra_index_urls: Iterable[str] = (),
    no_index: bool = False,
    find_links: Iterable[str] = (),
    pip_config: bool = False,
    cache_dir: str | Path | None = "default",
    offline: bool = False,
    installer: str | None = None,
) -> Explanation:
    """Tell everything that leads to the verdict on one package, on each target.

    `package` is the name of a package among those that `requirements` lead to, or, where there
    are none, a requirement (``pandas==2.0.0``). The other keywords are those of `check`.

    Raises `UsageError` for what the caller can mend (a package that nothing asks for, too), and
    `IndexUnreachable` where no index answers.
    """
    name, inputs = _name(package), as_list(requirements)
    question = Question(
        requirements=inputs,
        targets=targets,
        packages=() if inputs else (package,),
        constraints=constraints,
        extras=extras,
        groups=groups,
        allow_outside=allow_outside,
        pre=pre,
        only_binary=only_binary,
        no_binary=no_binary,
        prefer_binary=prefer_binary,
        exclude_newer=exclude_newer,
        index_url=index_url,
        extra_index_urls=extra_index_urls,
        no_index=no_index,
        find_links=find_links,
        pip_config=pip_config,
        cache_dir=cache_dir,
        offline=offline,
    )
    refuse_dockerfiles(question, "name the requirement files that it installs, and its image")
    with question.open() as opened:
        judge = Judge(
            opened.requirements,
            opened.index,
            no_deps=no_deps,
            installer=installer_named(installer),
            machine=Machine(),
            as_of=opened.as_of,
            sdists=SdistReader(opened.index),
        )
        return _explained(name, opened, judge)


def _name(package: str) -> NormalizedName:
    try:
        return canonicalize_name(Requirement(package).name)
    except InvalidRequirement as error:
        why = str(error).partition("\n")[0]
        raise UsageError(f"{package!r} is not the name of a package: {why}") from None


def _explained(name: NormalizedName, opened: OpenQuestion, judge: Judge) -> Explanation:
    columns = [judge.column(target, only=name) for target in opened.targets]
    report = judge.report(columns, opened.inputs)
    if not report.packages and all(not column.resolution.conflict for column in columns):
        names = sorted({name for column in columns for name in column.resolution.pins})
        raise UsageError(f"nothing asks for {name} on these targets; asked for: {listing(names)}")
    project = opened.index.project(name)
    explanations = (
        _on_target(name, project, column, report, opened.requirements, judge.rules)
        for column in columns
        if name in column.judged
    )
    return Explanation(
        package=name,
        inputs=opened.inputs,
        on=tuple(explanations),
        problems=(*report.problems, *opened.warnings),
    )


def _on_target(
    name: NormalizedName,
    project: Project | Unknown,
    column: JudgedTarget,
    report: Report,
    requirements: Requirements,
    rules: FileRules,
) -> TargetExplanation:
    target = column.resolution.target
    pin, judgement = column.judged[name]
    package = report.package(name)
    tags = supported_tags(target)
    known: tuple[Wheel | Sdist, ...] = ()
    if pin.version is not None and not isinstance(project, Unknown):
        known = project.files(pin.version)
    return TargetExplanation(
        target=next(summary for summary in report.targets if summary.name == column.name),
        cell=package.on[column.name],
        candidates=tuple(candidates(pin, project, target, requirements, rules)),
        tags=tuple(str(tag) for tag in tags[:TAGS_SHOWN]),
        tags_in_all=len(tags),
        files=tuple(_files(known, target, rules, judgement.file)),
        evidence=next((piece for piece in package.evidence if column.name in piece.targets), None),
        plan=report.plan(column.name),
    )


def _files(
    files: Iterable[Wheel | Sdist], target: Target, rules: FileRules, chosen: Wheel | Sdist | None
) -> Iterator[FileTold]:
    """The file that is taken first, then others that fit, then misses, the nearest first."""
    refusals = {file.filename: refusal_of(file, target, rules) for file in files}
    if chosen is not None:
        yield FileTold(file=chosen.filename, fits=True)
    for filename, refused in refusals.items():
        if refused is None and (chosen is None or filename != chosen.filename):
            yield FileTold(file=filename, fits=True)
    for refused in nearest_first(filter(None, refusals.values()), target):
        miss = miss_value(refused)
        yield FileTold(file=miss.file, fits=False, part=miss.part, why=miss.why)
