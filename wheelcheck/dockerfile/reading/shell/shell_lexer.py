"""Words of a shell script: quotes, variables, substitutions and here-documents.

Source: POSIX.1-2017, Shell Command Language: 2.2 (Quoting), 2.6 (Word Expansions) and
2.7 (Redirection).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wheelcheck.dockerfile.reading.shell.variables import MAX_TEXT, parameter

__all__ = ["Redirection", "ShellLexer", "Word"]

_OPERATORS = ("&&", "||", ";;&", ";;", ";&", "|&", ";", "|", "&", "\n", "(", ")")
_REDIRECTION = re.compile(r"\d*(?:<<<|<<-?|>>|>\||<>|[<>]&?)|&>>?")
_OUTPUT = {">", ">>", ">|", "&>", "&>>"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command. `unknown` names what could not be expanded in it.

    `plain` says that nothing in it was quoted or expanded: only then it can be a keyword.
    """

    text: str
    unknown: tuple[str, ...] = ()
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Redirection:
    """``> file`` or ``>> file``; a descriptor other than that of the output is left out."""

    operator: str
    target: Word


class ShellLexer:
    """Reads one command after the other, so that each sees the variables set before it."""

    def __init__(self, script: str, values: dict[str, str | None]) -> None:
        self.script = script
        self.values = values
        self._position = 0
        self.ended_at = 0
        self.redirections: list[Redirection] = []
        self.heredoc: tuple[str, str | None] = ("", None)
        self._heredocs: list[str] = []
        self._room = MAX_TEXT

    @property
    def ended(self) -> bool:
        """Whether all of the script is read."""
        return self._position >= len(self.script)

    def command(self) -> tuple[int, list[Word], str]:
        """The next command's offset and words, and the operator behind it ("" at the end)."""
        words: list[Word] = []
        self.redirections, self.heredoc = [], ("", None)
        offset = self._position
        while not self.ended:
            self._skip_blanks()
            if self.ended:
                break
            operator = self._operator()
            if operator:
                return offset, words, operator
            if self.script.startswith(("<(", ">("), self._position):
                words.append(self._process())
                self.ended_at = self._position
                continue
            redirection = _REDIRECTION.match(self.script, self._position)
            if redirection:
                self._redirect(redirection)
                self.ended_at = self._position
                continue
            if not words:
                offset = self._position
            words.extend(self._word())
            self.ended_at = self._position
        return offset, words, ""

    def _skip_blanks(self) -> None:
        script = self.script
        while not self.ended:
            if script[self._position] in " \t\r":
                self._position += 1
            elif script.startswith("\\\n", self._position):
                self._position += 2
            elif script[self._position] == "#":
                end = script.find("\n", self._position)
                self._position = len(script) if end < 0 else end
            else:
                return

    def _operator(self) -> str:
        if self.script.startswith("&>", self._position):
            return ""
        for operator in _OPERATORS:
            if self.script.startswith(operator, self._position):
                self._position += len(operator)
                if operator == "\n":
                    self._skip_heredocs()
                return operator
        return ""

    def _redirect(self, redirection: re.Match[str]) -> None:
        self._position = redirection.end()
        self._skip_blanks()
        before = self._position
        word = [] if self.ended or self.script[before] in "\n;|&()<>" else self._word()
        operator = redirection[0]
        if "<<" in operator and "<<<" not in operator and word:
            self._heredocs.append(word[0].text)
            self.heredoc = word[0].text, self._heredoc_text()
        elif operator.lstrip("1") in _OUTPUT and word:
            self.redirections.append(Redirection(operator.lstrip("1"), word[0]))

    def _process(self) -> Word:
        """``<(command)``: a file of another command's output, which is not known."""
        start = self._position
        self._position = _end_of_substitution(self.script, start)
        return Word("", (self.script[start : self._position][:40],), plain=False)

    def _heredoc_text(self) -> str | None:
        """The text behind the line for the last ``<<`` on it; None where it does not follow."""
        start = self.script.find("\n", self._position) + 1
        text = None
        for name in self._heredocs if start else ():
            end = _end_of_heredoc(name).search(self.script, start)
            if end is None:
                return None
            text = self.script[start : end.start()]
            start = end.end() + 1
        return text

    def _skip_heredocs(self) -> None:
        for name in self._heredocs:
            end = _end_of_heredoc(name).search(self.script, self._position)
            self._position = end.end() if end else len(self.script)
        self._heredocs.clear()

    def _word(self) -> list[Word]:
        """One word, or several where an unquoted variable holds blanks, or none."""
        building = _Building()
        script = self.script
        while not self.ended:
            char = script[self._position]
            if char in " \t\r\n;|&()<>":
                break
            if char == "'":
                end = script.find("'", self._position + 1)
                end = len(script) if end < 0 else end
                building.quoted(script[self._position + 1 : end])
                self._position = end + 1
            elif char == '"':
                self._position += 1
                self._double_quoted(building)
            elif char == "\\":
                if script[self._position + 1 : self._position + 2] != "\n":
                    building.quoted(script[self._position + 1 : self._position + 2])
                self._position += 2
            elif char in "$`":
                text, unknown = self._substitution()
                building.split(text, unknown)
            else:
                building.add(char)
                self._position += 1
        return building.words()

    def _double_quoted(self, building: _Building) -> None:
        script = self.script
        building.quoted("")
        while not self.ended and script[self._position] != '"':
            char = script[self._position]
            if char == "\\" and script[self._position + 1 : self._position + 2] in set('$`"\\\n'):
                building.quoted(script[self._position + 1].strip("\n"))
                self._position += 2
            elif char in "$`":
                text, unknown = self._substitution()
                building.quoted(text, unknown)
            else:
                building.quoted(char)
                self._position += 1
        self._position += 1

    def _substitution(self) -> tuple[str, tuple[str, ...]]:
        script, start = self.script, self._position
        if script[start] == "`" or script.startswith("$(", start):
            self._position = _end_of_substitution(script, start)
            return "", (script[start : self._position][:40],)
        found = parameter(script, start, self.values)
        self._position = found.end
        self._room -= len(found.text)
        return (found.text, found.unknown) if self._room > 0 else ("", (script[start : found.end],))


