"""What a CMake project's own modules (``FindX.cmake``) look for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from wheelcheck.builds.cmake.commands import CMakeCommand, cmake_commands
from wheelcheck.builds.cmake.demands import library_names
from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["MODULE_WORDS", "by_own_module", "own_module", "pkg_config_of_modules"]

MODULE_WORDS = {"REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "NO_CMAKE_PATH", "STATIC",
    "NO_CMAKE_ENVIRONMENT_PATH"}  # fmt: skip
"""Words of ``pkg_check_modules`` that are no modules."""


def own_module(name: str, texts: Mapping[str, str]) -> str:
    """The path of the project's ``FindX.cmake``; "" where it has none."""
    end = f"/Find{name}.cmake"
    return next((path for path in texts if f"/{path}".endswith(end)), "")


def by_own_module(need: BuildNeed, texts: Mapping[str, str]) -> BuildNeed:
    """A need with what the project's own ``FindX.cmake`` looks for.

    Only where no package has files of X's own name: the module knows what the library is called.
    """
    if not need.files or need.files[0][0] is not FileKind.CMAKE or is_packaged(need.files[0]):
        return need
    module = own_module(need.files[0][1], texts)
    sought = [pair for command in cmake_commands(texts, module) for pair in _sought_by(command)]
    return replace(need, files=(*need.files, *dict.fromkeys(sought[:_MOST_SOUGHT])))


def pkg_config_of_modules(
    found: Sequence[tuple[CMakeCommand, BuildNeed]], texts: Mapping[str, str]
) -> list[tuple[CMakeCommand, BuildNeed]]:
    """pkg-config, where the project's own module for a demanded package asks it."""
    needs: list[tuple[CMakeCommand, BuildNeed]] = []
    for command, need in found:
        if command.name == "find_package" and need.is_required_library:
            module = own_module(command.words[0], texts)
            match = _ASKS.search(without_comments(texts.get(module, "")))
            if match:
                source = f"{module}: {match[1]}()"
                needs.append((command, BuildNeed(NeedKind.TOOL, "pkg-config", source)))
    return needs


_ASKS = re.compile(r"(?i)\b(pkg_(?:check_modules|search_module))\s*\(")


def _sought_by(command: CMakeCommand) -> Iterator[tuple[FileKind, str]]:
    """The files that a command of a ``FindX.cmake`` looks for."""
    if command.name in {"pkg_check_modules", "pkg_search_module"}:
        for word in command.words[1:]:
            if word not in MODULE_WORDS and "$" not in word:
                yield FileKind.PC, re.split(r"[<>=]", word)[0]
    elif command.name in _SEEKS:
        kind = _SEEKS[command.name]
        for name in library_names(command.words):
            yield kind, name.removeprefix("lib") if kind is FileKind.LIB else name


_MOST_SOUGHT = 8
_SEEKS = {"find_library": FileKind.LIB, "find_path": FileKind.HEADER}
