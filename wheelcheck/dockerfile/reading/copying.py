"""COPY, ADD and mounts: where the files of a stage come from, other stages' wheels among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from wheelcheck.dockerfile.reading.dockerfile_model import CopiedFolder, MadeFolder
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.files.build_context import FolderContext
from wheelcheck.dockerfile.reading.files.image_files import (
    STDIN,
    FromContext,
    FromStage,
    Inline,
    Origin,
    Placed,
    Unseen,
)
from wheelcheck.dockerfile.reading.installs.install_steps import Layer
from wheelcheck.dockerfile.reading.run_commands import run
from wheelcheck.dockerfile.reading.shell.variables import expand
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown
from wheelcheck.redaction import redact

__all__ = ["copy", "run_with_mounts", "stage_called", "words_of"]

_REMOTE = re.compile(r"(?:https?|git|ssh|ftp)://|git@", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|xz|bz2|zst))?|tgz|txz|tbz2?)$")
_NOT_PYTHON = {"uv", "uvx"}


def stage_called(states: Sequence[StageState], name: str) -> int | None:
    """The last stage of that name; case does not count (BuildKit lowers names)."""
    for state in reversed(states):
        if state.name and state.name == name.lower():
            return state.index
    return None


def stage_from(states: Sequence[StageState], name: str) -> int | None:
    """The stage that ``--from`` means: by name, or by number."""
    found = stage_called(states[:-1], name)
    if found is None and name.isdecimal() and int(name[:9]) < len(states) - 1:
        return int(name)
    return found


def words_of(text: str, escape: str) -> list[str]:
    """Part an instruction's text at blanks outside quotes; quotes stay."""
    skip = re.escape(escape)
    pattern = rf"(?:'[^']*'|\"(?:[^\"{skip}]|{skip}.)*\"|{skip}.|\S)+"
    return re.findall(pattern, text, re.DOTALL)


def copy(states: Sequence[StageState], state: StageState, instruction: Instruction) -> None:
    """COPY and ADD: where files of the image come from."""
    words = list(instruction.exec_form or words_of(instruction.text, state.escape))
    shown = f"{instruction.keyword} {instruction.text}"
    found = [expand(word, state.variables, escape=state.escape) for word in words]
    unknown = [name for each in found for name in each.unknown]
    state.note_unread_variables(instruction.line, shown, unknown)
    if len(found) < 2:  # noqa: PLR2004 (a source and a destination)
        return
    *sources, last = found
    destination = state.path(last.text)
    flag = instruction.flag("from")
    name = expand(flag or "", state.variables, escape=state.escape).text
    stage = stage_from(states, name) if flag is not None else None
    origins: list[Origin] = []
    for source in sources:
        if source.unknown:
            reason = f"the value of {', '.join(source.unknown)} is not known here"
            origins.append(Unseen(Unknown("unknown-variable", reason)))
        else:
            origin = _origin(instruction, source.text, flag, stage)
            if isinstance(origin, FromContext):
                origin = replace(origin, excluded=_excluded_patterns(state, instruction))
            origins.append(origin)
            if isinstance(origin, FromContext):
                state.need(origin.path, instruction.line, copied=True)
                _require(state, instruction, origin.path)
    placed = state.files.copied(
        origins,
        destination,
        several=len(origins) > 1,
        parents=instruction.flag("parents") is not None,
        linked=instruction.flag("link") not in {None, "false"},
    )
    state.files = state.files.with_placed(placed)
    for item in placed:
        if not item.inside:
            state.system.touch(item.path)
    owner = expand(instruction.flag("chown") or "root", state.variables, escape=state.escape).text
    state.system.owns((item.path for item in placed), owner.partition(":")[0] or "root", made=True)
    if flag is not None:
        paths = tuple(each.text for each in sources)
        _copied_from(states, state, instruction, CopiedFolder(
            instruction.line, name, stage, paths, destination.rstrip("/") or "/"
        ))  # fmt: skip


def _excluded_patterns(state: StageState, instruction: Instruction) -> tuple[str, ...]:
    flags = (value for name, value in instruction.flags if name == "exclude")
    return tuple(expand(item, state.variables, escape=state.escape).text for item in flags)


def _require(state: StageState, instruction: Instruction, path: str) -> None:
    """A file that COPY names and the context does not have: the build ends there."""
    context = state.files.context
    if not isinstance(context, FolderContext) or not context.lacks(path):
        return
    message = f"{path} is not in the build context ({context.root.name or context.root})"
    certain = context.complete and not context.may_be_made(path)
    verb = "the build ends here" if certain else "unless something makes it before, the build ends"
    state.fault(Fault(instruction.line, "missing-from-context", f"{message}: {verb}", certain))


