"""The names that the present place of a script sees, and what expressions give there."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from msgspec import Struct, field
from msgspec.structs import replace

from wheelcheck.builds.obstacles.setup_run.known.command_line import CommandLine
from wheelcheck.builds.obstacles.setup_run.known.known_conditions import known_constant, known_value
from wheelcheck.builds.obstacles.setup_run.known.known_operators import as_held
from wheelcheck.builds.obstacles.setup_run.known.known_values import (
    Files,
    KnownPath,
    dotted_origin,
)
from wheelcheck.builds.obstacles.setup_run.known.script_functions import (
    Function,
    Known,
    Scope,
    bound_arguments,
    named,
    of_lambda,
)
from wheelcheck.builds.obstacles.setup_run.stop import Stop, Stopped
from wheelcheck.builds.obstacles.setup_run.syntax import bound_by, dotted

__all__ = ["Frame", "ScriptClass"]

_RUN_TEXT = {"exec", "execfile"}
_ARGV = "sys.argv"
_PARSERS = {"configparser.ConfigParser", "configparser.RawConfigParser"}


class ScriptClass(Struct, frozen=True):
    """A class of the script, the names around it, and its file."""

    node: ast.ClassDef
    home: Scope
    file: str


class Frame(Struct):
    """A module that is run, or a function that is called.

    `scope` are its own names, `home` those around it; both change as statements run. `depth` is
    how many calls it is inside its module, 0 at the top of one. `argv` is the command
    line, shared by all frames of a run.
    """

    file: str
    scope: Scope
    home: Scope
    python: tuple[int, int]
    files: Files
    depth: int = 0
    argv: CommandLine = field(default_factory=CommandLine)

    def of_module(self, file: str, scope: Scope) -> Frame:
        """The frame of a module that is imported here."""
        return replace(self, file=file, scope=scope, home=scope, depth=0)

    def of_call(self, function: Function, call: ast.Call) -> Frame:
        """The frame of a function that is called here."""
        inside = bound_arguments(function.definition, call, self.constant)
        file, home = function.file, function.home
        return replace(self, file=file, scope=inside, home=home, depth=self.depth + 1)

    def of_class(self) -> Frame:
        """The frame of a class body that stands here."""
        return replace(self, scope={}, home=self.scope, depth=self.depth + 1)

    @property
    def around(self) -> Mapping[str, Any]:
        """The names that an expression sees."""
        return ChainMap(self.scope, self.home, {"__file__": Known(self.file)})

    def known(self, node: ast.expr) -> Any:
        """The value of an expression as a scope holds it; None if it is not known."""
        return known_value(node, self.around, self.python, self.files, self.argv.words)

    def constant(self, node: ast.expr) -> Any:
        """The value of an expression; None if it is not known."""
        return known_constant(node, self.around, self.python, self.files, self.argv.words)

    def origin(self, node: ast.expr) -> str:
        """The dotted name, outside the sdist, of what an expression names; "" if not known."""
        return dotted_origin(node, self.around)

    def found(self, name: str) -> Any:
        """What a scope holds by a name; None if nothing."""
        return self.scope.get(name, self.home.get(name))

    def function(self, node: ast.expr) -> Function | None:
        """The function of the sdist that an expression names."""
        found = named(node, self.around)
        return found if isinstance(found, Function) else None

    def calls_setup(self, part: ast.AST, depth: int = 4) -> bool:
        """Whether a statement may call `setup()`, by itself or in a function of the script."""
        for node in ast.walk(part):
            if isinstance(node, ast.Call):
                name = dotted(node.func)
                if name.rpartition(".")[2] == "setup":
                    return True
                function = self.found(name)
                followed = isinstance(function, Function) and depth
                body = function.definition.body if followed else ()
                if any(self.calls_setup(inner, depth - 1) for inner in body):
                    return True
        return False

    def missing_word(self, node: ast.Call) -> str:
        """Why ``sys.argv.remove(…)`` fails: there is no such word; "" where there may be."""
        function = node.func
        if not isinstance(function, ast.Attribute) or self.origin(function.value) != _ARGV:
            return ""
        word = self.constant(node.args[0]) if len(node.args) == 1 else None
        return f"no {word} is on the command line" if self.argv.lacks(function.attr, word) else ""

    def note_calls(self, nodes: Iterable[ast.AST], depth: int = 4) -> None:
        """Calls that may happen, and with them that files are moved or made."""
        if not self.files.certain:
            return
        for node in nodes:
            if isinstance(node, ast.Call) and not self._changes_nothing(node):
                name = dotted(node.func)
                own = self.found(name.partition(".")[0])
                if isinstance(own, Function) and depth:
                    self.note_calls(ast.walk(own.definition), depth - 1)
                elif isinstance(own, Function | ScriptClass | dict):
                    self.files.certain = False
                else:
                    self.files.note_call(self.origin(node.func) or name)

    def _changes_nothing(self, node: ast.Call) -> bool:
        """Whether a call moves and makes no file: a method of a text, or a move to where it is."""
        return self._is_method_of_text(node.func) or self.stays(node)

    def stays(self, node: ast.Call) -> bool:
        """Whether a call changes to the folder of the setup script, where a backend runs it."""
        if self.origin(node.func) != "os.chdir" or len(node.args) != 1:
            return False
        folder = self.constant(node.args[0])
        return isinstance(folder, str) and folder in {".", self.argv.folder}

    def _is_method_of_text(self, function: ast.expr) -> bool:
        """Whether what is called belongs to a known text: no such method touches a file."""
        if not isinstance(function, ast.Attribute):
            return False
        held = named(function.value, self.around)
        owner = held.value if isinstance(held, Known) else self.constant(function.value)
        return isinstance(owner, str) and not isinstance(owner, KnownPath)

    def stop(self, node: ast.AST, exception: str, why: str) -> NoReturn:
        """Stop at a statement or expression."""
        raise Stopped(Stop(exception, why, f"{self.file}:{getattr(node, 'lineno', 0)}"))

    def evaluated(self, value: ast.expr) -> Any:
        """What a scope holds for a name that gets the value of an expression; None if not known."""
        known = self.known(value)
        if known is not None:
            return known
        if isinstance(value, ast.Lambda):
            return Function(of_lambda(value), self.scope, self.file)
        if isinstance(value, ast.Call):
            made = self.origin(value.func)
            return f"{made}()" if made in _PARSERS else None
        return self.origin(value) or None

    def several(self, target: ast.expr, value: ast.expr) -> dict[str, Any]:
        """What ``a, b = value`` gives each name; empty where the target is of another kind."""
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else ()
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        if not names or len(names) != len(parts):
            return {}
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(names):
            return {n: self.evaluated(v) for n, v in zip(names, value.elts, strict=True)}
        items = self.constant(value)
        if not isinstance(items, list | tuple) or len(items) != len(names):
            return {}
        return dict(zip(names, map(as_held, items), strict=True))

    def bind(self, name: str, value: Any) -> None:
        """Give a name a value, as far as that is known."""
        if value is not None:
            self.scope[name] = value

    def forget(self, parts: Sequence[ast.AST]) -> None:
        """What these statements bind or change is not known any more."""
        for part in parts:
            for node in ast.walk(part):
                for name in bound_by(node):
                    self.scope[name] = ""
                if isinstance(node, ast.Global):
                    self.home.update(dict.fromkeys(node.names, ""))
                elif isinstance(node, ast.Call):
                    self.forget_changed(node)
                    self._forget_argv_in(node)
                elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                    self._forget_content(node.value)
                    self._forget_argv(node.value)
                elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                    self._forget_argv(node)

    def forget_changed(self, node: ast.Call) -> None:
        """Lists and dictionaries that a call may change are not known any more.

        After an `exec` into the present names nothing is.
        """
        if dotted(node.func) in _RUN_TEXT and len(node.args) == 1:
            for scope in (self.scope, self.home):
                changed = [n for n, v in scope.items() if isinstance(v, Known | bool | int)]
                scope.update(dict.fromkeys(changed, ""))
        if isinstance(node.func, ast.Attribute):
            if self.origin(node.func.value) == _ARGV:
                self.argv.note_call(node.func.attr)
            self._forget_content(node.func.value)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._forget_content(argument)

    def _forget_argv_in(self, node: ast.Call) -> None:
        """A function of the script that may be called, and that names the command line."""
        called = self.function(node.func)
        parts = ast.walk(called.definition) if called is not None else ()
        if any(isinstance(part, ast.Attribute) and part.attr == "argv" for part in parts):
            self.argv.words = None

    def _forget_argv(self, node: ast.expr) -> None:
        if self.origin(node) == _ARGV:
            self.argv.words = None

    def _forget_content(self, node: ast.expr) -> None:
        if isinstance(node, ast.Name):
            for scope in (self.scope, self.home):
                found = scope.get(node.id)
                if isinstance(found, Known) and isinstance(found.value, list | dict):
                    scope[node.id] = ""
