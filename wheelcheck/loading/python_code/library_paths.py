"""The paths of libraries that the variables of a module may hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wheelcheck.loading.python_code.library_names import FILE_NAME

__all__ = ["LibraryPaths"]


class LibraryPaths:
    """By variable: the base names of libraries at the end of the paths that it may hold."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def note(self, target: ast.expr, value: ast.expr) -> None:
        """An assignment: each name in its target may hold what its value ends with."""
        files = set(self.names(value))
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and files:
                self._names.setdefault(name.id, set()).update(files)

    def names(self, node: ast.expr) -> Iterator[str]:
        """The base names of libraries at the end of the paths that an expression may give."""
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                name = part.value.rpartition("/")[2]
                if FILE_NAME.fullmatch(name):
                    yield name
            elif isinstance(part, ast.Name):
                yield from self._names.get(part.id, ())
            elif isinstance(part, ast.Attribute):
                yield from self._names.get(part.attr, ())
