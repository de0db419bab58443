"""What a Python module does when it is imported, by its scopes, as far as loading is concerned."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from wheelcheck.loading.python_code.control_flow.branches import opens, raises
from wheelcheck.loading.python_code.control_flow.loader_functions import LoaderFunctions
from wheelcheck.loading.python_code.control_flow.raise_search import RaiseSearch
from wheelcheck.loading.python_code.control_flow.unset_results import uses_unset_result
from wheelcheck.loading.python_code.library_names import OpenedLibrary

__all__ = ["ModuleFacts"]


@dataclass
class ModuleFacts:
    """What a module does when it is imported, as far as loading is concerned.

    By scope (a function, ``Class.method``, or "" for the top): the modules it imports, those whose
    failure it catches, the names that it calls, and its statements.
    """

    opened: list[OpenedLibrary] = field(default_factory=list)
    imports: dict[str, list[str]] = field(default_factory=dict)
    attempts: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=dict)
    uncaught: dict[str, set[str]] = field(default_factory=dict)
    """Of the names that a scope calls those whose failure nothing in it catches."""
    owners: dict[str, set[str]] = field(default_factory=dict)
    """By name that is called: the dotted names before it (``a.b`` of ``a.b.f()``), "" for none."""
    bodies: dict[str, list[ast.stmt]] = field(default_factory=dict)
    bases: dict[str, list[str]] = field(default_factory=dict)
    """By class: those it is derived from."""
    given: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """By function or class: the strings that it is called with; "" for other values."""
    own_files: dict[str, set[str]] = field(default_factory=dict)
    """By scope in which something is opened: base names of files, as far as they are known."""
    loaders: LoaderFunctions = field(default_factory=LoaderFunctions)
    pending: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Functions that were not looked into: most are never called by an import."""

    def settle(self, scope: str) -> None:
        """Look into a function, if nobody has."""
        look = self.pending.pop(scope, None)
        if look is not None:
            with suppress(RecursionError):
                look()

    def raises(self, scope: str) -> bool:
        """Whether a scope raises."""
        if scope not in self._raising:
            self._raising[scope] = raises(self.bodies.get(scope, ()))
        return self._raising[scope]

    def raises_without(self, scope: str, functions: frozenset[str] = frozenset()) -> bool:
        """Whether a scope raises for want of what these functions give, else of a library.

        At the top of the module, a use of what they could not give raises, too.
        """
        key = (scope, functions)
        if key not in self._raising_without:
            self._raising_without[key] = False
            body = self.bodies.get(scope, ())
            gives = functions.__contains__ if functions else opens
            with suppress(RecursionError):
                self._raising_without[key] = not self.loaders.is_always_tolerant(scope) and (
                    RaiseSearch(functions or None).finds(body)
                    or (not scope and uses_unset_result(body, gives, self.loaders.gives_nothing))
                )
        return self._raising_without[key]

    @cached_property
    def _raising(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _raising_without(self) -> dict[tuple[str, frozenset[str]], bool]:
        return {}

    @cached_property
    def functions(self) -> dict[str, list[str]]:
        """The scopes that a call by a name may run: functions, methods, and a class's start."""
        found: dict[str, list[str]] = {}
        for scope in self.calls:
            owner, _, name = scope.rpartition(".")
            found.setdefault(name, []).append(scope)
            if name == "__init__":
                found.setdefault(owner.rpartition(".")[2], []).append(scope)
        for name in self.bases:
            if starts := self._starts(name, found):
                found[name] = starts
        return found

    def _starts(self, name: str, functions: Mapping[str, list[str]], depth: int = 0) -> list[str]:
        """What starts a class: its own ``__init__``, or else those of the classes it is of."""
        own = [scope for scope in functions.get(name, ()) if scope.endswith(f"{name}.__init__")]
        if own or depth > len(self.bases):
            return own
        above = (self._starts(base, functions, depth + 1) for base in self.bases.get(name, ()))
        return [scope for scopes in above for scope in scopes]
