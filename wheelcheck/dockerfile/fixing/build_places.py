"""Where a Dockerfile builds something, and what its builds lack there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from wheelcheck.builds.outlook import Outlook
from wheelcheck.distributions.distribution import Distribution, distribution_of
from wheelcheck.dockerfile.fixing.editing import Editor, script_of, shell_commands
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.gaps import build_gaps, run_gaps
from wheelcheck.dockerfile.judging.missing import FAILS_WITH_ANOTHER, failures_of, named
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.shell.script_commands import Command
from wheelcheck.dockerfile.reading.stages.base_images import base_image
from wheelcheck.errors import Unknown
from wheelcheck.loading.image_libraries import installs_packages

__all__ = ["BuildPlace", "places_of", "user_at"]

_PIPES = {"|", "|&"}
_BREAKS = "build-requirement-breaks"


@dataclass(frozen=True, slots=True)
class BuildPlace:
    """An install step with its RUN, its command there, and what its builds ask of the system.

    Where the step is in the script of a ``sh -c``, its command is that of the ``sh``.

    `lacking` are the build packages that its builds need or may need, and that are not there.
    """

    stage: Stage
    step: InstallStep
    run: Instruction
    command: Command
    builds: StepBuilds
    distribution: Distribution
    lacking: tuple[str, ...]

    @property
    def script(self) -> Instruction:
        """What the shell reads, to which offsets belong."""
        return script_of(self.run)

    @property
    def pipeline(self) -> tuple[int, int]:
        """Where the pipe begins and ends that its command is a part of: mostly, the command alone.

        A pipe into a loop or the like is not followed.
        """
        every, own = shell_commands(self.script), self.command
        first = last = every.index(own)
        while first and every[first - 1].operator in _PIPES:
            first -= 1
        while every[last].operator in _PIPES and last + 1 < len(every):
            last += 1
        parts = every[first : last + 1]
        if any((each.within, each.depth) != (own.within, own.depth) for each in parts):
            return own.offset, own.end
        return parts[0].offset, parts[-1].end

    def staying(self, final: Stage, without: Collection[int] = ()) -> tuple[str, ...]:
        """Run-time packages that the final stage lacks, also `without` some of its layers."""
        there = [package for package in final.bringing if package.layer not in without]
        gaps = run_gaps([self.builds], final, there, inferred=True)
        return tuple(sorted(gaps))


def places_of(
    dockerfile: Dockerfile, builds: Iterable[StepBuilds], editor: Editor
) -> list[BuildPlace]:
    """The steps that compile and can be changed; `editor.remarks` receives what can not."""
    found = []
    for build in builds:
        stage = dockerfile.stages[build.stage]
        if build.compiled and stage.index in dockerfile.needed and build.step_of(stage).builds:
            place = _place_of(dockerfile, build, editor)
            if place is not None:
                found.append(place)
                editor.remarks |= dict.fromkeys(_remarks(build.outlooks))
    return found


def _place_of(dockerfile: Dockerfile, build: StepBuilds, editor: Editor) -> BuildPlace | None:
    """The place of a step's builds; None where it cannot be changed, which is remarked."""
    stage = dockerfile.stages[build.stage]
    step = build.step_of(stage)
    distribution = distribution_of(build.plan.target)
    if isinstance(distribution, Unknown):
        return None
    gaps = build_gaps(stage, step, build, distribution)
    lacking = tuple(sorted({name for gap in gaps for name in gap.packages}))
    run = next(each for each in stage.instructions if each.line == step.layer)
    command = _command_of(run, step)
    user = user_at(dockerfile, stage, step.layer)
    where = f"line {step.line}"
    if not installs_packages(build.plan.target, distribution):
        image = build.plan.target.name
        editor.remarks[f"{where}: {image} has no package manager: build in another stage"] = None
    elif user:
        editor.remarks[f"{where} runs as {user}, who can install no packages"] = None
    elif command is None:
        form = "a heredoc" if run.heredocs else "exec form"
        message = f"{where}: no correction is offered for a command in {form}"
        editor.remarks[f"{message}; {_adding(lacking)}" if lacking else message] = None
    else:
        return BuildPlace(stage, step, run, command, build, distribution, lacking)
    return None


def _adding(names: Iterable[str]) -> str:
    return f"add {' '.join(names)} before it"


def user_at(dockerfile: Dockerfile, stage: Stage, line: int) -> str:
    """Who runs the RUN on a line; "" for root, and where the image's user is not known."""
    found = [
        each.text.split(":")[0]
        for each in stage.instructions
        if each.keyword == "USER" and each.line < line
    ]
    if not found and stage.parent is not None:
        parent = dockerfile.stages[stage.parent]
        return user_at(dockerfile, parent, parent.instructions[-1].end_line + 1)
    user = found[-1] if found else base_image(stage.image).user
    return "" if user in {"root", "0"} else user


def _remarks(outlooks: Iterable[Outlook]) -> Iterator[str]:
    """What a change of the Dockerfile does not mend."""
    outlooks = tuple(outlooks)
    failures = failures_of(outlook for outlook in outlooks if not _mended_by_constraints(outlook))
    lost = failures.labels if failures else ()
    labels = [outlook.build.label for outlook in outlooks if outlook.constraints]
    aged = tuple(dict.fromkeys(label for label in labels if label not in lost))
    if aged:
        verb, whose = ("needs", "its") if len(aged) == 1 else ("need", "their")
        yield f"{named(aged)} {verb} build requirements of {whose} own time"
    if failures:
        yield f"{named(lost)} cannot be built in any case: {failures.reasons}"


def _mended_by_constraints(outlook: Outlook) -> bool:
    """Whether build requirements of its own time are all that a build wants."""
    fatal = [obstacle for obstacle in outlook.obstacles if obstacle.fatal]
    return bool(outlook.constraints) and all(
        obstacle.code in {_BREAKS, FAILS_WITH_ANOTHER} for obstacle in fatal
    )


def _command_of(run: Instruction, step: InstallStep) -> Command | None:
    """The shell command that a step was read from; None where it has no place of its own."""
    for command in shell_commands(script_of(run)):
        if command.offset == step.offset:
            return command
    return None
