"""C code that Cython wrote, before or in the build, and that a CPython does not compile."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from packaging.version import InvalidVersion, Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.tables import read_table

__all__ = ["certainly_translated", "translated_in_build", "written_by_cython"]

_OUTPUT = "measured: wheelcheck/builds/obstacles/cython_output.csv"
_TRACED = frozenset({"linetrace", "profile"})
_CODE = "cython-output-too-old"


def written_by_cython(
    path: str, version: str, minor: int, *, sure: bool, free_threaded: bool = False
) -> Iterator[BuildObstacle]:
    """What CPython 3.`minor` does not compile of a shipped file that Cython `version` wrote.

    Code ``cython-output-too-old``; fatal where the file is compiled for certain (`sure`) and code
    of every module fails. `free_threaded`: CPython without the GIL.
    """
    try:
        wrote = Version(version)
    except InvalidVersion:
        return
    for sample in ("least", "ordinary"):
        error = _output_error(wrote, minor, sample, free_threaded=free_threaded)
        if error:
            message = (
                f"{path} was written by Cython {version}, whose code CPython 3.{minor} does not "
                f"compile: {error}"
            )
            fatal = sure and sample == "least"
            yield BuildObstacle(_CODE, message, _OUTPUT, fatal=fatal)
            return


def _output_error(wrote: Version, minor: int, sample: str, *, free_threaded: bool = False) -> str:
    """What a CPython does not compile of a Cython's code; very old releases count as the oldest."""
    pythons = {f"3.{minor}", f"3.{minor}t"} if free_threaded else {f"3.{minor}"}
    rows = [row for row in _outputs() if row[0] in pythons and row[1] == sample]
    wrote = max(wrote, min((row[2] for row in _outputs()), default=wrote))
    for _, _, first, last, error in rows:
        if first <= wrote <= last:
            return error
    for before, after in pairwise(rows):  # not measured itself; its neighbours fail
        near = before[3].release[:2] == after[2].release[:2]
        if near and before[3] < wrote < after[2]:
            return after[4]
    return ""


@cache
def _outputs() -> tuple[tuple[str, str, Version, Version, str], ...]:
    return tuple(
        (row["python"], row["sample"], Version(row["first"]), Version(row["last"]), row["error"])
        for row in read_table("builds/obstacles/cython_output.csv")
    )


def translated_in_build(
    facts: SdistFacts,
    contents: SdistContents,
    version: Version,
    minor: int,
    *,
    free_threaded: bool = False,
) -> tuple[BuildObstacle, ...]:
    """A Cython source that this Cython turns into C which CPython 3.`minor` does not compile.

    Code ``cython-output-too-old``; fatal where it is compiled for certain and code of every module
    fails.
    """
    every = dict(_translated(facts, contents))
    traced = {path: sure for path, sure in every.items() if _is_traced(path, contents)}
    for sample, sources in {"least": every, "ordinary": every, "traced": traced}.items():
        error = ""
        if sources:
            error = _output_error(version, minor, sample, free_threaded=free_threaded)
        if error:
            path = max(sources, key=lambda path: sources[path])
            message = f"Cython {version} of the build turns {path} into C that CPython 3.{minor} "
            message += f"does not compile: {error}"
            fatal = sources[path] and sample != "ordinary"
            return (BuildObstacle(_CODE, message, _OUTPUT, fatal=fatal),)
    return ()


def _is_traced(path: str, contents: SdistContents) -> bool:
    """Whether the head of a Cython source has calls of tracers written, and no macro undoes it."""
    words = contents.marks[path].old_cython if path in contents.marks else ()
    undone = "CYTHON_PROFILE" in contents.texts.get("setup.py", "")
    return not undone and not _TRACED.isdisjoint(words)


def certainly_translated(facts: SdistFacts, contents: SdistContents) -> tuple[str, ...]:
    """The Cython sources that a build turns into C for certain, by what the script says."""
    return tuple(path for path, sure in _translated(facts, contents) if sure)


def _translated(facts: SdistFacts, contents: SdistContents) -> Iterator[tuple[str, bool]]:
    """The Cython sources of an sdist, and whether the build certainly compiles them."""
    script = facts.declaring
    named: set[str] = set()
    for module in () if script is None else script.extensions:
        for path in map(posixpath.normpath, module.sources or ()):
            if path.endswith(".pyx") and path in contents.sizes:
                named.add(path)
                yield path, script is not None and script.surely_builds(module, path)
    if named:
        return
    for path in contents.sizes:
        if path.endswith(".pyx") and not is_aside(path):
            yield path, _is_named_by_meson(path, facts, contents)


def _is_named_by_meson(path: str, facts: SdistFacts, contents: SdistContents) -> bool:
    folder, _, name = path.rpartition("/")
    text = contents.texts.get(f"{folder}/meson.build" if folder else "meson.build", "")
    return facts.kind == "meson" and f"'{name}'" in text
