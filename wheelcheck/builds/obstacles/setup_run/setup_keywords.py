"""Dictionaries of a setup script that become keywords of `setup()`: `use_2to3`, and commands."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from msgspec import Struct, field

from wheelcheck.builds.obstacles.setup_run.frame import Frame
from wheelcheck.builds.obstacles.setup_run.syntax import dotted, entries

__all__ = ["SetupKeywords"]

_2TO3 = "use_2to3"


class SetupKeywords(Struct):
    """What the script has put in dictionaries: by their names, `use_2to3` and classes."""

    with_2to3: set[str] = field(default_factory=set)
    commands: dict[str, dict[str, ast.expr]] = field(default_factory=dict)

    def note(self, target: ast.expr, value: ast.expr, frame: Frame) -> None:
        """An assignment to a dictionary, or to an entry of it."""
        if isinstance(target, ast.Name):
            if self._has_2to3(value, frame):
                self.with_2to3.add(target.id)
            self.commands[target.id] = entries(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            if key == _2TO3 and frame.known(value) is True:
                self.with_2to3.add(target.value.id)
            self.commands.setdefault(target.value.id, {})[str(key)] = value

    def note_update(self, dictionary: ast.expr, call: ast.Call, frame: Frame) -> None:
        """A call of the `update` of a dictionary."""
        if isinstance(dictionary, ast.Name) and self.turn_on_2to3(call.keywords, frame):
            self.with_2to3.add(dictionary.id)

    def turn_on_2to3(self, keywords: Sequence[ast.keyword], frame: Frame) -> bool:
        """Whether keywords have a true `use_2to3`, by themselves or in a dictionary of them."""
        for keyword in keywords:
            if keyword.arg == _2TO3:
                return frame.known(keyword.value) is True
            if keyword.arg is None and self._has_2to3(keyword.value, frame):
                return True
        return False

    def _has_2to3(self, node: ast.expr, frame: Frame) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.with_2to3
        if isinstance(node, ast.Call):
            made = frame.function(node.func)
            if made is not None:
                return self._returns_2to3(made.definition)
            return dotted(node.func) == "dict" and self.turn_on_2to3(node.keywords, frame)
        if not isinstance(node, ast.Dict):
            return False
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == _2TO3:
                return frame.known(value) is True
        return False

    def _returns_2to3(self, function: ast.FunctionDef) -> bool:
        """Whether a function, which has been run, gives a dictionary with `use_2to3`."""
        last = function.body[-1]
        given = last.value if isinstance(last, ast.Return) else None
        return isinstance(given, ast.Name) and given.id in self.with_2to3

    def command_classes(self, setup: ast.Call) -> dict[str, ast.expr]:
        """The classes of commands that a call of `setup()` gets, by the names of the commands."""
        given = next((k.value for k in setup.keywords if k.arg == "cmdclass"), None)
        if given is None:
            return {}
        if isinstance(given, ast.Name):
            return self.commands.get(given.id, {})
        return entries(given)
