"""What surrounds a command of a shell script: ``if``, loops, functions, subshells, chains."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from wheelcheck.dockerfile.reading.shell.shell_lexer import Word
from wheelcheck.dockerfile.reading.shell.shell_tests import TESTS, joined, matches, truth

__all__ = ["Nesting"]

MAX_NESTING = 100
"""Compound commands and subshells within each other. What goes deeper is not followed."""

_OPENERS = {"if", "while", "until", "for", "case"}
_LOOPS = {"while", "until", "for"}
_CLOSERS = {"fi": {"if"}, "done": _LOOPS, "esac": {"case"}, "}": {"{", "function"}}
_PARTS = {"then", "elif", "else"}
_BETWEEN = {"do", "time"}
_PIPES = {"|", "|&"}
_FALLS_THROUGH = {";&", ";;&"}
_SKIPPED = "skipped"


@dataclass(slots=True)
class _Chain:
    """Commands joined by ``&&`` and ``||``, as far as they were read.

    `status` is what they say so far, None where that is not known, and `operator` stands behind
    them. `decides` says what the next command depends on: "" where it runs, as every command but
    a test is taken to succeed. `tested` says that a test since the last ``||`` is not known.
    """

    status: bool | None = None
    operator: str = ""
    decides: str = ""
    tested: bool = False

    def add(self, found: bool | None, *, is_test: bool = False) -> None:  # noqa: FBT001
        """Read what a command of the chain says."""
        self.status = joined(self.status, self.operator, found)
        self.tested |= is_test and found is None

    def join(self, operator: str) -> None:
        """Read the operator behind a command."""
        self.operator = operator
        self.tested &= operator == "&&"
        match operator, self.status:
            case ("&&", False) | ("||", True):
                self.decides = _SKIPPED
            case "||", None:
                self.decides = "||"
            case "&&", None if self.tested:
                self.decides = "test"
            case _:
                self.decides = ""


@dataclass(slots=True)
class _Compound:
    """A compound command or a subshell, by its opening word.

    `within` says what its commands depend on: "" where they run as soon as it does. `taken` says
    whether a part of an ``if`` or ``case`` was taken before, `testing` that its test or a pattern
    is being read, `holds` what the patterns say. `around` is the chain that it is a part of.
    """

    kind: str
    within: str
    around: _Chain
    testing: bool = False
    taken: bool | None = False
    subject: Word | None = None
    holds: bool | None = False

    def begin_part(self, holds: bool | None) -> None:  # noqa: FBT001
        """Go into the part behind a test or a pattern that says so."""
        self.testing = False
        if self.taken or holds is False:
            self.within = _SKIPPED
        elif self.taken is None or holds is None:
            self.taken, self.within = None, self.kind
        else:
            self.taken, self.within = True, ""

    def begin_test(self, holds: bool | None = False) -> None:  # noqa: FBT001, FBT002
        """Go on to the next test or pattern, with what is known of it already."""
        self.testing, self.holds = True, holds
        self.within = _SKIPPED if self.taken else self.kind

    def read_patterns(self, words: Sequence[Word]) -> None:
        """Read patterns of a ``case``, of which any is enough."""
        for word in words:
            found = None if self.subject is None else matches(self.subject, word)
            self.holds = joined(self.holds, "||", found)


@dataclass(slots=True)
class Nesting:
    """What surrounds a command: compound commands by their opening word, ``(``, ``{``.

    An ``if`` or ``case`` of known words has a part that is taken, and parts that are skipped; so
    has a chain of ``&&`` and ``||``. `extended` says whether the shell knows ``[[``: see `truth`.
    """

    extended: bool | None = None
    stack: list[_Compound] = field(default_factory=list)
    chain: _Chain = field(default_factory=_Chain)
    function: bool = False
    negated: bool = False
    is_lost: bool = False
    """Whether it went too deep to say any more."""

    @property
    def within(self) -> str:
        """What decides whether the next command runs; "" where it always does."""
        if self.is_lost:
            return "if"
        return next((each.within for each in self.stack if each.within), "") or self.chain.decides

    @property
    def is_skipped(self) -> bool:
        """Whether the next command is known not to run."""
        inside = any(each.within == _SKIPPED for each in self.stack)
        return not self.is_lost and (inside or self.chain.decides == _SKIPPED)

    @property
    def is_tested(self) -> bool:
        """Whether the next command is negated or a part of a test: its failure is no error."""
        return self.negated or any(each.testing for each in self.stack)

    @property
    def depth(self) -> int:
        """How many subshells are around it."""
        return sum(each.kind == "(" for each in self.stack)

    def enter(self, words: list[Word], operator: str) -> list[Word]:
        """Take keywords, and the patterns of a ``case``, off the front of a command."""
        if self._is_matching and [word.text for word in words[:1] if word.plain] != ["esac"]:
            self.stack[-1].read_patterns(words)
            return []
        while words and words[0].plain and self._follow(words[0].text):
            if words[0].text == "case":
                self._begin_case(words[1:])
            if words[0].text in {"for", "case"}:
                return []  # what follows is no command
            words = words[2:] if words[0].text == "function" else words[1:]
        if operator == "(" and len(words) == 1 and words[0].plain:
            self.function = True  # name() {
            return []
        return words

    def says(self, words: Sequence[Word]) -> bool | None:
        """Whether the command at hand ends well, as far as its words tell."""
        found = truth(words, extended=self.extended)
        return found if found is None else found != self.negated

    def leave(self, words: list[Word], operator: str, *, assigns: bool) -> None:
        """What the command, and the operator behind it, say of the next one.

        `assigns` says that variables are set before its words, or alone.
        """
        if self._is_matching:
            if operator == ")":
                self.stack[-1].begin_part(self.stack[-1].holds)
            return
        if operator in _PIPES:
            return  # the last command of a pipe speaks for it
        found, self.negated = self.says(words), False
        if words or assigns:
            self.chain.add(found, is_test=bool(words) and words[0].text in TESTS)
        if operator == "(" and not self.function:
            self._open("(")
        elif operator == ")" and not self.function:
            self._close({"("})
        elif operator not in {"(", ")"}:
            self.chain.join(operator)
        if operator in {";;", *_FALLS_THROUGH}:
            self._end_arm(operator)

    def _follow(self, word: str) -> bool:
        """Open or close what a keyword does; False for a word that is none."""
        if word in _OPENERS:
            self._open(word)
        elif word in _PARTS:
            self._turn(word)
        elif word == "!":
            self.negated = not self.negated
        elif word in _CLOSERS:
            self._close(_CLOSERS[word])
        elif word == "{":
            self._open("function" if self.function else "{")
            self.function = False
        elif word == "function":
            self.function = True
        else:
            return word in _BETWEEN
        return True

    @property
    def _is_matching(self) -> bool:
        """Whether what comes next is a pattern."""
        return bool(self.stack) and self.stack[-1].kind == "case" and self.stack[-1].testing

    def _begin_case(self, words: Sequence[Word]) -> None:
        """Read ``WORD in``, and a pattern that stands on the same line."""
        if self._is_matching and [word.text for word in words[1:2]] == ["in"]:
            self.stack[-1].subject = words[0]
            self.stack[-1].read_patterns(words[2:])

    def _end_arm(self, operator: str) -> None:
        """Go on to the next pattern of the innermost ``case``."""
        case = self._innermost({"case"})
        if case is not None:
            fell = operator in _FALLS_THROUGH and case.taken is not False
            case.taken = None if fell else case.taken
            case.begin_test(None if fell else False)

    def _turn(self, word: str) -> None:
        """Go on to the next part of the innermost ``if``."""
        condition = self._innermost({"if"})
        if condition is None:
            return
        if word == "elif":
            condition.begin_test()
        else:
            condition.begin_part(self.chain.status if word == "then" else True)
        self.chain = _Chain()

    def _innermost(self, kinds: Collection[str]) -> _Compound | None:
        """The innermost compound command of such a kind, with all in it closed."""
        place = max((i for i, each in enumerate(self.stack) if each.kind in kinds), default=-1)
        if place < 0:
            return None
        if place + 1 < len(self.stack):
            self.chain = self.stack[place + 1].around
            del self.stack[place + 1 :]
        return self.stack[place]

    def _open(self, kind: str) -> None:
        """Go into a compound command, as far as that can be followed."""
        if len(self.stack) >= MAX_NESTING:
            self.is_lost = True
        if self.is_lost:
            return
        within = self.chain.decides or ("" if kind in {"(", "{"} else kind)
        self.stack.append(_Compound(kind, within, self.chain, testing=kind in {"if", "case"}))
        self.chain = _Chain()

    def _close(self, kinds: Collection[str]) -> None:
        """Come out of a compound command: what it says is not known."""
        closed = self._innermost(kinds)
        if closed is not None:
            self.chain = closed.around
            self.chain.add(None)
            self.stack.pop()
