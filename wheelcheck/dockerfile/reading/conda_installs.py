"""What conda installs in a stage: not followed, but for its Python and what it hands to pip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from msgspec import structs

from wheelcheck.dockerfile.reading.files.image_files import FromContext
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.install_steps import add_install
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.shell.install_commands import installer_command
from wheelcheck.dockerfile.reading.shell.other_tools import NotFollowed
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.requirements.input_kind import recognise
from wheelcheck.requirements.projects.conda_environment import CondaEnvironment, conda_environment

__all__ = ["follow_other_installer"]

_MINOR = re.compile(r"==(3\.\d+)(?:\.[\d.*]+)?")


def follow_other_installer(
    stage: StageState,
    layer: Layer,
    action: NotFollowed,
    line: int,
    text: str,
    overlay: Mapping[str, str | None],
) -> None:
    """Note that an installer is not followed; of conda's follow its Python and its pip.

    The pip that it hands the section ``pip`` of an environment's file to is that of its own Python.
    """
    path = absolute(action.environment, layer.workdir) if action.environment else ""
    environment = _environment(stage, path) if path else CondaEnvironment()
    exact = next(filter(None, map(_MINOR.fullmatch, environment.pythons)), None)
    python = action.python or (exact[1] if exact else "")
    stage.takes_python(python)
    stage.own_python = stage.own_python or bool(python or environment.lines)
    stage.system.pip = stage.system.pip or action.brings_pip
    stage.note_unread(line, text, Unknown("not-followed", action.what))
    command = installer_command(["pip", "install", "-r", path], {**stage.variables, **overlay})
    if environment.lines and command is not None:
        add_install(stage, layer, command, line, text, overlay)
        _drop_bounds(stage, path)


def _environment(stage: StageState, path: str) -> CondaEnvironment:
    """What an environment's file lists; nothing where it cannot be read, or is another YAML."""
    try:
        return conda_environment(recognise(path, stage.text_of(path) or "").document)
    except RequirementsError:
        return CondaEnvironment()


def _drop_bounds(stage: StageState, path: str) -> None:
    """Conda brings a Python that the environment's file admits, whichever the image has."""
    found, step = stage.files.find(path), stage.steps[-1]
    file = found.path if isinstance(found, FromContext) else stage.file_name
    scopes = tuple(each for each in step.requirements.scopes if each.origin.file != file)
    requirements = structs.replace(step.requirements, scopes=scopes)
    stage.steps[-1] = replace(step, requirements=requirements)
