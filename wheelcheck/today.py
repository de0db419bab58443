"""Targets as they are today, for callers who have no other day in mind.

The functions of `wheelcheck.targets` take a target and the day as arguments; these take spellings
of both, and read the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from packaging.tags import Tag

import wheelcheck.targets as on_a_day
from wheelcheck.errors import TargetError, UsageError
from wheelcheck.targets import Fit, TagMiss, Target

__all__ = [
    "best_wheel",
    "default_matrix",
    "expand_axes",
    "fit_wheel",
    "parse_target",
    "supported_tags",
]


def parse_target(text: str | Target, *, as_of: date | datetime | str | None = None) -> Target:
    """Read a target in any spelling: an image name, or ``cp312-musllinux_1_2_x86_64``.

    See `wheelcheck.targets.parse_target_on` for all spellings.

    Args:
        text: the spelling; a `Target` is returned as it is.
        as_of: the day on which an image name that moves is looked at: a date, a moment, which
            counts as its day in UTC, or a string in ISO 8601; None is today (UTC).

    Raises:
        TargetError: for a spelling that is not known, with near matches.
        UsageError: for an `as_of` that is no day.
    """
    if isinstance(text, Target):
        return text
    if not isinstance(text, str):
        raise TargetError(str(text), "a target is a string such as python:3.12-alpine")
    return on_a_day.parse_target_on(text, as_of=_day(as_of))


def default_matrix(*, as_of: date | datetime | str | None = None) -> tuple[Target, ...]:
    """List the targets that are judged where none are named.

    They are the CPythons supported upstream and the newest free-threaded, × both libcs × two CPUs:
    see `wheelcheck.targets.default_matrix_on`.

    Args:
        as_of: the day on which they are supported, as for `parse_target`; None is today (UTC).

    Raises:
        UsageError: for an `as_of` that is no day.
    """
    return on_a_day.default_matrix_on(as_of=_day(as_of))


def expand_axes(
    pythons: Iterable[str],
    libcs: Iterable[str],
    archs: Iterable[str],
    *,
    as_of: date | datetime | str | None = None,
) -> tuple[Target, ...]:
    """Combine axes such as ``["3.12", "3.13t"], ["glibc", "musl"], ["x86_64"]``.

    A single string is an axis of one value, or of several with commas.

    Args:
        pythons: Pythons, as in ``3.12``, ``3.13t``, ``3.12.1``, ``pp311``, ``pypy3.11``.
        libcs: ``glibc`` and ``musl``, with a version (``glibc2.28``, ``musl==1.2``) or without:
            then it is that of the official slim or Alpine image of the day.
        archs: CPUs by the name that platform tags or Docker give them.
        as_of: the day of those images, as for `parse_target`; None is today (UTC).

    Returns:
        The product, in the order of Pythons, libcs and CPUs, each target once.

    Raises:
        TargetError: for what is no Python, no libc or no known CPU. A Python that is not released
            is a target with a note.
        UsageError: for an axis that is empty or holds anything but strings, and for an `as_of` that
            is no day.
    """
    return on_a_day.expand_axes_on(
        _axis("pythons", pythons), _axis("libcs", libcs), _axis("archs", archs), as_of=_day(as_of)
    )


def supported_tags(target: Target | str) -> tuple[Tag, ...]:
    """List all tags that the target's installer supports, most preferred first (PEP 425).

    See `wheelcheck.targets.supported_tags`.

    Args:
        target: a target, or its spelling, read as of today.

    Raises:
        TargetError: for a spelling that is not known.
    """
    return on_a_day.supported_tags(parse_target(target))


def fit_wheel(filename: str, target: Target | str) -> Fit | TagMiss:
    """Judge a wheel by its file name (PEP 427): how it fits, or the first part that does not.

    Args:
        filename: the wheel's file name; of a path, or of a file of the index, the name in it.
        target: a target, or its spelling, read as of today.

    Returns:
        `Fit`, or a `TagMiss` with the part that fails (``part``) and the reason (``why``). A name
        that pip refuses is a `TagMiss` too.

    Raises:
        TargetError: for a spelling that is not known.
        UsageError: for a `filename` that has no name.
    """
    return on_a_day.fit_wheel(_file_name(filename), parse_target(target))


def best_wheel(filenames: Iterable[str], target: Target | str) -> str | None:
    """Which of one release's wheels would the target's installer take?

    The most preferred tag wins, then the highest build tag (PEP 427), then the last listed for pip
    and the first by name for uv.

    Args:
        filenames: file names of wheels, as for `fit_wheel`.
        target: a target, or its spelling, read as of today.

    Returns:
        The file name; None where no wheel fits.

    Raises:
        TargetError: for a spelling that is not known.
        UsageError: for a file name that is none.
    """
    names = [filenames] if isinstance(filenames, str) else filenames
    return on_a_day.best_wheel(map(_file_name, names), parse_target(target))


def _file_name(given: object) -> str:
    """A file's name; of a path, or of a file of the index, the name in it."""
    found = getattr(given, "filename", None) or getattr(given, "name", given)
    if not isinstance(found, str):
        raise UsageError(f"a wheel is named by a string, not {given!r}")
    return found


def _axis(name: str, given: Iterable[str]) -> list[str]:
    items = given.split(",") if isinstance(given, str) else list(given or ())
    if not items or not all(isinstance(item, str) for item in items):
        raise UsageError(f'{name} wants a list of strings such as ["3.12"], not {given!r}')
    return [item.strip() for item in items]


def _day(given: date | datetime | str | None) -> date:
    if given is None:
        return datetime.now(UTC).date()
    if isinstance(given, datetime):
        return (given.astimezone(UTC) if given.tzinfo else given).date()
    if isinstance(given, date):
        return given
    try:
        return _day(datetime.fromisoformat(given))
    except (TypeError, ValueError):
        raise UsageError(f"as_of wants a day such as 2026-11-28, not {given!r}") from None
