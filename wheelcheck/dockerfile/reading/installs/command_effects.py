"""What an install command is run by, where it puts packages, and what it leaves as it is."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from wheelcheck.dockerfile.reading.dockerfile_model import (
    FolderKind,
    InstallerName,
    InstallStep,
    Keeps,
    MadeFolder,
)
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.dockerfile.reading.stages.stage_state import StageState

__all__ = [
    "folder_of",
    "installer_of",
    "keeps_of",
    "made_folder",
    "pretended_version",
    "writes_byte_code",
]

_SITE = "/usr/local/lib"


def installer_of(command: InstallerCommand) -> InstallerName:
    """The installer of a command, and whether it has a cache."""
    if command.tool == "uv":
        return "uv"
    if command.inherited("no-cache"):
        return "pip-no-cache"
    return "pip-no-cache-dir" if command.has("no-cache") else "pip"


def folder_of(command: InstallerCommand, layer: Layer) -> str:
    """The folder that a command is given to fill, or that wheels go into; "" for neither."""
    given = command.values("folder")
    if given:
        return absolute(given[-1], layer.workdir)
    return layer.workdir if command.action in {"wheel", "download"} else ""


def writes_byte_code(
    command: InstallerCommand | LockCommand, variables: Mapping[str, str | None]
) -> bool:
    """Whether a command compiles what it installs: uv where asked, all others unless refused."""
    if isinstance(command, LockCommand):
        requested, refused = "--compile-bytecode" in command.arguments, False
    else:
        requested, refused = command.has("compile"), command.has("no-compile")
    if command.tool == "uv":
        return requested or _is_on(variables.get("UV_COMPILE_BYTECODE"))
    return not refused


def pretended_version(variables: Mapping[str, str | None]) -> str:
    """The version that setuptools-scm takes for every sdist; "" for none, ``…`` if not known."""
    version = variables.get("SETUPTOOLS_SCM_PRETEND_VERSION", "")
    return "…" if version is None else version


def _is_on(value: str | None) -> bool:
    """Whether a variable of uv is set to a word that means yes (uv's own parser of booleans)."""
    return (value or "").lower() in {"1", "true", "yes", "on", "y", "t"}


def keeps_of(command: InstallerCommand) -> Keeps:
    """What the command keeps of what is there: see pip install --help, and uv's."""
    if command.action not in {"install", "sync"} or command.has("folder"):
        return "nothing"  # pip does not look into --target, --prefix and --root
    if command.has("reinstall"):
        return "nothing"
    eager = command.tool == "uv" or "eager" in command.values("upgrade-strategy")[-1:]
    if command.has("upgrade"):
        return "same" if eager else "dependencies"
    return "satisfying"


def made_folder(step: InstallStep, command: InstallerCommand, stage: StageState) -> MadeFolder:
    """The folder that a step fills."""
    if command.action in {"wheel", "download"}:
        return MadeFolder(step.folder, "wheels", step.line, stage.index)
    own = f"{stage.variables.get('HOME')}/.local" if step.user else _own_environment(command)
    venv = _named_environment(command, stage) or step.venv
    kind: FolderKind = "venv" if venv and not step.folder else "packages"
    return MadeFolder(step.folder or venv or own, kind, step.line, stage.index)


def _named_environment(command: InstallerCommand, stage: StageState) -> str:
    """The environment that ``--python`` names by its folder or by a Python in it; "" for none."""
    named = command.values("python")[-1:]
    if not named or "/" not in named[0]:
        return ""
    folder = absolute(named[0].partition("/bin/")[0], stage.workdir)
    return folder if folder not in {"/", "/usr", "/usr/local"} else ""


def _own_environment(command: InstallerCommand) -> str:
    """``/opt/venv/bin/pip`` installs into ``/opt/venv``; a bare pip where Python keeps its own."""
    folder = posixpath.dirname(posixpath.dirname(command.program))
    return folder if folder not in {"", "/", "/usr", "/usr/local"} else _SITE
