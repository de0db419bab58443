"""What of a build's work cannot be read in its sdist, so that an estimate says so and is wider."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside, missing_subprojects
from wheelcheck.costs.workload.made import archived_bytes, brings_objects, texts_of_scripts
from wheelcheck.costs.workload.tests_run import runs_tests

__all__ = ["DOCUMENTS", "DOWNLOADS", "FETCHES", "GO", "OBJECTS", "TESTS", "hidden_work"]

DOWNLOADS = "downloads"
"""What `hidden_work` says of a build in which CMake downloads projects and builds them."""
FETCHES = "fetches"
"""Of a build whose setup script takes an archive of sources, or of a library, from somewhere."""
_BINARIES = "binaries"
_ARCHIVES = "archives"
"""Of a build whose scripts unpack and make an archive of sources in the sdist."""
_SUBPROJECTS = "subprojects"
GO = "go"
"""Of a build that has Go compile, with the parts of its standard library that are used."""
DOCUMENTS = "documents"
"""Of a build that has its documentation written, too."""
OBJECTS = "objects"
"""Of a build with make in an sdist that brings object files."""
TESTS = "tests"
"""Of a build that runs tests, benchmarks or profile training of the sdist."""

_BRINGS = re.compile(
    r"^\s*(?:FetchContent_(?:Declare|MakeAvailable)|ExternalProject_Add|CPM(?:Add|Find)Package)\s*\(",
    re.IGNORECASE | re.MULTILINE,
)
"""CMake's ways to build what it downloads."""
_WRITES = re.compile(
    r"add_custom_command\s*\(\s*OUTPUT[^)]*\.(?:c|cc|cpp|cxx|f90|h|hpp)\b",
    re.IGNORECASE,
)
"""CMake's way to compile what a program writes during the build."""
_RUNS_MAKE = re.compile(r"\bCOMMAND\s+(?:g?make|\$\(MAKE\)|\$\{CMAKE_MAKE_PROGRAM\})\s")
"""CMake's way to leave a library to a Makefile of its own."""
_DOWNLOADS = re.compile(r"\burlretrieve\(|\burlopen\(|\brequests\.get\(|git['\", ]+clone\b")
_ARCHIVE_OF_SOURCES = re.compile(r"\.tar\.(?:bz2|gz|xz)\b|\.tgz\b|git['\", ]+clone\b")
"""What scripts take sources from; those of Windows' libraries are ``.zip``."""
_RUNS_SPHINX = re.compile(r"sphinx-build|\bsphinx\.(?:application|cmd)\b")
"""How scripts have Sphinx write documentation; to require it is not to run it."""
_GENERATORS = frozenset(
    {"pythran", "mypy", "mypyc", "jinja2", "mako", "fypp", "tempita", "pyodide"}
)
"""Build requirements that write sources."""
_TOOLS = frozenset(
    {"bazel", "bazelisk", "cargo", "cmake", "configure", "gmake", "go", "make", "meson", "ninja"}
    | {"scons", "waf"}
)
"""What compiles for a script; compilers that it runs mostly answer a question."""


def hidden_work(
    facts: SdistFacts, sizes: Mapping[str, int], texts: Mapping[str, str], *, compiles: bool
) -> tuple[str, ...]:
    """The kinds of evidence that the build does what the sdist does not show.

    Where nothing is compiled, only that it writes documentation or runs tests is of weight.
    """
    found = [DOCUMENTS] if _documents(facts, texts) else []
    found += [TESTS] if any(map(runs_tests, texts_of_scripts(facts, texts))) else []
    if compiles:
        found += (*_by_texts(texts), *_by_scripts(facts), *_by_wraps(facts, sizes))
        found += [OBJECTS] if brings_objects(facts, sizes, texts) else []
        found += [_ARCHIVES] if archived_bytes(facts, sizes, texts) else []
    return tuple(dict.fromkeys(found))


def _documents(facts: SdistFacts, texts: Mapping[str, str]) -> bool:
    """Whether Hatch's hook or a script has Sphinx, which is required, write documentation."""
    names = facts.system.required_names
    if "sphinx" in names and any(map(_RUNS_SPHINX.search, texts_of_scripts(facts, texts))):
        return True
    return "hatch-sphinx" in names


def _by_wraps(facts: SdistFacts, paths: Collection[str]) -> Iterator[str]:
    """Meson's subprojects that the sdist names and does not bring: tests may want them alone."""
    if facts.kind == "meson" and missing_subprojects(paths):
        yield _SUBPROJECTS


def _by_texts(texts: Mapping[str, str]) -> Iterator[str]:
    for path, text in texts.items():
        if is_aside(path):
            continue
        if path.endswith(("CMakeLists.txt", ".cmake")):
            if _BRINGS.search(text):
                yield DOWNLOADS
            if _WRITES.search(text):
                yield "generates"
            if _RUNS_MAKE.search(text):
                yield "commands"
        if path == "setup.py" and _DOWNLOADS.search(text):
            yield FETCHES if _ARCHIVE_OF_SOURCES.search(text) else _BINARIES


def _by_scripts(facts: SdistFacts) -> Iterator[str]:
    if not _GENERATORS.isdisjoint(facts.system.required_names):
        yield "generates"
    tools = {tool for script in facts.scripts for _, tool in script.tools}
    if "setuptools-golang" in facts.system.required_names or "go" in tools:
        yield GO
    if not tools.isdisjoint(_TOOLS):
        yield "commands"
