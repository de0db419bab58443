"""From an install command to `Requirements`: its arguments and the files it names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from wheelcheck.dockerfile.reading.files.copied_folder import names_left
from wheelcheck.dockerfile.reading.files.image_files import STDIN, FromContext, Generated, origin_at
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.command_options import command_options, settings_of_uv
from wheelcheck.dockerfile.reading.installs.image_inputs import (
    Gathered,
    ImageInputs,
    InstallContext,
)
from wheelcheck.dockerfile.reading.installs.image_requirements import ImageCollection, is_local
from wheelcheck.dockerfile.reading.installs.lock_inputs import read_lock
from wheelcheck.dockerfile.reading.shell.export_commands import export_command
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.dockerfile.reading.shell.lock_selection import LockSelection
from wheelcheck.errors import RequirementsError, Unknown, UsageError
from wheelcheck.redaction import redact
from wheelcheck.requirements.documents import no_complaint
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.requirement_strings import LocalFolder
from wheelcheck.requirements.projects.local_project import ProjectTexts, project_line
from wheelcheck.requirements.projects.setup_project import setup_requirements
from wheelcheck.requirements.projects.uv_settings import build_constraints_of_uv
from wheelcheck.requirements.requirement_set import RequirementLine

__all__ = ["gather", "own_project"]

_MOST_FILES = 2_000
_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")


def gather(command: InstallerCommand, around: InstallContext) -> Gathered:
    """Read what a command asks for, as far as it can be read; never raises."""
    settings = settings_of_uv(around) if command.tool == "uv" else {}
    options, problems = command_options(command, around.as_of, settings)
    collection, clash = _collection(options)
    for feature in command.values("use-feature"):
        collection.add_feature(feature, around.origin)
    collection.constrain_builds(build_constraints_of_uv(settings, no_complaint))
    inputs = ImageInputs.of(around, collection)
    inputs.problems.extend((*problems, *clash))
    named = (*_arguments(command), *command.values("editable"))
    local = tuple(filter(is_local, named))
    projects = _projects(local, around)
    collection.read_folders(lambda _, local, *__: _add_project(inputs, projects, local))
    failures = inputs.opener.failures
    for read in _readings(command, inputs, tuple(projects)):
        failed = len(failures)
        try:
            read()
        except RequirementsError as error:
            causes = [why.code for why in failures[failed:]]
            code = (causes or ["requirement-refused"])[0]
            inputs.problems.append(Unknown(code, str(error)))
    inputs.problems.extend(inputs.opener.changes)
    requirements = inputs.requirements()
    return Gathered(
        requirements, tuple(inputs.opener.seen), local, projects, tuple(inputs.problems)
    )


def _readings(
    command: InstallerCommand, inputs: ImageInputs, projects: Iterable[str]
) -> Iterator[Callable[[], None]]:
    """What a command names, each to be read by itself: a failure hides no other."""
    selection = _selection(command, projects)
    for path in command.values("constraint"):
        yield partial(inputs.read, path, selection, constraint=True)
    for path in command.values("build-constraint"):
        yield partial(inputs.read_build_constraints, path)
    for path in command.inherited("constraint"):
        yield partial(inputs.read_build_constraints, path, inherited=True)
    for text in _arguments(command):
        if not is_local(text):
            yield partial(inputs.add, text)
    for text in command.values("editable"):
        if text not in projects:
            yield partial(inputs.add_editable, text)
    for text in projects:
        yield partial(_read_project, inputs, text, selection)
    syncs = command.action == "sync"
    for path in command.arguments if syncs else command.values("requirement"):
        yield partial(_read_requirements, inputs, path, selection)


def _arguments(command: InstallerCommand) -> tuple[str, ...]:
    """The requirements among a command's words; those of ``uv pip sync`` are files."""
    return () if command.action == "sync" else command.arguments


def _selection(command: InstallerCommand, projects: Iterable[str]) -> LockSelection:
    extras = {extra for text in projects for extra in _extras_of(text)}
    extras |= set(command.values("extra"))
    everything = {"all-extras": ()} if command.has("all-extras") else {}
    return LockSelection({"extra": extras, **everything})


def _read_requirements(inputs: ImageInputs, path: str, selection: LockSelection) -> None:
    """Read a file that ``-r`` names, or what a tool makes it from."""
    around, changes = inputs.around, inputs.opener.changes
    place = absolute(STDIN if path == "-" else path, around.workdir)
    found = around.files.find(place)
    change = around.files.change_of(place)
    if change is not None and not isinstance(found, Unknown):
        changes.append(change)
    if not isinstance(found, Generated):
        inputs.read(path, selection)
        return
    export = export_command(found.words)
    if export is None:  # it was recognised before
        return
    sources = inputs.at(found.files, found.workdir)
    if export.lock is not None:
        changes.extend(read_lock(sources, export.lock))
        return
    for each in export.sources:
        sources.read(each, LockSelection({"extra": export.extras}))


