"""Adding the shared libraries that wheels lack, where they are imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wheelcheck.distributions.distribution import distribution_of
from wheelcheck.dockerfile.fixing.build_places import user_at
from wheelcheck.dockerfile.fixing.editing import Editor
from wheelcheck.dockerfile.fixing.stage_split import install_lines
from wheelcheck.dockerfile.judging.run_images import lineage, run_stage
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.errors import Unknown

__all__ = ["LackingLibraries", "add_libraries"]


@dataclass(frozen=True, slots=True)
class LackingLibraries:
    """The packages that bring what the wheels of a step lack.

    `stage` is the index of its stage, `layer` the line of its RUN.
    """

    stage: int
    layer: int
    packages: tuple[str, ...]


def add_libraries(
    editor: Editor, dockerfile: Dockerfile, lacking: Iterable[LackingLibraries]
) -> None:
    """Install each package once: before the RUN or, behind the FROM, in the stage that imports it.

    What a user other than root would have to install is left to the author.
    """
    added: dict[int, set[str]] = {}
    for each in sorted(lacking, key=lambda item: item.layer):
        stage, line = dockerfile.stages[each.stage], each.layer
        where = run_stage(dockerfile, stage)
        if stage.index not in lineage(dockerfile, where):
            stage, line = where, where.instructions[0].end_line + 1
        if isinstance(stage.target, Unknown):
            continue
        distribution = distribution_of(stage.target)
        there = {name for at in lineage(dockerfile, stage) for name in added.get(at, ())}
        names = sorted(set(each.packages) - there)
        if not names or isinstance(distribution, Unknown):
            continue
        user = user_at(dockerfile, stage, line)
        if user:
            message = f"line {line} runs as {user}: add {' '.join(names)} where root is the user"
            editor.remarks[message] = None
            continue
        lines = install_lines(names, distribution, keeps_lists=editor.keeps_lists)
        editor.insert_before(line, *lines)
        added.setdefault(stage.index, set()).update(names)
