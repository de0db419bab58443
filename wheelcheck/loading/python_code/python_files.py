"""The Python files of a wheel: what an import of its modules runs, and what that opens by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wheelcheck.loading.python_code.library_names import OpenedLibrary
from wheelcheck.loading.python_code.module_facts import ModuleFacts
from wheelcheck.loading.python_code.opened import may_open, read_module
from wheelcheck.loading.python_code.reachable_files import ReachedFiles, WheelModules, reach
from wheelcheck.loading.wheel_facts import WheelFacts, WheelFileKind, is_named
from wheelcheck.loading.wheel_reading import WheelReading

__all__ = ["likely_openers", "with_python"]

COMMON = frozenset({"libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"})
"""Libraries that nearly every image with glibc has."""
_PYTHON_BYTES = 1 << 20
"""Packed bytes of a wheel's Python files that are read to find out what an import runs."""
_SMALL = 128 << 10
"""Unpacked bytes of all Python files of a wheel that is read whatever its modules are called: most
of what is so small has come with the wheel's directory."""


_NAMED_FOR_IT = re.compile(
    r"(?i)_*(?:\w*_)?(?:c?lib|c?dll|ffi|native|ctypes?|bindings?|c?api|loader|wrap(?:per)?)\w*"
    r"|\w*(?:lib|dll|ffi|api|ctypes|native)"
)
_MOST_BELOW = 40
_DEPTH = 3
"""Folders above the modules that are looked at for their names."""


def likely_openers(sizes: Mapping[str, int]) -> list[str]:
    """The Python files by which to see whether a wheel opens libraries.

    All of a small wheel; of a larger one those that are named for it: ``_lib.py``, ``ffi.py``.

    Parameters:
        sizes: Path → unpacked bytes of its members.
    """
    python = [path for path in sizes if _is_python(path)]
    if sum(sizes[path] for path in python) <= _SMALL:
        return python
    return [path for path in python if path.count("/") <= _DEPTH and _is_named_for_it(path)]


def _is_named_for_it(path: str) -> bool:
    name = path.rpartition("/")[2].removesuffix(".py")
    return _NAMED_FOR_IT.fullmatch(name) is not None


def _is_python(path: str) -> bool:
    return path.endswith(".py") and "/tests/" not in path and ".dist-info/" not in path


def with_python(
    reading: WheelReading,
    facts: WheelFacts,
    modules: WheelModules,
    others: frozenset[str],
    *,
    opens: bool,
) -> WheelFacts:
    """Find out what an import runs, where that makes a difference.

    Parameters:
        reading: The wheel.
        facts: What its ELF files ask for.
        modules: Its modules.
        others: The top-level names of the other wheels of the resolution.
        opens: Whether its metadata speaks of libraries.
    """
    uncommon = any(set(file.outside) - COMMON for file in facts.files)
    extensions = [file for file in facts.files if file.kind is WheelFileKind.EXTENSION]
    only_libraries = bool(facts.files) and not extensions
    if not facts.files and not opens:
        opens = _peek(reading)
    opens = opens or only_libraries
    if not (uncommon or opens) or not modules.python:
        return facts
    _read_texts(reading, modules)
    mentioned = any(may_open(text) for text in reading.texts.values())
    if only_libraries and not mentioned and len(reading.texts) == len(modules.python):
        return replace(facts, opens_files=False)
    opens = opens and mentioned
    if not (uncommon or opens):
        return facts
    imports = _Imports(reading, facts, modules, others)
    return imports.beside_extensions(opens=opens) if extensions else imports.added(opens=opens)


def _peek(reading: WheelReading) -> bool:
    """Whether one of the files that are most likely to open libraries does."""
    sizes = reading.wheel.sizes
    paths = likely_openers({path: size for path, (size, _) in sizes.items()})
    wanted = reading.announce({path: sizes[path][1] for path in paths})
    return any(may_open(_text(reading, path)) for path in wanted)


