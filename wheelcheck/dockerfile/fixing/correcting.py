"""The corrected Dockerfile: what is missing is added, what is built is built once and not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from wheelcheck.distributions.distribution import Family
from wheelcheck.dockerfile.fixing.build_places import BuildPlace, places_of
from wheelcheck.dockerfile.fixing.editing import Correction, Editor, script_of, shell_commands
from wheelcheck.dockerfile.fixing.environments import MarkedStep, add_environments
from wheelcheck.dockerfile.fixing.package_lists import add_updates, has_lists, uses_lists_of_before
from wheelcheck.dockerfile.fixing.pip_commands import without_cache_option
from wheelcheck.dockerfile.fixing.run_libraries import LackingLibraries, add_libraries
from wheelcheck.dockerfile.fixing.stage_split import (
    CACHE_FOLDERS,
    install_line,
    lacking_packages,
    split_stage,
    splits_stage,
)
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.gaps import run_gaps
from wheelcheck.dockerfile.judging.habits import cached
from wheelcheck.dockerfile.judging.run_images import image_stages, lineage
from wheelcheck.dockerfile.reading.dockerfile_model import (
    CopiedFolder,
    Dockerfile,
    InstallStep,
    Stage,
)
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.shell.other_tools import unwrapped
from wheelcheck.dockerfile.reading.shell.system_tools import system_command
from wheelcheck.errors import Unknown
from wheelcheck.loading.image_libraries import installs_packages

__all__ = ["correct", "mount_wheels"]


def correct(
    dockerfile: Dockerfile,
    builds: Iterable[StepBuilds],
    lacking: Iterable[LackingLibraries] = (),
    marked: Iterable[MarkedStep] = (),
) -> Correction | None:
    """Keep the images, and make the source builds succeed, once, and outside of the image.

    A stage that builds for another gets the packages that it lacks and a cache mount, and copied
    wheels are mounted instead. A stage of the image whose RUN installs and does nothing else is
    parted in two, one of which builds; any other RUN gets what it lacks for its own time. Libraries
    that wheels lack are installed where these are imported, and apt fetches its lists where it has
    none. Steps that a distribution's Python refuses get a virtual environment. What must be done by
    hand is in `Correction.remarks`; None where there is nothing to do at all.
    """
    builds = tuple(builds)
    keeps_lists = uses_lists_of_before(dockerfile)
    editor = Editor(dockerfile.name, dockerfile.text, keeps_lists=keeps_lists)
    add_updates(editor, dockerfile)
    places = places_of(dockerfile, builds, editor)
    linked = _linked_libraries(editor, dockerfile, builds, places)
    add_libraries(editor, dockerfile, [*linked, *lacking])
    add_environments(editor, dockerfile, marked)
    for group in _by_run(places):
        _mend(editor, dockerfile, places, group, _lent(builds, group[0].stage))
    if places:
        mount_wheels(editor, dockerfile)
    return editor.correction()


def _linked_libraries(
    editor: Editor,
    dockerfile: Dockerfile,
    builds: Iterable[StepBuilds],
    places: Sequence[BuildPlace],
) -> Iterator[LackingLibraries]:
    """The libraries that other stages' builds link with, right behind the FROM of the last.

    Builds of the image's own stages get theirs in place. What no certain build is known to link
    with is added where the file is changed for the build anyway.
    """
    final = dockerfile.final
    if final is None or final.distribution is None or isinstance(final.target, Unknown):
        return
    own = image_stages(dockerfile)
    placed = [place.builds for place in places if place.stage.index not in own]
    outside = [each for each in builds if each.stage in dockerfile.needed.difference(own)]
    names = sorted(run_gaps(placed, final, inferred=True).keys() | run_gaps(outside, final).keys())
    if names and not installs_packages(final.target, final.distribution):
        message = f"{final.target.name} has no package manager: copy into it what is in"
        editor.remarks[f"{message} {' '.join(names)}"] = None
    elif names:
        yield LackingLibraries(final.index, final.instructions[0].end_line + 1, tuple(names))


def _lent(builds: Iterable[StepBuilds], stage: Stage) -> set[str]:
    """What the wheels of a stage take of packages that bring more, its compilers."""
    needs = (needs for each in builds if each.stage == stage.index for needs in each.lent.values())
    return set().union(*needs)


def _mend(
    editor: Editor,
    dockerfile: Dockerfile,
    places: list[BuildPlace],
    group: list[BuildPlace],
    lent: set[str],
) -> None:
    """Mend one RUN; `group` are the places in it, `lent` is what its stage has of compilers."""
    place = group[0]
    outside = _is_outside(dockerfile, group)
    others = [item for item in places if item.stage is place.stage and item is not place]
    if outside and not _removals(place.script, 0, group[-1].command.offset):
        _mend_builder(editor, group)
    elif (
        not outside
        and not others
        and not _is_built_on(dockerfile, places, place.stage)
        and splits_stage(dockerfile, place)
    ):
        split_stage(editor, dockerfile, place, lent)
    else:
        earlier = [item for item in others if item.run.line < place.run.line]
        staying = set() if outside else _staying(group) - _staying(earlier)
        _mend_in_place(editor, group, sorted(staying))


def _is_built_on(dockerfile: Dockerfile, places: Iterable[BuildPlace], stage: Stage) -> bool:
    """Whether something is built in a stage that begins with all that is in this one."""
    others = (item.stage for item in places if item.stage is not stage)
    return any(stage.index in lineage(dockerfile, other) for other in others)


def _is_outside(dockerfile: Dockerfile, group: list[BuildPlace]) -> bool:
    """Whether nothing of a RUN's builds gets into the image."""
    builds_alone = all(member.step.action == "wheel" for member in group)
    return builds_alone or group[0].stage.index not in image_stages(dockerfile)


