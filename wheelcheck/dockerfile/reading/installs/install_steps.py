"""From an install command in a stage to an `InstallStep`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from msgspec import structs

from wheelcheck.dockerfile.reading.dockerfile_model import (
    InstallStep,
    WheelSource,
)
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.installs.command_effects import (
    folder_of,
    installer_of,
    keeps_of,
    made_folder,
    pretended_version,
    writes_byte_code,
)
from wheelcheck.dockerfile.reading.installs.image_inputs import Gathered, InstallContext
from wheelcheck.dockerfile.reading.installs.install_faults import faults_of_install
from wheelcheck.dockerfile.reading.installs.layer import Layer
from wheelcheck.dockerfile.reading.installs.missing_installers import faults_of_installer
from wheelcheck.dockerfile.reading.installs.needs_of_git import faults_of_checkouts
from wheelcheck.dockerfile.reading.installs.project_faults import fault_of_path, faults_of_project
from wheelcheck.dockerfile.reading.installs.requested_target import (
    requested_target,
    requests_a_target,
)
from wheelcheck.dockerfile.reading.installs.requirement_inputs import gather
from wheelcheck.dockerfile.reading.shell.install_commands import (
    INDEX_OPTIONS,
    InstallerCommand,
    unknown_index,
)
from wheelcheck.dockerfile.reading.stages.pip_settings import unseen_settings
from wheelcheck.dockerfile.reading.stages.stage_state import LONGEST_TEXT, StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown
from wheelcheck.redaction import redact
from wheelcheck.requirements.requirement_set import Origin
from wheelcheck.targets.target import Target

__all__ = ["add_install", "note_project", "shown_text"]

_VERSIONED = re.compile(r"(?:python|pip|pypy)(\d)\.(\d+)$")
_NAME = re.compile(r"([\w.-]*).*", re.DOTALL)

_TRUE = {"1", "y", "yes", "t", "true", "on"}
"""What pip and uv take for a yes in a variable."""


@dataclass(frozen=True, slots=True)
class _Install:
    """A command of pip or uv at its place: the stage, the RUN, and the line with its text.

    `variables` are those that it sees, `environ` those of them whose values are known.
    """

    stage: StageState
    layer: Layer
    command: InstallerCommand
    line: int
    text: str
    variables: Mapping[str, str | None]

    @property
    def environ(self) -> dict[str, str]:
        return {name: value for name, value in self.variables.items() if value is not None}

    @property
    def links(self) -> list[str]:
        """What ``--find-links`` names in the image."""
        return [link for link in self.command.values("find-links") if "://" not in link]

    @property
    def breaks_system(self) -> bool:
        """Whether it installs beside the distribution's packages (PEP 668)."""
        variable = f"{self.command.tool.upper()}_BREAK_SYSTEM_PACKAGES"
        by_variable = self.environ.get(variable, "0").lower() in _TRUE
        return self.command.has("break-system-packages") or by_variable

    def note(self, why: Unknown) -> None:
        """Note what of it is not followed."""
        self.stage.note_unread(self.line, self.text, why)

    def gather(self) -> Gathered:
        """Read what it asks for; what cannot be read is noted, and what makes it fail."""
        stage, command, layer = self.stage, self.command, self.layer
        origin = Origin(stage.file_name, self.line)
        around = InstallContext(
            stage.files, layer.workdir, self.environ, origin, stage.as_of, stage.changes_files
        )
        gathered = gather(command, around)
        problems = gathered.problems
        if command.tool == "pip":
            problems += tuple(unseen_settings(stage.files, self.variables, stage.home))
        for why in problems:
            self.note(why)
        if layer.required:
            self._note_faults(gathered)
        return gathered

    def _note_faults(self, gathered: Gathered) -> None:
        stage, command, layer = self.stage, self.command, self.layer
        faults = (
            *faults_of_install(
                stage,
                command,
                layer.workdir,
                layer.venv,
                gathered.problems,
                self.line,
                self.variables,
            ),
            *(faults_of_installer(stage, "uv", self.line) if command.program == "uv" else ()),
            *faults_of_checkouts(stage, gathered.requirements, self.line),
        )
        for fault in faults:
            stage.fault(fault)
        for each in gathered.projects:
            folder = absolute(each.partition("[")[0].strip(), layer.workdir)
            note_project(stage, folder, self.line, self.variables)

    def fault_of(self, written: str, path: str) -> Fault | None:
        """Why a path among its arguments makes it fail."""
        layer = self.layer
        if any(_is_below(path, mount) for mount in layer.cache_mounts):
            return None
        return fault_of_path(self.stage, written, path, layer.workdir, self.line)

    def requested(self) -> Target | Unknown | None:
        """The target that its options name; None where they name none."""
        target = self.stage.target
        if not requests_a_target(self.command) or not isinstance(target, Target):
            return None
        named = requested_target(self.command, target, self.stage.as_of)
        if isinstance(named, Unknown):
            self.note(named)
        return named


