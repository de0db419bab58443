"""From an install command to `Requirements`: its arguments and the files it names.

Files are those of the image being built, so they are looked up through `ImageFiles`; nothing of
the machine that reads is looked at, and nothing outside the build context.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial

from wheelcheck.dockerfile.reading.files.image_files import (
    STDIN,
    FromContext,
    Generated,
    ImageFiles,
    Inline,
    absolute,
)
from wheelcheck.dockerfile.reading.installs.image_requirements import (
    ImageCollection,
    ImageOpener,
    is_local,
    without_image_paths,
)
from wheelcheck.dockerfile.reading.shell.export_commands import export_command
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.dockerfile.reading.shell.lock_selection import (
    LockSelection,
    lock_demand,
    selection_of,
)
from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.dockerfile.reading.stages.other_python import project_folders
from wheelcheck.errors import RequirementsError, Unknown, UsageError
from wheelcheck.redaction import redact
from wheelcheck.requirements.collection import Collection, refusals
from wheelcheck.requirements.exclude_newer import parse_exclude_newer
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_kind import InputKind, recognise
from wheelcheck.requirements.input_location import InputLocation, is_remote
from wheelcheck.requirements.input_reader import reader_of
from wheelcheck.requirements.locks.uv_staleness import lock_is_stale
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, Line, is_url
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader
from wheelcheck.requirements.projects.local_project import ProjectTexts, project_line
from wheelcheck.requirements.projects.pipfile import pipfile_requirements
from wheelcheck.requirements.projects.setup_project import setup_requirements
from wheelcheck.requirements.requirement_set import Origin, Requirements
from wheelcheck.requirements.selection import Selection

__all__ = ["Gathered", "InstallContext", "gather", "gather_lock", "is_local"]

_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_CONTROLS = ("no-binary", "only-binary", "all-releases", "only-final")


@dataclass(frozen=True, slots=True)
class InstallContext:
    """What a command sees: the image's files, the working directory, and its variables."""

    files: ImageFiles
    workdir: str
    environ: Mapping[str, str]
    origin: Origin
    as_of: date


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


def gather(command: InstallerCommand, around: InstallContext) -> Gathered:
    """Read what a command asks for, as far as it can be read; never raises."""
    problems: list[Unknown] = []
    options, stated = _options(command, around.as_of)
    problems += stated
    collection, clash = _collection(options)
    problems += clash
    for feature in command.values("use-feature"):
        collection.add_feature(feature, around.origin)
    opener = ImageOpener(files=around.files)
    reader = RequirementFileReader(collection, opener, around.environ)
    constraints, editables = command.values("constraint"), command.values("editable")
    files = command.arguments if command.action == "sync" else command.values("requirement")
    arguments = () if command.action == "sync" else command.arguments

    local = tuple(each for each in (*arguments, *editables) if is_local(each))
    projects = _projects(local, around)
    extras = {extra for text in projects for extra in _extras_of(text)}
    extras |= set(command.values("extra"))
    selection = LockSelection(
        {"extra": extras} | ({"all-extras": ()} if command.has("all-extras") else {})
    )
    collection.read_projects(partial(_add_project, reader, around, projects, problems))
    read = partial(_read, reader, around=around, selection=selection)
    readings = [
        *(partial(read, path, constraint=True) for path in constraints),
        *(partial(_add, collection, text, around) for text in arguments if not is_local(text)),
        *(
            partial(_add_editable, collection, text, around)
            for text in editables
            if text not in projects
        ),
        *(partial(_read_project, reader, text, around, selection, problems) for text in projects),
        *(partial(_read_requirements, reader, path, around, selection, opener) for path in files),
    ]
    for reading in readings:
        failed = len(opener.failures)
        try:
            reading()
        except RequirementsError as error:
            causes = [why.code for why in opener.failures[failed:]]
            problems.append(Unknown((causes or ["requirement-refused"])[0], str(error)))
    problems += opener.changes
    return Gathered(
        _finished(collection, problems), tuple(opener.seen), local, projects, tuple(problems)
    )


