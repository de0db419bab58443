"""The settings of scikit-build-core as they hold in one build: its overrides applied.

By the source of scikit-build-core 1.1.2 (`settings/skbuild_overrides.py`, `build/wheel.py`): an
override applies where all conditions of its ``if`` are met, any of ``if.any`` and none of
``if.not``; the later wins. After a build that failed the settings are read once more, and used
where an override that asks for ``failed`` applies then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelcheck.builds.evidence.classification import EvidencePiece
from wheelcheck.builds.sdist.build_system import read_toml, table
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.truth import all_of, any_of, opposite

__all__ = ["asks_for_failure", "scikit_build_evidence", "scikit_build_settings"]

Settings = Mapping[str, Any]


def scikit_build_settings(
    texts: Mapping[str, str], around: ScriptContext | None = None, *, failed: bool = False
) -> Settings:
    """The settings that hold when a wheel is built; {} where there are none.

    An override whose conditions are not known does not count. Without `around` nothing is known of
    Python and system; `failed`: a first attempt has failed.
    """
    settings: Settings = _stated(texts)
    for override in _overrides(settings):
        if _applies(override["if"], around, failed=failed):
            settings = _overridden(settings, override)
    return settings


def scikit_build_evidence(
    texts: Mapping[str, str], around: ScriptContext
) -> Iterator[EvidencePiece]:
    """What the settings say about compiling."""
    where, wheel = "pyproject.toml", table(scikit_build_settings(texts, around), "wheel")
    if wheel.get("platlib") is False:
        yield EvidencePiece("pure-wheel-declared", where, "tool.scikit-build.wheel.platlib = false")
    if wheel.get("cmake") is False:
        yield EvidencePiece("build-hook-off", where, "tool.scikit-build.wheel.cmake = false")
    elif _falls_back(texts, around):
        yield EvidencePiece("build-hook-optional", where, "tool.scikit-build.overrides: if.failed")


def asks_for_failure(texts: Mapping[str, str]) -> bool:
    """Whether an override asks for a failed attempt.

    scikit-build-core then has no hook for metadata alone (`_has_safe_metadata`): installers build.
    """
    return any(_names_failure(override["if"]) for override in _overrides(_stated(texts)))


def _falls_back(texts: Mapping[str, str], around: ScriptContext) -> bool:
    """Whether a build that fails is tried again without CMake."""
    retries = any(
        _names_failure(override["if"]) and _applies(override["if"], around, failed=True)
        for override in _overrides(_stated(texts))
    )
    again = scikit_build_settings(texts, around, failed=True)
    return retries and table(again, "wheel").get("cmake") is False


def _stated(texts: Mapping[str, str]) -> dict[str, Any]:
    return table(read_toml(texts.get("pyproject.toml", "")), "tool", "scikit-build")


def _overrides(settings: Settings) -> Iterator[dict[str, Any]]:
    found = settings.get("overrides")
    for override in found if isinstance(found, list) else ():
        if isinstance(override, dict) and isinstance(override.get("if"), dict):
            yield override


def _names_failure(conditions: Settings) -> bool:
    return any("failed" in group for group in (conditions, table(conditions, "any")))


def _overridden(settings: Settings, override: Settings) -> Settings:
    """Settings with what an override sets: tables one level deep, ``inherit`` adds to lists."""
    found = dict(settings)
    for key, value in override.items():
        if key in {"if", "inherit"}:
            continue
        if not isinstance(value, dict):
            found[key] = value
            continue
        modes = table(override, "inherit", key)
        own = dict(table(found, key))
        for name, given in value.items():
            own[name] = _inherited(given, own.get(name), modes.get(name))
        found[key] = own
    return found


def _inherited(value: object, before: object, mode: object) -> object:
    ends = (before, value) if mode == "append" else (value, before)
    match ends:
        case (list() as first, list() as last) if mode in {"append", "prepend"}:
            return [*first, *last]
        case (dict() as first, dict() as last) if mode in {"append", "prepend"}:
            return first | last
        case _:
            return value


def _applies(conditions: Settings, around: ScriptContext | None, *, failed: bool) -> bool:
    """Whether an override is known to apply."""
    plain = {key: value for key, value in conditions.items() if key not in {"any", "not"}}
    met = [_met(plain, around, failed=failed)]
    if "any" in conditions:
        met.append(_met(table(conditions, "any"), around, failed=failed, of=any_of))
    if "not" in conditions:
        met.append(opposite(_met(table(conditions, "not"), around, failed=failed, of=any_of)))
    return all_of(met) is True


def _met(
    conditions: Settings,
    around: ScriptContext | None,
    *,
    failed: bool,
    of: Callable[[Collection[bool | None]], bool | None] = all_of,
) -> bool | None:
    """Whether conditions are met, each by itself or `of` all; None where that is not known."""
    answers: list[bool | None] = []
    for key, value in conditions.items():
        if key == "env":
            answers += map(_of_variable, table(conditions, key).values())
        else:
            answers.append(_answer(key, value, around, failed=failed))
    return of(answers)


def _of_variable(wanted: object) -> bool:
    """What an environment variable answers that no build needs: it is not set."""
    return wanted is False


def _answer(key: str, wanted: object, around: ScriptContext | None, *, failed: bool) -> bool | None:
    """What one condition answers where an installer builds; no tools of the system are there."""
    of_tools = {"system-cmake": False, "cmake-wheel": True}
    if key in of_tools:
        return of_tools[key]
    if isinstance(wanted, bool):
        return {"failed": wanted is failed, "from-sdist": wanted}.get(key)
    if not isinstance(wanted, str):
        return None
    return _matches(wanted, "wheel") if key == "state" else _of_site(key, wanted, around)


def _of_site(key: str, wanted: str, around: ScriptContext | None) -> bool | None:
    if around is None:
        return None
    match key:
        case "python-version":
            return _contains(wanted, ".".join(map(str, around.python())))
        case "platform-system":
            return _matches(wanted, around.platform().sys_platform)
        case "implementation-name":
            return _matches(wanted, around.implementation().value)
        case _:
            return None


def _matches(pattern: str, value: str) -> bool | None:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return None


def _contains(specifier: str, version: str) -> bool | None:
    try:
        return SpecifierSet(specifier).contains(version)
    except InvalidSpecifier:
        return None
