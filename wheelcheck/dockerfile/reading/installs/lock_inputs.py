"""What a command installs by a lock: poetry, PDM, Pipenv and ``uv sync``, and their exports."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from msgspec.structs import replace
from packaging.version import Version

from wheelcheck.dockerfile.reading.files.image_files import Generated
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.command_options import lock_options
from wheelcheck.dockerfile.reading.installs.image_inputs import (
    Gathered,
    ImageInputs,
    InstallContext,
)
from wheelcheck.dockerfile.reading.installs.image_requirements import ImageCollection
from wheelcheck.dockerfile.reading.shell.lock_selection import (
    LockDemand,
    lock_demand,
    selection_of,
)
from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.dockerfile.reading.stages.other_python import project_folders
from wheelcheck.dockerfile.reading.stages.poetry_release import is_since
from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.redaction import redact
from wheelcheck.requirements.collection import refusals
from wheelcheck.requirements.locks.poetry_staleness import poetry_lock_is_stale
from wheelcheck.requirements.locks.uv_staleness import lock_is_stale
from wheelcheck.requirements.pip.pip_syntax import Line
from wheelcheck.requirements.projects.pipfile import pipfile_requirements
from wheelcheck.requirements.requirement_set import Origin
from wheelcheck.requirements.selection import Selection

__all__ = ["gather_lock", "read_lock"]

_State = Literal["fits", "stale", "made", "missing", "unseen", "skipped"]
"""Of a lock: `made` in the build from the project, `missing` for certain, or perhaps there."""
_WITHOUT: Mapping[_State, str] = MappingProxyType(
    {"stale": "does not fit", "made": "is made in the build"}
)


def gather_lock(
    command: LockCommand, around: InstallContext, poetry: Version | None = None
) -> Gathered:
    """Read the lock that a command follows, with the groups and extras that it chooses.

    Without a lock, what the project asks for is read, as the tool resolves it then. A lock of
    Poetry's is read as the release `poetry` does, by default the newest. Codes of problems:
    ``no-lock`` says so, ``lock-missing`` and ``lock-stale`` that the tool gives up.
    """
    inputs = ImageInputs.of(around, ImageCollection(lock_options(command, around)))
    failures = inputs.opener.failures
    try:
        inputs.problems.extend(read_lock(inputs, command, poetry))
    except RequirementsError as error:
        code = "no-lock" if failures else "requirement-refused"
        inputs.problems.append(Unknown(code, str(error)))
    requirements = inputs.requirements()
    if command.tool == "pipenv" and "--deploy" in command.arguments:
        scopes = tuple(replace(scope, advisory=False) for scope in requirements.scopes)
        requirements = replace(requirements, scopes=scopes)
    return Gathered(requirements, tuple(inputs.opener.seen), (), {}, tuple(inputs.problems))


@dataclass(frozen=True, slots=True)
class _Lock:
    """The lock of a command and its project, both as paths from the working directory."""

    command: LockCommand
    demand: LockDemand
    path: str
    project: str
    state: _State

    @classmethod
    def of(cls, command: LockCommand, around: InstallContext, poetry: Version | None) -> _Lock:
        """Where a command looks for its lock, and what it finds."""
        demand = lock_demand(command, around.environ)
        folder = demand.folder or _project_folder(command, around)
        path, project = (posixpath.join(folder, item) for item in (command.lock, command.project))
        found = around.files.find(absolute(path, around.workdir))
        state: _State = "fits"
        if isinstance(found, Generated):
            state = "made"
        elif isinstance(found, Unknown):
            state = "missing" if found.code == "not-in-context" else "unseen"
        elif demand.skips:
            state = "skipped"
        elif _differs(around, path, project, _comparison(command, demand, poetry)):
            state = "stale"
        return cls(command, demand, path, project, state)

    @property
    def refusal(self) -> Unknown | None:
        """Why the tool gives up; None where it goes on."""
        always = self.command.tool == "poetry" and self.state == "stale"
        if not (self.demand.needs or always) or self.state not in {"stale", "missing"}:
            return None
        how = "does not fit " + self.command.project if self.state == "stale" else "is not there"
        words = (self.command.tool, self.command.action, self.demand.needs)
        why = f"{self.command.lock} {how}, and {' '.join(filter(None, words))} gives up"
        return Unknown(f"lock-{self.state}", why)

    def is_read(self, around: InstallContext) -> bool:
        """Whether the lock is read: it fits, or a COPY names it and what that has is not seen."""
        if self.state in {"missing", "unseen"} and not self.demand.skips:
            return around.files.names(absolute(self.path, around.workdir))
        return self.state == "fits"


def read_lock(
    inputs: ImageInputs, command: LockCommand, poetry: Version | None = None
) -> list[Unknown]:
    """Read a lock, or the project where there is none.

    Returns what is to be said of that. Raises `RequirementsError` where it cannot be read.
    """
    selection, strange = selection_of(command)
    problems = [Unknown("not-followed", f"{option} is not followed") for option in strange]
    lock = _Lock.of(command, inputs.around, poetry)
    refusal = lock.refusal
    if refusal is not None:
        return [*problems, refusal]
    if lock.is_read(inputs.around):
        inputs.read(lock.path, selection)
        return problems
    if command.project == "Pipfile":
        problems += _read_pipfile(inputs, lock.project, selection)
    else:
        inputs.read(lock.project, selection)
    how = _WITHOUT.get(lock.state, "is not there")
    why = f"{command.lock} {how}: what {command.project} asks for is resolved instead"
    return [*problems, Unknown("no-lock", why)]


def _project_folder(command: LockCommand, around: InstallContext) -> str:
    """Where the project is: uv, Poetry and PDM look in the folders above, too."""
    for folder in project_folders(around.workdir) if command.tool != "pipenv" else ():
        path = absolute(command.project, folder)
        if not isinstance(around.files.find(path), Unknown):
            return "" if folder == around.workdir else folder
    return ""


def _read_pipfile(inputs: ImageInputs, path: str, selection: Selection) -> list[Unknown]:
    """What Pipenv resolves without a lock."""
    place = inputs.around.place(path)
    text = inputs.reader.decode(place, inputs.reader.open(place))
    dev = any(name in selection.groups([name], ()) for name in ("dev-packages", "dev"))
    requirements, problems = pipfile_requirements(text, dev=dev)
    for number, each in enumerate(requirements, 1):
        line = Line(number, each, redact(each))
        with refusals(Origin(place.shown, number), line):
            inputs.collection.add(each, Origin(place.shown, number), line)
    return problems


_Comparison = Callable[[str, str], bool]
"""Whether a lock, by its text, was made for other requirements than a project's text has."""


def _comparison(
    command: LockCommand, demand: LockDemand, poetry: Version | None
) -> _Comparison | None:
    """How the tool compares its lock with the project; None where it does not, or only warns."""
    if command.tool == "uv" and not demand.keeps:
        return lock_is_stale
    installs = command.tool == "poetry" and command.action in {"install", "sync"}
    if installs and is_since(poetry, "1.8") is not False:
        return partial(poetry_lock_is_stale, groups=is_since(poetry, "2.3") is not False)
    return None


def _differs(
    around: InstallContext, lock: str, project: str, comparison: _Comparison | None
) -> bool:
    if comparison is None:
        return False
    locked, wanted = around.text_of(lock), around.text_of(project)
    return locked is not None and wanted is not None and comparison(locked, wanted)
