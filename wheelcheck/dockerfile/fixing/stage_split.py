"""Splitting a stage in two: wheels are built in one with a compiler, and installed in the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.dockerfile.fixing.build_places import BuildPlace
from wheelcheck.dockerfile.fixing.editing import Editor, shell_commands
from wheelcheck.dockerfile.fixing.moved_packages import moved_packages
from wheelcheck.dockerfile.fixing.pip_commands import from_wheels, to_wheel_command
from wheelcheck.dockerfile.fixing.run_mounts import (
    context_mounts,
    movable_mounts,
    run_lines,
    with_cache,
)
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage

__all__ = [
    "CACHE_FOLDERS",
    "install_line",
    "install_lines",
    "lacking_packages",
    "split_stage",
    "splits_stage",
]

CACHE_FOLDERS: Mapping[str, str] = {"pip": "/root/.cache/pip", "uv": "/root/.cache/uv"}
_WHEELS = "/wheels"


def lacking_packages(places: Iterable[BuildPlace]) -> list[str]:
    """The system packages that these builds lack, by name."""
    return sorted({name for place in places for name in place.lacking})


def install_line(
    names: Iterable[str],
    distribution: Distribution,
    *,
    keeps_lists: bool = False,
    has_lists: bool = False,
) -> str:
    """The command that installs packages, and leaves no index behind but apt's where it is kept.

    With `has_lists` those of apt are there, and are somebody else's to remove.
    """
    words = " ".join(names)
    match distribution.family:
        case Family.APK:
            return f"apk add --no-cache {words}"
        case Family.APT:
            line = f"apt-get install -y --no-install-recommends {words}"
            if has_lists:
                return line
            removal = "" if keeps_lists else " && rm -rf /var/lib/apt/lists/*"
            return f"apt-get update && {line}{removal}"
        case Family.DNF:
            return f"dnf install -y {words} && dnf clean all"


def splits_stage(dockerfile: Dockerfile, place: BuildPlace) -> bool:
    """Whether a stage can be parted at its RUN, so that only its first half builds."""
    step, run = place.step, place.run
    if step.tool != "pip" or step.action != "install":
        return False
    if step.projects or step.venv or step.folder or step.wheels or step.requirements.skipped:
        return False
    alone = len(shell_commands(run)) == 1 and movable_mounts(run) is not None
    return (
        alone
        and not _numbers_stages(dockerfile)
        and to_wheel_command(run.text, _WHEELS) is not None
    )


def _numbers_stages(dockerfile: Dockerfile) -> bool:
    """Whether stages are named by their numbers, which change where one is parted."""
    return any(
        (each.flag("from") or "").isdecimal() or ",from=" in (each.flag("mount") or "")
        for stage in dockerfile.stages
        for each in stage.instructions
    )


def split_stage(
    editor: Editor, dockerfile: Dockerfile, place: BuildPlace, lent: Collection[str] = ()
) -> None:
    """Part a stage: what stands before its RUN is the base of a builder and of the rest.

    `lent` are packages that wheels need and that came along with what moves to the builder.
    """
    stage, run, distribution = place.stage, place.run, place.distribution
    taken = {each.name for each in dockerfile.stages}
    base, builder = (_free(f"{stage.name}-{word}".strip("-"), taken) for word in ("base", "wheels"))
    _name(editor, stage, base)
    moved = moved_packages(dockerfile, place, keeps_lists=editor.keeps_lists)
    moved.drop_from(editor)
    staying = place.staying(stage, {each.line for each in moved.runs})
    if moved.runs:
        staying = (*staying, *sorted(set(lent).difference(staying)))
    lacking = [name for name in place.lacking if name not in moved.names]
    written, mounts = run.text.strip(), movable_mounts(run) or ()
    reset = "PIP_NO_CACHE_DIR= " if place.step.installer == "pip-no-cache" else ""
    arguments = _arguments_before(stage, run.line)
    policy = place.step.requirements.policy
    as_files = policy.no_binary.applies or policy.require_hashes
    installing = from_wheels(written, _WHEELS, as_files=as_files)
    ready = f"--mount=type=bind,from={builder},source={_WHEELS},target={_WHEELS}"
    blank = [] if editor.is_blank(run.line - 1) else [""]
    editor.remove(run)
    editor.insert_before(
        run.end_line + 1,
        *blank,
        f"FROM {base} AS {builder}",
        *arguments,
        *(line for each in moved.runs for line in editor.lines_of(each)),
        *install_lines(lacking, distribution),
        *run_lines(
            with_cache(mounts, CACHE_FOLDERS["pip"]), f"{reset}{to_wheel_command(written, _WHEELS)}"
        ),
        "",
        f"FROM {base}" + (f" AS {stage.name}" if stage.name else ""),
        *arguments,
        *install_lines(staying, distribution, keeps_lists=editor.keeps_lists),
        *run_lines([*context_mounts(mounts), ready], str(installing)),
    )


def install_lines(
    names: Sequence[str], distribution: Distribution, *, keeps_lists: bool = False
) -> list[str]:
    """The instruction that installs packages; none where there are none."""
    line = install_line(names, distribution, keeps_lists=keeps_lists)
    return [f"RUN {line}"] if names else []


def _arguments_before(stage: Stage, line: int) -> list[str]:
    """The ARGs of a stage up to a line: they hold in no other stage."""
    return [
        f"ARG {each.text}"
        for each in stage.instructions
        if each.keyword == "ARG" and each.line < line
    ]


def _name(editor: Editor, stage: Stage, name: str) -> None:
    """Give a stage another name, or a first one."""
    begin = stage.instructions[0]
    words = begin.text.split()
    if stage.name:
        start = begin.text.rindex(words[2])
        editor.replace(begin, start, start + len(words[2]), name)
    else:
        editor.replace(begin, len(words[0]), len(words[0]), f" AS {name}")


def _free(name: str, taken: set[str]) -> str:
    found = name
    while found in taken:
        found += "-2"
    return found
