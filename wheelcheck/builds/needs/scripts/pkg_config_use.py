"""What a script asks pkg-config for, by commands, modules for it, and its own functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.scripts.program_questions import RUNNERS
from wheelcheck.builds.needs.scripts.script_branches import Certainty
from wheelcheck.builds.needs.scripts.system_question import (
    SystemQuestion,
    beginning,
    called,
    constant,
    line_of,
    names_in,
)
from wheelcheck.builds.setup_script.script_syntax import walk
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["PkgConfigUse", "listed_packages"]

_PKG_CONFIG = re.compile(
    r"(?i)(?!\w*npy_|(?:create|generate|install|write)_)"
    r"(?:(\w*_)?pkg_?config\w*|parse_pkg\w*|use_pkg_?config)"
)
"""Modules and functions that ask pkg-config; not those that write files for it, or for
`numpy.distutils` (``add_npy_pkg_config``)."""
_COMMAND = "pkg-config"
_OPTION = re.compile(
    r"(print-|atleast-|exact-|max-)?(mod)?versions?|(cflags|libs)(-only-\w+)*|exists"
    r"|static|(pkg)?(data|include|lib|bin)?dir|prefix|exec_prefix|silence-errors|print-errors"
    r"|variable|short-errors|list-all"
)
"""Options of pkg-config, which helpers take without their dashes."""
_PACKAGE = re.compile(r"([A-Za-z][\w.+-]*?)\s*(?:(>=?|<=?|==?|!=)\s*([\d.]+))?")


class PkgConfigUse(Struct, frozen=True):
    """How a script speaks to pkg-config: by itself, and through functions of its own.

    `askers` are the functions that hand their arguments on, `lists` the strings that names
    stand for. `is_seen`: the script speaks to it at all.
    """

    is_seen: bool
    askers: frozenset[str]
    lists: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, nodes: Sequence[ast.AST]) -> PkgConfigUse:
        """The use of a script that has these nodes."""
        names = any(
            _COMMAND in node.value
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        seen = names or any(
            _PKG_CONFIG.fullmatch(_owner(node)) for node in nodes if isinstance(node, ast.Call)
        )
        return cls(seen, _askers(nodes) if names else frozenset(), _lists(nodes) if seen else {})

    def packages(self, node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
        """The packages that a command or a function asks pkg-config for."""
        if called(node) in {"exists", "installed"}:
            certainty = max(certainty, Certainty.CONDITIONAL)
        for word in _joined(word for text in self._words(node) for word in text.split()):
            match = _PACKAGE.fullmatch(word)
            if match and not _OPTION.fullmatch(match[1]) and not match[1].isupper():
                least = match[3] if (match[2] or "").startswith(">") else ""
                yield SystemQuestion(FileKind.PC, match[1], line_of(node), certainty, least)

    def _words(self, node: ast.AST) -> list[str]:
        """What a command, a call or an option of that name tells pkg-config."""
        if isinstance(node, ast.List | ast.Tuple):
            return _after_command(self._meant(node.elts))
        if isinstance(node, ast.Dict):
            return self._meant(_options(node))
        if not isinstance(node, ast.Call):
            return []
        name = called(node)
        command = (beginning(node.args[0]) if node.args else "").split()
        asks = name in RUNNERS or any(word.startswith("--") for word in command)
        if asks and command[:1] == [_COMMAND]:
            return _joined(command[1:])
        is_asker = name in self.askers
        if is_asker or (_PKG_CONFIG.fullmatch(_owner(node)) and name not in RUNNERS):
            return self._meant(node.args)
        return []

    def _meant(self, nodes: Iterable[ast.expr]) -> list[str]:
        return [text for node in nodes for text in _meant(node, self.lists)]


def _options(node: ast.Dict) -> Iterator[ast.expr]:
    """The values of ``{"pkgconfig": "foo bar"}``, which a helper of the script reads."""
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None and _PKG_CONFIG.fullmatch(constant(key).replace("-", "_")):
            yield value


def _after_command(words: Sequence[str]) -> list[str]:
    """What a list of words gives to pkg-config, where that is the command."""
    if not any(word.rpartition("/")[2] == _COMMAND for word in words[:2]):
        return []
    return [word for word in words if _COMMAND not in word]


def listed_packages(text: str, line: int, certainty: Certainty) -> Iterator[SystemQuestion]:
    """The packages of our tables in a string that names nothing else, or is a command."""
    words = text.split()
    command = _COMMAND in words[0].rpartition("/")[2]
    if len(words) == 1 or words[1][0] in "<>=" or command:
        for word in _joined(words):
            match = _PACKAGE.fullmatch(word)
            if match and library_called("pc", match[1]):
                yield SystemQuestion(FileKind.PC, match[1], line, certainty)


def _askers(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Functions of the script that hand their arguments on to pkg-config."""
    return frozenset(
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        and node.args.args + ([node.args.vararg] if node.args.vararg else [])
        and any(_COMMAND in constant(part) for part in walk(node))
        and not any(isinstance(part, ast.FunctionDef) and part is not node for part in walk(node))
    )


def _lists(nodes: Iterable[ast.AST]) -> Mapping[str, tuple[str, ...]]:
    """Names that stand for strings: constants, lists of them, and variables of loops over lists."""
    found: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        target: ast.expr | None = None
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.For):
            target, value = node.target, node.iter
        if isinstance(target, ast.Name) and value is not None:
            known = found.get(value.id, ()) if isinstance(value, ast.Name) else ()
            texts = [text for text, _ in names_in(value, Certainty.SURE)]
            found[target.id] = (*found.get(target.id, ()), *known, *texts)
    return found


def _meant(node: ast.expr, lists: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The strings that an argument may be."""
    if isinstance(node, ast.Starred):
        node = node.value
    if isinstance(node, ast.Name):
        yield from lists.get(node.id, ())
    elif isinstance(node, ast.List | ast.Tuple | ast.BinOp):
        yield from (text for text, _ in names_in(node, Certainty.SURE))
    else:
        yield beginning(node)


def _joined(words: Iterable[str]) -> list[str]:
    """The words of a command, a version joined to the package before it."""
    found: list[str] = []
    for word in words:
        if found and (word[0] in "<>=!" or found[-1][-1] in "<>="):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _owner(node: ast.Call) -> str:
    """The module or the function of a call: ``pkgconfig`` of ``pkgconfig.parse("x")``."""
    if isinstance(node.func, ast.Attribute):
        base = node.func.value
        owner = getattr(base, "id", getattr(base, "attr", ""))
        return owner if _PKG_CONFIG.fullmatch(owner) else node.func.attr
    return called(node)