def add_install(
    stage: StageState,
    layer: Layer,
    command: InstallerCommand,
    line: int,
    text: str,
    overlay: Mapping[str, str | None],
) -> None:
    """Add a step for pip or uv to the stage; `overlay` are variables for this command alone."""
    command = _known_part(command)
    install = _Install(stage, layer, command, line, text, {**stage.variables, **overlay})
    for option in command.strange:
        install.note(Unknown("unknown-option", f"the option {option} is not known"))
    gathered = install.gather()
    wheels = _wheel_sources(install, gathered.local)
    ready = bool(wheels) and (
        command.has("no-index") or len(_ready(wheels, gathered.local, layer)) == len(wheels)
    )
    projects = _projects(install, gathered, wheels)
    requirements = gathered.requirements
    if install.links:
        # What the folder holds came from an index: that is judged, with or without --no-index.
        requirements = structs.replace(
            requirements, index=replace(requirements.index, no_index=False)
        )
    _warn_of_options(install)
    _warn_of_links(install, wheels)
    step = InstallStep(
        line=line,
        layer=layer.line,
        text=shown_text(text),
        tool=command.tool,
        action=command.action,
        installer=installer_of(command),
        requirements=requirements,
        inputs=gathered.inputs,
        packages=tuple(stage.packages),
        remains=tuple(stage.remains),
        wheels=wheels,
        only_ready_wheels=ready,
        folder=folder_of(command, layer),
        keeps=keeps_of(command),
        renewed=tuple(_NAME.sub(r"\1", each) for each in command.values("upgrade-package")),
        venv=layer.venv,
        no_deps=command.has("no-deps"),
        no_build_isolation=command.has("no-build-isolation"),
        user=command.has("user"),
        breaks_system=install.breaks_system,
        compiles=writes_byte_code(command, install.environ),
        compilers=(_program(install.environ.get("CC")), _program(install.environ.get("CXX"))),
        pretended=pretended_version(install.variables),
        upgrade=command.has("upgrade"),
        no_cache=command.has("no-cache"),
        cache_mounts=layer.cache_mounts,
        projects=projects,
        groups=command.values("group"),
        offset=layer.offset,
        tolerated=not layer.required,
        requested=install.requested(),
        dry_run=command.has("dry-run"),
        target=_other_target(stage, command, layer),
    )
    stage.add_step(step, made_folder(step, command, stage))


def note_project(
    stage: StageState,
    folder: str,
    line: int,
    variables: Mapping[str, str | None],
    *,
    certain: bool = True,
) -> None:
    """Note why the build of a project in a folder of the image fails."""
    for fault in faults_of_project(stage, folder, line, variables, certain=certain):
        stage.fault(fault)


def _warn_of_links(install: _Install, wheels: tuple[WheelSource, ...]) -> None:
    """Note folders of ``--find-links`` of which it is not known what they hold."""
    for link in install.links:
        folder = absolute(link, install.layer.workdir)
        if not any(folder.startswith(wheel.path) for wheel in wheels):
            message = f"what {redact(link)} holds is not known here: the index is judged instead"
            install.note(Unknown("file-in-image", message))


def _other_target(stage: StageState, command: InstallerCommand, layer: Layer) -> Target | None:
    """The target of a virtual environment that was made for another Python."""
    own = posixpath.dirname(posixpath.dirname(command.program))
    default = absolute(".venv", layer.workdir) if command.tool == "uv" else ""
    places = (layer.venv, own, default)
    python = next((stage.venv_pythons[item] for item in places if item in stage.venv_pythons), None)
    return stage.with_other_python(python)


