"""Is a project ready for a new Python, and what is the smallest bump that makes it so?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Unpack

from wheelcheck.api.questions.argument_values import as_list, target_list
from wheelcheck.api.questions.dockerfile_options import refuse_dockerfiles
from wheelcheck.api.questions.question import Question, keyword_defaults
from wheelcheck.api.questions.question_keywords import Input, QuestionKeywords, with_keywords
from wheelcheck.api.questions.settled import settled
from wheelcheck.errors import TargetError, UsageError
from wheelcheck.readiness.baseline import same_platform
from wheelcheck.readiness.readiness_judge import judge_readiness
from wheelcheck.reports.values.readiness_values import Readiness
from wheelcheck.requirements import RequirementLine, Requirements, read
from wheelcheck.requirements.several import several
from wheelcheck.targets import (
    Implementation,
    Target,
    expand_platforms_on,
    expand_target_on,
    supported_pythons,
)
from wheelcheck.targets.pythons import find_release, newest_release
from wheelcheck.targets.spellings.nearby import on_python

__all__ = ["USUAL_PLATFORMS", "ready"]

USUAL_PLATFORMS = ("linux", "macos", "windows")
"""The platforms that are judged where none are named."""


@with_keywords(QuestionKeywords, keyword_defaults())
def ready(
    requirements: Input | Iterable[Input] = (),
    *,
    pythons: Iterable[str],
    platforms: Iterable[str] = (),
    targets: Iterable[str | Target] = (),
    packages: Iterable[str] = (),
    no_deps: bool = False,
    **question: Unpack[QuestionKeywords],
) -> Readiness:
    """Say which packages are ready for new Pythons, and the smallest bump that makes them so.

    Args:
        requirements: a file name, a requirement, or several: as for `check`, but no Dockerfile.
        pythons: the new Pythons, as in ``["3.15", "3.15t"]``.
        platforms: platforms and groups of them (``["windows", "servers"]``); by default those of
            `targets`, else Linux (glibc and musl, x86_64 and aarch64), macOS and Windows.
        targets: targets whose platforms count, whatever their Python; by default those of the
            settings that `policy` names.
        packages: requirements beside the inputs.
        no_deps: judge only what is listed.
        **question: the keywords from `constraints` to `policy`, as for `check`.

    Returns:
        The answer as a frozen value: `Readiness.pythons` has the bumps, made together, and
        `Readiness.packages` each package. A platform on which the present Python gets no wheel of
        a package either does not count for it.

    Raises:
        UsageError: for a Python that does not exist, and for whatever else the caller can mend.
            `TargetError` and `RequirementsError` are of this kind.
        IndexUnreachable: where no index answers.
    """
    names, spelled = several("pythons", pythons), target_list(targets)
    if not names or not all(isinstance(name, str) for name in names):
        raise UsageError('pythons wants a list of Pythons, as in ["3.15", "3.15t"]')
    settled_question = settled(
        Question(requirements=as_list(requirements), packages=packages, **question)
    ).with_inputs()
    asking = replace(settled_question.question, targets=["glibc-x86_64"])
    if not (platforms or spelled):
        spelled = list(settled_question.settings.targets)
    refuse_dockerfiles(asking, "name the requirement files that it installs")
    bound, moment = asking.moment()
    day = ((bound or moment) - timedelta(microseconds=1)).date()
    chosen = list(platforms) or ([] if spelled else list(USUAL_PLATFORMS))
    wanted = dict(_wanted(name, chosen, spelled, day) for name in names)
    with asking.open() as opened:
        wanted = {label: _inside(found, opened.requirements) for label, found in wanted.items()}
        answer = judge_readiness(
            opened.requirements,
            opened.index,
            wanted,
            _now(wanted, opened.requirements, day),
            inputs=opened.inputs,
            no_deps=no_deps,
            declared=_declared(opened.requirements),
        )
        return answer.model_copy(update={"problems": (*answer.problems, *opened.warnings)})


def _declared(requirements: Requirements) -> tuple[RequirementLine, ...]:
    """What the projects beside the locks require; what cannot be read is left out."""
    folders = dict.fromkeys(Path(lock.origin.file).parent for lock in requirements.locks)
    found: list[RequirementLine] = []
    for folder in folders:
        project = folder / "pyproject.toml"
        if project.is_file():
            with suppress(UsageError):
                found += read([project]).lines
    return tuple(found)


def _wanted(
    python: str, platforms: Sequence[str], targets: Sequence[str | Target], day: date
) -> tuple[str, tuple[Target, ...]]:
    """The label of a new Python, and its targets. Raises `UsageError` where it does not exist."""
    probe = _on_platforms(python, ("glibc-x86_64",), day)[0]
    _require_released(probe, day)
    found = list(_on_platforms(python, platforms, day)) if platforms else []
    for given in targets:
        expanded = (
            (given,)
            if isinstance(given, Target)
            else expand_target_on(given, as_of=day, pythons=[python])
        )
        moved = (on_python(target, python, day) for target in expanded)
        found += [target for target in moved if target is not None]
    label = "{}.{}".format(*probe.python) + ("t" if probe.free_threaded else "")
    if probe.implementation is not Implementation.CPYTHON:
        label = f"{probe.implementation.title} {label}"
    if not found:
        raise UsageError(f"none of these targets has builds of Python {label}")
    return label, tuple({target.name: target for target in found}.values())


def _on_platforms(python: str, platforms: Sequence[str], day: date) -> tuple[Target, ...]:
    try:
        return expand_platforms_on(platforms, as_of=day, pythons=[python])
    except TargetError as error:
        if error.spelling in {*platforms, "glibc-x86_64"} and "no platform" not in error.why:
            raise UsageError(f"--python {python}: {error.why}") from None
        raise


def _require_released(target: Target, day: date) -> None:
    """Raise `UsageError` for a Python, or a patch release, that is not known to be out."""
    own = target.implementation
    release = newest_release(own, target.python, day)
    wanted = "{}.{}".format(*target.python)
    if release is None:
        usual = own is Implementation.CPYTHON
        newest = supported_pythons(day)[-1] if usual else None
        title = "" if usual else f"{own.title} "
        hint = ": the newest is {}.{}".format(*newest) if newest else ""
        raise UsageError(f"there is no {title}Python {wanted} as of {day}{hint}")
    if find_release(own, target.python_full_version) is None:
        raise UsageError(
            f"there is no Python {target.python_full_version} as of {day}: the newest of {wanted} "
            f"is {release.python_version}"
        )


def _inside(targets: Sequence[Target], requirements: Requirements) -> tuple[Target, ...]:
    """The targets without the platforms that the inputs are not for; all, where that is none."""
    scopes = [s for s in requirements.scopes if not s.advisory and s.kind == "environment"]
    inside = tuple(t for t in targets if all(scope.admits(t) for scope in scopes))
    return inside or tuple(targets)


def _now(
    wanted: Mapping[str, Sequence[Target]], requirements: Requirements, day: date
) -> tuple[Target, ...]:
    """The same platforms with the present Python.

    That is the newest before them for which the inputs are; else the oldest that is supported.
    """
    targets = list(chain.from_iterable(wanted.values()))
    oldest = min(targets, key=lambda target: target.python).python
    scopes = [scope for scope in requirements.scopes if not scope.advisory]
    known = supported_pythons(day)
    before = [python for python in known if python < oldest] or list(known)
    for python in reversed(before):
        found = _with_python(targets, python, day)
        inside = [target for target in found if all(scope.admits(target) for scope in scopes)]
        if inside:
            return _distinct(inside)
    return _distinct(_with_python(targets, before[0], day))


def _with_python(targets: Iterable[Target], python: tuple[int, int], day: date) -> list[Target]:
    """The targets with another Python, as far as there is one."""
    found = (on_python(target, "{}.{}".format(*python), day) for target in targets)
    return [target for target in found if target is not None]


def _distinct(targets: Iterable[Target]) -> tuple[Target, ...]:
    """One target of each platform."""
    distinct: list[Target] = []
    for target in targets:
        if same_platform(target, distinct) is None:
            distinct.append(target)
    return tuple(distinct)
