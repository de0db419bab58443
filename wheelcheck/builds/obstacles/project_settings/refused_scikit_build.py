"""Settings that scikit-build-core took once, and refuses since.

Seen by running its releases (`findings/scikit-build-core-1-refuses-its-old-settings.sh`), as
`_handle_minimum_version` and `_handle_move` of its `settings/skbuild_read_settings.py` have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.sdist.build_system import strings, table

__all__ = ["refused_scikit_build"]

_REFUSES_UNASKED = Version("1.0")
"""The release from which a renamed setting is refused where `minimum-version` is not stated."""
_RENAMED = (
    ("cmake", "minimum-version", "cmake.version", Version("0.8")),
    ("ninja", "minimum-version", "ninja.version", Version("0.8")),
    ("cmake", "verbose", "build.verbose", Version("0.10")),
    ("cmake", "targets", "build.targets", Version("0.10")),
)
"""Settings by table and key, their later names, and the releases that renamed them."""
_FROM_REQUIRES = "build-system.requires"


def refused_scikit_build(tree: Mapping[str, Any], scikit_build_core: Version | None) -> str:
    """Why scikit-build-core refuses a `pyproject.toml` for certain; "" where it may not.

    `scikit_build_core` is the release that the build takes; None where that is not known. Settings
    that overrides may change are passed over.
    """
    settings = table(tree, "tool", "scikit-build")
    if scikit_build_core is None or "overrides" in settings:
        return ""
    stated = settings.get("minimum-version")
    least = _lower_bound(tree) if stated == _FROM_REQUIRES else _version(stated)
    if stated is not None and least is None:
        return ""
    for home, key, later, since in _RENAMED:
        if key not in table(settings, home):
            continue
        if least is None and scikit_build_core >= _REFUSES_UNASKED:
            return f"{home}.{key} without minimum-version, since 1.0 ({later} is its name now)"
        if least is not None and least >= since and scikit_build_core >= since:
            return f"{home}.{key} beside minimum-version {least} ({later} is its name now)"
    return ""


def _version(stated: object) -> Version | None:
    with suppress(InvalidVersion):
        return Version(str(stated))
    return None


def _lower_bound(tree: Mapping[str, Any]) -> Version | None:
    """The least scikit-build-core of the build requirements."""
    for line in strings(table(tree, "build-system").get("requires")):
        with suppress(InvalidRequirement):
            requirement = Requirement(line)
            if canonicalize_name(requirement.name) == "scikit-build-core":
                bounds = [
                    s.version for s in requirement.specifier if s.operator in {">=", "==", "~="}
                ]
                return min(filter(None, map(_version, bounds)), default=None)
    return None
