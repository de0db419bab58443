"""The whole reasoning for one package: candidates, tags, near misses, evidence, build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Unpack

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.analysis.assembly import miss_value
from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.shared_sdists import SharedSdists
from wheelcheck.api.candidates import candidates
from wheelcheck.api.questions.argument_values import as_list, optional_text, text
from wheelcheck.api.questions.dockerfile_options import refuse_dockerfiles
from wheelcheck.api.questions.installer_choice import installer_named
from wheelcheck.api.questions.question import OpenQuestion, Question, keyword_defaults
from wheelcheck.api.questions.question_keywords import Input, QuestionKeywords, with_keywords
from wheelcheck.api.questions.settled import settled
from wheelcheck.costs.machine import Machine
from wheelcheck.coverage import nearest_first
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.index.pages.filenames import variant_of
from wheelcheck.reports.values.explanation_values import (
    ExplainedFile,
    Explanation,
    TargetExplanation,
)
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, refusal_of
from wheelcheck.targets import Target, supported_tags

__all__ = ["explain"]

TAGS_SHOWN = 12


@with_keywords(QuestionKeywords, keyword_defaults())
def explain(
    package: str,
    requirements: Input | Iterable[Input] = (),
    *,
    targets: Iterable[str | Target] | None = None,
    no_deps: bool = False,
    installer: str | None = None,
    **question: Unpack[QuestionKeywords],
) -> Explanation:
    """Explain everything that leads to the verdict on one package, on each target.

    Args:
        package: the name of a package among those that `requirements` lead to, or, where there are
            none, a requirement (``pandas==2.0.0``). With `policy`, a bare name is a package of the
            requirements that the settings name, if they do.
        requirements: a file name, a requirement, or several: as for `check`, but no Dockerfile.
        targets: as for `check`; None for those of the settings that `policy` names. There is no
            default beyond these.
        no_deps: judge only what is listed, not what it requires.
        installer: who installs, as for `check`.
        **question: the keywords from `constraints` to `policy`, as for `check`.

    Returns:
        The candidates, files, tags, evidence and build plan of the package, target by target.

    Raises:
        UsageError: for what the caller can mend: a package that nothing requires, and no target,
            too. `TargetError` and `RequirementsError` are of this kind.
        IndexUnreachable: where no index answers.
    """
    package, installer = text("package", package), optional_text("installer", installer)
    name = _name(package)
    named = as_list(requirements)
    asking = settled(Question(requirements=named, targets=targets, **question)).question
    if asking.targets is None:
        raise UsageError("name a target, for example --target python:3.12-alpine")
    asking = _by_itself(asking, package) if not named else asking
    refuse_dockerfiles(asking, "name the requirement files that it installs, and its image")
    with asking.open(installer) as opened:
        judge = Judge(
            opened.requirements,
            opened.index,
            no_deps=no_deps,
            installer=installer_named(installer),
            machine=Machine(),
            as_of=opened.as_of,
            sdists=SharedSdists(opened.index),
        )
        return _explained(name, opened, judge)


def _by_itself(question: Question, package: str) -> Question:
    """The question about one requirement; a bare name is a package of the project's settings."""
    if as_list(question.requirements) and package.strip() == Requirement(package).name:
        return question
    return replace(question, requirements=(), packages=(package,))


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
        _on_target(name, project, column, report, opened.requirements, judge)
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
    judge: Judge,
) -> TargetExplanation:
    target = column.resolution.target
    rules = judge.rules_of(target)
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
        files=(
            *_files(known, target, rules, judgement.file),
            *_variants(project, pin.version),
        ),
        evidence=next((piece for piece in package.evidence if column.name in piece.targets), None),
        plan=report.plan(column.name),
    )


def _variants(project: Project | Unknown, version: Version | None) -> Iterator[ExplainedFile]:
    """Variant wheels of the version, or of all where none is chosen: pip passes them over."""
    for file in () if isinstance(project, Unknown) else project.unusable:
        variant = variant_of(file.filename)
        if variant is not None and version in {None, variant.version}:
            yield ExplainedFile(file=file.filename, fits=False, part="variant", why=file.reason)


def _files(
    files: Iterable[Wheel | Sdist], target: Target, rules: FileRules, chosen: Wheel | Sdist | None
) -> Iterator[ExplainedFile]:
    """The file that is taken first, then others that fit, then misses, the nearest first."""
    refusals = {file.filename: refusal_of(file, target, rules) for file in files}
    if chosen is not None:
        yield ExplainedFile(file=chosen.filename, fits=True)
    for filename, refused in refusals.items():
        if refused is None and (chosen is None or filename != chosen.filename):
            yield ExplainedFile(file=filename, fits=True)
    for refused in nearest_first(filter(None, refusals.values()), target):
        miss = miss_value(refused)
        yield ExplainedFile(file=miss.file, fits=False, part=miss.part, why=miss.why)