def gather_lock(command: LockCommand, around: InstallContext) -> Gathered:
    """Read the lock that a command follows, with the groups and extras that it chooses.

    Without a lock, what the project asks for is read, as the tool resolves it then. Codes of
    problems: ``no-lock`` says so, ``lock-missing`` and ``lock-stale`` that the tool gives up.
    """
    collection = ImageCollection(CommandLine())
    opener = ImageOpener(files=around.files)
    reader = RequirementFileReader(collection, opener, around.environ)
    problems: list[Unknown] = []
    try:
        problems += _read_lock(reader, command, around)
    except RequirementsError as error:
        code = opener.failures[0].code if opener.failures else "requirement-refused"
        problems.append(Unknown("no-lock" if opener.failures else code, str(error)))
    requirements = _finished(collection, problems)
    if command.tool == "pipenv" and "--deploy" in command.arguments:
        scopes = tuple(replace(scope, advisory=False) for scope in requirements.scopes)
        requirements = replace(requirements, scopes=scopes)
    return Gathered(requirements, tuple(opener.seen), (), {}, tuple(problems))


def _read_lock(
    reader: RequirementFileReader, command: LockCommand, around: InstallContext
) -> list[Unknown]:
    """Read a lock, or the project where there is none; returns what is to be said of that."""
    selection, strange = selection_of(command)
    problems = [Unknown("not-followed", f"{option} is not followed") for option in strange]
    demand = lock_demand(command, around.environ)
    folder = demand.folder or _project_folder(command, around)
    lock, project = (posixpath.join(folder, item) for item in (command.lock, command.project))
    found = around.files.find(absolute(lock, around.workdir))
    made = isinstance(found, Generated)  # in this build, from the project
    there = not isinstance(found, Unknown) and not made and not demand.skips
    stale = there and command.tool == "uv" and not demand.keeps
    stale = stale and _is_stale(lock, project, around)
    if demand.needs and (stale or (not (there or made) and _is_lacking(found))):
        how = f"does not fit {command.project}" if stale else "is not there"
        why = f"{command.lock} {how}, and {command.tool} {command.action} {demand.needs} gives up"
        return [
            *problems,
            Unknown("lock-stale" if stale else "lock-missing", why.replace("  ", " ")),
        ]
    vain = not (there or made or demand.skips) and around.files.names(
        absolute(lock, around.workdir)
    )
    if (there and not stale) or vain:
        _read(reader, lock, around, selection, constraint=False)
        return problems
    if command.project == "Pipfile":
        problems += _read_pipfile(reader, project, around, selection)
    else:
        _read(reader, project, around, selection, constraint=False)
    how = "does not fit" if stale else "is made in the build" if made else "is not there"
    why = f"{command.lock} {how}: what {command.project} asks for is resolved instead"
    return [*problems, Unknown("no-lock", why)]


def _project_folder(command: LockCommand, around: InstallContext) -> str:
    """Where the project is: uv, Poetry and PDM look in the folders above, too."""
    for folder in project_folders(around.workdir) if command.tool != "pipenv" else ():
        path = absolute(command.project, folder)
        if not isinstance(around.files.find(path), Unknown):
            return "" if folder == around.workdir else folder
    return ""


def _read_pipfile(
    reader: RequirementFileReader, path: str, around: InstallContext, selection: Selection
) -> list[Unknown]:
    """What Pipenv resolves without a lock."""
    place = _place(path, around)
    text = reader.decode(place, reader.open(place))
    dev = "dev-packages" in selection.groups(["dev-packages"], ()) or "dev" in selection.groups(
        ["dev"], ()
    )
    requirements, problems = pipfile_requirements(text, dev=dev)
    for number, each in enumerate(requirements, 1):
        line = Line(number, each, redact(each))
        with refusals(Origin(place.shown, number), line):
            reader.collection.add(each, Origin(place.shown, number), line)
    return problems


def _is_lacking(found: object) -> bool:
    """Whether a file is known not to be there, rather than not to be seen."""
    return isinstance(found, Unknown) and found.code == "not-in-context"


