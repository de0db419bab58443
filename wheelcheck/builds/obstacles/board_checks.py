"""Setup scripts that stop where they do not find the board they are made for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from wheelcheck.builds.obstacles.setup_run.sdist_modules import named_scripts
from wheelcheck.builds.obstacles.setup_run.stop import Stop
from wheelcheck.builds.obstacles.setup_run.syntax import dotted
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["board_checks"]

_ASKS = re.compile(r"/proc/cpuinfo|/proc/device-tree|/sys/firmware/devicetree|/etc/rpi-issue")
_BOARDS = re.compile(
    r"raspberry|beagle ?bone|\bjetson|orange ?pi|odroid|banana ?pi|\bRPi\b", re.IGNORECASE
)
_EXITS = {"sys.exit", "exit", "quit", "os._exit"}


def board_checks(texts: Mapping[str, str]) -> Iterator[Stop]:
    """The first place where a setup script stops, saying that this is not its board.

    It counts where the script, or a module that it imports, reads what Linux says of the machine.
    """
    scripts = dict(_scripts(texts))
    if not any(map(_ASKS.search, scripts.values())):
        return
    for path, text in scripts.items():
        tree = parse(text) if _BOARDS.search(text) else None
        if tree is None or isinstance(tree, Unknown):
            continue
        for node, words in _stops(tree):
            why = f"it wants a board that it does not find: {' '.join(words.split())[:100]}"
            yield Stop("RuntimeError", why, f"{path}:{node.lineno}")
            return


def _scripts(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The setup script, what lies beside it, and the modules of packages that it imports."""
    beside = dict(named_scripts(texts))
    yield from beside.items()
    words = "\n".join(beside.values())
    for path, text in texts.items():
        module = path.removesuffix(".py").replace("/", ".")
        if "." in module and f"import {module}" in words:
            yield path, text


def _stops(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Statements that raise or exit, and name a board or stand behind a print that does."""
    for node in ast.walk(tree):
        for body in (getattr(node, field, None) for field in ("body", "orelse", "finalbody")):
            before = ""
            for part in body if isinstance(body, list) else ():
                words = " ".join(_texts(part))
                if _ends(part) and _BOARDS.search(f"{before} {words}"):
                    yield part, words or before
                before = words if isinstance(part, ast.Expr) else ""


def _ends(part: ast.AST) -> bool:
    call = part.value if isinstance(part, ast.Expr) else None
    exits = isinstance(call, ast.Call) and dotted(call.func) in _EXITS
    return exits or isinstance(part, ast.Raise)


def _texts(part: ast.AST) -> Iterator[str]:
    """The texts in a simple statement."""
    if isinstance(part, ast.Expr | ast.Raise):
        for node in ast.walk(part):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
