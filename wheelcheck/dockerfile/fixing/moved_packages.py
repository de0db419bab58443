"""System packages that move to another stage: what installs them, and what removes them again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.dockerfile.fixing.build_places import BuildPlace
from wheelcheck.dockerfile.fixing.editing import Editor, script_of, shell_commands
from wheelcheck.dockerfile.fixing.package_lists import has_lists
from wheelcheck.dockerfile.fixing.run_mounts import movable_mounts
from wheelcheck.dockerfile.judging.present_packages import is_for_building, present_system
from wheelcheck.dockerfile.judging.run_images import lineage
from wheelcheck.dockerfile.reading.dockerfile_model import (
    Dockerfile,
    Moment,
    PresentPackage,
    Stage,
    packages_of,
)
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.shell.other_tools import unwrapped
from wheelcheck.dockerfile.reading.shell.script_commands import Command
from wheelcheck.dockerfile.reading.shell.system_tools import (
    SystemCommand,
    removed_paths,
    system_command,
)

__all__ = ["MovedPackages", "moved_packages"]

_ENDS = {"", "&&", "||", ";", "\n"}
_GROUPING = re.compile(r"[{!(]|time\b")
_LEFTOVERS = ("/tmp/", "/var/tmp/", "/var/cache/")  # noqa: S108 (paths of an image)


@dataclass(frozen=True, slots=True)
class _Removal:
    """A command that removes packages which are there no longer; `names` are those as it says."""

    script: Instruction
    command: Command
    system: SystemCommand
    names: frozenset[str]

    @property
    def can_be_edited(self) -> bool:
        """Whether the command can lose words, or go, and its RUN still does the rest."""
        written = self.script.text[self.command.offset : self.command.end]
        return (
            not self.command.within
            and not self.command.depth
            and self.command.operator in _ENDS
            and not _GROUPING.match(written)
        )


@dataclass(frozen=True, slots=True)
class MovedPackages:
    """RUNs that install what only builds need, and the removals that have to go along."""

    runs: tuple[Instruction, ...] = ()
    names: frozenset[str] = frozenset()
    removals: tuple[_Removal, ...] = ()

    def drop_from(self, editor: Editor) -> None:
        """Take the RUNs out of their stage, and what removes their packages out of all stages."""
        for run in self.runs:
            editor.remove(run)
        for removal in self.removals:
            if removal.names >= set(removal.system.packages):
                editor.drop_commands(removal.script, [removal.command])
            else:
                _drop_words(editor, removal)


def moved_packages(
    dockerfile: Dockerfile, place: BuildPlace, *, keeps_lists: bool
) -> MovedPackages:
    """What stands before a RUN for its builds alone, where it can move to a stage of its own.

    Nothing moves where it is not sure what removes it again, for removals of packages that are not
    there fail. With `keeps_lists` RUNs stay that leave the lists of apt for another RUN.
    """
    runs = tuple(
        each
        for each in place.stage.instructions
        if each.keyword == "RUN"
        and each.line < place.run.line
        and movable_mounts(each) is not None
        and _installs_for_building(each, place.distribution.family)
        and not (keeps_lists and has_lists(each))
    )
    if not runs:
        return MovedPackages()
    layers = {run.line for run in runs}
    built_on = [
        stage
        for stage in dockerfile.stages
        if place.stage.index in lineage(dockerfile, stage) and stage.index in dockerfile.needed
    ]
    removals: list[_Removal] = []
    for stage in built_on:
        for run in stage.instructions:
            found = _removals_of(stage, run, layers, place.distribution)
            if found is None:
                return MovedPackages()
            removals += found
    names = frozenset(package.name for package in _ever(place.stage) if package.layer in layers)
    return MovedPackages(runs, names, tuple(removals))


# What moves


def _installs_for_building(run: Instruction, family: Family) -> bool:
    """Whether a RUN installs build packages, tidies up behind that, and does nothing else."""
    names: list[str] = []
    for command in shell_commands(run):
        words = unwrapped(command.texts)
        system = system_command(words)
        if command.unknown or command.within:
            return False
        if system is not None and system.action == "add":
            names += system.packages
            if system.files or not system.packages:
                return False
        elif not (_only_prepares(system, words) or _only_tidies(system, words)):
            return False
    return bool(names) and all(is_for_building(name, family) for name in names)


def _only_prepares(system: SystemCommand | None, words: Sequence[str]) -> bool:
    return words[:1] == ("set",) or (system is not None and system.action == "update")


def _only_tidies(system: SystemCommand | None, words: Sequence[str]) -> bool:
    """Whether a command removes nothing but what installations leave behind."""
    if system is not None:
        return system.action == "clean"
    removed = removed_paths(words)
    return removed is not None and all(_is_leftover(path) for path in removed.paths)


def _is_leftover(path: str) -> bool:
    caches = removed_paths(("rm", path))
    return path.startswith(_LEFTOVERS) or (caches is not None and bool(caches.caches))


# What removes it again


def _removals_of(
    stage: Stage, run: Instruction, layers: Collection[int], distribution: Distribution
) -> list[_Removal] | None:
    """A RUN's removals of packages that have moved; None where it may have others, or any."""
    found: list[_Removal] = []
    if run.keyword != "RUN":
        return found
    script = script_of(run)
    every = shell_commands(script)
    if not every:
        return None if _mentions_removal(run) else found
    added: list[PresentPackage] = []
    for number, command in enumerate(every):
        system = system_command(unwrapped(command.texts))
        if system is None:
            if any(map(_REMOVES.search, (*command.texts, *command.unknown))):
                return None  # in a script of its own
        elif system.action == "add":
            added += packages_of(system, run.line, Moment(run.line, number), stage.index)
        elif system.action == "remove":
            if command.unknown or not _names_all(system, command):
                return None
            there = [*_there(stage, run, layers), *added]
            names = _gone(system, _moved(stage, layers), there, distribution)
            removal = _Removal(script, command, system, names)
            if names and not removal.can_be_edited:
                return None
            found += [removal] if names else []
    return found


