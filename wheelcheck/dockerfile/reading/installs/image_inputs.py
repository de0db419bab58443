"""Reading what a command names in an image: files of the image that is built, and arguments.

Files are looked up through `ImageFiles`; nothing of the machine that reads is looked at, and
nothing outside the build context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from msgspec import structs

from wheelcheck.dockerfile.reading.files.image_files import FromContext, ImageFiles, Inline
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.image_requirements import (
    ImageOpener,
    without_image_paths,
)
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.redaction import redact
from wheelcheck.requirements.collection import Collection, refusals
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_kind import InputKind, recognise
from wheelcheck.requirements.input_location import InputLocation, is_remote
from wheelcheck.requirements.input_reader import reader_of
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, Line
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader
from wheelcheck.requirements.requirement_set import Origin, Requirements
from wheelcheck.requirements.selection import Selection

__all__ = ["Gathered", "ImageInputs", "InstallContext"]


@dataclass(frozen=True, slots=True)
class InstallContext:
    """What a command sees: the image's files, the working directory, and its variables.

    `may_differ`: commands that are not followed may have changed the files.
    """

    files: ImageFiles
    workdir: str
    environ: Mapping[str, str]
    origin: Origin
    as_of: date
    may_differ: bool = False

    def text_of(self, path: str) -> str | None:
        """The text of a file that comes from the build context; None for all others."""
        return self.files.text_of(absolute(path, self.workdir))

    def place(self, path: str) -> InputLocation:
        """A file by its place in the image, shown by its place in the build context."""
        if is_remote(path):
            return InputLocation.of(path)
        location = absolute(path, self.workdir)
        match self.files.find(location):
            case FromContext(shown):
                return InputLocation(location, shown)
            case Inline():
                return InputLocation(location, self.origin.file)
            case _:
                return InputLocation(location, redact(path))


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a command asks for. `inputs` are the files read, `problems` why others were not.

    `local` are the arguments that are paths, `projects` those of them that are projects of the
    build context, by their folders there.
    """

    requirements: Requirements
    inputs: tuple[str, ...]
    local: tuple[str, ...]
    projects: Mapping[str, str]
    problems: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class ImageInputs:
    """Reads the inputs of one command into its `collection`; `problems` gathers what failed."""

    around: InstallContext
    collection: Collection
    opener: ImageOpener
    reader: RequirementFileReader
    problems: list[Unknown] = field(default_factory=list)

    @classmethod
    def of(cls, around: InstallContext, collection: Collection) -> ImageInputs:
        """Inputs as a command finds them."""
        opener = ImageOpener(files=around.files)
        reader = RequirementFileReader(collection, opener, around.environ)
        return cls(around, collection, opener, reader)

    def at(self, files: ImageFiles, workdir: str) -> ImageInputs:
        """The same collection for a command that saw other files, elsewhere."""
        around = replace(self.around, files=files, workdir=workdir)
        opener = structs.replace(self.opener, files=files)
        reader = RequirementFileReader(self.collection, opener, around.environ)
        return ImageInputs(around, self.collection, opener, reader, self.problems)

    def add(self, text: str) -> None:
        """Add a requirement that is an argument.

        Raises `RequirementsError` where pip refuses it.
        """
        line = Line(0, text, redact(text))
        with refusals(self.around.origin, line):
            if not text.strip():
                raise InvalidLine("empty")
            self.collection.add(text, self.around.origin, line)

    def add_editable(self, text: str) -> None:
        """Add an argument of ``-e``.

        Raises `RequirementsError` where pip refuses it.
        """
        line = Line(0, text, redact(text))
        with refusals(self.around.origin, line):
            self.collection.add_editable(text, self.around.origin, line)

    def read(self, path: str, selection: Selection, *, constraint: bool = False) -> None:
        """Read a file of requirements, a project or a lock, whichever it is.

        Raises `RequirementsError` where it cannot be read.
        """
        place = self.around.place(path)
        data = self.reader.open(place)
        text = self.reader.decode(place, data)
        found = recognise(place.location, text)
        if constraint or found.kind is InputKind.REQUIREMENT_FILE:
            self.reader.read(place, data, constraint=constraint)
            return
        given = InputDocument(
            place,
            text,
            found.document,
            self.collection,
            selection,
            self.opener,
            self.around.environ,
        )
        reader_of(found.kind)(given)

    def read_build_constraints(self, path: str, *, inherited: bool = False) -> None:
        """Read a constraint file for the environments of builds, as `Collection` has it.

        Raises `RequirementsError` where it cannot be read.
        """
        self.reader.constrain_builds(self.around.place(path), inherited=inherited)

    def requirements(self) -> Requirements:
        """All that was read; lines that pip refuses are problems, as the file may be changed."""
        try:
            found = without_image_paths(self.collection.result())
        except UsageError as error:  # options of files that exclude those of the command
            self.problems.append(Unknown("option-refused", str(error)))
            return Requirements()
        refused = [each for each in found.skipped if each.why.code == "line-refused"]
        for each in refused:
            why = f"{each.origin}: {each.text!r}: {each.why.reason}"
            self.problems.append(Unknown("requirement-refused", why))
        others = tuple(each for each in found.skipped if each not in refused)
        return structs.replace(found, skipped=others)
