"""Which libraries Python code opens by name, found in its syntax tree; nothing is run.

`ctypes.util.find_library("pq")`, `CDLL("libpulse.so.0")`, `ffi.dlopen("libvips.so.42")` and the
helpers that projects write around them (named alike) are looked for, also where the names stand in
a variable, a tuple or a loop. Branches for other systems (``sys.platform == "win32"``) are left
out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from types import MappingProxyType

from wheelcheck.loading.python_code.control_flow.branches import (
    finds,
    last_name,
    opens,
    raised_in,
    raised_instead,
    raises,
    runs_on_linux,
    swallows,
)
from wheelcheck.loading.python_code.control_flow.callbacks import Callbacks
from wheelcheck.loading.python_code.control_flow.conditions import Conditions, names_in
from wheelcheck.loading.python_code.control_flow.loader_functions import LoaderFunctions
from wheelcheck.loading.python_code.control_flow.plain_tree import plain_tree
from wheelcheck.loading.python_code.library_names import (
    OpenedLibrary,
    is_library,
    is_library_file,
    is_same,
    stem_of,
    without_version,
)
from wheelcheck.loading.python_code.library_paths import LibraryPaths
from wheelcheck.loading.python_code.module_facts import ModuleFacts
from wheelcheck.loading.python_code.names_used import (
    absolute,
    imported,
    is_of_a_container,
    owner_of,
    strings_given,
)
from wheelcheck.loading.python_code.text_values import TextValues, assigned, by_system, called_as

__all__ = ["may_open", "read_module"]

_MENTIONS = re.compile(
    r"find_?lib|CDLL|PyDLL|\bDLL\(|dlopen|LoadLibrary|load_?(?:[a-z]+_)?(?:lib|dll)",
    re.IGNORECASE,
)
_MADE_UP = frozenset({"", "lib*", "*"})
"""Names of which the code tells nothing but how names of libraries begin."""
_MAX_NAMES = 64
_MAX_DEPTH = 40


def may_open(text: str) -> bool:
    """Whether a Python file mentions what opens libraries: the others need no syntax tree."""
    return "tkinter" in text or _MENTIONS.search(text) is not None


def read_module(
    text: str,
    package: str,
    *,
    is_package: bool,
    given: Mapping[str, Iterable[tuple[str, ...]]] = MappingProxyType({}),
) -> ModuleFacts:
    """What a module opens, imports and calls; nothing where it is no Python that we can read.

    Parameters:
        text: Its source.
        package: The dotted name of the module.
        is_package: Whether it is the `__init__` of a package.
        given: By function or class: the strings that other modules call it with.
    """
    opens = _MENTIONS.search(text) is not None
    try:
        tree = plain_tree(text, handlers=may_open(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return ModuleFacts()
    facts = ModuleFacts(loaders=LoaderFunctions(tree if opens else None))
    base = package if is_package else package.rpartition(".")[0]
    texts = TextValues()
    reader = _LibraryReader(facts, base, texts, Callbacks(tree) if opens else None)
    with suppress(RecursionError):  # code that nests deeper than Python's own stack
        if opens:
            texts.learn(tree, given)
        reader.statements(tree.body, "", guarded=False, depth=0)
        reader.add_file_names()
    return facts


@dataclass(frozen=True, slots=True)
class _Fallback:
    """What is opened in a handler: it is tried where opening `first` has failed."""

    first: OpenedLibrary
    guarded: bool
    """Whether a failure of this is caught, too."""


class _LibraryReader:
    def __init__(
        self, facts: ModuleFacts, base: str, texts: TextValues, callbacks: Callbacks | None
    ) -> None:
        self.callbacks = callbacks
        """None where nothing in the module opens a library."""
        self.opens = callbacks is not None
        self.facts = facts
        self.base = base
        self.texts = texts
        self.files: dict[str, None] = {}
        self.paths = LibraryPaths()
        self.searched: set[str] = set()
        """The variables that hold what `find_library` gave."""
        self.set_otherwise: set[str] = set()
        """Those that hold something else in another branch."""
        self.demanded: set[str] = set()
        """Those of them without which the code raises."""
        self.instead: _Fallback | None = None
        self.caught = 0
        """How many handlers around a statement catch what it raises."""
        self.conditions = Conditions()

    def statements(self, body: list[ast.stmt], scope: str, *, guarded: bool, depth: int) -> None:
        self.facts.calls.setdefault(scope, set())
        self.facts.bodies[scope] = body
        caught, self.caught = self.caught, 0
        for statement in body:
            self._statement(statement, scope, guarded=guarded, depth=depth)
        self.caught = caught

    def _statement(self, node: ast.stmt, scope: str, *, guarded: bool, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._function(node, scope, depth)
        elif isinstance(node, ast.ClassDef):
            self._class(node, scope, guarded=guarded, depth=depth)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found_modules = self.facts.attempts if guarded else self.facts.imports
            found_modules.setdefault(scope, []).extend(imported(node, self.base))
        elif isinstance(node, ast.If):
            self._branches(node, scope, guarded=guarded, depth=depth)
        elif isinstance(node, ast.Try | ast.TryStar):
            self._try(node, scope, guarded=guarded, depth=depth)
        else:
            self._note_assigned(node)
            self._expressions(node, scope, guarded=guarded)
            for name in ("body", "orelse"):
                for child in getattr(node, name, ()) or ():
                    self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def add_file_names(self) -> None:
        """Names of files that stand elsewhere in the module belong to the library of their stem."""
        for place, opened in enumerate(self.facts.opened):
            stems = {stem_of(name) for name in opened.names}
            more = [name for name in self.files if stem_of(name) in stems]
            names = tuple(dict.fromkeys([*opened.names, *more]))
            self.facts.opened[place] = replace(opened, names=names)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: str, depth: int
    ) -> None:
        inner = f"{scope}.{node.name}" if scope else node.name
        look = partial(self.statements, node.body, inner, guarded=False, depth=depth + 1)
        if self.opens:
            look()
        else:
            self.facts.calls.setdefault(inner, set())
            self.facts.pending[inner] = look

    def _class(self, node: ast.ClassDef, scope: str, *, guarded: bool, depth: int) -> None:
        """The body of a class runs where it stands; its methods when they are called."""
        prefix = f"{scope}.{node.name}" if scope else node.name
        self.facts.bases[node.name] = [name for name in map(last_name, node.bases) if name]
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                self._function(child, prefix, depth)
            else:
                self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def _branches(self, node: ast.If, scope: str, *, guarded: bool, depth: int) -> None:
        runs = runs_on_linux(node.test)
        if raises(node.body) or raises(node.orelse):
            self.demanded |= names_in(node.test) & self.searched
        self._calls(node.test, scope, guarded=guarded)
        for branch, body in ((True, node.body), (False, node.orelse)):
            if runs in (None, branch):
                with self.conditions.within(node.test, branch=branch):
                    for child in body:
                        self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def _try(self, node: ast.Try | ast.TryStar, scope: str, *, guarded: bool, depth: int) -> None:
        instead = {*raised_instead(node.body), *self._raised_by_calls(node.body)}
        is_caught = any(swallows(handler, instead) for handler in node.handlers)
        before, first = self.instead, len(self.facts.opened)
        self.instead = None if is_caught else before
        self.caught += is_caught
        for child in node.body:
            self._statement(child, scope, guarded=guarded or is_caught, depth=depth + 1)
        self.caught -= is_caught
        if is_caught and len(self.facts.opened) > first:
            self.instead = _Fallback(self.facts.opened[-1], guarded=guarded)
        for handler in node.handlers:  # a second attempt counts as the first: one is enough
            for child in handler.body:
                self._statement(child, scope, guarded=True, depth=depth + 1)
        self.instead = before
        for child in (*node.orelse, *node.finalbody):
            self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def _expressions(self, node: ast.stmt, scope: str, *, guarded: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._calls(child, scope, guarded=guarded)
            elif isinstance(child, ast.withitem):
                self._calls(child.context_expr, scope, guarded=guarded)

    def _calls(self, node: ast.expr, scope: str, *, guarded: bool) -> None:
        for part in ast.walk(node):
            match part:
                case ast.Constant(value=value) if is_library_file(value):
                    self.files[str(value)] = None
                case ast.Subscript() if last_name(part.value) in {"cdll", "pydll"}:
                    self._opened("CDLL", [part.slice], scope, guarded=guarded)
                case ast.Dict():  # a table of functions, one for each system
                    self._call(scope, map(last_name, by_system(part) or ()))
                case ast.Call():
                    self._note_call(part, scope, guarded=guarded)
                case _:
                    pass

    def _note_call(self, call: ast.Call, scope: str, *, guarded: bool) -> None:
        name = last_name(call.func)
        if name in {"import_module", "__import__"} and call.args:
            modules = self.texts.of(call.args[0], called_as(scope))
            found_modules = self.facts.attempts if guarded else self.facts.imports
            found_modules.setdefault(scope, []).extend(absolute(m, self.base) for m in modules)
        elif name and opens(name):
            tolerated = (
                guarded
                or self.facts.loaders.is_tolerant(call)
                or self.facts.loaders.is_always_tolerant(scope)
            )
            self._opened(name, call.args, scope, guarded=tolerated)
        called = self._called(call, scope)
        self._call(scope, called)
        texts = strings_given(call)
        for each in called if any(texts) else ():
            self.facts.given.setdefault(each, set()).add(texts)

    def _called(self, call: ast.Call, scope: str) -> list[str]:
        """The names of what a call may run: of ``super().__init__()`` the classes above."""
        name = last_name(call.func)
        if name == "__init__":
            owner = scope.rpartition(".")[0].rpartition(".")[2]
            return self.facts.bases.get(owner, [])
        if name:
            self.facts.owners.setdefault(name, set()).add(owner_of(call.func))
        given = self.callbacks.run_by(call) if self.callbacks else []
        return [name, *given] if name and not is_of_a_container(call.func) else given

    def _call(self, scope: str, names: Iterable[str]) -> None:
        called = set(names)
        self.facts.calls[scope] |= called
        if not self.caught:
            self.facts.uncaught.setdefault(scope, set()).update(called)

    def _raised_by_calls(self, body: list[ast.stmt]) -> Iterator[str]:
        """The exceptions that those functions of the module raise that statements call."""
        for statement in body:
            for part in ast.walk(statement):
                if isinstance(part, ast.Call):
                    yield from raised_in(self.facts.bodies.get(last_name(part.func), ()))

    def _opened(self, opener: str, arguments: list[ast.expr], scope: str, *, guarded: bool) -> None:
        function = called_as(scope)
        texts = [text for argument in arguments for text in self.texts.of(argument, function)]
        names = list(filter(is_library, dict.fromkeys(map(without_version, texts))))
        files = set(chain.from_iterable(map(self.paths.names, arguments)))
        first = next(iter(arguments), None)
        is_made_up = _has_value(first) and _MADE_UP.issuperset(texts)
        is_finder = finds(opener)
        if not is_finder and (names or files or is_made_up):
            self.facts.own_files.setdefault(scope, set()).update(files)
        is_helper = any((is_finder, files, opens(function)))  # its names are where it is called
        if names or (is_made_up and not is_helper):
            self._add(self._library(names, first, scope, finds=is_finder, guarded=guarded))

    def _library(
        self, names: list[str], first: ast.expr | None, scope: str, *, finds: bool, guarded: bool
    ) -> OpenedLibrary:
        is_tested = self.conditions.allow_for(first)
        only_searched = self.searched - self.demanded - self.set_otherwise
        is_searched = isinstance(first, ast.Name) and first.id in only_searched
        return OpenedLibrary(
            tuple(names[:_MAX_NAMES]),
            scope,
            finds=finds or is_tested,
            guarded=guarded,
            none_opens=is_searched and not is_tested,
            in_system=finds,
        )

    def _add(self, library: OpenedLibrary) -> None:
        """Add a library, joined to what means the same, or to what it is tried instead of."""
        opened = self.facts.opened
        known = next((o for o in opened if is_same(o, library.names, library.scope)), None)
        if self.instead is not None and self.instead.first in opened:
            guarded = self.instead.guarded
            opened.remove(self.instead.first)
            known = replace(self.instead.first, guarded=guarded)
            opened.append(known)
            self.instead = _Fallback(known, guarded=guarded)
            library = replace(library, guarded=guarded)
        if known is not None:
            opened.remove(known)
            library = library.joined_to(known)
        opened.append(library)

    def _note_assigned(self, node: ast.stmt) -> None:
        if not self.opens:
            return
        for target, value in assigned(node):
            if isinstance(target, ast.Name) and _has_value(value):
                (self.searched if _is_search(value) else self.set_otherwise).add(target.id)
            self.paths.note(target, value)


def _has_value(node: ast.expr | None) -> bool:
    """Whether there is an argument, and not None: ``CDLL(None)`` opens the program itself."""
    return node is not None and not (isinstance(node, ast.Constant) and node.value is None)


def _is_search(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and finds(last_name(value.func))
