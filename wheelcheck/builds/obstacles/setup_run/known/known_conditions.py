"""What conditions of setup scripts are known: the version of Python, the system, constants."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from wheelcheck.builds.obstacles.setup_run.known.command_line import is_left_out
from wheelcheck.builds.obstacles.setup_run.known.known_operators import (
    UNSET,
    PythonVersion,
    all_of,
    any_of,
    as_held,
    bool_op,
    combined,
    compared,
    is_none,
    part_of_version,
)
from wheelcheck.builds.obstacles.setup_run.known.known_values import (
    Files,
    KnownPath,
    call_value,
    dotted_origin,
    unwrapped,
)
from wheelcheck.builds.obstacles.setup_run.known.script_functions import Scope
from wheelcheck.builds.setup_script.known import DISPLAY_OPTIONS

__all__ = ["READ_VARIABLES", "Scope", "is_unset", "known_constant", "known_value"]

_SYSTEM = {"sys.platform": "linux", "os.name": "posix", "sys.byteorder": "little", "os.sep": "/"}
_DISTRIBUTIONS = ("setuptools", "setuptools.dist", "distutils.core", "distutils.dist")
_SET_ANYWHERE = {"PATH", "HOME", "PWD", "SHELL", "USER", "LANG", "TERM", "HOSTNAME", "LOGNAME",
                 "PYTHONPATH", "TMPDIR", "CC", "CFLAGS", "CI"}  # fmt: skip
_SET_BY_TOOLS = ("PIP_", "PEP517_", "_PYPROJECT", "PYTHON", "UV_", "LC_", "XDG_", "VIRTUAL_", "LD_")
"""Beginnings of what an image, a shell or an installer may well have set."""
_MOST_ITEMS = 50
_FINAL = 0xF0
"""The end of `sys.hexversion` in a final release; which patch release it is is not known."""
_SIX = {"six.PY2": False, "six.PY3": True}


def is_unset(variable: str) -> bool:
    """Whether nothing but the user sets an environment variable."""
    return variable not in _SET_ANYWHERE and not variable.startswith(_SET_BY_TOOLS)


READ_VARIABLES = {"os.environ.get", "os.getenv"}
"""Functions that give None for a variable of the environment which is not set."""


def known_value(
    node: ast.expr,
    scope: Mapping[str, Any],
    python: tuple[int, int],
    files: Files | None = None,
    argv: tuple[str, ...] | None = None,
) -> Any:
    """The value of an expression as a scope holds it: bool, number, version, `Known`; else None."""
    value = known_constant(node, scope, python, files, argv)
    return None if value is None else as_held(value)


def known_constant(
    node: ast.expr,
    scope: Mapping[str, Any],
    python: tuple[int, int],
    files: Files | None = None,
    argv: tuple[str, ...] | None = None,
) -> Any:
    """The value of an expression as Python has it; None if it is not known."""
    try:
        return _Reading(python, files, argv).value(node, scope)
    except (RecursionError, TypeError, ValueError, LookupError, AttributeError, OverflowError):
        return None


class _Reading(Struct, frozen=True):
    python: tuple[int, int]
    files: Files | None
    argv: tuple[str, ...] | None

    def value(self, node: ast.expr, scope: Mapping[str, Any]) -> Any:  # noqa: PLR0911 (a case each)
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._name(name, scope)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Tuple() | ast.List() | ast.Set():
                return self._sequence(node, scope)
            case ast.Dict(keys=keys, values=values):
                return self._dictionary(keys, values, scope)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Call(func=ast.Name(id="any" | "all" as question), args=[among]):
                if scope.get(question):
                    return None
                items = self._items(among, scope)
                return any_of(items) if question == "any" else all_of(items)
            case ast.Call():
                unset = self._of_environment(node, scope)
                return call_value(node, scope, self.files, self.value) if unset is None else unset
            case _:
                return self._operation(node, scope)
        return None

    def _name(self, name: str, scope: Mapping[str, Any]) -> Any:
        found = scope.get(name)
        if name == "__name__":
            return found
        if isinstance(found, str):
            return self._of_module(found)
        return found if isinstance(found, bool | int | PythonVersion) else unwrapped(found)

    def _of_environment(self, node: ast.Call, scope: Mapping[str, Any]) -> Any:
        """What ``os.environ.get(…)`` and ``os.getenv(…)`` give for a variable that nothing sets."""
        if dotted_origin(node.func, scope) not in READ_VARIABLES or node.keywords:
            return None
        name = self.value(node.args[0], scope) if node.args else None
        if not isinstance(name, str) or not is_unset(name):
            return None
        given = [part for part in node.args[1:] if not _is_none_constant(part)]
        return self.value(given[0], scope) if given else UNSET

    def _operation(self, node: ast.expr, scope: Mapping[str, Any]) -> Any:  # noqa: PLR0911 (a case each)
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                value = self.value(operand, scope)
                return None if value is None else not value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                return -number
            case ast.BoolOp(op=op, values=parts):
                return bool_op(op, [self.value(part, scope) for part in parts])
            case ast.BinOp(left=left, op=op, right=right):
                return combined(self.value(left, scope), op, self.value(right, scope))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = zip([left, *rights], ops, rights, strict=False)
                return bool_op(ast.And(), [self._comparison(*pair, scope) for pair in pairs])
            case ast.IfExp(test=test, body=yes, orelse=no):
                known = self.value(test, scope)
                return None if known is None else self.value(yes if known else no, scope)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._gathered(node, scope)
            case ast.JoinedStr(values=parts):
                texts = [self._formatted(part, scope) for part in parts]
                return None if None in texts else "".join(map(str, texts))
            case _:
                return None
        return None

    def _formatted(self, part: ast.expr, scope: Mapping[str, Any]) -> str | None:
        """A part of an f-string, as far as it is plain."""
        if isinstance(part, ast.FormattedValue):
            known = self.value(part.value, scope) if part.format_spec is None else None
        else:
            known = self.value(part, scope)
        return str(known) if isinstance(known, str | int) else None

    def _comparison(
        self, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Mapping[str, Any]
    ) -> bool | None:
        """One comparison."""
        if _is_unset_variable(left, right, scope):
            return isinstance(op, ast.NotIn)
        if self.argv is None:
            answer = is_left_out(left, op, right, scope)
            if answer is not None:
                return answer
        if _is_text_and_bytes(left, right, scope):
            return isinstance(op, ast.IsNot | ast.NotEq)
        value = self.value(left, scope)
        if isinstance(op, ast.Is | ast.IsNot):
            return is_none(value, op, right)
        if value is UNSET and isinstance(op, ast.Eq | ast.NotEq):
            return isinstance(op, ast.NotEq)
        return compared(value, op, self.value(right, scope))

    def _items(self, node: ast.expr, scope: Mapping[str, Any]) -> list[Any]:
        """What a list has, or a comprehension gives; [None] where it is not known how many."""
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return [self.value(element, scope) for element in elements]
            case (
                ast.GeneratorExp(elt=given, generators=[each])
                | ast.ListComp(elt=given, generators=[each])
                | ast.SetComp(elt=given, generators=[each])
            ) if isinstance(each.target, ast.Name):
                found = self.value(each.iter, scope)
                if not isinstance(found, list | tuple | set) or len(found) > _MOST_ITEMS:
                    return [None]
                places = [{**scope, each.target.id: as_held(item)} for item in found]
                tested = [(all_of(self.value(test, p) for test in each.ifs), p) for p in places]
                return [
                    self.value(given, place) if passes else None
                    for passes, place in tested
                    if passes is not False
                ]
        found = self.value(node, scope)
        return list(found) if isinstance(found, list | tuple | set) else [None]

    def _gathered(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Mapping[str, Any]
    ) -> Any:
        """What a comprehension gives."""
        found = self._items(node, scope)
        if any(item is None for item in found):
            return None
        return set(found) if isinstance(node, ast.SetComp) else found

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set, scope: Mapping[str, Any]) -> Any:
        values = [self.value(item, scope) for item in node.elts]
        if any(value is None for value in values):
            return None
        return {ast.Tuple: tuple, ast.List: list, ast.Set: set}[type(node)](values)

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
        if module := _module_called(base, scope):
            return self._of_module(f"{module}.{node.attr}")
        inner = self.value(base, scope)
        if isinstance(inner, PythonVersion) and node.attr in {"major", "minor"}:
            return inner[node.attr == "minor"]
        if isinstance(inner, KnownPath):
            folder = inner.rpartition("/")[0] or "."
            return {"parent": KnownPath(folder), "name": inner.rpartition("/")[2]}.get(node.attr)
        return None

    def _of_module(self, name: str) -> Any:
        if name == "sys.version_info":
            return PythonVersion(self.python)
        if name == "sys.version":
            return f"{self.python[0]}.{self.python[1]}.~"
        if name == "sys.hexversion":
            return self.python[0] << 24 | self.python[1] << 16 | _FINAL
        if name == "sys.argv":
            return None if self.argv is None else list(self.argv)
        if name.endswith(".Distribution.display_option_names"):
            return list(DISPLAY_OPTIONS) if name.startswith(_DISTRIBUTIONS) else None
        return _SYSTEM.get(name, _SIX.get(name))

    def _subscript(self, node: ast.Subscript, scope: Mapping[str, Any]) -> Any:
        base = self.value(node.value, scope)
        part = node.slice
        if isinstance(base, PythonVersion):
            return part_of_version(base, part)
        if isinstance(base, dict):
            return base.get(self.value(part, scope))
        if not isinstance(base, str | tuple | list):
            return None
        if isinstance(part, ast.Slice):
            return self._slice(base, part, scope)
        index = self.value(part, scope)
        return base[index] if type(index) is int and -len(base) <= index < len(base) else None

    def _slice(self, base: Any, part: ast.Slice, scope: Mapping[str, Any]) -> Any:
        """A part of a text or list. Of the version of Python its end is not known."""
        given = (part.lower, part.upper, part.step)
        ends = [None if end is None else self.value(end, scope) for end in given]
        if ends.count(None) > given.count(None):
            return None
        found = base[slice(*ends)]
        return None if isinstance(base, str) and found.endswith("~") else found


def _is_none_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text_and_bytes(left: ast.expr, right: ast.expr, scope: Mapping[str, Any]) -> bool:
    """Whether ``str is bytes`` is compared: they are the same in Python 2 alone."""
    names = [node.id for node in (left, right) if isinstance(node, ast.Name)]
    return sorted(names) == ["bytes", "str"] and scope.keys().isdisjoint(names)


def _is_unset_variable(word: ast.expr, where: ast.expr, scope: Mapping[str, Any]) -> bool:
    """Whether a name is looked for among the variables of the environment that nothing sets."""
    if dotted_origin(where, scope) != "os.environ":
        return False
    name = word.value if isinstance(word, ast.Constant) else None
    return isinstance(name, str) and is_unset(name)


def _module_called(node: ast.expr, scope: Mapping[str, Any]) -> str:
    """The dotted name that an import bound, or nothing; `os.sys` is `sys`."""
    match node:
        case ast.Name(id=name):
            dotted = scope.get(name)
            return dotted if isinstance(dotted, str) else ""
        case ast.Attribute(value=ast.Name(id=name), attr="sys") if scope.get(name) == "os":
            return "sys"
    return ""
