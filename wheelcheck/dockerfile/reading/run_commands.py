"""RUN: its commands one after the other, and what each does to the stage."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wheelcheck.dockerfile.reading.actions import Action, Step, action_of, tool_that_runs
from wheelcheck.dockerfile.reading.conda_installs import follow_other_installer
from wheelcheck.dockerfile.reading.dockerfile_model import MadeFolder, Moment
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.file_effects import follow_files, follow_output, place_export
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.install_steps import add_install
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.installs.lock_steps import add_lock_install
from wheelcheck.dockerfile.reading.installs.tool_steps import add_tools
from wheelcheck.dockerfile.reading.run_scripts import (
    INSTALLS,
    commands_of,
    note_script,
    script_of,
    shell_of,
)
from wheelcheck.dockerfile.reading.shell.export_commands import ExportCommand
from wheelcheck.dockerfile.reading.shell.file_commands import FILE_COMMANDS
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.dockerfile.reading.shell.opaque import UPDATERS, is_harmless, runs_script
from wheelcheck.dockerfile.reading.shell.other_tools import (
    LockCommand,
    NotFollowed,
    VenvCommand,
    unwrapped,
)
from wheelcheck.dockerfile.reading.shell.script_commands import Command, Word, assigned, commands
from wheelcheck.dockerfile.reading.shell.system_tools import (
    Manager,
    RemovedPaths,
    SystemCommand,
)
from wheelcheck.dockerfile.reading.shell.tool_commands import ToolCommand
from wheelcheck.dockerfile.reading.stages.other_python import python_of
from wheelcheck.dockerfile.reading.stages.pip_settings import pip_config_set, pip_settings
from wheelcheck.dockerfile.reading.stages.shells import fault_of_test, without_shell
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown

__all__ = ["UNKNOWN_WORD", "run"]

UNKNOWN_WORD = "\0"
"""Stands for a word that could not be expanded, so that options keep their values."""

_PYTHON_OF_WOLFI = re.compile(r"python-(3\.\d+)")
"""Packages of which one at a time is ``python3`` (wolfi-dev/os, python-3.12.yaml)."""

MAX_SCRIPTS = 4
"""``sh -c`` within ``sh -c``."""

_WITHIN = {
    "||": "it runs only if the command before it fails",
    "test": "it runs only if a test before it holds",
    "function": "it is in a shell function",
}
_CHANGES_SH = re.compile(r"/bin/sh\b|\bdash\b")
"""What a RUN names that makes ``sh`` another shell: ``ln -sf bash /bin/sh``."""
_PROBES = {"command", "which", "type", "hash", "test", "["}


@dataclass(slots=True)
class _Runner:
    """One RUN of a stage. `folders` keeps the working directory of each subshell around.

    `previous` is where ``popd`` and ``cd -`` lead; `probed` says that the command before looks
    whether a program is there. `number` counts the commands from 1, `offset` is where the one at
    hand begins in what the shell reads: see `InstallStep`.
    """

    stage: StageState
    layer: Layer
    folders: list[str] = field(default_factory=list)
    venv: str = ""
    number: int = 0
    offset: int | None = None
    cleaned: set[Manager] = field(default_factory=set)
    dirty: set[Manager] = field(default_factory=set)
    previous: list[str] = field(default_factory=list)
    probed: bool = False

    def enter(self, depth: int) -> None:
        """Go to the working directory of a subshell so deep, or of a new one."""
        del self.folders[depth + 1 :]
        while len(self.folders) <= depth:
            self.folders.append(self.folders[-1])


def run(stage: StageState, instruction: Instruction, layer: Layer) -> None:
    """Follow a RUN's commands; what cannot be followed is noted in the stage."""
    if instruction.exec_form is None:
        for fault in without_shell(stage, instruction.line):
            stage.fault(fault)
    runner = _Runner(stage, layer, [stage.workdir])
    written = instruction.exec_form is None and not instruction.heredocs
    for line, command in commands_of(stage, instruction):
        inside = any(
            heredoc.verbatim and line >= heredoc.line for heredoc in instruction.heredocs[:1]
        )
        runner.offset = command.offset if written or inside else None
        _step(runner, line, command)
    texts = (instruction.text, *(heredoc.content for heredoc in instruction.heredocs))
    stage.system.other_sh |= any(map(_CHANGES_SH.search, texts))
    for manager in sorted(runner.dirty - runner.cleaned):
        caches = {"apk": "/var/cache/apk", "apt": "/var/lib/apt", "dnf": "/var/cache"}
        if not any(mount.startswith(caches[manager]) for mount in layer.cache_mounts):
            stage.uncleaned.append((instruction.line, manager))


