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
    _, remaining = _of_installing(words[position + 1 :])
    if any(re.fullmatch(r"-[a-zA-Z]{2,}", word) for word in remaining):
        return None
    return " ".join([*words[:position], "wheel", "--wheel-dir", folder, *remaining])


def _of_installing(words: list[str]) -> tuple[list[str], list[str]]:
    """The options that `pip install` alone knows, with their values, and all other words."""
    rest, own, others = list(words), [], []
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=")
        if name in _INSTALL_ONLY:
            own.append(word)
        elif name in _INSTALL_ONLY_VALUES:
            own += [word, *([rest.pop(0)] if not equals and rest else [])]
        else:
            others.append(word)
    return own, others


def from_wheels(command: str, folder: str, *, as_files: bool = False) -> str | None:
    """The same ``pip install``, from ready wheels alone.

    `as_files` names them as files instead of what they are chosen by: ``--no-binary`` would admit
    none of them, and a hash is that of the sdist, not of the wheel that is built of it.
    """
    match = re.search(r"\binstall\b", command)
    if match is None:
        return None
    if as_files:
        words = [each[0] for each in _WORD.finditer(command[match.end() :])]
        own, others = _of_installing(words)
        cache = [word for word in others if _NO_CACHE.fullmatch(word)]
        options = " ".join([*cache, *own, "--no-index", "--no-deps", f"{folder}/*.whl"])
        return f"{command[: match.end()]} {options}"
    return f"{command[: match.end()]} --no-index --find-links {folder}{command[match.end() :]}"