def _origin(instruction: Instruction, source: str, flag: str | None, stage: int | None) -> Origin:
    for heredoc in instruction.heredocs:
        if source.lstrip("0123456789").startswith("<<") and heredoc.name in source:
            return Inline(heredoc.content, heredoc.line, heredoc.name)
    if stage is not None:
        return FromStage(stage, posixpath.normpath("/" + source.lstrip("/")))
    if flag is not None:
        return Unseen(Unknown("unseen-image", f"it is copied from {redact(flag)}"))
    if instruction.keyword == "ADD" and _REMOTE.match(source):
        return Unseen(Unknown("unseen-url", f"it is fetched from {redact(source)}"))
    if instruction.keyword == "ADD" and _ARCHIVE.search(source):
        return Unseen(Unknown("unseen-archive", f"{redact(source)} is not unpacked here"))
    return FromContext(posixpath.normpath("/" + source).lstrip("/"))


def _copied_from(
    states: Sequence[StageState], state: StageState, instruction: Instruction, copied: CopiedFolder
) -> None:
    """Note which installed folders a ``COPY --from`` brings along."""
    if copied.stage is None:
        state.copies.append(copied)
        if any(posixpath.basename(path) not in _NOT_PYTHON for path in copied.paths):
            why = Unknown(
                "unseen-image", f"the image {redact(copied.source)} cannot be looked into"
            )
            state.note_unread(instruction.line, f"COPY {instruction.text}", why)
        return
    brought = [
        folder
        for path in copied.paths
        for folder in _folders_of(states[copied.stage], path, copied.destination)
    ]
    kinds = ("wheels", "venv", "packages")
    first = min(brought, key=lambda each: kinds.index(each.kind), default=None)
    state.copies.append(
        CopiedFolder(
            copied.line, copied.source, copied.stage, copied.paths, copied.destination, first
        )
    )
    state.folders += brought


def _folders_of(source: StageState, path: str, destination: str) -> Iterator[MadeFolder]:
    """The filled folders of a stage that a copied path holds, at the places where they arrive."""
    bare = posixpath.normpath("/" + path.lstrip("/"))
    bare = bare.partition("*")[0].rstrip("/") or "/"
    for folder in source.folders:
        inside = bare in {"/", folder.path} or folder.path.startswith(f"{bare}/")
        if inside:
            rest = folder.path[len(bare.rstrip("/")) :].lstrip("/")
            arrived = posixpath.join(destination, rest).rstrip("/") or "/"
            yield MadeFolder(arrived, folder.kind, folder.line, folder.stage)
        elif bare.startswith(f"{folder.path}/"):
            yield MadeFolder(destination, folder.kind, folder.line, folder.stage)


def run_with_mounts(
    states: Sequence[StageState], state: StageState, instruction: Instruction
) -> None:
    """RUN, with the mounts that hold for it alone."""
    before = len(state.files.placed)
    lists = state.system.lists
    caches = []
    mounted: list[MadeFolder] = []
    for flag, value in instruction.flags:
        if flag != "mount":
            continue
        mount = _mount(expand(value, state.variables, escape=state.escape).text)
        target = mount.get("target") or mount.get("dst") or mount.get("destination") or ""
        target = state.path(target).rstrip("/") or "/"
        if mount.get("type", "bind") == "cache":
            caches.append(target)
        elif mount.get("type", "bind") == "bind":
            mounted += _bind(states, state, mount, target, instruction.line)
    shown = state.files.placed[before:]
    if any(cache.startswith("/var/lib/apt") for cache in caches):
        state.system.lists = None  # whatever the cache holds
    run(state, instruction, Layer(instruction.line, tuple(caches), tuple(mounted)))
    if any(cache.startswith("/var/lib/apt") for cache in caches):
        state.system.lists = lists
    gone = (*caches, *(item.path for item in shown), STDIN)
    state.files = state.files.with_files(
        item
        for item in state.files.placed
        if item not in shown and not any(f"{item.path}/".startswith(f"{each}/") for each in gone)
    )


def _mount(value: str) -> dict[str, str]:
    pairs = (item.partition("=") for item in value.split(","))
    return {name.strip().lower(): text.strip("\"' ") for name, _, text in pairs}


def _bind(
    states: Sequence[StageState],
    state: StageState,
    mount: Mapping[str, str],
    target: str,
    line: int,
) -> Iterator[MadeFolder]:
    """Place what a bind mount shows, and yield the filled folders in it."""
    source = mount.get("source") or mount.get("src") or "/"
    name = mount.get("from")
    origin: Origin
    if name is None:
        origin = FromContext(posixpath.normpath("/" + source).lstrip("/"))
        state.need(origin.path, line, copied=True)
    else:
        stage = stage_from(states, name)
        if stage is None:
            origin = Unseen(Unknown("unseen-image", f"it is mounted from {redact(name)}"))
        else:
            state.mounted[stage] = None
            origin = FromStage(stage, posixpath.normpath("/" + source.lstrip("/")))
            yield from _folders_of(states[stage], source, target)
    state.files = state.files.with_placed([Placed(target, origin)])
