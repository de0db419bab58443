"""What surrounds a command of a shell script: ``if``, loops, functions, subshells, chains."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Nesting", "Word"]

MAX_NESTING = 100
"""Compound commands and subshells within each other; what goes deeper counts as this deep."""

_OPENERS = {"if": "if", "while": "while", "until": "until", "for": "for", "case": "case"}
_CLOSERS = {"fi": "if", "done": "loop", "esac": "case"}
_BETWEEN = {"then", "else", "elif", "do", "!", "time"}
_TESTS = {"[", "[[", "test"}
_LOOPS = {"while", "until", "for"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command. `unknown` names what could not be expanded in it.

    `plain` says that nothing in it was quoted or expanded: only then it can be a keyword.
    """

    text: str
    unknown: tuple[str, ...] = ()
    plain: bool = True


@dataclass(slots=True)
class Nesting:
    """What surrounds a command: compound commands by their opening word, ``(``, ``{``."""

    stack: list[str] = field(default_factory=list)
    chained: str = ""
    function: bool = False

    @property
    def within(self) -> str:
        """What decides whether the next command runs; "" where it always does."""
        return next((each for each in self.stack if each not in {"(", "{"}), "") or self.chained

    @property
    def depth(self) -> int:
        """How many subshells are around it."""
        return self.stack.count("(")

    def enter(self, words: list[Word], operator: str) -> list[Word]:
        """Take keywords off the front of a command."""
        while words and words[0].plain and self._follow(words[0].text):
            if words[0].text in {"for", "case"}:
                return []  # what follows is no command
            words = words[2:] if words[0].text == "function" else words[1:]
        if operator == "(" and len(words) == 1 and words[0].plain:
            self.function = True  # name() {
            return []
        return words

    def _follow(self, word: str) -> bool:
        """Open or close what a keyword does; False for a word that is none."""
        if word in _OPENERS:
            self._open(_OPENERS[word])
        elif word in _CLOSERS:
            self._close(_CLOSERS[word])
        elif word == "{":
            self._open("function" if self.function else "{")
            self.function = False
        elif word == "}":
            self._close("{")
        elif word == "function":
            self.function = True
        else:
            return word in _BETWEEN
        return True

    def leave(self, words: list[Word], operator: str) -> None:
        """What the operator behind a command says of the next one."""
        if operator == "||":
            self.chained = "||"
        elif operator == "&&":
            tested = bool(words) and words[0].text in _TESTS
            self.chained = "test" if tested or self.chained == "test" else ""
        elif operator not in {"|", "|&"}:
            self.chained = ""
        if operator == "(" and not self.function:
            self._open("(")
        elif operator == ")" and self.stack and self.stack[-1] == "(":
            self.stack.pop()

    def _open(self, kind: str) -> None:
        if len(self.stack) < MAX_NESTING:
            self.stack.append(kind)

    def _close(self, kind: str) -> None:
        kinds = {"loop": _LOOPS, "{": {"{", "function"}}.get(kind, {kind})
        for position in range(len(self.stack) - 1, -1, -1):
            if self.stack[position] in kinds:
                del self.stack[position:]
                return
