"""``--exclude-newer``: from what a user writes to the moment the index is judged at."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from wheelcheck.errors import UsageError

__all__ = ["is_duration", "parse_exclude_newer"]

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_FRIENDLY = re.compile(
    r"(\d+)\s*(w|d|h|m|s|weeks?|wks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?)\b,?\s*|"
    r"(\d+)([wdhms])(?=\d)",
    re.IGNORECASE,
)
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def parse_exclude_newer(text: str, *, now: datetime) -> datetime:
    """Return the moment, in UTC, from which on uploads are left out.

    - A date (``2023-04-14``) includes that day: the start of the next one. uv does the same, in
      the machine's time zone; here it is UTC, so that an answer is the same everywhere.
    - A timestamp (RFC 3339, ``2023-04-14T12:00:00Z``) is itself; without a zone it is UTC.
    - A duration before `now`, an aware datetime: ``7d``, ``2 weeks``, ``1d 12h``, ``P7D``,
      ``PT36H``. A day is 24 hours; months and years are refused because they have no fixed length.

    Raises UsageError for anything else.
    """
    given = text.strip()
    try:
        span = _duration(given)
        if span is not None:
            return now.astimezone(UTC) - span
        if len(given) <= len("2023-04-14"):
            following = date.fromisoformat(given) + timedelta(days=1)
            return datetime.combine(following, time(), UTC)
        moment = datetime.fromisoformat(given)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is neither a date (2023-04-14), nor a timestamp (2023-04-14T12:00:00Z), "
            "nor a duration in weeks, days or hours (7d, 2 weeks, P7D)"
        ) from error


def is_duration(text: str) -> bool:
    """Whether a bound is written as an age, so that it moves on with the day."""
    return _duration(text.strip()) is not None


def _duration(text: str) -> timedelta | None:
    iso = _ISO.fullmatch(text.upper())
    if iso and any(iso.groups()):
        units = zip(iso.groups(), _UNITS.values(), strict=True)
        return sum((int(count) * unit for count, unit in units if count), timedelta())
    rest, span = text, timedelta()
    while rest and (part := _FRIENDLY.match(rest)):
        count, unit = (part[1], part[2]) if part[1] else (part[3], part[4])
        span += int(count) * _UNITS[unit[0].lower()]
        rest = rest[part.end() :]
    return span if text and not rest else None
