"""Requirements of an image: its paths are not this machine's, its files come from the context."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from msgspec import field, structs

from wheelcheck.dockerfile.reading.files.image_files import Generated, ImageFiles, Inline
from wheelcheck.errors import Unknown
from wheelcheck.requirements.collection import Collection
from wheelcheck.requirements.input_location import InputLocation, Opener, is_remote
from wheelcheck.requirements.pip.pip_syntax import Line, is_archive, is_url
from wheelcheck.requirements.pip.requirement_strings import Judged, LocalFolder, NotJudged
from wheelcheck.requirements.requirement_set import Requirements

__all__ = ["ImageCollection", "ImageOpener", "is_local", "without_image_paths"]


def is_local(text: str) -> bool:
    """Whether pip takes an argument for a path rather than for a name or a URL."""
    bare = text.partition("[")[0].strip()
    if is_url(text) or "@" in bare:
        return False
    return bare.startswith((".", "/", "~")) or "/" in bare or is_archive(bare)


class ImageCollection(Collection):
    """A collection that leaves paths alone: they are paths of an image, not of this machine."""

    def parse(self, text: str, line: Line) -> Judged | NotJudged:
        """Read a requirement; a path is set aside."""
        _, at, reference = text.partition("@")
        location = reference.strip() if at and is_url(reference.strip()) else text.strip()
        if not (is_local(text) or location.lower().startswith("file:")):
            return super().parse(text, line)
        why = Unknown("file-in-image", "a file or project inside the image that is built")
        return NotJudged(why, folder=_folder(text))

    def parse_editable(self, text: str) -> NotJudged:
        """Read what follows ``-e``; a path is set aside."""
        if not is_local(text):
            return super().parse_editable(text)
        why = Unknown("local-project", "a project of the build context, in editable mode")
        return NotJudged(why, folder=_folder(text))


def _folder(text: str) -> LocalFolder | None:
    """The folder of the image that a path (``.[dev]``) may mean, and its extras."""
    if not is_local(text):
        return None
    path, _, extras = text.strip().partition("[")
    wanted = (each.strip() for each in extras.rstrip("]").split(","))
    return LocalFolder(Path(path.strip()), frozenset(filter(None, wanted)))


def without_image_paths(requirements: Requirements) -> Requirements:
    """Folders that --find-links names in files are the image's, and this machine has others."""
    links = tuple(link for link in requirements.index.find_links if is_remote(link))
    return structs.replace(requirements, index=replace(requirements.index, find_links=links))


class ImageOpener(Opener, frozen=True, kw_only=True):
    """Opens files of the image that come from the build context, or stand in the Dockerfile.

    `seen` and `failures` gather what was read and why the rest could not be, `changes` why the
    text of a file may not be what was read.
    """

    files: ImageFiles
    seen: dict[str, None] = field(default_factory=dict)
    failures: list[Unknown] = field(default_factory=list)
    changes: list[Unknown] = field(default_factory=list)

    def read(self, place: InputLocation) -> bytes:
        """Return a file's bytes; raises OSError with the reason why there are none."""
        if is_remote(place.location) or place.location == "-":
            return self._fail(Unknown("remote-file", "files of the network are not read here"))
        found = self.files.find(place.location)
        if isinstance(found, Unknown):
            return self._fail(found)
        if isinstance(found, Generated):
            return self._fail(Unknown("generated-file", "a tool writes it"))
        if isinstance(found, Inline):
            # Blank lines put its lines where they stand in the Dockerfile.
            return ("\n" * (found.line - 1) + found.text).encode()
        try:
            data = self.files.context.read(found.path)
        except OSError as error:
            return self._fail(Unknown("unreadable-file", error.strerror or "cannot be read"))
        self.seen[found.path] = None
        return data

    def _fail(self, why: Unknown) -> NoReturn:
        self.failures.append(why)
        raise OSError(0, why.reason)
