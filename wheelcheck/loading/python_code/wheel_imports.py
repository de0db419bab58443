"""What an import of one wheel's modules loads and opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from wheelcheck.loading.python_code.library_names import OpenedLibrary
from wheelcheck.loading.python_code.module_facts import ModuleFacts
from wheelcheck.loading.python_code.opened import may_open, read_module
from wheelcheck.loading.python_code.reachable_files import ReachedFiles, reach
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.wheel_facts import WheelFacts, WheelFileKind, is_named
from wheelcheck.loading.wheel_reading import WheelReading

__all__ = ["WheelImports"]

_MOST_BELOW = 40
_IMPORTS_OTHERWISE = re.compile(r"import_module|__import__|exec|spec_from|__getattr__|__path__")


@dataclass(slots=True)
class _Opening:
    """What an import opens: libraries by name, files of the wheel by their paths."""

    libraries: list[OpenedLibrary]
    paths: set[str]
    opens: bool
    """Whether it opens anything of the wheel, known by name or not."""

    @property
    def is_unnamed(self) -> bool:
        """Whether the code makes up the name of a library that it opens."""
        return any(not each.names for each in self.libraries)


class WheelImports:
    """What an import of one wheel's modules runs."""

    def __init__(
        self,
        reading: WheelReading,
        facts: WheelFacts,
        modules: WheelModules,
        others: frozenset[str],
    ) -> None:
        self.reading = reading
        self.facts = facts
        self.modules = modules
        self.others = others
        self.known: dict[str, ModuleFacts | None] = {}
        self.attempted: set[str] = set()
        """Modules of other projects that what was found rests on, there or not."""

    def read(self, name: str) -> ModuleFacts | None:
        """What a module does; None where it has no text."""
        if name not in self.known:
            self.known[name] = self._read(name, {})
        return self.known[name]

    def _read(
        self, name: str, given: Mapping[str, Iterable[tuple[str, ...]]]
    ) -> ModuleFacts | None:
        text = self.reading.text(self.modules.python[name])
        is_package = name in self.modules.packages
        return read_module(text, name, is_package=is_package, given=given) if text else None

    def _reach(self, names: Iterable[str]) -> ReachedFiles:
        """Follow the imports of modules; the names that one module opens may come from another."""
        roots = tuple(names)
        found = reach(roots, self.modules, self.read, self.others)
        self.attempted |= found.attempted
        unnamed = {module for module, opened in found.opened if not opened.names}
        given: dict[str, set[tuple[str, ...]]] = {}
        for module in found.modules if unnamed else ():
            facts = self.known.get(module)
            for name, texts in facts.given.items() if facts else ():
                given.setdefault(name, set()).update(texts)
        if not given:
            return found
        again = {name: self._read(name, given) for name in unnamed}
        return reach(
            roots, self.modules, lambda name: again.get(name) or self.read(name), self.others
        )

    @cached_property
    def _found(self) -> tuple[ReachedFiles, set[str]]:
        """What the import of its modules reaches, and the paths of the extension modules in it."""
        found = self._reach(self.modules.tops)
        return found, {self.modules.extensions[name] for name in found.extensions}

    @property
    def asks(self) -> tuple[str, ...]:
        """The modules of other projects that an import of the wheel imports."""
        return tuple(sorted(self._found[0].asks))

    def _beside_extensions(self, *, opens: bool) -> WheelFacts:
        """The facts of a wheel with extension modules: what is opened beside them may often wait.

        So a library counts only where its whole name is there, or a failing search ends the import.
        """
        found, by_path = self._found
        opened = _certain(each for _, each in found.opened) if opens else []
        return replace(
            self.facts,
            reached=tuple(sorted(by_path)),
            below=() if by_path else self._loaded_below(is_empty=self._is_empty(found)),
            opened=_groups(opened),
        )

    def _is_empty(self, found: ReachedFiles) -> bool:
        """Whether the top-level packages import nothing of themselves."""
        return found.modules.issubset(self.modules.tops)

    def _loaded_below(self, *, is_empty: bool) -> tuple[tuple[str, ...], ...]:
        """The extension modules that each public module right below the top loads.

        Of an empty top that is the module of the package's own name, if there is such a module.
        Nothing where no Python module was seen to load any of those below the top: it loads them
        another way, as cv2 does.
        """
        names = [name for top in self.modules.tops for name in self.modules.submodules(top)]
        if is_empty:
            if self._is_for_others():
                return ((),)
            names = list(self.modules.namesakes) or names
        found = {name: self._loaded_by(name) for name in names[:_MOST_BELOW]}
        is_seen = any(found[name] for name in found if name in self.modules.python)
        return tuple(found.values()) if is_seen or not self._has_extensions_below() else ()

    def _is_for_others(self) -> bool:
        """Whether the wheel is empty packages and private extension modules: others import them."""
        tops = self.modules.tops
        if set(self.modules.python) - set(tops) or not set(tops) <= set(self.modules.python):
            return False
        texts = [self.reading.text(self.modules.python[top]) for top in tops]
        private = (name.rpartition(".")[2].startswith("_") for name in self.modules.extensions)
        return all(private) and not any(map(_IMPORTS_OTHERWISE.search, texts))

    def _loaded_by(self, name: str) -> tuple[str, ...]:
        loaded = self._reach([name]).extensions
        return tuple(sorted(self.modules.extensions[each] for each in loaded))

    def _has_extensions_below(self) -> bool:
        """Whether some extension module lies below the top-level packages."""
        tops = tuple(f"{top}." for top in self.modules.tops)
        return any(name.startswith(tops) for name in self.modules.extensions)

    def added(self, *, opens: bool) -> WheelFacts:
        """The facts with what is reached and, where it `opens` libraries itself, opened."""
        if any(file.kind is WheelFileKind.EXTENSION for file in self.facts.files):
            return self._beside_extensions(opens=opens)
        found, by_path = self._found
        if not opens:
            return replace(self.facts, reached=tuple(sorted(by_path)))
        opening = self._opening(found, by_path)
        later = [each for _, each in found.optional]
        later += _elsewhere(self.known, self.reading, self.modules)
        return replace(
            self.facts,
            reached=tuple(sorted(opening.paths)),
            opens_files=opening.opens,
            opened=_groups(opening.libraries),
            in_system=_groups(each for each in opening.libraries if _is_in_system(each)),
            optional=_groups(later),
            opens_unnamed=opening.is_unnamed,
        )

    def _opening(self, found: ReachedFiles, by_path: set[str]) -> _Opening:
        """What the import opens: of its top-level packages, else of the modules below them."""
        libraries = [each for _, each in found.opened]
        opening = _Opening(libraries, by_path or _own_files(self.facts, found), found.opens)
        if not (opening.libraries or opening.paths):
            for below in self._opened_below(is_empty=self._is_empty(found)):
                opening.libraries += [each for _, each in below.opened]
                opening.paths |= _own_files(self.facts, below)
                opening.opens = opening.opens or bool(opening.paths)
        if opening.is_unnamed and not opening.paths:
            opening.paths = _only_library(self.facts)
        if opening.paths and not found.extensions:  # words beside them are parts of paths
            opening.libraries = _certain(opening.libraries)
        return opening

    def _opened_below(self, *, is_empty: bool) -> list[ReachedFiles]:
        """What most modules below the top open: the wheel is of no use without it.

        Where the top `is_empty`, a module of the package's own name speaks for the package.
        """

        def opening(names: Iterable[str]) -> list[ReachedFiles]:
            all_of = (self._reach([name]) for name in names)
            return [each for each in all_of if each.opened or each.own_files]

        found = opening(self.modules.namesakes) if is_empty else []
        if found:
            return found
        for top in self.modules.tops:
            below = self.modules.submodules(top)[:_MOST_BELOW]
            found = opening(below)
            if below and len(found) * 2 >= len(below):
                return found
        return []


