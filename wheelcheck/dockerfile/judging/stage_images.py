"""How large the images of a Dockerfile's stages are after each step that installs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wheelcheck.costs.image import BASE, ImageBreakdown, ImagePart
from wheelcheck.costs.image_parts.base_image import base_image
from wheelcheck.costs.quantity import Quantity
from wheelcheck.dockerfile.judging.run_images import arrives_in, lineage
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.errors import Unknown

__all__ = ["StageImages"]


class StageImages:
    """What the steps judged so far have put into the images of their stages.

    Steps must come in the order of the file.
    """

    def __init__(self, dockerfile: Dockerfile) -> None:
        self._dockerfile = dockerfile
        self._stages = dockerfile.stages
        self._parts: dict[int, list[ImagePart]] = {}

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
        whole = size.on_top_of((*self._lineage(stage), *self._copied(stage, step)))
        if stays:
            self._add(stage, size.parts)
        return self._as_built(stage, whole)

    def _as_built(self, stage: Stage, whole: ImageBreakdown) -> ImageBreakdown | Unknown:
        """What of an image with a stage's packages the file's own image has."""
        final = self._dockerfile.final
        if final is None or stage.index in lineage(self._dockerfile, final):
            return whole.as_single_stage()
        if not arrives_in(self._dockerfile, stage, final):
            message = f"what of {stage.title} reaches the image is not known"
            return Unknown("image-size-unknown", message)
        return whole.as_multi_stage(self._base_of(final))

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
        for source in dict.fromkeys(wheel.made.stage for wheel in step.wheels):
            self._add(stage, self._handed_on(source))

    def _add(self, stage: Stage, parts: Iterable[ImagePart]) -> None:
        own = self._parts.setdefault(stage.index, [])
        own += [part for part in parts if part.name != BASE]

    def _lineage(self, stage: Stage) -> Iterator[ImagePart]:
        if stage.parent is not None:
            yield from self._lineage(self._stages[stage.parent])
        yield from self._parts.get(stage.index, ())

    def _handed_on(self, source: int) -> Iterator[ImagePart]:
        """What of another stage arrives with its packages."""
        for part in self._lineage(self._stages[source]):
            if part.multi_stage:
                yield replace(part, single_stage=True)

    def _copied(self, stage: Stage, step: InstallStep) -> Iterator[ImagePart]:
        """What came by COPY before a step; wheels count where they are installed."""
        sources = dict.fromkeys(
            copied.stage
            for copied in stage.copies
            if copied.stage is not None
            and copied.line < step.line
            and copied.made is not None
            and copied.made.kind != "wheels"
        )
        for source in sources:
            yield from self._handed_on(source)