class _Imports:
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

    def read(self, name: str) -> ModuleFacts | None:
        """What a module does; None where it has no text."""
        if name not in self.known:
            self.known[name] = self._read(name, {})
        return self.known[name]

    def _read(
        self, name: str, given: Mapping[str, Iterable[tuple[str, ...]]]
    ) -> ModuleFacts | None:
        text = _text(self.reading, self.modules.python[name])
        is_package = name in self.modules.packages
        return read_module(text, name, is_package=is_package, given=given) if text else None

    def _reach(self, names: Iterable[str]) -> ReachedFiles:
        """Follow the imports of modules; the names that one module opens may come from another."""
        roots = tuple(names)
        found = reach(roots, self.modules, self.read, self.others)
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

    def _found(self) -> tuple[ReachedFiles, set[str]]:
        """What the import of its modules reaches, and the paths of the extension modules in it."""
        found = self._reach(self.modules.tops)
        return found, {self.modules.extensions[name] for name in found.extensions}

    def beside_extensions(self, *, opens: bool) -> WheelFacts:
        """The facts of a wheel with extension modules: what is opened beside them may often wait.

        So a library counts only where its whole name is there, or a failing search ends the import.
        """
        found, by_path = self._found()
        opened = [each for _, each in found.opened if each.files or each.finds] if opens else []
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
        tops, extensions = self.modules.tops, self.modules.extensions
        names = [name for top in tops for name in self.modules.submodules(top)]
        if is_empty:
            names = list(self.modules.namesakes) or names
        found = {}
        for name in names[:_MOST_BELOW]:
            loaded = self._reach([name]).extensions
            found[name] = tuple(sorted(extensions[each] for each in loaded))
        is_seen = any(found[name] for name in found if name in self.modules.python)
        is_ours = any(name.startswith(tuple(f"{top}." for top in tops)) for name in extensions)
        return tuple(found.values()) if is_seen or not is_ours else ()

    def added(self, *, opens: bool) -> WheelFacts:
        """The facts with what is reached and, where it `opens` libraries itself, opened."""
        found, by_path = self._found()
        if not opens:
            return replace(self.facts, reached=tuple(sorted(by_path)))
        opened = [each for _, each in found.opened]
        by_path = by_path or _own_files(self.facts, found)
        if not (opened or by_path):
            for below in self._opened_below(is_empty=self._is_empty(found)):
                opened += [each for _, each in below.opened]
                by_path |= _own_files(self.facts, below)
                found.opens = found.opens or bool(by_path)
        if not by_path and any(not each.names for each in opened):
            by_path = _only_library(self.facts)
        if not found.extensions and by_path:  # words beside them are parts of paths
            opened = [each for each in opened if each.files or each.finds]
        later = [each for _, each in found.optional]
        later += _elsewhere(self.known, self.reading, self.modules)
        return replace(
            self.facts,
            reached=tuple(sorted(by_path)),
            opens_files=found.opens,
            opened=_groups(opened),
            optional=_groups(later),
            opens_unnamed=any(not each.names for each in opened),
        )

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
    names = {name for _, opened in found.opened for name in opened.names}
    return {
        file.path
        for file in facts.files
        if file.name in found.own_files or any(is_named(name, file.name) for name in names)
    }


def _only_library(facts: WheelFacts) -> set[str]:
    """The library that a wheel opens by a name that its code makes up, if it holds but one."""
    own = [file for file in facts.files if file.kind is WheelFileKind.LIBRARY]
    return {file.path for file in own} if len({file.name for file in own}) == 1 else set()


def _read_texts(reading: WheelReading, modules: WheelModules) -> None:
    """Read the Python files that fit, tests apart."""
    room = _PYTHON_BYTES
    wanted: dict[str, int] = {}
    for path in sorted(modules.python.values(), key=lambda each: (each.count("/"), each)):
        packed = reading.wheel.sizes[path][1]
        if packed <= room and "/tests/" not in path:
            room -= packed
            wanted[path] = packed
    for path in reading.announce(wanted):
        _text(reading, path)


def _text(reading: WheelReading, path: str) -> str:
    if path not in reading.texts:
        size, packed = reading.wheel.sizes[path]
        text = ""
        if size <= 2 << 20:
            found = reading.beginning(path, packed)
            text = found[0].decode("utf-8", "replace") if found else ""
        reading.texts[path] = text
    return reading.texts[path]


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


def _groups(opened: list[OpenedLibrary]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(each.names for each in opened if each.names))
