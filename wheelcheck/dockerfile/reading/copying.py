"""COPY, ADD and mounts: where the files of a stage come from, other stages' wheels among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.run_commands import run
from wheelcheck.dockerfile.reading.shell.variables import Expanded, expand
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
    *sources, last = _expanded_words(state, instruction)
    if not sources:
        return
    destination = state.path(last.text)
    flag = instruction.flag("from")
    name = expand(flag or "", state.variables, escape=state.escape).text
    stage = stage_from(states, name) if flag is not None else None
    origins = [_origin(state, instruction, source, flag, stage) for source in sources]
    for origin in origins:
        if isinstance(origin, FromContext):
            state.need(origin.path, instruction.line, copied=True)
            _require(state, instruction, origin.path)
    _place(state, instruction, origins, destination)
    if flag is not None:
        paths = tuple(each.text for each in sources)
        _copied_from(states, state, instruction, CopiedFolder(
            instruction.line, name, stage, paths, destination.rstrip("/") or "/"
        ))  # fmt: skip


def _expanded_words(state: StageState, instruction: Instruction) -> list[Expanded]:
    """The sources and the destination; variables without a value are noted in the stage."""
    words = list(instruction.exec_form or words_of(instruction.text, state.escape))
    found = [expand(word, state.variables, escape=state.escape) for word in words]
    unknown = [name for each in found for name in each.unknown]
    shown = f"{instruction.keyword} {instruction.text}"
    state.note_unread_variables(instruction.line, shown, unknown)
    return found or [Expanded("")]


def _place(
    state: StageState, instruction: Instruction, origins: Sequence[Origin], destination: str
) -> None:
    """Put what is copied into the stage, and note whose it is."""
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


def _origin(
    state: StageState,
    instruction: Instruction,
    source: Expanded,
    flag: str | None,
    stage: int | None,
) -> Origin:
    """Where one source of a COPY or ADD comes from; ``--from`` names `stage`."""
    if source.unknown:
        reason = f"the value of {', '.join(source.unknown)} is not known here"
        return Unseen(Unknown("unknown-variable", reason))
    text = source.text
    for heredoc in instruction.heredocs:
        if text.lstrip("0123456789").startswith("<<") and heredoc.name in text:
            return Inline(heredoc.content, heredoc.line, heredoc.name)
    if stage is not None:
        return FromStage(stage, posixpath.normpath("/" + text.lstrip("/")))
    if flag is not None:
        return Unseen(Unknown("unseen-image", f"it is copied from {redact(flag)}"))
    unseen = _unseen_by_add(text) if instruction.keyword == "ADD" else None
    if unseen is not None:
        return Unseen(unseen)
    path = posixpath.normpath("/" + text).lstrip("/")
    return FromContext(path, _excluded_patterns(state, instruction))


def _unseen_by_add(text: str) -> Unknown | None:
    """Why what ADD fetches or unpacks is not looked into; None for a file or folder."""
    if _REMOTE.match(text):
        return Unknown("unseen-url", f"it is fetched from {redact(text)}")
    if _ARCHIVE.search(text):
        return Unknown("unseen-archive", f"{redact(text)} is not unpacked here")
    return None


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
            yield replace(folder, path=arrived)
        elif bare.startswith(f"{folder.path}/"):
            yield replace(folder, path=destination, pip=False)


@dataclass(frozen=True, slots=True)
class _Mount:
    """``--mount=type=…,from=…,source=…,target=…`` of a RUN (Dockerfile reference, RUN --mount).

    `origin` is the stage or image of ``from``, None for the build context.
    """

    kind: str
    target: str
    source: str
    origin: str | None

    @classmethod
    def of(cls, value: str, state: StageState) -> _Mount:
        """The mount of a flag's value."""
        expanded = expand(value, state.variables, escape=state.escape).text
        pairs = (item.partition("=") for item in expanded.split(","))
        options = {name.strip().lower(): text.strip("\"' ") for name, _, text in pairs}
        target = next(filter(None, map(options.get, ("target", "dst", "destination"))), "")
        return cls(
            options.get("type", "bind"),
            state.path(target).rstrip("/") or "/",
            options.get("source") or options.get("src") or "/",
            options.get("from"),
        )


def run_with_mounts(
    states: Sequence[StageState], state: StageState, instruction: Instruction
) -> None:
    """RUN, with the mounts that hold for it alone."""
    before = len(state.files.placed)
    mounts = [_Mount.of(value, state) for flag, value in instruction.flags if flag == "mount"]
    caches = tuple(mount.target for mount in mounts if mount.kind == "cache")
    binds = [mount for mount in mounts if mount.kind == "bind"]
    mounted = [each for bind in binds for each in _bind(states, state, bind, instruction.line)]
    shown = state.files.placed[before:]
    lists = state.system.lists
    lists_cached = any(cache.startswith("/var/lib/apt") for cache in caches)
    if lists_cached:
        state.system.lists = None  # whatever the cache holds
    run(state, instruction, Layer(instruction.line, caches, tuple(mounted)))
    if lists_cached:
        state.system.lists = lists
    _take_away(state, shown, caches)


def _take_away(state: StageState, mounted: Sequence[Placed], caches: Sequence[str]) -> None:
    """What a RUN saw or made in its mounts is not there any more behind it."""
    gone = (*caches, *(item.path for item in mounted), STDIN)
    state.files = state.files.with_files(
        item
        for item in state.files.placed
        if item not in mounted and not _is_below(item.path, gone)
    )


def _is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether a path is one of these, or lies in it."""
    return any(f"{path}/".startswith(f"{folder}/") for folder in folders)


def _bind(
    states: Sequence[StageState], state: StageState, mount: _Mount, line: int
) -> Iterator[MadeFolder]:
    """Place what a bind mount shows, and yield the filled folders in it."""
    name = mount.origin
    origin: Origin
    if name is None:
        origin = FromContext(posixpath.normpath("/" + mount.source).lstrip("/"))
        state.need(origin.path, line, copied=True)
    else:
        stage = stage_from(states, name)
        if stage is None:
            origin = Unseen(Unknown("unseen-image", f"it is mounted from {redact(name)}"))
        else:
            state.mounted[stage] = None
            origin = FromStage(stage, posixpath.normpath("/" + mount.source.lstrip("/")))
            yield from _folders_of(states[stage], mount.source, mount.target)
    state.files = state.files.with_placed([Placed(mount.target, origin)])
