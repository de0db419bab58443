"""Who gained wheels between two surveys, and who lost them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wheelcheck.survey.day import DayOfSurvey

__all__ = ["SurveyChange", "changes", "render_changes"]

_SHOWN = 40
_SHOWN_TARGETS = 4


@dataclass(frozen=True, slots=True)
class SurveyChange:
    """A project whose latest release gained or lost a wheel on some targets."""

    project: str
    old_version: str
    new_version: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def changes(old: DayOfSurvey, new: DayOfSurvey) -> tuple[SurveyChange, ...]:
    """All changes on the projects and targets that both surveys have, by project."""
    return tuple(_changes(old, new))


def _changes(old: DayOfSurvey, new: DayOfSurvey) -> Iterator[SurveyChange]:
    targets = [target for target in new.targets if target in set(old.targets)]
    before, after = _wheels(old, targets), _wheels(new, targets)
    old_rows = {project: row for row, project in enumerate(old.projects)}
    for row, project in enumerate(new.projects):
        earlier = old_rows.get(project)
        if earlier is None or (before[earlier] == after[row]).all():
            continue
        was, now = before[earlier].tolist(), after[row].tolist()
        yield SurveyChange(
            project,
            old.versions[earlier],
            new.versions[row],
            tuple(target for target, had, has in zip(targets, was, now, strict=True) if has > had),
            tuple(target for target, had, has in zip(targets, was, now, strict=True) if had > has),
        )


def _wheels(day: DayOfSurvey, targets: list[str]) -> NDArray[np.bool_]:
    """Whether each project has a wheel, a column for each of these targets."""
    return day.has_wheel[:, [day.targets.index(target) for target in targets]]


def render_changes(found: tuple[SurveyChange, ...], old: DayOfSurvey, new: DayOfSurvey) -> str:
    """The changes as text, those who lost wheels first."""
    lost = [change for change in found if change.lost]
    gained = [change for change in found if change.gained]
    both = len(set(old.projects) & set(new.projects))
    summary = f"{len(gained)} projects gained wheels and {len(lost)} lost some"
    lines = [f"Between {old.day} and {new.day}, {summary}, of {both} in both surveys."]
    for heading, some in (("Lost", lost), ("Gained", gained)):
        if some:
            lines += ["", heading]
            lines += [_line(change, heading) for change in some[:_SHOWN]]
            if len(some) > _SHOWN:
                lines.append(f"  and {len(some) - _SHOWN} more (--format json has all)")
    return "\n".join(lines) + "\n"


def _line(change: SurveyChange, heading: str) -> str:
    targets = change.lost if heading == "Lost" else change.gained
    hidden = len(targets) - _SHOWN_TARGETS
    where = ", ".join(targets[:_SHOWN_TARGETS]) + (f" and {hidden} more" if hidden > 0 else "")
    return f"  {change.project} {change.old_version} → {change.new_version}: {where}"
