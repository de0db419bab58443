"""Backends that build nothing: they fetch a ready wheel of the release from another index."""

from __future__ import annotations

from collections.abc import Mapping

from wheelcheck.builds.needs.build_need import SourceNeedsInput
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_system import read_toml, table
from wheelcheck.redaction import redact
from wheelcheck.requirements.projects.project_modules import backend_module

__all__ = ["ready_wheel_obstacles"]

_FETCHING = {"nvidia_stub", "wheel_stub"}
_SETTINGS = "pyproject.toml"


def ready_wheel_obstacles(facts: SourceNeedsInput) -> tuple[BuildObstacle, ...]:
    """What hangs on the other index, of which nothing is known here.

    With ``stub_only`` the backend says where the wheel is, and fails (wheel-stub 0.5.0:
    `download_wheel`).
    """
    backend = backend_module(facts.backend)
    if backend not in _FETCHING:
        return ()
    settings = _settings(facts.texts.get(_SETTINGS, ""))
    index = settings.get("index_url")
    place = redact(index) if isinstance(index, str) else "its maker's index"
    if settings.get("stub_only") is True:
        message = f"{backend} only says that {place} has the wheel"
        return (BuildObstacle("stub-sdist", message, _SETTINGS, fatal=True),)
    message = f"{backend} downloads a wheel of the release from {place}, and fails if none fits"
    return (BuildObstacle("downloads-wheel", message, _SETTINGS, needs_network=True),)


def _settings(text: str) -> Mapping[str, object]:
    """The settings of wheel-stub; those of its table ``extra`` go before."""
    given = table(read_toml(text), "tool", "wheel_stub")
    return {**given, **table(given, "extra")}
