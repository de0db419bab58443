"""Tools that write a requirement file which a later step installs.

``poetry export``, ``uv export``, ``pdm export`` and ``pipenv requirements`` write what the lock
says; ``pip-compile`` and ``uv pip compile`` what their sources resolve to. Sources: the manuals of
poetry-plugin-export, uv, PDM, Pipenv and pip-tools.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand

__all__ = ["ExportCommand", "export_command"]

_LOCKS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("poetry", "export"): "poetry.lock",
        ("uv", "export"): "uv.lock",
        ("pdm", "export"): "pdm.lock",
        ("pipenv", "requirements"): "Pipfile.lock",
        ("pipenv", "lock"): "Pipfile.lock",
    }
)
_LOCK_FILES = {
    "poetry": "poetry.lock", "uv": "uv.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock",
}  # fmt: skip
_COMPILERS: Mapping[tuple[str, ...], bool] = MappingProxyType(
    {("pip-compile",): True, ("piptools", "compile"): True, ("uv", "pip", "compile"): False}
)
"""Commands that resolve their sources, and whether they write a file of a usual name."""


_OUTPUTS = ("-o", "--output", "--output-file")
_COMPILE_VALUES = frozenset(
    {"-o", "--output-file", "--extra", "-c", "--constraint", "--constraints", "--override"}
    | {"--python-version", "-p", "--python", "--python-platform", "-i", "--index-url", "--index"}
    | {"--default-index", "--extra-index-url", "-f", "--find-links", "--resolver", "--group"}
    | {"--annotation-style", "-P", "--upgrade-package", "--cache-dir", "--index-strategy"}
    | {"--exclude-newer", "--pip-args", "--unsafe-package", "--format", "--color"}
    | {"--only-binary", "--no-binary", "--prerelease", "--resolution", "--trusted-host"}
)


@dataclass(frozen=True, slots=True)
class ExportCommand:
    """A command that writes requirements. `output` is "" where they go to its output.

    `lock` is the lock that it follows, None for a compiler, which reads `sources` with `extras`.
    """

    output: str = ""
    lock: LockCommand | None = None
    sources: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


def export_command(words: Sequence[str]) -> ExportCommand | None:
    """Recognise a tool that writes requirements; None for all else."""
    words = words[2:] if words[1:2] == ["-m"] else words
    name = posixpath.basename(words[0]) if words else ""
    for compiler, usual in _COMPILERS.items():
        if (name, *words[1 : len(compiler)]) == compiler:
            return _compiled(words[len(compiler) :], usual=usual)
    return _lock_export(name, words[1:])


def _lock_export(name: str, words: Sequence[str]) -> ExportCommand | None:
    """What a tool writes from a lock; ``lock`` without options writes the lock itself."""
    action = next((word for word in words if not word.startswith("-")), "")
    rest = [word for word in words if word != action]
    if action == "lock" and name in _LOCK_FILES and not {"-r", "--requirements"} & set(rest):
        return ExportCommand(_LOCK_FILES[name])
    lock = _LOCKS.get((name, action))
    if lock is None:
        return None
    project = "Pipfile" if name == "pipenv" else "pyproject.toml"
    command = LockCommand(name, action, lock, project, tuple(rest))
    return ExportCommand(_last(_values(rest, _OUTPUTS)), command)


def _compiled(words: Sequence[str], *, usual: bool) -> ExportCommand:
    """``pip-compile`` writes a file of a usual name, ``uv pip compile`` its output."""
    sources = []
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _COMPILE_VALUES
        else:
            sources.append(word)
    output = _last(_values(words, _OUTPUTS))
    if usual:
        sources = sources or ["requirements.in"]
        source = sources[0]
        named = f"{source[:-3]}.txt" if source.endswith(".in") else "requirements.txt"
        output = output or named
    return ExportCommand(
        "" if output == "-" else output,
        sources=tuple(sources),
        extras=tuple(_values(words, ("--extra",))),
    )


def _values(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """What is given for any of these options, in order."""
    parts = ((behind, *word.partition("=")) for behind, word in enumerate(words, 1))
    return [
        value if equals else "".join(words[behind : behind + 1])
        for behind, name, equals, value in parts
        if name in options
    ]


def _last(values: Sequence[str]) -> str:
    return values[-1] if values else ""
