"""Shell lines, read as far as installing goes: a script → its simple commands, words expanded.

Nothing is run and nothing is guessed: a command inside ``if``, ``for``, a function and the like
is marked as such, so that a hidden install can be reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from wheelcheck.dockerfile.reading.shell.failing import Shell, ShellEntry, ends_script
from wheelcheck.dockerfile.reading.shell.nesting import Nesting
from wheelcheck.dockerfile.reading.shell.shell_lexer import Redirection, ShellLexer, Word
from wheelcheck.dockerfile.reading.shell.variables import Values

__all__ = ["Command", "Shell", "Word", "assigned", "commands"]

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_KEYWORD = re.compile(r"[^\s\\]+(?:\s|\\\n)+")
_DECLARATIONS = {"export", "declare", "readonly", "local"}


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. `offset` is where it begins in the script, `end` where its words end.

    `operator` is what stands behind it (``&&``, ``;``, …; "" at the end of the script).
    `assignments` stand before it; `exported` are the variables that the script exported before,
    None for a value that is not known. `within` says what decides whether it runs (``if``, ``for``,
    ``||``, ``test``, ``function``), "" where it always does. `depth` counts subshells around it.
    `redirections` are those of its output; `heredoc` is the word behind ``<<``, `stdin` the text
    that follows it in the script, None where none does. `ends_script` says whether the script
    fails where this command does, `holds` whether it ends well, None where its words do not tell.
    `shell` is what runs it.
    """

    words: tuple[Word, ...]
    offset: int
    assignments: tuple[tuple[str, Word], ...] = ()
    exported: tuple[tuple[str, str | None], ...] = ()
    within: str = ""
    depth: int = 0
    end: int = 0
    operator: str = ""
    redirections: tuple[Redirection, ...] = ()
    heredoc: str = ""
    stdin: str | None = None
    ends_script: bool = True
    holds: bool | None = None
    shell: Shell = Shell()  # noqa: RUF009 (frozen)

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
    shell: Shell = Shell(),  # noqa: B008 (frozen)
) -> Iterator[Command]:
    """The simple commands of a script in their order; `values` are the variables at its start.

    `shell` is what runs it, with its options: ``sh -e``, ``bash -o pipefail``.
    """
    found: list[tuple[int, Shell, Command]] = []
    entries: list[ShellEntry] = []
    for entry, command in _read(script, values, extended=shell.extended):
        if command is not None:
            found.append((len(entries), shell, command))
        shell = shell.after(entry.words)
        entries.append(entry)
    for position, then, command in found:
        ends = ends_script(entries, position, then)
        yield replace(command, ends_script=ends, shell=then)


def _read(
    script: str, values: Values, *, extended: bool | None
) -> Iterator[tuple[ShellEntry, Command | None]]:
    """Every part of a script up to an operator, with the command in it where there is one."""
    lexer = ShellLexer(script, dict(values))
    nesting = Nesting(extended)
    exported: dict[str, int] = {}  # and how deep in subshells: what one exports ends with it
    while not lexer.ended:
        offset, words, operator = lexer.command()
        every, words = len(words), nesting.enter(words, operator)
        offset = _behind_words(script, offset, every - len(words))
        assignments, rest = _part(words)
        within, skipped = nesting.within, nesting.is_skipped
        exported = {name: deep for name, deep in exported.items() if deep <= nesting.depth}
        command = None
        if (rest or assignments) and not skipped:
            command = Command(
                tuple(rest),
                offset,
                tuple(assignments),
                tuple((name, lexer.values.get(name)) for name in sorted(exported)),
                within,
                nesting.depth,
                lexer.ended_at,
                operator,
                tuple(lexer.redirections),
                *lexer.heredoc,
                holds=nesting.says(rest),
            )
        read = () if skipped else (*rest, *(value for _, value in assignments))
        texts = tuple(word.text for word in read)
        yield ShellEntry(texts, operator, len(nesting.stack), nesting.is_tested), command
        if not skipped:
            for name, value in _set_by(assignments, rest):
                lexer.values[name] = None if within else assigned(name, value)
            exported.update(dict.fromkeys(_exported_by(rest), nesting.depth))
        nesting.leave(rest, operator, assigns=bool(assignments))


def _behind_words(script: str, start: int, count: int) -> int:
    """Where a command begins that stands behind so many keywords: ``then pip install …``."""
    for _ in range(count):
        match = _KEYWORD.match(script, start)
        start = match.end() if match else start
    return start


def _set_by(assignments: list[tuple[str, Word]], rest: list[Word]) -> Iterable[tuple[str, Word]]:
    """The variables that hold after a command: its assignments where there is no program."""
    if rest and rest[0].text in _DECLARATIONS:
        return [pair for word in rest[1:] for pair in _part([word])[0]]
    return [] if rest else assignments


def assigned(name: str, value: Word) -> str | None:
    """The value that an assignment gives; None where it is not known.

    Of ``PATH=/opt/venv/bin:$PATH`` what comes first is known, and that decides which pip runs.
    """
    first = name == "PATH" and value.unknown == ("PATH",) and value.text[:1] == "/"
    return value.text if first or not value.unknown else None


def _exported_by(rest: list[Word]) -> Iterator[str]:
    """The names behind ``export``, with a value or without."""
    if rest and rest[0].text == "export":
        for word in rest[1:]:
            if (name := word.text.partition("=")[0]).isidentifier():
                yield name


def _part(words: list[Word]) -> tuple[list[tuple[str, Word]], list[Word]]:
    """Assignments before a command, and the command."""
    assignments: list[tuple[str, Word]] = []
    for position, word in enumerate(words):
        if not _ASSIGNMENT.match(word.text):
            return assignments, words[position:]
        name, _, value = word.text.partition("=")
        assignments.append((name, Word(value, word.unknown, plain=False)))
    return assignments, []
