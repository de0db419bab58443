"""From a command that follows a lock to an `InstallStep`: poetry, PDM, Pipenv, ``uv sync``."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec.structs import replace

from wheelcheck.dockerfile.reading.dockerfile_model import InstallStep, LockInput, MadeFolder
from wheelcheck.dockerfile.reading.files.image_files import FromContext
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.command_effects import (
    pretended_version,
    writes_byte_code,
)
from wheelcheck.dockerfile.reading.installs.image_inputs import InstallContext
from wheelcheck.dockerfile.reading.installs.install_steps import note_project, shown_text
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.installs.lock_inputs import gather_lock
from wheelcheck.dockerfile.reading.installs.missing_installers import faults_of_installer
from wheelcheck.dockerfile.reading.installs.project_faults import builds_project
from wheelcheck.dockerfile.reading.installs.requirement_inputs import own_project
from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.dockerfile.reading.stages.other_python import python_of_uv
from wheelcheck.dockerfile.reading.stages.poetry_release import is_since, poetry_of
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown
from wheelcheck.requirements.requirement_set import Origin, RequirementLine, Requirements

__all__ = ["add_lock_install"]


def _context_of(
    stage: StageState, layer: Layer, line: int, variables: Mapping[str, str | None]
) -> InstallContext:
    environ = {name: value for name, value in variables.items() if value is not None}
    origin = Origin(stage.file_name, line)
    return InstallContext(
        stage.files, layer.workdir, environ, origin, stage.as_of, stage.changes_files
    )


def _with_project(requirements: Requirements, itself: RequirementLine | None) -> Requirements:
    """What a lock requires, and the project that is installed with it, if it is known."""
    if itself is None:
        return requirements
    return replace(requirements, lines=(*requirements.lines, itself))


def add_lock_install(
    stage: StageState,
    layer: Layer,
    command: LockCommand,
    line: int,
    text: str,
    overlay: Mapping[str, str | None],
) -> None:
    """Add a step for a tool that follows a lock; `overlay` are variables of its RUN alone."""
    variables = {**stage.variables, **overlay}
    found = stage.files.find(absolute(command.lock, layer.workdir))
    place = found.path if isinstance(found, FromContext) else None
    around = _context_of(stage, layer, line, variables)
    poetry = poetry_of(stage, variables)
    gathered = gather_lock(command, around, poetry)
    if layer.required and text.split()[:1] == [command.tool]:
        for fault in faults_of_installer(stage, command.tool, line):
            stage.fault(fault)
    gives_up = command.tool != "poetry" or is_since(poetry, "1.8") is True
    for why in gathered.problems:
        _note_problem(stage, layer, why, line, text, certain=gives_up)
    requirements = gathered.requirements
    folder = posixpath.dirname(absolute(command.project, layer.workdir))
    if builds_project(command, folder, stage, variables):
        new_poetry = is_since(poetry, "2.0")
        if layer.required:
            certain = command.tool == "uv" or new_poetry is True
            note_project(stage, folder, line, variables, certain=certain)
        if command.tool != "poetry" or new_poetry is not False:
            requirements = _with_project(requirements, own_project(around, folder, command.project))
    lock = LockInput(command.tool, command.lock, place)
    path = layer.venv or absolute(".venv", layer.workdir)
    python = _python_of(stage, layer, command, path, variables)
    step = InstallStep(
        line=line,
        layer=layer.line,
        text=shown_text(text),
        tool="lock",
        action=command.action,
        installer="uv" if command.tool == "uv" else "pip",
        requirements=requirements,
        inputs=gathered.inputs,
        packages=tuple(stage.packages),
        remains=tuple(stage.remains),
        lock=lock,
        venv=layer.venv,
        cache_mounts=layer.cache_mounts,
        offset=layer.offset,
        compiles=writes_byte_code(command, variables),
        tolerated=not layer.required,
        pretended=pretended_version(variables),
        target=stage.with_other_python(python),
    )
    stage.add_step(step, MadeFolder(path, "venv", line, stage.index))


def _python_of(
    stage: StageState,
    layer: Layer,
    command: LockCommand,
    venv: str,
    variables: Mapping[str, str | None],
) -> tuple[int, int] | None:
    """The Python of a virtual environment, where the command or an earlier one chooses it."""
    python = stage.venv_pythons.get(venv)
    if python is None and command.tool == "uv":
        return python_of_uv(stage, command.arguments, variables, layer.workdir)
    return python


def _note_problem(
    stage: StageState, layer: Layer, why: Unknown, line: int, text: str, *, certain: bool
) -> None:
    """Note what is not followed; without a lock that fits, some tools give up."""
    stage.note_unread(line, text, why)
    if why.code in {"lock-missing", "lock-stale"} and layer.required:
        certain = not stage.system.scripts and (certain or why.code == "lock-missing")
        stage.fault(Fault(line, why.code, f"{why.reason}: the step fails", certain))
