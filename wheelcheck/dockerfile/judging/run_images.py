"""In which image what a stage installs is imported: its own, or that into which it is copied."""

from __future__ import annotations

from wheelcheck.analysis.loads.load_options import RunImage
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage
from wheelcheck.errors import Unknown

__all__ = ["run_image"]


def run_image(dockerfile: Dockerfile, stage: Stage) -> RunImage:
    """Where what a stage installs is imported: in the final stage, if it gets there, else in it."""
    final = dockerfile.final
    where = stage
    if final is not None and not isinstance(final.target, Unknown):
        built_on = stage.index in _lineage(dockerfile, final)
        where = final if built_on or stage.index in _copied(dockerfile, final) else stage
    copied = where is not stage and stage.index not in _lineage(dockerfile, where)
    added = dict.fromkeys((package.name, package.recommends) for package in where.packages)
    if not copied or isinstance(where.target, Unknown):
        return RunImage(packages=tuple(added))
    return RunImage(where.target, where.title, tuple(added))


def _lineage(dockerfile: Dockerfile, stage: Stage) -> frozenset[int]:
    """A stage and those that it is built on."""
    found = {stage.index}
    while stage.parent is not None and stage.parent not in found:
        stage = dockerfile.stages[stage.parent]
        found.add(stage.index)
    return frozenset(found)


def _copied(dockerfile: Dockerfile, final: Stage) -> frozenset[int]:
    """The stages whose installations are copied into a stage or what it is built on."""
    return frozenset(
        copied.made.stage
        for index in _lineage(dockerfile, final)
        for copied in dockerfile.stages[index].copies
        if copied.made is not None
    )