def _by_run(places: Iterable[BuildPlace]) -> list[list[BuildPlace]]:
    """The places of each RUN, in the order of their commands."""
    ordered = sorted(places, key=lambda item: (item.run.line, item.command.offset))
    return [list(group) for _, group in groupby(ordered, key=lambda item: item.run.line)]


def _staying(places: Iterable[BuildPlace]) -> set[str]:
    return {name for place in places for name in place.staying(place.stage)}


# Builder stages


def _mend_builder(editor: Editor, group: list[BuildPlace]) -> None:
    """Add the packages that are missing in a stage of its own, and a cache that lasts."""
    place, lacking = group[0], lacking_packages(group)
    if lacking:
        line = install_line(lacking, place.distribution, keeps_lists=editor.keeps_lists)
        editor.insert_before(place.run.line, f"RUN {line}")
    _use_cache(editor, group)


def _use_cache(editor: Editor, group: list[BuildPlace]) -> None:
    """Mount a cache for the RUN, and let each command use it."""
    uncached = {
        member.command.offset: member
        for member in group
        if member.step.tool != "lock" and not cached(member.step)  # these have caches of their own
    }
    for place in uncached.values():
        _cache_command(editor, place)


def _cache_command(editor: Editor, place: BuildPlace) -> None:
    run, command, step = place.script, place.command, place.step
    target = CACHE_FOLDERS["uv" if step.tool == "uv" else "pip"]
    if target not in step.cache_mounts:
        editor.add_flags(place.run, f"--mount=type=cache,target={target}")
    written = run.text[command.offset : command.end]
    new = without_cache_option(written)
    if step.installer == "pip-no-cache":
        new = f"PIP_NO_CACHE_DIR= {new}"
    if new != written:
        editor.replace_words(run, command.offset, command.end, new)


def mount_wheels(editor: Editor, dockerfile: Dockerfile) -> None:
    """Replace copies of wheels by bind mounts, where one step takes them and that is all."""
    for index in image_stages(dockerfile):
        stage = dockerfile.stages[index]
        for copied in stage.copies:
            if copied.made is None or copied.made.kind != "wheels" or copied.stage is None:
                continue
            steps = _steps_with(stage, copied)
            if len(steps) == 1 and len(copied.paths) == 1 and "*" not in copied.paths[0]:
                _mount(editor, stage, steps[0], copied)


def _steps_with(stage: Stage, copied: CopiedFolder) -> list[InstallStep]:
    """The steps that take wheels as they were made, or else what lies where they were copied."""
    same = [
        step for step in stage.steps if any(wheels.made == copied.made for wheels in step.wheels)
    ]
    return same or [
        step
        for step in stage.steps
        if any(wheels.path == copied.destination for wheels in step.wheels)
    ]


