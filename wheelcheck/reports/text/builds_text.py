"""Source builds for people: what to install for them, what may stop them, the plan in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.build_values import (
    BuildPlan,
    BuildRequirement,
    Commands,
    Obstacle,
    SourceBuild,
)
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.marks import MARKS
from wheelcheck.reports.wording.phrases import clean, counted, listing
from wheelcheck.reports.wording.target_names import Places

__all__ = ["draw_commands", "draw_obstacle", "draw_plan", "draw_plans", "draw_recipes"]

_MOST_GROUPS = 4
_MOST_OBSTACLES = 6
_PERHAPS = frozenset({"build-requirement-later-major"})
"""Codes that belong to the whole reasoning, not on one screen."""
_VERSION = re.compile(r"(?<=Python )\d+\.\d+t?")


def draw_recipes(page: TextPage, report: Report, places: Places) -> None:
    """Write what building takes and its obstacles: once for targets that are alike."""
    plans = [plan for plan in report.builds if plan.compiled and not _is_hopeless(plan)]
    if not plans:
        if any(build.obstacles for plan in report.builds for build in plan.builds):
            page.heading("What builds run into")
            _draw_obstacles(page, report.builds, places)
        return
    page.heading("To build it all the same")
    groups = _grouped(plans, lambda plan: (_recipe(plan), _builds(plan)))
    for group in groups[:_MOST_GROUPS]:
        plan = group[0]
        place = places.describe([plan.target for plan in group])
        page.prose(Text.assemble((place, "bold"), f": {_summary(plan)}"), hang=2)
        if plan.commands:
            draw_commands(page, plan.commands, indent=2)
    left = sum(len(group) for group in groups[_MOST_GROUPS:])
    if left:
        page.prose(Text(f"and {counted(left, 'more target')}: --builds has them all", "dim"))
    _draw_obstacles(page, report.builds, places)


def _is_hopeless(plan: BuildPlan) -> bool:
    """Whether all that is built for itself fails, and neither a package nor constraints help."""
    if plan.commands and (plan.commands.build or plan.commands.unresolved):
        return False
    return all(build.fails and not build.constraints for build in plan.builds if build.top_level)


def draw_plans(page: TextPage, report: Report, places: Places) -> None:
    """Write every build plan in order, once for targets that are alike."""
    for group in _grouped(report.builds, lambda plan: (_builds(plan), plan.cycles)):
        page.heading(f"Build plan for {places.describe([plan.target for plan in group])}")
        draw_plan(page, group[0])


def _grouped(
    plans: Iterable[BuildPlan], key: Callable[[BuildPlan], Hashable]
) -> list[list[BuildPlan]]:
    groups: dict[Hashable, list[BuildPlan]] = {}
    for plan in plans:
        groups.setdefault(key(plan), []).append(plan)
    return list(groups.values())


def _recipe(plan: BuildPlan) -> Hashable:
    """What is shown of a plan's commands: their distribution only where it lacks a package."""
    commands = plan.commands
    if commands is None or commands.unresolved:
        return commands
    return commands.build, commands.remove, commands.run


def _builds(plan: BuildPlan) -> Hashable:
    return tuple((build.label, build.times, build.asked_by) for build in plan.builds)


def _summary(plan: BuildPlan) -> str:
    """``13 sdists are built, 14 builds in all, 3 only to build others, 6 tried and not taken``."""
    total = sum(build.times for build in plan.builds)
    text = f"{counted(len(plan.builds), 'sdist')} {'is' if len(plan.builds) == 1 else 'are'} built"
    if total != len(plan.builds):
        text += f", {total} builds in all"
    others = [build for build in plan.builds if not build.top_level]
    tried = sum(not build.asked_by for build in others if build.tried_by)
    if len(others) > tried:
        text += f", {len(others) - tried} only to build others"
    return f"{text}, {tried} tried and not taken" if tried else text


def draw_commands(page: TextPage, commands: Commands, *, indent: int = 0) -> None:
    """Write the commands to paste, whole lines each, and what they leave open."""
    for command, when in (
        (commands.build, "before"),
        (commands.remove, "after"),
        (commands.run, "to run it"),
    ):
        if command:
            line = Text.assemble(" " * indent, (clean(command), "cyan"), (f"  # {when}", "dim"))
            page.line(line)
    if commands.unresolved:
        names = listing(list(map(clean, commands.unresolved)))
        verb = "its package is" if len(commands.unresolved) == 1 else "their packages are"
        text = f"needs {names}; {verb} not known here for {commands.distribution}"
        page.prose(text, indent=indent)


