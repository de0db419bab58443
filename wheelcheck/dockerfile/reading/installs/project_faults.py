"""Files that a project names and its build reads: where one lacks, the step that builds it fails.

``COPY pyproject.toml src/ ./`` leaves the README behind, and so does ``*.md`` in `.dockerignore`.
`requirements/projects/readmes.py` has the backends that end with an error then.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wheelcheck.dockerfile.reading.files.image_files import FromContext
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.needs_of_git import faults_of_version
from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.redaction import redact
from wheelcheck.requirements.documents import no_complaint, parse_toml, table, texts
from wheelcheck.requirements.projects.project_modules import (
    ProjectFiles,
    backend_module,
    backend_places,
    missing_module,
)
from wheelcheck.requirements.projects.readmes import readmes, reads_readme

__all__ = ["builds_project", "fault_of_path", "faults_of_project"]

_NOT_BUILT: Mapping[str, frozenset[str]] = {
    "uv": frozenset(
        ("--no-install-project", "--no-install-workspace", "--no-install-local", "--only-group",
         "--only-dev", "--dry-run", "--no-install-package", "--package", "--script")
    ),
    "poetry": frozenset(("--no-root", "--no-directory", "--dry-run", "--only-root")),
}  # fmt: skip
"""Options with which a tool installs what a project requires, and not the project, or may."""
_NOT_BUILT_BY_VARIABLE = re.compile(r"UV_NO_INSTALL_(?:PROJECT|WORKSPACE|LOCAL)")

_OTHERS = ("/lib/", "/lib64/", "/mnt/", "/opt/", "/run/", "/tmp/", "/usr/", "/var/")  # noqa: S108
"""Where base images, packages, mounts and build tools put files."""


def faults_of_project(
    stage: StageState,
    folder: str,
    line: int,
    variables: Mapping[str, str | None],
    *,
    certain: bool = True,
) -> Iterator[Fault]:
    """Find what the build of a project reads and the image does not have.

    Args:
        stage: the stage at this moment.
        folder: the project's folder, an absolute path in the image.
        line: the line of the step that builds it.
        variables: those that the build sees.
        certain: whether the step fails where the build does.
    """
    tree = _project(stage, folder)
    for fault in faults_of_version(stage, tree, folder, line, variables):
        yield replace(fault, certain=fault.certain and certain)
    sure = certain and not stage.system.scripts
    module = missing_module(tree, _files(stage, folder))
    if module and not any(fault.code == "missing-from-context" for fault in stage.faults):
        message = (
            f"the build of the project in {folder} looks for the {module}, and nothing puts it "
            "there: it ends with an error"
        )
        yield Fault(line, "no-such-file", message, certain=sure)
    yield from _own_backend(stage, tree, folder, line, certain=sure)
    backend = _backend(tree)
    for name in readmes(tree) if reads_readme(backend) else ():
        path = absolute(name, folder)
        found = stage.files.find(path)
        if isinstance(found, FromContext):
            stage.need(found.path, line, copied=False)
        elif isinstance(found, Unknown) and found.code == "not-in-context":
            reader = backend_module(backend)
            message = (
                f"pyproject.toml names {redact(name)} as its readme, and nothing puts it into "
                f"{folder}: {reader} ends with an error"
            )
            yield Fault(line, "no-such-file", message, certain=sure)


def _files(stage: StageState, folder: str) -> ProjectFiles:
    """A project's files as far as something may bring them into the image."""
    files = stage.files

    def has(path: str) -> bool:
        place = absolute(path, folder)
        found = files.find(place)
        absent = isinstance(found, Unknown) and found.code == "not-in-context"
        return not absent or files.is_folder(place) or files.folder(place) is not None

    def has_in_namespace(name: str) -> bool:
        declared = files.find(absolute("pyproject.toml", folder))
        parent = posixpath.dirname(declared.path) if isinstance(declared, FromContext) else ""
        local = files.context.local_folder(parent or ".")
        inside = [each.name for each in local.iterdir()] if local is not None else []
        return any(has(f"{each}/{name}/__init__.py") for each in inside)

    return ProjectFiles(has, has_in_namespace)


def _own_backend(
    stage: StageState, tree: Mapping[str, Any], folder: str, line: int, *, certain: bool
) -> Iterator[Fault]:
    """A backend that is part of the project (``backend-path``, PEP 517) and is not copied."""
    system = table(tree, "build-system", complain=no_complaint)
    paths = tuple(texts(system, "backend-path", no_complaint))
    files = _files(stage, folder)
    places = backend_places(_backend(tree), paths)
    if places and not files.has_any(*places, *(f"{place}.py" for place in places)):
        message = (
            f"the build backend of the project in {folder} is in {', '.join(paths)}, which nothing "
            "puts there: it ends with an error"
        )
        yield Fault(line, "no-such-file", message, certain=certain)


def fault_of_path(
    stage: StageState, written: str, path: str, workdir: str, line: int
) -> Fault | None:
    """Find that an argument of pip is the path of no project and no archive in the image.

    Args:
        stage: the stage at this moment.
        written: the argument as it is written.
        path: what it means, an absolute path in the image.
        workdir: the working directory of the step: it alone is known to have nothing else in it.
        line: the line of the step.

    Returns:
        The fault, not certain after a script that may have written it; None where there is such a
        file, or may be.
    """
    for place in (path, *(absolute(name, path) for name in ("pyproject.toml", "setup.py"))):
        found = stage.files.find(place)
        if not (isinstance(found, Unknown) and found.code == "not-in-context"):
            return None
    if "*" in path or "$" in path or "dist" in path.split("/") or path.startswith(_OTHERS):
        return None
    message = f"nothing puts a project or an archive into the image at {redact(written)}"
    sure = path == workdir and not stage.system.scripts
    return Fault(line, "no-such-file", f"{message}: the step fails", certain=sure)


def builds_project(
    command: LockCommand, folder: str, stage: StageState, variables: Mapping[str, str | None]
) -> bool:
    """Whether a tool that follows a lock builds the project as well.

    Sources: docs.astral.sh/uv/concepts/projects/config (a project with a build system is
    packaged), python-poetry.org/docs/cli (install).
    """
    given = {word.partition("=")[0] for word in command.arguments}
    if command.tool not in _NOT_BUILT or given & _NOT_BUILT[command.tool]:
        return False
    named = filter(_NOT_BUILT_BY_VARIABLE.fullmatch, variables)
    if command.tool == "uv" and any(variables[name] not in {"", "0", "false"} for name in named):
        return False
    tree = _project(stage, folder)
    tool = table(tree, "tool", command.tool, complain=no_complaint)
    packaged = tool.get("package" if command.tool == "uv" else "package-mode")
    return packaged is not False and "build-system" in tree


def _project(stage: StageState, folder: str) -> Mapping[str, Any]:
    text = stage.files.text_of(absolute("pyproject.toml", folder))
    try:
        return {} if text is None else parse_toml("pyproject.toml", text)
    except RequirementsError:
        return {}


def _backend(tree: Mapping[str, Any]) -> str:
    backend = table(tree, "build-system", complain=no_complaint).get("build-backend")
    return backend if isinstance(backend, str) else ""