def _is_stale(lock: str, project: str, around: InstallContext) -> bool:
    """Whether uv's lock was made for other requirements than the project has now."""
    texts = []
    for name in (lock, project):
        found = around.files.find(absolute(name, around.workdir))
        if not isinstance(found, FromContext):
            return False
        try:
            texts.append(around.files.context.read(found.path).decode("utf-8", "replace"))
        except OSError:
            return False
    return lock_is_stale(*texts)


def _read_requirements(
    reader: RequirementFileReader,
    path: str,
    around: InstallContext,
    selection: Selection,
    opener: ImageOpener,
) -> None:
    """Read a file that ``-r`` names, or what a tool makes it from."""
    place = absolute(STDIN if path == "-" else path, around.workdir)
    found = around.files.find(place)
    change = around.files.change_of(place)
    if change is not None and not isinstance(found, Unknown):
        opener.changes.append(change)
    if not isinstance(found, Generated):
        _read(reader, path, around, selection, constraint=False)
        return
    export = export_command(found.words)
    inner = replace(around, files=found.files, workdir=found.workdir)
    source = ImageOpener(
        files=found.files, seen=opener.seen, failures=opener.failures, changes=opener.changes
    )
    reading = RequirementFileReader(reader.collection, source, around.environ)
    if export is None:  # it was recognised before
        return
    if export.lock is not None:
        opener.changes.extend(_read_lock(reading, export.lock, inner))
        return
    for each in export.sources:
        chosen = LockSelection({"extra": export.extras})
        _read(reading, each, inner, chosen, constraint=False)


def _finished(collection: Collection, problems: list[Unknown]) -> Requirements:
    try:
        return without_image_paths(collection.result())
    except UsageError as error:  # options of files that exclude those of the command
        problems.append(Unknown("option-refused", str(error)))
        return Requirements()


def _add(collection: Collection, text: str, around: InstallContext) -> None:
    line = Line(0, text, redact(text))
    with refusals(around.origin, line):
        if not text.strip():
            raise InvalidLine("empty")
        collection.add(text, around.origin, line)


def _add_editable(collection: Collection, text: str, around: InstallContext) -> None:
    line = Line(0, text, redact(text))
    with refusals(around.origin, line):
        collection.add_editable(text, around.origin, line)


def _read(
    reader: RequirementFileReader,
    path: str,
    around: InstallContext,
    selection: Selection,
    *,
    constraint: bool,
) -> None:
    """Read a file of requirements, a project or a lock, whichever it is."""
    place = _place(path, around)
    data = reader.open(place)
    text = reader.decode(place, data)
    found = recognise(place.location, text)
    if constraint or found.kind is InputKind.REQUIREMENT_FILE:
        reader.read(place, data, constraint=constraint)
        return
    given = InputDocument(
        place, text, found.document, reader.collection, selection, reader.opener, reader.environ
    )
    reader_of(found.kind)(given)


def _projects(local: Iterable[str], around: InstallContext) -> dict[str, str]:
    """The arguments that are projects whose needs can be read, and their folders in the context."""
    found = {}
    for text in local:
        for name in _PROJECT_FILES:
            file = around.files.find(f"{absolute(_path_of(text), around.workdir)}/{name}")
            if isinstance(file, FromContext):
                found[text] = file.path.rpartition("/")[0] or "."
                break
    return found


def _read_project(
    reader: RequirementFileReader,
    text: str,
    around: InstallContext,
    selection: Selection,
    problems: list[Unknown],
) -> None:
    """Read what a project asks for, and how it is built where all of its folder is copied."""
    folder = absolute(_path_of(text), around.workdir)
    texts = ProjectTexts(*(_text_of(f"{folder}/{name}", around) or "" for name in _PROJECT_FILES))
    with reader.collection.reading_project():
        _read_declared(reader, text, texts, around, selection, problems)
    copied = around.files.folder(folder)
    place = None if copied is None else around.files.context.local_folder(copied)
    line = place and project_line(place, text, texts, around.origin, redact(text))
    if line:
        reader.collection.add_line(line)


