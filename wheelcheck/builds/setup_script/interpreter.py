"""Walking a setup script: statements, calls, and what they declare.

Where a condition is not known, both ways are walked and what only one of them declares depends
on it. Nothing is run, and nothing is written; a step budget bounds the walk.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from wheelcheck.builds.setup_script.calls import ENDS, Returned, SetupCall
from wheelcheck.builds.setup_script.computed.extension_arguments import strings_of
from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    Dotted,
    FunctionValue,
    Namespace,
    Opaque,
    Raised,
    Value,
    extensions_in,
    join,
    opaque,
    supposed,
    truth,
)
from wheelcheck.builds.setup_script.flow import Flow, last_name
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_syntax import parse

__all__ = ["Interpreter"]

_KNOWN = ("numpy.distutils.", "setuptools.", "distutils.", "Cython.")


class Interpreter(Flow):
    """Walks one script. Afterwards `setup_calls`, `made` and `classes` hold what it did."""

    def __init__(self, around: ScriptContext, file: str) -> None:
        super().__init__(around, file)
        self.classes: list[ClassValue] = []
        self.walked: list[tuple[str, ast.Module]] = []
        self.unread: list[str] = []
        self._modules: dict[str, Namespace | None] = {}

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Walk statements; raises Raised where the script would stop for good."""
        for statement in body:
            self.step()
            method = self._statements.get(type(statement))
            if method is not None:
                method(self, statement)

    # statements

    def _Expr(self, node: ast.Expr) -> None:  # noqa: N802 (named as its syntax node)
        if isinstance(node.value, ast.Yield):
            self.frames[-1].results.append([self.value(node.value.value)])
            self.frames[-1].yields = True
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
        added = self.value(node.value)
        before = self.value(node.target)
        if isinstance(node.op, ast.Add) and isinstance(before, list):
            self.mutated(node.target, before, "extend", [added])
        elif isinstance(node.op, ast.Add) and isinstance(before, str) and isinstance(added, str):
            self.store(node.target, before + added if len(before) + len(added) < 10**5 else "")
        else:
            self.store(node.target, opaque(before, supposed(added, self.supposing)))

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
            before = self.member(base, target.attr)
            first = before == Opaque() and target.attr not in base.attributes
            ways = [value] if first or not self.supposing else [before, value]
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

    def _With(self, node: ast.With | ast.AsyncWith) -> None:  # noqa: N802
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.store(item.optional_vars, opaque(value))
        self.run(node.body)

    def _Return(self, node: ast.Return) -> None:  # noqa: N802
        self.frames[-1].results.append(supposed(self.value(node.value), self.supposing))
        raise Returned

    def _Delete(self, node: ast.Delete) -> None:  # noqa: N802
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                base, key = self.value(target.value), self.value(target.slice)
                if isinstance(base, dict) and isinstance(key, str | int):
                    base.pop(key, None)

    def _Raise(self, node: ast.Raise) -> None:  # noqa: N802
        if not self.heedless:
            raise Raised(last_name(node.exc))

    def _Global(self, node: ast.Global | ast.Nonlocal) -> None:  # noqa: N802
        self.scope.shared.update(node.names)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:  # noqa: N802
        self.scope.set(node.name, FunctionValue(node, self.scope, self.file))

    def _ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802
        bases = tuple(self.value(base) for base in node.bases)
        made = ClassValue(node, bases, self.file, self.scope, constants=self._constants(node))
        self.classes.append(made)
        self.scope.set(node.name, made)

    def _constants(self, node: ast.ClassDef) -> dict[str, Value]:
        """What the body of a class assigns to its own names."""
        outer = self.scope
        self.scope = Namespace(parent=outer)
        try:
            self.run([part for part in node.body if isinstance(part, ast.Assign | ast.AnnAssign)])
            return self.scope.names
        finally:
            self.scope = outer

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

    def _local_module(self, name: str) -> Namespace | None:
        """The names of a module that is part of the sdist, walked once; None for any other.

        What builds other packages means the same in its own sdist: it is known by its name.
        """
        if f"{name}.".startswith(_KNOWN):
            return None
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

    def _walk_module(self, path: str, name: str, text: str) -> Namespace | None:
        tree = parse(text)
        if not isinstance(tree, ast.Module):
            self.unread.append(path)
            return None
        self.walked.append((path, tree))
        outer = self.scope, self.file
        module = Namespace({"__name__": name, "__file__": path})
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
        ast.AsyncFor: Flow.loop,
        ast.AsyncFunctionDef: _FunctionDef,
        ast.AsyncWith: _With,
        ast.AugAssign: _AugAssign,
        ast.Break: Flow.end_loop,
        ast.ClassDef: _ClassDef,
        ast.Continue: Flow.end_loop,
        ast.Delete: _Delete,
        ast.Expr: _Expr,
        ast.For: Flow.loop,
        ast.FunctionDef: _FunctionDef,
        ast.Global: _Global,
        ast.If: Flow.choose,
        ast.Import: _Import,
        ast.ImportFrom: _ImportFrom,
        ast.Match: Flow.match,
        ast.Nonlocal: _Global,
        ast.Raise: _Raise,
        ast.Return: _Return,
        ast.Try: Flow.attempt,
        ast.While: Flow.loop_while,
        ast.With: _With,
    }
