"""What there is to judge in a folder, and where it would be installed.

By the folder's ``[tool.wheelcheck]`` first, then by the files that it holds: see `folder_inputs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.errors import TargetError, Unknown, UsageError
from wheelcheck.requirements.folder_inputs import FolderInputs, folder_inputs, project_table
from wheelcheck.targets import Target, expand_target_on

if TYPE_CHECKING:  # much code, for folders with a Dockerfile alone
    from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile

__all__ = ["Discovery", "discover", "is_folder"]

PYTHON_VERSION = ".python-version"
_DOCKERFILES = ("Dockerfile", "Containerfile", "Dockerfile.*", "*.Dockerfile", "docker/Dockerfile")
_COMPOSE = ("compose.y*ml", "docker-compose.y*ml")
_NO_DOCKERFILE = re.compile(
    r".*\.(?:dockerignore|md|orig|bak|rej|tmpl|j2|jinja2?|erb)", re.IGNORECASE
)
_PYTHON = re.compile(r"(?:c?python-?)?(\d+\.\d+)(?:\.\d+)*(t?)")
_OTHER_PYTHON = re.compile(r"(pypy|graalpy)[-@]?(\d+\.\d+)?.*")
_MOST_NAMES = 6
_MOST_SUBFOLDERS = 50


class Discovery(Struct, frozen=True, kw_only=True):
    """What was found in a folder.

    `inputs` are judged; `left` names what could have been judged instead. `targets` are spellings,
    () where nothing says where it would be installed; `targets_from` names the file that does.
    `locks` are all lock files of the folder, and `project` the file that declares what it
    requires, None without one: both are compared with what is judged. `remarks` are sentences for
    the report. `declares_nothing` says that the folder's project only configures tools.
    """

    folder: Path
    inputs: tuple[Path, ...]
    left: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    targets_from: str = ""
    locks: tuple[Path, ...] = ()
    project: Path | None = None
    remarks: tuple[str, ...] = ()
    declares_nothing: bool = False

    @property
    def sentence(self) -> str:
        """One line on what is judged and what is not."""
        taken = _names([_shown(path, self.folder) for path in self.inputs])
        where = f" on {_names(self.targets)} ({self.targets_from})" if self.targets else ""
        left = f"; not judged: {_names(self.left)}" if self.left else ""
        place = "here" if self.folder == Path() else f"in {self.folder}"
        return f"found {place}: {taken}{where}{left}"


def is_folder(given: object) -> bool:
    """Whether an input names a folder; a bare word in a string may be a project's name."""
    if isinstance(given, str):
        is_path = given in {".", ".."} or "/" in given or "\\" in given
        return is_path and "://" not in given and Path(given).is_dir()
    return isinstance(given, Path) and given.is_dir()


def discover(folder: Path, *, as_of: date, with_targets: bool = True) -> Discovery:
    """Find what can be judged in a folder, without judging it.

    `as_of` is the day on which images are looked at; without `with_targets` nothing is read to
    find out where it would be installed.

    Raises `UsageError` where there is nothing, naming what to type, and where a file of the folder
    cannot be read.
    """
    tree = project_table(folder)
    settings = _settings(tree)
    held = folder_inputs(folder)
    dockerfiles = list(_dockerfiles(folder))
    inputs = _requirement_files(folder, settings, held, dockerfiles)
    where = _Where()
    if inputs and with_targets:
        where = _where(folder, settings, dockerfiles, as_of)
    inputs = inputs or (_build_file(folder, dockerfiles, held),)
    used = {_shown(path, folder) for path in inputs} | {where.source}
    discovery = Discovery(
        folder=folder,
        inputs=inputs,
        left=tuple(name for name in _every(folder, held, dockerfiles) if name not in used),
        targets=where.targets,
        targets_from=where.source,
        remarks=where.remarks,
    )
    if inputs != (folder / held.taken,):
        return discovery
    return replace(
        discovery,
        locks=tuple(folder / name for name in held.locks),
        project=_project_of(folder, tree) if held.taken in held.locks else None,
        declares_nothing=held.empty_project,
    )


def _requirement_files(
    folder: Path, settings: Mapping[str, Any], held: FolderInputs, dockerfiles: list[Path]
) -> tuple[Path, ...]:
    """What the settings name, else what the folder has; () where that is a Dockerfile at best."""
    stated = tuple(folder / name for name in _listed(settings, "requirements"))
    if stated or not held.taken or (held.empty_project and dockerfiles):
        return stated
    return (folder / held.taken,)


def _every(folder: Path, held: FolderInputs, dockerfiles: list[Path]) -> Iterable[str]:
    """All that could be judged, by name."""
    beside = [_shown(path, folder) for path in (*dockerfiles, *_matching(folder, _COMPOSE))]
    return dict.fromkeys((held.taken, *held.left, *beside) if held.taken else beside)


class _Where(Struct, frozen=True):
    """Where it would be installed, the file that says so, and what to say of it."""

    targets: tuple[str, ...] = ()
    source: str = ""
    remarks: tuple[str, ...] = ()


