"""Sources that do not go with the version of a library that a distribution has."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

from packaging.version import Version

from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles, with_includes
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.distributions.distribution import Distribution, versions_on_offer
from wheelcheck.index.archives.sources.c_code.c_errors import is_refused
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import ERROR, FOREIGN, LIBRARY, marked
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = ["library_errors", "lost_names"]

_ERRORS_SINCE = Version("14")
"""GCC refuses calls of undeclared functions from here on (gcc.gnu.org/gcc-14/porting_to.html)."""
_NAMES = "headers of libraries: wheelcheck/index/archives/sources/library_names.csv"


def library_errors(
    files: CompiledFiles, contents: SdistContents, distribution: Distribution | None
) -> tuple[BuildObstacle, ...]:
    """The first ``#error`` that the version of a library leads to; code ``library-version``.

    Fatal where the file is compiled for certain, and the distribution has no other version.
    """
    if distribution is None:
        return ()
    folders = {posixpath.dirname(path) for path in files.certain if language_of(path) is not None}
    for path in files.certain:
        # a folder of headers alone may be for another compiler, which finds them there
        marks = contents.marks.get(path) if posixpath.dirname(path) in folders else None
        for macro in marked(marks.refused, FOREIGN) if marks is not None else ():
            message = f"{path} is for another compiler: it ends in an error without {macro}"
            return (BuildObstacle("compiler-too-new", message, path, fatal=True),)

    def version(library: str) -> Version | None:
        offered = versions_on_offer(library, distribution)
        return offered[0] if offered else None

    perhaps = sorted(with_includes(files.perhaps, contents))
    for paths, sure in ((files.certain, True), (perhaps, False)):
        for path in paths:
            marks = contents.marks.get(path)
            for condition in marked(marks.refused, ERROR) if marks is not None else ():
                used = is_refused(condition, version)
                if used is None:
                    continue
                library, found = used
                only = len(versions_on_offer(library, distribution)) == 1
                message = f"{path} refuses {library} {found}, which {distribution} has: "
                message += f"it ends in an error if {condition}"
                fatal = sure and only and not _is_shipped(library, contents)
                return (BuildObstacle("library-version", message, path, fatal=fatal),)
    return ()


def lost_names(
    files: CompiledFiles,
    contents: SdistContents,
    distribution: Distribution | None,
    gcc: Version | None,
) -> tuple[BuildObstacle, ...]:
    """The first source that uses what a library of the distribution has no more.

    Code ``library-name-gone``; fatal where it is compiled for certain. Of C, GCC before 14 takes
    what is not declared for functions: nothing is said of it then.
    """
    if distribution is None or gcc is None:
        return ()
    shipped = contents.file_names
    for path, sure in files.each:
        if gcc < _ERRORS_SINCE and language_of(path) is not Language.CPP:
            continue
        lost = _lost_name(contents.marks.get(path), shipped, distribution)
        if lost:
            message = f"{path} uses {lost}" + ("" if sure else "; the build may leave it out")
            obstacle = BuildObstacle(
                "library-name-gone", message, _NAMES, fatal=sure, may_be_left_out=not sure
            )
            return (obstacle,)
    return ()


def _lost_name(
    marks: SourceMarks | None, shipped: Collection[str], distribution: Distribution
) -> str:
    """The first name that a source uses and a library of the distribution has no more."""
    for mark in marked(marks.refused, LIBRARY) if marks is not None else ():
        library, gone, header, name = mark.split(" ")
        offered = versions_on_offer(library, distribution)
        lost = bool(offered) and min(offered) >= Version(gone)
        if lost and header.rpartition("/")[2] not in shipped:
            return f"{name}, which {library} {offered[0]} of {distribution} has no more"
    return ""


def _is_shipped(library: str, contents: SdistContents) -> bool:
    """Whether a folder of the sdist has the name of a library: it may hold a copy."""
    short = library.removeprefix("lib")
    return any(short in path.rpartition("/")[2].lower() for path in contents.directories)
