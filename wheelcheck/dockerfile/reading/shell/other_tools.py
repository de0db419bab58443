"""What else decides on packages: installers of locks, virtual environments, and the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from wheelcheck.dockerfile.reading.shell.tool_commands import program_run

__all__ = [
    "LockCommand",
    "NotFollowed",
    "VenvCommand",
    "lock_command",
    "not_followed",
    "unwrapped",
    "venv_command",
    "without_wrappers",
]

_LOCKS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "pipenv": {"install": "Pipfile.lock", "sync": "Pipfile.lock"},
        "poetry": {"install": "poetry.lock", "sync": "poetry.lock"},
        "pdm": {"install": "pdm.lock", "sync": "pdm.lock"},
        "uv": {"sync": "uv.lock"},
    }
)
_PROJECTS = {"Pipfile.lock": "Pipfile"}
_WRAPPERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # Programs that run another, with those of their options that take a value.
        "command": frozenset(),
        "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
        "exec": frozenset(),
        "ionice": frozenset({"-c", "-n"}),
        "nice": frozenset({"-n"}),
        "nohup": frozenset(),
        "sudo": frozenset({"-u", "-g", "--user", "--group"}),
        "time": frozenset(),
    }
)
_AS_USER = {"gosu", "su-exec"}
_RUNNERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # Tools whose action run has a program in an environment, with options that take a value.
        "poetry": frozenset({"-C", "--directory", "-P", "--project"}),
        "pdm": frozenset({"-p", "--project"}),
        "pipenv": frozenset(),
        "hatch": frozenset(),
        "uv": frozenset(
            {"--with", "-p", "--python", "--group", "--extra", "--project", "--directory"}
        ),
        "conda": frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}),
        "mamba": frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}),
        "micromamba": frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}),
    }
)
_BEFORE_ACTIONS = frozenset(
    {"--allow-insecure-host", "--cache-dir", "--color", "--config-file", "--directory", "--project"}
)
"""Options of uv, wherever they stand, that take a value (uv 0.13.9 help)."""
_PYTHON = re.compile(r"(?:python|pypy)(?:\d(?:\.\d+)*)?")
_CONDAS = {"conda", "mamba", "micromamba"}
_CONDA_PYTHON = re.compile(r"python(?:=|==|>=|~=|\s)*(\d(?:\.\d+)?)")
_SCRIPT = re.compile(r"(?:\S*/)?\w*(?:pip[_-]?install|pipstrap|get-pip)\w*\.(?:py|sh)")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LockCommand:
    """An installer that follows a lock file. `lock` is its name, `project` the file beside it."""

    tool: str
    action: str
    lock: str
    project: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VenvCommand:
    """A virtual environment made at `path`; `python` where another interpreter is named.

    `pip` says that it gets a pip of its own.
    """

    path: str
    python: str = ""
    pip: bool = True


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """Something that installs Python packages in a way that is not read.

    `python` is the Python that conda installs, as ``3.12``, and `environment` the file that says
    what it installs; "" for none.
    """

    what: str
    python: str = ""
    environment: str = ""

    @property
    def brings_pip(self) -> bool:
        """Whether a pip is there afterwards."""
        return "get-pip" in self.what or "channels" in self.what


def unwrapped(words: Sequence[str]) -> Sequence[str]:
    """Take programs off that only run another one: ``sudo -H env A=b pip …`` is ``pip …``."""
    while words:
        words = without_wrappers(words)
        program = _run_by(words)
        if not program:
            break
        words = program
    return words


def without_wrappers(words: Sequence[str]) -> Sequence[str]:
    """Take programs off that only run another one, but no tool that makes an environment for it."""
    while words:
        name = words[0].rpartition("/")[2]
        if name in _AS_USER and words[2:]:
            words = words[2:]
        elif name in _WRAPPERS and len(words) > 1:
            words = _behind_options(words[1:], _WRAPPERS[name], assigns=True)
        else:
            break
    return words


def _run_by(words: Sequence[str]) -> Sequence[str]:
    """What a tool runs in an environment: ``uv -q run pip …`` runs ``pip …``; () for all else."""
    with_value = _RUNNERS.get(words[0].rpartition("/")[2]) if words else None
    if with_value is not None:
        rest = _behind_options(words[1:], with_value | _BEFORE_ACTIONS)
        if rest and rest[0] == "run":
            return _behind_options(rest[1:], with_value)
    return program_run(words)


def _behind_options(
    words: Sequence[str], with_value: frozenset[str], *, assigns: bool = False
) -> Sequence[str]:
    """What stands behind options and their values; `assigns`: and behind ``A=b`` among them."""
    position = 0
    while position < len(words):
        word = words[position]
        if word in with_value:
            position += 1
        elif word == "--":
            return words[position + 1 :]
        elif not (word.startswith("-") or (assigns and _ASSIGNMENT.fullmatch(word))):
            break
        position += 1
    return words[position:]


def lock_command(words: list[str]) -> LockCommand | None:
    """Recognise pipenv, poetry, pdm and ``uv sync``; None for all else."""
    if words[1:2] == ["-m"]:
        words = words[2:]
    if not words:
        return None
    tool = words[0].rpartition("/")[2]
    actions = _LOCKS.get(tool, {})
    action = next((word for word in words[1:] if not word.startswith("-")), "")
    if action not in actions:
        return None
    lock = actions[action]
    others = tuple(word for word in words[1:] if word != action)
    return LockCommand(tool, action, lock, _PROJECTS.get(lock, "pyproject.toml"), others)


def venv_command(words: list[str]) -> VenvCommand | None:
    """Recognise ``python -m venv PATH``, ``virtualenv PATH``, ``uv venv``; None for all else."""
    rest = _venv_arguments(words)
    if rest is None:
        return None
    paths = []
    python = ""
    position = 0
    while position < len(rest):
        option, _, value = rest[position].partition("=")
        if option in {"-p", "--python"}:
            position += not value
            python = value or (rest[position] if position < len(rest) else "")
        elif option in {"--prompt", "--seeder", "--creator"}:
            position += not value
        elif not option.startswith("-"):
            paths.append(rest[position])
        position += 1
    without_pip = {"--without-pip", "--no-pip", "--no-seed"}
    by_uv = words[0].rpartition("/")[2] == "uv"
    pip = "--seed" in rest if by_uv else without_pip.isdisjoint(rest)
    return VenvCommand(paths[0] if paths else ".venv", python, pip)


def _venv_arguments(words: list[str]) -> list[str] | None:
    """What a command that makes a virtual environment is given; None for all else."""
    if not words:
        return None
    if words[1:] and words[1].startswith("-m") and len(words[1]) > 2:  # noqa: PLR2004
        words = [words[0], "-m", words[1][2:], *words[2:]]
    name = words[0].rpartition("/")[2]
    if _PYTHON.fullmatch(name) and words[1:3] in (["-m", "venv"], ["-m", "virtualenv"]):
        return words[3:]
    if name == "virtualenv":
        return words[1:]
    return words[2:] if name == "uv" and words[1:2] == ["venv"] else None


def not_followed(words: list[str]) -> NotFollowed | None:
    """Recognise what installs Python packages, but is not read."""
    name = words[0].rpartition("/")[2] if words else ""
    rest = words[1:]
    if name in _CONDAS and {"install", "create", "update"} & set(rest[:2]):
        python = next(filter(None, map(_CONDA_PYTHON.match, rest)), None)
        what = f"{name} installs from its own channels"
        return NotFollowed(what, python[1] if python else "", _environment_of(rest))
    if _PYTHON.fullmatch(name) and rest[1:] and rest[0].endswith("setup.py"):
        is_install = bool({"install", "develop"} & set(rest))
        return NotFollowed("setup.py would have to be run") if is_install else None
    what = _other_installer(name, rest) or _script_that_installs(words)
    return NotFollowed(what) if what else None


def _environment_of(words: Sequence[str]) -> str:
    """The environment's file that conda is given; ``conda env`` has one where none is named."""
    for behind, word in enumerate(words, 1):
        option, equals, value = word.partition("=")
        if option in {"-f", "--file"}:
            path = value if equals else next(iter(words[behind:]), "")
            return path if path.endswith((".yml", ".yaml")) else ""
    return "environment.yml" if words[:1] == ["env"] else ""


def _script_that_installs(words: list[str]) -> str:
    script = next(filter(_SCRIPT.fullmatch, words[:2]), None)
    return f"the script {script} is not followed" if script else ""


def _other_installer(name: str, rest: list[str]) -> str:
    """Which program that installs packages is not followed; "" for all others."""
    if name in {"easy_install", "pipx"} and {"install", "inject", "run"} & set(rest[:1]):
        return f"{name} is not followed"
    if name in {"poetry", "pdm", "uv"} and rest[:1] == ["add"]:
        return f"{name} add changes the project and its lock"
    if name == "uv" and rest[:2] in (["tool", "install"], ["python", "install"]):
        return f"uv {rest[0]} install is not followed"
    if name in {"eval", "xargs"} and any("pip" in word for word in rest):
        return f"{name} is not followed"
    return ""
