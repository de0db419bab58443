"""Build commands that go on when a compiler fails, or build nothing without an option."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    Namespace,
    Opaque,
    Value,
)
from wheelcheck.builds.setup_script.interpreter import Interpreter
from wheelcheck.builds.setup_script.side_effects import catches_failures

__all__ = ["forgives_failures", "methods_of", "returns_at_once"]

_BUILDS = {"build_extension", "build_extensions", "run", "finalize_options"}


def forgives_failures(script: Interpreter, command: Value) -> bool:
    """Whether a `build_ext` command swallows the failure of building an extension module.

    True where a method catches more than import errors around the building, and walking the
    handler, the methods it calls included, does not end in an exception.
    """
    return any(
        _shields_building(node) and _endures(script, command, method, handler)
        for method in methods_of(command)
        for node in ast.walk(method)
        if isinstance(node, ast.Try)
        for handler in node.handlers
    )


def methods_of(command: Value, depth: int = 5) -> Iterator[ast.FunctionDef]:
    """Methods of a command's class and of its bases that are part of the sdist."""
    if isinstance(command, ClassValue):
        yield from (part for part in command.node.body if isinstance(part, ast.FunctionDef))
        for base in command.bases if depth else ():
            yield from methods_of(base, depth - 1)


def returns_at_once(script: Interpreter, command: ClassValue) -> bool:
    """Whether a `build_ext` command without options ends before it builds anything.

    Its options are what `initialize_options` and `finalize_options` make of them.
    """
    runs = [part for part in command.node.body if isinstance(part, ast.FunctionDef)]
    run = next((method for method in runs if method.name == "run"), None)
    if run is None:
        return False
    for name in ("initialize_options", "finalize_options"):
        script.call_separately(script.member(command, name))
    return script.returns_at_once(run.body, Namespace({"self": command}, command.scope))


def _shields_building(node: ast.Try) -> bool:
    return any(
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr in _BUILDS
        and not _is_process(inner.func)
        for part in node.body
        for inner in ast.walk(part)
    )


def _is_process(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id in {"subprocess", "sp"}


def _endures(
    script: Interpreter, command: Value, method: ast.FunctionDef, handler: ast.ExceptHandler
) -> bool:
    if not catches_failures(handler) or _minds_optional(handler):
        return False
    local = {node.arg for node in ast.walk(method.args) if isinstance(node, ast.arg)}
    local |= {
        node.id
        for node in ast.walk(method)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names = {name: Opaque() for name in (*local, handler.name or "_")}
    home = command.scope if isinstance(command, ClassValue) else None
    return not script.ends_by(handler.body, Namespace({**names, "self": command}, home))


def _minds_optional(handler: ast.ExceptHandler) -> bool:
    """Raising again unless the extension module says `optional`: that word decides, not this."""
    return any(
        "optional" in ast.dump(node.test) and any(isinstance(item, ast.Raise) for item in node.body)
        for node in ast.walk(handler)
        if isinstance(node, ast.If)
    )
