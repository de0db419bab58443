"""Headers of C++'s library that came with a later GCC than the target's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from packaging.version import Version

from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.tables import read_table

__all__ = ["new_standard"]

_TABLE = "builds/obstacles/cxx_since.csv"


def new_standard(
    files: CompiledFiles, contents: SdistContents, gcc: Version | None
) -> tuple[BuildObstacle, ...]:
    """The first header in angle brackets that `gcc` does not bring yet; code ``compiler-too-old``.

    A file of the sdist of that name may be what is meant: then nothing is said.
    """
    if gcc is None:
        return ()
    for path, sure in files.each:
        marks = contents.marks.get(path)
        for include in marks.certain_includes if marks is not None else ():
            first = _since().get(include)
            if first is None or first.major <= gcc.major or include[1:] in contents.file_names:
                continue
            message = f"{path} includes {include[1:]}, which GCC has since {first}, "
            message += f"and the target has {gcc}"
            message += "" if sure else "; the build may leave it out"
            source = f"wheelcheck/{_TABLE}"
            code = "compiler-too-old"
            return (BuildObstacle(code, message, source, fatal=sure, may_be_left_out=not sure),)
    return ()


@cache
def _since() -> Mapping[str, Version]:
    return {f"<{row['header']}": Version(row["gcc"]) for row in read_table(_TABLE)}
