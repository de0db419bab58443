"""The syntax of Dockerfiles as BuildKit reads it: text → instructions, each with its lines.

Own reader, because no library earns its place: dockerfile-parse rests since 2023, knows no
heredocs and ships no types; `dockerfile` wraps Go code in binary wheels for few platforms. Source:
moby/buildkit, `frontend/dockerfile/parser` and `docs/reference.md`. What BuildKit refuses is kept
as far as it can be read, with a `fault` that says what is wrong.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

__all__ = ["Heredoc", "Instruction", "Syntax", "parse", "physical_lines"]

_KEYWORDS = (
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"}
    | {"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)  # fmt: skip
_WITH_HEREDOCS = {"ADD", "COPY", "RUN"}
_EXEC_FORMS = {"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"}
_DIRECTIVE = re.compile(r"\s*#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_FLAG = re.compile(r"--([a-z][a-z0-9-]*)(?:=((?:\"[^\"]*\"|\\.|\S)*))?(?:\s+|$)")
_QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.")
_HEREDOC = re.compile(
    r"(?<![<\w])\d*<<(?P<chomp>-?)[ \t]*(?P<quote>[\"']?)(?P<name>[A-Za-z_][\w.-]*)(?P=quote)"
    r"(?![^\s;|&<>)])"
)


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document: its content as the shell or the copied file gets it.

    `line` is where the content begins; `expand` is False where the word was quoted. `verbatim`
    says that the content stands so in the file: ``<<-`` takes tabs away.
    """

    name: str
    content: str
    line: int
    expand: bool
    verbatim: bool = True


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. Lines count from 1; `end_line` includes heredocs.

    `keyword` is in capitals. `flags` are those before the arguments, in order: ``("mount",
    "type=cache,target=/root")``. `text` is what follows, continued lines joined and comments gone;
    `exec_form` its words where it is a JSON array of strings. `pieces` holds (offset in `text`,
    line) of each line's beginning, for `line_at`; flags stand before offset 0. `fault` says why
    BuildKit would refuse it, "" where it would not.
    """

    keyword: str
    text: str
    line: int
    end_line: int
    flags: tuple[tuple[str, str], ...] = ()
    exec_form: tuple[str, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()
    pieces: tuple[tuple[int, int], ...] = ()
    fault: str = ""

    def flag(self, name: str) -> str | None:
        """The value of the last flag of that name; None where it is not there."""
        return next((value for flag, value in reversed(self.flags) if flag == name), None)

    def line_at(self, offset: int) -> int:
        """The line of the file on which a character of `text` stands."""
        position = bisect_right(self.pieces, offset, key=lambda piece: piece[0])
        return self.pieces[position - 1][1] if position else self.line


@dataclass(frozen=True, slots=True)
class Syntax:
    """A whole file. `directives` are the parser directives, names in lower case."""

    instructions: tuple[Instruction, ...]
    directives: tuple[tuple[str, str], ...] = ()
    escape: str = "\\"


def parse(text: str) -> Syntax:
    """Read a Dockerfile's text; never raises, whatever the text."""
    lines = physical_lines(text)
    directives = _directives(lines)
    escape = dict(directives).get("escape", "\\")
    escape = escape if escape in {"\\", "`"} else "\\"
    return Syntax(tuple(_instructions(lines, escape)), directives, escape)


def physical_lines(text: str) -> list[str]:
    """The lines of a file without their ends and without a byte order mark."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    if not lines[-1]:
        lines.pop()  # what follows the last line's end
    return lines


def _directives(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """Directives stand before everything else, a first line ``#!`` excepted; each counts once."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        if number == 0 and line.startswith("#!"):
            continue
        match = _DIRECTIVE.fullmatch(line)
        if match is None or match[1].lower() in found:
            break
        found[match[1].lower()] = match[2]
    return tuple(found.items())


