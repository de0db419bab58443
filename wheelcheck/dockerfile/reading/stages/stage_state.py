"""A stage while it is read: its variables, files, system packages and what was installed so far."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

from wheelcheck.distributions.distribution import Distribution, known_distribution
from wheelcheck.dockerfile.reading.dockerfile_model import (
    CopiedFolder,
    Excluded,
    InstallStep,
    MadeFolder,
    Moment,
    PresentPackage,
    Stage,
    Unread,
    packages_of,
)
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.files.image_files import ImageFiles, Inline
from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.shell.system_tools import Manager, SystemCommand
from wheelcheck.dockerfile.reading.shell.variables import MAX_VALUE
from wheelcheck.dockerfile.reading.stages.pip_settings import Setting
from wheelcheck.dockerfile.reading.stages.system_state import Fault, SystemState
from wheelcheck.errors import TargetError, Unknown
from wheelcheck.redaction import redact
from wheelcheck.targets import Target
from wheelcheck.targets.images.likely_images import with_python

__all__ = ["StageState"]

LONGEST_TEXT = 300
"""Characters of the file that are shown in one place."""


_CHANGES = re.compile(
    r"\b(?:rm|rmdir|unlink|mv)\b(?!(?:\s+-\S+)*\s+/(?:var|tmp|root|usr|opt)\b)"
    r"|\b(?:find|xargs|eval|git|rsync)\b"
)
"""Programs that take files away, as far as only their words are known."""


@dataclass(slots=True)
class StageState:
    """Grows instruction by instruction; `finished` gives the value."""

    index: int
    name: str
    line: int
    image: str
    parent: int | None
    platform: str
    target: Target | Unknown
    files: ImageFiles
    as_of: date
    file_name: str
    escape: str = "\\"
    environment: dict[str, str | None] = field(default_factory=dict)
    arguments: dict[str, str | None] = field(default_factory=dict)
    workdir: str = "/"
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    instructions: list[Instruction] = field(default_factory=list)
    steps: list[InstallStep] = field(default_factory=list)
    copies: list[CopiedFolder] = field(default_factory=list)
    folders: list[MadeFolder] = field(default_factory=list)
    packages: list[PresentPackage] = field(default_factory=list)
    leftovers: list[PresentPackage] = field(default_factory=list)
    remains: list[PresentPackage] = field(default_factory=list)
    unsized: dict[str, None] = field(default_factory=dict)
    scripts: dict[int, None] = field(default_factory=dict)
    uncleaned: list[tuple[int, Manager]] = field(default_factory=list)
    mounted: dict[int, None] = field(default_factory=dict)
    excluded: dict[str, Excluded] = field(default_factory=dict)
    unread: dict[Unread, None] = field(default_factory=dict)
    system: SystemState = field(default_factory=SystemState)
    faults: dict[Fault, None] = field(default_factory=dict)
    sure_image: bool = True
    own_python: bool = False
    pip_settings: list[Setting] = field(default_factory=list)
    venv_pythons: dict[str, tuple[int, int]] = field(default_factory=dict)

    def inherit(self, base: StageState) -> None:
        """Begin where another stage ended, with its ARGs (Dockerfile reference, ARG, Scope)."""
        self.arguments = {**base.arguments, **self.arguments}
        self.environment = dict(base.environment)
        self.workdir, self.shell = base.workdir, base.shell
        self.files = replace(base.files, stages=self.files.stages)
        self.system, self.sure_image = base.system.copy(), base.sure_image
        self.own_python = base.own_python
        self.venv_pythons = dict(base.venv_pythons)
        self.packages, self.leftovers = list(base.packages), list(base.leftovers)
        self.remains, self.unsized = list(base.remains), dict(base.unsized)
        self.scripts = dict(base.scripts)
        self.folders = list(base.folders)

    @property
    def home(self) -> str:
        """The home of the user that commands run as; that of root where it is not known."""
        return self.variables.get("HOME") or self.system.home or "/root"

    @property
    def distribution(self) -> Distribution | None:
        """The distribution of the image; None where it is not known."""
        return known_distribution(self.target)

    @property
    def variables(self) -> dict[str, str | None]:
        """What ``$NAME`` stands for: ENV goes before ARG (BuildKit's reference, ARG)."""
        return {**self.arguments, **self.environment}

    @property
    def changes_files(self) -> bool:
        """Whether RUNs may have changed files of the image in ways that are not followed."""
        runs = (each for each in self.instructions if each.keyword == "RUN")
        texts = (
            text for each in runs for text in (each.text, *(doc.content for doc in each.heredocs))
        )
        return bool(self.system.scripts) or any(map(_CHANGES.search, texts))

    def active_venv(self, overlay: Mapping[str, str | None], *, by_name: bool) -> str:
        """The virtual environment that a tool installs into; "" for none.

        It is first in PATH, or VIRTUAL_ENV names it; `overlay` are the variables of a RUN alone.
        Unless a tool goes `by_name`, the variable counts where PATH may lead there: a bare pip is
        the first in PATH, and looks at nothing else.
        """
        variables = {**self.environment, **overlay}
        named = variables.get("VIRTUAL_ENV")
        path = variables.get("PATH", "")
        if not by_name and path is not None and f"{named}/bin" not in path:
            named = None
        first = (path or "").partition(":")[0]
        venvs = {folder.path for folder in self.folders if folder.kind == "venv"}
        for place in (named, first.removesuffix("/bin") if first.endswith("/bin") else None):
            if place in venvs:
                return place
        return ""

    def note_unread(self, line: int, text: str, why: Unknown) -> None:
        """Keep a part that was not followed, once."""
        shown = redact(" ".join(text.split()))
        if len(shown) > LONGEST_TEXT:
            shown = f"{shown[:LONGEST_TEXT]}…"
        self.unread[Unread(line, shown, why)] = None

    def note_unread_variables(self, line: int, text: str, names: Iterable[str]) -> None:
        """Note that variables of an instruction or a command are not known."""
        listed = ", ".join(dict.fromkeys(names))
        if listed:
            why = f"the value of {redact(listed)} is not known here"
            self.note_unread(line, text, Unknown("unknown-variable", why))

    def add_step(self, step: InstallStep, made: MadeFolder) -> None:
        """Add a step and the folder it fills; note where its target is not known."""
        self.steps.append(replace(step, number=len(self.steps), environment=made.path))
        self.folders.append(made)
        for path in step.inputs:
            self.need(path, step.line, copied=False)
        if isinstance(self.target, Unknown):
            self.note_unread(self.line, f"FROM {self.instructions[0].text}", self.target)

    def fault(self, found: Fault | None) -> None:
        """Note a step that cannot work; of a guessed image nothing is certain."""
        if found is not None:
            self.faults[replace(found, certain=found.certain and self.sure_image)] = None

    def make_folder(self, path: str, owner: str = "") -> None:
        """A folder exists from now on; it is the user's where it is nobody else's."""
        if not self.files.is_folder(path):
            self.system.owns([path], owner or self.system.user or "root", made=True)
        self.files = self.files.with_folder(path)

    def text_of(self, path: str) -> str | None:
        """The text of a file of the image that comes from the build context, or from a RUN."""
        place = absolute(path, "/")
        found = self.files.find(place)
        return found.text if isinstance(found, Inline) else self.files.text_of(place)

    def need(self, path: str, line: int, *, copied: bool) -> None:
        """Note, once, a file of the build context that is needed and left out of it."""
        rule = self.files.context.excluded(path)
        if rule is not None:
            self.excluded.setdefault(path, Excluded(line, path, rule, copied))

    def turns_to(self, python: tuple[int, int]) -> bool:
        """Take a Python that was installed beside the distribution's for the stage's, if it can be.

        It can where the image has none of its own, and nothing was installed for another before.
        """
        target = self.target
        if isinstance(target, Unknown) or target.image is None or "python" in target.image.name:
            return False
        names = {"python{}.{}".format(*python), "python{}{}".format(*python)}
        if self.steps or not names & {package.name for package in self.packages}:
            return False
        try:
            found = with_python(target, python, self.as_of)
        except TargetError:
            return False
        message = "Python {}.{} is installed in it: the newest patch release is assumed".format(
            *python
        )
        self.target = replace(found, notes=(*found.notes, message))
        return True

    def with_other_python(self, python: tuple[int, int] | None) -> Target | None:
        """The stage's target with another Python; None where it is the same, or not known."""
        target = self.target
        if python is None or isinstance(target, Unknown) or python == target.python:
            return None
        try:
            return with_python(target, python, self.as_of)
        except TargetError:
            return None

    def takes_python(self, version: str) -> None:
        """Take conda's Python for the stage's; of ``3`` the newest is meant, which is not known."""
        major, dot, minor = version.partition(".")
        if dot and major == "3" and isinstance(self.target, Target):
            with suppress(TargetError):
                self.target = with_python(self.target, (3, int(minor)), self.as_of)

    def set_variable(self, name: str, value: str | None, *, argument: bool = False) -> None:
        """ARG or ENV; a value too long to be meant is not known."""
        short = value if value is None or len(value) <= MAX_VALUE else None
        (self.arguments if argument else self.environment)[name] = short

    def path(self, text: str) -> str:
        """A path of an instruction, absolute, a ``/`` at its end kept."""
        folder = text.endswith(("/", "/.")) or text == "."
        return absolute(text, self.workdir, "~") + ("/" if folder else "")

    def apply(self, command: SystemCommand, line: int, moment: Moment) -> None:
        """Add or remove system packages."""
        if command.action == "add":
            self.packages += packages_of(command, line, moment, self.index)
            self.unsized |= dict.fromkeys(posixpath.basename(path) for path in command.files)
            if command.hidden:
                self.unsized[f"some packages of line {line}"] = None
        elif command.action == "remove":
            self._remove_packages(command, moment)

    def _remove_packages(self, command: SystemCommand, moment: Moment) -> None:
        """Packages go; what they brought along stays, unless orphans go as well."""
        names = set(command.packages)
        gone = [
            package for package in self.packages if package.name in names or package.group in names
        ]
        self.packages = [package for package in self.packages if package not in gone]
        orphaned = self.remains if command.orphans else []
        taken = [replace(package, taken=moment) for package in (*gone, *orphaned)]
        self.remains = [] if command.orphans else [*self.remains, *taken]
        self.leftovers += [
            package
            for package in taken
            if package.layer != moment.layer or package.stage != self.index
        ]

    def remove(self, paths: Iterable[str], layer: int) -> None:
        """``rm``: a folder copied from another stage stays in its own layer."""
        for path in paths:
            self.files = self.files.without(path)
            self.copies = [
                replace(copied, removed=layer)
                if copied.removed is None and _covers(path, copied.destination)
                else copied
                for copied in self.copies
            ]

    def finished(self) -> Stage:
        """The stage as a value."""
        return Stage(
            index=self.index,
            name=self.name,
            line=self.line,
            image=self.image,
            parent=self.parent,
            platform=self.platform,
            target=self.target,
            instructions=tuple(self.instructions),
            steps=tuple(self.steps),
            copies=tuple(self.copies),
            folders=tuple(self.folders),
            packages=tuple(self.packages),
            leftovers=tuple(self.leftovers),
            remains=tuple(self.remains),
            unsized=tuple(self.unsized),
            scripts=tuple(self.scripts),
            uncleaned=tuple(self.uncleaned),
            mounted=tuple(self.mounted),
            excluded=tuple(self.excluded.values()),
            workdir=self.workdir,
            unread=tuple(self.unread),
            faults=tuple(self.faults),
            sure_image=self.sure_image,
            own_python=self.own_python,
        )


def _covers(removed: str, destination: str) -> bool:
    bare = removed.rstrip("/*").rstrip("/") or "/"
    inside = destination.rstrip("/")
    return inside == bare or inside.startswith(f"{bare}/")
