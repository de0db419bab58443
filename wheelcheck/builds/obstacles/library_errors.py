"""Sources that refuse the version of a library that a distribution has."""

from __future__ import annotations

from packaging.version import Version

from wheelcheck.builds.obstacles.compiled_files import CompiledFiles, with_includes
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.distributions.distribution import Distribution, versions_on_offer
from wheelcheck.index.archives.sources.c_errors import is_refused
from wheelcheck.index.archives.sources.mark_kinds import ERROR, marked

__all__ = ["library_errors"]


def library_errors(
    files: CompiledFiles, contents: SdistContents, distribution: Distribution | None
) -> tuple[BuildObstacle, ...]:
    """The first ``#error`` that the version of a library leads to; code ``library-version``.

    Fatal where the file is compiled for certain, and the distribution has no other version.
    """
    if distribution is None:
        return ()

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


def _is_shipped(library: str, contents: SdistContents) -> bool:
    """Whether a folder of the sdist has the name of a library: it may hold a copy."""
    short = library.removeprefix("lib")
    return any(short in path.rpartition("/")[2].lower() for path in contents.directories)
