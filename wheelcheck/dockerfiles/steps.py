"""Which steps of a Dockerfile are to be resolved and planned, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wheelcheck.builds.environment import Installer
from wheelcheck.errors import Unknown
from wheelcheck.requirements.dockerfile import Dockerfile, InstallStep, Stage
from wheelcheck.requirements.model import Requirements
from wheelcheck.targets import Target

__all__ = ["StepToJudge", "steps_to_judge"]


@dataclass(frozen=True, slots=True)
class StepToJudge:
    """One install step with all that resolving and planning it takes.

    `requirements` are the step's, but with the index even where it says ``--no-index``: what a
    folder of the image holds is not known, and the index has what it was filled from.
    """

    stage: Stage
    step: InstallStep
    target: Target
    requirements: Requirements
    installer: Installer


def steps_to_judge(dockerfile: Dockerfile) -> tuple[StepToJudge, ...]:
    """The steps that may build something for the image, in the order of the file.

    Left out are stages that the image does not need, stages on an unknown target, steps that take
    ready wheels alone, and steps of which no requirement could be read. Each step is judged by
    itself: what an earlier one has installed is not taken into account.
    """
    return tuple(_steps(dockerfile))


def _steps(dockerfile: Dockerfile) -> Iterator[StepToJudge]:
    for stage in dockerfile.stages:
        if stage.index not in dockerfile.needed or isinstance(stage.target, Unknown):
            continue
        for step in stage.steps:
            if step.builds and step.requirements.lines:
                index = replace(step.requirements.index, no_index=False)
                yield StepToJudge(
                    stage,
                    step,
                    stage.target,
                    replace(step.requirements, index=index),
                    Installer(step.installer),
                )
