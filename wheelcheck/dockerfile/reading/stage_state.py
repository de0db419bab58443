"""A stage while it is read: its variables, files, system packages and what was installed so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from wheelcheck.dockerfile.reading.dockerfile_model import (
    CopiedFolder,
    Excluded,
    InstallStep,
    MadeFolder,
    PresentPackage,
    Stage,
    Unread,
)
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.image_files import ImageFiles, absolute
from wheelcheck.dockerfile.reading.shell.system_tools import Manager, SystemCommand
from wheelcheck.dockerfile.reading.shell.variables import MAX_VALUE
from wheelcheck.errors import TargetError, Unknown
from wheelcheck.requirements.redaction import redact
from wheelcheck.targets import Target, parse_target_on

__all__ = ["StageState"]

LONGEST_TEXT = 300
"""Characters of the file that are shown in one place."""


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
    uncleaned: list[tuple[int, Manager]] = field(default_factory=list)
    mounted: dict[int, None] = field(default_factory=dict)
    excluded: dict[str, Excluded] = field(default_factory=dict)
    unread: dict[Unread, None] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str | None]:
        """What ``$NAME`` stands for: ENV goes before ARG (BuildKit's reference, ARG)."""
        return {**self.arguments, **self.environment}

    @property
    def active_venv(self) -> str:
        """The virtual environment that a bare pip installs into; "" for none.

        One that was activated, that VIRTUAL_ENV names, or that stands first in PATH.
        """
        named = self.environment.get("VIRTUAL_ENV")
        first = (self.environment.get("PATH") or "").partition(":")[0]
        for path in (named, first.removesuffix("/bin") if first.endswith("/bin") else None):
            if path and any(one.kind == "venv" and one.path == path for one in self.folders):
                return path
        return ""

    def tell(self, line: int, text: str, why: Unknown) -> None:
        """Keep a part that was not followed, once."""
        shown = redact(" ".join(text.split()))
        if len(shown) > LONGEST_TEXT:
            shown = f"{shown[:LONGEST_TEXT]}…"
        self.unread[Unread(line, shown, why)] = None

    def tell_variables(self, line: int, text: str, names: Iterable[str]) -> None:
        """Tell that variables of an instruction or a command are not known."""
        listed = ", ".join(dict.fromkeys(names))
        if listed:
            why = f"the value of {redact(listed)} is not known here"
            self.tell(line, text, Unknown("unknown-variable", why))

    def add_step(self, step: InstallStep, made: MadeFolder) -> None:
        """Add a step and the folder it fills; where nobody knows for which target, that is told."""
        self.steps.append(replace(step, number=len(self.steps), environment=made.path))
        self.folders.append(made)
        for path in step.inputs:
            self.need(path, step.line, copied=False)
        if isinstance(self.target, Unknown):
            self.tell(self.line, f"FROM {self.instructions[0].text}", self.target)

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
        if self.steps or not names & {one.name for one in self.packages}:
            return False
        libc = "{}_{}_{}".format(target.libc.tag_prefix, *target.libc_version)
        try:
            found = parse_target_on(
                "cp{}{}-{}_{}".format(*python, libc, target.arch.value), as_of=self.as_of
            )
        except TargetError:
            return False
        version = "{}.{}".format(*python)
        said = f"Python {version} is installed in it: the newest patch release is assumed"
        about_image = (note for note in target.notes if "Python" not in note)
        self.target = replace(
            target,
            python=python,
            python_full_version=found.python_full_version,
            notes=(*about_image, *found.notes, said),
        )
        return True

    def set_variable(self, name: str, value: str | None, *, argument: bool = False) -> None:
        """ARG or ENV; a value too long to be meant is not known."""
        kept = value if value is None or len(value) <= MAX_VALUE else None
        (self.arguments if argument else self.environment)[name] = kept

    def path(self, text: str) -> str:
        """A path of an instruction, absolute, a ``/`` at its end kept."""
        folder = text.endswith(("/", "/.")) or text == "."
        return absolute(text, self.workdir) + ("/" if folder else "")

    def apply(self, command: SystemCommand, line: int, layer: int) -> None:
        """Add or remove system packages."""
        if command.action == "add":
            self.packages += [
                PresentPackage(name, command.manager, line, layer, self.index, command.group)
                for name in command.packages
            ]
        if command.action != "remove":
            return
        names = set(command.packages)
        gone = [one for one in self.packages if one.name in names or one.group in names]
        self.packages = [one for one in self.packages if one not in gone]
        self.leftovers += [
            replace(one, removed=layer)
            for one in gone
            if one.layer != layer or one.stage != self.index
        ]

    def remove(self, paths: Iterable[str], layer: int) -> None:
        """``rm``: a folder copied from another stage stays in its own layer."""
        for path in paths:
            self.files = self.files.without(path)
            self.copies = [
                replace(one, removed=layer)
                if one.removed is None and _covers(path, one.destination)
                else one
                for one in self.copies
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
            uncleaned=tuple(self.uncleaned),
            mounted=tuple(self.mounted),
            excluded=tuple(self.excluded.values()),
            workdir=self.workdir,
            unread=tuple(self.unread),
        )


def _covers(removed: str, destination: str) -> bool:
    bare = removed.rstrip("/*").rstrip("/") or "/"
    inside = destination.rstrip("/")
    return inside == bare or inside.startswith(f"{bare}/")
