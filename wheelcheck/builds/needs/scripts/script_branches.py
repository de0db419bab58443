"""The parts of a script that run on Linux, and which of them always do."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import partial
from typing import Any

from wheelcheck.builds.needs.scripts.absent_files import is_absent, is_left_over, prepares
from wheelcheck.builds.needs.scripts.last_ways import last_ways
from wheelcheck.builds.setup_script.script_syntax import children, statements
from wheelcheck.builds.setup_script.side_effects import swallows_failures
from wheelcheck.truth import joined_by, opposite

__all__ = ["Certainty", "Part", "branches", "by_defaults", "holds_on_linux"]

_ASIDE = re.compile(r"(?i)test|clean|sdist|doc|lint|upload|format|publish|release|(^|_)help")
"""Functions and commands that no build runs."""
_OTHER = re.compile(
    r"(?i)(^|[^a-z])(win(dows|nt)?(_?(32|64))?|mac(os|osx)?|osx|darwin|msvc|mingw(32)?|cygwin|nt"
    r"|msys|xcode|bsd|freebsd|openbsd|netbsd|aix|sunos|solaris)([^a-z]|$)"
)
_SYSTEM = re.compile(
    r"linux2?|windows|win32|nt|darwin|posix|mac|macos|osx|cygwin|unix|msvc|mingw32"
)
_LINUX = re.compile(r"(?i)(^|[^a-z])(linux\d?|posix|unix)([^a-z]|$)")
_LOOKS = re.compile(
    r"(?i)have|has|with|use|using|enable|exist|found|find|check|support|option|try|environ|argv"
    r"|getenv|debug|static|wants?|build_|which|isfile|isdir"
)
_LIST = re.compile(r"(?i)(.*_)?(libraries|libs)")
_COMPILER = re.compile(
    r"(?i)(^|[^a-z])(clang|intel(em|w)?|icc|icpc|icx|ifort|msvc|pgi|pgcc|nvhpc|nvcc|cray|xlc|nag|absoft)"
    r"([^a-z]|$)"
)
_GNU = re.compile(r"(?i)(^|[^a-z])(gcc|g\+\+|gnu\d*|gfortran|mingw32)([^a-z]|$)")
_FILE = re.compile(r"(?i)\.(lib|dll|dylib|pyd|framework|exe)\b")
_PLATFORM = re.compile(
    r"platform|os\.name|sys_?name|system|uname|is_?|on_?|^[A-Z_]+$", re.IGNORECASE
)


class Certainty(IntEnum):
    """Whether a part of a script runs in an isolated build on Linux."""

    SURE = 0
    DEFAULT = 1
    """The last of several ways to set the same list of libraries, each under a condition."""
    CONDITIONAL = 2
    """Under a condition that only a build decides: one of several ways to do the same."""
    TENTATIVE = 3
    """Where the script looks for something, offers a choice, or goes on if it fails."""


_YES = re.compile(r"(?i)(yes|true|on|1|y|no|false|off|0|n)")
_NO = re.compile(r"(?i)(no|false|off|0|n)")
Part = tuple[ast.AST, Certainty]
_Below = Callable[[Any, Certainty, Mapping[int, bool]], Iterator[Part]]


def branches(tree: ast.Module, decided: Mapping[int, bool]) -> Iterator[Part]:
    """Every node that may run on Linux, from the top down.

    Functions are taken to be called, but for those named after tests, documentation and the like.

    Parameters:
        tree: The script.
        decided: What is known of its conditions and handlers, by their line.
    """
    attempted = partial(_attempted, demanded=_demanded(tree))
    chosen = partial(_chosen, last_ways=last_ways(tree))
    below_of: Mapping[type[ast.AST], _Below]
    below_of = {**_BELOW, ast.If: chosen, ast.IfExp: chosen, ast.Try: attempted}
    todo: list[Part] = [(node, Certainty.SURE) for node in reversed(tree.body)]
    while todo:
        node, certainty = part = todo.pop()
        yield part
        below = below_of.get(type(node))
        if below is None:
            todo += [(each, certainty) for each in reversed(children(node))]
        else:
            todo += reversed(list(below(node, certainty, decided)))


def by_defaults(tree: ast.Module) -> Mapping[int, bool]:
    """The conditions, by their line, on flags that a helper reads from the environment.

    ``LINK_SSL = check_env("LINK_SSL", "YES")`` is what it is by default: nobody sets it.
    """
    flags: dict[str, bool | None] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            flags[name] = None if name in flags else _default_of(node.value)
    if not any(flags.values()):
        return {}
    tests = (node for node in statements(tree) if isinstance(node, ast.If))
    truths = ((node.lineno, _by_flags(node.test, flags)) for node in tests)
    return {line: truth for line, truth in truths if truth is not None}


def _default_of(node: ast.expr) -> bool | None:
    """What ``check_env("NAME", "YES")`` gives where the environment says nothing."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
        return None
    last = node.args[-1]
    text = last.value if isinstance(last, ast.Constant) else None
    helps = "env" in node.func.id.lower() and node.func.id != "getenv"
    if not (helps and isinstance(text, str) and _YES.fullmatch(text)):
        return None
    return _NO.fullmatch(text) is None


