"""Programs that install others, each into an environment of its own: pipx, ``uv tool``, uvx.

A command becomes those of pip or ``uv pip`` that it stands for.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

from wheelcheck.dockerfile.reading.shell.install_commands import (
    InstallerCommand,
    first_argument,
    installer_command,
    module_run,
    takes_value,
)

__all__ = ["ToolCommand", "ToolInstall", "program_run", "tool_command"]

_PYTHON_AT = re.compile(r"(?:.*/)?(?:python|pypy)(?:\d(?:\.\d+)*)?(?:@(?:latest|([\w.]+)))?")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_AT_VERSION = re.compile(r"([A-Za-z0-9][\w.-]*(?:\[[\w.,-]*\])?)@([\w.!+]+)")

_WITH_VALUE = {
    "uv": {
        "--from",
        "-w",
        "--with",
        "--with-requirements",
        "--with-editable",
        "--with-executables-from",
        "--env-file",
        "--no-binary-package",
        "--no-build-package",
    },
    "pipx": {
        "--app",
        "--backend",
        "--cooldown",
        "--fetch-python",
        "-i",
        "--include-resources-from",
        "--index-url",
        "--lock",
        "--output",
        "--pip-args",
        "--preinstall",
        "--python",
        "--python-args",
        "-r",
        "--requirement",
        "--spec",
        "--suffix",
        "--upgrade-strategy",
        "--with",
    },
}
"""Options beside those of ``uv pip`` (uv 0.13.9 help), and those of pipx (1.18.4 --help)."""
_INSTALLING = {"uv": {"install", "run"}, "pipx": {"install", "inject", "run"}}
_LEFT_OUT = {
    "--editable",
    "--env-file",
    "--force",
    "--from",
    "--isolated",
    "--lfs",
    "--no-env-file",
    "--no-require-build-hashes",
    "--python",
    "-e",
    "-p",
}
"""What ``uv pip install`` does not have, or has for something else."""


@dataclass(frozen=True, slots=True)
class ToolInstall:
    """What goes into one environment: the command of pip or uv that fills it, and its name.

    `python` is the Python that it is made for, as it is written; "" for the usual one.
    """

    command: InstallerCommand
    name: str
    python: str = ""


@dataclass(frozen=True, slots=True)
class ToolCommand:
    """A command of uv or pipx that installs tools; `once` says that it also runs one of them.

    `by_uv` is what pipx has uv install where that is beside it; () where the command settles it.
    `for_all` says that it installs for all users.
    """

    tool: Literal["uv", "pipx"]
    installs: tuple[ToolInstall, ...]
    once: bool = False
    by_uv: tuple[ToolInstall, ...] = ()
    for_all: bool = False


def tool_command(words: Sequence[str], environ: Mapping[str, str | None]) -> ToolCommand | None:
    """Recognise ``uv tool install``, ``uvx``, ``pipx install`` and their like; None for all else.

    Parameters:
        words: The command's words.
        environ: Variables that it sees, of which ``UV_*`` and ``PIP_*`` count.
    """
    found = _action_of(words)
    if found is None or found.name not in _INSTALLING[found.tool]:
        return None
    if found.tool == "uv":
        return _uv(found.rest, environ, once=found.name == "run")
    return _pipx(found, environ)


def program_run(words: Sequence[str]) -> Sequence[str]:
    """What such a tool runs: ``uvx --with a pip …`` runs ``pip …``; () for all else."""
    found = _action_of(words)
    if found is None or found.name != "run":
        return ()
    start = first_argument(found.rest, partial(_has_value_behind, found.tool))
    return () if start is None else found.rest[start:]


@dataclass(frozen=True, slots=True)
class _Action:
    """What a tool is to do: ``install``, ``run``; and the words without that."""

    tool: Literal["uv", "pipx"]
    name: str
    rest: Sequence[str]


def _action_of(words: Sequence[str]) -> _Action | None:
    """The action of pipx, ``uv tool`` or uvx; None for all other commands."""
    if not words:
        return None
    program = words[0].rpartition("/")[2]
    if program == "uvx":
        return _Action("uv", "run", words[1:])
    name, rest = module_run(words) or (program, words[1:])
    if name == "pipx":
        return _Action("pipx", *_action("pipx", rest))
    group, rest = _action("uv", rest) if name == "uv" else ("", rest)
    return _Action("uv", *_action("uv", rest)) if group == "tool" else None


def _action(tool: Literal["uv", "pipx"], words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The first word that is no option, and all others: both tools take options before it too.

    "" where there is none.
    """
    start = first_argument(words, partial(_has_value_behind, tool))
    return ("", words) if start is None else (words[start], [*words[:start], *words[start + 1 :]])


def _has_value_behind(tool: Literal["uv", "pipx"], option: str) -> bool:
    """Whether the next word is an option's value."""
    return option in _WITH_VALUE[tool] or (tool == "uv" and takes_value(tool, option))


