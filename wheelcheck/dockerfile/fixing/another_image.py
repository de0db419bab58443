"""The same Dockerfile on another base image: Debian's in place of Alpine's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from wheelcheck.builds.needs.libraries import library_table
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.distributions.distribution import Distribution, Family, distribution_of, names_for
from wheelcheck.dockerfile.fixing.correcting import mount_wheels
from wheelcheck.dockerfile.fixing.editing import Correction, Editor, script_of, shell_commands
from wheelcheck.dockerfile.fixing.stage_split import install_line
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.present_packages import is_for_building
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.shell.other_tools import unwrapped
from wheelcheck.dockerfile.reading.shell.script_commands import Command
from wheelcheck.dockerfile.reading.shell.system_tools import removed_paths, system_command
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table
from wheelcheck.targets import Target

__all__ = ["with_images"]

_WITH_GCC = {"make", "patch"}
"""Programs that serve to build where compilers come in the same command."""
_BUSYBOX = {"adduser", "addgroup", "deluser", "su-exec", "crond", "rc-service", "rc-update"}


def with_images(
    dockerfile: Dockerfile, targets: Mapping[int, Target], builds: Iterable[StepBuilds] = ()
) -> Correction | Unknown:
    """Put stages on other images, on which nothing has to be compiled.

    `targets` maps a stage's index to the target whose name is the new image; stages built on
    these follow. Build packages go, and so do the libraries that `builds`, those on the old
    images, link with, as wheels bring their own; all others get their Debian names, and copied
    wheels are mounted. `Unknown` where a package has no name that we know, or where apk is used
    in a way that is not rewritten.
    """
    linked = _linked(builds)
    editor = Editor(dockerfile.name, dockerfile.text)
    changed = dict(targets)
    for stage in dockerfile.stages:
        if stage.parent is not None and stage.parent in changed:
            changed.setdefault(stage.index, changed[stage.parent])
    for index, target in changed.items():
        stage = dockerfile.stages[index]
        if index in targets:
            if not stage.image:
                return Unknown("not-an-image", f"{stage.title} stands on another stage")
            begin = stage.instructions[0]
            image = target.name.partition("@linux/")[0]
            editor.replace(begin, 0, len(begin.text.split()[0]), image)
        distribution = distribution_of(target)
        if isinstance(distribution, Unknown):
            return distribution
        if distribution.family is not Family.APT:
            return Unknown("not-debian", f"{target.name} is not Debian's")
        trouble = _rewrite(editor, stage, distribution, linked)
        if trouble is not None:
            return trouble
    mount_wheels(editor, dockerfile)
    found = editor.correction()
    if found is None or not found.diff:
        return Unknown("unchanged", "these stages have these images already")
    return found


def _linked(builds: Iterable[StepBuilds]) -> frozenset[str]:
    """Alpine's packages that programs compiled here load, those of the compilers included."""
    needs = {need.name for build in builds for outlook in build.outlooks for need in outlook.needs}
    libraries = [row for name, row in library_table().items() if name in needs]
    cells = (row["apk_run"] for row in (*libraries, *tool_table().values()))
    names = {item.partition("@")[0] for cell in cells for item in cell.split()}
    return frozenset(names - _counterparts().keys())  # what is known as a program stays


def _rewrite(
    editor: Editor, stage: Stage, distribution: Distribution, linked: Collection[str]
) -> Unknown | None:
    """Rewrite the apk commands of a stage."""
    for instruction in stage.instructions:
        if instruction.keyword != "RUN":
            continue
        script = script_of(instruction)
        every = shell_commands(script)
        ours = [command for command in every if _is_apk(command)]
        if any(own.within for own in ours) or _mentions_apk(instruction, script, every):
            message = f"line {instruction.line} uses apk in a way that is not rewritten"
            return Unknown("not-rewritten", message)
        dropped = []
        for command in ours:
            new = _translated(command, distribution, linked)
            if isinstance(new, Unknown):
                place = script.line_at(command.offset)
                return Unknown(new.code, f"line {place}: {new.reason}")
            if new:
                line = install_line(new, distribution)
                editor.replace(script, command.offset, command.end, line)
            else:
                dropped.append(command)
        if dropped:
            editor.drop_commands(script, dropped)
        editor.remarks |= dict.fromkeys(_by_hand(script, every))
    return None


def _mentions_apk(run: Instruction, script: Instruction, every: Iterable[Command]) -> bool:
    """Whether a RUN may use apk elsewhere than in a command of its own."""
    texts = [run.text, *(each.content for each in run.heredocs)]
    hidden = [text for text in texts if text != script.text]
    hidden += [text for command in every if not _is_apk(command) for text in command.texts]
    return any("apk " in text for text in (hidden if every else texts))


def _is_apk(command: Command) -> bool:
    words = unwrapped(command.texts)
    if words[:1] in ([], ()):
        return False
    removed = removed_paths(words)
    caches = removed is not None and removed.caches == {"apk"} and len(removed.paths) == 1
    return words[0].rpartition("/")[2] == "apk" or caches


def _translated(
    command: Command, distribution: Distribution, linked: Collection[str]
) -> tuple[str, ...] | Unknown:
    """Debian's packages for those of an ``apk add``; () for commands that fall away."""
    system = system_command(unwrapped(command.texts))
    if system is None or system.action != "add":
        return ()
    if command.unknown:
        listed = ", ".join(command.unknown)
        return Unknown("unknown-variable", f"the value of {listed} is not known here")
    found: dict[str, None] = {}
    building = any(is_for_building(name, Family.APK) for name in system.packages)
    for name in system.packages:
        if is_for_building(name, Family.APK) or name in linked or (building and name in _WITH_GCC):
            continue
        names = _counterpart(name, distribution)
        if names is None:
            return Unknown("no-counterpart", f"no Debian package for {name} is known")
        found |= dict.fromkeys(names)
    return tuple(found)


def _counterpart(name: str, distribution: Distribution) -> tuple[str, ...] | None:
    """Debian's names for a package of Alpine; () where the base has it, None where unknown."""
    if name in _counterparts():
        return _counterparts()[name]
    for cell in _cells(name):
        found = names_for(cell, distribution)
        if found:
            return found
    return None


def _cells(name: str) -> Iterator[str]:
    """The cells with Debian's run-time packages for the needs that a package of Alpine answers."""
    for table in (library_table(), tool_table()):
        for row in table.values():
            if name in {item.partition("@")[0] for item in row["apk_run"].split()}:
                yield row["apt_run"]


@cache
def _counterparts() -> Mapping[str, tuple[str, ...]]:
    rows = read_table("dockerfile/fixing/counterparts.csv")
    return {row["apk"]: tuple(row["apt"].split()) for row in rows}


def _by_hand(script: Instruction, every: tuple[Command, ...]) -> Iterator[str]:
    for command in every:
        words = unwrapped(command.texts)
        if words and words[0].rpartition("/")[2] in _BUSYBOX:
            line = script.line_at(command.offset)
            yield f"line {line}: {words[0]} is BusyBox's; Debian's takes other options"
