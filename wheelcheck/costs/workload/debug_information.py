"""Whether a build, or the project's own publishing, leaves debug information out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from wheelcheck.builds.cmake.roots import runs_cmake
from wheelcheck.builds.sdist.build_system import read_toml, table
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.costs.workload.cffi_declarations import cffi_scripts
from wheelcheck.costs.workload.compiled import CompiledFile
from wheelcheck.costs.workload.made import texts_of_scripts

__all__ = ["debugs", "publishes_stripped", "strips"]

_STRIPS = re.compile(r"--strip-(?:all|debug)\b|-Wl,-s\b|['\" ]-g0\b")
_HARDLY_DEBUGS = re.compile(r"['\" ]-g[01]\b")
"""Options of cffi's scripts that leave no more than names and lines: libxmplite 1.3 takes 0.33 MB
where 0.25 are published."""
_WITHOUT_DEBUG = "Pybind11Extension"
"""pybind11's kind of extension module, which adds ``-g0`` (`pybind11.setup_helpers`)."""
_PUBLISHES_STRIPPED = re.compile(r"--strip\b|--strip-(?:all|debug)\b|-Wl,-s\b")
_DEBUG_TYPES = frozenset({"Debug", "RelWithDebInfo"})
"""Kinds of builds that have scikit-build-core compile with ``-g``, and not strip what it installs:
in its settings, not those of overrides, which are for editable installs."""
_BUILDERS = frozenset({"cmake", "meson", "ninja", "scikit-build-core"})
"""Build requirements, or programs, that compile for the hooks of Hatch and Poetry, without Python's
flags."""
_HANDS_FLAGS_ON = re.compile(r"\b(?:setuptools|distutils|sysconfig)\b")
"""What hooks have Python's flags from."""


def strips(facts: SdistFacts, texts: Mapping[str, str], files: Iterable[CompiledFile]) -> bool:
    """Whether debug information is left out that Python's own flags ask for.

    By an option, by pybind11's kind of extension module, or because what compiles most of `files`
    has no flags of Python's.
    """
    if _STRIPS.search(texts.get("setup.py", "")):
        return True
    if facts.kind == "pure" and not facts.extensions:
        return _hook_has_no_flags(facts, texts)
    makers = {module.made_by.rpartition(".")[2] for module in facts.extensions}
    if makers == {_WITHOUT_DEBUG}:
        return True
    if makers == {"cffi_modules"} and any(map(_HARDLY_DEBUGS.search, cffi_scripts(texts))):
        return True
    return facts.kind == "setuptools" and _cmake_makes_most(facts, texts, list(files))


def debugs(project: str) -> bool:
    """Whether the settings in ``pyproject.toml`` have CMake leave debug information in."""
    settings = table(read_toml(project), "tool", "scikit-build")
    kinds = (settings.get("build-type"), table(settings, "cmake").get("build-type"))
    return any(kind in _DEBUG_TYPES for kind in kinds if isinstance(kind, str))


def publishes_stripped(project: str) -> bool:
    """Whether the settings in ``pyproject.toml`` have published wheels stripped."""
    return _PUBLISHES_STRIPPED.search(project) is not None


def _hook_has_no_flags(facts: SdistFacts, texts: Mapping[str, str]) -> bool:
    """Whether CMake, Meson or Ninja compiles for a hook, which hands none of Python's flags on."""
    if not _BUILDERS.isdisjoint(facts.system.required_names):
        return True
    tools = {tool for script in facts.scripts for _, tool in script.tools}
    takes = any(map(_HANDS_FLAGS_ON.search, texts_of_scripts(facts, texts)))
    return not tools.isdisjoint(_BUILDERS) and not takes


def _cmake_makes_most(
    facts: SdistFacts, texts: Mapping[str, str], files: list[CompiledFile]
) -> bool:
    """Whether a script has CMake compile most code of a setuptools project: bundled libraries.

    What extension modules list is compiled with Python's flags wherever it lies. Tables are no
    code: half of what boltztrap2 26.3.1 has CMake compile.
    """
    scripts = (text for path, text in texts.items() if path.endswith(".py") and not is_aside(path))
    if not any(map(runs_cmake, scripts)):
        return False
    folders = tuple(_below_lists(texts))
    listed = {
        posixpath.normpath(name) for module in facts.extensions for name in module.sources or ()
    }
    made = [
        file.unit.statements
        for file in files
        if file.path.startswith(folders) and file.path not in listed
    ]
    return sum(made) > sum(file.unit.statements for file in files) / 2


def _below_lists(texts: Mapping[str, str]) -> Iterator[str]:
    """The folders that hold a ``CMakeLists.txt``, without the root."""
    for path in texts:
        folder, _, name = path.rpartition("/")
        if folder and name == "CMakeLists.txt":
            yield f"{folder}/"
