"""How large the images of a Dockerfile's stages are after each step that installs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from wheelcheck.costs.image import BASE, ImageBreakdown, ImageOptions, ImagePart
from wheelcheck.costs.image_parts.base_image import base_image
from wheelcheck.costs.image_parts.installed_files import pip_byte_code
from wheelcheck.costs.image_parts.python_folders import environment_size, interpreter_size
from wheelcheck.costs.image_parts.system_sizes import SystemInstallation
from wheelcheck.costs.quantity import Quantity, total
from wheelcheck.dockerfile.judging.run_images import lineage
from wheelcheck.dockerfile.judging.stage_environments import environment_place, origin_of
from wheelcheck.dockerfile.reading.dockerfile_model import (
    Dockerfile,
    InstallStep,
    MadeFolder,
    PresentPackage,
    Stage,
)
from wheelcheck.errors import Unknown
from wheelcheck.targets import Target

__all__ = ["StageImages", "image_options", "uncounted"]


def image_options(dockerfile: Dockerfile, step: InstallStep) -> ImageOptions:
    """What the file puts into its image, or keeps there, besides what a step installs."""
    final = dockerfile.final
    plain = ImageOptions(
        pip_cache=not step.no_cache and not step.cache_mounts and step.tool == "pip",
        package_lists=False,
        present=tuple(_installations(step.packages)),
        compiles=step.compiles,
        by_pip=step.installer != "uv",
    )
    if final is None:
        return plain
    stages = [dockerfile.stages[index] for index in lineage(dockerfile, final)]
    return replace(
        plain,
        wheels_layer=any(
            copied.made is not None and copied.made.kind == "wheels" for copied in final.copies
        ),
        package_lists=any(manager == "apt" for each in stages for _, manager in each.uncleaned),
        installed=(
            *_installations((*final.leftovers, *final.packages)),
            *_installations(final.remains, removed=True),
        ),
        unsized=final.unsized,
        pythons=total(list(_pythons(dockerfile, stages, final))),
    )


_WITH_PYTHON = re.compile(r"/usr(/local(/lib(/python3\.\d+)?)?)?/?\*?")
_WITH_PIP = re.compile(r"/usr/local/lib/python3\.\d+/site-packages(/.*)?")


def _pythons(dockerfile: Dockerfile, stages: Sequence[Stage], final: Stage) -> Iterator[Quantity]:
    """What fresh environments have, and interpreters that are copied into the image.

    Where an environment is made in the image, byte-code of pip counts with the steps that run it.
    """
    for folder in {each.path: each for each in final.folders if each.pip}.values():
        stage = dockerfile.stages[folder.stage]
        if not isinstance(stage.target, Unknown):
            yield environment_size(stage.target.python, byte_code=stage not in stages)
    for copied in (each for stage in stages for each in stage.copies):
        target = None if copied.stage is None else dockerfile.stages[copied.stage].target
        if not isinstance(target, Target) or not target.image or "python:" not in target.image.name:
            continue  # a distribution's own Python is in other folders
        if any(map(_WITH_PYTHON.fullmatch, copied.paths)):
            yield interpreter_size()
            compiled = pip_byte_code(target)
            yield Quantity.exact(0) if isinstance(compiled, Unknown) else compiled
        elif any(map(_WITH_PIP.fullmatch, copied.paths)):
            yield environment_size(target.python)


def uncounted(dockerfile: Dockerfile) -> Iterator[str]:
    """What else is in the image, and in no size of it: files whose sizes nobody has looked at."""
    final = dockerfile.final
    if final is None:
        return
    if final.scripts:
        lines = ", ".join(map(str, final.scripts))
        several = len(final.scripts) > 1
        yield f"what the script{'s' * several} of line{'s' * several} {lines} may install"
    for index in lineage(dockerfile, final):
        stage = dockerfile.stages[index]
        counted = {copied.line for copied in stage.copies if copied.made is not None}
        if any(
            each.keyword in {"ADD", "COPY"} and each.line not in counted
            for each in stage.instructions
        ):
            yield "other files that COPY and ADD bring"
            return


def _installations(
    packages: Iterable[PresentPackage], *, removed: bool = False
) -> Iterator[SystemInstallation]:
    """What each command has installed, in the order in which they run."""
    when = attrgetter("added")
    for _, command in groupby(sorted(packages, key=when), key=when):
        installed = tuple(command)
        names = tuple(package.name for package in installed)
        yield SystemInstallation(names, recommends=installed[0].recommends, removed=removed)


class StageImages:
    """What the steps judged so far have put into the images of their stages.

    Steps must come in the order of the file.
    """

    def __init__(self, dockerfile: Dockerfile) -> None:
        self._dockerfile = dockerfile
        self._stages = dockerfile.stages
        self._parts: dict[int, list[tuple[str, ImagePart]]] = {}
        """By stage, what was put there, each part with the environment that it is in."""

    def after(
        self,
        stage: Stage,
        step: InstallStep,
        size: ImageBreakdown | Unknown,
        *,
        stays: bool = True,
    ) -> ImageBreakdown | Unknown:
        """The image after a step that by itself leads to one of `size`.

        `stays` says whether later steps find what it installs.
        """
        if isinstance(size, Unknown):
            return size
        earlier = [*self._lineage(stage), *self._copied(stage, step)]
        if stays:
            self._add(stage, step.environment, size.parts)
        final = self._dockerfile.final
        if final is None or stage.index in lineage(self._dockerfile, final):
            return size.on_top_of(part for _, part in earlier).as_single_stage()
        arriving = set(self._arriving(stage, final))
        if environment_place(step.environment) not in arriving:
            size = size.of_file()  # a tool of the build
        known = (part for place, part in earlier if place in arriving)
        return size.on_top_of(known).as_multi_stage(self._base_of(final))

    def _arriving(self, stage: Stage, final: Stage) -> Iterator[str]:
        """The environments of a stage that the final one has, or whose wheels it installs."""
        steps = (
            step for index in lineage(self._dockerfile, final) for step in self._stages[index].steps
        )
        wheels = (source.made for step in steps for source in step.wheels)
        there = {(made.line, made.kind, made.stage) for made in (*final.folders, *wheels)}
        for own in stage.folders:
            if (own.line, own.kind, own.stage) in there:
                yield environment_place(own.path)

    def _base_of(self, stage: Stage) -> Quantity | Unknown:
        """The size of the image that a stage begins with."""
        while stage.parent is not None:
            stage = self._stages[stage.parent]
        if stage.image == "scratch":
            return Quantity.exact(0, "scratch is empty")
        if isinstance(stage.target, Unknown):
            return Unknown("image-size-unknown", f"the size of {stage.image} is not known")
        return base_image(stage.target)

    def add_ready(self, stage: Stage, step: InstallStep) -> None:
        """A step installs what another one has built."""
        for made in dict.fromkeys(wheel.made for wheel in step.wheels):
            parts = (part for _, part in self._handed_on(made.stage, made))
            self._add(stage, step.environment, parts)

    def _add(self, stage: Stage, environment: str, parts: Iterable[ImagePart]) -> None:
        own = self._parts.setdefault(stage.index, [])
        place = environment_place(environment)
        own += [(place, part) for part in parts if part.name != BASE]

    def _lineage(self, stage: Stage) -> Iterator[tuple[str, ImagePart]]:
        if stage.parent is not None:
            yield from self._lineage(self._stages[stage.parent])
        yield from self._parts.get(stage.index, ())

    def _handed_on(self, source: int, made: MadeFolder) -> Iterator[tuple[str, ImagePart]]:
        """What arrives with a folder of another stage, and where."""
        origin = origin_of(self._dockerfile, source, made)
        for place, part in self._lineage(self._stages[source]):
            if part.multi_stage and place == origin:
                yield environment_place(made.path), replace(part, single_stage=True)

    def _copied(self, stage: Stage, step: InstallStep) -> Iterator[tuple[str, ImagePart]]:
        """What came by COPY before a step; wheels count where they are installed."""
        for copied in stage.copies:
            made, source = copied.made, copied.stage
            if made is None or source is None or copied.line >= step.line:
                continue
            if made.kind != "wheels":
                yield from self._handed_on(source, made)
