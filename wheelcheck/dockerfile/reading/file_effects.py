"""What the commands of a RUN do to a stage's files, folders and their owners."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from wheelcheck.dockerfile.reading.files.image_files import STDIN, Generated, Inline, Placed, Unseen
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.shell.export_commands import ExportCommand
from wheelcheck.dockerfile.reading.shell.file_commands import (
    ChangedFiles,
    CopiedFiles,
    FetchedFiles,
    FileCommand,
    MadeFolders,
    NewUser,
    OwnedPaths,
    TouchedFiles,
    written_text,
)
from wheelcheck.dockerfile.reading.shell.script_commands import Command
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.errors import Unknown

__all__ = ["follow_files", "follow_output", "place_export"]

_NOWHERE = {"/dev/null", "/dev/stdout", "/dev/stderr"}


def follow_files(stage: StageState, action: FileCommand, workdir: str, line: int) -> None:
    """Follow one command that makes, copies, changes, fetches or hands over files."""
    match action:
        case MadeFolders(paths, owner):
            for path in paths:
                stage.make_folder(absolute(path, workdir, stage.home), owner)
        case NewUser():
            home = stage.system.add_user(action.name, action.home, action.uid, made=action.made)
            if home:
                stage.make_folder(home, action.name)
        case CopiedFiles():
            _copy(stage, action, workdir, line)
        case ChangedFiles():
            _change(stage, action, workdir, line)
        case FetchedFiles():
            _fetch(stage, action, workdir, line)
        case TouchedFiles(paths):
            _touch(stage, paths, workdir, line)
        case OwnedPaths(paths, user, _):
            where = [absolute(path, workdir, stage.home) for path in paths]
            stage.system.owns([path.removesuffix("/*") for path in where], user)


def _fetch(stage: StageState, action: FetchedFiles, workdir: str, line: int) -> None:
    place = absolute(action.path, workdir, stage.home)
    stage.system.touch(place)
    why = Unknown("fetched", f"{action.program} fetches it on line {line}")
    if place not in _NOWHERE:
        stage.files = stage.files.with_placed_below(Placed(place, Unseen(why)))


def _touch(stage: StageState, paths: Iterable[str], workdir: str, line: int) -> None:
    for path in paths:
        place = absolute(path, workdir, stage.home)
        stage.system.touch(place)
        stage.files = stage.files.with_placed_below(Placed(place, Inline("", line)))


def _change(stage: StageState, action: ChangedFiles, workdir: str, line: int) -> None:
    for path in action.paths:
        why = Unknown("changed-file", f"{action.program} changes {path} on line {line}")
        stage.system.touch(absolute(path, workdir, stage.home))
        stage.files = stage.files.with_changed(absolute(path, workdir, stage.home), why)


def _copy(stage: StageState, action: CopiedFiles, workdir: str, line: int) -> None:
    """``cp`` and ``mv``: what is known of a source is known of its copy."""
    target = absolute(action.destination, workdir, stage.home)
    stage.system.touch(target)
    into = action.into or stage.files.is_folder(target)
    if action.into and len(action.sources) > 1:
        stage.make_folder(target)
    for source in action.sources:
        contents = source.endswith("/.")
        path = absolute(source.removesuffix("."), workdir, stage.home)
        origin = stage.files.origin_of(path)
        if origin is None:
            if action.linked:  # what is written to one name is then there by the other
                stage.system.scripts = stage.system.scripts or line
            why = Unknown("copied-in-image", f"it is copied from {path} on line {line}")
            stage.files = stage.files.with_placed_below(Placed(target, Unseen(why)))
            continue
        inside = into and not contents
        place = posixpath.join(target, posixpath.basename(path)) if inside else target
        change = stage.files.change_of(path)
        if action.moved:
            stage.files = stage.files.without(path)
        stage.files = stage.files.with_placed([Placed(place, origin)])
        if change is not None:
            stage.files = stage.files.with_changed(place, change)


def follow_output(
    stage: StageState, command: Command, words: list[str], workdir: str, line: int
) -> None:
    """``echo … > FILE`` writes a file whose text is known; all other programs' output is not."""
    program = posixpath.basename(words[0]) if words else ""
    targets = [(item.operator, item.target) for item in command.redirections]
    for operator, target in targets:
        path = absolute(target.text, workdir, stage.home)
        if target.unknown or not target.text or path in _NOWHERE or target.text.isdigit():
            continue
        stage.system.touch(path)
        text = None
        if not any("\0" in word for word in words):
            text = written_text(words, command.stdin)
        _write(stage, path, operator, text, program or "a command", line)


def _write(
    stage: StageState, path: str, operator: str, text: str | None, program: str, line: int
) -> None:
    before = stage.files.find(path)
    if operator in {">>", "&>>"} and not isinstance(before, Unknown):
        if isinstance(before, Inline) and text is not None:
            stage.files = stage.files.with_placed(
                [Placed(path, Inline(before.text + text, before.line))]
            )
            return
        why = Unknown("changed-file", f"{program} adds to {path} on line {line}")
        stage.files = stage.files.with_changed(path, why)
        return
    if text is not None:
        stage.files = stage.files.with_placed([Placed(path, Inline(text, line))])
        return
    why = Unknown("written-file", f"{program} writes it on line {line}")
    stage.files = stage.files.with_placed([Placed(path, Unseen(why))])


def place_export(
    stage: StageState, export: ExportCommand, command: Command, words: list[str], workdir: str
) -> None:
    """A tool writes requirements to a file, or hands them to the next command of a pipe."""
    written = export.output
    redirected = [item.target.text for item in command.redirections]
    if not written and redirected:
        written = redirected[-1]
    path = absolute(written, workdir, stage.home) if written else STDIN
    if not written and command.operator != "|":
        return
    origin = Generated(tuple(words), stage.files, workdir)
    stage.files = stage.files.with_placed([Placed(path, origin)])
