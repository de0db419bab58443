"""Walking a setup script: statements, calls, and what they declare.

Where a condition cannot be told, both ways are walked and what only one of them declares depends
on it. Nothing is run, and nothing is written; a step budget bounds the walk.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import ClassVar

from wheelcheck.builds.setup_script.calls import (
    ENDS,
    Calls,
    LoopEnded,
    Returned,
    SetupCall,
    strings_of,
)
from wheelcheck.builds.setup_script.expressions import condition_text
from wheelcheck.builds.setup_script.methods import call_method
from wheelcheck.builds.setup_script.surroundings import Surroundings
from wheelcheck.builds.setup_script.syntax import parse
from wheelcheck.builds.setup_script.values import (
    ClassValue,
    Dotted,
    FunctionValue,
    Opaque,
    Raised,
    Scope,
    Value,
    extensions_in,
    join,
    opaque,
    supposed,
    truth,
)

__all__ = ["Interpreter"]


class Interpreter(Calls):
    """Walks one script. Afterwards `setup_calls`, `made` and `classes` tell the story."""

    def __init__(self, around: Surroundings, file: str) -> None:
        super().__init__(around, file)
        self.classes: list[ClassValue] = []
        self.walked: list[tuple[str, ast.Module]] = []
        self.unread: list[str] = []
        self._modules: dict[str, Scope | None] = {}
        self._left: list[list[dict[str, Value]]] = []

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Walk statements; raises Raised where the script would stop for good."""
        for statement in body:
            self.step()
            method = self._statements.get(type(statement))
            if method is not None:
                method(self, statement)

    @contextmanager
    def _suppose(self, *conditions: str) -> Iterator[None]:
        before = self.supposing
        self.supposing = (*before, *conditions)
        try:
            yield
        finally:
            self.supposing = before

    def _ways(self, ways: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Walk alternatives that cannot be told apart, and go on with what they have in common."""
        before = self.scope.names
        ends: list[dict[str, Value]] = []
        texts = tuple(text for text, _ in ways if text)
        last: Exception | None = None
        for text, way in ways:
            self.scope.names = dict(before)
            with self._suppose(*([text] if text else [])):
                try:
                    way()
                    ends.append(self.scope.names)
                except ENDS as end:
                    last = end
                    if isinstance(end, LoopEnded) and self._left:
                        self._left[-1].append(self.scope.names)
        if not ends:
            self.scope.names = before
            raise last if last is not None else LoopEnded
        self.scope.names = _joined(ends, (*self.supposing, *texts))

    # statements

    def _Expr(self, node: ast.Expr) -> None:  # noqa: N802 (named as its syntax node)
        if isinstance(node.value, ast.Yield):
            self.frames[-1].results.append([self.value(node.value.value)])
        else:
            self.value(node.value)

    def _Assign(self, node: ast.Assign) -> None:  # noqa: N802
        value = self.value(node.value)
        for target in node.targets:
            self.store(target, value)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        if node.value is not None:
            self.store(node.target, self.value(node.value))

    def _AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        added = supposed(self.value(node.value), self.supposing)
        before = self.value(node.target)
        if isinstance(node.op, ast.Add) and isinstance(before, list):
            call_method(self.around, before, "extend", [added])
        elif isinstance(node.op, ast.Add) and isinstance(before, str) and isinstance(added, str):
            self.store(node.target, before + added if len(before) + len(added) < 10**5 else "")
        else:
            self.store(node.target, opaque(before, added))

    def store(self, target: ast.expr, value: Value) -> None:
        """Assign to a name, an item of a container, or an attribute that matters."""
        if isinstance(target, ast.Attribute):
            self._store_attribute(target, value)
        elif isinstance(target, ast.Subscript):
            base, key = self.value(target.value), self.value(target.slice)
            if isinstance(base, dict):
                base[key if isinstance(key, str | int) else "?"] = supposed(value, self.supposing)
            elif isinstance(base, list | Opaque) and extensions_in(value):
                self.mutated(target.value, base, "append", [value])
        else:
            self.bind(target, value)

    def _store_attribute(self, target: ast.Attribute, value: Value) -> None:
        base = self.value(target.value)
        if isinstance(base, ClassValue):
            before = base.attributes.get(target.attr)
            ways = [value] if before is None or not self.supposing else [before, value]
            base.attributes[target.attr] = join(ways, self.supposing)
        found = extensions_in(base)
        for extension in found:
            if target.attr == "optional":
                extension.optional = truth(value) is True
            elif target.attr == "sources":
                extension.sources = strings_of(value)
        if not found and target.attr == "ext_modules" and extensions_in(value):
            self._attached(value, target.lineno)

    def _attached(self, value: Value, line: int) -> None:
        """Extension modules set on a distribution by hand count as handed to `setup()`."""
        self.setup_calls.append(
            SetupCall("dist", line, {"ext_modules": value}, self.supposing, self.fallback > 0)
        )

    def _If(self, node: ast.If) -> None:  # noqa: N802
        known = truth(self.value(node.test))
        if known is not None:
            self.run(node.body if known else node.orelse)
            return
        text = condition_text(node.test)
        self._ways(
            [(text, lambda: self.run(node.body)), (f"not ({text})", lambda: self.run(node.orelse))]
        )

    def _For(self, node: ast.For | ast.AsyncFor) -> None:  # noqa: N802
        over = self.value(node.iter)
        elements = self.iterated(over)
        if not isinstance(over, list | tuple | dict):
            elements *= 2  # what one turn leaves behind, a later one meets
        self._left.append([])
        broke = False
        try:
            for element in elements:
                before = dict(self.scope.names)
                self.store(node.target, element)
                broke = self._turn(node.body)
                if broke:
                    break
                if not isinstance(over, list | tuple | dict):
                    ends = [self.scope.names, before, *self._left[-1]]
                    self.scope.names = _joined(ends, self.supposing)
        finally:
            left = self._left.pop()
        if node.orelse and left and not broke:
            self._ways([("", lambda: None), ("", lambda: self.run(node.orelse))])
        elif not broke:
            self.run(node.orelse)
        self.scope.names = _joined([self.scope.names, *left], self.supposing)

    def _turn(self, body: list[ast.stmt]) -> bool:
        """One turn of a loop; whether it broke the loop off."""
        try:
            self.run(body)
        except LoopEnded as end:
            return end.broke
        return False

    def _While(self, node: ast.While) -> None:  # noqa: N802
        if truth(self.value(node.test)) is not False:
            self._turn(node.body)

    def _end_loop(self, node: ast.stmt) -> None:
        raise LoopEnded(broke=isinstance(node, ast.Break))

    def _With(self, node: ast.With | ast.AsyncWith) -> None:  # noqa: N802
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.store(item.optional_vars, opaque(value))
        self.run(node.body)

    def _Match(self, node: ast.Match) -> None:  # noqa: N802
        subject = condition_text(node.subject)
        self._ways([(f"match {subject}", partial(self.run, case.body)) for case in node.cases])

    def _Return(self, node: ast.Return) -> None:  # noqa: N802
        self.frames[-1].results.append(supposed(self.value(node.value), self.supposing))
        raise Returned

    def _Raise(self, node: ast.Raise) -> None:  # noqa: N802
        if not self.heedless:
            raise Raised(_last_name(node.exc))

    def _Global(self, node: ast.Global | ast.Nonlocal) -> None:  # noqa: N802
        self.scope.shared.update(node.names)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:  # noqa: N802
        self.scope.set(node.name, FunctionValue(node, self.scope, self.file))

    def _ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802
        bases = tuple(self.value(base) for base in node.bases)
        made = ClassValue(node, bases, self.file, self.scope)
        self.classes.append(made)
        self.scope.set(node.name, made)

    def _Try(self, node: ast.Try) -> None:  # noqa: N802
        asked, calls = self.asked, len(self.setup_calls)
        before = dict(self.scope.names)
        try:
            self.run(node.body)
        except Raised as raised:
            handler = _handler_for(node.handlers, raised.name)
            attempted = any(map(_hands_over, self.setup_calls[calls:]))
            if handler is None and attempted and self._fall_back(node.handlers):
                self.fallback += 1  # what follows is reached only after the attempt failed
                return
            if handler is None:
                self.run(node.finalbody)
                raise
            if handler.name:
                self.scope.set(handler.name, Opaque())
            self.run(handler.body)
        else:
            self.run(node.orelse)
            if any(map(_hands_over, self.setup_calls[calls:])):
                self._fall_back(node.handlers)
            elif self.asked > asked and node.handlers:
                self._may_fail(before, node.handlers[0])
        self.run(node.finalbody)

    def _fall_back(self, handlers: list[ast.ExceptHandler]) -> bool:
        """What the script does when an attempt to set up with extension modules fails.

        Whether it goes on after the attempt.
        """
        names = dict(self.scope.names)
        self.fallback += 1
        goes_on = False
        for handler in handlers:
            try:
                self.run(handler.body)
                goes_on = True
            except ENDS:
                continue
        self.fallback -= 1
        self.scope.names = names
        return goes_on

    def _may_fail(self, before: dict[str, Value], handler: ast.ExceptHandler) -> None:
        done = self.scope.names

        def failed() -> None:
            self.scope.names = dict(before)
            self.run(handler.body)

        def succeeded() -> None:
            self.scope.names = done

        self._ways([("what the script tries succeeds", succeeded), ("", failed)])

    def _Import(self, node: ast.Import) -> None:  # noqa: N802
        for alias in node.names:
            root = alias.name.split(".")[0]
            self._require(root)
            module = self._local_module(alias.name)
            if module is None:
                self.scope.set(alias.asname or root, Dotted(alias.name if alias.asname else root))
            else:
                self.scope.set(alias.asname or root, dict(module.names))

    def _ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        name = node.module or ""
        self._require(name.split(".")[0])
        module = self._local_module(name)
        for alias in node.names:
            if module is not None and alias.name == "*":
                self.scope.names.update(module.names)
            elif module is not None and alias.name in module.names:
                self.scope.set(alias.asname or alias.name, module.names[alias.name])
            else:
                self.scope.set(alias.asname or alias.name, Dotted(f"{name}.{alias.name}"))

    def _require(self, root: str) -> None:
        own = root in self.around.directories or f"{root}.py" in self.around.paths
        if root in self.around.missing and not own:
            raise Raised("ImportError")

    def _local_module(self, name: str) -> Scope | None:
        """The names of a module that is part of the sdist, walked once; None for any other."""
        if name in self._modules:
            return self._modules[name]
        self._modules[name] = None
        stem = name.replace(".", "/")
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if path in self.around.paths and path != self.file:
                text = self.around.texts.get(path)
                if text is None:
                    self.unread.append(path)
                else:
                    self._modules[name] = self._walk_module(path, name, text)
        return self._modules[name]

    def _walk_module(self, path: str, name: str, text: str) -> Scope | None:
        tree = parse(text)
        if not isinstance(tree, ast.Module):
            self.unread.append(path)
            return None
        self.walked.append((path, tree))
        outer = self.scope, self.file
        module = Scope({"__name__": name, "__file__": path})
        self.scope, self.file = module, path
        try:
            self.run(tree.body)
        except ENDS:
            self.unread.append(path)
        finally:
            self.scope, self.file = outer
        return module

    _statements: ClassVar[Mapping[type[ast.stmt], Callable[..., None]]] = {
        ast.AnnAssign: _AnnAssign,
        ast.Assign: _Assign,
        ast.AsyncFor: _For,
        ast.AsyncFunctionDef: _FunctionDef,
        ast.AsyncWith: _With,
        ast.AugAssign: _AugAssign,
        ast.Break: _end_loop,
        ast.ClassDef: _ClassDef,
        ast.Continue: _end_loop,
        ast.Expr: _Expr,
        ast.For: _For,
        ast.FunctionDef: _FunctionDef,
        ast.Global: _Global,
        ast.If: _If,
        ast.Import: _Import,
        ast.ImportFrom: _ImportFrom,
        ast.Match: _Match,
        ast.Nonlocal: _Global,
        ast.Raise: _Raise,
        ast.Return: _Return,
        ast.Try: _Try,
        ast.While: _While,
        ast.With: _With,
    }


def _hands_over(call: SetupCall) -> bool:
    return bool(extensions_in(call.arguments))


def _joined(ends: list[dict[str, Value]], conditions: tuple[str, ...]) -> dict[str, Value]:
    """The names of several ways through the script, as one."""
    if len(ends) == 1:
        return ends[0]
    names = dict.fromkeys(name for end in ends for name in end)
    return {name: join([end.get(name) for end in ends], conditions) for name in names}


def _last_name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "Exception"


def _handler_for(handlers: list[ast.ExceptHandler], raised: str) -> ast.ExceptHandler | None:
    wide = {"BaseException"} if raised == "SystemExit" else {"BaseException", "Exception"}
    aliases = {"ImportError": {"ModuleNotFoundError"}, "KeyError": {"LookupError"}}
    wanted = {raised, *wide, *aliases.get(raised, ())}
    for handler in handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or _last_name(kind) in wanted for kind in types):
            return handler
    return None