def _where(
    folder: Path, settings: Mapping[str, Any], dockerfiles: list[Path], as_of: date
) -> _Where:
    """By the settings, else the Dockerfile's image, else ``.python-version``."""
    stated = tuple(_listed(settings, "targets"))
    if stated:
        return _Where(stated, "[tool.wheelcheck]")
    remarks = []
    python = _python_version(folder, as_of)
    if dockerfiles:
        name = _shown(dockerfiles[0], folder)
        target = _image_target(dockerfiles[0], settings, as_of)
        if isinstance(target, Target):
            version = "{}.{}".format(*target.python)
            if python and python[1] and python[1].strip("t") != version:
                remarks.append(
                    f"{PYTHON_VERSION} says {python[0]}, {name} installs on Python {version}: "
                    f"judged as {name} has it"
                )
            return _Where((target.name,), name, tuple(remarks))
        remarks.append(f"{name} does not say where it is installed: {target.reason}")
    if python and python[1]:
        return _Where((python[1],), PYTHON_VERSION, tuple(remarks))
    if python:
        remarks.append(f"{PYTHON_VERSION} says {python[0]!r}, which is no Python that is known")
    return _Where(remarks=tuple(remarks))


def _image_target(path: Path, settings: Mapping[str, Any], as_of: date) -> Target | Unknown:
    """Where the image of a Dockerfile installs; a builder's, where the final image has no Python.

    The final image is that where wheels must load.
    """
    from wheelcheck.dockerfile.reading.dockerfile_reader import read_dockerfile  # much code

    images = settings.get("images", {})
    known = {str(k): str(v) for k, v in images.items()} if isinstance(images, dict) else {}
    try:
        read = read_dockerfile(path, as_of=as_of, images=known)
    except OSError as error:
        return Unknown("dockerfile-unreadable", str(error.strerror or error))
    if read.final is None:
        return Unknown("no-stage", "it has no FROM line")
    final, built = read.final.target, _last_installing(read)
    if isinstance(final, Target) and (built is None or built.python == final.python):
        return final
    return built or final


def _last_installing(dockerfile: Dockerfile) -> Target | None:
    """The target of the last stage that installs something the image needs."""
    for stage in reversed(dockerfile.stages):
        if stage.index in dockerfile.needed and stage.steps and isinstance(stage.target, Target):
            return stage.target
    return None


def _python_version(folder: Path, as_of: date) -> tuple[str, str] | None:
    """What ``.python-version`` says, and the spelling of that Python; "" where it is not known."""
    path = folder / PYTHON_VERSION
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    words = next((line.strip() for line in lines if line.strip() and line.strip()[0] != "#"), "")
    usual, other = _PYTHON.fullmatch(words), _OTHER_PYTHON.fullmatch(words)
    spelling = f"{usual[1]}{usual[2]}" if usual else ""
    if other and other[2]:
        spelling = f"{other[1]}{other[2].replace('.', '') if other[1] == 'graalpy' else other[2]}"
    try:
        if spelling:
            expand_target_on(spelling, as_of=as_of)
    except TargetError:
        spelling = ""
    return words[:40], spelling


def _settings(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    tools = tree.get("tool", {})
    settings = tools.get("wheelcheck", {}) if isinstance(tools, dict) else {}
    return settings if isinstance(settings, dict) else {}


def _listed(settings: Mapping[str, Any], key: str) -> list[str]:
    value = settings.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"[tool.wheelcheck] {key} must be a list of strings")
    return value


def _dockerfiles(folder: Path) -> Iterator[Path]:
    yield from (path for path in _matching(folder, _DOCKERFILES))


def _matching(folder: Path, patterns: Iterable[str]) -> list[Path]:
    found = (path for pattern in patterns for path in sorted(folder.glob(pattern)))
    return list(
        dict.fromkeys(
            path for path in found if path.is_file() and not _NO_DOCKERFILE.fullmatch(path.name)
        )
    )


def _build_file(folder: Path, dockerfiles: list[Path], held: FolderInputs) -> Path:
    """The Dockerfile or compose file of a folder that has nothing else; raises `UsageError`."""
    files = dockerfiles or _matching(folder, _COMPOSE)
    if files:
        return files[0]
    if held.taken:
        return folder / held.taken
    raise UsageError(_nothing_in(folder))


def _nothing_in(folder: Path) -> str:
    place = "this folder" if folder == Path() else str(folder)
    message = (
        f"nothing to check in {place}: no lock file, requirement file, pyproject.toml or Dockerfile"
    )
    below = _below(folder)
    if below:
        return f"{message}; there is one below it: wheelcheck {below}"
    return f"{message}; name a file, - for standard input, or --package NAME"


def _below(folder: Path) -> str:
    """The first folder below that has something to judge, "" where none has."""
    try:
        inner = sorted(path for path in folder.iterdir() if path.is_dir())[:_MOST_SUBFOLDERS]
    except OSError:
        return ""
    for path in inner:
        if path.name.startswith(".") or path.name in {"node_modules", "venv", "__pycache__"}:
            continue
        try:
            if folder_inputs(path).taken or _matching(path, _DOCKERFILES):
                return str(path)
        except (OSError, UsageError):
            continue
    return ""


def _project_of(folder: Path, tree: Mapping[str, Any]) -> Path | None:
    tools = tree.get("tool", {})
    poetry = isinstance(tools, dict) and "poetry" in tools
    return folder / "pyproject.toml" if "project" in tree or poetry else None


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _names(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _MOST_NAMES
    return ", ".join(every[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
