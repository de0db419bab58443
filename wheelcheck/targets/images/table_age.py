"""Whether the tables of images and Pythons are too old for the day on which a target is judged."""

from __future__ import annotations

from datetime import date

from wheelcheck.tables import table_date

__all__ = ["MONTHS", "outdated_tables"]

MONTHS = 6
"""Docker's official Python images get a new base every six months (Alpine's releases), and CPython
a new minor version every twelve (PEP 602): older facts than this have missed something."""
_TABLES = (
    "targets/images/images.csv",
    "targets/images/aliases.csv",
    "targets/pythons.csv",
    "targets/support.csv",
)


def outdated_tables(day: date) -> str:
    """A sentence where the tables are more than `MONTHS` older than `day`, else ""."""
    oldest = min(map(table_date, _TABLES))
    if day <= _months_later(oldest, MONTHS):
        return ""
    return f"image facts are as of {oldest}; newer releases are not known"


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))
