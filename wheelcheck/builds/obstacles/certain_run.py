"""Does a setup script come as far as `setup()`? What it does in any case, followed until it stops.

Only statements that run whatever happens count: a branch is taken where its condition is known, a
handler where what it catches is certain, a function of the sdist where it is called. So what is
found here is certain; what depends on anything unknown is left to warnings.
"""

from __future__ import annotations

import ast
import builtins
import posixpath
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.known_conditions import known_constant, known_value
from wheelcheck.builds.obstacles.known_values import (
    Files,
    Known,
    KnownPath,
    Scope,
    bound_arguments,
    dotted_origin,
)
from wheelcheck.builds.obstacles.refused_keywords import refused_keyword
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["Stop", "certain_stop", "script_texts"]

_DEEPEST = 8
_MOST_STEPS = 20_000
_MOST_ROUNDS = 50
_EXITS = {"sys.exit", "exit", "quit", "os._exit"}
_WIDE = {"Exception", "BaseException", "StandardError"}
_PARENTS = {
    "ModuleNotFoundError": {"ImportError"},
    "DistutilsSetupError": {"SystemExit"},
    "FileNotFoundError": {"OSError", "IOError", "EnvironmentError"},
    "NameError": {"UnboundLocalError"},
    "UnicodeDecodeError": {"ValueError", "UnicodeError"},
}
_OPENERS = {"open", "io.open", "codecs.open"}
_READERS = {"read_text", "read_bytes", "open"}
_READ_MODES = {"r", "rb", "rt", "br", "tr", ""}
_PYTHON2_BUILTINS = frozenset(
    {"apply", "basestring", "cmp", "execfile", "file", "intern", "long", "raw_input", "reduce",
     "reload", "unichr", "unicode", "xrange"}
)  # fmt: skip
_USE_2TO3 = "use_2to3 is refused since setuptools 58"
_READFP = "readfp of configparser is gone since Python 3.12"
_READFP_GONE = (3, 12)
_U_MODE_GONE = (3, 11)
_BUILTINS = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__builtins__", "__package__", "__spec__", "__loader__",
    "WindowsError",
}  # fmt: skip
_MAKES_NAMES = ("exec", "globals", "locals", "vars(", "setattr", "import *", "runpy")
_COMMANDS_RUN = ("egg_info", "build", "build_py", "build_ext", "bdist_wheel", "install")
"""Commands that are run for every wheel, `build_ext` where there is anything to compile."""
_METHODS_RUN = ("initialize_options", "finalize_options", "run")
_NO_CALL = ast.Call(func=ast.Name("self", ast.Load()), args=[], keywords=[])
_FETCHES_EGGS = "setuptools.dist.fetch_build_eggs"
_PARSERS = {"configparser.ConfigParser", "configparser.RawConfigParser"}


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a script stops for certain: the exception, why, and the place (``setup.py:41``)."""

    exception: str
    why: str
    place: str


class _Done(Exception):  # noqa: N818 (no error: what follows says nothing more)
    """The script has called `setup()`, or what follows is no longer certain."""


class _Stopped(Exception):  # noqa: N818
    def __init__(self, stop: Stop) -> None:
        self.stop = stop


class _Returned(Exception):  # noqa: N818
    """A function returns."""


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of the script, the names around it, and its file."""

    node: ast.ClassDef
    home: Scope
    file: str


