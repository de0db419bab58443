"""Installers that a step runs and nothing has brought into the image: uv, poetry, pdm, pipenv.

Python's official images have pip alone (docker-library/python, Dockerfile templates).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from packaging.utils import canonicalize_name

from wheelcheck.dockerfile.reading.dockerfile_model import InstallStep
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault

__all__ = ["faults_of_installer", "is_brought"]

_OFFICIAL = re.compile(r"(?:docker\.io/)?(?:library/)?python:[\w.-]+")
_BRING_OTHERS = frozenset(("hatch", "nox", "pipx", "pre-commit-uv", "rye", "tox-uv", "virtualenv"))
"""Packages that require such an installer, or install it."""
_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin", "/root/.local/bin")


def faults_of_installer(stage: StageState, tool: str, line: int) -> Iterator[Fault]:
    """Find that a step runs an installer which is not there.

    Args:
        stage: the stage at this moment.
        tool: the installer, as it is called: ``uv``.
        line: the line of the step.
    """
    known = stage.parent is None and _OFFICIAL.fullmatch(stage.image) and stage.sure_image
    if not known or _may_be_brought(stage, tool):
        return
    message = f"nothing brings {tool} into {stage.image}, which has pip alone: the step fails"
    yield Fault(line, "no-installer", message)


def is_brought(stage: StageState, tool: str) -> bool:
    """Whether something certainly brings an installer to where every command finds it."""
    if _lies_there(stage, tool):
        return True
    images = [stage.image, *(copied.source for copied in stage.copies)]
    if any(f"astral-sh/{tool}" in image for image in images):
        return True
    own = (step for step in stage.steps if not step.venv and not step.folder)
    return tool in _installed(own)


def _may_be_brought(stage: StageState, tool: str) -> bool:
    if stage.copies or stage.unread or stage.system.scripts:
        return True
    if _lies_there(stage, tool):
        return True
    packages = {package.name for package in stage.packages}
    if packages & {tool, f"python3-{tool}", f"py3-{tool}", "pipx"}:
        return True
    return _may_be_installed(stage, {tool, *_BRING_OTHERS})


def _lies_there(stage: StageState, tool: str) -> bool:
    """Whether a file of an installer's name is where every command finds it."""
    return any(stage.files.origin_of(f"{folder}/{tool}") is not None for folder in _FOLDERS)


def _may_be_installed(stage: StageState, names: Collection[str]) -> bool:
    """Whether an earlier step installs one of these packages, or packages without a name."""
    unnamed = any(step.requirements.skipped or step.wheels for step in stage.steps)
    return unnamed or not _installed(stage.steps).isdisjoint(names)


def _installed(steps: Iterable[InstallStep]) -> set[str]:
    """The names of the packages that steps ask for."""
    return {
        canonicalize_name(line.requirement.name)
        for step in steps
        for line in step.requirements.lines
    }
