"""Does a setup script come as far as `setup()`? What it does in any case, followed until it stops.

Only statements that run whatever happens count: a branch is taken where its condition is known, a
handler where what it catches is certain, a function of the sdist where it is called. So what is
found here is certain; what depends on anything unknown is left to warnings.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.known_conditions import Scope, known_value
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["Stop", "certain_stop"]

_DEEPEST = 8
_MOST_STEPS = 20_000
_EXITS = {"sys.exit", "exit", "quit", "os._exit"}
_WIDE = {"Exception", "BaseException", "StandardError"}
_PARENTS = {"ModuleNotFoundError": {"ImportError"}, "DistutilsSetupError": {"SystemExit"}}
_PYTHON2_BUILTINS = frozenset(
    {"apply", "basestring", "cmp", "execfile", "file", "intern", "long", "raw_input", "reduce",
     "reload", "unichr", "unicode", "xrange"}
)  # fmt: skip
_USE_2TO3 = "use_2to3 is refused since setuptools 58"
_READFP = "readfp of configparser is gone since Python 3.12"
_READFP_GONE = (3, 12)
_U_MODE_GONE = (3, 11)
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
    with_2to3: set[str] = field(default_factory=set)

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
            self._forget([target])
            if isinstance(target, ast.Name):
                self._bind(target.id, node.value)

    def _bind(self, name: str, value: ast.expr) -> None:
        known = known_value(value, self.scope, self.finds.python)
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
        self.scope.pop(node.name, None)
        self.scope[node.name] = ""

    def _If(self, node: ast.If) -> None:  # noqa: N802
        self.expression(node.test)
        known = known_value(node.test, self.scope, self.finds.python)
        if isinstance(known, bool):
            self.walk(node.body if known else node.orelse)
            return
        self._uncertain([*node.body, *node.orelse])

    def _For(self, node: ast.For) -> None:  # noqa: N802
        self.expression(node.iter)
        self._uncertain([*node.body, *node.orelse])

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
            if not all(isinstance(part, ast.Import | ast.ImportFrom) for part in node.body):
                for handler in node.handlers:
                    self._forget(handler.body)
            self.walk(node.orelse)
        self.walk(node.finalbody)

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
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.scope[node.id] = ""
                elif isinstance(node, ast.Import | ast.ImportFrom):
                    for alias in node.names:
                        self.scope[alias.asname or alias.name.split(".")[0]] = ""
                elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                    self.scope[node.name] = ""
                elif isinstance(node, ast.Global):
                    for name in node.names:
                        self.main[name] = ""

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
        if node.id in _PYTHON2_BUILTINS and not known:
            self.stop(node, "NameError", f"{node.id} is a name of Python 2")

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
        if isinstance(node, ast.Name):
            found = self.scope.get(node.id, self.main.get(node.id))
            return found if isinstance(found, str) else ""
        if isinstance(node, ast.Attribute):
            base = self._origin(node.value)
            return f"{base}.{node.attr}" if base and not base.endswith("()") else ""
        return ""

    def _call(self, node: ast.Call) -> None:
        name = _dotted(node.func)
        origin = self._origin(node.func)
        if (origin or name) in _EXITS:
            self.stop(node, "SystemExit", f"it exits{_words(node)}")
        if name == "open" and self.finds.python >= _U_MODE_GONE and _opens_in_u_mode(node):
            self.stop(node, "ValueError", "open() knows no mode U since Python 3.11")
        function = self._function(node.func)
        if function is not None:
            self._enter(function)
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            if isinstance(node.func.value, ast.Name) and self._hands_over_2to3(node.keywords):
                self.with_2to3.add(node.func.value.id)
        elif name.rpartition(".")[2] == "setup":
            self._setup(node)
            raise _Done

    def _setup(self, node: ast.Call) -> None:
        if self.uses_2to3_refused and self._hands_over_2to3(node.keywords):
            self.stop(node, "DistutilsSetupError", _USE_2TO3)

    def _hands_over_2to3(self, keywords: Sequence[ast.keyword]) -> bool:
        """Whether keywords have a true `use_2to3`, by themselves or in a dictionary of them."""
        for keyword in keywords:
            if keyword.arg == "use_2to3":
                return known_value(keyword.value, self.scope, self.finds.python) is True
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
                return known_value(value, self.scope, self.finds.python) is True
        return False

    def _note_2to3(self, target: ast.expr, value: ast.expr) -> None:
        """A dictionary of keywords that gets `use_2to3`."""
        if isinstance(target, ast.Name) and self._has_2to3(value):
            self.with_2to3.add(target.id)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            named = isinstance(target.slice, ast.Constant) and target.slice.value == "use_2to3"
            if named and known_value(value, self.scope, self.finds.python) is True:
                self.with_2to3.add(target.value.id)

    def _function(self, node: ast.expr) -> tuple[ast.FunctionDef, Scope, str] | None:
        found = None
        if isinstance(node, ast.Name):
            found = self.scope.get(node.id, self.main.get(node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = self.scope.get(node.value.id, self.main.get(node.value.id))
            found = module.get(node.attr) if isinstance(module, dict) else None
        return found if isinstance(found, tuple) else None

    def _enter(self, function: tuple[ast.FunctionDef, Scope, str]) -> None:
        node, home, file = function
        if self.depth >= _DEEPEST or _is_generator(node):
            return
        outer = self.file, self.scope, self.main, self.depth
        inside: Scope = {arg.arg: "" for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
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
) -> Stop | None:
    """Where ``setup.py`` stops for certain before it has called `setup()`; None if nowhere.

    `texts` are the files that may be imported from, `paths` all files. `finds_beside`: modules
    beside the script can be imported, as under setuptools' legacy backend. Nothing is run.
    """
    script = texts["setup.py"]
    moves = "sys.path" in script or "addsitedir" in script
    beside = finds_beside or moves
    run = _Run(texts, paths, finds, beside, moves, uses_2to3_refused=refuses_2to3)
    run.scope["__name__"] = "__main__"
    run.main = run.scope
    try:
        run._walk_module("setup.py", script, run.scope)  # noqa: SLF001
    except _Stopped as stopped:
        return stopped.stop
    except (_Done, _Returned, RecursionError):
        return None
    return None


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
