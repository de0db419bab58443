"""pip's own configuration, read only when the user asks for it.

In pip's order, the last wins: ``pip.conf`` of the system, of the user, of the environment,
``PIP_CONFIG_FILE``, then ``PIP_*`` variables; within the files ``[global]`` before ``[install]``.
Source: pip's documentation on configuration, and pip 26.3 `_internal/configuration.py`.
"""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from wheelcheck.errors import UsageError
from wheelcheck.regular_files import is_regular, read_regular
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.pip_syntax import CONTROLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from configparser import RawConfigParser

__all__ = ["configuration_items", "parse_uploaded_prior_to", "pip_configuration"]

_FLAGS = ("prefer-binary", "pre", "no-index", "require-hashes", "no-require-hashes")
_LISTS = {
    "extra-index-url": "extra_index_urls",
    "find-links": "find_links",
    "trusted-host": "trusted_hosts",
    "constraint": "constraints",
    "build-constraint": "build_constraints",
}
_TRUE = {"y", "yes", "t", "true", "on", "1"}
_FALSE = {"n", "no", "f", "false", "off", "0"}


def pip_configuration(
    environ: Mapping[str, str],
    *,
    now: datetime,
    home: Path | None = None,
    prefix: Path | None = None,
    platform: str | None = None,
) -> CommandLine:
    """Return the options that ``pip install`` would start from; put others `over` them.

    `environ` holds the variables, `now` (aware) is what ``uploaded-prior-to = P7D`` counts from.
    `home`, `prefix` (of the environment pip runs in) and `platform` (as `sys.platform`) are this
    process's by default. Keys that do not concern the choice of files are passed over.

    Raises UsageError for a file or value that pip would refuse.
    """
    places = _places(environ, home or Path.home(), prefix, platform or sys.platform)
    values: dict[str, Any] = {}
    controls = []
    for key, value in _settings(places, environ):
        if key in CONTROLS and value:
            controls.append((key, value))
        elif value:
            values.update(_value(key, value, now))
    inherited = values.get("constraints", ())
    return CommandLine(controls=tuple(controls), inherited_constraints=inherited, **values)


def _settings(places: Iterable[Path], environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Keys with their values, in the order in which later values count."""
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    for path in places:
        for section, key, value in _items(path):
            if section in sections:
                sections[section][key] = value
    for keys in sections.values():
        yield from keys.items()
    variables = {
        _key(name.removeprefix("PIP_")): value
        for name, value in environ.items()
        if name.startswith("PIP_")
    }
    yield from variables.items()


def _value(key: str, value: str, now: datetime) -> Iterator[tuple[str, object]]:
    """Yield the field of `CommandLine` that a key sets, if it sets one, and its value."""
    if key in _FLAGS:
        if value.lower() not in _TRUE | _FALSE:
            raise UsageError(f"pip's configuration: {key} wants yes or no, not {value!r}")
        yield key.replace("-", "_"), value.lower() in _TRUE
    elif key in _LISTS:
        yield _LISTS[key], tuple(value.split())
    elif key in {"index-url", "pypi-url"}:
        yield "index_url", value
    elif key == "uploaded-prior-to":
        try:
            bound = parse_uploaded_prior_to(value, now)
        except UsageError as error:
            raise UsageError(f"pip's configuration: {error}") from error
        yield "exclude_newer", bound


def parse_uploaded_prior_to(value: str, now: datetime) -> datetime:
    """Whole days before `now` (``P7D``), or a moment; pip takes one without a zone as local.

    A date is its first moment, where uv's ``--exclude-newer`` includes the day. Raises UsageError.
    """
    days = re.fullmatch(r"P(\d+)D", value, re.ASCII)
    try:
        if days:
            return now.astimezone(UTC) - timedelta(days=int(days[1]))
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"uploaded-prior-to is no date or duration in days: {value!r}") from error


def _places(
    environ: Mapping[str, str], home: Path, prefix: Path | None, platform: str
) -> list[Path]:
    """Where configuration may lie, in the order of reading."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    windows = platform == "win32"
    name, legacy = ("pip.ini", "pip") if windows else ("pip.conf", ".pip")
    if windows:
        shared = [Path(environ.get("PROGRAMDATA", r"C:\ProgramData")) / "pip"]
        user = Path(environ.get("APPDATA", home / "AppData" / "Roaming")) / "pip"
    elif platform == "darwin":
        shared, user = [Path("/Library/Application Support/pip")], _user_on_macos(home)
    else:
        shared, user = _on_unix(environ, home)
    directories = [*shared]
    if not (named and Path(named).exists()):
        directories += [home / legacy, user]
    directories.append(prefix or Path(sys.prefix))
    return [directory / name for directory in directories] + ([Path(named)] if named else [])


def _user_on_macos(home: Path) -> Path:
    support = home / "Library" / "Application Support" / "pip"
    return support if support.is_dir() else home / ".config" / "pip"


def _on_unix(environ: Mapping[str, str], home: Path) -> tuple[list[Path], Path]:
    """The folders of all users, and that of the user (XDG base directories)."""
    roots = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    shared = [*(Path(root) / "pip" for root in roots.split(":")), Path("/etc")]
    return shared, Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip"


_LARGEST = 1_000_000


def _parser() -> RawConfigParser:
    from configparser import RawConfigParser  # most runs read no configuration

    parser = RawConfigParser()
    parser.optionxform = _key  # type: ignore[assignment,method-assign]  # as its manual has it
    return parser


def configuration_items(text: str, shown: str) -> Iterator[tuple[str, str, str]]:
    """Yield section, key and value of each setting of a pip.conf.

    Args:
        text: what the file holds.
        shown: its name for people.

    Raises:
        UsageError: pip would refuse the file.
    """
    from configparser import Error

    parser = _parser()
    try:
        parser.read_string(text)
    except Error:
        raise UsageError(f"pip's configuration {shown} cannot be read") from None
    for section in parser.sections():
        for key, value in parser.items(section):
            yield section, key, value


def _items(path: Path) -> Iterator[tuple[str, str, str]]:
    from configparser import Error

    parser = _parser()
    if not is_regular(path):
        return
    encoding = "utf-8" if sys.flags.utf8_mode else locale.getencoding()
    try:
        parser.read_string(read_regular(path, _LARGEST).decode(encoding))
    except OSError:  # as pip: what cannot be read says nothing
        return
    except (Error, UnicodeDecodeError) as error:
        raise UsageError(f"pip's configuration {path.name} cannot be read") from error
    for section in parser.sections():
        for key, value in parser.items(section):
            yield section, key, value


def _key(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")
