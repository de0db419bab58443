"""The functions of setup scripts: the names that a call binds, and what it gives if known."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

__all__ = [
    "Function",
    "Known",
    "Scope",
    "Value",
    "bound_arguments",
    "function_value",
    "named",
    "of_lambda",
]

Scope = dict[str, Any]
"""Names of a script: constants (`Known`, bool, number), dotted names of modules as `str` ("" for
what is not known), functions as `Function`, modules of the sdist as `dict`."""
Value = Callable[[ast.expr, Mapping[str, Any]], Any]
"""What an expression gives among some names; None if that is not known."""


class Function(NamedTuple):
    """A function of a script, the names around it, and its file."""

    definition: ast.FunctionDef
    home: Scope
    file: str


class Known(Struct, frozen=True):
    """A known text, tuple, list or dictionary that a name stands for."""

    value: Any


class _Result(NamedTuple):
    """What a function returns."""

    value: Any


_UNKNOWN = _Result(None)


def named(node: ast.expr | None, names: Mapping[str, Any]) -> Any:
    """What a scope holds for ``name``, or for ``module.name`` of the sdist; None if nothing."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = names.get(node.value.id)
        return module.get(node.attr) if isinstance(module, dict) else None
    return None


def of_lambda(node: ast.Lambda) -> ast.FunctionDef:
    """A lambda as the function that it is short for."""
    body = ast.copy_location(ast.Return(node.body), node)
    made = ast.FunctionDef(name="<lambda>", args=node.args, body=[body], decorator_list=[])
    return ast.copy_location(made, node)


def function_value(found: Function, node: ast.Call, scope: Mapping[str, Any], value: Value) -> Any:
    """What a function of a script gives that binds names, asks what is known, and returns."""
    definition, home, file = found
    inside = bound_arguments(definition, node, lambda argument: value(argument, scope))
    around = ChainMap(inside, {"__file__": Known(file)}, home)
    result = _of_body(definition.body, inside, around, value)
    return None if result is None else result.value


def _of_body(
    body: Sequence[ast.stmt], inside: Scope, around: Mapping[str, Any], value: Value
) -> _Result | None:
    """What statements return; None if they come to their end."""
    for part in body:
        match part:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                result = None
            case ast.Return(value=ast.expr() as returned):
                result = _Result(value(returned, around))
            case ast.Assign(targets=[ast.Name(id=name)], value=given):
                known = value(given, around)
                inside[name] = "" if known is None else _wrapped(known)
                result = None
            case ast.If(test=test, body=yes, orelse=no):
                known = value(test, around)
                chosen = yes if known else no
                result = _UNKNOWN if known is None else _of_body(chosen, inside, around, value)
            case ast.Try(
                body=[
                    ast.Expr(value=ast.Call(func=ast.Attribute(words, "remove"), args=[word])),
                    *_,
                ],
                handlers=[handler, *_],
            ):
                missing = value(ast.Compare(word, [ast.NotIn()], [words]), around)
                failed = missing is True
                result = _of_body(handler.body, inside, around, value) if failed else _UNKNOWN
            case _:
                result = _UNKNOWN
        if result is not None:
            return result
    return None


def bound_arguments(
    definition: ast.FunctionDef, node: ast.Call, value: Callable[[ast.expr], Any]
) -> Scope:
    """The names that a call binds inside a function, those not known as ""."""
    parameters = [*definition.args.posonlyargs, *definition.args.args]
    inside = _unbound_arguments(definition, parameters)
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return inside
    given = [value(argument) for argument in node.args]
    for parameter, argument in zip(parameters, given, strict=False):
        inside[parameter.arg] = _wrapped(argument)
    rest = given[len(parameters) :]
    if definition.args.vararg is not None and None not in rest:
        inside[definition.args.vararg.arg] = Known(tuple(rest))
    for keyword in node.keywords:
        if keyword.arg in inside:
            inside[keyword.arg] = _wrapped(value(keyword.value))
    return inside


def _unbound_arguments(definition: ast.FunctionDef, parameters: Sequence[ast.arg]) -> Scope:
    """The names inside a function before a call binds them: their defaults, else ""."""
    inside: Scope = {arg.arg: "" for arg in ast.walk(definition.args) if isinstance(arg, ast.arg)}
    defaults = definition.args.defaults
    late = parameters[len(parameters) - len(defaults) :]
    for parameter, default in zip(late, defaults, strict=True):
        if isinstance(default, ast.Constant):
            inside[parameter.arg] = _wrapped(default.value)
    return inside


def _wrapped(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, bool | int) else Known(value)
