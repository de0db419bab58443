"""A Dockerfile's text → its stages with what each installs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType

from wheelcheck.dockerfile.reading.build_context import BuildContext, EmptyContext, context_of
from wheelcheck.dockerfile.reading.copying import copy, run_with_mounts, stage_called, words_of
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage, Unread
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction, Syntax, parse
from wheelcheck.dockerfile.reading.image_files import ImageFiles
from wheelcheck.dockerfile.reading.shell.variables import expand
from wheelcheck.dockerfile.reading.stage_state import StageState
from wheelcheck.errors import TargetError, Unknown
from wheelcheck.requirements.redaction import redact
from wheelcheck.targets import Target, parse_target_on

__all__ = ["parse_dockerfile", "read_dockerfile"]

DEFAULT_PLATFORM = "linux/amd64"
LARGEST = 1_000_000
"""Characters; BuildKit itself takes no line longer than 65,535."""

_NO_ARGUMENTS: Mapping[str, str] = MappingProxyType({})
_ALPINE_PATCH = re.compile(r"^((?:docker\.io/)?(?:library/)?alpine:\d+\.\d+)\.\d+$")
_MATTERS = re.compile(r"\b(?:pip|apk|apt-get|COPY|ADD)\b")


def read_dockerfile(
    path: Path,
    *,
    as_of: date,
    context: Path | None = None,
    build_args: Mapping[str, str] = _NO_ARGUMENTS,
    platform: str = DEFAULT_PLATFORM,
) -> Dockerfile:
    """Read a Dockerfile and the requirement files that it copies from its build context.

    `context` is the folder given to ``docker build``, the Dockerfile's own by default; nothing
    outside it is read. `build_args` and `platform` are those of ``--build-arg`` and
    ``--platform``. Raises OSError where the Dockerfile itself cannot be read.
    """
    data = path.read_bytes()
    folder = context_of(path, context if context is not None else path.parent)
    return parse_dockerfile(
        data.decode("utf-8", errors="replace"),
        as_of=as_of,
        context=folder,
        name=str(path),
        build_args=build_args,
        platform=platform,
    )


def parse_dockerfile(
    text: str,
    *,
    as_of: date,
    context: BuildContext | None = None,
    name: str = "Dockerfile",
    build_args: Mapping[str, str] = _NO_ARGUMENTS,
    platform: str = DEFAULT_PLATFORM,
) -> Dockerfile:
    """Read a Dockerfile's text as things stood on `as_of`; never raises, whatever the text.

    What is not followed is in `Dockerfile.all_unread`, each with its line and reason.
    """
    if len(text) > LARGEST:
        why = Unknown("too-long", f"longer than {LARGEST:,} characters")
        return Dockerfile(name, text, (), (Unread(1, "", why),))
    reader = _Reader(parse(text), context or EmptyContext(), name, as_of, build_args, platform)
    reader.read()
    return Dockerfile(name, text, tuple(reader.stages), tuple(reader.unread))


@dataclass(slots=True)
class _Reader:
    """Walks the instructions; `states` are the stages read so far, as they ended."""

    syntax: Syntax
    context: BuildContext
    name: str
    as_of: date
    build_args: Mapping[str, str]
    platform: str
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
        words = instruction.text.split()
        escape = self.syntax.escape
        found = expand(words[0] if words else "", self.arguments, escape=escape)
        name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""  # noqa: PLR2004
        flag = expand(instruction.flag("platform") or "", self.arguments, escape=escape)
        platform = flag.text if flag.text and not flag.unknown else self.platform
        parent = stage_called(self.states, found.text)
        base = self.states[parent] if parent is not None else None
        state = StageState(
            index=len(self.states),
            name=name,
            line=instruction.line,
            image="" if base else redact(found.text),
            parent=parent,
            platform=platform,
            target=base.target if base else self._target(found.text, platform),
            files=ImageFiles(self.context, tuple(each.files for each in self.states)),
            as_of=self.as_of,
            file_name=self.name,
            escape=escape,
            arguments=_platform_arguments(self.platform),
        )
        if base is not None:
            _inherit(state, base)
        else:
            state.environment = _image_environment(state.target)
        if found.unknown:
            state.target = Unknown(
                "unknown-variable",
                f"the base image depends on {', '.join(found.unknown)}, whose value is not known",
            )
        state.tell_variables(instruction.line, f"FROM {instruction.text}", flag.unknown)
        state.instructions.append(instruction)
        return state

    def _target(self, image: str, platform: str) -> Target | Unknown:
        if image == "scratch":
            return Unknown("no-python", "scratch is empty: it has no Python")
        # Patch releases of Alpine keep its libc and its Python's minor version.
        known = _ALPINE_PATCH.sub(r"\1", image)
        spelling = known if platform == DEFAULT_PLATFORM else f"{known}@{platform}"
        try:
            return parse_target_on(spelling, as_of=self.as_of)
        except TargetError as error:
            return Unknown("unknown-image", redact(str(error)))


def _platform_arguments(platform: str) -> dict[str, str | None]:
    """The arguments that BuildKit gives by itself (its reference, "automatic platform ARGs")."""
    system, _, rest = platform.partition("/")
    arch, _, variant = rest.partition("/")
    found: dict[str, str | None] = {}
    for kind in ("TARGET", "BUILD"):
        found |= {
            f"{kind}PLATFORM": platform,
            f"{kind}OS": system,
            f"{kind}ARCH": arch,
            f"{kind}VARIANT": variant,
        }
    return found


def _image_environment(target: Target | Unknown) -> dict[str, str | None]:
    """What official Python images set, as far as commands use it."""
    found: dict[str, str | None] = {"HOME": "/root"}
    if isinstance(target, Target) and target.image and target.image.name.startswith("python"):
        found["PYTHON_VERSION"] = target.python_full_version
    return found


def _inherit(state: StageState, base: StageState) -> None:
    """A stage on a stage begins where that one ended; ARGs are not handed on."""
    state.environment = dict(base.environment)
    state.workdir, state.shell = base.workdir, base.shell
    state.files = ImageFiles(
        base.files.context, state.files.stages, base.files.placed, base.files.removed
    )
    state.packages, state.leftovers = list(base.packages), list(base.leftovers)
    state.folders = list(base.folders)


def _follow(reader: _Reader, state: StageState, instruction: Instruction) -> None:
    """One instruction inside a stage."""
    state.instructions.append(instruction)
    if instruction.fault:
        state.tell(instruction.line, instruction.text, Unknown("syntax", instruction.fault))
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
            state.tell(instruction.line, instruction.text, why)
        case _:
            pass


def _surroundings(state: StageState, instruction: Instruction) -> None:
    """Where, as whom and in which shell commands run."""
    found = expand(instruction.text, state.variables, escape=state.escape)
    if instruction.keyword == "SHELL":
        state.shell = instruction.exec_form or state.shell
        return
    if instruction.keyword == "WORKDIR":
        state.tell_variables(instruction.line, f"WORKDIR {instruction.text}", found.unknown)
        state.workdir = state.path(found.text).rstrip("/") or "/"
    else:
        user = found.text.partition(":")[0].strip()
        home = "/root" if user in {"root", "0"} else f"/home/{user}"
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