def _instructions(lines: list[str], escape: str) -> Iterator[Instruction]:
    continued = re.compile(rf"(?:(?<=[^{re.escape(escape)}])|^){re.escape(escape)}[ \t]*$")
    position = 0
    while position < len(lines):
        if _is_passed_over(lines[position]):
            position += 1
            continue
        start = position
        pieces: list[tuple[int, str]] = []
        more = True
        while more and position < len(lines):
            line = lines[position] if pieces else lines[position].lstrip()
            position += 1
            if pieces and _is_passed_over(line):
                continue
            match = continued.search(line)
            more = match is not None
            pieces.append((position, line[: match.start()] if match else line))
        instruction = _instruction(pieces, start + 1, position)
        heredocs, fault, position = _heredocs(instruction, lines, position)
        yield replace(
            instruction,
            end_line=position,
            heredocs=heredocs,
            fault=instruction.fault or fault,
        )


def _is_passed_over(line: str) -> bool:
    """Blank lines and comments, which do not end a continued line either."""
    bare = line.lstrip()
    return not bare or bare.startswith("#")


def _instruction(pieces: list[tuple[int, str]], line: int, end_line: int) -> Instruction:
    joined = "".join(text for _, text in pieces)
    keyword, _, _ = joined.strip().partition(" ")
    keyword = keyword.split("\t")[0]
    start = joined.find(keyword) + len(keyword)
    start += len(joined[start:]) - len(joined[start:].lstrip())
    flags, length = _flags(joined[start:], keyword.upper())
    start += length
    text = joined[start:].rstrip()
    exec_form, fault = _exec_form(text, keyword.upper())
    if keyword.upper() not in _KEYWORDS:
        fault = f"{keyword[:40]} is no instruction"
    return Instruction(
        keyword.upper(),
        text,
        line,
        end_line,
        flags,
        exec_form,
        pieces=tuple(_offsets(pieces, start)),
        fault=fault,
    )


def _flags(text: str, keyword: str) -> tuple[tuple[tuple[str, str], ...], int]:
    """The flags at the start of a text and their length; LABEL and CMD have none, but share it."""
    found: list[tuple[str, str]] = []
    position = 0
    while keyword != "ONBUILD" and (match := _FLAG.match(text, position)):
        found.append((match[1], (match[2] or "").replace('"', "")))
        position = match.end()
    end = re.compile(r"--\s+").match(text, position)
    return tuple(found), end.end() if end else position


def _offsets(pieces: list[tuple[int, str]], start: int) -> Iterator[tuple[int, int]]:
    offset = -start
    for line, text in pieces:
        yield offset, line
        offset += len(text)


def _exec_form(text: str, keyword: str) -> tuple[tuple[str, ...] | None, str]:
    """The words of a JSON array; what is no valid JSON is taken for a shell's text, as there."""
    if keyword not in _EXEC_FORMS or not text.startswith("["):
        return None, ""
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None, "only strings are allowed in a JSON array"
    return tuple(words), ""


def _heredocs(
    instruction: Instruction, lines: list[str], position: int
) -> tuple[tuple[Heredoc, ...], str, int]:
    """The here-documents that follow an instruction, and where the next one begins."""
    keyword, text = instruction.keyword, instruction.text
    if keyword == "ONBUILD":
        keyword = text.split(maxsplit=1)[0].upper() if text else ""
    if keyword not in _WITH_HEREDOCS or instruction.exec_form is not None or "<<" not in text:
        return (), "", position
    found: list[Heredoc] = []
    for match in _HEREDOC.finditer(_without_quoted(text)):
        heredoc = _heredoc(match, lines, position)
        if heredoc is None:
            return tuple(found), f"the heredoc {match['name']} does not end", len(lines)
        found.append(heredoc)
        position += heredoc.content.count("\n") + 1  # and the line that ends it
    return tuple(found), "", position


def _heredoc(match: re.Match[str], lines: list[str], position: int) -> Heredoc | None:
    """The here-document whose text begins at `position`; None where it does not end."""
    name, chomp = match["name"], bool(match["chomp"])
    content: list[str] = []
    for at in range(position, len(lines)):
        line = lines[at].lstrip("\t") if chomp else lines[at]
        if line == name:
            text = "".join(f"{line}\n" for line in content)
            verbatim = content == lines[position:at]
            return Heredoc(name, text, position + 1, not match["quote"], verbatim=verbatim)
        content.append(line)
    return None


def _without_quoted(text: str) -> str:
    """Blank out quoted text, but not the quotes of a heredoc's own word."""

    def blank(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip(" \t")
        keep = before.endswith(("<<", "<<-"))
        return match[0] if keep else " " * len(match[0])

    return _QUOTED.sub(blank, text)
