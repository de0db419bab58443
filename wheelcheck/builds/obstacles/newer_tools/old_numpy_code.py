"""Sources that use what the NumPy of the build has no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.mark_kinds import NUMPY
from wheelcheck.index.archives.sources.source_marks import SourceMarks

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
    own = {name for marks in contents.marks.values() for gone, name in _names(marks) if gone == "-"}
    for path in certain:
        marks = contents.marks.get(path)
        names = [
            name
            for gone, name in (_names(marks) if marks is not None else ())
            if gone != "-" and name not in own and numpy >= Version(gone)
        ]
        if names:
            shown = ", ".join(names[:3])
            message = f"{path} uses {shown}, which NumPy {numpy} of the build has no more"
            return (BuildObstacle("numpy-api-gone", message, _SOURCE, fatal=True),)
    return ()


def _names(marks: SourceMarks) -> Iterator[tuple[str, str]]:
    """The NumPy from which on a name is gone, ``-`` where the source defines it; and the name."""
    for mark in marks.refused:
        if mark.startswith(NUMPY):
            _, gone, name = mark.split(" ", 2)
            yield gone, name
