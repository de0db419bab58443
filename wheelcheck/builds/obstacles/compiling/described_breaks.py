"""Sources that CMake or Meson certainly compile, and that their surroundings do not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, islice

from packaging.version import Version

from wheelcheck.builds.needs.sure_headers import described_sources
from wheelcheck.builds.obstacles.compiling.brought_headers import is_from_outside
from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles, with_includes
from wheelcheck.builds.obstacles.compiling.missing_headers import (
    PLAIN_PROJECTS,
    of_other_system,
)
from wheelcheck.builds.obstacles.compiling.source_breaks import source_breaks
from wheelcheck.builds.obstacles.newer_tools.old_numpy_code import old_numpy_code
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import HEADER_ENDINGS

__all__ = ["described_breaks"]

_CODES = frozenset({"c-api-gone", "c-api-new", "cython-output-too-old", "numpy-api-gone"})
"""What no option of a compiler mends: the others may be in any file of the project."""
_BACKENDS = PLAIN_PROJECTS | {
    "scikit-build-core", "meson", "meson-python", "pyproject-metadata", "pathspec", "nanobind",
    "exceptiongroup", "vcs-versioning",
}  # fmt: skip
"""Projects that bring no headers in folders of their choice."""
_MAKES_HEADERS = re.compile(
    r"(?i)configure_file|export_header|custom_|execute_process|ExternalProject|FetchContent|CPM"
    r"|file\s*\(\s*(?:WRITE|APPEND|GENERATE|CONFIGURE|DOWNLOAD|ARCHIVE|COPY|RENAME|CREATE_LINK)"
    r"|run_command|generator|vcs_tag|copyfile|ispc"
    r"|configuration_data|subproject|\bqt|automoc|protobuf|grpc|bison|flex|swig|vcpkg|conan|cython"
    r"|flatbuffer|capnp|add_library[^)]*IMPORTED|ENV\{"
)
"""Words of CMake's and Meson's files that may make headers, or fetch them."""


def described_breaks(
    facts: SdistFacts,
    contents: SdistContents,
    minor: int,
    gcc: Version | None,
    numpy: Version | None,
    installed: Collection[str] | None = None,
    *,
    free_threaded: bool = False,
) -> tuple[BuildObstacle, ...]:
    """What CPython 3.`minor`, `numpy` and Linux lack for these sources, the first of each kind.

    Codes ``c-api-gone``, ``c-api-new``, ``cython-output-too-old``, ``numpy-api-gone``,
    ``header-missing``. `installed` are the projects of the build environment, None where there may
    be others.
    """
    if not _builds_for_certain(facts):
        return ()
    certain = with_includes(described_sources(facts, contents), contents)
    files = CompiledFiles(tuple(sorted(certain)))
    found = (
        *source_breaks(files, contents, minor, gcc, free_threaded=free_threaded),
        *old_numpy_code(files, contents, numpy, gcc),
    )
    headers = chain(
        _foreign_headers(files.certain, contents),
        _headers_left_out(files.certain, contents, installed),
    )
    return (
        *(obstacle for obstacle in found if obstacle.code in _CODES),
        *islice(headers, 1),
    )


def _builds_for_certain(facts: SdistFacts) -> bool:
    """Whether no setup script around the project may go on without it."""
    script = facts.script
    if script is None or facts.kind != "setuptools":
        return True
    sure = all(script.surely_builds(module) for module in script.extensions)
    return sure and not (script.tools and script.tools_forgiven)


def _foreign_headers(paths: Collection[str], contents: SdistContents) -> Iterator[BuildObstacle]:
    """The first header of another system that a source includes in any case."""
    shipped = {name.lower() for name in contents.file_names}
    for path in paths:
        for include in contents.certain_includes(path):
            name = include[1:]
            if of_other_system(name) and name.rpartition("/")[2].lower() not in shipped:
                message = f"{path} includes {name}, which no package of Debian holds, nor the sdist"
                yield BuildObstacle("header-missing", message, path, fatal=True)
                return


def _headers_left_out(
    paths: Collection[str], contents: SdistContents, installed: Collection[str] | None
) -> Iterator[BuildObstacle]:
    """The first header in quotes that no file of the sdist is, nor one of a package of Debian.

    Nothing is said where the project may make headers, or a build requirement may bring them.
    """
    if installed is None or not _BACKENDS.issuperset(installed):
        return
    if any(map(_MAKES_HEADERS.search, contents.texts.values())):
        return
    for path in paths:
        for include in contents.certain_includes(path):
            name = include[1:]
            base = name.rpartition("/")[2]
            own = base in contents.file_names or not base.endswith(HEADER_ENDINGS)
            if include[0] == '"' and not own and not is_from_outside(name):
                message = f"{path} includes {name}, which no package of Debian holds, nor the sdist"
                yield BuildObstacle("header-missing", message, path)
                return