def _uv(
    words: Sequence[str], environ: Mapping[str, str | None], *, once: bool
) -> ToolCommand | None:
    options, arguments = _parted("uv", words, once=once)
    given = dict(options)
    named = given.get("--from") or next(iter(arguments), "")
    if not named:
        return None
    python = given.get("-p") or given.get("--python") or environ.get("UV_PYTHON") or ""
    package = _requirement(named)
    editable = not once and bool({"-e", "--editable"} & given.keys())
    packages = ["-e", package] if editable else [package]
    if once and (own := _PYTHON_AT.fullmatch(named)):  # uvx python@3.12 installs what is --with it
        packages, python = [], own[1] or python
    extra = list(_options_of_uv(options))
    command = installer_command(["uv", "pip", "install", *extra, *packages], environ)
    if command is None or not (command.arguments or command.has("requirement") or editable):
        return None
    found = ToolInstall(command, _name_of(package), python)
    return ToolCommand("uv", (found,), once)


def _options_of_uv(options: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The options as ``uv pip install`` has them."""
    for name, value in options:
        if name in {"-w", "--with", "--with-executables-from"}:
            yield from filter(None, value.split(","))
        elif name == "--with-requirements":
            yield from ("-r", value)
        elif name == "--with-editable":
            yield from ("-e", value)
        elif name == "--no-binary":  # a flag here, an option with names there
            yield from ("--no-binary", ":all:")
        elif name in {"--no-binary-package", "--no-build-package"}:
            yield from ("--no-binary" if "binary" in name else "--only-binary", value)
        elif name not in _LEFT_OUT:
            yield name
            if takes_value("uv", name):
                yield value


def _pipx(action: _Action, environ: Mapping[str, str | None]) -> ToolCommand | None:
    once = action.name == "run"
    options, arguments = _parted("pipx", action.rest, once=once)
    given = dict(options)
    if once and ("--path" in given or _is_script(given, arguments)):
        return None
    backend = given.get("--backend") or environ.get("PIPX_DEFAULT_BACKEND")

    def installs(by: str) -> tuple[ToolInstall, ...]:
        return tuple(_installs_of_pipx(action.name, by, options, arguments, environ))

    found = installs(backend or "pip")
    by_uv = () if backend else installs("uv")
    return ToolCommand("pipx", found, once, by_uv, "--global" in given) if found else None


def _is_script(given: Mapping[str, str], arguments: Sequence[str]) -> bool:
    """Whether ``pipx run`` runs a file or a page, which says itself what it requires."""
    place = next(iter(arguments), "").partition("?")[0]
    return "--spec" not in given and place.lower().endswith(".py")


def _installs_of_pipx(
    action: str,
    backend: str,
    options: Sequence[tuple[str, str]],
    arguments: Sequence[str],
    environ: Mapping[str, str | None],
) -> Iterator[ToolInstall]:
    """What each environment gets, by the commands of the backend."""
    given = dict(options)
    before = ["uv", "pip", "install"] if backend == "uv" else ["pip", "install"]
    before += _in_words(given.get("--pip-args", ""))
    index = given.get("-i") or given.get("--index-url")
    before += ["--index-url", index] if index else []
    before += [value for name, value in options if name in {"--preinstall", "--with"}]
    before += [
        word for name, value in options if name in {"-r", "--requirement"} for word in ("-r", value)
    ]
    editable = ["-e"] if {"-e", "--editable"} & given.keys() else []
    python = given.get("--python") or environ.get("PIPX_DEFAULT_PYTHON") or ""
    if action == "inject":
        groups = [(arguments[0], arguments[1:])] if arguments else []
    else:
        spec = given.get("--spec")
        packages = [spec] if spec else arguments[:1] if action == "run" else arguments
        groups = [(_name_of(each) + given.get("--suffix", ""), [each]) for each in packages]
    for name, packages in groups:
        line = [*before, *(word for each in packages for word in (*editable, each))]
        command = installer_command(line, environ)
        if command is not None and (packages or "-r" in line):
            yield ToolInstall(command, name, python)


def _parted(
    tool: Literal["uv", "pipx"], words: Sequence[str], *, once: bool
) -> tuple[list[tuple[str, str]], list[str]]:
    """Options with their values, and arguments; `once` only what stands before what is run."""
    options: list[tuple[str, str]] = []
    arguments: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            arguments += rest
            break
        if not word.startswith("-"):
            arguments.append(word)
            if once:
                break
            continue
        name, equals, value = word.partition("=")
        if _has_value_behind(tool, name):
            value = value if equals else "".join(rest[:1])
            rest = rest if equals else rest[1:]
        options.append((name, value))
    return options, arguments


def _in_words(text: str) -> list[str]:
    """The words of a text; none where its quotes do not end: pipx stops there."""
    with suppress(ValueError):
        return shlex.split(text)
    return []


def _requirement(text: str) -> str:
    """``ruff@0.6.0``, as uv writes it, is ``ruff==0.6.0``; ``ruff@latest`` is the newest."""
    match = _AT_VERSION.fullmatch(text)
    if match is None:
        return text
    return match[1] if match[2] == "latest" else f"{match[1]}=={match[2]}"


def _name_of(requirement: str) -> str:
    """The name of the environment for a requirement."""
    match = None if "/" in requirement.partition("@")[0] else _NAME.match(requirement)
    return match[0].lower().replace("_", "-").replace(".", "-") if match else "tool"