_REMOVES = re.compile(r"\b(?:apk\s+del|(?:remove|purge|erase)\s)")


def _mentions_removal(run: Instruction) -> bool:
    texts = (run.text, *(each.content for each in run.heredocs), " ".join(run.exec_form or ()))
    return any(_REMOVES.search(text) for text in texts)


def _names_all(system: SystemCommand, command: Command) -> bool:
    """Whether a removal names each package: no pattern such as ``gcc*``, which may find none."""
    words = [word for word in unwrapped(command.texts)[1:] if not word.startswith("-")]
    return len(words) - 1 == len(system.packages)


def _ever(stage: Stage) -> tuple[PresentPackage, ...]:
    """All that was ever installed in a stage, and is there for some later RUN."""
    return (*stage.packages, *stage.leftovers, *stage.remains)


def _moved(stage: Stage, layers: Collection[int]) -> list[PresentPackage]:
    return [replace(each, taken=None) for each in _ever(stage) if each.layer in layers]


def _there(stage: Stage, run: Instruction, layers: Collection[int]) -> list[PresentPackage]:
    """What a RUN finds but for what has moved."""
    return [
        replace(package, taken=None)
        for package in _ever(stage)
        if package.layer not in layers
        and package.layer < run.line
        and (package.removed is None or package.removed >= run.line)
    ]


def _gone(
    system: SystemCommand,
    moved: Iterable[PresentPackage],
    there: Iterable[PresentPackage],
    distribution: Distribution,
) -> frozenset[str]:
    """Those of a removal's names that stand for moved packages, or what came along with these."""
    moved, there = tuple(moved), tuple(there)
    before = present_system((*there, *moved), distribution).names
    after = present_system(there, distribution).names
    groups = {each.group for each in moved} - {each.group for each in there}
    return frozenset(system.packages) & ((before - after) | groups)


def _drop_words(editor: Editor, removal: _Removal) -> None:
    """Leave the names out that are not there, with the blanks before them."""
    start, end = removal.command.offset, removal.command.end
    for match in re.finditer(r"\s+(['\"]?)([\w.+-]+)(?:[=:~<>][^\s'\"]*)?\1(?=\s|$)",
                             removal.script.text[start:end]):  # fmt: skip
        if match[2] in removal.names:
            editor.replace(removal.script, start + match.start(), start + match.end(), "")
