"""pip and uv on a shell line: a command's words → what it installs, with which options.

Options and whether they take a value are in `installer_options.csv`, one row each with its source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Literal

from wheelcheck.requirements.requirement_set import UNKNOWN_INDEX
from wheelcheck.tables import read_table

__all__ = [
    "FALSE",
    "INDEX_OPTIONS",
    "InstallerCommand",
    "Tool",
    "first_argument",
    "installer_command",
    "module_run",
    "takes_value",
    "unknown_index",
]

Tool = Literal["pip", "uv"]

_PIP = re.compile(r"pip(?:\d(?:\.\d+)*)?")
_PYTHON = re.compile(r"(?:python|pypy)(?:\d(?:\.\d+)*)?t?")
_ACTIONS = {"pip": {"install", "wheel", "download"}, "uv": {"install", "sync"}}
_PACKAGES_OF_UV = {"no-binary-package": "no-binary", "no-build-package": "only-binary"}
"""Variables of uv (UV_NO_BINARY_PACKAGE) for which `uv pip` has options of another name."""
INDEX_OPTIONS = {"index-url", "extra-index-url", "find-links"}
"""Meanings of options that name where files are looked for."""
FALSE = {"", "n", "no", "f", "false", "off", "0"}
"""Values of variables that set no flag."""


@dataclass(frozen=True, slots=True)
class InstallerCommand:
    """``pip install …`` and its like. `action` is install, wheel, download or sync.

    `options` pairs meanings (the column of that name in `installer_options.csv`) with values, in
    the order in which the tool sees them, variables first. `program` is the interpreter or pip
    as written. `strange` are options that the table does not have; `by_variables` are the options
    that variables set, which also reach the runs of pip that set up build environments.
    """

    tool: Tool
    action: str
    program: str
    arguments: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    strange: tuple[str, ...] = ()
    by_variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def values(self, meaning: str) -> tuple[str, ...]:
        """All values given for a meaning, in order; () where the option is not there."""
        return _values(self.options, meaning)

    def inherited(self, meaning: str) -> tuple[str, ...]:
        """The values that variables give for a meaning."""
        return _values(self.by_variables, meaning)

    def has(self, meaning: str) -> bool:
        """Whether an option of that meaning is there."""
        return any(name == meaning for name, _ in self.options)


@dataclass(frozen=True, slots=True)
class _Option:
    takes_value: bool
    meaning: str


@cache
def _options(tool: Tool) -> Mapping[str, _Option]:
    found = {}
    for row in read_table("dockerfile/reading/shell/installer_options.csv"):
        if row["tool"] == tool:
            option = _Option(row["takes_value"] == "yes", row["meaning"])
            found.update(dict.fromkeys(row["spellings"].split(), option))
    return found


def takes_value(tool: Tool, option: str) -> bool:
    """Whether a value follows an option; False where it is not known."""
    found = _options(tool).get(option)
    return found is not None and found.takes_value


def installer_command(
    words: Sequence[str], environ: Mapping[str, str | None]
) -> InstallerCommand | None:
    """Recognise pip or uv; `environ` holds ``PIP_*`` and ``UV_*``. None for all other commands."""
    if words and words[0].rpartition("/")[2] == "pip-sync":
        return _pip_sync(words, environ)
    found = _tool(words)
    if found is None:
        return None
    tool, program, rest = found
    start = first_argument(rest, partial(takes_value, tool))
    if start is None or rest[start] not in _ACTIONS[tool]:
        return None
    before, after = list(_read(tool, rest[:start])), list(_read(tool, rest[start + 1 :]))
    variables = tuple(_from_environment(tool, environ))
    given = [(name, value) for name, value in (*before, *after) if name not in {"", "?"}]
    return InstallerCommand(
        tool,
        rest[start],
        program,
        _values(after, ""),
        (*variables, *given),
        _values((*before, *after), "?"),
        variables,
    )


def _values(options: Iterable[tuple[str, str]], meaning: str) -> tuple[str, ...]:
    return tuple(value for name, value in options if name == meaning)


def _pip_sync(words: Sequence[str], environ: Mapping[str, str | None]) -> InstallerCommand | None:
    """``pip-sync FILE…`` lets pip install files of requirements (pip-tools)."""
    files = [word for word in words[1:] if not word.startswith("-")]
    rest = [word for word in words[1:] if word.startswith("-")]
    given = [word for each in files or ["requirements.txt"] for word in ("-r", each)]
    return installer_command(["pip", "install", *rest, *given], environ)


def _tool(words: Sequence[str]) -> tuple[Tool, str, Sequence[str]] | None:
    """The tool, its program as written, and the words behind it."""
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    if _PIP.fullmatch(name):
        return "pip", words[0], words[1:]
    if name == "uv":
        return _uv(words[0], words[1:])
    module, rest = module_run(words) or ("", ())
    if module == "uv":
        return _uv(words[0], rest)
    return ("pip", words[0], rest) if module == "pip" else None


def module_run(words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """The module that Python is to run, and the words behind it: ``-m pip``, also as ``-mpip``.

    None for a command that is no Python, or that runs no module.
    """
    if not words or not _PYTHON.fullmatch(words[0].rpartition("/")[2]):
        return None
    if len(words) > 1 and words[1].startswith("-m") and len(words[1]) > 2:  # noqa: PLR2004
        words = [words[0], "-m", words[1][2:], *words[2:]]
    # Options of Python itself may stand before -m, those without a value of their own.
    behind = next((at for at, word in enumerate(words) if at and not word.startswith("-")), 0)
    if not behind or words[behind - 1] != "-m":
        return None
    return words[behind], words[behind + 1 :]


def _uv(program: str, words: Sequence[str]) -> tuple[Tool, str, Sequence[str]] | None:
    start = first_argument(words, partial(takes_value, "uv"))
    if start is None or words[start] != "pip":
        return None
    return "uv", program, [*words[:start], *words[start + 1 :]]


def first_argument(words: Sequence[str], has_value: Callable[[str], bool]) -> int | None:
    """Where the first word stands that is neither an option nor an option's value.

    Parameters:
        words: What stands behind a program, or behind an action of it.
        has_value: Whether a value follows an option.
    """
    skip = False
    for position, word in enumerate(words):
        if skip:
            skip = False
        elif not word.startswith("-"):
            return position
        else:
            skip = has_value(word)
    return None


def _read(tool: Tool, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (meaning, value); meaning "" for an argument, "?" for an option not known."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            yield from (("", each) for each in rest)
            return
        if not word.startswith("-") or word == "-":
            yield "", word
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            yield from _option(tool, name, value if equals else None, rest)
        else:
            yield from _cluster(tool, word[1:], rest)


def _option(tool: Tool, name: str, value: str | None, rest: list[str]) -> Iterator[tuple[str, str]]:
    """One option; its value is taken off `rest` where it does not stand with it."""
    option = _options(tool).get(name) or (_abbreviated(name) if tool == "pip" else None)
    if option is None:
        yield "?", name
        return
    if option.takes_value and value is None:
        value = rest.pop(0) if rest else ""
    if option.meaning:
        # A flag has no value: --no-cache-dir=off still disables the cache, as every value does.
        yield option.meaning, (value or "") if option.takes_value else ""


def _abbreviated(name: str) -> _Option | None:
    """An option by the beginning of its name, as pip's own parser (optparse) takes it."""
    found = {id(item): item for known, item in _options("pip").items() if known.startswith(name)}
    return next(iter(found.values())) if len(found) == 1 else None