def _instruction_on(stage: Stage, line: int) -> Instruction:
    return next(each for each in stage.instructions if each.line == line)


def _mount(editor: Editor, stage: Stage, step: InstallStep, copied: CopiedFolder) -> None:
    run = _instruction_on(stage, step.layer)
    source = copied.paths[0] if copied.paths[0].startswith("/") else f"/{copied.paths[0]}"
    editor.add_flags(
        run,
        f"--mount=type=bind,from={copied.source},source={source.rstrip('/')},"
        f"target={copied.destination}",
    )
    editor.remove(_instruction_on(stage, copied.line))
    removing = {copied.destination, f"{copied.destination}/"}
    for other in stage.instructions:
        if other.keyword == "RUN" and other.line >= run.line:
            dropped = [
                command
                for command in shell_commands(script_of(other))
                if command.texts[:1] == ("rm",) and command.texts[-1] in removing
            ]
            if dropped:
                editor.drop_commands(script_of(other), dropped)


# A stage of the image


def _mend_in_place(editor: Editor, group: list[BuildPlace], staying: list[str]) -> None:
    """Let a RUN bring what it lacks, and take it away again behind its last build."""
    place = group[0]
    spans = list(_spans(group))
    together = bool(spans) and spans[0][0] is place and place.distribution.family is not Family.APK
    if staying and not together:
        _put_before(editor, place, _install_line(editor, place, staying))
    for number, span in enumerate(spans):
        _bring(editor, span, staying if together and not number else ())
    _use_cache(editor, group)


def _install_line(editor: Editor, place: BuildPlace, names: Sequence[str]) -> str:
    """The command that installs packages in a RUN, with apt's lists where those are there."""
    return install_line(
        names,
        place.distribution,
        keeps_lists=editor.keeps_lists,
        has_lists=has_lists(place.script, place.pipeline[0]),
    )


def _spans(group: list[BuildPlace]) -> Iterator[list[BuildPlace]]:
    """The places that lack something; those between which packages are removed are apart."""
    span: list[BuildPlace] = []
    for member in group:
        if not member.lacking:
            continue
        if span and _removals(member.script, span[-1].command.offset, member.command.offset):
            yield span
            span = []
        span.append(member)
    if span:
        yield span


def _removals(script: Instruction, start: int, end: int) -> bool:
    """Whether a RUN removes system packages between two places of what the shell reads."""
    between = (command for command in shell_commands(script) if start <= command.offset < end)
    found = (system_command(unwrapped(command.texts)) for command in between)
    return any(item is not None and item.action == "remove" for item in found)


def _bring(editor: Editor, span: list[BuildPlace], staying: Sequence[str]) -> None:
    """Install what commands of a RUN lack before the first, and remove it behind the last.

    `staying` is installed with it, and is not removed.
    """
    first, last = span[0], span[-1]
    lacking = lacking_packages(span)
    adding = _install_line(editor, first, list(dict.fromkeys((*staying, *lacking))))
    if first.distribution.family is Family.APK:
        adding = adding.replace("--no-cache", "--no-cache --virtual .wheel-deps", 1)
    _put_before(editor, first, adding)
    removing = _removal((name for name in lacking if name not in staying), last)
    if removing:
        end = last.pipeline[1]
        editor.replace(last.script, end, end, f" \\\n && {removing}")


def _removal(names: Iterable[str], place: BuildPlace) -> str:
    """The command that removes packages again, but for those that the author has installed."""
    family = place.distribution.family
    if family is Family.APK:
        return "apk del .wheel-deps"  # what was also requested by name stays
    staying = {package.name for package in place.step.packages}
    gone = " ".join(name for name in names if name not in staying)
    verb = "apt-get purge -y --auto-remove" if family is Family.APT else "dnf remove -y"
    return f"{verb} {gone}" if gone else ""


def _put_before(editor: Editor, place: BuildPlace, command: str) -> None:
    start = place.pipeline[0]
    editor.replace(place.script, start, start, f"{command} \\\n && ")