def _step(runner: _Runner, line: int, command: Command, depth: int = 0) -> None:
    """Follow one command."""
    runner.enter(command.depth)
    runner.stage.fault(fault_of_test(command, line))
    marked = [_marked(word) for word in command.words]
    words = list(unwrapped(marked))
    if not words:
        return
    script = script_of(words)
    if script is not None and depth < MAX_SCRIPTS:
        _follow_script(runner, line, command, words, depth)
    elif not _moves(runner, words):
        _follow_command(runner, line, command, marked)


def _follow_script(
    runner: _Runner, line: int, command: Command, words: Sequence[str], depth: int
) -> None:
    """Follow the commands of ``sh -c SCRIPT``."""
    variables = {**runner.stage.variables, **_overlay(command)}
    for inner in commands(script_of(words) or "", variables, shell_of(runner.stage, words)):
        within = command.within or inner.within
        ends = command.ends_script and inner.ends_script
        exported = (*_overlay(command).items(), *inner.exported)
        nested = replace(inner, exported=exported, within=within, depth=0, ends_script=ends)
        _step(runner, line, nested, depth + 1)


def _follow_command(runner: _Runner, line: int, command: Command, marked: Sequence[str]) -> None:
    """Follow one program."""
    stage = runner.stage
    runner.number += 1
    words = list(unwrapped(marked))
    setting = pip_config_set(words)
    if setting is not None and not command.within:
        stage.pip_settings.append(setting)
    variables = {**stage.variables, **_overlay(command)}
    settings = pip_settings(stage.files, variables, stage.home, stage.pip_settings)
    tool = tool_that_runs(marked, {**settings, **variables})
    if tool is not None:
        _act(runner, tool, line, command, marked)
    action = action_of(words, {**settings, **variables})
    _follow_unknown(runner, line, command, words, action)
    if action is not None:
        _act(runner, action, line, command, marked)
    runner.probed = words[0] in _PROBES


def _act(
    runner: _Runner, action: Action, line: int, command: Command, marked: Sequence[str]
) -> None:
    """Do what a recognised command does, unless it depends on more than the file says."""
    stage = runner.stage
    words = list(unwrapped(marked))
    text = " ".join(word.replace(UNKNOWN_WORD, "…") for word in words)
    if isinstance(action, ExportCommand):
        place_export(stage, action, command, words, runner.folders[-1])
    elif isinstance(action, FILE_COMMANDS):
        if not command.within:
            follow_files(stage, action, runner.folders[-1], line)
    elif command.within and not isinstance(action, (RemovedPaths, VenvCommand)):
        _note_conditional(stage, action, line, text, command.within)
    else:
        if isinstance(action, SystemCommand) and "sudo" in marked[: len(marked) - len(words)]:
            action = replace(action, as_root=True)
        _apply(runner, action, line, text, command)


def _note_conditional(stage: StageState, action: Step, line: int, text: str, within: str) -> None:
    """A command that may run or not: what it installs is not followed."""
    if isinstance(action, SystemCommand) and action.action != "add":
        if action.action == "update":
            stage.system.lists = None
        return
    if isinstance(action, SystemCommand):
        stage.unsized[f"what line {line} may install"] = None
    why = _WITHIN.get(within, f"whether it runs is decided by {within}")
    stage.note_unread(line, text, Unknown("conditional", why))


def _follow_unknown(
    runner: _Runner, line: int, command: Command, words: list[str], action: Action | None
) -> None:
    """What any command does to the stage by its output, or may do to it as a script."""
    stage = runner.stage
    if not isinstance(action, ExportCommand):
        follow_output(stage, command, words, runner.folders[-1], line)
    if action is not None:
        return
    _warn_of_hidden_installs(runner, line, command, words)
    note_script(stage, line, words, runner.folders[-1])
    if posixpath.basename(words[0]) in {"dpkg", "apt-key", "gpg"} or runs_script(words):
        stage.system.other_sources = True
    if posixpath.basename(words[0]) in UPDATERS:
        stage.system.lists, stage.system.other_sources = True, True
    elif runs_script(words):
        stage.scripts[line] = None
        stage.system.lists = None if stage.system.lists is False else stage.system.lists
    if not is_harmless(words):
        stage.system.scripts = stage.system.scripts or line


def _marked(word: Word) -> str:
    """A word's text, or a stand-in for what is not known: ``--index-url=…`` keeps its name."""
    if not word.unknown:
        return word.text
    option, equals, _ = word.text.partition("=")
    return f"{option}={UNKNOWN_WORD}" if equals and option.startswith("--") else UNKNOWN_WORD


def _overlay(command: Command) -> dict[str, str | None]:
    """Variables of a RUN that one command sees: ``PIP_NO_CACHE_DIR=1 pip install …``."""
    own = [(name, assigned(name, word)) for name, word in command.assignments]
    pairs = [*command.exported, *own]
    if command.texts[:1] == ("env",):
        pairs += [
            (name, value)
            for name, equals, value in (each.partition("=") for each in command.texts[1:])
            if equals and name.isidentifier()
        ]
    return dict(pairs)


