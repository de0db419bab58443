"""What conda installs in a stage: not followed, but for its Python and what it hands to pip."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from wheelcheck.dockerfile.reading.files.image_files import absolute
from wheelcheck.dockerfile.reading.installs.install_steps import add_install
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.shell.install_commands import installer_command
from wheelcheck.dockerfile.reading.shell.other_tools import NotFollowed
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.errors import Unknown

__all__ = ["follow_other_installer"]

_PYTHON = re.compile(
    r"^\s*-\s*[\"']?(?:[\w-]+::)?python\s*={1,2}\s*(3\.\d+)(?![\d.]*[<>,|])", re.MULTILINE
)
_PIP = re.compile(r"^( *)- *pip *: *\n((?:\1 +- .*(?:\n|$)|\s*(?:#.*)?\n)+)", re.MULTILINE)
_ITEM = re.compile(r"^ *- +(?P<item>.*?)(?:\s+#.*)?$", re.MULTILINE)


def follow_other_installer(
    stage: StageState,
    layer: Layer,
    action: NotFollowed,
    line: int,
    text: str,
    overlay: Mapping[str, str | None],
) -> None:
    """Note that an installer is not followed; of conda's follow its Python and its pip.

    conda hands the section ``pip`` of an environment's file to pip as a requirement file
    (docs.conda.io, "Creating an environment file manually").
    """
    path = absolute(action.environment, layer.workdir) if action.environment else ""
    written = (stage.text_of(path) or "") if path else ""
    found = _PYTHON.search(written)
    python = action.python or (found[1] if found else "")
    if python:
        stage.takes_python(python)
        stage.own_python = True
    stage.system.pip = stage.system.pip or action.brings_pip
    stage.note_unread(line, text, Unknown("not-followed", action.what))
    words = [word for item in _pip_items(written) for word in shlex.split(item)]
    command = installer_command(["pip", "install", *words], {**stage.variables, **overlay})
    if words and command is not None:
        add_install(stage, layer, command, line, text, overlay)


def _pip_items(environment: str) -> list[str]:
    """The lines of the section ``pip`` of an environment's file."""
    section = _PIP.search(environment)
    if section is None:
        return []
    return [match["item"].strip("\"'") for match in _ITEM.finditer(section[2])]
