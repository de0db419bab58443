"""Why an install step cannot start: no pip, no environment for uv, a file or right that lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from wheelcheck.distributions.distribution import Family
from wheelcheck.dockerfile.reading.files.image_files import FromContext
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.dockerfile.reading.stages.shells import lacks_shell
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown
from wheelcheck.targets.target import Target

__all__ = ["faults_of_install"]

_OFF = {"", "0", "false", "no", "off", "n", "f"}
_NAME_ENVIRONMENT = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PYTHON", "UV_CONFIG_FILE")
_PIP_PACKAGES: Mapping[Family, re.Pattern[str]] = {
    Family.APT: re.compile(r"python3-pip|python3-full|python-pip|python3-venv|pypy3?-?.*"),
    Family.APK: re.compile(r"py3-pip|py-pip|py3-.*-pyc|pipx|py3-virtualenv|py3-pipx|poetry|uv"),
    Family.DNF: re.compile(r"python3?[\d.]*-pip|python\d+|python3\.\d+(?:-\w+)?|python3?-devel"),
}
"""What brings a pip, or may: Debian's and Alpine's Python come without one, EL's with ensurepip."""


def faults_of_install(
    stage: StageState,
    command: InstallerCommand,
    workdir: str,
    venv: str,
    problems: Iterable[Unknown],
    line: int,
    variables: Mapping[str, str | None],
) -> Iterator[Fault]:
    """Why a step of pip or uv fails before it looks at a package.

    `venv` is the environment that is active, "" for none.
    """
    if not any(fault.code == "missing-from-context" for fault in stage.faults):
        for why in problems:
            if why.code == "not-in-context" and not stage.system.scripts:
                message = "nothing in this file puts it into the image: the step fails"
                yield Fault(line, "no-such-file", f"{why.reason}; {message}")
    yield from _refused(command, problems, line)
    if command.tool == "uv" and _lacks_environment(stage, command, workdir, venv, variables):
        message = "uv pip installs into a virtual environment, and none is active or made here"
        yield Fault(line, "no-environment", f"{message}: it wants --system or uv venv, and fails")
    if command.tool == "pip" and not venv:
        yield from _without_pip(stage, command, line)
    yield from _without_rights(stage, command, venv, line)


def _refused(command: InstallerCommand, problems: Iterable[Unknown], line: int) -> Iterator[Fault]:
    """Requirements that pip refuses as it reads them; uv reads some of them."""
    every = list(problems)
    changed = any(why.code != "requirement-refused" for why in every)
    for why in every:
        if why.code == "requirement-refused" and "$" not in why.reason:
            certain = command.tool == "pip" and not changed
            message = f"{why.reason}: {command.tool} refuses it, and the step fails"
            yield Fault(line, "input-refused", message, certain=certain)


def _lacks_environment(
    stage: StageState,
    command: InstallerCommand,
    workdir: str,
    venv: str,
    variables: Mapping[str, str | None],
) -> bool:
    """Whether uv finds no environment (docs.astral.sh/uv/pip/environments)."""
    if not command.program.endswith("uv") or stage.system.scripts:
        return False
    if venv or _names_environment(command, variables):
        return False
    return not any(_may_have_environment(stage, folder) for folder in _upwards(workdir))


def _names_environment(command: InstallerCommand, variables: Mapping[str, str | None]) -> bool:
    """Whether options or variables say where uv installs."""
    if any(command.has(item) for item in ("system", "folder", "python")):
        return True
    if (variables.get("UV_SYSTEM_PYTHON") or "").lower() not in _OFF:
        return True
    if any(name in variables for name in _NAME_ENVIRONMENT):
        return True
    first = (variables.get("PATH") or "").partition(":")[0]
    return bool(first) and not first.startswith(("/usr", "/bin", "/sbin", "$"))


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those that it lies in, up to ``/``."""
    while folder != "/":
        yield folder
        folder = posixpath.dirname(folder)
    yield folder


def _may_have_environment(stage: StageState, folder: str) -> bool:
    """Whether uv finds an environment in a folder, or settings that name one."""
    path = posixpath.join(folder, ".venv")
    made = any(item.path == path for item in stage.folders) or stage.files.is_folder(path)
    return made or stage.files.origin_of(path) is not None or _configured(stage, folder)


def _configured(stage: StageState, folder: str) -> bool:
    """Whether a project or ``uv.toml`` may say ``system = true``."""
    for name in ("pyproject.toml", "uv.toml"):
        found = stage.files.find(absolute(name, folder))
        if isinstance(found, FromContext):
            try:
                text = stage.files.context.read(found.path)
            except OSError:
                return True
            if re.search(rb"^\s*system\s*=\s*true", text, re.MULTILINE):
                return True
    return False


def _without_pip(stage: StageState, command: InstallerCommand, line: int) -> Iterator[Fault]:
    """Pip that nothing brought: images of distributions have a Python at most."""
    target, distribution = stage.target, stage.distribution
    if not isinstance(target, Target) or target.image is None or distribution is None:
        return
    own = distribution.has_python_headers or stage.system.pip or stage.system.scripts
    if own or not _has_bare_python(target.image.name) or not _is_bare(command.program):
        return
    if _brings_pip(stage, distribution.family):
        return
    message = f"nothing brings a pip into {target.image.name}: the step fails"
    packages = ("py3-pip" if distribution.family is Family.APK else "python3-pip",)
    yield Fault(line, "no-pip", message, packages=() if lacks_shell(stage) else packages)


def _brings_pip(stage: StageState, family: Family) -> bool:
    """Whether a package, a copied folder or a step before may have brought a pip."""
    pattern = _PIP_PACKAGES[family]
    brought = any(pattern.fullmatch(item.name) for item in stage.packages)
    copied = any("/usr" in item.destination or item.destination == "/" for item in stage.copies)
    return brought or copied or bool(stage.steps)


def _has_bare_python(image: str) -> bool:
    """Whether an image is known to have no pip: a distribution's own, or a run-time image."""
    bare = ("debian:", "ubuntu:", "alpine:", "almalinux:", "rockylinux:", "fedora:", "centos:")
    return image.startswith((*bare, "gcr.io/distroless/"))


def _is_bare(program: str) -> bool:
    return posixpath.dirname(program) in {"", "/usr/bin", "/bin"}


def _without_rights(
    stage: StageState, command: InstallerCommand, venv: str, line: int
) -> Iterator[Fault]:
    """A user who may not write where it installs; a bare pip falls back to the user's home."""
    if command.action not in {"install", "sync"}:
        return
    folder = venv
    if not folder and not _is_bare(command.program):
        folder = posixpath.dirname(posixpath.dirname(command.program))
    venvs = {item.path for item in stage.folders if item.kind == "venv"}
    if folder not in venvs or stage.system.may_write(folder) is not False:
        return
    message = f"the user {stage.system.user} may not write into {folder}, which is another's"
    yield Fault(line, "not-writable", f"{message}: the step fails")
