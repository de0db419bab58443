"""How large the images of a Dockerfile's stages are after each step that installs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wheelcheck.costs.image import BASE, ImageBreakdown, ImagePart
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.errors import Unknown

__all__ = ["StageImages"]


class StageImages:
    """What the steps judged so far have put into the images of their stages.

    Steps must come in the order of the file.
    """

    def __init__(self, dockerfile: Dockerfile) -> None:
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
        return whole

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
