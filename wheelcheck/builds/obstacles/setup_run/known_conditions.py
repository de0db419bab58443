"""What conditions of setup scripts are known: the version of Python, the system, constants."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wheelcheck.builds.obstacles.setup_run.known_values import (
    Files,
    Known,
    KnownPath,
    Scope,
    call_value,
    dotted_origin,
    unwrapped,
)
from wheelcheck.builds.setup_script.computed.comparison import COMPARISONS

__all__ = ["Scope", "is_unset", "known_constant", "known_value"]

_SYSTEM = {"sys.platform": "linux", "os.name": "posix", "sys.byteorder": "little", "os.sep": "/"}
_GIVEN = {"", "-c", "bdist_wheel", "build", "build_ext", "dist_info", "editable_wheel", "egg_info",
          "install", "--egg-base", "--dist-dir", "-q", "--quiet", "-v"}  # fmt: skip
"""Words that backends and installers put on the command line of a setup script."""
_SET_ANYWHERE = {"PATH", "HOME", "PWD", "SHELL", "USER", "LANG", "TERM", "HOSTNAME", "LOGNAME",
                 "PYTHONPATH", "TMPDIR", "CC", "CFLAGS", "CI"}  # fmt: skip
_SET_BY_TOOLS = ("PIP_", "PEP517_", "_PYPROJECT", "PYTHON", "UV_", "LC_", "XDG_", "VIRTUAL_", "LD_")
"""Beginnings of what an image, a shell or an installer may well have set."""
_SIX = {"six.PY2": False, "six.PY3": True}


def is_unset(variable: str) -> bool:
    """Whether nothing but the user sets an environment variable."""
    return variable not in _SET_ANYWHERE and not variable.startswith(_SET_BY_TOOLS)


class _Unset:
    """The `None` that a variable of the environment gives which nothing sets."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


UNSET = _Unset()
_READ_VARIABLES = {"os.environ.get", "os.getenv"}


class _Version(tuple[int, ...]):
    """`sys.version_info`, as far as it is known: major and minor."""

    __slots__ = ()


def known_value(
    node: ast.expr, scope: Mapping[str, Any], python: tuple[int, int], files: Files | None = None
) -> Any:
    """The value of an expression as a scope holds it: bool, number, version, `Known`; else None."""
    value = known_constant(node, scope, python, files)
    if value is None or isinstance(value, bool | int | _Version):
        return value
    return Known(value)


