"""What a command of a RUN does, as far as it matters: install, add packages, write files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wheelcheck.dockerfile.reading.shell.export_commands import ExportCommand, export_command
from wheelcheck.dockerfile.reading.shell.file_commands import FileCommand, file_command
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand, installer_command
from wheelcheck.dockerfile.reading.shell.other_tools import (
    LockCommand,
    NotFollowed,
    VenvCommand,
    lock_command,
    not_followed,
    venv_command,
    without_wrappers,
)
from wheelcheck.dockerfile.reading.shell.system_tools import (
    RemovedPaths,
    SystemCommand,
    removed_paths,
    system_command,
)
from wheelcheck.dockerfile.reading.shell.tool_commands import ToolCommand, tool_command

__all__ = ["Action", "Step", "action_of", "tool_that_runs"]

Step = (
    InstallerCommand
    | LockCommand
    | ToolCommand
    | SystemCommand
    | RemovedPaths
    | VenvCommand
    | NotFollowed
)
Action = FileCommand | ExportCommand | Step


def action_of(words: Sequence[str], variables: Mapping[str, str | None]) -> Action | None:
    """What the words of a command do; None where nothing of it matters."""
    words = list(words)
    return (
        export_command(words)
        or installer_command(words, variables)
        or tool_command(words, variables)
        or lock_command(words)
        or system_command(words)
        or removed_paths(words)
        or venv_command(words)
        or not_followed(words)
        or file_command(words)
    )


def tool_that_runs(words: Sequence[str], variables: Mapping[str, str | None]) -> ToolCommand | None:
    """What ``uvx`` and ``pipx run`` install before they run it; None for all other commands."""
    found = tool_command(without_wrappers(words), variables)
    return found if found is not None and found.once else None
