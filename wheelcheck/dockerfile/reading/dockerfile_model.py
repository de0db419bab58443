"""What a Dockerfile says about installing Python packages, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from wheelcheck.distributions.distribution import Distribution, known_distribution
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.files.ignore_file import IgnoreRule
from wheelcheck.dockerfile.reading.shell.system_tools import Manager, SystemCommand
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown
from wheelcheck.requirements.requirement_set import Requirements
from wheelcheck.targets.target import Target

__all__ = [
    "CopiedFolder",
    "Dockerfile",
    "Excluded",
    "FolderKind",
    "InstallStep",
    "InstallerName",
    "Keeps",
    "LockInput",
    "MadeFolder",
    "Moment",
    "PresentPackage",
    "Stage",
    "Unread",
    "WheelSource",
    "packages_of",
]

FolderKind = Literal["wheels", "venv", "packages"]
Keeps = Literal["satisfying", "dependencies", "same", "nothing"]
"""What a step keeps of what is there: all that satisfies, that but for what the line names (pip
install --upgrade), only what would be installed again in the same version, or nothing."""
InstallerName = Literal["pip", "pip-no-cache-dir", "pip-no-cache", "uv"]
"""As `builds.environment.InstallerKind` has them: a variable switches the cache off for good."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the file that is not followed: where it stands, its text, and why."""

    line: int
    text: str
    why: Unknown


class Moment(NamedTuple):
    """When a command runs; the earlier moment is the smaller.

    `layer` is the first line of its RUN, `number` its place among the commands of that.
    """

    layer: int
    number: int


@dataclass(frozen=True, slots=True)
class PresentPackage:
    """A system package that a command installed.

    `added` is when it did so, `taken` when another one took the package away, None where none did.
    `stage` is the stage it was installed in, maybe a parent. `recommends` says that the packages it
    recommends came along.
    """

    name: str
    manager: Manager
    line: int
    added: Moment
    stage: int
    group: str = ""
    taken: Moment | None = None
    recommends: bool = False

    @property
    def layer(self) -> int:
        """The first line of the RUN that installed it; packages of one layer share it."""
        return self.added.layer

    @property
    def removed(self) -> int | None:
        """The first line of the RUN that took it away.

        A later one than `layer` leaves its bytes in the image.
        """
        return None if self.taken is None else self.taken.layer


def packages_of(
    command: SystemCommand, line: int, added: Moment, stage: int
) -> Iterator[PresentPackage]:
    """The packages that a command on a line of a stage installs."""
    for name in command.packages:
        yield PresentPackage(
            name,
            command.manager,
            line,
            added,
            stage,
            command.group,
            recommends=command.recommends,
        )


@dataclass(frozen=True, slots=True)
class MadeFolder:
    """A folder that an installation filled: wheels, a virtual environment, or packages.

    `pip` says that it is a new environment with a pip of its own.
    """

    path: str
    kind: FolderKind
    line: int
    stage: int
    pip: bool = False


@dataclass(frozen=True, slots=True)
class CopiedFolder:
    """``COPY --from``: what is copied from which stage. `stage` is None for another image.

    `made` is the folder that an installation filled, where it is one; `removed` is the line of
    a later RUN that deletes the copy, whose bytes stay in the COPY's layer.
    """

    line: int
    source: str
    stage: int | None
    paths: tuple[str, ...]
    destination: str
    made: MadeFolder | None = None
    removed: int | None = None


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Where a step takes wheels from that are built already.

    `mounted` says that the folder is bind-mounted, so that no layer keeps it.
    """

    path: str
    made: MadeFolder
    mounted: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file or folder of the build context that is needed, and that Docker does not get to see.

    `line` is that of the instruction that names it (`copied`), or of the step that reads it.
    """

    line: int
    path: str
    rule: IgnoreRule
    copied: bool


@dataclass(frozen=True, slots=True)
class LockInput:
    """The lock file that poetry, pdm, pipenv or uv install from.

    `path` is its place in the build context, None where it is not copied from there.
    """

    tool: str
    name: str
    path: str | None


