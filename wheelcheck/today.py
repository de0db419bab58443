"""Targets as they are today, for callers who have no other day in mind.

The functions of `wheelcheck.targets` take the day as an argument; these read the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from wheelcheck.targets import Target
from wheelcheck.targets import spelling as on_a_day

__all__ = ["default_matrix", "expand_axes", "parse_target"]


def parse_target(text: str, *, as_of: date | None = None) -> Target:
    """Read a target in any spelling: an image name, or ``cp312-musllinux_1_2_x86_64``.

    `as_of` is the day on which an image name that moves is looked at; None is today (UTC).
    Raises TargetError, which names near matches.
    """
    return on_a_day.parse_target_on(text, as_of=as_of or _today())


def default_matrix(*, as_of: date | None = None) -> tuple[Target, ...]:
    """The targets judged where none are named: see `wheelcheck.targets.default_matrix_on`."""
    return on_a_day.default_matrix_on(as_of=as_of or _today())


def expand_axes(
    pythons: Iterable[str],
    libcs: Iterable[str],
    archs: Iterable[str],
    *,
    as_of: date | None = None,
) -> tuple[Target, ...]:
    """Combine axes such as ``["3.12", "3.13t"], ["glibc", "musl"], ["x86_64"]``."""
    return on_a_day.expand_axes_on(pythons, libcs, archs, as_of=as_of or _today())


def _today() -> date:
    return datetime.now(UTC).date()
