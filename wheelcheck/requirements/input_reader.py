"""Every kind of input to one `Requirements`.

Each kind of file (a project, a lock file, a script) has a module of its own, with a reader that
fills the same `Collection`; `_Intake.file` is where the kind is recognised, by what the file holds.

A requirement file may name files anywhere, as with pip. What a project, a lock or a script names
is read only from its own folder, and so is what those files name in their turn, unless the user
allows more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement

from wheelcheck.errors import RequirementsError, UsageError
from wheelcheck.fence import contain
from wheelcheck.redaction import redact
from wheelcheck.regular_files import is_folder, is_regular
from wheelcheck.requirements.collection import AddFolder, Collection, refusals
from wheelcheck.requirements.foreign_files import binary_kind
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_kind import InputKind, recognise
from wheelcheck.requirements.input_location import InputLocation, Opener, is_remote
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.pip_syntax import CONTROLS, InvalidLine, Line, is_archive, is_url
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader
from wheelcheck.requirements.pip.requirement_strings import (
    Judged,
    LocalFolder,
    NotJudged,
    refer,
)
from wheelcheck.requirements.requirement_set import Origin, RequirementLine, Requirements
from wheelcheck.requirements.selection import Selection
from wheelcheck.requirements.several import several

if TYPE_CHECKING:
    from wheelcheck.requirements.projects.local_project import LocalProjects

__all__ = ["read", "reader_of"]

_FILE_SUFFIXES = {".txt", ".in", ".toml", ".lock", ".cfg"}
_NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
_API = Origin("<api>")

Input = str | Path | Requirement | RequirementLine


def read(  # noqa: PLR0913 (one keyword per option a user knows from pip)
    inputs: Input | Iterable[Input],
    *,
    constraints: Iterable[str | Path] = (),
    build_constraints: Iterable[str | Path] = (),
    packages: Iterable[str] = (),
    extras: Iterable[str] = (),
    groups: Iterable[str] = (),
    allow_outside: bool = False,
    options: CommandLine | None = None,
    environ: Mapping[str, str] = _NO_VARIABLES,
    stdin: Callable[[], bytes] | None = None,
    fetch: Callable[[str], bytes] | None = None,
    on_read: Callable[[str, bytes | None], object] | None = None,
) -> Requirements:
    """Read all inputs; requirement files exactly as pip 26.3 would.

    As in pip, constraints are read first, then packages, then the inputs, and later options
    override earlier options. The syntax is that of pip's "Requirements File Format"; requirements
    are those of PEP 508.

    Args:
        inputs: a path, ``-`` for standard input, a file's URL, a requirement (``pandas>=2``,
            ``name @ https://…``, a path or URL of a wheel or sdist), a value, or several of these.
            A string that names an existing file, holds a path separator or ends in .txt, .in,
            .toml, .lock or .cfg is a file: requirements, a project, a lock or a script.
        constraints: constraint files, as for pip's ``-c``.
        build_constraints: those for build environments, as for pip's ``--build-constraint``.
        packages: requirements; never taken for file names.
        extras: extras to choose from projects and locks (see `Selection`).
        groups: dependency groups to choose from them; none: those of their own tool.
        allow_outside: let projects and locks name files outside their folder.
        options: what the command line says for all inputs; None for nothing.
        environ: what ``${NAME}`` may expand to.
        stdin: returns all of standard input; called only when an input is ``-``. None: that is an
            error.
        fetch: returns the body of a URL; called only when an input names one. None: that is an
            error. It and `stdin` may raise OSError.
        on_read: called with the path and the bytes of every file that is read (see `Opener`).

    Returns:
        All lines in pip's order. What pip would build from a checkout, or from a directory whose
        project does not state its name, is not an error but a `SkippedLine`.

    Raises:
        RequirementsError: for what pip would refuse, with file, line and text.
        UsageError: where options exclude each other, and for arguments of another kind.
    """
    options = options or CommandLine()
    _check(options)
    if isinstance(inputs, str | Path | Requirement | RequirementLine):
        inputs = [inputs]
    inputs = several("inputs", inputs)
    collection = Collection(options)
    opener = Opener(stdin, fetch, on_read)
    collection.read_folders(_folder_reader(collection, opener, environ))
    reader = RequirementFileReader(collection, opener, environ)
    selection = Selection(several("extras", extras), several("groups", groups))
    intake = _Intake(collection, reader, selection, allow_outside)
    for file in (*options.constraints, *several("constraints", constraints)):
        reader.read(InputLocation.of(str(file)), constraint=True)
    for file in (*options.build_constraints, *several("build_constraints", build_constraints)):
        reader.constrain_builds(InputLocation.of(str(file)))
    for file in options.inherited_constraints:
        reader.constrain_builds(InputLocation.of(str(file)), inherited=True)
    for package in several("packages", packages):
        intake.requirement(str(package), Origin("--package"))
    for item in inputs:
        intake.take(item)
    for warning in selection.warnings():
        collection.warn(None, warning)
    return collection.result(selection.missing_extras, selection.missing_groups)


class _Intake(Struct, frozen=True):
    """The identity of an input."""

    collection: Collection
    reader: RequirementFileReader
    selection: Selection
    allow_outside: bool

    def take(self, item: Input) -> None:
        if isinstance(item, RequirementLine):
            self.collection.add_line(item)
        elif isinstance(item, Requirement):
            self._value(item)
        elif isinstance(item, Path):
            if is_archive(item.name) or is_folder(item):
                # The dot keeps a directory from being taken for a project's name.
                self.requirement(str(item) if item.is_absolute() else f"./{item}", _API)
            else:
                self.file(InputLocation.of(str(item)))
        elif _is_file(item):
            self.file(InputLocation.of(item))
        else:
            self.requirement(item, _API)

    def file(self, place: InputLocation) -> None:
        """Read a file that the user named, whatever kind it is."""
        reader = self.reader
        data = reader.open(place)
        binary = binary_kind(data)
        if binary:
            raise RequirementsError(place.shown, None, "", f"looks like a binary file{binary}")
        text = reader.decode(place, data)
        found = recognise(place.shown, text)
        if found.kind is InputKind.REQUIREMENT_FILE:
            reader.read(place, data)
            return
        given = InputDocument(
            place,
            text,
            found.document,
            self.collection,
            self.selection,
            reader.opener,
            reader.environ,
            self.allow_outside,
        )
        try:
            reader_of(found.kind)(given)
        except Exception as error:  # noqa: BLE001 (a document is read as a whole)
            why = contain(error, "it", "document-unreadable")
            raise RequirementsError(place.shown, None, "", why.reason) from None

    def requirement(self, text: str, origin: Origin) -> None:
        line = Line(0, text, redact(text))
        with refusals(origin, line):
            if not text.strip():
                raise InvalidLine("empty")
            self.collection.add(text, origin, line)

    def _value(self, requirement: Requirement) -> None:
        text = redact(str(requirement))
        line = Line(0, text, text)
        with refusals(_API, line):
            self.collection.place(_judge(requirement), _API, text)


def _folder_reader(collection: Collection, opener: Opener, environ: Mapping[str, str]) -> AddFolder:
    """What adds projects in folders; the readers of projects are imported on first use."""

    def add(parsed: NotJudged, local: LocalFolder, origin: Origin, written: str) -> bool:
        module = import_module("wheelcheck.requirements.projects.local_project")
        projects: LocalProjects = module.LocalProjects(collection, opener, environ)
        return projects.add(parsed, local, origin, written)

    return add


_READERS = {
    InputKind.PYPROJECT: ("projects.pyproject", "read_pyproject"),
    InputKind.PYLOCK: ("locks.pylock", "read_pylock"),
    InputKind.UV_LOCK: ("locks.uv_lock", "read_uv_lock"),
    InputKind.POETRY_LOCK: ("locks.poetry_lock", "read_poetry_lock"),
    InputKind.PDM_LOCK: ("locks.pdm_lock", "read_pdm_lock"),
    InputKind.PIPFILE_LOCK: ("locks.pipfile_lock", "read_pipfile_lock"),
    InputKind.PIXI_LOCK: ("locks.pixi_lock", "read_pixi_lock"),
    InputKind.PIPFILE: ("projects.pipfile", "read_pipfile"),
    InputKind.CONDA_ENVIRONMENT: ("projects.conda_environment", "read_conda_environment"),
    InputKind.SETUP_CFG: ("projects.setup_files", "read_setup_cfg"),
    InputKind.SETUP_SCRIPT: ("projects.setup_files", "read_setup_script"),
    InputKind.SCRIPT: ("projects.script", "read_script"),
}
"""Kind → the module of this room and its function, imported on first use."""


def reader_of(kind: InputKind) -> Callable[[InputDocument], None]:
    """Return what reads a kind of document; the modules of other kinds are not imported."""
    if kind not in _READERS:
        raise ValueError(f"a {kind} is no document")
    module, function = _READERS[kind]
    reader: Callable[[InputDocument], None] = getattr(
        import_module(f"wheelcheck.requirements.{module}"), function
    )
    return reader


def _judge(requirement: Requirement) -> Judged | NotJudged:
    if requirement.url is None:
        return Judged(requirement)
    extras = frozenset(requirement.extras)
    return refer(requirement.url, requirement.name, redact, extras, requirement.marker)


def _is_file(text: str) -> bool:
    """Whether a string names a requirement file rather than a requirement."""
    if text == "-":
        return True
    if is_url(text) or is_archive(text):
        return is_remote(text) and not is_archive(text.partition("#")[0].partition("?")[0])
    if is_regular(text):
        return True
    if is_folder(text) or "@" in text:
        return False
    try:
        Requirement(text)
    except InvalidRequirement:
        return "/" in text or Path(text).suffix in _FILE_SUFFIXES
    # `requirements.txt` reads as a project's name, and `a ; sys_platform in "x/y"` has a slash.
    return Path(text).suffix in _FILE_SUFFIXES


def _check(options: CommandLine) -> None:
    for option, value in options.controls:
        if option not in CONTROLS or not value or value.startswith("-"):
            raise UsageError(f"--{option} {value}: wants a project's name, :all: or :none:")
