from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.errors import UsageError
from wheelcheck.requirements import parse_exclude_newer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-04-14", datetime(2023, 4, 15, tzinfo=UTC)),  # that day's uploads count
        (" 2023-12-31 ", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2023-04-14T10:00:00Z", datetime(2023, 4, 14, 10, tzinfo=UTC)),
        ("2023-04-14T10:00:00+02:00", datetime(2023, 4, 14, 8, tzinfo=UTC)),
        ("2023-04-14T10:00:00.5Z", datetime(2023, 4, 14, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2023-04-14 10:00", datetime(2023, 4, 14, 10, tzinfo=UTC)),
        ("7d", NOW - timedelta(days=7)),
        ("2 weeks", NOW - timedelta(weeks=2)),
        ("24 hours", NOW - timedelta(hours=24)),
        ("1d 12h", NOW - timedelta(hours=36)),
        ("1w3d", NOW - timedelta(days=10)),
        ("P7D", NOW - timedelta(days=7)),
        ("P1W", NOW - timedelta(weeks=1)),
        ("P1DT12H", NOW - timedelta(hours=36)),
        ("PT36H", NOW - timedelta(hours=36)),
    ],
)
def test_dates_timestamps_and_durations(text, expected):
    found = parse_exclude_newer(text, now=NOW)
    assert found == expected
    assert found.utcoffset() == timedelta(0)


def test_a_duration_counts_from_now_in_any_zone():
    now = datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=9)))
    assert parse_exclude_newer("1h", now=now) == datetime(2026, 11, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "d", "7", "-7d", "7 days ago", "1.5 days", "1 month", "P1M", "P1Y",
     "2023-02-30", "2023-13-01", "yesterday", "99999999999d", "9999-12-31"],
)  # fmt: skip
def test_anything_else_is_refused_with_examples(text):
    with pytest.raises(UsageError, match=r"2023-04-14T12:00:00Z.*7d, 2 weeks"):
        parse_exclude_newer(text, now=NOW)


@given(st.dates(max_value=datetime(9999, 12, 30, tzinfo=UTC).date()))
def test_a_date_is_the_last_moment_of_its_day(day):
    bound = parse_exclude_newer(day.isoformat(), now=NOW)
    assert (bound - timedelta(microseconds=1)).date() == day
    assert bound.date() > day


@given(st.datetimes(timezones=st.timezones()))
def test_a_timestamp_is_itself(moment):
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        return
    assert parse_exclude_newer(expected.isoformat(), now=NOW) == expected