def _known_part(command: InstallerCommand) -> InstallerCommand:
    """The command without the words that could not be expanded, which are reported elsewhere.

    An index is not left out: it may have what no other has. Nor is the folder that is filled.
    """
    return replace(
        command,
        arguments=tuple(each for each in command.arguments if "\0" not in each),
        options=tuple(_known_options(command.options)),
    )


def _known_options(options: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in options:
        if "\0" not in value:
            yield name, value
        elif name in INDEX_OPTIONS:
            yield unknown_index(f"--{name}")
        elif name == "folder":
            yield name, value.replace("\0", "…")


def shown_text(text: str) -> str:
    """A command as it is shown: on a line, not too long, without credentials."""
    shown = redact(" ".join(text.split()))
    return f"{shown[:LONGEST_TEXT]}…" if len(shown) > LONGEST_TEXT else shown


def _wheel_sources(install: _Install, local: Iterable[str]) -> tuple[WheelSource, ...]:
    """Folders of wheels, built earlier, that a command names."""
    layer = install.layer
    found: dict[WheelSource, None] = {}
    for text in (*local, *install.links):
        path = absolute(text, layer.workdir)
        bare = path.partition("*")[0].rstrip("/") or "/"
        for made in reversed((*install.stage.folders, *layer.mounted)):
            if made.kind == "wheels" and (bare == made.path or bare.startswith(f"{made.path}/")):
                found[WheelSource(made.path, made, made in layer.mounted)] = None
                break
    return tuple(found)


def _ready(
    wheels: tuple[WheelSource, ...], local: tuple[str, ...], layer: Layer
) -> tuple[WheelSource, ...]:
    """The sources from which everything comes: named as paths, or searched by --find-links."""
    paths = [absolute(each, layer.workdir) for each in local]
    elsewhere = [path for path in paths if not any(path.startswith(wheel.path) for wheel in wheels)]
    return () if elsewhere else wheels


def _projects(
    install: _Install, gathered: Gathered, wheels: tuple[WheelSource, ...]
) -> tuple[str, ...]:
    """Folders of the build context that are installed as projects; unread parts are reported."""
    found = list(gathered.projects.values())
    mounted = install.layer.mounted
    for each in gathered.local:
        path = absolute(each.partition("[")[0], install.layer.workdir)
        ready = any(_is_below(path, wheel.path) for wheel in wheels)
        if ready or each in gathered.projects:
            continue
        folder = install.stage.files.folder(path)
        made = any(_is_below(path, made.path) for made in (*install.stage.folders, *mounted))
        fault = None if made else install.fault_of(each, path)
        if fault is not None:
            if install.layer.required:
                install.stage.fault(fault)
            install.note(Unknown("no-such-file", f"{redact(each)} is not in the image"))
        elif folder is not None:
            found.append(folder)
            message = "it has no pyproject.toml, and its setup script would have to be run"
            install.note(Unknown("local-project", f"{redact(each)}: {message}"))
        else:
            message = f"{redact(each)} is in the image, but nothing tells where it comes from"
            install.note(Unknown("file-in-image", message))
    return tuple(found)


def _program(command: str | None) -> str:
    """The compiler in what CC or CXX says: ``ccache clang -O2``."""
    words = [posixpath.basename(word) for word in (command or "").split()]
    return next((word for word in words if word not in {"ccache", "distcc", "env"}), "")


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _warn_of_options(install: _Install) -> None:
    """What makes the answer for this step differ from that for the stage's image."""
    command, target = install.command, install.stage.target
    pythons = [*command.values("python"), command.program]
    version = next(filter(None, map(_VERSIONED.search, pythons)), None)
    if version and isinstance(target, Target):
        python = int(version[1]), int(version[2])
        if python != target.python and not install.stage.turns_to(python):
            message = "Python {}.{} is not the image's {}.{}".format(*python, *target.python)
            install.note(Unknown("other-python", message))
    for meaning, message in (
        ("group", "dependency groups"),
        ("script", "a script's requirements"),
        ("override", "uv's overrides"),
        ("only-deps", "a project's dependencies alone"),
    ):
        if command.has(meaning):
            install.note(Unknown("not-followed", f"{message} are not read here"))
