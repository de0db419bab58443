"""The target that an install command asks for, where that is not the image it runs in.

pip: ``--platform``, ``--python-version``, ``--implementation``, ``--abi``
(https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-platform); markers stay those of the
Python that runs pip. uv: ``--python-platform`` and ``--python-version``, whose markers follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from msgspec import structs

from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.errors import TargetError, Unknown
from wheelcheck.targets import Target, parse_target_on
from wheelcheck.targets.other_platforms import MacOS, NamedMacOS, NamedWindows, Windows
from wheelcheck.targets.platforms import Architecture, Linux, NamedTags, Platform
from wheelcheck.targets.tags import abi_tag, interpreter_tag

__all__ = ["requested_target", "requests_a_target"]

_PYTHON = re.compile(r"(\d)\.?(\d+)(?:\.(\d+))?")
_TRIPLES: Mapping[str, str] = MappingProxyType(
    {
        "linux": "manylinux_2_28_x86_64",
        "x86_64-unknown-linux-gnu": "manylinux_2_28_x86_64",
        "aarch64-unknown-linux-gnu": "manylinux_2_28_aarch64",
        "riscv64-unknown-linux": "manylinux_2_39_riscv64",
        "x86_64-unknown-linux-musl": "musllinux_1_2_x86_64",
        "aarch64-unknown-linux-musl": "musllinux_1_2_aarch64",
        "windows": "win_amd64",
        "x86_64-pc-windows-msvc": "win_amd64",
        "aarch64-pc-windows-msvc": "win_arm64",
        "macos": "macosx_14_0_arm64",
        "aarch64-apple-darwin": "macosx_14_0_arm64",
        "x86_64-apple-darwin": "macosx_14_0_x86_64",
    }
)
"""uv's names of platforms by their newest tag: `uv pip install --help`, uv 0.13.9."""


def requests_a_target(command: InstallerCommand) -> bool:
    """Whether a command asks for a target of its own."""
    return command.has("platform") or command.has("for-python") or command.has("for-abi")


def requested_target(command: InstallerCommand, image: Target, as_of: date) -> Target | Unknown:
    """The target that a command asks for, as the image that it runs in sees it.

    Args:
        command: for which `requests_a_target` holds.
        image: the target of the stage.
        as_of: the day of the build.

    Returns:
        The target, or why it is not known.
    """
    try:
        return _requested(command, image, as_of)
    except (TargetError, ValueError) as error:
        return Unknown("other-platform", f"the target that it asks for is not known here: {error}")


def _requested(command: InstallerCommand, image: Target, as_of: date) -> Target:
    target = _with_python(command.values("for-python")[-1:], image)
    target = _with_implementation(command.values("for-implementation")[-1:], target)
    names = command.values("platform")
    own = abi_tag(target)
    strange = [abi for abi in command.values("for-abi") if abi not in {own, "abi3", "none"}]
    if strange:
        raise ValueError(f"--abi {strange[0]} is not that of its Python ({own})")
    if not names:
        return replace(target, notes=())
    spelled = interpreter_tag(target.implementation, target.python)
    if command.tool == "uv":
        platform = parse_target_on(f"{spelled}-{_uv_tag(names[-1])}", as_of=as_of).platform
        return replace(target, platform=platform, notes=())
    platforms = [_pip_platform(name, spelled, image, as_of) for name in names]
    running = tuple(sorted(image.marker_environment().items()))
    return replace(target, platform=_named(platforms, names, running), notes=())


def _named(
    platforms: Sequence[Platform], names: tuple[str, ...], running: tuple[tuple[str, str], ...]
) -> Platform:
    """What several ``--platform`` of pip name together."""
    first = platforms[0]
    if isinstance(first, Linux):
        return NamedTags(first.arch, first.libc, first.libc_version, names, running)
    if len(set(names)) > 1:
        raise ValueError(f"--platform {names[0]} beside {names[1]}")
    if isinstance(first, Windows):
        return NamedWindows(first.arch, running)
    if isinstance(first, MacOS):
        return NamedMacOS(first.arch, first.release, running)
    raise ValueError(f"--platform {names[0]}")


def _pip_platform(name: str, python: str, image: Target, as_of: date) -> Platform:
    """What a tag of ``--platform`` is for; ``linux_x86_64`` names no libc: it is the image's."""
    if name.startswith("linux_") and isinstance(image.platform, Linux):
        return structs.replace(image.platform, arch=Architecture(name.removeprefix("linux_")))
    return parse_target_on(f"{python}-{name}", as_of=as_of).platform


def _uv_tag(name: str) -> str:
    """``x86_64-manylinux_2_28`` → ``manylinux_2_28_x86_64``; triples by their table."""
    if name in _TRIPLES:
        return _TRIPLES[name]
    arch, _, level = name.partition("-")
    return f"{level}_{arch}"


def _with_python(given: tuple[str, ...], target: Target) -> Target:
    if not given:
        return target
    match = _PYTHON.fullmatch(given[0])
    if match is None:
        raise ValueError(f"--python-version {given[0]}")
    python = int(match[1]), int(match[2])
    full = f"{python[0]}.{python[1]}.{match[3] or 0}"
    return replace(target, python=python, python_full_version=full)


def _with_implementation(given: tuple[str, ...], target: Target) -> Target:
    own = interpreter_tag(target.implementation, target.python)[:2]
    if given and given[0] not in {own, "py"}:
        raise ValueError(f"--implementation {given[0]}")
    return target
