"""What a folder holds that can be judged, by the names that tools give to their files.

Of several, the file comes first that says most exactly what will be installed: a lock before a
requirement file, a requirement file before a project's own declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from wheelcheck.errors import UsageError

__all__ = ["FolderInputs", "folder_inputs", "project_table"]

PROJECT = "pyproject.toml"
PYTHON_VERSION = ".python-version"

_LOCKS = (
    ("uv.lock", "uv"),
    ("pylock.toml", ""),
    ("pylock.*.toml", ""),
    ("poetry.lock", "poetry"),
    ("pdm.lock", "pdm"),
    ("Pipfile.lock", ""),
    ("pixi.lock", "pixi"),
)
"""Patterns of names, and the table under ``[tool]`` of a project that uses the tool."""
_REQUIREMENT_FILES = (
    *("requirements.txt", "requirements.lock", "requirements*.txt", "requirements.in"),
    *("requirements/prod*.txt", "requirements/base.txt", "requirements/*.txt"),
)
"""``requirements.lock`` is Rye's; the folder ``requirements`` is an old habit of web projects."""
_PROJECTS = (PROJECT, "setup.cfg", "setup.py")
_LAST = ("environment.yml", "environment.yaml")
_LOCAL_PROJECT = re.compile(r"(?:(?:-e|--editable)[ =]?\s*)?\.(?:/|\[[\w,.\s-]*\])?")
"""A line that installs the project of the same folder, and nothing else."""
_LARGEST_PEEK = 200_000


class FolderInputs(Struct, frozen=True):
    """What a folder holds, as names relative to it.

    `taken` is what is judged, "" where nothing is there; `locks` are all lock files, `taken`
    among them; `left` is everything else that declares requirements. `empty_project` says
    that `taken` is a ``pyproject.toml`` that only configures tools.
    """

    taken: str = ""
    locks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    empty_project: bool = False


def folder_inputs(folder: Path) -> FolderInputs:
    """Find what can be judged in a folder; files are looked for by name, few are opened.

    Raises `UsageError` where a ``pyproject.toml`` cannot be read.
    """
    tree = project_table(folder)
    locks = tuple(dict.fromkeys(name for name, _ in _present_locks(folder)))
    projects, others = _present(folder, _PROJECTS), _present(folder, _LAST)
    declaring = [name for name in projects if name != PROJECT or _declares(tree)]
    files = list(dict.fromkeys(_named(folder, _REQUIREMENT_FILES)))
    useful, aside = _split(folder, files) if declaring else (files, [])
    candidates = [*_by_tool(folder, tree), *useful, *declaring, *others, *aside, *projects]
    taken = next(iter(candidates), "")
    every = dict.fromkeys((*locks, *files, *declaring, *others))
    return FolderInputs(
        taken,
        locks,
        tuple(name for name in every if name != taken),
        empty_project=taken == PROJECT and not declaring,
    )


def _present(folder: Path, names: Iterable[str]) -> list[str]:
    return [name for name in names if (folder / name).is_file()]


def _split(folder: Path, files: Sequence[str]) -> tuple[list[str], list[str]]:
    """Requirement files, and those that hold nothing but the project beside them."""
    aside = [name for name in files if _is_local_project(folder / name)]
    return [name for name in files if name not in aside], aside


def project_table(folder: Path) -> Mapping[str, Any]:
    """The ``pyproject.toml`` of a folder, {} where there is none; raises `UsageError`."""
    path = folder / PROJECT
    if not path.is_file():
        return {}
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None


def _present_locks(folder: Path) -> Iterator[tuple[str, str]]:
    for pattern, tool in _LOCKS:
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                yield path.name, tool


def _by_tool(folder: Path, tree: Mapping[str, Any]) -> list[str]:
    """The locks, before all others that of the only tool that the project is set up for."""
    tools = tree.get("tool", {})
    present = list(_present_locks(folder))
    used = [name for name, tool in present if tool and isinstance(tools, dict) and tool in tools]
    rest = [name for name, _ in present]
    return [*(used if len(used) == 1 else ()), *rest]


def _named(folder: Path, patterns: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                yield path.relative_to(folder).as_posix()


def _declares(tree: Mapping[str, Any]) -> bool:
    """Whether a ``pyproject.toml`` says of a project what it requires, or that it does not."""
    tools = tree.get("tool", {})
    poetry = isinstance(tools, dict) and "poetry" in tools
    return poetry or bool(tree.keys() & {"project", "dependency-groups"})


def _is_local_project(path: Path) -> bool:
    """Whether a requirement file has nothing but the project beside it: ``-e .``."""
    if path.stat().st_size > _LARGEST_PEEK:
        return False
    lines = (
        line.partition(" #")[0].strip()
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    )
    written = [line for line in lines if line and not line.startswith("#")]
    return bool(written) and all(map(_LOCAL_PROJECT.fullmatch, written))
