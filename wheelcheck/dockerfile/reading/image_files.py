"""Where an image's files come from: what COPY, ADD and bind mounts put there, as far as it counts.

Only origins are kept; files are looked up when a command names one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from wheelcheck.dockerfile.reading.build_context import BuildContext, Kind
from wheelcheck.errors import Unknown

__all__ = ["FromContext", "FromStage", "ImageFiles", "Inline", "Placed", "Unseen", "absolute"]


@dataclass(frozen=True, slots=True)
class FromContext:
    """A file or folder of the build context, or a pattern for several (``requirements*.txt``)."""

    path: str


@dataclass(frozen=True, slots=True)
class FromStage:
    """A path in another stage of the same file, or a pattern."""

    stage: int
    path: str


@dataclass(frozen=True, slots=True)
class Inline:
    """A file whose text stands in the Dockerfile, beginning on `line`."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that cannot be looked into, and why: another image, a URL, an unknown variable."""

    why: Unknown


Origin = FromContext | FromStage | Inline | Unseen


@dataclass(frozen=True, slots=True)
class Placed:
    """One source of a COPY: it stands at `path`, or inside it where `inside` is set."""

    path: str
    origin: Origin
    inside: bool = False


def absolute(path: str, workdir: str) -> str:
    """A path in an image, absolute and without ``..``; ``~`` is root's home."""
    if path == "~" or path.startswith("~/"):
        path = f"/root{path[1:]}"
    return posixpath.normpath("/" + posixpath.join(workdir, path).lstrip("/"))


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The files of a stage at one moment; each change gives a new value.

    `stages` are the files of earlier stages as they were at their ends.
    """

    context: BuildContext
    stages: tuple[ImageFiles, ...] = ()
    placed: tuple[Placed, ...] = ()
    removed: frozenset[str] = field(default=frozenset())

    def with_placed(self, placed: Iterable[Placed]) -> ImageFiles:
        """Add what a COPY or a mount brings; later ones hide earlier ones."""
        added = tuple(placed)
        kept = self.removed - {one.path for one in added}
        return replace(self, placed=self.placed + added, removed=kept)

    def copied(
        self, sources: Iterable[Origin], destination: str, *, several: bool, parents: bool = False
    ) -> tuple[Placed, ...]:
        """What ``COPY sources… destination`` places; `destination` is absolute, ``/`` kept.

        A folder's content is placed, not the folder; one file may get a new name (BuildKit's
        reference, COPY). A file copied to a folder that exists keeps its own name.
        """
        into = several or destination.endswith("/") or self._is_folder(destination.rstrip("/"))
        path = posixpath.normpath(destination)
        found = []
        for source in sources:
            if isinstance(source, (Inline, Unseen)):
                found.append(Placed(path, source))
            elif parents:
                found.append(Placed(posixpath.join(path, source.path.lstrip("/")), source))
            elif _is_pattern(source.path) or (into and self._kind(source) != "folder"):
                found.append(Placed(path, source, inside=True))
            else:
                found.append(Placed(path, source))
        return tuple(found)

    def without(self, path: str) -> ImageFiles:
        """Take a removed file or folder away."""
        return replace(self, removed=self.removed | {path})

    def find(self, path: str, depth: int = 0) -> FromContext | Inline | Unknown:
        """Where the file at an absolute path comes from.

        Codes: ``not-in-context`` where nothing that is copied explains it, ``unseen-image``,
        ``unseen-url`` and ``unknown-variable`` where what is copied cannot be looked into.
        """
        why = Unknown("not-in-context", f"nothing copied from the build context is {path}")
        if depth > len(self.stages) + 1 or self._is_removed(path):
            return why
        for placed in reversed(self.placed):
            origin = _origin_at(placed, path)
            found = self._look(origin, depth) if origin is not None else None
            if isinstance(found, Unknown):
                # A folder that lacks the file says less than a COPY of the very file.
                why = why if found.code == "not-in-context" and not _names(placed, path) else found
            elif found is not None:
                return found
        return why

    def _look(self, origin: Origin, depth: int) -> FromContext | Inline | Unknown:
        match origin:
            case FromContext(path):
                return origin if self.context.kind(path) == "file" else _missing(path)
            case FromStage(stage, path) if stage < len(self.stages):
                return self.stages[stage].find(path, depth + 1)
            case Inline():
                return origin
            case Unseen(why):
                return why
            case _:
                return Unknown("not-in-context", "it is copied from a stage that comes later")

    def folder(self, path: str) -> str | None:
        """The folder of the build context that stands at an absolute path; None for none."""
        for placed in reversed(self.placed):
            origin = _origin_at(placed, path)
            if isinstance(origin, FromContext) and self.context.kind(origin.path) == "folder":
                return origin.path or "."
        return None

    def _kind(self, origin: Origin) -> Kind:
        if isinstance(origin, FromContext):
            return self.context.kind(origin.path)
        if isinstance(origin, FromStage) and origin.stage < len(self.stages):
            files = self.stages[origin.stage]
            return "file" if not isinstance(files.find(origin.path), Unknown) else "folder"
        return ""

    def _is_folder(self, path: str) -> bool:
        """Whether something placed so far makes a path a folder."""
        return any(
            placed.path.startswith(f"{path}/") or (placed.path == path and placed.inside)
            for placed in self.placed
        )

    def _is_removed(self, path: str) -> bool:
        return path in self.removed or any(path.startswith(f"{one}/") for one in self.removed)


def _names(placed: Placed, path: str) -> bool:
    """Whether a COPY is for one file, or for a few by their names, rather than for a folder."""
    return placed.path == path or placed.inside


def _origin_at(placed: Placed, path: str) -> Origin | None:
    """The origin that a path would have if it came with this COPY."""
    origin = placed.origin
    if path == placed.path and not placed.inside:
        return origin
    root = placed.path.rstrip("/") + "/"
    if not path.startswith(root) or isinstance(origin, Inline):
        return None
    if isinstance(origin, Unseen):
        return origin
    rest = path[len(root) :]
    if not placed.inside:
        return replace(origin, path=posixpath.join(origin.path, rest))
    folder, name = posixpath.split(origin.path.rstrip("/"))
    head, _, tail = rest.partition("/")
    if fnmatchcase(head, name):
        return replace(origin, path=posixpath.join(folder, rest))
    # A pattern may also match folders, whose content is placed.
    within = _is_pattern(name) and not tail
    return replace(origin, path=posixpath.join(folder, name, rest)) if within else None


def _is_pattern(path: str) -> bool:
    return any(char in path for char in "*?[")


def _missing(path: str) -> Unknown:
    return Unknown(
        "not-in-context", f"{path} is copied, but it is not in the build context that was given"
    )
