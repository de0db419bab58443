"""A Dockerfile's text → its stages with what each installs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from wheelcheck.dockerfile.reading.copying import copy, run_with_mounts, stage_called, words_of
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage, Unread
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction, Syntax, parse
from wheelcheck.dockerfile.reading.files.build_context import (
    BuildContext,
    EmptyContext,
    context_of,
    likely_context,
)
from wheelcheck.dockerfile.reading.files.image_files import ImageFiles
from wheelcheck.dockerfile.reading.shell.variables import Expanded, expand
from wheelcheck.dockerfile.reading.stages.base_images import BaseImage, base_image
from wheelcheck.dockerfile.reading.stages.base_targets import BaseTargets
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault, SystemState
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.redaction import redact
from wheelcheck.regular_files import read_regular
from wheelcheck.targets import Target
from wheelcheck.targets.images.catalogue import DEFAULT_PLATFORM

__all__ = ["parse_dockerfile", "read_dockerfile"]

LARGEST = 1_000_000
"""Characters; BuildKit itself takes no line longer than 65,535."""

_NO_ARGUMENTS: Mapping[str, str] = MappingProxyType({})
_MOUNT_SOURCE = re.compile(r"(?:source|src)=([^,\s]+)")
_READ_BY_PIP = re.compile(r"(?:\s-r\s*|--requirement[ =])([\w./-]+)")
_INSTALLS_PROJECT = re.compile(
    r"install\b[^\n]*\s[\"']?\.(?:\[[^\]]*\])?[\"']?(?:\s|$)", re.MULTILINE
)
_MATTERS = re.compile(r"\b(?:pip|apk|apt-get|COPY|ADD)\b")


def read_dockerfile(
    path: Path,
    *,
    as_of: date,
    context: Path | None = None,
    build_args: Mapping[str, str] = _NO_ARGUMENTS,
    platform: str = DEFAULT_PLATFORM,
    stage: str | None = None,
    images: Mapping[str, str] = _NO_ARGUMENTS,
) -> Dockerfile:
    """Read a Dockerfile and the requirement files that it copies from its build context.

    `context` is the folder given to ``docker build``, the Dockerfile's own by default; nothing
    outside it is read; where none is given, it is guessed by what COPY names. `build_args`,
    `platform` and `stage` are those of ``--build-arg``, ``--platform`` and ``--target``; `images`
    says of images what target they are. Raises OSError where the Dockerfile itself cannot be read
    and `UsageError` for a stage that it does not have.
    """
    text = read_regular(path, 4 * LARGEST).decode("utf-8", errors="replace")
    root = context if context is not None else likely_context(path, copied_sources(text))
    folder = context_of(path, root)
    if root != (context or path.parent):
        folder = replace(folder, complete=False)
    return parse_dockerfile(
        text,
        as_of=as_of,
        context=folder,
        name=str(path),
        build_args=build_args,
        platform=platform,
        stage=stage,
        images=images,
    )


def parse_dockerfile(
    text: str,
    *,
    as_of: date,
    context: BuildContext | None = None,
    name: str = "Dockerfile",
    build_args: Mapping[str, str] = _NO_ARGUMENTS,
    platform: str = DEFAULT_PLATFORM,
    stage: str | None = None,
    images: Mapping[str, str] = _NO_ARGUMENTS,
) -> Dockerfile:
    """Read a Dockerfile's text with the images of `as_of`; never fails because of the text.

    Raises `UsageError` for a `stage` that it does not have. What is not followed is in
    `Dockerfile.all_unread`, each with its line and reason.
    """
    if len(text) > LARGEST:
        why = Unknown("too-long", f"longer than {LARGEST:,} characters")
        return Dockerfile(name, text, (), (Unread(1, "", why),))
    reader = _Reader(
        parse(text), context or EmptyContext(), name, as_of, build_args, platform, images
    )
    reader.read()
    wanted = None if stage is None else _wanted(stage, reader.stages, name)
    return Dockerfile(name, text, tuple(reader.stages), tuple(reader.unread), wanted)


def copied_sources(text: str) -> tuple[str, ...]:
    """The files of the context that COPY, ADD and bind mounts name without a variable.

    Where all of it is copied, the files count that pip reads then.
    """
    found = [source for each in parse(text).instructions for source in _sources_of(each)]
    if {".", "./", "/"} & set(found):
        found += [posixpath.basename(each) for each in _READ_BY_PIP.findall(text)]
        found += ["pyproject.toml", "setup.py"] if _INSTALLS_PROJECT.search(text) else []
    return tuple(item for item in found if not any(mark in item for mark in ("$", "://", "<<")))


def _sources_of(instruction: Instruction) -> Iterator[str]:
    """What one instruction takes from the build context."""
    if instruction.keyword in {"COPY", "ADD"} and instruction.flag("from") is None:
        words = instruction.exec_form or words_of(instruction.text, "\\")
        yield from (word.strip("\"'") for word in words[:-1])
    for flag, value in instruction.flags:
        if flag == "mount" and "from=" not in value:
            match = _MOUNT_SOURCE.search(value)
            yield from [match[1]] if match else []


def _wanted(stage: str, stages: Sequence[Stage], name: str) -> int:
    """The stage that ``--target`` means: by name, or by number."""
    for item in reversed(stages):
        if item.name and item.name == stage.lower():
            return item.index
    if stage.isdecimal() and int(stage[:9]) < len(stages):
        return int(stage)
    known = ", ".join(stage.name or str(stage.index) for stage in stages)
    raise UsageError(f"{name} has no stage {stage}; its stages are {known}")


@dataclass(frozen=True, slots=True)
class _From:
    """``FROM [--platform=PLATFORM] IMAGE [AS NAME]``, its arguments replaced.

    `name` is "" where the stage has none; `platform` is "" where it is not given or not known, and
    `unknown` are the arguments without a value in it.
    """

    image: Expanded
    name: str
    platform: str
    unknown: tuple[str, ...]

    @classmethod
    def of(
        cls, instruction: Instruction, arguments: Mapping[str, str | None], escape: str
    ) -> _From:
        """What an instruction says."""
        words = instruction.text.split()
        named = len(words) > 2 and words[1].upper() == "AS"  # noqa: PLR2004
        flag = expand(instruction.flag("platform") or "", arguments, escape=escape)
        return cls(
            expand(words[0] if words else "", arguments, escape=escape),
            words[2].lower() if named else "",
            "" if flag.unknown else flag.text,
            flag.unknown,
        )


@dataclass(slots=True)
class _Reader:
    """Walks the instructions; `states` are the stages read so far, as they ended."""

    syntax: Syntax
    context: BuildContext
    name: str
    as_of: date
    build_args: Mapping[str, str]
    platform: str
    images: Mapping[str, str]
    stages: list[Stage] = field(default_factory=list)
    states: list[StageState] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    arguments: dict[str, str | None] = field(default_factory=dict)

    def read(self) -> None:
        self.arguments.update(_platform_arguments(self.platform))
        for instruction in self.syntax.instructions:
            if instruction.keyword == "FROM":
                self._close()
                self.states.append(self._begin(instruction))
            elif self.states:
                _follow(self, self.states[-1], instruction)
            elif instruction.keyword == "ARG":
                for name, value in self.argument_pairs(instruction, self.arguments):
                    self.arguments[name] = self.build_args.get(name, value)
            else:
                why = Unknown("before-from", "nothing but ARG may stand before the first FROM")
                self.unread.append(Unread(instruction.line, instruction.text[:300], why))
        self._close()
        if not self.stages:
            why = Unknown("no-stage", "there is no FROM: this is no complete Dockerfile")
            self.unread.append(Unread(1, "", why))

    def _close(self) -> None:
        if len(self.states) > len(self.stages):
            self.stages.append(self.states[-1].finished())

    def argument_pairs(
        self, instruction: Instruction, values: Mapping[str, str | None]
    ) -> Iterator[tuple[str, str | None]]:
        """``ARG NAME=default``; None where there is no default, or it is not known."""
        for word in words_of(instruction.text, self.syntax.escape):
            name, equals, default = word.partition("=")
            found = expand(default, values, escape=self.syntax.escape)
            yield name, None if not equals or found.unknown else found.text

    def _begin(self, instruction: Instruction) -> StageState:
        """FROM: a new stage, on an image or on an earlier stage."""
        origin = _From.of(instruction, self.arguments, self.syntax.escape)
        parent = stage_called(self.states, origin.image.text)
        base = self.states[parent] if parent is not None else None
        image = BaseImage() if base else base_image(origin.image.text)
        state = StageState(
            index=len(self.states),
            name=origin.name,
            line=instruction.line,
            image="" if base else redact(origin.image.text),
            parent=parent,
            platform=origin.platform or self.platform,
            target=base.target if base else Unknown("no-image", "no image is named"),
            files=ImageFiles(
                self.context, tuple(each.files for each in self.states), folders=image.folders
            ),
            as_of=self.as_of,
            file_name=self.name,
            escape=self.syntax.escape,
            workdir=image.workdir,
            system=SystemState.of(image),
        )
        shown = f"FROM {instruction.text}"
        if base is not None:
            state.inherit(base)
        else:
            targets = BaseTargets(self.syntax.instructions, self.as_of, self.images)
            targets.settle(state, origin.image, instruction.line, shown)
            state.environment = _image_environment(state) | dict(image.environment)
        state.note_unread_variables(instruction.line, shown, origin.unknown)
        state.instructions.append(instruction)
        return state


def _platform_arguments(platform: str) -> dict[str, str | None]:
    """The arguments that BuildKit gives by itself (its reference, "automatic platform ARGs")."""
    system, _, rest = platform.partition("/")
    arch, _, variant = rest.partition("/")
    found: dict[str, str | None] = {}
    if platform != DEFAULT_PLATFORM:  # who builds for another CPU does so on the usual one
        found = _platform_arguments(DEFAULT_PLATFORM)
    for kind in ("TARGET", "BUILD") if not found else ("TARGET",):
        found |= {
            f"{kind}PLATFORM": platform,
            f"{kind}OS": system,
            f"{kind}ARCH": arch,
            f"{kind}VARIANT": variant,
        }
    return found


def _image_environment(state: StageState) -> dict[str, str | None]:
    """What official Python images set, as far as commands use it."""
    target = state.target
    found: dict[str, str | None] = {"HOME": state.system.home or "/root"}
    if isinstance(target, Target) and target.image and target.image.name.startswith("python"):
        found["PYTHON_VERSION"] = target.python_full_version
    return found


def _follow(reader: _Reader, state: StageState, instruction: Instruction) -> None:
    """One instruction inside a stage."""
    state.instructions.append(instruction)
    if instruction.fault:
        state.note_unread(instruction.line, instruction.text, Unknown("syntax", instruction.fault))
        message = f"{instruction.fault}: docker build refuses the file"
        state.fault(Fault(instruction.line, "invalid-instruction", message))
    match instruction.keyword:
        case "ARG":
            for name, value in reader.argument_pairs(instruction, state.variables):
                default = reader.arguments.get(name) if value is None else value
                state.set_variable(name, reader.build_args.get(name, default), argument=True)
        case "ENV":
            _environment(state, instruction)
        case "WORKDIR" | "USER" | "SHELL":
            _surroundings(state, instruction)
        case "COPY" | "ADD":
            copy(reader.states, state, instruction)
        case "RUN":
            run_with_mounts(reader.states, state, instruction)
        case "ONBUILD" if _MATTERS.search(instruction.text):
            why = Unknown("onbuild", "it runs in images built on this one, not here")
            state.note_unread(instruction.line, instruction.text, why)
        case _:
            pass


def _surroundings(state: StageState, instruction: Instruction) -> None:
    """Where, as whom and in which shell commands run."""
    found = expand(instruction.text, state.variables, escape=state.escape)
    if instruction.keyword == "SHELL":
        state.shell = instruction.exec_form or state.shell
        return
    if instruction.keyword == "WORKDIR":
        state.note_unread_variables(instruction.line, f"WORKDIR {instruction.text}", found.unknown)
        state.workdir = state.path(found.text).rstrip("/") or "/"
        state.make_folder(state.workdir)
    else:
        user = found.text.partition(":")[0].strip()
        state.system.user = "" if found.unknown else user
        home = "/root" if user in {"root", "0"} else f"/home/{user}"
        home = state.system.home or home
        state.set_variable("HOME", None if found.unknown else home)


def _environment(state: StageState, instruction: Instruction) -> None:
    """``ENV NAME=value …`` or the old ``ENV NAME value``."""
    words = words_of(instruction.text, state.escape)
    before = state.variables
    if words and "=" not in words[0]:
        pairs = [(words[0], instruction.text[len(words[0]) :].strip())]
    else:
        pairs = [(name, value) for name, _, value in (word.partition("=") for word in words)]
    for name, value in pairs:
        found = expand(value, before, escape=state.escape)
        # PATH=/venv/bin:$PATH is of use although the rest is not known.
        known = not found.unknown or name == "PATH"
        state.set_variable(name, found.text if known else None)
