"""What a project's settings have its backend's `get_requires_for_build_wheel` ask for (PEP 517).

By the sources of scikit-build-core 1.1.2 (`builder/get_requires.py`), hatchling 1.33.0
(`builders/config.py`), py-build-cmake 0.5.1 (`commands/try_run.py`), pdm-backend and meson-python;
what backends ask for by themselves is in `hook_requires.csv`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.scikit_build import asks_for_failure, scikit_build_settings
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.errors import Unknown
from wheelcheck.requirements.projects.project_modules import backend_module

__all__ = ["HookSettings", "hook_settings"]

_MINIMUM = re.compile(
    r"^[ \t]*cmake_minimum_required\s*\(\s*VERSION\s+([\d.]+?)(?:\.\.\.[\d.]+)?[\s)]",
    re.IGNORECASE | re.MULTILINE,
)
_OLDEST_CMAKE = Version("3.15")
_READS_CMAKELISTS = Version("0.10")
"""The `minimum-version` from which scikit-build-core reads CMake's least version itself."""
_PROVIDERS = {
    "scikit_build_core.metadata.setuptools_scm": "setuptools-scm",
    "scikit_build_core.metadata.fancy_pypi_readme": "hatch-fancy-pypi-readme>=22.3",
}


class HookSettings(Struct, frozen=True):
    """`requires` come on top, `without` are names that the backend does not ask for.

    `may_have_more`: code of the sdist may ask for more (`own_backend`). `builds_for_metadata`: they
    leave the backend no hook for metadata alone.
    """

    requires: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    may_have_more: bool = False
    builds_for_metadata: bool = False


def hook_settings(
    backend: str, texts: Mapping[str, str], around: ScriptContext | None = None
) -> HookSettings:
    """Read the settings of an sdist's backend; nothing for a backend without any.

    Settings may depend on `around`, the Python and the system of the build.
    """
    document = read_toml(texts.get("pyproject.toml", ""))
    module = backend_module(backend)
    if isinstance(document, Unknown):
        return HookSettings()
    if module == "scikit_build_core":
        found = _scikit_build(scikit_build_settings(texts, around), texts)
        return replace(found, builds_for_metadata=asks_for_failure(texts))
    read = _READERS.get(module)
    return read(document, texts) if read is not None else HookSettings()


def _scikit_build(settings: Mapping[str, Any], texts: Mapping[str, str]) -> HookSettings:
    more = (*strings(table(settings, "build").get("requires")), *_providers(settings))
    if table(settings, "wheel").get("cmake") is False:
        return HookSettings(tuple(more), ("cmake", "ninja"))
    cmake, ninja = table(settings, "cmake"), table(settings, "ninja")
    bound = _stated(cmake) or _from_cmakelists(settings, texts)
    requires = [f"cmake{bound}", *more]
    if _stated(ninja):
        requires.append(f"ninja{_stated(ninja)}")
    makefiles = any("Makefiles" in word for word in strings(cmake.get("args")))
    return HookSettings(tuple(requires), ("ninja",) if makefiles else ())


def _stated(settings: Mapping[str, Any]) -> str:
    """``>=3.20`` of `version`, or of the older `minimum-version`."""
    version, least = settings.get("version"), settings.get("minimum-version")
    if isinstance(version, str) and version != "CMakeLists.txt":
        return version
    return f">={least}" if isinstance(least, str) else ""


def _from_cmakelists(settings: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    least = settings.get("minimum-version")
    found = None
    with suppress(InvalidVersion):
        if isinstance(least, str) and Version(least) < _READS_CMAKELISTS:
            return f">={_OLDEST_CMAKE}"
    folder = table(settings, "cmake").get("source-dir")
    path = posixpath.join(folder if isinstance(folder, str) else "", "CMakeLists.txt")
    match = _MINIMUM.search(texts.get(posixpath.normpath(path), ""))
    with suppress(InvalidVersion):
        found = Version(match[1]) if match else None
    return f">={max(found or _OLDEST_CMAKE, _OLDEST_CMAKE)}"


def _providers(settings: Mapping[str, Any]) -> Iterator[str]:
    for metadata in table(settings, "metadata").values():
        provider = metadata.get("provider") if isinstance(metadata, dict) else None
        if isinstance(provider, str) and provider in _PROVIDERS:
            yield _PROVIDERS[provider]


def _py_build_cmake(document: dict[str, Any], _texts: Mapping[str, str]) -> HookSettings:
    """CMake where a project has settings for it, Ninja where one of its generators is Ninja."""
    own = table(document, "tool", "py-build-cmake")
    options = [
        settings for owner in (own, table(own, "linux")) for settings in _tables(owner.get("cmake"))
    ]
    if not options:
        return HookSettings()
    least = _OLDEST_CMAKE
    for settings in options:
        with suppress(InvalidVersion):
            least = max(least, Version(str(settings.get("minimum_version", "0"))))
    ninja = any("ninja" in str(settings.get("generator", "")).lower() for settings in options)
    return HookSettings((f"cmake>={least}", *(["ninja"] if ninja else ())))


def _tables(value: object) -> list[dict[str, Any]]:
    """The tables of a setting that may be one table or an array of them."""
    found = value if isinstance(value, list) else [value]
    return [item for item in found if isinstance(item, dict)]


def _hatchling(document: dict[str, Any], _texts: Mapping[str, str]) -> HookSettings:
    build = table(document, "tool", "hatch", "build")
    wheel = table(build, "targets", "wheel")
    hooks = [
        options
        for owner in (build, wheel)
        for options in table(owner, "hooks").values()
        if isinstance(options, dict) and options.get("enable-by-default", True) is not False
    ]
    found = [
        line for owner in (wheel, build, *hooks) for line in strings(owner.get("dependencies"))
    ]
    if any(owner.get("require-runtime-dependencies") is True for owner in (wheel, build, *hooks)):
        found += strings(table(document, "project").get("dependencies"))
    return HookSettings(tuple(dict.fromkeys(found)))


def _pdm(document: dict[str, Any], _texts: Mapping[str, str]) -> HookSettings:
    runs = table(document, "tool", "pdm", "build").get("run-setuptools") is True
    return HookSettings(("setuptools>=40.8.0",) if runs else ())


_READERS: Mapping[str, Callable[[dict[str, Any], Mapping[str, str]], HookSettings]] = {
    "hatchling": _hatchling,
    "pdm": _pdm,
    "py_build_cmake": _py_build_cmake,
}
