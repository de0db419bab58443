"""Which of its files a build compiles.

What a setup script or ``setup.cfg`` lists, the C that Cython wrote of it, and what these include.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from configparser import Error, RawConfigParser
from contextlib import suppress

from msgspec import Struct

from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import MODULE

__all__ = [
    "CompiledFiles",
    "compiled_files",
    "shipped_file",
    "with_includes",
]

_C_LIKE = {Language.C, Language.CPP}
_TEMPLATE = ".src"
"""Behind the ending of a source that numpy.distutils writes C from, loop by loop."""
_LISTS = re.compile(r"\b(?:glob|listdir|walk|iterdir|scandir)\s*\(")
_SPECIAL = re.compile(r"(?i)win|mac|darwin|osx|bsd|nt|py2|old|test|debug|bench|example|legacy|main")
"""Words in the names of files that a list of a folder may leave out."""
_ASKS_FOR_SDIST = "PKG-INFO"
"""A script that looks for this file may compile what Cython wrote, though Cython is there."""


class CompiledFiles(Struct, frozen=True):
    """The C and C++ files of an sdist that a build compiles: for certain, and perhaps."""

    certain: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()

    @property
    def each(self) -> Iterator[tuple[str, bool]]:
        """All files, and whether they are certain to be compiled; those that are come first."""
        yield from ((path, True) for path in self.certain)
        yield from ((path, False) for path in self.perhaps)


def compiled_files(
    facts: SdistFacts, contents: SdistContents, *, cythonizes: bool
) -> CompiledFiles:
    """Which files are compiled, what they include with them.

    `cythonizes`: Cython is installed for the build, and translates `.pyx` again. Of modules whose
    sources a loop names, what Cython wrote is perhaps compiled; of scripts that declare none and
    run compilers or build tools themselves, any source is.
    """
    script = facts.declaring
    named = _named_files(script, contents, cythonizes=cythonizes) if script is not None else {}
    first = _beyond_lists(script, contents)
    surely = [path for path, sure in named.items() if sure]
    certain_files = with_includes((*surely, *first, *_beside(first, contents)), contents)
    perhaps = with_includes((p for p, sure in named.items() if not sure), contents)
    by_tools = script is not None and bool(script.tools) and not script.extensions
    by_any = by_tools or not _is_understood(script)
    if not named and (by_any or _has_loops(script)):
        perhaps |= _every_source(contents, cythonizes=cythonizes, by_any=by_any)
    elif first or (script is not None and any(not module.sources for module in script.extensions)):
        perhaps |= _every_source(contents, cythonizes=cythonizes, by_any=False)
    return CompiledFiles(tuple(sorted(certain_files)), tuple(sorted(perhaps - certain_files)))


def _is_understood(script: SetupScript | None) -> bool:
    """Whether a script was read to its end, and the sources of each extension module with it."""
    if script is None or script.problem is not None or script.unclear or not script.calls_setup:
        return False
    return all(module.sources is not None for module in script.extensions)


def _has_loops(script: SetupScript | None) -> bool:
    """Whether the sources of an extension module are named by a loop over files."""
    return script is not None and any(module.sources == () for module in script.extensions)


def _named_files(
    script: SetupScript, contents: SdistContents, *, cythonizes: bool
) -> dict[str, bool]:
    """The files that the compiler gets for the listed sources, and whether it does for certain."""
    named: dict[str, bool] = {}
    asks_for_sdist = _ASKS_FOR_SDIST in contents.texts.get("setup.py", "")
    for path in map(posixpath.normpath, _of_settings(contents)):
        if found := shipped_file(path, contents, cythonizes=cythonizes):
            named[found] = True
    for module in script.extensions:
        for path in map(posixpath.normpath, module.sources or ()):
            certain = script.surely_builds(module, path)
            found = shipped_file(path, contents, cythonizes=cythonizes)
            if found:
                named[found] = named.get(found, False) or certain
            # A .pyx that the sdist lacks is translated nowhere: a function may take the C instead.
            elif (asks_for_sdist or path not in contents.sizes) and (
                shipped := shipped_file(path, contents, cythonizes=False)
            ):
                named.setdefault(shipped, False)
    return named


def _beyond_lists(script: SetupScript | None, contents: SdistContents) -> tuple[str, ...]:
    """The sources with the first function of a module that the module's list has not.

    Without it no module could be imported: a loop names it, whatever that names besides.
    """
    found = []
    for module in script.extensions if script is not None else ():
        name = MODULE + module.name.rpartition(".")[2]
        if module.name and script is not None and script.surely_builds(module):
            paths = [path for path, marks in contents.marks.items() if name in marks.needs]
            listed = with_includes(map(posixpath.normpath, module.sources or ()), contents)
            if len(paths) == 1 and not is_aside(paths[0]) and paths[0] not in listed:
                found.append(paths[0])
    return tuple(found)


def _beside(first: Sequence[str], contents: SdistContents) -> Iterator[str]:
    """What lies beside the first source of a module where the script lists folders.

    Not so files that may be for something else by their names, nor where there are several modules.
    """
    if len(first) != 1 or not _LISTS.search(contents.texts.get("setup.py", "")):
        return
    folder, (_, ending) = posixpath.dirname(first[0]), posixpath.splitext(first[0])
    for path in contents.marks:
        beside = posixpath.dirname(path) == folder and path.endswith(ending)
        if beside and not _SPECIAL.search(posixpath.basename(path)):
            yield path


def _of_settings(contents: SdistContents) -> Iterator[str]:
    """The sources of the extension modules that ``setup.cfg`` declares for pbr."""
    text = contents.texts.get("setup.cfg", "")
    if "[extension" not in text or "pbr" not in contents.texts.get("setup.py", ""):
        return
    settings = RawConfigParser(strict=False)
    with suppress(Error):
        settings.read_string(text)
    for section in settings.sections():
        if section.startswith("extension"):
            yield from settings.get(section, "sources", fallback="").split()


def _every_source(contents: SdistContents, *, cythonizes: bool, by_any: bool) -> set[str]:
    """All C and C++ of an sdist, but for what Cython writes again.

    Not `by_any`: what it wrote, and, of scripts that name no Cython sources, what uses names of the
    C API that some CPython lacks.
    """
    by_hand = ".pyx" not in contents.texts.get("setup.py", "")
    return {
        path
        for path, marks in contents.marks.items()
        if language_of(path.removesuffix(_TEMPLATE)) in _C_LIKE and not is_aside(path)
        if by_any or marks.generator.startswith("cython") or (by_hand and marks.api_breaks)
        if not (cythonizes and f"{posixpath.splitext(path)[0]}.pyx" in contents.sizes)
    }


def shipped_file(path: str, contents: SdistContents, *, cythonizes: bool) -> str:
    """The file that the compiler gets for a source; "" where it is made in the build."""
    stem, extension = posixpath.splitext(path)
    if extension not in {".pyx", ".py"}:
        return path if path in contents.sizes else ""
    if cythonizes:
        return ""
    return next((stem + end for end in (".c", ".cpp") if stem + end in contents.sizes), "")


def with_includes(paths: Iterable[str], contents: SdistContents) -> set[str]:
    """Files and what they include in any case, as far as it is part of the sdist."""
    found: set[str] = set()
    todo = list(paths)
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        marks = contents.marks.get(path)
        if marks is None:
            continue
        for include in marks.certain_includes:
            if include.startswith('"'):
                todo += _included(path, include[1:], contents)
            elif "/" in include:
                todo += _of_own_library(include[1:], contents)
    return found


def _of_own_library(name: str, contents: SdistContents) -> Sequence[str]:
    """The only file of the sdist that ``<library/name.h>`` may mean, if there is one."""
    named = contents.marked_by_name.get(name.rpartition("/")[2], ())
    places = [path for path in named if path.endswith(f"/{name}")]
    return places if len(places) == 1 and not is_aside(places[0]) else ()


def _included(path: str, name: str, contents: SdistContents) -> Sequence[str]:
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    candidates = contents.marked_by_name.get(name.rpartition("/")[2], ())
    return [beside] if beside in candidates else candidates if len(candidates) == 1 else ()
