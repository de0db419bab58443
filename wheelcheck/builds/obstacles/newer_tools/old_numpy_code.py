"""Sources that use what the NumPy of the build has no more."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import IMAGINARY, NUMPY, READS_ARRAY, marked
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = ["old_numpy_code"]

_ERRORS_SINCE = Version("14")
"""GCC refuses pointers of another type in C from here on (gcc.gnu.org/gcc-14/porting_to.html)."""
_NO_MACROS = "NPY_NO_DEPRECATED_API"
"""What a script defines to have functions with NumPy 1 as well."""
_FUNCTIONS = "ndarraytypes.h of NumPy 1.26.4 and 2.0.2"
_INCLUDES_COMPLEX = Version("2.0")
_COMPLEX = "npy_common.h of NumPy 2.0.2"
_SOURCE = "headers of NumPy: wheelcheck/index/archives/sources/numpy_api.csv"


def old_numpy_code(
    files: CompiledFiles, contents: SdistContents, numpy: Version | None, gcc: Version | None
) -> tuple[BuildObstacle, ...]:
    """The first source that this NumPy has too little for.

    Code ``numpy-api-gone``; fatal where it is compiled for certain. `numpy` is the release of the
    build environment, None without one. What reads arrays takes any pointer no more: of C that is
    an error with `gcc` 14.
    """
    if numpy is None:
        return ()
    own = {name for marks in contents.marks.values() for gone, name in _names(marks) if gone == "-"}
    strict = gcc is not None and gcc >= _ERRORS_SINCE
    typed = any(_NO_MACROS in text for text in contents.texts.values())
    for path, sure in files.each:
        marks = contents.marks.get(path)
        if marks is None:
            continue
        found = _too_little(marks, numpy, own)
        if found is None and (strict or language_of(path) is Language.CPP):
            found = _reads_objects(marks, numpy, typed=typed)
        if found is not None:
            what, source = found
            message = f"{path} {what}" + ("" if sure else "; the build may leave it out")
            obstacle = BuildObstacle(
                "numpy-api-gone", message, source, fatal=sure, may_be_left_out=not sure
            )
            return (obstacle,)
    return ()


def _too_little(marks: SourceMarks, numpy: Version, own: set[str]) -> tuple[str, str] | None:
    """What a source has that this NumPy has not, and where that is from.

    `own` are names that the sdist defines itself.
    """
    names = [
        name
        for gone, name in _names(marks)
        if gone != "-" and name not in own and numpy >= Version(gone)
    ]
    shown = ", ".join(names[:3])
    if not names and IMAGINARY in marks.refused and numpy >= _INCLUDES_COMPLEX:
        what = f"has a variable I, a macro of <complex.h>, which NumPy {numpy} includes"
        return what, _COMPLEX
    return (
        (f"uses {shown}, which NumPy {numpy} of the build has no more", _SOURCE) if names else None
    )


def _reads_objects(marks: SourceMarks, numpy: Version, *, typed: bool) -> tuple[str, str] | None:
    """What gets a pointer of another type in a source; `typed`: a script wants no macros."""
    for mark in marked(marks.refused, READS_ARRAY):
        since, _, name = mark.partition(" ")
        if typed or numpy >= Version(since):
            what = f"gives a PyObject * to {name}(), a function in NumPy {numpy} of the build, "
            return what + "which takes a PyArrayObject *", _FUNCTIONS
    return None


def _names(marks: SourceMarks) -> Iterator[tuple[str, str]]:
    """The NumPy from which on a name is gone, ``-`` where the source defines it; and the name."""
    for mark in marks.refused:
        if mark.startswith(NUMPY):
            _, gone, name = mark.split(" ", 2)
            yield gone, name
