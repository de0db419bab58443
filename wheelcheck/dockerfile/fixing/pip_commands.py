"""From a written ``pip install …`` to the ``pip wheel …`` and ``pip install …`` of two stages.

Works on the words as they stand in the file, quotes and variables included.
"""

from __future__ import annotations

import re

from wheelcheck.dockerfile.reading.shell.install_commands import installer_command

__all__ = ["from_wheels", "to_wheel_command", "without_cache_option"]

_WORD = re.compile(r"(?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[^\s'\"\\]|\\)+", re.DOTALL)
_NO_CACHE = re.compile(r"[ \t]*--no-cache(?:-dir)?(?:=[^\s\"']+)?(?=[\s\"']|$)")
# Options of `pip install` that `pip wheel` does not know (pip 26.3), with those that take a value.
_INSTALL_ONLY = frozenset(
    {"-U", "--upgrade", "--user", "--no-user", "-I", "--ignore-installed", "--force-reinstall"}
    | {"--compile", "--no-compile", "--no-warn-script-location", "--no-warn-conflicts"}
    | {"--break-system-packages", "--dry-run"}
)
_INSTALL_ONLY_VALUES = frozenset(
    {"-t", "--target", "--prefix", "--root", "--upgrade-strategy", "--root-user-action"}
    | {"--report", "--python-version", "--platform", "--implementation", "--abi"}
)


def without_cache_option(command: str) -> str:
    """The command without ``--no-cache-dir``."""
    return _NO_CACHE.sub("", command)


def to_wheel_command(command: str, folder: str) -> str | None:
    """``pip wheel`` for what ``pip install`` installs, into a folder.

    None where the words do not show that: another command, or options with their values
    in one cluster.
    """
    words = [match[0] for match in _WORD.finditer(without_cache_option(command))]
    position = words.index("install") if "install" in words else -1
    if position < 0 or installer_command(words, {}) is None:
        return None
    remaining = [*words[:position], "wheel", "--wheel-dir", folder]
    rest = words[position + 1 :]
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=")
        if name in _INSTALL_ONLY:
            continue
        if name in _INSTALL_ONLY_VALUES:
            if not equals and rest:
                rest.pop(0)
            continue
        if re.fullmatch(r"-[a-zA-Z]{2,}", word):
            return None
        remaining.append(word)
    return " ".join(remaining)


def from_wheels(command: str, folder: str) -> str | None:
    """The same ``pip install``, from ready wheels alone."""
    match = re.search(r"\binstall\b", command)
    if match is None:
        return None
    return f"{command[: match.end()]} --no-index --find-links {folder}{command[match.end() :]}"