def _by_flags(test: ast.expr, flags: Mapping[str, bool | None]) -> bool | None:
    match test:
        case ast.Name(id=name):
            return flags.get(name)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return opposite(_by_flags(operand, flags))
        case ast.BoolOp(op=operator, values=values):
            return joined_by(operator, [_by_flags(value, flags) for value in values])
        case _:
            return None


def _defined(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    certainty: Certainty,
    decided: Mapping[int, bool],
) -> Iterator[Part]:
    if not _ASIDE.search(node.name) and not _names_other_system(node.name):
        yield from _body(node, certainty, decided)


def _body(node: ast.AST, certainty: Certainty, decided: Mapping[int, bool]) -> Iterator[Part]:
    """The parts of a function; what follows ``if …: return`` is under a condition as well.

    Not where that asks for what an earlier run of the build has left.
    """
    for part in children(node):
        yield part, certainty
        returns = isinstance(part, ast.If) and isinstance(part.body[-1], ast.Return)
        if isinstance(part, ast.If) and returns and not is_left_over(part.test):
            truth = decided.get(part.lineno, holds_on_linux(part.test))
            if truth is not False:
                certainty = max(certainty, Certainty.CONDITIONAL)


def _chosen(
    node: ast.If | ast.IfExp,
    certainty: Certainty,
    decided: Mapping[int, bool],
    last_ways: Collection[int],
) -> Iterator[Part]:
    known = decided.get(node.lineno) if isinstance(node, ast.If) else None
    by_system = holds_on_linux(node.test)
    truth = by_system if known is None else known
    body, orelse = _statements(node.body), _statements(node.orelse)
    yield node.test, certainty
    if truth is None:
        taken, other = _undecided(node.test, body, orelse, certainty)
        if node.lineno in last_ways:
            taken = max(certainty, Certainty.DEFAULT)
    else:
        taken, other = certainty, Certainty.TENTATIVE
        if not truth:
            taken, other = other, taken
    if truth is not False or by_system is None:
        yield from ((part, taken) for part in body)
    if truth is not True or by_system is None:
        yield from ((part, other) for part in orelse)


def _statements(branch: ast.expr | list[ast.stmt]) -> Sequence[ast.AST]:
    return branch if isinstance(branch, list) else [branch]


def _undecided(
    test: ast.expr, body: Sequence[ast.AST], orelse: Sequence[ast.AST], certainty: Certainty
) -> tuple[Certainty, Certainty]:
    """How certain the branches are of a condition that only a build decides."""
    if is_absent(test) and any(map(prepares, body)):
        return certainty, max(certainty, Certainty.TENTATIVE)
    looks = _LOOKS.search(ast.unparse(test)) is not None
    doubt = max(certainty, Certainty.TENTATIVE if looks else Certainty.CONDITIONAL)
    either = _sets_list(body) and _sets_list(orelse)
    return (
        certainty if _is_default(test) else doubt,
        max(certainty, Certainty.DEFAULT) if either else doubt,
    )


def _sets_list(body: Sequence[ast.AST]) -> bool:
    """Whether one of the statements sets a list of libraries."""
    return any(
        isinstance(part, ast.Assign)
        and isinstance(part.value, ast.List)
        and any(map(_is_list, part.targets))
        for part in body
    )


def _demanded(tree: ast.Module) -> frozenset[str]:
    """Names without which a script ends: ``if not HAS_IT: raise …``, outside functions."""
    return frozenset(
        node.test.operand.id
        for node in tree.body
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.UnaryOp)
        and isinstance(node.test.op, ast.Not)
        and isinstance(node.test.operand, ast.Name)
        and isinstance(node.body[-1], ast.Raise)
    )


