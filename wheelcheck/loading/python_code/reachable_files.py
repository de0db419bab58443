"""Which modules of a wheel an import runs, and which libraries they cannot do without.

The import statements at the top of modules are followed from the top-level packages on, and those
in functions that the top calls. What is in a ``try`` that catches the failure is not followed,
unless the code raises after its attempts have failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from wheelcheck.loading.python_code.library_names import OpenedLibrary
from wheelcheck.loading.python_code.module_facts import ModuleFacts
from wheelcheck.loading.python_code.text_values import called_as
from wheelcheck.loading.python_code.wheel_modules import WheelModules

__all__ = ["ReachedFiles", "reach"]

_MAX_MODULES = 150
_STANDARD_LIBRARY = {"tkinter": "libtk8.6.so", "_tkinter": "libtk8.6.so"}
"""Modules of CPython whose libraries the slim images lack: the Dockerfiles of docker-library/python
leave Tk out of what their builds keep."""


@dataclass(slots=True)
class ReachedFiles:
    """What an import runs: Python modules, extension modules, and libraries it must open."""

    modules: set[str] = field(default_factory=set)
    extensions: set[str] = field(default_factory=set)
    opened: list[tuple[str, OpenedLibrary]] = field(default_factory=list)
    """Module and library, where the import fails without it."""
    own_files: set[str] = field(default_factory=set)
    """Base names of libraries that it opens by a path."""
    opens: bool = False
    """Whether it opens anything, known by name or not."""
    optional: list[tuple[str, OpenedLibrary]] = field(default_factory=list)
    attempted: set[str] = field(default_factory=set)
    """Top-level names of modules of other projects, without which the import goes another way."""
    asks: set[str] = field(default_factory=set)
    """Dotted names of modules of other projects that the import cannot do without."""


def reach(
    roots: Iterable[str],
    modules: WheelModules,
    read: Callable[[str], ModuleFacts | None],
    others: frozenset[str],
) -> ReachedFiles:
    """Follow the imports from `roots`.

    Parameters:
        roots: Dotted names of modules.
        modules: The modules of the wheel.
        read: The facts of one of its Python modules by name; None where it cannot be read.
        others: The top-level names of the other wheels of the resolution.
    """
    return _Walk(modules, read, others).run(roots)


class _Walk:
    """Runs scopes one after another; each scope and each name that is called counts once."""

    def __init__(
        self,
        modules: WheelModules,
        read: Callable[[str], ModuleFacts | None],
        others: frozenset[str],
    ) -> None:
        self.modules = modules
        self.read = read
        self.others = others
        self.facts: dict[str, ModuleFacts] = {}
        self.executed: dict[str, set[str]] = {}
        self.called: dict[str, set[str]] = {}
        """Names that some module that runs calls, with the dotted names before them: a function
        may come from another module."""
        self.own = {name.split(".")[0] for name in (*modules.python, *modules.extensions)}
        self.by_last_part: dict[str, list[str]] = {}
        for name in modules.python:
            self.by_last_part.setdefault(name.rpartition(".")[2], []).append(name)
        self.waiting: list[tuple[str, str]] = []
        self.attempted: list[tuple[str, str]] = []
        """Scopes that are called where a failure is caught: run after all others."""
        self.caught: set[tuple[str, str]] = set()
        """Scopes that run nowhere else."""
        self.found = ReachedFiles()

    def run(self, roots: Iterable[str]) -> ReachedFiles:
        for root in roots:
            self._enter(root)
        while self.waiting or self.attempted:
            if self.waiting:
                self._execute(*self.waiting.pop(), caught=False)
            else:
                self._execute(*self.attempted.pop(), caught=True)
        for module, facts in self.facts.items():
            for opened in facts.opened:
                runs = opened.scope in self.executed[module]
                caught = (module, opened.scope) in self.caught
                vital = runs and self._is_vital(facts, opened, caught=caught)
                target_list = self.found.opened if vital else self.found.optional
                target_list.append((module, opened))
            for scope in facts.own_files.keys() & self.executed[module]:
                self.found.opens = True
                self.found.own_files |= facts.own_files[scope]
        return self.found

    def _enter(self, name: str) -> None:
        """Run a module, and the packages around it first."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            module = ".".join(parts[:end])
            if module in self.modules.python:
                if module not in self.found.modules and len(self.facts) < _MAX_MODULES:
                    self._read(module)
            elif module in self.modules.extensions:
                self.found.extensions.add(module)

    def _read(self, module: str) -> None:
        self.found.modules.add(module)
        facts = self.read(module)
        if facts is None:
            return
        self.facts[module] = facts
        self.executed[module] = set()
        self.waiting.append((module, ""))
        for name in self.called.keys() & facts.functions.keys() if _may_open(facts) else ():
            for owner in self.called[name]:
                self._run_if_meant(name, owner, module)

    def _execute(self, module: str, scope: str, *, caught: bool) -> None:
        if scope in self.executed[module]:
            return
        self.executed[module].add(scope)
        if caught:
            self.caught.add((module, scope))
        facts = self.facts[module]
        facts.settle(scope)
        self._call(facts, module, scope, caught=caught)
        for name in facts.imports.get(scope, ()):
            self._enter(name)
            if "." in name and not caught and name.partition(".")[0] not in self.own:
                self.found.asks.add(name)
            library = _STANDARD_LIBRARY.get(name)
            if library is not None:
                self.found.opened.append((module, OpenedLibrary((library,), scope)))
        self._attempt(facts, scope)

    def _call(self, facts: ModuleFacts, module: str, scope: str, *, caught: bool) -> None:
        """Run what a scope calls: later where a failure of it is caught."""
        for name in facts.calls.get(scope, ()):
            is_caught = caught or name not in facts.uncaught.get(scope, ())
            queue = self.attempted if is_caught else self.waiting
            queue += [(module, inner) for inner in facts.functions.get(name, ())]
            for owner in facts.owners.get(name, {""}) - self.called.setdefault(name, set()):
                if owner or name not in facts.calls:  # else it is the module's own function
                    self.called[name].add(owner)
                    self._call_elsewhere(name, owner, module)

    def _attempt(self, facts: ModuleFacts, scope: str) -> None:
        """Run the module whose import is attempted, if the scope raises without it."""
        attempts = facts.attempts.get(scope, [])
        if not attempts or not facts.raises(scope):
            return
        self.found.attempted |= {name.split(".")[0] for name in attempts} - self.own
        if not self._is_met(attempts):
            new = {name for name in attempts if self._is_new(name)}
            if len(new) == 1:  # of several one is enough
                self._enter(new.pop())

    def _is_new(self, name: str) -> bool:
        known = name in self.modules.python or name in self.modules.extensions
        return known and name not in self.found.modules and name not in self.found.extensions

    def _call_elsewhere(self, name: str, owner: str, module: str) -> None:
        for other, facts in self.facts.items():
            if other != module and _may_open(facts):
                self._run_if_meant(name, owner, other)

    def _run_if_meant(self, name: str, owner: str, module: str) -> None:
        """Run a module's functions of a name that another calls, unless it calls a third's."""
        found = self.facts[module].functions.get(name, ())
        scopes = [(module, scope) for scope in found if _is_importable(scope, name)]
        if scopes and not self._is_of_another(name, owner, module):
            self.waiting += scopes

    def _is_of_another(self, name: str, owner: str, module: str) -> bool:
        """Whether the dotted name before a call is a module that has such a function itself."""
        ends = self.by_last_part.get(owner.rpartition(".")[2], []) if owner else []
        named = [each for each in ends if f".{each}".endswith(f".{owner}")]
        if module in named:
            return False
        return any(name in facts.functions for each in named if (facts := self.read(each)))

    def _is_met(self, attempts: list[str]) -> bool:
        """Whether an attempt succeeds because another wheel brings the module."""
        return any(name.split(".")[0] in self.others for name in attempts)

    def _is_vital(self, facts: ModuleFacts, opened: OpenedLibrary, *, caught: bool) -> bool:
        """Whether an import fails without the library: by the call itself, or by a ``raise``."""
        if opened.none_opens and opened.scope:
            return False  # fails when a function of it is first called
        if caught:
            return bool(opened.scope) and self._is_missed(called_as(opened.scope))
        if not (opened.finds or opened.guarded) or facts.raises_without(opened.scope):
            return True
        return bool(opened.scope) and self._is_missed(called_as(opened.scope))

    def _is_missed(self, function: str) -> bool:
        """Whether something raises that calls this function, straight or through others."""
        chain, names = {function}, frozenset({function})
        while names:
            callers = [
                (facts, scope)
                for module, facts in self.facts.items()
                for scope in self.executed[module]
                if names & facts.calls.get(scope, set())
            ]
            if any(facts.raises_without(scope, names) for facts, scope in callers):
                return True
            names = frozenset(called_as(scope) for _, scope in callers if scope) - chain
            chain |= names
        return False


def _may_open(facts: ModuleFacts) -> bool:
    return bool(facts.opened or facts.own_files)


def _is_importable(scope: str, name: str) -> bool:
    """Whether another module runs a scope by calling a name: a function, or a class's start."""
    return called_as(scope) == name and "." not in scope.removesuffix(".__init__")
