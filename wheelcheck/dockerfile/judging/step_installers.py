"""Which pip or uv runs an install step, and whether it may change a marked Python."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from wheelcheck.analysis.already_installed import Installed
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.installers import Certainty, Installer, Tool, find_release, newest
from wheelcheck.targets import Target

__all__ = ["into_marked_python", "step_installer"]

_UV_IMAGE = re.compile(r"ghcr\.io/astral-sh/uv:v?(\d+(?:\.\d+)*)")
_UNMARKED = re.compile(r"\b(?:rm|mv|unlink)\b.*EXTERNALLY-MANAGED")
_CONFIGURED = re.compile(
    r"pip3?\s+config\b.*\bset\b.*\bbreak-system-packages\s+[\"']?(?:1|yes|true|on)", re.IGNORECASE
)


def step_installer(
    stage: Stage, step: InstallStep, target: Target, installed: Installed, programs: Installed
) -> Installer:
    """The installer of one step: what an earlier one installed or copied, else the image's.

    Args:
        stage: the stage of the step.
        step: what is installed.
        target: where it is installed.
        installed: what the step's own environment holds: pip is that of its Python.
        programs: what any environment of the stage holds: uv may come from another one.
    """
    if step.installer == "uv":
        return _uv(stage, step, target, programs)
    found = _installed(Tool.PIP, installed) or target.installer
    setuptools = installed.pins.get(NormalizedName("setuptools"))
    if setuptools is not None and setuptools.version is not None:
        found = replace(found, setuptools=str(setuptools.version))
    return found


def _uv(stage: Stage, step: InstallStep, target: Target, installed: Installed) -> Installer:
    found = _installed(Tool.UV, installed)
    if found is not None:
        return found
    copied = [item for item in stage.copies if item.line < step.line]
    for place, line in [*((item.source, item.line) for item in copied), (stage.image, 0)]:
        match = _UV_IMAGE.match(place)
        version = Version(match[1]) if match else None
        if version is not None and len(version.release) > 2 and find_release(Tool.UV, version):  # noqa: PLR2004 (a moving tag has fewer numbers)
            source = f"line {line}" if line else place
            return Installer(Tool.UV, version, Certainty.NAMED, source)
    unknown = newest(Tool.UV, target.python_full_version)
    return replace(unknown, certainty=Certainty.UNKNOWN, source="which release is not said")


def _installed(tool: Tool, installed: Installed) -> Installer | None:
    """The release that an earlier step of the file installed."""
    name = NormalizedName(tool.value)
    pin = installed.pins.get(name)
    if pin is None or pin.version is None:
        return None
    try:
        version = Version(str(pin.version))
    except InvalidVersion:
        return None
    source = f"line {installed.lines[name]}" if name in installed.lines else "an earlier step"
    return Installer(tool, version, Certainty.NAMED, source)


def into_marked_python(dockerfile: Dockerfile, step: InstallStep) -> bool:
    """Whether a step installs into its distribution's own Python, and nothing lets it.

    pip looks for the mark unless it installs into a folder or says only what it would do; uv does
    so with ``--system``.
    """
    elsewhere = step.venv or step.folder or step.dry_run or step.breaks_system
    if elsewhere or step.action != "install" or _own_python(step.text):
        return False
    if step.tool == "uv" and "--system" not in step.text:
        return False
    if step.tool == "lock":
        return False
    before = "\n".join(dockerfile.text.splitlines()[: step.line])
    return not _UNMARKED.search(before) and not _CONFIGURED.search(before)


def _own_python(text: str) -> bool:
    """Whether the command names a pip or Python outside the distribution's folders."""
    command = text.split(maxsplit=1)[0] if text.split() else ""
    return command.startswith("/") and not command.startswith("/usr/bin/")
