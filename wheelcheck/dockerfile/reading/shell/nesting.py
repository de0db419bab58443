"""What surrounds a command of a shell script: ``if``, loops, functions, subshells, chains."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Nesting", "Word"]

MAX_NESTING = 100
"""Compound commands and subshells within each other; what goes deeper counts as this deep."""

_OPENERS = {"if": "if", "while": "while", "until": "until", "for": "for", "case": "case"}
_CLOSERS = {"fi": "fi", "done": "loop", "esac": "case"}
_PARTS = {"then", "elif", "else"}
_BETWEEN = {"do", "time"}
_TESTS = {"[", "[[", "test"}
_TAKEN, _SKIPPED = "taken", "skipped"
_IFS = {"if", _TAKEN, _SKIPPED}
_SURE = {"(", "{", _TAKEN}
_DECISIVE = {"&&": False, "||": True}
"""What a command must say for the other at its operator not to matter."""
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
class Condition:
    """An ``if`` as far as it was read: what its test says, and whether a part was taken before.

    None stands for what the file alone does not tell.
    """

    holds: bool | None = None
    reading: bool = True
    taken: bool | None = False
    joined: str = ""

    def read(self, words: list[Word], operator: str, *, negated: bool) -> None:
        """Read one command of the test."""
        found = truth(words)
        if negated and found is not None:
            found = not found
        if self.joined in _DECISIVE:
            self.holds = _joined(self.holds, found, decisive=_DECISIVE[self.joined])
        else:  # the last of several commands decides
            self.holds = found
        self.joined = operator

    def give_up(self) -> None:
        """Read no more of the test: what a compound command in it says is not known."""
        self.holds, self.reading = None, False

    def turned(self, word: str) -> str:
        """What the part behind ``then``, ``elif`` or ``else`` is within."""
        if word == "elif":
            self.holds, self.reading, self.joined = None, True, ""
            return _SKIPPED if self.taken else "if"
        holds = self.holds if word == "then" else True
        self.reading = False
        if self.taken or holds is False:
            return _SKIPPED
        if self.taken is None or holds is None:
            self.taken = None
            return "if"
        self.taken = True
        return _TAKEN


def truth(words: list[Word]) -> bool | None:
    """What ``[ A = B ]`` and its like say of known words; None for any other command."""
    texts = [word.text for word in words]
    if not texts or texts[0] not in _TESTS or any(word.unknown for word in words):
        return None
    closing = {"[": "]", "[[": "]]"}.get(texts[0], "")
    if closing and texts.pop() != closing:
        return None
    match texts[1:]:
        case [_, "==", _] if texts[0] != "[[":
            return None  # the same as = to bash and busybox, an error to dash
        case [left, "=" | "==" | "!=" as sign, right] if not _is_pattern(texts[0], right):
            return (left == right) == (sign != "!=")
        case ["-n" | "-z" as sign, text]:
            return bool(text) == (sign == "-n")
        case _:
            return None


def _is_pattern(test: str, text: str) -> bool:
    return test == "[[" and any(char in text for char in "*?[")


def _joined(first: bool | None, second: bool | None, *, decisive: bool) -> bool | None:  # noqa: FBT001
    """What two commands say together, where `decisive` of either is enough."""
    if first is decisive or second is decisive:
        return decisive
    return None if first is None or second is None else not decisive


@dataclass(slots=True)
class Nesting:
    """What surrounds a command: compound commands by their opening word, ``(``, ``{``.

    An ``if`` whose test is of known words has a part that is taken, and parts that are skipped.
    """

    stack: list[str] = field(default_factory=list)
    chained: str = ""
    function: bool = False
    negated: bool = False
    conditions: dict[int, Condition] = field(default_factory=dict)
    """Of each ``if``, by its place in the stack."""

    @property
    def within(self) -> str:
        """What decides whether the next command runs; "" where it always does."""
        return next((each for each in self.stack if each not in _SURE), "") or self.chained

    @property
    def is_skipped(self) -> bool:
        """Whether the next command is known not to run."""
        return _SKIPPED in self.stack

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
        elif word in _PARTS:
            self._turn(word)
        elif word == "!":
            self.negated = not self.negated
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

    def _turn(self, word: str) -> None:
        """Go on to the next part of the innermost ``if``."""
        place = next((i for i in reversed(range(len(self.stack))) if self.stack[i] in _IFS), -1)
        condition = self.conditions.get(place)
        if condition is not None:
            self.stack[place] = condition.turned(word)

    def leave(self, words: list[Word], operator: str, *, assigns: bool) -> None:
        """What the command, as a test, and the operator behind it say of the next one.

        `assigns` says that variables are set before its words, or alone.
        """
        negated, self.negated = self.negated, False
        condition = self._tested
        if condition is not None and (words or assigns):
            condition.read(words, operator, negated=negated)
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

    @property
    def _tested(self) -> Condition | None:
        """The ``if`` of whose test the next command is a part; None where it is of none."""
        condition = self.conditions.get(len(self.stack) - 1)
        return condition if condition is not None and condition.reading else None

    def _open(self, kind: str) -> None:
        if self._tested is not None:
            self._tested.give_up()
        if len(self.stack) < MAX_NESTING:
            self.stack.append(kind)
            self.conditions.pop(len(self.stack) - 1, None)
            if kind == "if":
                self.conditions[len(self.stack) - 1] = Condition()

    def _close(self, kind: str) -> None:
        kinds = {"loop": _LOOPS, "{": {"{", "function"}, "fi": _IFS}.get(kind, {kind})
        for position in range(len(self.stack) - 1, -1, -1):
            if self.stack[position] in kinds:
                del self.stack[position:]
                return