def _projects(local: Iterable[str], around: InstallContext) -> dict[str, str]:
    """The arguments that are projects whose needs can be read, and their folders in the context."""
    found = {}
    for text in local:
        for name in _PROJECT_FILES:
            file = around.files.find(absolute(name, absolute(_path_of(text), around.workdir)))
            if isinstance(file, FromContext):
                found[text] = file.path.rpartition("/")[0] or "."
                break
    return found


def _read_project(inputs: ImageInputs, text: str, selection: LockSelection) -> None:
    """Read what a project asks for, and how it is built where all of its folder is copied."""
    around = inputs.around
    folder = absolute(_path_of(text), around.workdir)
    with inputs.collection.reading_project():
        _read_declared(inputs, text, _texts(around, folder), selection)
    line = own_project(around, folder, text)
    if line:
        inputs.collection.add_line(line)


def own_project(around: InstallContext, folder: str, written: str) -> RequirementLine | None:
    """The requirement on a project of the build context, which says how it is built.

    Args:
        around: what the command that builds it sees.
        folder: its folder, an absolute path in the image.
        written: how the command names it.

    Returns:
        None where not all of its folder is copied, where it is changed in the image, or where it
        does not state its name plainly.
    """
    copied = around.files.folder(folder)
    place = None if copied is None else around.files.context.local_folder(copied)
    if copied is None or place is None:
        return None
    names = sorted(each.name for each in place.iterdir())
    there = names_left(around.files, folder, copied, names)
    if there is None:
        return None
    ignored = {name for name in there if _is_ignored(around, copied, place / name)}
    without = [name for name in names if name in ignored or name not in there]
    origins = (origin_at(placed, folder) for placed in around.files.placed)
    direct = any(isinstance(each, FromContext) for each in origins)
    return project_line(
        place,
        written,
        _texts(around, folder),
        around.origin,
        redact(written),
        without=without,
        may_differ=around.may_differ or not direct,  # what another stage did to it is not followed
    )


def _is_ignored(around: InstallContext, copied: str, local: Path) -> bool:
    """Whether ``.dockerignore`` keeps out a file of a copied folder, or all that a folder holds."""
    context = around.files.context
    path = posixpath.normpath(f"{copied}/{local.name}")
    if context.excluded(path) or not local.is_dir():
        return context.excluded(path) is not None
    files = [each for each in islice(local.rglob("*"), _MOST_FILES) if each.is_file()]
    inside = (f"{path}/{each.relative_to(local).as_posix()}" for each in files)
    return bool(files) and all(context.excluded(each) is not None for each in inside)


def _texts(around: InstallContext, folder: str) -> ProjectTexts:
    """What declares a project."""
    return ProjectTexts(*(around.text_of(absolute(name, folder)) or "" for name in _PROJECT_FILES))


def _read_declared(
    inputs: ImageInputs, text: str, texts: ProjectTexts, selection: LockSelection
) -> None:
    """Read what a project asks for: `pyproject.toml`, else what a setup script states plainly."""
    has_script = texts.script or texts.configuration
    if "[project]" in texts.project or "[tool.poetry" in texts.project or not has_script:
        inputs.read(f"{_path_of(text)}/pyproject.toml", selection)
        return
    found = setup_requirements(texts.script, texts.configuration)
    if isinstance(found, Unknown):
        inputs.problems.append(found)
        return
    chosen = [each for extra in selection.extras(found.extras) for each in found.extras[extra]]
    for each in (*found.requires, *chosen):
        inputs.add(each)


def _add_project(inputs: ImageInputs, projects: dict[str, str], local: LocalFolder) -> bool:
    """Read a project that a requirement file names (``-e .[dev]``) and add it to `projects`."""
    text = str(local.path)
    found = _projects([text], inputs.around)
    if found:
        projects.update(found)
        _read_project(inputs, text, LockSelection({"extra": local.extras}))
    return bool(found)


def _path_of(text: str) -> str:
    """The path of ``.[extra]``."""
    return text.partition("[")[0].strip()


def _extras_of(text: str) -> list[str]:
    found = re.search(r"\[([^\]]*)\]", text)
    return [each.strip() for each in found[1].split(",") if each.strip()] if found else []


def _collection(options: CommandLine) -> tuple[ImageCollection, list[Unknown]]:
    try:
        return ImageCollection(options), []
    except UsageError as error:
        return ImageCollection(replace(options, pre=False)), [Unknown("option-refused", str(error))]
