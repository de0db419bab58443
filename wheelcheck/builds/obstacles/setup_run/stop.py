"""How the run of a setup script ends: it stops, returns, or nothing more is certain."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.builds.obstacles.setup_run.syntax import dotted
from wheelcheck.builds.setup_script.script_syntax import kinds_caught

__all__ = [
    "OTHER_VERSION",
    "SETUP_EXIT",
    "Done",
    "Returned",
    "SetUp",
    "Stop",
    "Stopped",
    "catching",
    "exits_of_commands",
    "message",
]

OTHER_VERSION = "OtherVersion"
"""In the place of an exception: the script ends, and installers discard what it gives."""
SETUP_EXIT = "SystemExit of setup()"
"""In the place of an exception: `setup()` makes a `SystemExit` of what it refuses
and of some errors of its commands (`distutils.core` of setuptools 60.10 to 80.9, run)."""

_EXITED = {"FileNotFoundError", "IsADirectoryError", "OSError", "IOError", "EnvironmentError"}
_EXITED |= {"DistutilsError", "CCompilerError", "CompileError", "LinkError", "LibError"}
_WIDE = {"Exception", "BaseException", "StandardError"}
_PARENTS = {  # and what the same call raises where the program is not installed
    "ModuleNotFoundError": {"ImportError"},
    SETUP_EXIT: {"SystemExit"},
    "InvalidVersion": {"ValueError"},
    "InvalidRequirement": {"ValueError"},
    "IsADirectoryError": {"OSError", "IOError", "EnvironmentError"},
    "FileNotFoundError": {"OSError", "IOError", "EnvironmentError"},
    "CalledProcessError": {"SubprocessError", "OSError", "FileNotFoundError", "IOError"},
    "NameError": {"UnboundLocalError"},
    "UnicodeDecodeError": {"ValueError", "UnicodeError"},
}


class Stop(Struct, frozen=True):
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
    if raised == OTHER_VERSION:
        return None
    exits = raised in {"SystemExit", SETUP_EXIT}
    caught = {raised, *_PARENTS.get(raised, ()), *({"BaseException"} if exits else _WIDE)}
    for handler in handlers:
        for kind in kinds_caught(handler):
            if kind is None or dotted(kind).rpartition(".")[2] in caught:
                return handler
    return None


@contextmanager
def exits_of_commands() -> Iterator[None]:
    """What the commands of `setup()` raise goes on as it leaves `setup()`.

    `run_commands` makes a `SystemExit` of errors of the system, of distutils and of compilers;
    the others pass as they are, `CalledProcessError` among them.
    """
    try:
        yield
    except Stopped as stopped:
        name = stopped.stop.exception
        if name in _EXITED or name.startswith("Distutils"):
            raise Stopped(replace(stopped.stop, exception=SETUP_EXIT)) from None
        raise


def message(node: ast.AST | None, value: Callable[[ast.expr], Any]) -> str:
    """What an exception or an exit says, shortened, after a colon. `value` gives what is known."""
    args = node.args if isinstance(node, ast.Call) else []
    text = value(args[0]) if args else None
    lines = text.split() if isinstance(text, str) else []
    return f": {' '.join(lines)[:100]}" if lines else ""
