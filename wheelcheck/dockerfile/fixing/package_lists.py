"""apt's package lists in a corrected Dockerfile: what its author installs must still find them."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.dockerfile.fixing.editing import Editor, script_of, shell_commands
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.shell.other_tools import unwrapped
from wheelcheck.dockerfile.reading.shell.script_commands import Command
from wheelcheck.dockerfile.reading.shell.system_tools import removed_paths, system_command

__all__ = ["add_updates", "has_lists", "uses_lists_of_before"]

_MISSING = "lists-missing"


def uses_lists_of_before(dockerfile: Dockerfile) -> bool:
    """Whether some RUN installs by apt with the lists that an instruction before it has left.

    What is added above such a RUN must not remove them.
    """
    return any(
        run.line_at(command.offset) not in _lines_without_lists(stage)
        for stage in dockerfile.stages
        for run, command in _without_update(stage)
    )


def add_updates(editor: Editor, dockerfile: Dockerfile) -> None:
    """Let installations by apt fetch the lists where there are none, and they would fail."""
    for stage in dockerfile.stages:
        if stage.index not in dockerfile.needed:
            continue
        for script, command in _without_update(stage):
            if script.line_at(command.offset) in _lines_without_lists(stage):
                sudo = "sudo " if command.texts[0] == "sudo" else ""
                start = command.offset
                editor.replace(script, start, start, f"{sudo}apt-get update && ")


def has_lists(script: Instruction, offset: int | None = None) -> bool:
    """Whether a RUN has fetched apt's lists before a place of its text, and not removed them.

    None stands for the end of the text.
    """
    there = False
    for command in shell_commands(script):
        if offset is not None and command.offset >= offset:
            break
        words = unwrapped(command.texts)
        found, removed = system_command(words), removed_paths(words)
        if found is not None and found.manager == "apt" and found.action == "update":
            there = not command.within
        elif removed is not None and "apt" in removed.caches:
            there = False
    return there


def _lines_without_lists(stage: Stage) -> set[int]:
    return {fault.line for fault in stage.faults if fault.code == _MISSING and fault.certain}


def _without_update(stage: Stage) -> Iterator[tuple[Instruction, Command]]:
    """The first installation by apt of each RUN, where nothing in the RUN updates before it."""
    for instruction in stage.instructions:
        script = script_of(instruction)
        for command in shell_commands(script) if instruction.keyword == "RUN" else ():
            found = system_command(unwrapped(command.texts))
            if found is None or found.manager != "apt" or found.action not in {"add", "update"}:
                continue
            if found.action == "add":
                yield script, command
            break