def _read_declared(
    reader: RequirementFileReader,
    text: str,
    texts: ProjectTexts,
    around: InstallContext,
    selection: Selection,
    problems: list[Unknown],
) -> None:
    """Read what a project asks for: `pyproject.toml`, else what a setup script states plainly."""
    if (
        "[project]" in texts.project
        or "[tool.poetry" in texts.project
        or not (texts.script or texts.configuration)
    ):
        _read(reader, f"{_path_of(text)}/pyproject.toml", around, selection, constraint=False)
        return
    found = setup_requirements(texts.script, texts.configuration)
    if isinstance(found, Unknown):
        problems.append(found)
        return
    wanted = [*found.requires]
    for extra in selection.extras(found.extras):
        wanted += found.extras[extra]
    for each in wanted:
        _add(reader.collection, each, around)


def _add_project(
    reader: RequirementFileReader,
    around: InstallContext,
    projects: dict[str, str],
    problems: list[Unknown],
    text: str,
) -> bool:
    """Read a project that a requirement file names (``-e .[dev]``) and add it to `projects`."""
    found = _projects([text], around)
    if found:
        projects.update(found)
        extras = LockSelection({"extra": set(_extras_of(text))})
        _read_project(reader, text, around, extras, problems)
    return bool(found)


def _text_of(path: str, around: InstallContext) -> str | None:
    found = around.files.find(path)
    if not isinstance(found, FromContext):
        return None
    try:
        return around.files.context.read(found.path).decode("utf-8", "replace")
    except OSError:
        return None


def _path_of(text: str) -> str:
    """The path of ``.[extra]``."""
    return text.partition("[")[0].strip()


def _extras_of(text: str) -> list[str]:
    found = re.search(r"\[([^\]]*)\]", text)
    return [each.strip() for each in found[1].split(",") if each.strip()] if found else []


def _place(path: str, around: InstallContext) -> InputLocation:
    """A file by its place in the image, shown by its place in the build context."""
    if is_remote(path):
        return InputLocation.of(path)
    location = absolute(path, around.workdir)
    match around.files.find(location):
        case FromContext(shown):
            return InputLocation(location, shown)
        case Inline():
            return InputLocation(location, around.origin.file)
        case _:
            return InputLocation(location, redact(path))


def _options(command: InstallerCommand, as_of: date) -> tuple[CommandLine, list[Unknown]]:
    problems = []
    controls = [(name, value) for name, value in command.options if name in _CONTROLS and value]
    if command.has("no-build"):
        controls.append(("only-binary", ":all:"))
    bound = None
    for text in command.values("exclude-newer"):
        try:
            bound = parse_exclude_newer(text, now=datetime.combine(as_of, time.max, UTC))
        except UsageError as error:
            problems.append(Unknown("option-refused", str(error)))
    if command.has("no-require-hashes") and command.has("require-hashes"):
        problems.append(
            Unknown("option-refused", "--require-hashes and its opposite are both given")
        )
    options = CommandLine(
        controls=tuple(controls),
        prefer_binary=command.has("prefer-binary"),
        pre=command.has("pre") or "allow" in command.values("prerelease"),
        require_hashes=command.has("require-hashes") and not command.has("no-require-hashes"),
        no_require_hashes=command.has("no-require-hashes"),
        exclude_newer=bound,
        index_url=next(iter(reversed(command.values("index-url"))), None),
        extra_index_urls=command.values("extra-index-url"),
        no_index=command.has("no-index"),
        find_links=tuple(link for link in command.values("find-links") if is_url(link)),
        trusted_hosts=command.values("trusted-host"),
    )
    return options, problems


def _collection(options: CommandLine) -> tuple[ImageCollection, list[Unknown]]:
    try:
        return ImageCollection(options), []
    except UsageError as error:
        return ImageCollection(replace(options, pre=False)), [Unknown("option-refused", str(error))]