def _own_files(facts: WheelFacts, found: ReachedFiles) -> set[str]:
    """The libraries of the wheel that an import opens: by a path, or by their names."""
    names = {n for _, opened in found.opened if not _is_in_system(opened) for n in opened.names}
    return {
        file.path
        for file in facts.files
        if file.name in found.own_files or any(is_named(name, file.name) for name in names)
    }


def _only_library(facts: WheelFacts) -> set[str]:
    """The library that a wheel opens by a name that its code makes up, if it holds but one."""
    own = [file for file in facts.files if file.kind is WheelFileKind.LIBRARY]
    return {file.path for file in own} if len({file.name for file in own}) == 1 else set()


def _certain(opened: Iterable[OpenedLibrary]) -> list[OpenedLibrary]:
    """Those libraries whose whole name is there, or without which a search fails."""
    return [each for each in opened if each.files or each.finds]


def _elsewhere(
    known: Mapping[str, ModuleFacts | None], reading: WheelReading, modules: WheelModules
) -> list[OpenedLibrary]:
    """What modules open that no import was seen to reach: they may be loaded by name."""
    found: list[OpenedLibrary] = []
    for name, path in modules.python.items():
        text = reading.texts.get(path, "")
        if name not in known and may_open(text):
            found += read_module(text, name, is_package=name in modules.packages).opened
    return found


def _is_in_system(opened: OpenedLibrary) -> bool:
    """Whether nothing that a wheel holds can be what is looked for."""
    return opened.in_system and not opened.files


def _groups(opened: Iterable[OpenedLibrary]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(each.names for each in opened if each.names))
