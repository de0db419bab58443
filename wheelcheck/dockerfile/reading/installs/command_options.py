"""The options of an install command: what may be chosen, and where it is looked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.requirements.exclude_newer import parse_exclude_newer
from wheelcheck.requirements.pip.pip_configuration import parse_uploaded_prior_to
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.pip_syntax import is_url

__all__ = ["command_options"]

_CONTROLS = ("no-binary", "only-binary", "all-releases", "only-final")


def command_options(command: InstallerCommand, as_of: date) -> tuple[CommandLine, list[Unknown]]:
    """The options of a command on a day, and why some of them are refused."""
    bound, problems = _exclude_newer(command, as_of)
    if command.has("no-require-hashes") and command.has("require-hashes"):
        message = "--require-hashes and its opposite are both given"
        problems.append(Unknown("option-refused", message))
    options = CommandLine(
        controls=_controls(command),
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
    )
    return options, problems


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
