"""The imports of a setup script: modules of the sdist are run, others are looked up."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from wheelcheck.builds.obstacles.setup_run.known.script_functions import Scope
from wheelcheck.builds.obstacles.setup_run.run_state import RunState
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["Imports"]


class Imports:
    """Imports modules in the present frame; `walk` runs the statements of one."""

    def __init__(self, state: RunState, walk: Callable[[Sequence[ast.stmt]], None]) -> None:
        self._state = state
        self._walk = walk
        self._loaded: dict[str, Scope] = {}

    def whole(self, node: ast.Import) -> None:
        """``import a.b as c``.

        Raises:
            Stopped: There is no such module, or it raises.
        """
        scope = self._state.frame.scope
        for alias in node.names:
            found = self._find(node, alias.name)
            bound = alias.asname or alias.name.split(".")[0]
            if isinstance(found, dict) and (alias.asname or "." not in alias.name):
                scope[bound] = found
            elif found is None:
                scope[bound] = alias.name if alias.asname else bound
            else:
                scope[bound] = ""

    def names(self, node: ast.ImportFrom) -> None:
        """``from a import b``.

        Raises:
            Stopped: There is no such module or name, or the module raises.
        """
        frame = self._state.frame
        module = _absolute(node, frame.file)
        if not module:
            frame.forget([node])
            return
        found: Scope | str | None = self._load_along(module) if node.level else None
        if not node.level:
            found = self._find(node, module)
        for alias in node.names:
            if alias.name != "*":
                name = self._name_from(node, module, found, alias.name)
                frame.scope[alias.asname or alias.name] = name
            elif isinstance(found, dict):
                frame.scope.update(found)

    def _name_from(
        self, node: ast.ImportFrom, module: str, found: Scope | str | None, name: str
    ) -> object:
        """What a scope holds for a name of a module."""
        if isinstance(found, dict):
            if name not in found and self._state.modules.has_file(f"{module}.{name}"):
                return self._load(f"{module}.{name}")
            return found.get(name, "")
        if found is not None:
            return ""
        why = self._state.modules.finds.missing_name(module, name)
        if why:
            self._state.frame.stop(node, "ImportError", why)
        return f"{module}.{name}"

    def alone(self, name: str) -> None:
        """Run a module of the sdist without the packages around it.

        Raises:
            Stopped: It raises.
        """
        self._load(name)

    def _find(self, node: ast.stmt, name: str) -> Scope | str | None:
        """Import a module: its names if it is part of the sdist, None if it is another one.

        "" where a part of the sdist could not be followed.
        """
        modules = self._state.modules
        if modules.is_imported_beside(name):
            found = self._load_along(name)
            why = modules.why_no_part(name) if self._state.frame.files.certain else ""
            if why:
                self._state.frame.stop(node, "ModuleNotFoundError", why)
            return found
        if modules.may_lie_elsewhere(name):
            return ""
        why = modules.why_missing(name)
        if why:
            self._state.frame.stop(node, "ModuleNotFoundError", why)
        return None

    def _load_along(self, name: str) -> Scope | str:
        """Import the packages around a module of the sdist, and the module."""
        found: Scope | str = ""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            found = self._load(".".join(parts[:end]))
        return found

    def _load(self, name: str) -> Scope | str:
        if name in self._loaded:
            return self._loaded[name]
        scope: Scope = {"__name__": name}
        self._loaded[name] = scope
        source = self._state.modules.source(name)
        if source is None:
            return ""
        self.run(*source, scope)
        return scope

    def run(self, path: str, text: str, scope: Scope) -> None:
        """Run a file whose names `scope` holds afterwards.

        Raises:
            Stopped: It raises, or it is not Python 3.
        """
        tree = parse(text)
        frame = self._state.frame.of_module(path, scope)
        with self._state.within(frame):
            if not isinstance(tree, Unknown):
                self._walk(tree.body)
            elif tree.code == "script-not-python3":
                line = tree.reason.partition(":")[0].removeprefix("line ")
                where = ast.Pass(lineno=int(line) if line.isdigit() else 0)
                frame.stop(where, "SyntaxError", f"{path} is not Python 3 ({tree.reason})")


def _absolute(node: ast.ImportFrom, file: str) -> str:
    """The dotted name of the module that is imported from in a file; "" if it has none."""
    if not node.level:
        return node.module or ""
    package = file.split("/")[:-1]
    if node.level > len(package):
        return ""
    inside = package[: len(package) - node.level + 1]
    return ".".join([*inside, *(node.module or "").split(".")]).strip(".")
