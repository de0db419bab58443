"""pip's configuration inside an image: a pip.conf that is copied in, and ``pip config set``.

What it says is what variables such as PIP_INDEX_URL would say, and those go before it. Places and
order: https://pip.pypa.io/en/stable/topics/configuration/, as root and on Linux. A file whose text
cannot be seen is reported where an instruction names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wheelcheck.dockerfile.reading.files.image_files import FromContext, ImageFiles, Inline
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.requirements.pip.pip_configuration import configuration_items

__all__ = ["Setting", "pip_config_set", "pip_settings", "unseen_settings"]

Setting = tuple[str, str]
"""A section with its key (``global.index-url``), and the value."""

_SECTIONS = ("global", "install")


def pip_settings(
    files: ImageFiles,
    variables: Mapping[str, str | None],
    home: str,
    configured: Sequence[Setting] = (),
) -> dict[str, str]:
    """What pip's configuration says, as the variables that would say the same.

    Args:
        files: the files of the stage as they are when the command runs.
        variables: the variables that the command sees; PIP_CONFIG_FILE and VIRTUAL_ENV count.
        home: the user's home, where pip looks for two of its files.
        configured: what ``pip config set`` has set so far, in order: the user's file.
    """
    if variables.get("PIP_CONFIG_FILE") == "/dev/null":
        return {}
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for place in _places(variables, home):
        for section, key, value in _items(files, place):
            if section in found:
                found[section][key] = value
    for name, value in configured:
        section, _, key = name.partition(".")
        if section in found:
            found[section][key] = value
    return {
        f"PIP_{key.upper().replace('-', '_')}": value
        for section in _SECTIONS
        for key, value in found[section].items()
    }


def unseen_settings(
    files: ImageFiles, variables: Mapping[str, str | None], home: str
) -> Iterator[Unknown]:
    """Yield why a configuration that is copied into the image cannot be read."""
    for place in _places(variables, home):
        found = files.find(place)
        named = any(place == placed.path for placed in files.placed) or files.names(place)
        if isinstance(found, Unknown) and named:
            yield Unknown(found.code, f"{place} configures pip, and {found.reason}")


def pip_config_set(words: Sequence[str]) -> Setting | None:
    """The setting of ``pip config [--user|--global|--site] set NAME VALUE``."""
    names = [word.rpartition("/")[2] for word in words]
    if names[:1] and names[0].startswith("python") and names[1:3] == ["-m", "pip"]:
        words = words[2:]
    elif not (names[:1] and names[0].rstrip("0123456789.") == "pip"):
        return None
    rest = [word for word in words[1:] if not word.startswith("-")]
    if rest[:2] != ["config", "set"] or len(rest) != 4:  # noqa: PLR2004 (the name and the value)
        return None
    return rest[2].lower().replace("_", "-"), rest[3]


def _places(variables: Mapping[str, str | None], home: str) -> Iterator[str]:
    """The files that pip reads, the last of them to win."""
    yield from ("/etc/xdg/pip/pip.conf", "/etc/pip.conf")
    configured = variables.get("XDG_CONFIG_HOME") or f"{home}/.config"
    yield from (f"{home}/.pip/pip.conf", f"{configured}/pip/pip.conf")
    yield f"{variables.get('VIRTUAL_ENV') or '/usr/local'}/pip.conf"
    named = variables.get("PIP_CONFIG_FILE")
    if named:
        yield named


def _items(files: ImageFiles, place: str) -> Iterator[tuple[str, str, str]]:
    found = files.find(place)
    try:
        if isinstance(found, Inline):
            text = found.text
        elif isinstance(found, FromContext):
            text = files.context.read(found.path).decode("utf-8", "replace")
        else:
            return
        yield from configuration_items(text, place)
    except (OSError, UsageError):
        return
