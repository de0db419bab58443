"""A virtual environment, where pip refuses the distribution's own Python (PEP 668)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from wheelcheck.distributions.distribution import Family, distribution_of
from wheelcheck.dockerfile.fixing.build_places import user_at
from wheelcheck.dockerfile.fixing.editing import Editor
from wheelcheck.dockerfile.fixing.stage_split import install_lines
from wheelcheck.dockerfile.judging.run_images import image_stages
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.errors import Unknown
from wheelcheck.loading.image_libraries import installs_packages

__all__ = ["MarkedStep", "add_environments"]

_PACKAGES = {Family.APT: "python3-venv", Family.APK: "python3"}
"""What brings ``python3 -m venv``, and Python itself."""
_SYSTEM_PYTHON = re.compile(r"/usr/bin/python3?\b")
_WHOLE_PATH = re.compile(r"\bPATH[= ](?![^\n]*\$\{?PATH\b)")
_LINES = ("RUN python3 -m venv /opt/venv", 'ENV PATH="/opt/venv/bin:$PATH"')


@dataclass(frozen=True, slots=True)
class MarkedStep:
    """A step that is refused for the mark of its Python; `stage` is the index of its stage."""

    stage: int
    step: InstallStep


def add_environments(editor: Editor, dockerfile: Dockerfile, marked: Iterable[MarkedStep]) -> None:
    """Make an environment before the first refused step of the image, and let PATH name it.

    Stages that are not the image's are left alone: others may copy from the folders that their
    installations fill. So are users other than root, commands that name their pip by its path, and
    files that have an environment of their own or run the system's Python.
    """
    image = image_stages(dockerfile)
    steps = sorted(
        (each for each in marked if each.stage in image),
        key=lambda each: (each.stage, each.step.layer),
    )
    if not steps or not all(_follows_path(each.step) for each in steps):
        return
    stage, first = dockerfile.stages[steps[0].stage], steps[0].step
    if _has_its_own_way(dockerfile, image, first.layer):
        return
    if not user_at(dockerfile, stage, first.layer):
        lines = _environment(stage, first, keeps_lists=editor.keeps_lists)
        editor.insert_before(first.layer, *lines)


def _has_its_own_way(dockerfile: Dockerfile, image: Collection[int], line: int) -> bool:
    """Whether a Dockerfile has an environment already, or names the system's Python later on."""
    later = (
        instruction
        for index in image
        for instruction in dockerfile.stages[index].instructions
        if instruction.line > line
    )
    names_system = any(
        _SYSTEM_PYTHON.search(each.text)
        or (each.keyword == "ENV" and _WHOLE_PATH.search(each.text))
        for each in later
    )
    return names_system or any(step.venv for at in image for step in dockerfile.stages[at].steps)


def _follows_path(step: InstallStep) -> bool:
    """Whether the command finds its pip or Python by PATH."""
    program = step.text.split(maxsplit=1)[0] if step.text.split() else ""
    return step.tool == "pip" and program.startswith(("pip", "python"))


def _environment(stage: Stage, first: InstallStep, *, keeps_lists: bool) -> tuple[str, ...]:
    """The instructions that make it; none where no package manager brings what that takes."""
    if isinstance(stage.target, Unknown):
        return ()
    distribution = distribution_of(stage.target)
    if isinstance(distribution, Unknown) or distribution.family not in _PACKAGES:
        return ()
    if not installs_packages(stage.target, distribution):
        return ()
    name = _PACKAGES[distribution.family]
    there = {package.name for package in first.packages if package.layer < first.layer}
    names = [] if name in there else [name]
    return (*install_lines(names, distribution, keeps_lists=keeps_lists), *_LINES)
