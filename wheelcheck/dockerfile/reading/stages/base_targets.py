"""The target of a stage's base image: by the catalogue, by ``--image``, or by a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.dockerfile.reading.shell.variables import Expanded
from wheelcheck.dockerfile.reading.stages.base_images import BaseImage, base_image
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import SystemState
from wheelcheck.errors import TargetError, Unknown
from wheelcheck.redaction import redact
from wheelcheck.targets import Target, parse_target_on
from wheelcheck.targets.images.catalogue import DEFAULT_PLATFORM
from wheelcheck.targets.images.likely_images import likely_target
from wheelcheck.targets.images.stated_images import stated_image, with_other_size, with_size

__all__ = ["BaseTargets"]

_ALPINE_PATCH = re.compile(r"^((?:docker\.io/)?(?:library/)?alpine:\d+\.\d+)\.\d+$")
_MANAGERS = (
    (re.compile(r"\bapt(?:-get)?\s(?:[^&;|]*\s)?install\b"), "debian:stable"),
    (re.compile(r"\bapk\s(?:[^&;|]*\s)?add\b"), "alpine:latest"),
    (re.compile(r"\b(?:dnf|yum|microdnf)\s(?:[^&;|]*\s)?install\b"), "almalinux:9"),
)


@dataclass(frozen=True, slots=True)
class _BaseTarget:
    """The target of a base image.

    `sure` is False where it is guessed; `own_python` says that the image has a Python beside that
    of its distribution.
    """

    target: Target
    sure: bool
    own_python: bool


@dataclass(frozen=True, slots=True)
class BaseTargets:
    """What decides on the targets of base images: the day, and what ``--image`` says of them.

    `instructions` are those of the whole file: by a package manager that it runs, an image is
    guessed.
    """

    instructions: Sequence[Instruction]
    as_of: date
    images: Mapping[str, str]

    def settle(self, state: StageState, image: Expanded, line: int, shown: str) -> None:
        """Give a stage on an image its target, or the reason why it has none."""
        found = self._found(state, image, line, shown)
        if isinstance(found, Unknown):
            state.target = _without_argument(image.unknown) if image.unknown else found
            return
        state.target = found.target
        state.system.pip = state.own_python = found.own_python
        state.sure_image = state.sure_image and found.sure
        known = found.target.image
        if known and state.system == SystemState() and base_image(image.text) == BaseImage():
            like = base_image(known.name)
            state.system = SystemState.of(replace(like, workdir="/", user="root", home="/root"))

    def _found(
        self, state: StageState, image: Expanded, line: int, shown: str
    ) -> _BaseTarget | Unknown:
        found = self._target(image.text, state.platform)
        if not image.unknown:
            unknown = isinstance(found, Unknown)
            guess = self._by_manager(state, image.text, line, shown) if unknown else None
            return guess or found
        malformed = ":-" in image.text or image.text.endswith((":", "-"))
        if ":" in image.text and (malformed or isinstance(found, Unknown)):
            return self._complete_tag(state, image, line, shown)
        return found

    def _complete_tag(
        self, state: StageState, image: Expanded, line: int, shown: str
    ) -> _BaseTarget | Unknown:
        """The target of a tag with arguments that have no value: what is left names no image."""
        loose = re.sub(r":-", ":3-", re.sub(r":(?=$|@)", ":latest", image.text))
        completed = self._target(loose, state.platform)
        if not isinstance(completed, Unknown):
            state.sure_image = False
            message = f"{', '.join(image.unknown)} has no value: {loose} is assumed"
            why = Unknown("guessed-image", f"{message}; --build-arg says what it is")
            state.note_unread(line, shown, why)
        return completed

    def _by_manager(
        self, state: StageState, image: str, line: int, shown: str
    ) -> _BaseTarget | None:
        """A guess from the package manager that a stage runs; None without any."""
        if image == "scratch":
            return None
        texts = self._scripts_behind(line)
        found = (like for pattern, like in _MANAGERS if any(map(pattern.search, texts)))
        like = next(found, None)
        guess = self._target(like, state.platform) if like else None
        if guess is None or isinstance(guess, Unknown):
            return None
        given = stated_image(image, self.images)
        message = f"nothing is known of {redact(image)}: by its package manager it is guessed "
        message += f"to be like {like}; say what it is: --image {redact(image)}=TARGET"
        state.note_unread(line, shown, Unknown("guessed-image", message))
        target = with_size(with_other_size(guess.target, image), given.megabytes)
        return _BaseTarget(target, sure=False, own_python=True)

    def _scripts_behind(self, line: int) -> list[str]:
        """The texts of the RUNs of the stage that begins at a line, and of stages built on it."""
        texts: list[str] = []
        names: set[str] = set()
        inside = False
        for instruction in self.instructions:
            if instruction.line >= line and instruction.keyword == "FROM":
                words = instruction.text.lower().split()
                inside = instruction.line == line or bool(names & set(words[:-2] or words))
                if inside and words[-2:-1] == ["as"]:
                    names.add(words[-1])
            elif inside and instruction.keyword == "RUN":
                texts += [instruction.text, *(item.content for item in instruction.heredocs)]
        return texts

    def _target(self, image: str, platform: str) -> _BaseTarget | Unknown:
        """The target of an image's name."""
        if image == "scratch":
            return Unknown("no-python", "scratch is empty: it has no Python")
        # Patch releases of Alpine keep its libc and its Python's minor version.
        known = _ALPINE_PATCH.sub(r"\1", image)
        given, megabytes = stated_image(image, self.images)
        try:
            target = parse_target_on(_spelling(given or known, platform), as_of=self.as_of)
            return _BaseTarget(with_size(target, megabytes), sure=True, own_python=bool(given))
        except TargetError as error:
            likely = None if given else likely_target(image, platform, self.as_of)
            if likely is not None:
                target, guess = likely
                target = with_size(target, megabytes)
                return _BaseTarget(target, guess.certain, own_python=guess.python is not None)
            reason = redact(str(error)).removesuffix(".")
            if given is None and ":" not in platform:
                reason = f"{redact(image)} is not an image that is known, nor can it be guessed"
                reason += f"; say what it is: --image {redact(image)}=python:3.12-slim"
            return Unknown("unknown-image", reason)


def _without_argument(names: Sequence[str]) -> Unknown:
    message = f"the base image depends on {', '.join(names)}, whose value is not known"
    return Unknown("unknown-variable", f"{message}: give it with --build-arg")


def _spelling(image: str, platform: str) -> str:
    """A target's spelling: an explicit tag names its CPU itself."""
    own = platform == DEFAULT_PLATFORM or (":" not in image and "/" not in image)
    return image if own else f"{image}@{platform}"