def _moves(runner: _Runner, words: Sequence[str]) -> bool:
    """``cd`` and ``source …/bin/activate``, which decide where later commands work."""
    if words[0] in {"cd", "pushd"} and len(words) > 1:
        here, words = runner.folders[-1], [word for word in words if word != "--"]
        back = words[1] == "-" and runner.previous
        runner.folders[-1] = (
            runner.previous.pop() if back else absolute(words[1], here, runner.stage.home)
        )
        runner.previous.append(here)
        return True
    if words[0] == "popd" and runner.previous:
        runner.folders[-1] = runner.previous.pop()
        return True
    if words[0] in {".", "source"} and len(words) > 1:
        path, _, name = words[1].rpartition("/bin/")
        if name == "activate":
            runner.venv = absolute(path, runner.folders[-1])
        return True
    return False


def _warn_of_hidden_installs(
    runner: _Runner, line: int, command: Command, words: Sequence[str]
) -> None:
    """Note what looks like an install behind an unknown program or a substitution."""
    text = " ".join(words)
    hidden = [name for name in command.unknown if any(install in name for install in INSTALLS)]
    if hidden:
        why = Unknown("substitution", "commands inside a substitution are not followed")
        runner.stage.note_unread(line, hidden[0], why)
    elif words[0] == UNKNOWN_WORD and {"install", "add"} & set(words[1:3]):
        runner.stage.note_unread_variables(line, text.replace(UNKNOWN_WORD, "…"), command.unknown)


def _apply(runner: _Runner, action: Step, line: int, text: str, command: Command) -> None:
    stage = runner.stage
    by_name = not (isinstance(action, InstallerCommand) and action.tool == "pip")
    layer = replace(
        runner.layer,
        workdir=runner.folders[-1],
        venv=runner.venv or stage.active_venv(_overlay(command), by_name=by_name),
        offset=runner.offset,
        required=command.ends_script,
    )
    if not isinstance(action, (RemovedPaths, NotFollowed)):
        stage.note_unread_variables(line, text, command.unknown)
    match action:
        case InstallerCommand():
            add_install(stage, layer, action, line, text, _overlay(command))
        case LockCommand():
            add_lock_install(stage, layer, action, line, text, _overlay(command))
        case ToolCommand():
            add_tools(stage, layer, action, line, text, _overlay(command))
        case SystemCommand():
            if layer.required and not runner.probed:
                stage.fault(_system_fault(stage, action, line))
            _follow_packages(runner, action, line)
        case RemovedPaths():
            _remove(runner, action, layer, line)
        case VenvCommand():
            _make_venv(stage, layer, action, line, text)
        case NotFollowed():
            follow_other_installer(stage, layer, action, line, text, _overlay(command))


def _remove(runner: _Runner, action: RemovedPaths, layer: Layer, line: int) -> None:
    """``rm``: files go, and with them the caches of package managers."""
    stage = runner.stage
    runner.cleaned |= action.caches
    if "apt" in action.caches:
        stage.system.lists, stage.system.removed_lists = False, line
    stage.remove([absolute(path, layer.workdir, stage.home) for path in action.paths], layer.line)


def _follow_packages(runner: _Runner, action: SystemCommand, line: int) -> None:
    stage = runner.stage
    if action.action == "update" and stage.system.is_root is not False:
        stage.system.lists, stage.system.removed_lists = True, 0
    stage.apply(action, line, Moment(runner.layer.line, runner.number))
    for match in map(_PYTHON_OF_WOLFI.fullmatch, action.packages if action.action == "add" else ()):
        if match and stage.distribution and stage.distribution.name == "wolfi":
            stage.takes_python(match[1])
    if action.action == "clean" and action.manager != "apt":  # apt-get clean leaves its lists
        runner.cleaned.add(action.manager)
    elif action.leaves_cache:
        runner.dirty.add(action.manager)


def _system_fault(stage: StageState, action: SystemCommand, line: int) -> Fault | None:
    distribution = stage.distribution
    there = frozenset(package.name for package in stage.packages)
    if distribution is not None:
        there |= distribution.preinstalled
    return stage.system.faults_of(action, line, distribution, there)


def _make_venv(stage: StageState, layer: Layer, venv: VenvCommand, line: int, text: str) -> None:
    path = absolute(venv.path, layer.workdir)
    stage.folders.append(MadeFolder(path, "venv", line, stage.index, venv.pip))
    stage.make_folder(path)
    python = python_of(venv.python)
    if python is not None:
        stage.venv_pythons[path] = python
    elif venv.python and "\0" not in venv.python and not venv.python.startswith("/"):
        stage.note_unread(line, text, Unknown("other-python", f"it is made for {venv.python}"))
