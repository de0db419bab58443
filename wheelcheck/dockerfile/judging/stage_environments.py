"""The Python environments of a Dockerfile's stages: what each install step finds there."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.already_installed import NOTHING, Installed
from wheelcheck.dockerfile.reading.dockerfile_model import (
    Dockerfile,
    InstallStep,
    MadeFolder,
    Stage,
)
from wheelcheck.resolution import Pin, Standing

__all__ = ["StageEnvironments", "environment_place", "origin_of"]

_USUAL = "/usr/local/lib"
"""Stands for all folders of the image's own Python, as in `InstallStep.environment`."""

_Contents = dict[NormalizedName, tuple[Pin, int]]


class StageEnvironments:
    """The Python environments of a Dockerfile's stages as the steps judged so far leave them.

    Steps must come in the order of the file. What a step installs that could not be read, or that
    the base image brings, is not known here.
    """

    def __init__(self, dockerfile: Dockerfile) -> None:
        self._dockerfile = dockerfile
        self._stages: dict[int, dict[str, _Contents]] = {}
        self._wheels: dict[tuple[int, int], _Contents] = {}

    def before(self, stage: Stage, step: InstallStep) -> Installed:
        """What a step finds, and what of it stays as it is."""
        if step.keeps == "nothing":
            return NOTHING
        there = dict(self._contents(stage, step))
        renewed = {canonicalize_name(name) for name in step.renewed}
        if step.keeps == "dependencies":
            renewed |= {
                canonicalize_name(line.requirement.name) for line in step.requirements.lines
            }
        preferred = there if step.keeps != "same" else {}
        return Installed(
            {name: pin for name, (pin, _) in there.items()},
            {name: line for name, (_, line) in there.items()},
            tuple(pin for name, (pin, _) in preferred.items() if name not in renewed),
        )

    def programs(self, stage: Stage) -> Installed:
        """What all environments of a stage hold: a program is used from any of them."""
        there: _Contents = {}
        for contents in self._of(stage).values():
            there |= contents
        return Installed(
            {name: pin for name, (pin, _) in there.items()},
            {name: line for name, (_, line) in there.items()},
        )

    def add(
        self,
        stage: Stage,
        step: InstallStep,
        pins: Iterable[Pin],
        *,
        replaced: Container[NormalizedName] = frozenset(),
    ) -> None:
        """Take over what a step installs or, with ``pip wheel``, puts into a folder.

        What is there in the same version stays, but for the packages that are `replaced`.
        """
        found = {pin.name: (pin, step.line) for pin in pins if pin.standing is Standing.INSTALLABLE}
        if step.action in {"wheel", "download"}:
            self._wheels[stage.index, step.line] = found
            return
        contents = self._contents(stage, step)
        for name, (pin, line) in found.items():
            before = contents.get(name)
            if before is None or before[0].version != pin.version or name in replaced:
                contents[name] = (pin, line)

    def add_ready(self, stage: Stage, step: InstallStep) -> None:
        """Take over what a step installs from wheels that another one has built."""
        built: dict[NormalizedName, Pin] = {}
        for source in step.wheels:
            pins = self._wheels.get((source.made.stage, source.made.line), {})
            built.update({name: pin for name, (pin, _) in pins.items()})
        named = [canonicalize_name(line.requirement.name) for line in step.requirements.lines]
        self.add(stage, step, _reached(built, named) if named else built.values())

    def _contents(self, stage: Stage, step: InstallStep) -> _Contents:
        """What is in the environment of a step, to be added to."""
        environments = self._of(stage)
        for copied in stage.copies:
            if copied.made is not None and copied.stage is not None and copied.line < step.line:
                arrived = environments.setdefault(environment_place(copied.made.path), {})
                for name, found in self._copied(copied.stage, copied.made).items():
                    arrived.setdefault(name, found)
        return environments.setdefault(environment_place(step.environment), {})

    def _of(self, stage: Stage) -> dict[str, _Contents]:
        if stage.index not in self._stages:
            parent = {} if stage.parent is None else self._stages.get(stage.parent, {})
            self._stages[stage.index] = {place: dict(found) for place, found in parent.items()}
        return self._stages[stage.index]

    def _copied(self, source: int, made: MadeFolder) -> _Contents:
        """What a folder that was copied from another stage held there."""
        return self._stages.get(source, {}).get(origin_of(self._dockerfile, source, made), {})


def origin_of(dockerfile: Dockerfile, source: int, made: MadeFolder) -> str:
    """The environment of the stage `source` from which a folder was copied."""
    same = (
        folder.path
        for folder in dockerfile.stages[source].folders
        if (folder.line, folder.kind) == (made.line, made.kind)
    )
    return environment_place(next(same, ""))


def environment_place(path: str) -> str:
    """Where an environment is: the image's own Python has several folders."""
    usual = path in {"", "/usr", "/usr/local", _USUAL} or path.startswith(f"{_USUAL}/")
    return _USUAL if usual else path


def _reached(pins: Mapping[NormalizedName, Pin], names: Iterable[NormalizedName]) -> Iterator[Pin]:
    """The named packages and all that they ask for, directly or not."""
    needs: dict[str, list[NormalizedName]] = {}
    for pin in pins.values():
        for demand in pin.demands:
            asker = re.split(r"[\[ ]", demand.source, maxsplit=1)[0]
            needs.setdefault(asker, []).append(pin.name)
    waiting, seen = list(names), set[NormalizedName]()
    while waiting:
        name = waiting.pop()
        if name in pins and name not in seen:
            seen.add(name)
            waiting += needs.get(name, ())
            yield pins[name]
