"""CMake's language as values: statements as a tree, variables with their scopes, expansion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from wheelcheck.builds.cmake.environment import without_environment
from wheelcheck.builds.cmake.syntax import cmake_statements

__all__ = ["UNKNOWN", "Scope", "Statement", "statements"]

UNKNOWN = "\0"
"""What an unknown part of a text is replaced by."""
_LONG = 1_000_000
_INNERMOST = re.compile(r"\$\{([\w./+-]*)\}")
_NESTING = 5
_OPENS = {"if", "foreach", "while", "function", "macro", "block"}
_BRANCHES = {"elseif", "else"}


class Statement(Struct):
    """A command; a block has its statements as branches, each with the words that head it."""

    name: str
    words: list[str]
    branches: list[tuple[list[str], list[Statement]]] = field(default_factory=list)


def statements(text: str) -> list[Statement]:
    """The statements of a file; blocks that are not closed end with it."""
    top: list[Statement] = []
    bodies, blocks = [top], list[Statement]()
    for name, words in cmake_statements(text[:_LONG]):
        if name in _OPENS:
            block = Statement(name, words, [(words, [])])
            bodies[-1].append(block)
            blocks.append(block)
            bodies.append(block.branches[-1][1])
        elif name in _BRANCHES and blocks and blocks[-1].name == "if":
            blocks[-1].branches.append((words if name == "elseif" else ["1"], []))
            bodies[-1] = blocks[-1].branches[-1][1]
        elif name.startswith("end") and blocks and name == f"end{blocks[-1].name}":
            blocks.pop()
            bodies.pop()
        else:
            bodies[-1].append(Statement(name, words))
    return top


class Scope(Struct):
    """Variables of a folder or function; None is a value that only a build knows.

    `cache` is the same for all scopes of a project, `folder` the source folder from the root of the
    sdist, `excluded` says that its targets are no part of ``all``.
    """

    cache: dict[str, str | None]
    variables: dict[str, str | None] = field(default_factory=dict)
    folder: str = ""
    excluded: bool = False
    parent: Scope | None = None

    def child(self, folder: str | None = None, *, excluded: bool = False) -> Scope:
        """A scope below this one, which begins with its variables."""
        return Scope(
            self.cache,
            dict(self.variables),
            self.folder if folder is None else folder,
            self.excluded or excluded,
            self,
        )

    def has(self, name: str) -> bool:
        """Whether a variable is set."""
        return name in self.variables or name in self.cache

    def value(self, name: str) -> str | None:
        """The value of a variable: "" where it is not set, None where nobody knows it."""
        if name in self.variables:
            return self.variables[name]
        return self.cache.get(name, "")

    def expanded(self, word: str) -> str:
        """A word with its variables replaced, unknown values by `UNKNOWN`."""
        text = without_environment(word)
        for _ in range(_NESTING):
            if "${" not in text:
                break
            text = _INNERMOST.sub(self._replaced, text)
        return text

    def _replaced(self, match: re.Match[str]) -> str:
        value = self.value(match[1])
        return UNKNOWN if value is None else value

    def words(self, raw: Iterable[str]) -> list[str]:
        """The arguments of a command; a list gives several."""
        found: list[str] = []
        for word in raw:
            if "$" not in word:
                found.append(word)  # most with a semicolon are texts in quotes
            else:
                found += [part for part in self.expanded(word).split(";") if part]
        return found

    def bind(self, parameters: Sequence[str], arguments: Sequence[str]) -> None:
        """Set the parameters of a function, and what every function has besides."""
        self.variables |= dict(zip(parameters, arguments, strict=False))
        self.variables |= {f"ARGV{number}": word for number, word in enumerate(arguments)}
        self.variables["ARGV"] = ";".join(arguments)
        self.variables["ARGN"] = ";".join(arguments[len(parameters) :])
        self.variables["ARGC"] = str(len(arguments))