def known_constant(
    node: ast.expr, scope: Mapping[str, Any], python: tuple[int, int], files: Files | None = None
) -> Any:
    """The value of an expression as Python has it; None if it is not known."""
    try:
        return _Reading(python, files).value(node, scope)
    except (RecursionError, TypeError, ValueError, LookupError, AttributeError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class _Reading:
    python: tuple[int, int]
    files: Files | None

    def value(self, node: ast.expr, scope: Mapping[str, Any]) -> Any:  # noqa: PLR0911 (a case each)
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return _name(name, scope)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Tuple() | ast.List():
                return self._sequence(node, scope)
            case ast.Dict(keys=keys, values=values):
                return self._dictionary(keys, values, scope)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Call():
                unset = self._of_environment(node, scope)
                return call_value(node, scope, self.files, self.value) if unset is None else unset
            case _:
                return self._operation(node, scope)
        return None

    def _of_environment(self, node: ast.Call, scope: Mapping[str, Any]) -> Any:
        """What ``os.environ.get(…)`` and ``os.getenv(…)`` give for a variable that nothing sets."""
        if dotted_origin(node.func, scope) not in _READ_VARIABLES or node.keywords:
            return None
        name = self.value(node.args[0], scope) if node.args else None
        if not isinstance(name, str) or not is_unset(name):
            return None
        return self.value(node.args[1], scope) if len(node.args) > 1 else UNSET

    def _operation(self, node: ast.expr, scope: Mapping[str, Any]) -> Any:  # noqa: PLR0911 (a case each)
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                value = self.value(operand, scope)
                return None if value is None else not value
            case ast.BoolOp(op=op, values=parts):
                return _bool_op(op, [self.value(part, scope) for part in parts])
            case ast.BinOp(left=left, op=op, right=right):
                return _combined(self.value(left, scope), op, self.value(right, scope))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                answer = _on_command_line(left, op, right, scope)
                if answer is not None:
                    return answer
                if isinstance(op, ast.Is | ast.IsNot):
                    return _is_none(self.value(left, scope), op, right)
                value = self.value(left, scope)
                if value is UNSET and isinstance(op, ast.Eq | ast.NotEq):
                    return isinstance(op, ast.NotEq)
                return _compare(value, op, self.value(right, scope))
            case _:
                return None
        return None

    def _sequence(self, node: ast.Tuple | ast.List, scope: Mapping[str, Any]) -> Any:
        values = [self.value(item, scope) for item in node.elts]
        if any(value is None for value in values):
            return None
        return tuple(values) if isinstance(node, ast.Tuple) else values

    def _dictionary(
        self, keys: list[ast.expr | None], values: list[ast.expr], scope: Mapping[str, Any]
    ) -> Any:
        found = {}
        for key, value in zip(keys, values, strict=True):
            name = self.value(key, scope) if key is not None else None
            content = self.value(value, scope)
            if not isinstance(name, str) or content is None:
                return None
            found[name] = content
        return found

    def _attribute(self, node: ast.Attribute, scope: Mapping[str, Any]) -> Any:
        base = node.value
        if isinstance(base, ast.Name):
            dotted = scope.get(base.id)
            if isinstance(dotted, str) and dotted:
                return self._of_module(f"{dotted}.{node.attr}")
        inner = self.value(base, scope)
        if isinstance(inner, _Version) and node.attr in {"major", "minor"}:
            return inner[node.attr == "minor"]
        if isinstance(inner, KnownPath):
            folder = inner.rpartition("/")[0] or "."
            return {"parent": KnownPath(folder), "name": inner.rpartition("/")[2]}.get(node.attr)
        return None

    def _of_module(self, name: str) -> Any:
        if name == "sys.version_info":
            return _Version(self.python)
        if name == "sys.version":
            return f"{self.python[0]}.{self.python[1]}.~"
        return _SYSTEM.get(name, _SIX.get(name))

    def _subscript(self, node: ast.Subscript, scope: Mapping[str, Any]) -> Any:
        base = self.value(node.value, scope)
        part = node.slice
        if isinstance(base, _Version):
            return _part_of_version(base, part)
        if not isinstance(part, ast.Constant):
            return None
        if isinstance(base, str) and part.value == 0:
            return base[:1]
        if isinstance(base, tuple) and isinstance(part.value, int):
            return base[part.value] if -len(base) <= part.value < len(base) else None
        return None


def _part_of_version(version: _Version, part: ast.expr) -> Any:
    """The major or minor version, or the first part or two: later parts are not known."""
    if isinstance(part, ast.Constant) and isinstance(part.value, int):
        return version[part.value] if part.value in {0, 1} else None
    upper = part.upper if isinstance(part, ast.Slice) and part.lower is None else None
    if isinstance(upper, ast.Constant) and isinstance(upper.value, int):
        return _Version(version[: upper.value]) if upper.value in {1, 2} else None
    return None


def _combined(left: Any, op: ast.operator, right: Any) -> Any:
    if isinstance(left, KnownPath) and isinstance(op, ast.Div) and isinstance(right, str):
        return KnownPath(f"{left}/{right}" if left else right)
    if left is None or right is None:
        return None
    if (
        isinstance(op, ast.Add)
        and type(left) is type(right)
        and isinstance(left, str | list | tuple)
    ):
        return left + right
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return left % right
    return None


def _on_command_line(
    left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Mapping[str, Any]
) -> bool | None:
    """Whether the command line has a word that no build backend gives: ``sdist``, ``upload``."""
    if isinstance(op, ast.In | ast.NotIn):
        word, argv = left, right
        if _is_unset_variable(word, argv, scope):
            return isinstance(op, ast.NotIn)
    else:
        word, argv = right, left.value if isinstance(left, ast.Subscript) else left
    if not isinstance(argv, ast.Attribute) or not isinstance(argv.value, ast.Name):
        return None
    if argv.attr != "argv" or scope.get(argv.value.id) != "sys":
        return None
    if not isinstance(word, ast.Constant) or not isinstance(word.value, str):
        return None
    if word.value in _GIVEN or word.value.endswith("setup.py"):
        return None
    return isinstance(op, ast.NotIn | ast.NotEq)


def _is_unset_variable(word: ast.expr, where: ast.expr, scope: Mapping[str, Any]) -> bool:
    """Whether a name is looked for among the variables of the environment that nothing sets."""
    if not isinstance(where, ast.Attribute) or not isinstance(where.value, ast.Name):
        return False
    if where.attr != "environ" or scope.get(where.value.id) != "os":
        return False
    name = word.value if isinstance(word, ast.Constant) else None
    return isinstance(name, str) and is_unset(name)


def _name(name: str, scope: Mapping[str, Any]) -> Any:
    found = scope.get(name)
    if name == "__name__":
        return found
    if isinstance(found, str):
        return _SIX.get(found)
    return found if isinstance(found, bool | int | _Version) else unwrapped(found)


def _bool_op(op: ast.boolop, values: list[Any]) -> bool | None:
    decisive = isinstance(op, ast.Or)
    if any(value is not None and bool(value) is decisive for value in values):
        return decisive
    return None if None in values else not decisive


def _compare(left: Any, op: ast.cmpop, right: Any) -> bool | None:
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, list | tuple):
        return _is_among(left, op, right)
    compare = COMPARISONS.get(type(op))
    if compare is None or left is None or right is None:
        return None
    if isinstance(left, _Version) and isinstance(right, tuple):
        return _compare_versions(left, compare, tuple(right))
    if isinstance(right, _Version) or type(left) is not type(right):
        return None
    if isinstance(left, str | int | bool):
        return compare(left, right)
    return None


def _is_none(left: Any, op: ast.cmpop, right: ast.expr) -> bool | None:
    """``x is None``, of what is known."""
    if not isinstance(right, ast.Constant) or right.value is not None or left is None:
        return None
    return (left is UNSET) is isinstance(op, ast.Is)


def _is_among(left: Any, op: ast.cmpop, right: list[Any] | tuple[Any, ...]) -> bool | None:
    """Whether a known text, or the major and minor version, is one of some values."""
    if not isinstance(left, str | int) and not isinstance(left, _Version):
        return None
    among = any(type(left) is type(part) and left == part for part in right)
    if isinstance(left, _Version):
        among = tuple(left) in [tuple(p) for p in right if isinstance(p, tuple)]
    return among is isinstance(op, ast.In)


def _compare_versions(
    left: _Version, compare: Callable[[Any, Any], bool], right: tuple[Any, ...]
) -> bool | None:
    """What holds for every patch release of a Python."""
    if not all(isinstance(part, int) for part in right):
        return None
    answers = {compare((*left, patch), right) for patch in (0, 1, 5, 99)}
    if len(left) == 1:
        answers = {compare(tuple(left), right)}
    return answers.pop() if len(answers) == 1 else None
