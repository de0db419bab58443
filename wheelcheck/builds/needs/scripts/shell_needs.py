"""What shell scripts of an sdist run, where a script of the build runs these."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from wheelcheck.builds.needs.build_need import BuildNeed, Role
from wheelcheck.builds.needs.scripts.program_questions import RUNNERS
from wheelcheck.builds.needs.scripts.script_branches import Certainty, Part
from wheelcheck.builds.needs.scripts.system_question import called, constant
from wheelcheck.builds.needs.toolchain import program_need
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.script_syntax import walk

__all__ = ["shell_needs", "shell_scripts_run"]

_LONG = 200_000
_SHELL = re.compile(r"\b(?:ba)?sh +([\w./%{}-]+\.sh)\b")
_NAME = re.compile(r"[\w./-]+\.sh")
_BLOCK = re.compile(
    r"(if|case|for|while|until|function)\b|[\w:.-]+[ \t]*\(\)[ \t]*\{|.*;[ \t]*(?:do|then)$"
)
_END = re.compile(r"(fi|esac|done|\})(?![\w-])")
_COMMAND = re.compile(
    r"(?:[A-Z_]+=\S+[ \t]+)*((?:\S*/)?configure|autoreconf|bison|cargo|cmake|curl|flex|git|go|m4"
    r"|make|meson|ninja|patch|perl|pkg-config|scons|unzip|wget)(?=[ \t;|&]|$)"
)
_ALWAYS = {"configure", "autoreconf", "cmake", "make", "meson", "ninja"}
"""What a script that has it builds with, in whatever branch."""


def shell_scripts_run(parts: Iterable[Part]) -> Iterator[tuple[str, Certainty]]:
    """The shell scripts, by the names of their files, that the parts of a script run."""
    for node, certainty in parts:
        if isinstance(node, ast.Call) and called(node) in RUNNERS:
            for text in (constant(each) for each in walk(node)):
                # also of a line: "cd lib && %s ./build.sh"
                for word in filter(_NAME.fullmatch, text.split()):
                    yield word.rpartition("/")[2], certainty
        for name in _SHELL.findall(constant(node)):
            yield name.rpartition("/")[2], certainty


def shell_needs(
    texts: Mapping[str, str], scripts_run: Iterable[tuple[str, Certainty]]
) -> Iterator[BuildNeed]:
    """The programs of the shell scripts among `texts` that are run, by their file names."""
    run: dict[str, Certainty] = {}
    for name, certainty in scripts_run:
        run[name] = min(run.get(name, certainty), certainty)
    for path, text in texts.items():
        name = path.rpartition("/")[2]
        if name in run and not is_aside(path):
            for line, program, sure in _programs(text[:_LONG].replace("\\\n", " ")):
                certain = sure and run[name] is Certainty.SURE
                role = Role.REQUIRED if certain else Role.OPTIONAL
                yield from program_need(program, f"{path}:{line} runs {program}", role)


def _programs(text: str) -> Iterator[tuple[int, str, bool]]:
    """The programs of a script, each with its line and whether every run of it comes there."""
    depth = 0
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.strip()
        if _END.match(line):
            depth = max(depth - 1, 0)
        elif _BLOCK.match(line) and not line.endswith(("; fi", "; done")):
            depth += 1
        command = _COMMAND.match(line)
        if command:
            program = command[1].rpartition("/")[2]
            yield number, program, not depth or program in _ALWAYS