def _cluster(tool: Tool, letters: str, rest: list[str]) -> Iterator[tuple[str, str]]:
    """``-qU`` is ``-q -U``; ``-qrFILE`` and ``-qr FILE`` are ``-q -r FILE``."""
    while letters:
        name, letters = f"-{letters[0]}", letters[1:]
        option = _options(tool).get(name)
        if option is not None and option.takes_value:
            yield from _option(tool, name, letters.removeprefix("=") or None, rest)
            return
        yield from _option(tool, name, None, rest)


def _from_environment(tool: Tool, environ: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """Options that variables set: ``PIP_NO_CACHE_DIR``, ``UV_INDEX_URL``."""
    prefix = f"{tool.upper()}_"
    for name, value in environ.items():
        if not name.startswith(prefix):
            continue
        spelling = name.removeprefix(prefix).lower().replace("_", "-")
        option = _options(tool).get("--" + _PACKAGES_OF_UV.get(spelling, spelling))
        if option is None or not option.meaning:
            continue
        if value is not None:
            values = _values_of(tool, spelling, option, value)
            yield from ((option.meaning, each) for each in values)
        elif option.meaning in INDEX_OPTIONS:
            yield unknown_index(name)


def unknown_index(given_by: str) -> tuple[str, str]:
    """The option that stands for an index of which only the variable or option is known."""
    return "extra-index-url", f"{UNKNOWN_INDEX}{given_by}"


def _values_of(tool: Tool, spelling: str, option: _Option, value: str) -> Sequence[str]:
    """What a variable gives an option: "" for a flag that it sets, nothing where it sets none."""
    if tool == "uv" and spelling == "no-binary":  # a flag as a variable, unlike the option
        return () if value.lower() in FALSE else (":all:",)
    if option.takes_value:
        return value.split()
    # pip takes PIP_NO_CACHE_DIR=off for a wish to have no cache (its cmdoptions.py).
    always = option.meaning == "no-cache" and tool == "pip"
    return ("",) if always or value.lower() not in FALSE else ()
