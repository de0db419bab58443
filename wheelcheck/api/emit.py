"""The Dockerfile that installs requirements on a target's image as it should be done."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePath

from packaging.requirements import Requirement

from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget, TargetBuilds
from wheelcheck.analysis.shared_sdists import SharedSdists
from wheelcheck.api.questions.argument_values import as_list
from wheelcheck.api.questions.dockerfile_options import refuse_dockerfiles
from wheelcheck.api.questions.question import OpenQuestion, Question
from wheelcheck.api.questions.settled import settled
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.builds.needs.system_packages import InstallCommands
from wheelcheck.builds.outlook import Outlook
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.fixing.new_dockerfile import PipInputs, emit_dockerfile
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.index.network.urls import local_path
from wheelcheck.redaction import redact, without_secrets
from wheelcheck.reports.wording.phrases import clean
from wheelcheck.requirements import Requirements, in_any_order
from wheelcheck.requirements.requirement_set import RequirementLine
from wheelcheck.targets import Target

__all__ = ["emit"]

_OTHER_SUFFIXES = frozenset({".toml", ".lock", ".py", ".cfg", ".yml", ".yaml"})
_OTHER_NAMES = frozenset({"Pipfile"})


def emit(question: Question) -> str:
    """Write a Dockerfile for the one target of a question: what has no wheel is built apart.

    Inputs that pip does not read by itself (projects, locks, standard input) are written into it as
    a requirement file. Raises `UsageError` where there is more than one target, a folder of links,
    which an image does not see, or a package that cannot be installed there. Credentials of an
    index are left out: they would stay in the image.
    """
    question = settled(question).question
    refuse_dockerfiles(question, "judged by itself, it is corrected as a diff")
    with question.open() as opened:
        judged = _judged(opened)
    builds = judged.builds
    outlooks = builds.outlooks if builds is not None else ()
    commands = _commands(builds) if builds is not None else None
    constraints = _constraints(outlooks)
    loads = [found for found in judged.loads.values() if found.status.fails]
    written = emit_dockerfile(
        judged.resolution.target,
        _inputs(question, opened, judged.resolution.target),
        commands,
        build_constraints=constraints,
        run_packages=sorted({package for found in loads for package in found.packages}),
    )
    if isinstance(written, Unknown):
        raise UsageError(written.reason)
    failing = () if constraints else _failing(outlooks)
    first, _, rest = written.partition("\n")  # the line that names the syntax must stay the first
    return "\n".join([first, *_mind(opened), *failing, rest])


def _judged(opened: OpenQuestion) -> JudgedTarget:
    """The one target, judged; raises `UsageError` where nothing can be installed there."""
    if len(opened.targets) != 1:
        raise UsageError("a Dockerfile is written for one target: name it with --target")
    (target,) = opened.targets
    judged = Judge(
        opened.requirements,
        opened.index,
        installer=InstallerKind.PIP,
        machine=Machine(),
        as_of=opened.as_of,
        sdists=SharedSdists(opened.index),
    ).column(target)
    lost = [name for name, (_, found) in judged.judged.items() if found.file is None]
    if judged.resolution.conflict or lost:
        why = judged.resolution.conflict or f"no file fits for {', '.join(lost)}"
        raise UsageError(f"nothing can be installed on {target.name}: {why}")
    return judged


def _commands(builds: TargetBuilds) -> InstallCommands:
    """What the builds need; raises `UsageError` where that is not known."""
    if isinstance(builds.commands, Unknown):
        raise UsageError(builds.commands.reason)
    return builds.commands


def _mind(opened: OpenQuestion) -> Iterator[str]:
    """A comment where pip in the image does not see the index as it was judged."""
    bound = opened.requirements.policy.exclude_newer
    if bound is not None:
        yield f"# judged by files from before {bound:%Y-%m-%d %H:%M} UTC; pip takes newer files"
    for line in opened.requirements.skipped:
        what = clean(line.text or line.name or str(line.origin))
        yield f"# not in here: {what}, {line.why.reason}"


def _failing(outlooks: Sequence[Outlook]) -> Iterator[str]:
    """A comment for each build that fails for certain: nothing written here can help it."""
    for outlook in outlooks:
        why = next(
            (clean(obstacle.message) for obstacle in outlook.obstacles if obstacle.fatal), None
        )
        if why is not None:
            yield f"# {clean(outlook.build.label)} will not build: {why}"


def _constraints(outlooks: Sequence[Outlook]) -> str:
    """The build constraints without which the one build would fail; "" where there are others.

    A constraint file holds for all build environments at once: the time of one sdist is not that
    of another.
    """
    if len(outlooks) != 1 or not outlooks[0].fails():
        return ""
    return outlooks[0].constraints


def _inputs(question: Question, opened: OpenQuestion, target: Target) -> PipInputs:
    """What pip is given: files that it reads, and the lines of those that it does not."""
    named_files = [str(item) for item in as_list(question.requirements)]
    lines = opened.requirements.lines
    documents = [name for name in named_files if _is_document(name, lines)]
    files = tuple(name for name in named_files if name not in documents)
    constraints = tuple(map(str, question.constraints))
    packages = tuple(map(without_secrets, question.packages))
    taken = [line for line in lines if line.origin.file in documents]
    return PipInputs(
        files=files,
        constraints=constraints,
        included=tuple(_included(opened.requirements, {*named_files, *constraints})),
        packages=packages,
        options=tuple(_options(question)),
        no_binary=opened.requirements.policy.no_binary.applies,
        written=_written(taken, documents, target),
        locked=_are_locked(taken) and not (files or packages),
        projects=tuple(_projects(lines)),
    )


def _are_locked(lines: Sequence[RequirementLine]) -> bool:
    return bool(lines) and all(line.locked for line in lines)


def _projects(lines: Sequence[RequirementLine]) -> Iterator[str]:
    """Folders of projects that lines name, from the working folder."""
    for line in lines:
        folder = local_path(line.requirement.url or "") if line.in_folder else None
        if folder:
            yield os.path.relpath(folder)


def _is_document(name: str, lines: Sequence[RequirementLine]) -> bool:
    """Whether pip does not read an input by itself: a project, a lock, standard input."""
    last = PurePath(name).name
    locked = any(line.locked for line in lines if line.origin.file == name)
    return locked or name == "-" or last in _OTHER_NAMES or PurePath(name).suffix in _OTHER_SUFFIXES


def _written(lines: Sequence[RequirementLine], files: Sequence[str], target: Target) -> str:
    """The lines of a requirement file that says what projects and locks say for a target."""
    if not lines:
        return ""
    environment = target.marker_environment()
    found = []
    for line in lines:
        marker = line.requirement.marker
        if marker is not None and not marker.evaluate(environment):
            continue
        bare = Requirement(str(line.requirement).partition(";")[0])
        hashes = "".join(f" \\\n    --hash={each}" for each in sorted(line.hashes))
        found.append(f"{bare}{hashes}")
    names = ", ".join("standard input" if name == "-" else name for name in files)
    return "\n".join([f"# from {names}: write it again when that changes", *found])


def _options(question: Question) -> Iterator[str]:
    """What the question says of choosing, in pip's words."""
    if question.pre:
        yield "--pre"
    if question.prefer_binary:
        yield "--prefer-binary"
    controls = in_any_order(only_binary=question.only_binary, no_binary=question.no_binary)
    yield from (f"--{option}={names}" for option, names in controls)
    if question.no_index:
        yield "--no-index"
    if question.index_url is not None:
        yield f"--index-url={_public(question.index_url)}"
    yield from (f"--extra-index-url={_public(url)}" for url in question.extra_index_urls)
    yield from (f"--find-links={_public(place)}" for place in question.find_links)


def _public(place: str) -> str:
    if not place.startswith(("http://", "https://")):
        raise UsageError(f"{redact(place)}: an image does not see places of this machine")
    return without_secrets(place)


def _included(requirements: Requirements, named: Collection[str]) -> Iterator[str]:
    """Every file that a line is in, once, but for those that are named."""
    lines = (*requirements.lines, *requirements.constraints)
    files = dict.fromkeys(line.origin.file for line in lines if line.origin.line is not None)
    for file in files:
        if file not in named and not file.startswith(("-", "<")):
            yield file
