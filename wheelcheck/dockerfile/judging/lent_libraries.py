"""Libraries that wheels find only because a package for building brought them along.

A compiler brings libgomp and libstdc++; wheels that need them load until it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.loads.load_judge import LoadJudge
from wheelcheck.analysis.loads.load_options import LoadOptions, RunImage
from wheelcheck.analysis.loads.readings import ReadWheels
from wheelcheck.distributions.distribution import Distribution, distribution_of
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.missing import named
from wheelcheck.dockerfile.judging.present_packages import is_for_building
from wheelcheck.index.interface import Index
from wheelcheck.loading.verdict.loads import LoadStatus

__all__ = ["lent_beside", "libraries_lent"]

_LOADING = {LoadStatus.YES, LoadStatus.SOME_FILES_NEED}


def libraries_lent(
    column: JudgedTarget,
    run: RunImage,
    index: Index,
    options: LoadOptions,
    read: ReadWheels,
) -> dict[str, tuple[str, ...]]:
    """By label, the packages that wheels of a step need once those for building are left out.

    Parameters:
        column: The step, with its verdicts on loading.
        run: Where its wheels are imported.
        index: Where wheels are read.
        options: How much of them is read.
        read: What was read of them already.
    """
    target = column.resolution.target
    distribution = distribution_of(run.target or target)
    if not isinstance(distribution, Distribution) or not column.loads:
        return {}
    family = distribution.family
    left = tuple(item for item in run.packages if not is_for_building(item[0], family))
    if left == run.packages:
        return {}
    bare = structs.replace(run, packages=left)
    without, _ = LoadJudge(index, options, bare, read).judge(target, column.judged, None)
    return {
        f"{name} {column.judged[name][0].version}": without[name].packages
        for name, loads in column.loads.items()
        if loads.status in _LOADING and without[name].status is LoadStatus.NEEDS
    }


def lent_beside(builds: Iterable[StepBuilds]) -> tuple[str, tuple[str, ...]]:
    """What to say, and to install, where packages for building are left out; "" where nothing."""
    lent = {label: needs for build in builds for label, needs in build.lent.items()}
    packages = tuple(dict.fromkeys(name for needs in lent.values() for name in needs))
    if not packages:
        return "", ()
    verb = "needs" if len(lent) == 1 else "need"
    comes = "comes" if len(packages) == 1 else "come"
    return f"; {named(tuple(lent))} {verb} {named(packages)}, which {comes} along", packages
