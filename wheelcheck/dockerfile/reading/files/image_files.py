"""Where an image's files come from: COPY, ADD, bind mounts, and commands that write them.

Only origins are kept; files are looked up when a command names one. How a destination is read
follows BuildKit (`solver/llbsolver/file/backend.go`, `tonistiigi/fsutil/copy`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wheelcheck.dockerfile.reading.files.build_context import BuildContext, Kind
from wheelcheck.dockerfile.reading.files.image_paths import (
    is_pattern,
    matches_exclusion,
    matches_name,
    parents,
)
from wheelcheck.errors import Unknown

__all__ = [
    "STDIN",
    "FromContext",
    "FromStage",
    "Generated",
    "ImageFiles",
    "Inline",
    "Placed",
    "Unseen",
    "origin_at",
]

STDIN = "/dev/stdin"
"""Where a command finds what the one before it in a pipe writes."""


@dataclass(frozen=True, slots=True)
class FromContext:
    """A file or folder of the build context, or a pattern for several (``requirements*.txt``).

    `excluded` are patterns of ``COPY --exclude``.
    """

    path: str
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FromStage:
    """A path in another stage of the same file, or a pattern."""

    stage: int
    path: str


@dataclass(frozen=True, slots=True)
class Inline:
    """A file whose text is in the Dockerfile, from `line` on; `name` is its own."""

    text: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Generated:
    """A requirement file that a tool writes: ``poetry export``, ``pip-compile``.

    `words` is the command; `files` and `workdir` are what it saw.
    """

    words: tuple[str, ...]
    files: ImageFiles
    workdir: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that cannot be looked into, and why: another image, a URL, an unknown variable."""

    why: Unknown


Origin = FromContext | FromStage | Inline | Generated | Unseen
Found = FromContext | Inline | Generated | Unknown