@dataclass(slots=True)
class _Run:
    texts: Mapping[str, str]
    paths: frozenset[str]
    finds: Importable
    finds_beside: bool
    finds_anywhere: bool
    file: str = "setup.py"
    depth: int = 0
    steps: int = 0
    scope: Scope = field(default_factory=dict)
    main: Scope = field(default_factory=dict)
    modules: dict[str, Scope] = field(default_factory=dict)
    uses_2to3_refused: bool = False
    files: Files = field(default_factory=Files)
    with_2to3: set[str] = field(default_factory=set)
    compiles: bool = False
    first: bool = False
    commands: dict[str, dict[str, ast.expr]] = field(default_factory=dict)

    def known(self, node: ast.expr) -> Any:
        """The value of an expression as a scope holds it; None if it is not known."""
        return known_value(node, self.around, self.finds.python, self.files)

    def constant(self, node: ast.expr) -> Any:
        """The value of an expression; None if it is not known."""
        return known_constant(node, self.around, self.finds.python, self.files)

    @property
    def around(self) -> Mapping[str, Any]:
        """The names that an expression sees."""
        return ChainMap(self.scope, self.main, {"__file__": Known(self.file)})

    def stop(self, node: ast.AST, exception: str, why: str) -> None:
        raise _Stopped(Stop(exception, why, f"{self.file}:{getattr(node, 'lineno', 0)}"))

    def walk(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise _Done
            method = getattr(self, f"_{type(statement).__name__}", None)
            if method is not None:
                method(statement)
            else:
                self._forget([statement])

    def _Expr(self, node: ast.Expr) -> None:  # noqa: N802
        self.expression(node.value)

    def _Assign(self, node: ast.Assign) -> None:  # noqa: N802
        self.expression(node.value)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and _dotted(target.value) == "__builtins__":
                why = (
                    f"it sets __builtins__.{target.attr}, and under a build backend that is a dict"
                )
                self.stop(node, "AttributeError", why)
            self._note_2to3(target, node.value)
            self._note_commands(target, node.value)
            self._forget([target])
            if isinstance(target, ast.Name):
                self._bind(target.id, node.value)

    def _bind(self, name: str, value: ast.expr) -> None:
        known = self.known(value)
        if known is not None:
            self.scope[name] = known
        elif isinstance(value, ast.Call):
            made = self._origin(value.func)
            if made in _PARSERS:
                self.scope[name] = f"{made}()"
        elif isinstance(value, ast.Attribute | ast.Name):
            origin = self._origin(value)
            if origin:
                self.scope[name] = origin

    def _AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        if node.value is not None:
            self.expression(node.value)
        self._forget([node.target])

    def _AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        self.expression(node.value)
        self._forget([node.target])

    def _Return(self, node: ast.Return) -> None:  # noqa: N802
        if node.value is not None:
            self.expression(node.value)
        raise _Returned

    def _Raise(self, node: ast.Raise) -> None:  # noqa: N802
        called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = _dotted(called).rpartition(".")[2] if called is not None else "Exception"
        self.stop(
            node, name or "Exception", f"it raises {name or 'an exception'}{_words(node.exc)}"
        )

    def _Pass(self, node: ast.Pass) -> None:  # noqa: N802
        pass

    def _FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802
        for decorator in node.decorator_list:
            self.expression(decorator)
        self.scope[node.name] = (node, self.scope, self.file)

    def _ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802
        for base in node.bases:
            self.expression(base)
        self.scope[node.name] = _Class(node, self.scope, self.file)

    def _If(self, node: ast.If) -> None:  # noqa: N802
        self.expression(node.test)
        known = self.constant(node.test)
        if known is not None:
            self.walk(node.body if known else node.orelse)
            return
        self._uncertain([*node.body, *node.orelse])

    def _For(self, node: ast.For) -> None:  # noqa: N802
        self.expression(node.iter)
        items = self.constant(node.iter)
        leaves = any(
            isinstance(n, ast.Break | ast.Continue) for s in node.body for n in ast.walk(s)
        )
        if not isinstance(items, list | tuple) or not isinstance(node.target, ast.Name) or leaves:
            self._uncertain([node.target, *node.body, *node.orelse])
            return
        for item in items[:_MOST_ROUNDS]:
            self.scope[node.target.id] = item if isinstance(item, bool | int) else Known(item)
            self.walk(node.body)
        self.walk(node.orelse)

    def _While(self, node: ast.While) -> None:  # noqa: N802
        self._uncertain([*node.body, *node.orelse])

    def _With(self, node: ast.With) -> None:  # noqa: N802
        for item in node.items:
            self.expression(item.context_expr)
            if "suppress" in _dotted(getattr(item.context_expr, "func", item.context_expr)):
                self._uncertain(node.body)
                return
        self._forget([item.optional_vars for item in node.items if item.optional_vars])
        self.walk(node.body)

    def _Try(self, node: ast.Try) -> None:  # noqa: N802
        try:
            self.walk(node.body)
        except _Stopped as stopped:
            handler = _handler(node.handlers, stopped.stop.exception)
            if handler is None:
                self.walk(node.finalbody)
                raise
            self._handle(handler, stopped)
        else:
            if not all(map(self._cannot_fail, node.body)):
                for handler in node.handlers:
                    self._forget(handler.body)
            self.walk(node.orelse)
        self.walk(node.finalbody)

    def _cannot_fail(self, part: ast.stmt) -> bool:
        """Whether a statement that was passed certainly raises nothing."""
        if isinstance(part, ast.Import):
            return all(self._is_there(alias.name) for alias in part.names)
        if isinstance(part, ast.ImportFrom):
            return not part.level and self._is_there(part.module or "")
        return isinstance(part, ast.Assign) and self.constant(part.value) is not None

    def _is_there(self, module: str) -> bool:
        beside = self._is_beside(module.partition(".")[0])
        return not beside and self.finds.certainly_has(module)

    def _handle(self, handler: ast.ExceptHandler, stopped: _Stopped) -> None:
        try:
            self.walk(handler.body)
        except _Stopped as again:
            first = stopped.stop
            why = f"{first.why}, and then {again.stop.why}"
            raise _Stopped(Stop(again.stop.exception, why, first.place)) from None

    def _uncertain(self, body: Sequence[ast.AST]) -> None:
        """Statements that may not run: what they may change is not known afterwards."""
        if any(self._sets_up(part) for part in body):
            raise _Done
        self._forget(body)
        if self.depth and any(isinstance(n, ast.Return) for part in body for n in ast.walk(part)):
            raise _Returned

    def _sets_up(self, part: ast.AST, depth: int = 4) -> bool:
        """Whether a statement may call `setup()`, by itself or in a function of the script."""
        for node in ast.walk(part):
            if isinstance(node, ast.Call):
                name = _dotted(node.func)
                if name.rpartition(".")[2] == "setup":
                    return True
                function = self.scope.get(name, self.main.get(name))
                body = function[0].body if isinstance(function, tuple) and depth else ()
                if any(self._sets_up(inner, depth - 1) for inner in body):
                    return True
        return False

    def _forget(self, parts: Sequence[ast.AST]) -> None:
        """What these statements bind is not known any more."""
        for part in parts:
            for node in ast.walk(part):
                for name in _bound_by(node):
                    self.scope[name] = ""
                if isinstance(node, ast.Global):
                    self.main |= dict.fromkeys(node.names, "")
                elif isinstance(node, ast.Call):
                    self._forget_changed(node)
                elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                    self._forget_content(node.value)

    def _forget_changed(self, node: ast.Call) -> None:
        """Lists and dictionaries that a call may change."""
        if isinstance(node.func, ast.Attribute):
            self._forget_content(node.func.value)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._forget_content(argument)

    def _forget_content(self, node: ast.expr) -> None:
        if isinstance(node, ast.Name):
            for scope in (self.scope, self.main):
                found = scope.get(node.id)
                if isinstance(found, Known) and isinstance(found.value, list | dict):
                    scope[node.id] = ""

    def _Import(self, node: ast.Import) -> None:  # noqa: N802
        for alias in node.names:
            found = self.find(node, alias.name)
            bound = alias.asname or alias.name.split(".")[0]
            if isinstance(found, dict) and (alias.asname or "." not in alias.name):
                self.scope[bound] = found
            elif found is None:
                self.scope[bound] = alias.name if alias.asname else bound
            else:
                self.scope[bound] = ""

    def _ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        if node.level:
            self._forget([node])
            return
        module = node.module or ""
        found = self.find(node, module)
        for alias in node.names:
            bound = alias.asname or alias.name
            if alias.name == "*":
                if isinstance(found, dict):
                    self.scope.update(found)
            elif isinstance(found, dict):
                if alias.name not in found:
                    self._submodule(node, f"{module}.{alias.name}")
                self.scope[bound] = found.get(alias.name, "")
            elif found is None:
                why = self.finds.missing_name(module, alias.name)
                if why:
                    self.stop(node, "ImportError", why)
                self.scope[bound] = f"{module}.{alias.name}"
            else:
                self.scope[bound] = ""

    def _submodule(self, node: ast.stmt, name: str) -> None:
        stem = name.replace(".", "/")
        if f"{stem}.py" in self.paths or f"{stem}/__init__.py" in self.paths:
            self.find(node, name)

    def find(self, node: ast.stmt, name: str) -> Scope | str | None:
        """Import a module: its names if it is part of the sdist, None if it is another one.

        "" where a part of the sdist could not be followed.
        """
        root = name.split(".", maxsplit=1)[0]
        beside = self._is_beside(root)
        if beside and self.finds_beside:
            found: Scope | str = ""
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                found = self._load(".".join(parts[:end]))
            return found
        if self.finds_anywhere and self._is_anywhere(root):
            return ""
        why = self.finds.missing_module(name)
        if why and beside:
            why = f"{root} lies beside setup.py, where its build backend does not look"
        if why:
            self.stop(node, "ModuleNotFoundError", why)
        return None

    def _is_beside(self, root: str) -> bool:
        return f"{root}.py" in self.paths or any(
            path.startswith(f"{root}/") and path.endswith((".py", ".so")) for path in self.paths
        )

    def _is_anywhere(self, root: str) -> bool:
        ends = (f"/{root}.py", f"/{root}/__init__.py")
        return any(f"/{path}".endswith(ends) for path in self.paths)

    def _load(self, name: str) -> Scope | str:
        if name in self.modules:
            return self.modules[name]
        scope: Scope = {"__name__": name}
        self.modules[name] = scope
        stem = name.replace(".", "/")
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            text = self.texts.get(path)
            if path in self.paths and text is not None:
                self._walk_module(path, text, scope)
                return scope
        return ""

    def _walk_module(self, path: str, text: str, scope: Scope) -> None:
        tree = parse(text)
        outer = self.file, self.scope, self.main, self.depth
        self.file, self.scope, self.main = path, scope, scope
        self.depth = 0
        try:
            if isinstance(tree, Unknown):
                if tree.code == "script-not-python3":
                    line = tree.reason.partition(":")[0].removeprefix("line ")
                    where = ast.Pass(lineno=int(line) if line.isdigit() else 0)
                    self.stop(where, "SyntaxError", f"{path} is not Python 3 ({tree.reason})")
                return
            self.walk(tree.body)
        finally:
            self.file, self.scope, self.main, self.depth = outer

    def expression(self, node: ast.expr) -> None:
        """What evaluating an expression does in any case."""
        for inner in _evaluated(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
                self._name(inner)
            elif isinstance(inner, ast.Attribute):
                self._attribute(inner)
            elif isinstance(inner, ast.Call):
                self._call(inner)

    def _name(self, node: ast.Name) -> None:
        known = node.id in self.scope or node.id in self.main or self._star_imported
        if known:
            return
        if node.id in _PYTHON2_BUILTINS:
            self.stop(node, "NameError", f"{node.id} is a name of Python 2")
        if not self.depth and node.id not in _BUILTINS and self._binds_nothing_as(node.id):
            self.stop(node, "NameError", f"{node.id} is not defined")

    def _binds_nothing_as(self, name: str) -> bool:
        """Whether no statement of the present file makes a name."""
        text = self.texts.get(self.file, "")
        if any(word in text for word in _MAKES_NAMES):
            return False
        tree = parse(text)
        return not isinstance(tree, Unknown) and name not in _names_bound(tree)

    @property
    def _star_imported(self) -> bool:
        text = self.texts.get(self.file, "")
        return "import *" in text

    def _attribute(self, node: ast.Attribute) -> None:
        origin = self._origin(node.value)
        if not origin:
            return
        if origin.endswith("()"):
            if node.attr == "readfp" and self.finds.python >= _READFP_GONE:
                self.stop(node, "AttributeError", _READFP)
            return
        why = self.finds.missing_name(origin, node.attr)
        if why:
            self.stop(node, "AttributeError", why)

    def _origin(self, node: ast.expr) -> str:
        """The dotted name, outside the sdist, of what an expression names; "" if not known."""
        return dotted_origin(node, self.around)

    def _call(self, node: ast.Call) -> None:
        name = _dotted(node.func)
        origin = self._origin(node.func)
        if (origin or name) in _EXITS:
            self.stop(node, "SystemExit", f"it exits{_words(node)}")
        if name == "open" and self.finds.python >= _U_MODE_GONE and _opens_in_u_mode(node):
            self.stop(node, "ValueError", "open() knows no mode U since Python 3.11")
        bare = isinstance(node.func, ast.Name) and name not in self.around
        self._open(node, origin or (name if bare else ""))
        function = self._function(node.func)
        if function is not None:
            self._enter(function, node)
        elif origin == _FETCHES_EGGS or _fetches_eggs(node, self.around):
            self._fetch(node)
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            if isinstance(node.func.value, ast.Name) and self._hands_over_2to3(node.keywords):
                self.with_2to3.add(node.func.value.id)
        elif name.rpartition(".")[2] == "setup":
            self._setup(node)
            raise _Done
        else:
            self._forget_changed(node)

    def _open(self, node: ast.Call, origin: str) -> None:
        """A file that is opened to be read, and is not there."""
        if origin in _OPENERS and node.args:
            path, modes = self.constant(node.args[0]), node.args[1:2]
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _READERS:
            path = self.constant(node.func.value)
            path = path if isinstance(path, KnownPath) else None
            modes = node.args[:1] if node.func.attr == "open" else []
        else:
            return
        modes = [*modes, *(k.value for k in node.keywords if k.arg == "mode")]
        mode = self.constant(modes[0]) if modes else "r"
        if not isinstance(path, str):
            return
        if mode not in _READ_MODES:
            self.files.written.add(path)
        elif self.files.has_file(path) is False:
            shown = posixpath.normpath(path)
            self.stop(node, "FileNotFoundError", f"it opens {shown}, which the sdist does not hold")

    def _fetch(self, node: ast.Call) -> None:
        """`fetch_build_eggs` runs pip, and a build environment has none."""
        stated = self.constant(node.args[0]) if len(node.args) == 1 else None
        lines = [stated] if isinstance(stated, str) else stated
        if self.finds.complete and isinstance(lines, list | tuple):
            missing = [line for line in lines if not self.finds.satisfies(str(line))]
            if missing:
                why = (
                    f"it has setuptools fetch {missing[0]} by pip, which a build environment lacks"
                )
                self.stop(node, "DistutilsError", why)

    def _setup(self, node: ast.Call) -> None:
        if self.uses_2to3_refused and self._hands_over_2to3(node.keywords):
            self.stop(node, "DistutilsSetupError", _USE_2TO3)
        named = {k.arg: self.constant(k.value) for k in node.keywords if k.arg is not None}
        known = {name: value for name, value in named.items() if value is not None}
        names = frozenset(named) | ({"**"} if len(named) < len(node.keywords) else frozenset())
        why = refused_keyword(known, names, self.files, self.finds.versions.get("setuptools"))
        if why:
            self.stop(node, "DistutilsSetupError", why)
        if not self.first:
            self._run_commands(node)

    def _note_commands(self, target: ast.expr, value: ast.expr) -> None:
        """A dictionary of commands, or a command that is added to it."""
        if isinstance(target, ast.Name):
            self.commands[target.id] = _entries(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            self.commands.setdefault(target.value.id, {})[str(key)] = value

    def _run_commands(self, node: ast.Call) -> None:
        """What the commands do that a build of a wheel runs, as far as the script defines them."""
        given = next((k.value for k in node.keywords if k.arg == "cmdclass"), None)
        if given is None:
            return
        named = isinstance(given, ast.Name)
        classes = self.commands.get(given.id, {}) if named else _entries(given)  # type: ignore[attr-defined]
        for command in _COMMANDS_RUN:
            made = classes.get(command)
            found = self.around.get(made.id) if isinstance(made, ast.Name) else None
            if isinstance(found, _Class) and (self.compiles or command != "build_ext"):
                for method in _methods(found.node):
                    self._enter((method, found.home, found.file), _NO_CALL)

    def _hands_over_2to3(self, keywords: Sequence[ast.keyword]) -> bool:
        """Whether keywords have a true `use_2to3`, by themselves or in a dictionary of them."""
        for keyword in keywords:
            if keyword.arg == "use_2to3":
                return self.known(keyword.value) is True
            if keyword.arg is None and self._has_2to3(keyword.value):
                return True
        return False

    def _has_2to3(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.with_2to3
        if isinstance(node, ast.Call):
            return _dotted(node.func) == "dict" and self._hands_over_2to3(node.keywords)
        if not isinstance(node, ast.Dict):
            return False
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "use_2to3":
                return self.known(value) is True
        return False

    def _note_2to3(self, target: ast.expr, value: ast.expr) -> None:
        """A dictionary of keywords that gets `use_2to3`."""
        if isinstance(target, ast.Name) and self._has_2to3(value):
            self.with_2to3.add(target.id)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            named = isinstance(target.slice, ast.Constant) and target.slice.value == "use_2to3"
            if named and self.known(value) is True:
                self.with_2to3.add(target.value.id)

    def _function(self, node: ast.expr) -> tuple[ast.FunctionDef, Scope, str] | None:
        found = None
        if isinstance(node, ast.Name):
            found = self.scope.get(node.id, self.main.get(node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = self.scope.get(node.value.id, self.main.get(node.value.id))
            found = module.get(node.attr) if isinstance(module, dict) else None
        return found if isinstance(found, tuple) else None

    def _enter(self, function: tuple[ast.FunctionDef, Scope, str], call: ast.Call) -> None:
        node, home, file = function
        if self.depth >= _DEEPEST or _is_generator(node):
            return
        outer = self.file, self.scope, self.main, self.depth
        inside = bound_arguments(node, call, self.constant)
        self.file, self.scope, self.main = file, inside, home
        self.depth += 1
        try:
            self.walk(node.body)
        except _Returned:
            return
        finally:
            self.file, self.scope, self.main, self.depth = outer


def certain_stop(
    texts: Mapping[str, str],
    paths: frozenset[str],
    finds: Importable,
    *,
    finds_beside: bool,
    refuses_2to3: bool,
    whole: bool = True,
    compiles: bool = False,
    first: bool = False,
) -> Stop | None:
    """Where ``setup.py`` stops for certain before it has called `setup()`; None if nowhere.

    `texts` are the files that may be imported from, `paths` all files. `finds_beside`: modules
    beside the script can be imported, as under setuptools' legacy backend. `whole`: no links lie
    beside the files. `compiles`: it has extension modules in any case. `first`: it is
    run to learn its `setup_requires`, which ends at `setup()`. Nothing is run.
    """
    script = texts["setup.py"]
    moves = "sys.path" in script or "addsitedir" in script
    beside = finds_beside or moves
    files = Files.of(paths, "\n".join(script_texts(texts)), whole=whole)
    run = _Run(
        texts,
        paths,
        finds,
        beside,
        moves,
        uses_2to3_refused=refuses_2to3,
        files=files,
        compiles=compiles,
        first=first,
    )
    run.scope["__name__"] = "__main__"
    run.main = run.scope
    try:
        run._walk_module("setup.py", script, run.scope)  # noqa: SLF001
    except _Stopped as stopped:
        return stopped.stop
    except (_Done, _Returned, RecursionError):
        return None
    return None


def script_texts(texts: Mapping[str, str]) -> Iterator[str]:
    """The text of ``setup.py``, and of what lies beside it that it names."""
    script = texts.get("setup.py", "")
    yield script
    for path, text in texts.items():
        stem = path.removesuffix(".py")
        if path.endswith(".py") and "/" not in path and path != "setup.py" and stem in script:
            yield text


def _fetches_eggs(node: ast.Call, around: Mapping[str, Any]) -> bool:
    """``Distribution().fetch_build_eggs(…)``."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr != "fetch_build_eggs":
        return False
    made = function.value
    if isinstance(made, ast.Call):
        return dotted_origin(made.func, around).endswith("Distribution")
    return False


def _bound_by(node: ast.AST) -> tuple[str, ...]:
    """The names that a statement binds by itself."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return (node.id,)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return tuple(alias.asname or alias.name.split(".")[0] for alias in node.names)
    return (node.name,) if isinstance(node, ast.FunctionDef | ast.ClassDef) else ()


def _entries(node: ast.expr) -> dict[str, ast.expr]:
    """The values of a dictionary that is written out, by those keys that are texts."""
    if isinstance(node, ast.Call) and _dotted(node.func) == "dict":
        return {k.arg: k.value for k in node.keywords if k.arg is not None}
    if not isinstance(node, ast.Dict):
        return {}
    return {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    """The methods of a command that are run, in their order."""
    own = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    return [own[name] for name in _METHODS_RUN if name in own]


def _names_bound(tree: ast.Module) -> frozenset[str]:
    """All names that anything in a file binds."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
    return frozenset(found)


def _evaluated(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression that are evaluated in any case, the inner before the outer."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.BoolOp):
        yield from _evaluated(node.values[0])
        return
    if isinstance(node, ast.IfExp):
        yield from _evaluated(node.test)
        return
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from _evaluated(node.generators[0].iter)
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword):
            yield from _evaluated(child.value)
        elif isinstance(child, ast.expr):
            yield from _evaluated(child)
    yield node


def _dotted(node: ast.AST | None) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else node.attr
    return ""


def _words(node: ast.AST | None) -> str:
    """What an exception or an exit says, shortened."""
    args = node.args if isinstance(node, ast.Call) else []
    if args and isinstance(args[0], ast.Constant) and isinstance(args[0].value, str):
        line = " ".join(args[0].value.split())
        return f": {line[:100]}" if line else ""
    return ""


def _handler(handlers: list[ast.ExceptHandler], raised: str) -> ast.ExceptHandler | None:
    caught = {raised, *_PARENTS.get(raised, ())}
    if raised != "SystemExit":
        caught |= _WIDE
    else:
        caught.add("BaseException")
    for handler in handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or _dotted(kind).rpartition(".")[2] in caught for kind in kinds):
            return handler
    return None


def _is_generator(node: ast.FunctionDef) -> bool:
    return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))


def _opens_in_u_mode(node: ast.Call) -> bool:
    modes = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
    return any(
        isinstance(m, ast.Constant) and isinstance(m.value, str) and "U" in m.value for m in modes
    )
