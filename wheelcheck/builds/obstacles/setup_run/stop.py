"""How the run of a setup script ends: it stops, returns, or nothing more is certain."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from wheelcheck.builds.obstacles.setup_run.syntax import dotted

__all__ = ["Done", "Returned", "SetUp", "Stop", "Stopped", "catching", "message"]

_WIDE = {"Exception", "BaseException", "StandardError"}
_PARENTS = {  # and what the same call raises where the program is not installed
    "ModuleNotFoundError": {"ImportError"},
    "DistutilsSetupError": {"SystemExit"},
    "InvalidVersion": {"ValueError"},
    "IsADirectoryError": {"OSError", "IOError", "EnvironmentError"},
    "FileNotFoundError": {"OSError", "IOError", "EnvironmentError"},
    "CalledProcessError": {"SubprocessError", "OSError", "FileNotFoundError", "IOError"},
    "NameError": {"UnboundLocalError"},
    "UnicodeDecodeError": {"ValueError", "UnicodeError"},
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a script stops for certain: the exception, why, and the place (``setup.py:41``)."""

    exception: str
    why: str
    place: str


class Done(Exception):  # noqa: N818 (no error: what follows says nothing more)
    """The script has called `setup()`, or what follows is no longer certain."""


class SetUp(Done):
    """The script has called `setup()`: what stands behind in `finally` runs for certain."""


class Stopped(Exception):  # noqa: N818
    """The script raises."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop


class Returned(Exception):  # noqa: N818
    """A function returns."""


def catching(handlers: Iterable[ast.ExceptHandler], raised: str) -> ast.ExceptHandler | None:
    """The handler that catches an exception of this name; None if it goes on."""
    caught = {raised, *_PARENTS.get(raised, ())}
    if raised != "SystemExit":
        caught |= _WIDE
    else:
        caught.add("BaseException")
    for handler in handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or dotted(kind).rpartition(".")[2] in caught for kind in kinds):
            return handler
    return None


def message(node: ast.AST | None, value: Callable[[ast.expr], Any]) -> str:
    """What an exception or an exit says, shortened, after a colon. `value` gives what is known."""
    args = node.args if isinstance(node, ast.Call) else []
    text = value(args[0]) if args else None
    lines = text.split() if isinstance(text, str) else []
    return f": {' '.join(lines)[:100]}" if lines else ""
