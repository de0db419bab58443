"""What a RUN runs: its script, as a shell, exec form or heredoc has it, command by command."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from wheelcheck.distributions.distribution import Family
from wheelcheck.dockerfile.reading.dockerfile_syntax import Heredoc, Instruction
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.shell.opaque import script_files
from wheelcheck.dockerfile.reading.shell.script_commands import Command, Shell, Word, commands
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.errors import Unknown
from wheelcheck.redaction import redact

__all__ = ["INSTALLS", "commands_of", "is_shell", "note_script", "script_of", "shell_of"]

INSTALLS = ("pip install", "pip3 install", "uv pip", "apk add", "apt-get install", "pip wheel")
"""What an installation looks like in a text that is not followed."""

_MAY_INSTALL = re.compile(
    r"\b(?:pip[x\d.]*|uv|poetry|pdm|pipenv|conda|mamba|micromamba|easy_install|setup\.py|make"
    r"|\w+\.(?:sh|bash))\b"
)
"""Words without which a script installs no Python packages, nor calls another that may."""
_BUILDS_PROGRAMS = re.compile(r"configure|cmake|meson|autogen|autoreconf|bootstrap")
"""What stands before ``make`` where a program in another language is built."""

_SHELLS = {"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"}
_EXTENDED = {**dict.fromkeys(("bash", "ash", "busybox", "zsh", "ksh"), True), "dash": False}
"""Which shells know ``[[``. ``sh`` is dash on Debian and Ubuntu, busybox on Alpine, bash on EL."""
_HEREDOC_ALONE = re.compile(r"<<-?\s*([\"']?)[\w.-]+\1")


def commands_of(stage: StageState, instruction: Instruction) -> Iterator[tuple[int, Command]]:
    """The commands of a RUN in either form, with the line of each."""
    if instruction.exec_form is not None:
        words = tuple(Word(text, plain=False) for text in instruction.exec_form)
        yield instruction.line, Command(words, 0)
    elif instruction.heredocs and _HEREDOC_ALONE.fullmatch(instruction.text):
        yield from _heredoc_script(stage, instruction)
    elif is_shell(stage.shell[:1]):
        yield from _shell_form(stage, instruction)
    elif any(install in instruction.text for install in INSTALLS):
        why = f"SHELL is {stage.shell[0] if stage.shell else 'empty'}, which is not read"
        stage.note_unread(instruction.line, instruction.text, Unknown("other-shell", why))


def _shell_form(stage: StageState, instruction: Instruction) -> Iterator[tuple[int, Command]]:
    """The commands of a script, and of the heredocs that its first command reads."""
    heredocs = instruction.heredocs
    script = instruction.text
    for command in commands(script, stage.variables, shell_of(stage, stage.shell)):
        yield instruction.line_at(command.offset), _with_input(command, heredocs)
        if heredocs and "<<" in script:
            yield from _piped_heredocs(stage, instruction, command)
            heredocs = ()


def _with_input(command: Command, heredocs: Sequence[Heredoc]) -> Command:
    """The command with the heredoc that it reads."""
    if not command.heredoc or command.stdin is not None:
        return command
    texts = (heredoc.content for heredoc in heredocs if heredoc.name == command.heredoc)
    return replace(command, stdin=next(texts, None))


def _heredoc_script(stage: StageState, instruction: Instruction) -> Iterator[tuple[int, Command]]:
    """``RUN <<EOF``: the heredoc is the script, unless its first line names another program."""
    heredoc = instruction.heredocs[0]
    first = heredoc.content.partition("\n")[0]
    if first.startswith("#!") and not is_shell([first[2:].split()[-1] if first[2:] else ""]):
        why = Unknown("other-shell", f"the heredoc is a script for {first[2:].strip()[:60]}")
        stage.note_unread(instruction.line, instruction.text, why)
        return
    shell = shell_of(stage, first[2:].split() if first.startswith("#!") else stage.shell)
    yield from _lines_of(heredoc.content, heredoc.line, stage.variables, shell)


def shell_of(stage: StageState, program: Sequence[str]) -> Shell:
    """Of ``/bin/bash -e -o pipefail -c``: the options of a shell are those of ``set``."""
    shell = Shell(extended=_extended(stage, posixpath.basename(program[0]) if program else ""))
    return shell.after(("set", *program[1:]))


def _extended(stage: StageState, name: str) -> bool | None:
    """Whether a shell knows ``[[``, None where that is not known."""
    if name != "sh":
        return _EXTENDED.get(name)
    if stage.system.other_sh or stage.distribution is None:
        return None
    return stage.distribution.family is not Family.APT


def _piped_heredocs(
    stage: StageState, instruction: Instruction, command: Command
) -> Iterator[tuple[int, Command]]:
    """``RUN bash <<EOF``: a script for a shell is followed, one for another program is not."""
    heredoc = instruction.heredocs[0]
    program = command.texts
    if is_shell(program):
        shell = shell_of(stage, program)
        yield from _lines_of(heredoc.content, heredoc.line, stage.variables, shell)
    elif any(install in heredoc.content for install in INSTALLS):
        why = f"the heredoc goes to {program[0] if program else 'no program'}, not to a shell"
        stage.note_unread(instruction.line, instruction.text, Unknown("other-shell", why))


def _lines_of(
    script: str, first: int, variables: Mapping[str, str | None], shell: Shell
) -> Iterator[tuple[int, Command]]:
    for command in commands(script, variables, shell):
        yield first + script.count("\n", 0, command.offset), command


def script_of(words: Sequence[str]) -> str | None:
    """The script of ``sh -c SCRIPT``."""
    if not is_shell(words[:1]):
        return None
    for position, word in enumerate(words[1:], 1):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return words[position + 1] if position + 1 < len(words) else None
        if not word.startswith("-") and words[position - 1] != "-o":
            return None
    return None


def is_shell(program: Sequence[str]) -> bool:
    """Whether the first word is a shell, whose scripts are read."""
    return bool(program) and posixpath.basename(program[0]) in _SHELLS


def note_script(stage: StageState, line: int, words: Sequence[str], workdir: str) -> None:
    """Note a script of the shell, or rules of make, that may install Python packages."""
    places = script_files(words)
    if not places or not _may_install(stage, words, [absolute(each, workdir) for each in places]):
        return
    runs = "make" if posixpath.basename(words[0]) == "make" else f"the script {places[0]}"
    why = redact(f"it runs {runs}, which may install packages").replace("\0", "…")
    stage.note_unread(line, " ".join(words).replace("\0", "…"), Unknown("script", why))


def _may_install(stage: StageState, words: Sequence[str], places: Sequence[str]) -> bool:
    """Whether a script names an installer or another script; where nobody has read it, it may.

    A program that is built from its sources (``./configure && make``) brings no package, and a
    ``./tool`` may as well be no script.
    """
    texts = [text for text in map(stage.text_of, places) if text is not None]
    if texts:
        return bool(_MAY_INSTALL.search(texts[0]))
    program = words[0].startswith(("./", "../")) and not words[0].endswith((".sh", ".bash"))
    return not program and not _BUILDS_PROGRAMS.search(stage.instructions[-1].text)
