"""What build requirements break that were released after an sdist, and constraints against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial

from packaging.utils import NormalizedName

from wheelcheck.builds.obstacles.bit_rot import (
    History,
    bit_rot,
    constraints_before_breaks,
    constraints_of_the_time,
    showing,
)
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.plan import Build
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index
from wheelcheck.targets import Target
from wheelcheck.targets.pythons import python_support

__all__ = ["LaterRequirements", "to_report", "without_repeats"]

_WITHOUT_CAUSE = frozenset({"build-requirement-later-major", "build-requirement-breaks"})
"""Where they are not fatal, they are reasons for a constraint file and no warnings: they say so of
as many builds that end well as of those that fail (measured, `data/obstacles/`)."""
_STOP = "setup.py stops at "
_OF_NUMPY = "numpy.distutils"
_GONE_MODULE = re.compile(rf"{re.escape(_STOP)}.*: the module ([\w.]+) is gone from ")


class LaterRequirements:
    """What later releases of build requirements break, by the releases that an index has."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._histories: dict[tuple[NormalizedName, str], History | None] = {}

    def of(
        self, build: Build, target: Target, as_of: datetime
    ) -> tuple[tuple[BuildObstacle, ...], str]:
        """What they break of a build, and the constraint file against it; `as_of` is its day."""
        published = build.sdist.upload_time
        if published is None or published >= as_of:
            return (), ""
        requires = build.environment.stated
        pins = {pin.name: pin.version for pin in build.environment.pins if pin.version}
        known = ((name, self._history(name, target)) for name in pins)
        histories = {name: history for name, history in known if history is not None}
        environment = {**pins, build.name: build.version}
        shows = partial(_shows, build.reading)
        found = bit_rot(published, requires, histories, environment, shows)
        if not found:
            return (), ""
        if _is_younger(target, published):
            return found, constraints_before_breaks(
                requires, published, histories, environment, shows
            )
        return found, constraints_of_the_time(requires, published, histories)

    def _history(self, name: NormalizedName, target: Target) -> History | None:
        key = name, target.python_full_version
        if key not in self._histories:
            project = self._index.project(name)
            self._histories[key] = (
                None if isinstance(project, Unknown) else History.of(project, key[1])
            )
        return self._histories[key]


def to_report(rotten: Iterable[BuildObstacle]) -> Iterable[BuildObstacle]:
    """What of it a user hears of; the rest is for the constraint file alone."""
    return (o for o in rotten if o.fatal or o.code not in _WITHOUT_CAUSE)


def without_repeats(
    found: Iterable[BuildObstacle], rotten: Iterable[BuildObstacle]
) -> tuple[BuildObstacle, ...]:
    """`found` without the stops of a setup script whose cause is in `rotten` for certain.

    That says too which release of the build requirement had the module.
    """
    causes = [o.message for o in rotten if o.fatal and o.code in _WITHOUT_CAUSE]
    return tuple(obstacle for obstacle in found if not _repeats(obstacle.message, causes))


def _repeats(message: str, causes: Collection[str]) -> bool:
    """Whether a message is of a stop of a setup script for one of these causes."""
    if not message.startswith(_STOP):
        return False
    if _OF_NUMPY in message and any(_OF_NUMPY in cause for cause in causes):
        return True
    gone = _GONE_MODULE.match(message)
    return gone is not None and any(cause.endswith(f": {gone[1]} is gone") for cause in causes)


def _shows(reading: SdistReading, sign: re.Pattern[str]) -> tuple[str, ...]:
    """The build files of an sdist in which a sign is found."""
    key = f"shows {sign.pattern}"
    return reading.derive(key, tuple[str, ...], lambda: showing(sign, reading.texts))


def _is_younger(target: Target, published: datetime) -> bool:
    """Whether the target's Python came out after an sdist: PyPy counts as the CPython it is."""
    support = python_support(target.python)
    return support is not None and support.first_release > published.date()
