"""Inputs that are not for a target: its Python, its machine or its system."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.requirements.requirement_set import LockFormat, Requirements, Scope
from wheelcheck.targets import Target

__all__ = ["reader_of", "scope_refusals"]

_READERS = {
    LockFormat.UV: "uv",
    LockFormat.POETRY: "Poetry",
    LockFormat.PDM: "PDM",
    LockFormat.PIPFILE: "Pipenv",
}
_RELOCK = {
    LockFormat.UV: "or widen `environments` in [tool.uv] and run `uv lock`",
    LockFormat.PDM: "or add it with `pdm lock --platform … --append`",
    LockFormat.PYLOCK: "or make a lock for this one, too",
}


def reader_of(format_: LockFormat | None, tool: str) -> str:
    """Who reads a lock of a format: its own tool, or `tool` for those that several read."""
    return tool if format_ is None else _READERS.get(format_, tool)


def scope_refusals(requirements: Requirements, target: Target, tool: str) -> Iterator[InputRefusal]:
    """Yield a refusal for each input that is not for a target.

    Args:
        requirements: what was read.
        target: where it would be installed.
        tool: who installs what has no tool of its own: ``pip`` or ``uv``.
    """
    formats = {lock.origin.file: lock.format for lock in requirements.locks}
    for scope in requirements.scopes:
        if not scope.advisory and not scope.admits(target):
            yield _refusal(scope, target, formats.get(scope.origin.file), tool)


def _refusal(scope: Scope, target: Target, format_: LockFormat | None, tool: str) -> InputRefusal:
    if scope.kind == "python":
        message = f"{scope.why}, and Python here is {target.python_full_version}"
        mend = "take a Python that it admits"
    else:
        message = f"{scope.why}, and this is none of them"
        mend = "take a target that it is for"
        if format_ in _RELOCK:
            mend = f"{mend}, {_RELOCK[format_]}"
    code = "another-python" if scope.kind == "python" else "another-environment"
    return InputRefusal(code, reader_of(format_, tool), message, mend, where=scope.origin)