@dataclass(frozen=True, slots=True)
class InstallStep:
    """One command that installs, downloads or builds distributions.

    `layer` is the first line of its RUN; `text` the command, without credentials. `requirements`
    holds what was read from its arguments and files; `inputs` names the files. `packages` are the
    system packages there at that moment, the parents' included; `remains` are gone, and what they
    had brought along is there. `wheels` are folders of ready wheels; with `only_ready_wheels`
    nothing else is taken. `folder` is where it installs or puts wheels, "" for the usual place;
    `environment` is the folder that it fills in any case, and `keeps` says what of its packages it
    leaves as they are, but for those `renewed`. `groups` are those asked for on the line. `number`
    counts the steps of a stage from 0, also those of one line. `offset` is where the command begins
    in what the shell reads of its RUN, the text or its one heredoc; where it is in the script of a
    ``sh -c``, the place of that. None where it has none there: in exec form, or in a heredoc with
    tabs before its lines. `requested` is the target that its options ask for, or why that is not
    known; None where it is the image's. `tolerated` says that the RUN goes on where the command
    fails (``|| true``, ``;``). `target` is set where it installs for another Python than the
    stage's. `breaks_system` says that it may change a Python that its distribution has marked (PEP
    668). `compiles` says that it writes byte-code. `compilers` are the programs that CC and CXX
    name, "" for none. `pretended` is the version that a variable gives every sdist, or ``…``.
    """

    line: int
    layer: int
    text: str
    tool: Literal["pip", "uv", "lock"]
    action: str
    installer: InstallerName
    requirements: Requirements = field(repr=False)
    inputs: tuple[str, ...] = ()
    packages: tuple[PresentPackage, ...] = field(default=(), repr=False)
    remains: tuple[PresentPackage, ...] = field(default=(), repr=False)
    wheels: tuple[WheelSource, ...] = ()
    only_ready_wheels: bool = False
    lock: LockInput | None = None
    folder: str = ""
    environment: str = ""
    keeps: Keeps = "satisfying"
    renewed: tuple[str, ...] = ()
    venv: str = ""
    no_deps: bool = False
    no_build_isolation: bool = False
    user: bool = False
    upgrade: bool = False
    no_cache: bool = False
    cache_mounts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    number: int = 0
    offset: int | None = None
    tolerated: bool = False
    requested: Target | Unknown | None = None
    dry_run: bool = False
    target: Target | None = None
    breaks_system: bool = False
    compiles: bool = True
    compilers: tuple[str, str] = ("", "")
    pretended: str = ""

    @property
    def bringing(self) -> tuple[PresentPackage, ...]:
        """The packages that are there, or of which what they had brought along is."""
        return (*self.packages, *self.remains)

    @property
    def builds(self) -> bool:
        """Whether a source build may happen in this step."""
        return not self.only_ready_wheels and self.action != "download"


@dataclass(frozen=True, slots=True)
class Stage:
    """One build stage. `index` counts from 0; `name` is what stands behind AS, in lower case.

    `image` is the base image after expansion, "" where it is a stage of this file, which `parent`
    then is. `target` is where its packages would be installed, or why that is not known.
    `packages` are the system packages at its end, `leftovers` those removed in a later layer than
    they were added in, `remains` those of which a command took only what it names: what they had
    brought along is there. `unsized` is what else was installed, `scripts` are the lines of
    scripts, which may install whatever they like. `folders` are those that installations filled,
    parents' included. `uncleaned` are layers (by first line) that keep a package manager's index;
    `mounted` the stages that its RUNs mount; `excluded` what a ``.dockerignore`` keeps from it.
    `faults` are steps that cannot work, or may not; `sure_image` is False for an image that is a
    guess, and `own_python` says that the image has a Python beside its distribution's (conda's).
    """

    index: int
    name: str
    line: int
    image: str
    parent: int | None
    platform: str
    target: Target | Unknown
    instructions: tuple[Instruction, ...] = field(default=(), repr=False)
    steps: tuple[InstallStep, ...] = ()
    copies: tuple[CopiedFolder, ...] = ()
    folders: tuple[MadeFolder, ...] = ()
    packages: tuple[PresentPackage, ...] = ()
    leftovers: tuple[PresentPackage, ...] = ()
    remains: tuple[PresentPackage, ...] = ()
    unsized: tuple[str, ...] = ()
    scripts: tuple[int, ...] = ()
    uncleaned: tuple[tuple[int, Manager], ...] = ()
    mounted: tuple[int, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    workdir: str = "/"
    unread: tuple[Unread, ...] = ()
    faults: tuple[Fault, ...] = ()
    sure_image: bool = True
    own_python: bool = False

    @property
    def distribution(self) -> Distribution | None:
        """The distribution of its image; None where it is not known."""
        return known_distribution(self.target)

    @property
    def bringing(self) -> tuple[PresentPackage, ...]:
        """The packages that are there, or of which what they had brought along is."""
        return (*self.packages, *self.remains)

    @property
    def title(self) -> str:
        """How people call it: its name, or its number among the stages."""
        return self.name or f"stage {self.index}"


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file. `name` is for people; `unread` holds what stands before the first stage."""

    name: str
    text: str = field(repr=False)
    stages: tuple[Stage, ...]
    unread: tuple[Unread, ...] = ()
    wanted: int | None = None

    @property
    def final(self) -> Stage | None:
        """The stage that becomes the image: `wanted` (``--target``), else the last."""
        if self.wanted is not None:
            return self.stages[self.wanted]
        return self.stages[-1] if self.stages else None

    @property
    def needed(self) -> frozenset[int]:
        """Stages that the final one is built from, itself included; BuildKit skips all others."""
        found: set[int] = set()
        todo = [self.final.index] if self.final else []
        while todo:
            index = todo.pop()
            if index not in found:
                found.add(index)
                todo.extend(_sources(self.stages[index]))
        return frozenset(found)

    @property
    def all_unread(self) -> tuple[Unread, ...]:
        """Everything that was not followed of what is built, in the order of lines."""
        built = [stage for stage in self.stages if stage.index in self.needed]
        parts = [*self.unread, *(each for stage in built for each in stage.unread)]
        return tuple(sorted(parts, key=lambda each: each.line))


def _sources(stage: Stage) -> Iterator[int]:
    """The stages that a stage is built on or takes files from."""
    yield from stage.mounted
    if stage.parent is not None:
        yield stage.parent
    for copied in stage.copies:
        if copied.stage is not None:
            yield copied.stage
