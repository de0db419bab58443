"""Sources that use what the NumPy of the build has no more."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.numpy_api import NUMPY

__all__ = ["old_numpy_code"]

_SOURCE = "headers of NumPy: wheelcheck/index/archives/sources/numpy_api.csv"


def old_numpy_code(
    certain: Iterable[str], contents: SdistContents, numpy: Version | None
) -> tuple[BuildObstacle, ...]:
    """The first source, compiled for certain, that this NumPy has too little for.

    Code ``numpy-api-gone``. `numpy` is the release of the build environment, None without one.
    """
    if numpy is None:
        return ()
    own = {
        mark.rpartition(" ")[2]
        for marks in contents.marks.values()
        for mark in marks.refused
        if mark.startswith(f"{NUMPY}- ")
    }
    for path in certain:
        marks = contents.marks.get(path)
        names = [
            name
            for mark in (marks.refused if marks is not None else ())
            if mark.startswith(NUMPY) and not mark.startswith(f"{NUMPY}- ")
            for _, gone, name in [mark.split(" ", 2)]
            if name not in own and numpy >= Version(gone)
        ]
        if names:
            shown = ", ".join(names[:3])
            message = f"{path} uses {shown}, which NumPy {numpy} of the build has no more"
            return (BuildObstacle("numpy-api-gone", message, _SOURCE, fatal=True),)
    return ()
