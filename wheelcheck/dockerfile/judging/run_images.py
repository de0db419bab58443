"""In which image what a stage installs is imported: its own, or that into which it is copied."""

from __future__ import annotations

from wheelcheck.analysis.loads.load_options import RunImage
from wheelcheck.dockerfile.judging.foreign_copies import is_foreign
from wheelcheck.dockerfile.reading.dockerfile_model import CopiedFolder, Dockerfile, Stage
from wheelcheck.errors import Unknown

__all__ = ["image_stages", "lineage", "run_image", "run_stage", "stages_in"]


def run_image(dockerfile: Dockerfile, stage: Stage) -> RunImage:
    """Where what a stage installs is imported, as an image with its packages.

    What is copied to where nothing of it can run is judged where it was made: of that image the
    finding about the copy says enough, and no other package would mend it.
    """
    where = run_stage(dockerfile, stage)
    if is_foreign(dockerfile, stage, where):
        where = stage
    copied = stage.index not in lineage(dockerfile, where)
    added = dict.fromkeys((package.name, package.recommends) for package in where.bringing)
    if not copied or isinstance(where.target, Unknown):
        return RunImage(packages=tuple(added))
    return RunImage(where.target, where.title, tuple(added))


def run_stage(dockerfile: Dockerfile, stage: Stage) -> Stage:
    """Where what a stage installs is imported: in the final stage, if it gets there, else in it."""
    final = dockerfile.final
    if final is None or isinstance(final.target, Unknown):
        return stage
    built_on = stage.index in lineage(dockerfile, final)
    return final if built_on or stage.index in _copied(dockerfile, final) else stage


def image_stages(dockerfile: Dockerfile) -> frozenset[int]:
    """The final stage and those that it is built on: their layers are the image."""
    return frozenset() if dockerfile.final is None else lineage(dockerfile, dockerfile.final)


def lineage(dockerfile: Dockerfile, stage: Stage) -> frozenset[int]:
    """A stage and those that it is built on."""
    found = {stage.index}
    while stage.parent is not None and stage.parent not in found:
        stage = dockerfile.stages[stage.parent]
        found.add(stage.index)
    return frozenset(found)


def _copied(dockerfile: Dockerfile, final: Stage) -> frozenset[int]:
    """The stages whose installations are copied into a stage or what it is built on."""
    return frozenset(
        found
        for index in lineage(dockerfile, final)
        for copied in dockerfile.stages[index].copies
        for found in stages_in(dockerfile, copied)
    )


def stages_in(dockerfile: Dockerfile, copied: CopiedFolder) -> frozenset[int]:
    """The stages whose installations a COPY brings.

    The stage that made the folder, and those built on it up to where it is copied from.
    """
    if copied.made is None:
        return frozenset()
    maker = copied.made.stage
    source = maker if copied.stage is None else copied.stage
    later = (
        index
        for index in lineage(dockerfile, dockerfile.stages[source])
        if maker in lineage(dockerfile, dockerfile.stages[index])
    )
    return frozenset((maker, *later))