def _end_of_heredoc(name: str) -> re.Pattern[str]:
    return re.compile(rf"^\t*{re.escape(name)}$", re.MULTILINE)


def _end_of_substitution(script: str, start: int) -> int:
    """Where ``$(…)`` or `` `…` `` ends; quotes inside may hold brackets."""
    if script[start] == "`":
        end = script.find("`", start + 1)
        return len(script) if end < 0 else end + 1
    depth, quote = 0, ""
    for position in range(start + 1, len(script)):
        char = script[position]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return position + 1
    return len(script)


@dataclass(slots=True)
class _Building:
    """A word while it is read; unquoted variables may part it."""

    done: list[Word] = field(default_factory=list)
    chars: list[str] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    plain: bool = True
    started: bool = False

    def add(self, text: str) -> None:
        self.chars.append(text)
        self.started = True

    def quoted(self, text: str, unknown: tuple[str, ...] = ()) -> None:
        self.add(text)
        self.unknown += unknown
        self.plain = False

    def split(self, text: str, unknown: tuple[str, ...]) -> None:
        """Add an unquoted variable's value: blanks in it part words."""
        self.unknown += unknown
        self.plain = False
        for position, piece in enumerate(re.split(r"\s+", text)):
            if position:
                self._end()
            if piece:
                self.add(piece)

    def _end(self) -> None:
        if self.started:
            self.done.append(Word("".join(self.chars), self.unknown, self.plain))
        self.chars, self.unknown, self.started = [], (), False

    def words(self) -> list[Word]:
        if not self.started and self.unknown:
            self.started = True  # an unknown value may be one word or many: it stays visible
        self._end()
        return self.done
