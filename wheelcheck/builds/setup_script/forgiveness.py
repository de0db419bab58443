"""Build commands that go on when a compiler fails, or build nothing without an option."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    Namespace,
    Opaque,
    Value,
)
from wheelcheck.builds.setup_script.interpreter import Interpreter
from wheelcheck.builds.setup_script.side_effects import catches_failures

__all__ = ["forgives_failures", "leaves_extensions_out", "methods_of", "returns_at_once"]

_EXTENSIONS = {"extensions", "ext_modules"}
"""The lists of a `build_ext` command and of its distribution."""
_TAKES_OUT = {"clear", "pop", "remove"}
_TELLS = {"announce", "debug", "error", "info", "print", "warn", "warning", "write"}
_BUILDS = {"build_extension", "build_extensions", "run", "finalize_options"}


def forgives_failures(script: Interpreter, command: Value) -> bool:
    """Whether a `build_ext` command swallows the failure of building an extension module.

    True where a method catches more than import errors around the building, and walking the
    handler, the methods it calls included, does not end in an exception. Building the same again
    with other options fails again where no compiler is.
    """
    return any(
        _shields_building(node)
        and not _builds_again(node, handler)
        and _endures(script, command, method, handler)
        for method in methods_of(command)
        for node in ast.walk(method)
        if isinstance(node, ast.Try)
        for handler in node.handlers
    )


def leaves_extensions_out(trees: Iterable[ast.AST]) -> bool:
    """Whether a command takes extension modules out of the build, or passes over some of them."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return any(
        _takes_out(node) or _passes_over(node) for kind in classes for node in ast.walk(kind)
    )


def _takes_out(node: ast.AST) -> bool:
    """`del self.extensions[i]`, `self.extensions.remove(…)`, `self.extensions = []` or the like."""
    if isinstance(node, ast.Delete):
        parts = (part.value for part in node.targets if isinstance(part, ast.Subscript))
        return any(map(_is_list_of_extensions, parts))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in _TAKES_OUT and _is_list_of_extensions(node.func.value)
    if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Attribute):
        if any(map(_adds, ast.walk(node.value))):
            return False
        bases = (part.value if isinstance(part, ast.Subscript) else part for part in node.targets)
        return any(isinstance(base, ast.Attribute) and base.attr == "extensions" for base in bases)
    return False


def _is_list_of_extensions(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _EXTENSIONS


def _adds(node: ast.AST) -> bool:
    """Translating or adding: `cythonize(self.extensions)`, `self.extensions + more`."""
    return isinstance(node, ast.BinOp) or (
        isinstance(node, ast.Call) and "cythonize" in ast.unparse(node.func)
    )


def _passes_over(node: ast.AST) -> bool:
    """`build_extension` with a condition under which it returns at once, having said why."""
    return (
        isinstance(node, ast.FunctionDef)
        and node.name == "build_extension"
        and any(
            isinstance(choice, ast.If)
            and isinstance(choice.body[-1], ast.Return)
            and all(map(_only_tells, choice.body[:-1]))
            for choice in ast.walk(node)
        )
    )


def _only_tells(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    return getattr(call.func, "attr", getattr(call.func, "id", "")) in _TELLS


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
    return any(_building_calls(node.body))


def _building_calls(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The calls that build extension modules, as they are written."""
    for part in body:
        for inner in ast.walk(part):
            if (
                isinstance(inner, ast.Call)
                and isinstance(inner.func, ast.Attribute)
                and inner.func.attr in _BUILDS
                and not _is_process(inner.func)
            ):
                yield ast.unparse(inner)


def _builds_again(node: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether a handler tries all that failed once more, and nothing catches it there."""
    if any(isinstance(part, ast.Try) or _takes_out(part) for part in ast.walk(handler)):
        return False
    again = (part for part in handler.body if not isinstance(part, ast.If))
    return not set(_building_calls(node.body)).isdisjoint(_building_calls(again))


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
