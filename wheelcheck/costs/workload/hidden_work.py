"""What of a build's work cannot be read in its sdist, so that an estimate says so and is wider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["hidden_work"]

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
_DOWNLOADS = re.compile(r"\burlretrieve\(|\burlopen\(|\brequests\.get\(|git['\", ]+clone\b")
_GENERATORS = frozenset(
    {"pythran", "mypy", "mypyc", "jinja2", "mako", "fypp", "tempita", "pyodide"}
)
"""Build requirements that write sources."""
_TOOLS = frozenset(
    {"bazel", "bazelisk", "cargo", "cmake", "configure", "gmake", "go", "make", "meson", "ninja"}
    | {"scons", "waf"}
)
"""What compiles for a script; compilers that it runs mostly answer a question."""


def hidden_work(facts: SdistFacts, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds of evidence that the build compiles what the sdist does not show."""
    return tuple(dict.fromkeys((*_by_texts(texts), *_by_scripts(facts))))


def _by_texts(texts: Mapping[str, str]) -> Iterator[str]:
    for path, text in texts.items():
        if is_aside(path):
            continue
        if path.endswith(("CMakeLists.txt", ".cmake")):
            if _BRINGS.search(text):
                yield "downloads"
            if _WRITES.search(text):
                yield "generates"
        if path == "setup.py" and _DOWNLOADS.search(text):
            yield "downloads"


def _by_scripts(facts: SdistFacts) -> Iterator[str]:
    if not _GENERATORS.isdisjoint(facts.system.required_names):
        yield "generates"
    if any(tool in _TOOLS for script in facts.scripts for _, tool in script.tools):
        yield "commands"
