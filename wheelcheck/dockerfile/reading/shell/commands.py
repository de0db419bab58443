"""Shell lines, read as far as installing goes: a script → its simple commands, words expanded.

Nothing is run and nothing is guessed: a command inside ``if``, ``for``, a function and the like
is marked as such, so that a hidden install can be reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from wheelcheck.dockerfile.reading.shell.failing import ShellEntry, Strictness, ends_script
from wheelcheck.dockerfile.reading.shell.nesting import Nesting, Word
from wheelcheck.dockerfile.reading.shell.variables import MAX_TEXT, Values, parameter

__all__ = ["Command", "Redirection", "Strictness", "Word", "commands"]

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "\n", "(", ")")
_REDIRECTION = re.compile(r"\d*(?:<<<|<<-?|>>|>\||<>|[<>]&?)|&>>?")
_OUTPUT = {">", ">>", ">|", "&>", "&>>"}
_DECLARATIONS = {"export", "declare", "readonly", "local"}


@dataclass(frozen=True, slots=True)
class Redirection:
    """``> file`` or ``>> file``; a descriptor other than that of the output is left out."""

    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. `offset` is where it begins in the script, `end` where its words end.

    `operator` is what stands behind it (``&&``, ``;``, …; "" at the end of the script).
    `assignments` stand before it. `within` says what decides whether it runs (``if``, ``for``,
    ``||``, ``test``, ``function``), "" where it always does. `depth` counts subshells around it.
    `redirections` are those of its output; `heredoc` is the word behind ``<<``, `stdin` the text
    that follows it in the script, None where none does. `ends_script` says whether the script
    fails where this command does.
    """

    words: tuple[Word, ...]
    offset: int
    assignments: tuple[tuple[str, Word], ...] = ()
    within: str = ""
    depth: int = 0
    end: int = 0
    operator: str = ""
    redirections: tuple[Redirection, ...] = ()
    heredoc: str = ""
    stdin: str | None = None
    ends_script: bool = True

    @property
    def texts(self) -> tuple[str, ...]:
        """The words' texts."""
        return tuple(word.text for word in self.words)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What could not be expanded in any of its words, each once."""
        return tuple(dict.fromkeys(name for word in self.words for name in word.unknown))


def commands(
    script: str,
    values: Values,
    strict: Strictness = Strictness(),  # noqa: B008 (frozen)
) -> Iterator[Command]:
    """The simple commands of a script in their order; `values` are the variables at its start.

    `strict` is what the shell was started with: ``sh -e``, ``bash -o pipefail``.
    """
    found: list[tuple[int, Strictness, Command]] = []
    entries: list[ShellEntry] = []
    for entry, command in _read(script, values):
        if command is not None:
            found.append((len(entries), strict, command))
        strict = strict.after(entry.words)
        entries.append(entry)
    for position, strictness, command in found:
        yield replace(command, ends_script=ends_script(entries, position, strictness))


def _read(script: str, values: Values) -> Iterator[tuple[ShellEntry, Command | None]]:
    """Every part of a script up to an operator, with the command in it where there is one."""
    lexer = _Lexer(script, dict(values))
    nesting = Nesting()
    while not lexer.ended:
        offset, words, operator = lexer.command()
        words = nesting.enter(words, operator)
        assignments, rest = _part(words)
        within = nesting.within
        command = None
        if rest or assignments:
            command = Command(
                tuple(rest),
                offset,
                tuple(assignments),
                within,
                nesting.depth,
                lexer.ended_at,
                operator,
                tuple(lexer.redirections),
                *lexer.heredoc,
            )
        texts = tuple(word.text for word in (*rest, *(value for _, value in assignments)))
        yield ShellEntry(texts, operator, len(nesting.stack)), command
        for name, value in _set_by(assignments, rest):
            unsure = bool(value.unknown or within)
            lexer.values[name] = None if unsure else value.text
        nesting.leave(rest, operator)


def _set_by(assignments: list[tuple[str, Word]], rest: list[Word]) -> Iterable[tuple[str, Word]]:
    """The variables that hold after a command: its assignments where there is no program."""
    if rest and rest[0].text in _DECLARATIONS:
        return [pair for word in rest[1:] for pair in _part([word])[0]]
    return [] if rest else assignments


def _part(words: list[Word]) -> tuple[list[tuple[str, Word]], list[Word]]:
    """Assignments before a command, and the command."""
    assignments: list[tuple[str, Word]] = []
    for position, word in enumerate(words):
        if not _ASSIGNMENT.match(word.text):
            return assignments, words[position:]
        name, _, value = word.text.partition("=")
        assignments.append((name, Word(value, word.unknown, plain=False)))
    return assignments, []


class _Lexer:
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
