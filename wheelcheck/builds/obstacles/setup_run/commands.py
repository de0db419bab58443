"""The commands of a setup script that a build of a wheel runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from wheelcheck.builds.obstacles.setup_run.frame import Frame, ScriptClass
from wheelcheck.builds.obstacles.setup_run.known.script_functions import Function, named
from wheelcheck.builds.obstacles.setup_run.syntax import dotted, names_bound

__all__ = ["command_methods", "named_class"]

_COMMANDS_RUN = ("egg_info", "build", "build_py", "build_ext", "bdist_wheel", "install")
"""Commands that are run for every wheel, `build_ext` where there is anything to compile."""
_METHODS_RUN = ("initialize_options", "finalize_options", "run")
_METHODS_OF_EXTENSIONS = ("build_extensions", "build_extension")
"""What `build_ext.run` calls, where there is anything to compile (setuptools' `build_ext`)."""
_DEEPEST = 5


def command_methods(
    classes: Mapping[str, ast.expr], frame: Frame, *, compiles: bool
) -> Iterator[Function]:
    """The methods of the script's own classes that are run, in their order.

    `classes` are those of `cmdclass`, by the names of their commands; `compiles`: there are
    extension modules, which nothing leaves out.
    """
    for command in _COMMANDS_RUN if _makes_wheel(frame) else _COMMANDS_RUN[:1]:
        found = named_class(classes.get(command), frame.around)
        if found is None or (command == "build_ext" and not compiles):
            continue
        methods = _methods(found)
        names: tuple[str, ...] = _METHODS_RUN
        if command == "build_ext" and not any(map(_tries, methods.values())):
            names += _METHODS_OF_EXTENSIONS
        yield from (methods[name] for name in names if name in methods)


def _makes_wheel(frame: Frame) -> bool:
    return frame.argv.words is None or "bdist_wheel" in frame.argv.words


def named_class(node: ast.expr | None, names: Mapping[str, Any]) -> ScriptClass | None:
    """The class of the script that an expression names, or whose object a function gives."""
    found = named(node, names)
    if isinstance(found, Function):
        return _class_within(found)
    return found if isinstance(found, ScriptClass) else None


def _class_within(made_by: Function) -> ScriptClass | None:
    """The class that a function has imports for, states, and returns, or an object of it.

    setuptools calls what `cmdclass` has for a command, a class or not.
    """
    *before, last = made_by.definition.body
    value = last.value if isinstance(last, ast.Return) else None
    wanted = dotted(value.func if isinstance(value, ast.Call) else value)
    classes = [part for part in before if isinstance(part, ast.ClassDef)]
    plain = all(
        isinstance(p, ast.Import | ast.ImportFrom | ast.Expr | ast.ClassDef) for p in before
    )
    if not plain or len(classes) != 1 or classes[0].name != wanted or classes[0].decorator_list:
        return None
    own = dict.fromkeys(names_bound(made_by.definition), "")  # not known, but bound
    return ScriptClass(classes[0], {**made_by.home, **own}, made_by.file)


def _methods(made: ScriptClass, depth: int = _DEEPEST) -> dict[str, Function]:
    """The methods of a class, and those that it has from others of the script."""
    found: dict[str, Function] = {}
    for base in reversed(made.node.bases) if depth else ():
        other = named_class(base, made.home)
        if other is not None:
            found |= _methods(other, depth - 1)
    own = (part for part in made.node.body if isinstance(part, ast.FunctionDef))
    return found | {part.name: Function(part, made.home, made.file) for part in own}


def _tries(method: Function) -> bool:
    """Whether a method may go on where what it calls fails."""
    return any(isinstance(part, ast.Try | ast.With) for part in ast.walk(method.definition))