def _attempted(
    node: ast.Try, certainty: Certainty, decided: Mapping[int, bool], demanded: frozenset[str]
) -> Iterator[Part]:
    """What is tried, and what is done where that fails."""
    fails = any(decided.get(handler.lineno) for handler in node.handlers)
    goes_on = any(
        _goes_on(handler) and demanded.isdisjoint(_denied(handler)) for handler in node.handlers
    )
    tried = max(certainty, Certainty.TENTATIVE) if goes_on and not fails else certainty
    instead = max(certainty, Certainty.CONDITIONAL)
    yield from ((part, tried) for part in node.body)
    for handler in node.handlers:
        taken = certainty if decided.get(handler.lineno) else instead
        yield from ((part, taken) for part in (handler.type, *handler.body) if part is not None)
    yield from ((part, certainty) for part in (*node.orelse, *node.finalbody))


def _denied(handler: ast.ExceptHandler) -> Iterator[str]:
    """The names that a handler sets to False or the like."""
    for part in handler.body:
        value = part.value if isinstance(part, ast.Assign) else None
        if isinstance(part, ast.Assign) and isinstance(value, ast.Constant) and not value.value:
            yield from (each.id for each in part.targets if isinstance(each, ast.Name))


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether a script goes on after a failure, and not by another attempt that must succeed."""
    if not swallows_failures(handler):
        return False
    last = handler.body[-1]
    return not (isinstance(last, ast.Try) and not any(map(_goes_on, last.handlers)))


def _is_default(test: ast.expr) -> bool:
    """Whether a condition asks for what nobody gave: ``libraries is None``, ``not libraries``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _is_list(test.operand)
    if not isinstance(test, ast.Compare) or any(isinstance(x, ast.Call) for x in ast.walk(test)):
        return False
    right = test.comparators[0]
    if isinstance(test.ops[0], ast.NotIn):
        return _is_list(right)
    return (
        isinstance(test.ops[0], ast.Is) and isinstance(right, ast.Constant) and right.value is None
    )


def _is_list(node: ast.expr) -> bool:
    name = getattr(node, "attr", getattr(node, "id", ""))
    return _LIST.fullmatch(name) is not None


def _entries(node: ast.Dict, certainty: Certainty, _: Mapping[int, bool]) -> Iterator[Part]:
    """The entries of a table but for those of other systems: ``{"win32": …, "linux": …}``.

    In a table by compilers, GCC's among them, the other compilers' are of no build here.
    """
    names = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    of_gnu = any(isinstance(name, str) and _GNU.search(name) for name in names)
    for name, key, value in zip(names, node.keys, node.values, strict=True):
        other = isinstance(name, str) and (
            _names_other_system(name) or (of_gnu and _names_other_compiler(name))
        )
        if not other:
            yield from ([(key, certainty)] if key is not None else [])
            yield value, certainty


_BELOW: Mapping[type[ast.AST], _Below] = {
    ast.FunctionDef: _defined,
    ast.AsyncFunctionDef: _defined,
    ast.ClassDef: _defined,
    ast.Dict: _entries,
}
"""What of a node may run, where that is not all that it holds."""


def _names_other_system(name: str) -> bool:
    return _OTHER.search(name) is not None and _LINUX.search(name) is None


def _names_other_compiler(name: str) -> bool:
    return _COMPILER.search(name) is not None and _GNU.search(name) is None


def holds_on_linux(test: ast.expr) -> bool | None:
    """Whether a condition holds in an isolated build on Linux, if its words say so."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return opposite(holds_on_linux(test.operand))
    if isinstance(test, ast.BoolOp):
        return joined_by(test.op, [holds_on_linux(value) for value in test.values])
    return bool(test.value) if isinstance(test, ast.Constant) else _of_words(test)


def _of_words(test: ast.expr) -> bool | None:
    """Whether a condition on the system's name, which it compares or is called after, holds."""
    text = ast.unparse(test)
    if text.replace("'", '"') == '__name__ == "__main__"':
        return True
    named = isinstance(test, ast.Compare) and _is_system(test)
    if "environ" in text or "getenv" in text or not (named or _PLATFORM.search(text)):
        return None
    negated = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq | ast.NotIn)
    if _LINUX.search(text):
        return not negated
    return negated if _OTHER.search(text) or _FILE.search(text) else None


def _is_system(test: ast.Compare) -> bool:
    """Whether something is compared with the name of a system, or of a file of another one."""
    right = test.comparators[0]
    words = right.value if isinstance(right, ast.Constant) else ""
    return isinstance(words, str) and bool(_SYSTEM.fullmatch(words.lower()) or _FILE.search(words))
