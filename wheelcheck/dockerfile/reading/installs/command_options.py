"""The options of an install command: what may be chosen, and where it is looked for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from wheelcheck.dockerfile.reading.installs.image_inputs import InstallContext
from wheelcheck.dockerfile.reading.shell.install_commands import FALSE, InstallerCommand
from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.dockerfile.reading.stages.other_python import project_folders
from wheelcheck.errors import RequirementsError, Unknown, UsageError
from wheelcheck.requirements.documents import no_complaint, parse_toml, table
from wheelcheck.requirements.exclude_newer import parse_exclude_newer
from wheelcheck.requirements.pip.pip_configuration import parse_uploaded_prior_to
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.pip_syntax import is_url
from wheelcheck.requirements.projects.uv_settings import SETTINGS_FILE, uv_controls

__all__ = ["command_options", "lock_options", "settings_of_uv"]

_CONTROLS = ("no-binary", "only-binary", "all-releases", "only-final")


def command_options(
    command: InstallerCommand, as_of: date, settings: Mapping[str, Any] = MappingProxyType({})
) -> tuple[CommandLine, list[Unknown]]:
    """The options of a command on a day, and why some of them are refused.

    `settings` are those of uv that lie around it (`settings_of_uv`).
    """
    bound, problems = _exclude_newer(command, as_of)
    if command.has("no-require-hashes") and command.has("require-hashes"):
        message = "--require-hashes and its opposite are both given"
        problems.append(Unknown("option-refused", message))
    options = CommandLine(
        controls=(*uv_controls(settings, no_complaint), *_controls(command)),
        prefer_binary=command.has("prefer-binary"),
        pre=command.has("pre") or "allow" in command.values("prerelease"),
        require_hashes=command.has("require-hashes") and not command.has("no-require-hashes"),
        no_require_hashes=command.has("no-require-hashes"),
        exclude_newer=bound,
        index_url=next(reversed(command.values("index-url")), None),
        extra_index_urls=command.values("extra-index-url"),
        no_index=command.has("no-index"),
        find_links=tuple(filter(is_url, command.values("find-links"))),
        trusted_hosts=command.values("trusted-host"),
        by_uv=command.tool == "uv",
    )
    return options, problems


def lock_options(command: LockCommand, around: InstallContext) -> CommandLine:
    """What the words, variables and settings of a tool that follows a lock say of its files."""
    settings, variables = _LOCK_SETTINGS[command.tool]
    controls = [*settings(around)]
    for name, option in variables.items():
        value = around.environ.get(name, "")
        if name in _FLAGS:
            controls += [(option, ":all:")] if value.lower() not in FALSE else []
        else:
            controls += [(option, each) for each in _names(value, command.tool)]
    if command.tool == "uv":
        controls += _words_of_uv(command.arguments)
    controls.sort(key=lambda control: control[1] != ":all:")
    return CommandLine(controls=tuple(controls), by_uv=command.tool == "uv")


def _words_of_uv(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for behind, word in enumerate(words, 1):
        option, equals, value = word.partition("=")
        if option in _UV_FLAGS:
            yield _UV_FLAGS[option], ":all:"
        elif option.removesuffix("-package") in _UV_FLAGS:
            yield (
                _UV_FLAGS[option.removesuffix("-package")],
                value if equals else "".join(words[behind : behind + 1]),
            )


def settings_of_uv(around: InstallContext) -> Mapping[str, Any]:
    """Uv's settings in the nearest folder that has some."""
    for folder in project_folders(around.workdir):
        own = _document(around, posixpath.join(folder, SETTINGS_FILE))
        if own is not None:
            return own
        project = _document(around, posixpath.join(folder, "pyproject.toml"))
        if project is not None:
            settings = table(project, "tool", "uv", complain=no_complaint)
            if settings:
                return settings
    return {}


def _settings_of_poetry(around: InstallContext) -> tuple[tuple[str, str], ...]:
    """``poetry.toml`` beside the project; variables take the place of what it says."""
    for folder in project_folders(around.workdir):
        own = _document(around, posixpath.join(folder, "poetry.toml"))
        if own is not None:
            return tuple(
                _controls_of_poetry(table(own, "installer", complain=no_complaint), around.environ)
            )
    return ()


def _controls_of_poetry(
    settings: Mapping[str, object], environ: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for option in _CONTROLS[:2]:
        given = settings.get(option)
        if f"POETRY_INSTALLER_{option.upper().replace('-', '_')}" in environ:
            continue
        if given is True:
            yield option, ":all:"
        elif isinstance(given, list):
            yield from ((option, str(each)) for each in given)
        elif isinstance(given, str):
            yield from ((option, each) for each in _names(given, "poetry"))


def _names(value: str, tool: str) -> list[str]:
    """The names in the text of a setting or variable."""
    if tool == "poetry" and value in _TRUTHS:
        return [_TRUTHS[value]]
    return [each for each in re.split(r"[\s,]+", value) if each]


def _document(around: InstallContext, path: str) -> Mapping[str, Any] | None:
    text = around.text_of(path)
    try:
        return None if text is None else parse_toml(path, text)
    except RequirementsError:
        return {}


_Settings = Callable[[InstallContext], tuple[tuple[str, str], ...]]
_LOCK_SETTINGS: Mapping[str, tuple[_Settings, Mapping[str, str]]] = {
    "uv": (
        lambda around: uv_controls(settings_of_uv(around), no_complaint),
        {
            "UV_NO_BINARY": "no-binary",
            "UV_NO_BINARY_PACKAGE": "no-binary",
            "UV_NO_BUILD": "only-binary",
            "UV_NO_BUILD_PACKAGE": "only-binary",
        },
    ),
    "poetry": (
        _settings_of_poetry,
        {
            "POETRY_INSTALLER_NO_BINARY": "no-binary",
            "POETRY_INSTALLER_ONLY_BINARY": "only-binary",
        },
    ),
    "pdm": (
        lambda _: (),
        {
            "PDM_NO_BINARY": "no-binary",
            "PDM_ONLY_BINARY": "only-binary",
        },
    ),
    # it has pip install
    "pipenv": (
        lambda _: (),
        {
            "PIP_NO_BINARY": "no-binary",
            "PIP_ONLY_BINARY": "only-binary",
        },
    ),
}
"""By tool, what reads its settings, and the variables that say which files may be chosen."""
_FLAGS = {"UV_NO_BINARY", "UV_NO_BUILD"}
_TRUTHS = {"true": ":all:", "1": ":all:", "false": ":none:", "0": ":none:"}
"""What Poetry takes for all packages or none (`PackageFilterPolicy` of its config.py)."""
_UV_FLAGS = {"--no-binary": "no-binary", "--no-build": "only-binary"}


def _controls(command: InstallerCommand) -> tuple[tuple[str, str], ...]:
    """What says which files may be chosen, in the order in which it is given."""
    given = [(name, value) for name, value in command.options if name in _CONTROLS and value]
    return (*given, *([("only-binary", ":all:")] if command.has("no-build") else []))


def _exclude_newer(command: InstallerCommand, as_of: date) -> tuple[datetime | None, list[Unknown]]:
    """The last bound that can be read, and why others cannot."""
    bound = None
    problems = []
    for text in command.values("exclude-newer"):
        try:
            parse = parse_uploaded_prior_to if command.tool == "pip" else parse_exclude_newer
            bound = parse(text, now=datetime.combine(as_of, time.max, UTC))
        except UsageError as error:
            problems.append(Unknown("option-refused", str(error)))
    return bound, problems
