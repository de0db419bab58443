"""From a command that installs tools to an `InstallStep` for each environment that it fills."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from wheelcheck.dockerfile.reading.dockerfile_model import MadeFolder
from wheelcheck.dockerfile.reading.installs.install_steps import add_install
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.installs.missing_installers import (
    faults_of_installer,
    is_brought,
)
from wheelcheck.dockerfile.reading.shell.tool_commands import ToolCommand
from wheelcheck.dockerfile.reading.stages.other_python import python_of
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.errors import Unknown
from wheelcheck.installers import Tool, newest
from wheelcheck.targets import with_installer
from wheelcheck.targets.target import Target

__all__ = ["add_tools"]

_NEWEST_PIPX = "1.18.4"
"""Releases before 1.12 know pip alone."""


def add_tools(
    stage: StageState,
    layer: Layer,
    command: ToolCommand,
    line: int,
    text: str,
    overlay: Mapping[str, str | None],
) -> None:
    """Add the steps; `overlay` are variables for this command alone."""
    folder = _folder(stage, command, {**stage.variables, **overlay})
    if layer.required:
        for fault in faults_of_installer(stage, command.tool, line):
            stage.fault(fault)
    by_uv = command.by_uv and is_brought(stage, "uv") and _may_take_uv(stage)
    for found in command.by_uv if by_uv else command.installs:
        path = posixpath.join(folder, found.name)
        _make(stage, path, found.python, line, text)
        before = len(stage.steps)
        add_install(stage, replace(layer, venv=path), found.command, line, text, overlay)
        if command.tool == "pipx" and found.command.tool == "pip":
            stage.steps[before:] = [
                replace(step, target=_with_newest_pip(step.target or stage.target, stage))
                for step in stage.steps[before:]
            ]


def _may_take_uv(stage: StageState) -> bool:
    """Whether the pipx of a stage is of a release that leaves its work to uv, where it finds it."""
    lines = [line for step in stage.steps for line in step.requirements.lines]
    stated = [line.requirement.specifier for line in lines if line.requirement.name == "pipx"]
    return any(each.contains(_NEWEST_PIPX) for each in stated)


def _folder(stage: StageState, command: ToolCommand, variables: Mapping[str, str | None]) -> str:
    """Where the environments are (uv's reference on storage, pipx environment, pipx 1.18.4)."""
    home = variables.get("HOME") or stage.home
    data = variables.get("XDG_DATA_HOME") or f"{home}/.local/share"
    if command.tool == "uv" and command.once:
        return variables.get("UV_CACHE_DIR") or f"{home}/.cache/uv"
    if command.tool == "uv":
        return variables.get("UV_TOOL_DIR") or f"{data}/uv/tools"
    if command.for_all:
        return f"{variables.get('PIPX_GLOBAL_HOME') or '/opt/pipx'}/venvs"
    return f"{variables.get('PIPX_HOME') or f'{data}/pipx'}/venvs"


def _make(stage: StageState, path: str, python: str, line: int, text: str) -> None:
    """The environment, where it is not there already."""
    if not any(folder.path == path for folder in stage.folders):
        stage.folders.append(MadeFolder(path, "venv", line, stage.index))
        stage.make_folder(path)
    version = python_of(python)
    if version is not None:
        stage.venv_pythons[path] = version
    elif python and "\0" not in python and not python.startswith("/"):
        stage.note_unread(line, text, Unknown("other-python", f"it is made for {python}"))


def _with_newest_pip(target: Target | Unknown, stage: StageState) -> Target | None:
    """The target with the pip that pipx keeps for all its environments: the newest."""
    if isinstance(target, Unknown):
        return None
    return with_installer(target, newest(Tool.PIP, target.python_full_version, stage.as_of))
