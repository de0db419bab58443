"""Where a build begins with CMake, and what it puts on its command line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from wheelcheck.builds.sdist.build_system import strings, table
from wheelcheck.builds.sdist.scikit_build import scikit_build_settings
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored

__all__ = ["cmake_roots", "command_line_defines", "library_roots", "runs_cmake"]

_DEFINE = re.compile(r"-D\s*(\w+)(?::\w+)?=([\w./+-]*)")
_RUNS_CMAKE = re.compile(r"[\"']cmake3?[\"']")


def cmake_roots(texts: Mapping[str, str]) -> list[str]:
    """The project's own `CMakeLists.txt`: where the backend says, at the top, or the shallowest."""
    paths = [
        path for path in texts if path.rpartition("/")[2] == "CMakeLists.txt" and not is_aside(path)
    ]
    for path in (_stated_root(texts), "CMakeLists.txt"):
        if path in paths:
            return [path]
    return _shallowest([path for path in paths if not is_vendored(path)])


def library_roots(texts: Mapping[str, str]) -> list[str]:
    """The `CMakeLists.txt` of bundled libraries on which a script runs CMake.

    It names the library's folder in quotes. A project that has a list of its own begins with that
    (`cmake_roots`).
    """
    scripts = "".join(
        text for path, text in texts.items() if path.endswith(".py") and runs_cmake(text)
    )
    if not scripts:
        return []
    return _shallowest(
        [
            path
            for path in texts
            if path.endswith("/CMakeLists.txt") and not is_aside(path)
            if re.search(rf"[\"'/]{re.escape(path.split('/')[-2])}/?[\"']", scripts)
        ]
    )


def runs_cmake(script: str) -> bool:
    """Whether a script names ``cmake`` as a program."""
    return _RUNS_CMAKE.search(script) is not None


def _shallowest(paths: Collection[str]) -> list[str]:
    depth = min((path.count("/") for path in paths), default=0)
    return [path for path in paths if path.count("/") == depth]


def _stated_root(texts: Mapping[str, str]) -> str:
    """The `CMakeLists.txt` that scikit-build-core's ``source-dir`` names, or ""."""
    folder = table(scikit_build_settings(texts), "cmake").get("source-dir")
    return f"{folder.strip('./')}/CMakeLists.txt" if isinstance(folder, str) else ""


def command_line_defines(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Variables that the backend's settings or the setup script put on CMake's command line."""
    found: dict[str, str] = {}
    settings = table(scikit_build_settings(texts), "cmake")
    for name, value in table(settings, "define").items():
        if isinstance(value, str | bool):
            found[name] = ("ON" if value else "OFF") if isinstance(value, bool) else value
    found |= dict(_DEFINE.findall(" ".join(strings(settings.get("args")))))
    for path, text in texts.items():
        if path.endswith(".py") and "-D" in text and "cmake" in text.lower():
            found |= {name: value for name, value in _DEFINE.findall(text) if value}
    return found
