"""Whether a command that fails ends the script: ``&&``, ``||``, ``;``, pipes and ``set -e``.

Rules of POSIX, "Shell Command Language", 2.9.3 (lists) and 2.15 (set -e): the status of a list is
that of the last command that ran; -e does not count for commands before ``&&`` or ``||``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

__all__ = ["Shell", "ShellEntry", "ends_script"]

_FARTHEST = 200
"""Commands of one list that are looked at: longer than anyone writes."""
_PIPES = {"|", "|&"}
_ENDS = {";", "\n", ";;", ";&", ";;&"}


@dataclass(frozen=True, slots=True)
class Shell:
    """The shell that runs a script.

    `errexit` and `pipefail` are options, at its start or by ``set``: -e, and -o pipefail.
    `extended` says whether it knows ``[[``: see `shell_tests.truth`.
    """

    errexit: bool = False
    pipefail: bool = False
    extended: bool | None = None

    def after(self, words: Sequence[str]) -> Shell:
        """The shell after ``set …``; the same for all other commands."""
        if not words or words[0] != "set":
            return self
        errexit, pipefail = self.errexit, self.pipefail
        named = ""
        for word in words[1:]:
            if named:
                on = named == "-"
                errexit = on if word == "errexit" else errexit
                pipefail = on if word == "pipefail" else pipefail
                named = ""
            elif word[:1] in {"-", "+"}:
                errexit = word[0] == "-" if "e" in word[1:] else errexit
                named = word[0] if word.endswith("o") else ""
        return replace(self, errexit=errexit, pipefail=pipefail)


@dataclass(frozen=True, slots=True)
class ShellEntry:
    """A command of a script, or a bare keyword or bracket, with the operator behind it.

    `depth` counts the compound commands and subshells around it. `is_tested` says that it
    stands behind ``!`` or is a part of the test of an ``if``.
    """

    words: tuple[str, ...]
    operator: str
    depth: int = 0
    is_tested: bool = False


def ends_script(entries: Sequence[ShellEntry], position: int, shell: Shell) -> bool:
    """Whether the script ends with an error where the command at `position` fails."""
    if entries[position].is_tested:
        return False
    chained = False
    for at in _behind(entries, position):
        operator = entries[at].operator
        if operator == "||":
            return _gives_up(entries, at + 1)
        if operator == "&" or (operator in _PIPES and not (chained or shell.pipefail)):
            return False
        if operator in _ENDS:
            if shell.errexit and not chained:
                return True
            if any(entry.words for entry in entries[at + 1 : at + 2]):
                return False
        chained |= operator == "&&"
    return len(entries) - position <= _FARTHEST


def _behind(entries: Sequence[ShellEntry], position: int) -> Iterator[int]:
    """The command at a position and those behind it, but for the inside of what && leaves out."""
    own = entries[position].depth
    for at in range(position, min(len(entries), position + _FARTHEST)):
        if entries[at].depth <= own:
            own = entries[at].depth
            yield at


def _gives_up(entries: Sequence[ShellEntry], start: int) -> bool:
    """Whether what runs after a failure ends the script itself, as ``|| exit 1``."""
    for entry in entries[start:]:
        if entry.words[:1] in {("exit",), ("return",)}:
            return entry.words[1:2] != ("0",)
        if entry.words[:1] == ("false",):
            return True
        if entry.words and entry.words[0] not in {"echo", "printf", "cat"}:
            return False
        if entry.operator in {"", "\n", "}"}:
            return False
    return False
