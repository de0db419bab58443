"""Does a setup script come as far as `setup()`? What it does in any case, followed until it stops.

Only statements that run whatever happens count: a branch is taken where its condition is known, a
handler where what it catches is certain, a function of the sdist where it is called. So what is
found here is certain; what depends on anything unknown is left to warnings.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.setup_run.commands import named_class
from wheelcheck.builds.obstacles.setup_run.expressions import Expressions
from wheelcheck.builds.obstacles.setup_run.file_reads import file_in_words
from wheelcheck.builds.obstacles.setup_run.frame import Frame, ScriptClass
from wheelcheck.builds.obstacles.setup_run.imports import Imports
from wheelcheck.builds.obstacles.setup_run.known.command_line import CommandLine, command_lines
from wheelcheck.builds.obstacles.setup_run.known.known_values import Files
from wheelcheck.builds.obstacles.setup_run.known.script_functions import Function, Known, Scope
from wheelcheck.builds.obstacles.setup_run.run_state import RunSettings, RunState
from wheelcheck.builds.obstacles.setup_run.sdist_modules import SdistModules, script_texts
from wheelcheck.builds.obstacles.setup_run.stop import (
    Done,
    Returned,
    SetUp,
    Stop,
    Stopped,
    catching,
    message,
)
from wheelcheck.builds.obstacles.setup_run.syntax import (
    dotted,
    imported_either_way,
    is_generator,
    names_bound,
)

__all__ = ["certain_stop", "module_stop"]

_DEEPEST = 8
_MOST_STEPS = 20_000
_MOST_ROUNDS = 50


class _Run:
    """Walks statements: a method for each kind, named after the class of `ast`."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self.imports = Imports(state, self.walk)
        self.expressions = Expressions(state, self._enter, self._run_file, self.imports.whole)
        self.steps = 0

    @property
    def frame(self) -> Frame:
        return self.state.frame

    def expression(self, node: ast.expr) -> None:
        self.expressions.evaluate(node)

    def walk(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise Done
            method = getattr(self, f"_{type(statement).__name__}", None)
            if method is not None:
                method(statement)
            else:
                self.frame.forget([statement])

    def _Expr(self, node: ast.Expr) -> None:  # noqa: N802
        self.expression(node.value)

    def _Assign(self, node: ast.Assign) -> None:  # noqa: N802
        self.expression(node.value)
        value = self.frame.evaluated(node.value)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and dotted(target.value) == "__builtins__":
                why = (
                    f"it sets __builtins__.{target.attr}, and under a build backend that is a dict"
                )
                self.frame.stop(node, "AttributeError", why)
            self.state.keywords.note(target, node.value, self.frame)
            several = self.frame.several(target, node.value)
            self.frame.forget([target])
            if isinstance(target, ast.Name):
                self.frame.bind(target.id, value)
            for name, part in several.items():
                self.frame.bind(name, part)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        if node.value is not None:
            self.expression(node.value)
        self.frame.forget([node.target])

    def _AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        self.expression(node.value)
        whole = ast.copy_location(ast.BinOp(_as_read(node.target), node.op, node.value), node)
        value = self.frame.evaluated(whole)
        self.frame.forget([node.target])
        if isinstance(node.target, ast.Name):
            self.frame.bind(node.target.id, value)

    def _Return(self, node: ast.Return) -> None:  # noqa: N802
        if node.value is not None:
            self.expression(node.value)
        raise Returned

    def _Raise(self, node: ast.Raise) -> None:  # noqa: N802
        called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = dotted(called).rpartition(".")[2] if called is not None else "Exception"
        text = message(node.exc, self.frame.constant) or file_in_words(node.exc, self.frame)
        self.frame.stop(node, name or "Exception", f"it raises {name or 'an exception'}{text}")

    def _Assert(self, node: ast.Assert) -> None:  # noqa: N802
        self.expression(node.test)
        if self.frame.constant(node.test) is False:
            self.frame.stop(node, "AssertionError", f"it asserts {ast.unparse(node.test)[:80]}")

    def _Pass(self, node: ast.Pass) -> None:  # noqa: N802
        pass

    def _FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802
        for decorator in node.decorator_list:
            self.expression(decorator)
            for function in self._decorating(decorator):
                self._enter(function, ast.Call(decorator, [ast.Name("", ast.Load())], []))
        self.frame.scope[node.name] = Function(node, self.frame.scope, self.frame.file)

    def _decorating(self, node: ast.expr) -> list[Function]:
        """The script's own function that a decorator runs: itself, or what it makes."""
        if not isinstance(node, ast.Call):
            found = self.frame.function(node)
            return [] if found is None else [found]
        made = named_class(node.func, self.frame.around)
        if made is not None:
            own = [part for part in made.node.body if isinstance(part, ast.FunctionDef)]
            return [Function(p, made.home, made.file) for p in own if p.name == "__call__"]
        maker = self.frame.function(node.func)
        if maker is None or not isinstance(maker.definition.body[-1], ast.Return):
            return []
        returned = dotted(maker.definition.body[-1].value)
        inner = [p for p in maker.definition.body if isinstance(p, ast.FunctionDef)]
        names = dict.fromkeys(names_bound(maker.definition), "")
        return [
            Function(p, {**maker.home, **names}, maker.file) for p in inner if p.name == returned
        ]

    def _ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802
        for base in node.bases:
            self.expression(base)
        if not self.frame.depth:
            with self.state.within(self.frame.of_class()), suppress(Returned):
                self.walk(node.body)
        self.frame.scope[node.name] = ScriptClass(node, self.frame.scope, self.frame.file)

    def _If(self, node: ast.If) -> None:  # noqa: N802
        self.expression(node.test)
        known = self.frame.constant(node.test)
        if known is None and self.expressions.fails_for_want_of_pip(node.test):
            known = True
        if known is not None:
            self.walk(node.body if known else node.orelse)
            return
        for each in imported_either_way(node):
            self.imports.whole(each)
        self._uncertain([*node.body, *node.orelse])

    def _For(self, node: ast.For) -> None:  # noqa: N802
        self.expression(node.iter)
        items = self.frame.constant(node.iter)
        leaves = any(
            isinstance(n, ast.Break | ast.Continue) for s in node.body for n in ast.walk(s)
        )
        if not isinstance(items, list | tuple) or not isinstance(node.target, ast.Name) or leaves:
            self._uncertain([node.target, *node.body, *node.orelse])
            return
        for item in items[:_MOST_ROUNDS]:
            self.frame.scope[node.target.id] = item if isinstance(item, bool | int) else Known(item)
            self.walk(node.body)
        self.walk(node.orelse)

    def _While(self, node: ast.While) -> None:  # noqa: N802
        self._uncertain([*node.body, *node.orelse])

    def _With(self, node: ast.With) -> None:  # noqa: N802
        for item in node.items:
            self.expression(item.context_expr)
            if "suppress" in dotted(getattr(item.context_expr, "func", item.context_expr)):
                self._uncertain(node.body)
                return
        self.frame.forget([item.optional_vars for item in node.items if item.optional_vars])
        self.walk(node.body)

    def _Try(self, node: ast.Try) -> None:  # noqa: N802
        try:
            self.walk(node.body)
        except SetUp:
            self.walk(node.finalbody)
            raise
        except Stopped as stopped:
            handler = catching(node.handlers, stopped.stop.exception)
            if handler is None:
                self.walk(node.finalbody)
                raise
            self._handle(handler, stopped)
        else:
            if not all(map(self._cannot_fail, node.body)):
                for handler in node.handlers:
                    self.frame.forget(handler.body)
                    self.frame.note_calls(n for part in handler.body for n in ast.walk(part))
            self.walk(node.orelse)
        self.walk(node.finalbody)

    def _cannot_fail(self, part: ast.stmt) -> bool:
        """Whether a statement that was passed certainly raises nothing."""
        if isinstance(part, ast.Import):
            return all(self.state.modules.is_certain(alias.name) for alias in part.names)
        if isinstance(part, ast.ImportFrom):
            return not part.level and self.state.modules.is_certain(part.module or "")
        return isinstance(part, ast.Assign) and self.frame.constant(part.value) is not None

    def _handle(self, handler: ast.ExceptHandler, stopped: Stopped) -> None:
        try:
            self.walk(handler.body)
        except Stopped as again:
            first = stopped.stop
            why = f"{first.why}, and then {again.stop.why}"
            raise Stopped(Stop(again.stop.exception, why, first.place)) from None

    def _uncertain(self, body: Sequence[ast.AST]) -> None:
        """Statements that may not run: what they may change is not known afterwards."""
        if any(self.frame.calls_setup(part) for part in body):
            raise Done
        self.frame.forget(body)
        nodes = [node for part in body for node in ast.walk(part)]
        self.frame.note_calls(nodes)
        if self.frame.depth and any(isinstance(node, ast.Return) for node in nodes):
            raise Returned

    def _enter(self, function: Function, call: ast.Call) -> None:
        if self.frame.depth >= _DEEPEST or is_generator(function.definition):
            self.frame.note_calls(ast.walk(function.definition))
            return
        with self.state.within(self.frame.of_call(function, call)):
            try:
                self.walk(function.definition.body)
            except Returned:
                return

    def _run_file(self, path: str, name: str) -> None:
        text = self.state.modules.text(path)
        if text:
            self.imports.run(path, text, {"__name__": name})

    def _Import(self, node: ast.Import) -> None:  # noqa: N802
        self.imports.whole(node)

    def _ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        self.imports.names(node)


def certain_stop(
    texts: Mapping[str, str], paths: frozenset[str], finds: Importable, settings: RunSettings
) -> Stop | None:
    """Where ``setup.py`` stops for certain before it has called `setup()`; None if nowhere.

    `texts` are the files that may be imported from, `paths` all files, `finds` what can be
    imported besides. Nothing is run.
    """
    script = texts["setup.py"]
    moves = any("sys.path" in text or "addsitedir" in text for text in texts.values())
    own = tuple(script_texts(texts))
    lines = command_lines(own, legacy=settings.finds_beside)
    for argv in lines[:1] if settings.first else lines:
        files = Files.of(paths, texts, whole=settings.whole)
        scope: Scope = {"__name__": "__main__"}
        state = RunState(
            Frame("setup.py", scope, scope, finds.python, files, argv=CommandLine(argv)),
            SdistModules(texts, paths, finds, settings.finds_beside or moves, moves),
            settings,
        )
        try:
            _Run(state).imports.run("setup.py", script, scope)
        except Stopped as stopped:
            return stopped.stop
        except (Done, Returned, RecursionError):
            continue
    return None


def module_stop(
    name: str,
    texts: Mapping[str, str],
    paths: frozenset[str],
    finds: Importable,
    settings: RunSettings,
) -> Stop | None:
    """Where a module of the sdist stops for certain when it is imported by itself.

    The arguments are those of `certain_stop`. What lies beside the module can be imported.
    """
    scope: Scope = {"__name__": name}
    files = Files.of(paths, texts, whole=settings.whole)
    modules = SdistModules(texts, paths, finds, finds_beside=True, finds_anywhere=False)
    run = _Run(RunState(Frame("setup.py", scope, scope, finds.python, files), modules, settings))
    try:
        run.imports.alone(name)
    except Stopped as stopped:
        return stopped.stop
    except (Done, Returned, RecursionError):
        return None
    return None


def _as_read(target: ast.expr) -> ast.expr:
    """A target of an assignment as an expression that reads it; an unknown one if it is no name."""
    name = target.id if isinstance(target, ast.Name) else ""
    return ast.copy_location(ast.Name(name, ast.Load()), target)
