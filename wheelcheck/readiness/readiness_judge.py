"""Put the answer together: each package on each new Python, and the bumps of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from wheelcheck.index.interface import Index
from wheelcheck.readiness.new_python import NewPython
from wheelcheck.reports.values.readiness_values import (
    Readiness,
    ReadyPackage,
)
from wheelcheck.reports.values.report import Problem
from wheelcheck.requirements import RequirementLine, Requirements
from wheelcheck.targets import Target

__all__ = ["judge_readiness"]


def judge_readiness(
    requirements: Requirements,
    index: Index,
    wanted: Mapping[str, Sequence[Target]],
    now: Sequence[Target],
    *,
    inputs: Sequence[str] = (),
    no_deps: bool = False,
    declared: Sequence[RequirementLine] = (),
) -> Readiness:
    """Judge whether requirements are ready for new Pythons.

    Args:
        requirements: what was read.
        index: where releases are looked up.
        wanted: the targets of each new Python, by its label.
        now: the same platforms with the present Python.
        inputs: names to show for what was read.
        no_deps: whether only what is listed counts.
        declared: what the project of a lock requires itself; a lock does not say.

    Raises:
        IndexUnreachable: where no index answers.
    """
    judged = {
        label: NewPython(
            label,
            targets,
            requirements,
            index,
            now,
            no_deps=no_deps,
            declared=declared,
        )
        for label, targets in wanted.items()
    }
    names = sorted({name for each in judged.values() for name in each.names})
    bound = requirements.policy.exclude_newer
    present = next(iter(now), None)
    return Readiness(
        inputs=tuple(inputs),
        as_of=bound.isoformat() if bound else None,
        present="{}.{}".format(*present.python) if present else None,
        pythons=tuple(each.answer() for each in judged.values()),
        packages=tuple(_package(name, judged) for name in names),
        problems=tuple(_problems(requirements, judged)),
    )


def _package(name: NormalizedName, judged: Mapping[str, NewPython]) -> ReadyPackage:
    currents = [each.base.current.get(name) for each in judged.values()]
    current = next(filter(None, currents), None)
    return ReadyPackage(
        name=name,
        current=str(current) if current else None,
        pure=all(each.pure(name) for each in judged.values()),
        on={label: each.cell(name) for label, each in judged.items()},
    )


def _problems(requirements: Requirements, judged: Mapping[str, NewPython]) -> Iterator[Problem]:
    for line in requirements.skipped:
        yield Problem(
            code=line.why.code,
            message=line.why.reason,
            package=line.name,
            where=str(line.origin),
        )
    for warning in requirements.warnings:
        yield Problem(code="requirements", message=warning, severity="warning")
    conflicts = dict.fromkeys(each.base.conflict for each in judged.values())
    for conflict in filter(None, conflicts):
        message = f"on the present Python the requirements conflict: {conflict}"
        yield Problem(code="version-conflict", message=message, severity="warning")
    seen = set()
    for label, each in judged.items():
        for name in sorted(each.names):
            cell = each.cell(name)
            if cell.status == "unknown" and (name, cell.reason) not in seen:
                seen.add((name, cell.reason))
                yield Problem(code="not-judged", message=cell.reason, package=name)
        if each.found.conflict:
            message = f"no versions go together on Python {label}: {each.found.conflict}"
            yield Problem(code="version-conflict", message=message, targets=each.target_names)
