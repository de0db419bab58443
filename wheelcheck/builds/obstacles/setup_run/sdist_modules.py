"""The modules of an sdist, and which of those that its setup script imports can be found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from wheelcheck.builds.obstacles.importable import Importable

__all__ = ["SdistModules", "named_scripts", "script_texts"]


_ADDS_PARTS = ("sys.modules", "sys.meta_path", "__path__.append", "__path__.insert", "__path__ +=")
"""Words of a package that brings modules from elsewhere."""


class SdistModules(Struct, frozen=True):
    """Modules by where they lie; `finds` tells of those outside the sdist.

    `texts` are the files that may be imported from, `paths` all files. `finds_beside`: modules
    beside the script can be imported, as under setuptools' legacy backend. `finds_anywhere`: the
    script changes the path of imports.
    """

    texts: Mapping[str, str]
    paths: frozenset[str]
    finds: Importable
    finds_beside: bool
    finds_anywhere: bool

    def text(self, path: str) -> str:
        """The text of a file; "" if it is not known."""
        return self.texts.get(path, "")

    def source(self, name: str) -> tuple[str, str] | None:
        """Path and text of a module that lies beside the script; None if it has no known text."""
        for path in _places(name):
            text = self.texts.get(path)
            if path in self.paths and text is not None:
                return path, text
        return None

    def has_file(self, name: str) -> bool:
        """Whether a module of a dotted name lies beside the script."""
        return not self.paths.isdisjoint(_places(name))

    def is_imported_beside(self, name: str) -> bool:
        """Whether an import takes what lies beside the script."""
        return self.finds_beside and self._lies_beside(_root(name))

    def may_lie_elsewhere(self, name: str) -> bool:
        """Whether a changed path of imports may lead to a module of the sdist."""
        return self.finds_anywhere and _root(name) in _anywhere(self.paths)

    def is_certain(self, name: str) -> bool:
        """Whether an import certainly finds a module outside the sdist."""
        return not self._lies_beside(_root(name)) and self.finds.certainly_has(name)

    def why_missing(self, name: str) -> str:
        """Why an import finds no such module; "" if it may."""
        why = self.finds.missing_module(name)
        if why and self._lies_beside(_root(name)):
            return f"{_root(name)} lies beside setup.py, where its build backend does not look"
        return why

    def why_no_part(self, name: str) -> str:
        """Why a package beside the script has no such module; "" where it may.

        A namespace package has the parts that build requirements bring, too.
        """
        package, dot, _ = name.rpartition(".")
        source = self.source(package) if dot else None
        if source is None or any(word in source[1] for word in _ADDS_PARTS):
            return ""
        stem = name.replace(".", "/")
        if any(path.startswith((f"{stem}.", f"{stem}/")) for path in self.paths):
            return ""
        brought = not self.finds.missing_module(_root(name))
        return "" if brought else f"neither the sdist nor a build requirement has the module {name}"

    def _lies_beside(self, root: str) -> bool:
        return f"{root}.py" in self.paths or root in _packages(self.paths)


@lru_cache(maxsize=8)  # of large sdists, and asked for every import
def _packages(paths: frozenset[str]) -> frozenset[str]:
    """The folders in the root that hold modules."""
    modules = (path for path in paths if path.endswith((".py", ".so")))
    return frozenset(path.partition("/")[0] for path in modules if "/" in path)


@lru_cache(maxsize=8)
def _anywhere(paths: frozenset[str]) -> frozenset[str]:
    """The names of all modules and packages, whatever folders they lie in."""
    found: set[str] = set()
    for path in paths:
        if path.endswith(".py"):
            folder, _, name = path.rpartition("/")
            found.add(name.removesuffix(".py"))
            if name == "__init__.py" and folder:
                found.add(folder.rpartition("/")[2])
    return frozenset(found)


def _root(name: str) -> str:
    return name.partition(".")[0]


def _places(name: str) -> tuple[str, str]:
    stem = name.replace(".", "/")
    return f"{stem}/__init__.py", f"{stem}.py"


_RUNS_TEXTS = re.compile(
    r"\bexec(?:file)?\s*\(|\bcompile\s*\(|runpy|subprocess|import_module|__import__|load_source"
    r"|load_module|spec_from_file|os\.system|Popen|spawn|check_call|check_output|run_command"
)
"""Words of scripts that may run a module which they do not import."""


def script_texts(texts: Mapping[str, str]) -> Iterator[str]:
    """The text of ``setup.py``, and of what lies beside it that it may run."""
    return (text for _, text in named_scripts(texts))


def named_scripts(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """``setup.py`` and what lies beside it that it imports or may run, with their paths.

    A module that it reads alone, for its version, is none of them.
    """
    script = texts.get("setup.py", "")
    yield "setup.py", script
    runs = _RUNS_TEXTS.search(script) is not None
    for path, text in texts.items():
        stem = path.removesuffix(".py")
        if not path.endswith(".py") or "/" in path or path == "setup.py" or stem not in script:
            continue
        if runs or re.search(rf"\b(?:import|from)\b[^\n]*\b{re.escape(stem)}\b", script):
            yield path, text