def draw_plan(page: TextPage, plan: BuildPlan) -> None:
    """Write one plan: each build after those that its environment needs."""
    side = len(str(len(plan.builds)))
    for number, build in enumerate(plan.builds, 1):
        mark = MARKS[build.verdict]
        head = Text.assemble((f"{number:>{side}} ", "dim"), (mark.sign, mark.style), " ")
        head.append(clean(build.label), style="bold")
        head.append(f" × {build.times}" if build.times > 1 else "")
        head.append(_purpose(build), style="dim")
        page.prose(head, hang=side + 3)
        for line in _environment(build):
            page.prose(Text(line, "dim"), indent=side + 3)
        needs = _needs(build)
        if needs:
            page.prose(Text(f"needs {needs}", "dim"), indent=side + 3)
        for obstacle in build.obstacles:
            draw_obstacle(page, obstacle, indent=side + 3)
    for cycle in plan.cycles:
        page.prose(f"! a circle of build requirements: {' → '.join(map(clean, cycle))}", hang=2)
    if plan.commands:
        draw_commands(page, plan.commands)
    elif plan.commands_unknown:
        page.prose(Text(f"No commands: {clean(plan.commands_unknown)}.", "dim"))


def _purpose(build: SourceBuild) -> str:
    """``, installed, and to build scipy 1.10.1``; for a version that is only tried, who does."""
    reasons = ["installed"] if build.top_level else []
    if build.asked_by:
        reasons.append(f"to build {listing(list(map(clean, build.asked_by)), 4)}")
    if build.tried_by:
        trying = listing([_trying(label) for label in build.tried_by], 4)
        reasons.append(f"tried for its metadata by {trying}, which takes an older version")
    if not build.sources_read:
        reasons.append("its sources not read")
    return "" if reasons == ["installed"] else "".join(f", {reason}" for reason in reasons)


def _trying(label: str) -> str:
    return "the installation" if label == "requirements" else clean(label)


def _environment(build: SourceBuild) -> Iterable[str]:
    if build.environment:
        pins = [_required(pin) for pin in build.environment]
        yield f"in an environment of {', '.join(map(clean, pins))}"


def _required(requirement: BuildRequirement) -> str:
    """``numpy 1.19.5 (built)``: build requirements come as wheels unless marked."""
    label = f"{requirement.name} {requirement.version or '?'}"
    return (
        label
        if requirement.file is None or requirement.file.endswith(".whl")
        else f"{label} (built)"
    )


def _needs(build: SourceBuild) -> str:
    parts = []
    for need in build.needs:
        if need.from_pypi or need.role == "bundled":
            continue
        least = f" >= {need.minimum_version}" if need.minimum_version else ""
        parts.append(f"{need.name}{least}{' (optional)' if need.role == 'optional' else ''}")
    return ", ".join(map(clean, parts))


def draw_obstacle(page: TextPage, obstacle: Obstacle, *, indent: int = 0, who: str = "") -> None:
    """Write one obstacle with its source."""
    text = Text("✗ " if obstacle.fatal else "! ", "bold red" if obstacle.fatal else "yellow")
    text.append(who, style="bold")
    text.append(clean(obstacle.message))
    text.append(f" [{clean(obstacle.code)}: {clean(obstacle.source)}]", style="dim")
    page.prose(text, indent=indent, hang=2)


@dataclass(frozen=True, slots=True)
class _AlikeObstacles:
    """Obstacles of one build whose messages differ in nothing but the version of Python."""

    label: str
    messages: dict[Obstacle, list[str]]
    """Each with its targets."""

    @property
    def example(self) -> Obstacle:
        return next(iter(self.messages))

    @property
    def targets(self) -> list[str]:
        return [target for targets in self.messages.values() for target in targets]


def _draw_obstacles(page: TextPage, plans: Sequence[BuildPlan], places: Places) -> None:
    """What may stop a build, certain failures first, each once, with all its targets."""
    found: dict[tuple[str, str, bool, str], _AlikeObstacles] = {}
    whom: dict[str, str] = {}
    for plan in plans:
        for build in plan.builds:
            if build.asked_by and not build.top_level:
                whom[build.label] = f" (to build {listing(list(map(clean, build.asked_by)), 2)})"
            for obstacle in build.obstacles:
                if obstacle.code not in _PERHAPS:
                    alike = _VERSION.sub("", obstacle.message)
                    key = (build.label, obstacle.code, obstacle.fatal, alike)
                    group = found.setdefault(key, _AlikeObstacles(build.label, {}))
                    group.messages.setdefault(obstacle, []).append(plan.target)
    ordered = sorted(found.values(), key=lambda group: (not group.example.fatal, group.label))
    for group in ordered[:_MOST_OBSTACLES]:
        where = f" on {places.describe(group.targets)}" if len(plans) > 1 else ""
        verb = "fails" if group.example.fatal else "may fail"
        who = f"{clean(group.label)}{whom.get(group.label, '')} {verb}{where}: "
        if len(group.messages) > 1:
            who += f"for example on {places.describe(group.messages[group.example])}: "
        draw_obstacle(page, group.example, who=who)
    left = len(ordered) - _MOST_OBSTACLES
    if left > 0:
        page.prose(Text(f"and {counted(left, 'more obstacle')}: see --builds", "dim"), hang=2)
