"""Older build requirements, with which an sdist builds that today's break."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import structs
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.installers import Rule, Tool
from wheelcheck.reports.values.build_values import SourceBuild
from wheelcheck.requirements import Requirements
from wheelcheck.targets import Target

__all__ = ["constraint_caveat", "constraint_change", "constraint_sets", "with_build_constraints"]

_FILE = "build-constraints.txt"
_SINCE = re.compile(
    r"\b(?:since|gone from) (?P<name>[A-Za-z][\w.-]*) (?P<version>\d+(?:\.\d+)*)\b", re.ASCII
)
"""How obstacles name the release of a build requirement that broke something."""


def constraint_sets(column: JudgedTarget) -> Iterator[tuple[str, ...]]:
    """Build constraints that may let the failing builds of a target succeed, the mildest first.

    Those that keep out the releases which the failures name, then with those of the sdists' own
    time besides. Whether they help is judged with them.
    """
    if column.summary is None:
        return
    failing = [build for build in column.summary.plan.builds if build.fails]
    named = _tightest(line for build in failing for line in _before_breaks(build))
    of_the_time = [line for build in failing for line in _lines(build.constraints)]
    both = _tightest([*named, *of_the_time])
    for lines in dict.fromkeys((named, both)):
        if lines:
            yield lines


def _before_breaks(build: SourceBuild) -> Iterator[str]:
    """Bounds below the releases of its build requirements that a failure names."""
    there = {requirement.name for requirement in build.environment}
    for obstacle in build.obstacles:
        for match in _SINCE.finditer(obstacle.message) if obstacle.fatal else ():
            name = canonicalize_name(match["name"])
            if name in there:
                yield f"{name}<{match['version']}"


def _lines(constraints: str) -> list[str]:
    return [line for line in constraints.splitlines() if line and not line.startswith("#")]


_BOUND = re.compile(r"(?P<name>[a-z0-9-]+)<=?(?P<version>\S+)")


def _tightest(lines: Iterable[str]) -> tuple[str, ...]:
    """For each project the lowest upper bound."""
    found: dict[str, tuple[Version, str]] = {}
    for line in lines:
        bound = _BOUND.fullmatch(line)
        if bound:
            each = Version(bound["version"]), line
            found[bound["name"]] = min(each, found.get(bound["name"], each))
    return tuple(line for _, (_, line) in sorted(found.items()))


def with_build_constraints(requirements: Requirements, lines: tuple[str, ...]) -> Requirements:
    """Add build constraints as `constraint_change` says: by what an installer obeys."""
    return structs.replace(
        requirements,
        build_constraints=(*requirements.build_constraints, *lines),
        inherited_constraints=(*requirements.inherited_constraints, *lines),
        use_pep517=True,
    )


def constraint_change(target: Target, lines: Collection[str]) -> tuple[str, ...]:
    """What to write, so that the installer of a target takes these build requirements."""
    installer = target.installer
    if installer.tool is Tool.UV:
        quoted = ", ".join(f'"{line}"' for line in lines)
        return (
            *(f"{line}  # in {_FILE}" for line in lines),
            f"uv pip install --build-constraints {_FILE} …",
            f"build-constraint-dependencies = [{quoted}]  # in a project, under [tool.uv]",
        )
    isolating = [] if installer.has(Rule.ALWAYS_ISOLATES) else ["PIP_USE_PEP517=1"]
    settings = [*isolating, *(f"{name}={_FILE}" for name in installer.constraint_variables)]
    return (*(f"{line}  # in {_FILE}" for line in lines), f"{' '.join(settings)} pip install …")


def constraint_caveat(target: Target) -> str:
    """What the setting does besides, where the release of pip makes a difference."""
    installer = target.installer
    if installer.tool is Tool.UV:
        return "it holds for every build, not for this package alone"
    if len(installer.constraint_variables) > 1:
        return "pip before 25.3 obeys the first variable, later releases the second"
    if installer.has(Rule.BUILD_CONSTRAINT):
        return "it holds for every build, not for this package alone"
    return "it holds for every build, and for what is installed too"
