"""Fixtures that every folder's tests may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from replay import MIRROR, PUBLIC, Replay

from wheelcheck import fence

# A busy machine makes any example slow: how long one takes says nothing of what is tested.
settings.register_profile("wheelcheck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wheelcheck")


@pytest.fixture(autouse=True)
def _fence_is_idle(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the fence catches in tests of honest input is a defect of ours."""
    with fence.recording() as caught:
        yield
    if request.node.get_closest_marker("hostile") is None:
        assert caught == [], "the fence caught something, and the test is not marked as hostile"


@pytest.fixture
def forked(monkeypatch) -> list[int]:
    """The numbers of the processes that this one forks."""
    processes: list[int] = []
    fork = os.fork

    def noted() -> int:
        processes.append(fork())
        return processes[-1]

    monkeypatch.setattr(os, "fork", noted)
    return processes


@pytest.fixture(scope="session")
def public_index() -> Iterator[Replay]:
    """The frozen index over HTTP on loopback, behaving like the public one."""
    with Replay(manner=PUBLIC) as replay:
        yield replay


@pytest.fixture(scope="session")
def mirror_index() -> Iterator[Replay]:
    """The frozen index over HTTP on loopback, behaving like a bare mirror with JSON pages."""
    with Replay(manner=MIRROR) as replay:
        yield replay