@dataclass(frozen=True, slots=True)
class Placed:
    """One source of a COPY: it stands at `path`, or inside it where `inside` is set."""

    path: str
    origin: Origin
    inside: bool = False


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The files of a stage at one moment; each change gives a new value.

    `stages` are the files of earlier stages as they were at their ends. `folders` are those that
    exist besides what is placed: the base image's, and those that instructions and commands made.
    `changed` are files that a command changed in place, with the reason why their text is not
    what was copied.
    """

    context: BuildContext
    stages: tuple[ImageFiles, ...] = ()
    placed: tuple[Placed, ...] = ()
    removed: frozenset[str] = field(default=frozenset())
    folders: frozenset[str] = field(default=frozenset({"/"}), repr=False)
    changed: tuple[tuple[str, Unknown], ...] = ()

    def with_placed(self, placed: Iterable[Placed]) -> ImageFiles:
        """Add what a COPY or a mount brings; later files hide earlier files."""
        added = tuple(placed)
        paths = {placed.path for placed in added if not placed.inside}
        removed = {
            path
            for path in self.removed
            if path not in {placed.path for placed in added}
            and not any(path.startswith(f"{placed.path.rstrip('/')}/") for placed in added)
        }
        changed = tuple(pair for pair in self.changed if pair[0] not in paths)
        return replace(
            self, placed=self.placed + added, removed=frozenset(removed), changed=changed
        )

    def with_placed_below(self, placed: Placed) -> ImageFiles:
        """Add what may have brought any file that nothing else explains."""
        return replace(self, placed=(placed, *self.placed))

    def with_folder(self, path: str) -> ImageFiles:
        """A folder that exists from now on, with all that it lies in."""
        made = {path, *parents(path)}
        return replace(self, folders=self.folders | made, removed=self.removed - made)

    def with_changed(self, path: str, why: Unknown) -> ImageFiles:
        """A file that a command changed in place."""
        return replace(self, changed=(*self.changed, (path, why)))

    def with_files(self, placed: Iterable[Placed]) -> ImageFiles:
        """The same with these files alone, as at the end of a RUN whose mounts go."""
        return replace(self, placed=tuple(placed))

    def copied(
        self,
        sources: Iterable[Origin],
        destination: str,
        *,
        several: bool,
        parents: bool = False,
        linked: bool = False,
    ) -> tuple[Placed, ...]:
        """What ``COPY sources… destination`` places; `destination` is absolute, ``/`` kept.

        A folder's content is placed, not the folder; a file gets a new name, unless there is a
        folder of that name: then it is placed in there. With `linked` (``COPY --link``) the
        folders of the image do not count.
        """
        bare = destination.rstrip("/") or "/"
        into = several or destination.endswith("/") or (not linked and self.is_folder(bare))
        path = posixpath.normpath(destination)
        return tuple(self._place_of(source, path, into=into, parents=parents) for source in sources)

    def _place_of(self, source: Origin, path: str, *, into: bool, parents: bool) -> Placed:
        """Where one source arrives."""
        if isinstance(source, Inline):
            name = source.name if into else ""
            return Placed(posixpath.join(path, name).rstrip("/"), source)
        if not isinstance(source, FromContext | FromStage):
            return Placed(path, source)
        if parents:
            head, pivot, tail = source.path.partition("/./")
            arrived = tail if pivot else head
            whole = replace(source, path=posixpath.normpath(source.path))
            return Placed(posixpath.join(path, arrived.lstrip("/")), whole)
        inside = is_pattern(source.path) or (into and self._kind(source) != "folder")
        return Placed(path, source, inside=inside)

    def without(self, path: str) -> ImageFiles:
        """Take a removed file or folder away."""
        bare = path.rstrip("/*").rstrip("/") if path.endswith("/*") else path.rstrip("/")
        lost = {
            folder for folder in self.folders if folder == path or folder.startswith(f"{bare}/")
        }
        emptied = {f"{bare}/*"} if path.endswith("/*") else {path}
        return replace(self, removed=self.removed | emptied, folders=self.folders - (lost - {"/"}))

    def text_of(self, path: str) -> str | None:
        """The text of a file that comes from the build context; None for all others."""
        found = self.find(path)
        if not isinstance(found, FromContext):
            return None
        try:
            return self.context.read(found.path).decode("utf-8", "replace")
        except OSError:
            return None

    def find(self, path: str, depth: int = 0) -> Found:
        """Where the file at an absolute path comes from.

        Codes: ``not-in-context`` where nothing that is copied explains it, ``unseen-image``,
        ``unseen-url`` and ``unknown-variable`` where what is copied cannot be looked into.
        """
        why = Unknown("not-in-context", f"nothing copied from the build context is {path}")
        if depth > len(self.stages) + 1 or self._is_removed(path):
            return why
        for placed in reversed(self.placed):
            origin = origin_at(placed, path)
            found = self._look(origin, depth) if origin is not None else None
            if isinstance(found, Unknown):
                # A folder that lacks the file says less than a COPY of the very file.
                why = why if found.code == "not-in-context" and not _names(placed, path) else found
            elif found is not None:
                return found
        return why

    def change_of(self, path: str, depth: int = 0) -> Unknown | None:
        """Why the text of a file is not what was copied; None where it is."""
        own = next((why for changed, why in reversed(self.changed) if changed == path), None)
        if own is not None or depth > len(self.stages):
            return own
        for placed in reversed(self.placed):
            origin = origin_at(placed, path)
            if isinstance(origin, FromStage) and origin.stage < len(self.stages):
                return self.stages[origin.stage].change_of(origin.path, depth + 1)
            if origin is not None and not isinstance(self._look(origin, depth), Unknown):
                return None
        return None

    def origin_of(self, path: str) -> Origin | None:
        """What was placed at a path, file or folder, last; None where nothing was."""
        for placed in reversed(self.placed):
            origin = origin_at(placed, path)
            if origin is not None and (isinstance(origin, Unseen) or self._kind(origin)):
                return None if self._is_removed(path) else origin
        return None

    def names(self, path: str) -> bool:
        """Whether a COPY is for the very file at a path, be it in the context or not."""
        return any(
            _names(placed, path) and origin_at(placed, path) is not None for placed in self.placed
        )

    def folder(self, path: str) -> str | None:
        """The folder of the build context that stands at an absolute path; None for none."""
        for placed in reversed(self.placed):
            origin = origin_at(placed, path)
            if isinstance(origin, FromStage) and origin.stage < len(self.stages):
                inner = self.stages[origin.stage].folder(origin.path)
                if inner is not None:
                    return inner
            if isinstance(origin, FromContext) and self.context.kind(origin.path) == "folder":
                return origin.path or "."
        return None

    def is_folder(self, path: str) -> bool:
        """Whether something done so far makes a path a folder."""
        if self._is_removed(path):
            return False
        return path in self.folders or any(
            placed.path.startswith(f"{path.rstrip('/')}/")
            or (placed.path == path and (placed.inside or self._kind(placed.origin) == "folder"))
            for placed in self.placed
        )

    def _look(self, origin: Origin, depth: int) -> Found:
        match origin:
            case FromContext(path):
                if any(matches_exclusion(path, pattern) for pattern in origin.excluded):
                    return Unknown("not-in-context", f"--exclude leaves {path} out")
                return origin if self.context.kind(path) == "file" else _missing(path)
            case FromStage(stage, path) if stage < len(self.stages):
                return self.stages[stage].find(path, depth + 1)
            case Inline() | Generated():
                return origin
            case Unseen(why):
                return why
            case _:
                return Unknown("not-in-context", "it is copied from a stage that comes later")

    def _kind(self, origin: Origin) -> Kind:
        if isinstance(origin, FromContext):
            return self.context.kind(origin.path)
        if isinstance(origin, FromStage) and origin.stage < len(self.stages):
            files = self.stages[origin.stage]
            return "file" if not isinstance(files.find(origin.path), Unknown) else "folder"
        return "file" if isinstance(origin, (Inline, Generated)) else ""

    def _is_removed(self, path: str) -> bool:
        return path in self.removed or any(
            path.startswith(folder[:-1] if folder.endswith("/*") else f"{folder}/")
            for folder in self.removed
        )


def _names(placed: Placed, path: str) -> bool:
    """Whether a COPY is for this very file; a pattern for several may match none."""
    if isinstance(placed.origin, FromContext | FromStage) and is_pattern(placed.origin.path):
        return False
    return placed.path == path or placed.inside


def origin_at(placed: Placed, path: str) -> Origin | None:
    """The origin that a path would have if it came with this COPY."""
    origin = placed.origin
    if path == placed.path and not placed.inside:
        return origin
    root = placed.path.rstrip("/") + "/"
    if not path.startswith(root) or isinstance(origin, (Inline, Generated)):
        return None
    if isinstance(origin, Unseen):
        return origin
    rest = path[len(root) :]
    if not placed.inside:
        return replace(origin, path=posixpath.join(origin.path, rest))
    folder, name = posixpath.split(origin.path.rstrip("/"))
    head, _, tail = rest.partition("/")
    if matches_name(head, name):
        return replace(origin, path=posixpath.join(folder, rest))
    # A pattern may also match folders, whose content is placed.
    within = is_pattern(name) and not tail
    return replace(origin, path=posixpath.join(folder, name, rest)) if within else None


def _missing(path: str) -> Unknown:
    return Unknown(
        "not-in-context", f"{path} is copied, but it is not in the build context that was given"
    )
