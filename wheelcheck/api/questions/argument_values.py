"""What callers pass, in the types that they have: several or a single value, dates, paths.

All raise `UsageError` for what cannot be meant, naming the argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from os import PathLike
from pathlib import Path

from packaging.requirements import Requirement

from wheelcheck.api.questions.question_keywords import Input
from wheelcheck.errors import UsageError
from wheelcheck.requirements import parse_exclude_newer
from wheelcheck.requirements.several import several
from wheelcheck.targets import Target

__all__ = [
    "as_list",
    "cache_folder",
    "date_bound",
    "optional_text",
    "target_list",
    "text",
    "text_mapping",
]


def as_list(requirements: Input | Iterable[Input] | None) -> list[Input]:
    """One input or several, as a list."""
    if isinstance(requirements, str | Path | Requirement):
        return [requirements]
    listed = several("requirements", requirements)
    for item in listed:
        if not isinstance(item, str | Path | Requirement):
            raise UsageError(f"requirements wants file names and requirements, not {item!r}")
    return listed


def target_list(given: str | Target | Iterable[str | Target]) -> list[str | Target]:
    """Spellings and targets, of which there may be but one."""
    if isinstance(given, str | Target):
        return [given]
    listed = several("targets", given)
    for item in listed:
        if not isinstance(item, str | Target):
            raise UsageError(f"targets wants spellings such as python:3.12-alpine, not {item!r}")
    return listed


def date_bound(given: str | date | datetime | timedelta | None, now: datetime) -> datetime | None:
    """The moment of ``exclude_newer``; a span of time is so long ago."""
    if given is None:
        return None
    if isinstance(given, timedelta):
        return now - given
    if not isinstance(given, str | date):
        raise UsageError(f"exclude_newer wants a date or a span such as 7d, not {given!r}")
    text = given if isinstance(given, str) else given.isoformat()
    return parse_exclude_newer(text, now=now)


def cache_folder(given: object, usual: Path) -> Path | None:
    """The folder of the cache; None for none, `usual` for ``"default"``."""
    if given is None:
        return None
    if given == "default":
        return usual
    if isinstance(given, str | PathLike):
        return Path(given).expanduser()
    raise UsageError(f"cache_dir wants a folder, or None for no cache, not {given!r}")


def optional_text(name: str, given: object) -> str | None:
    """A string, or None; a requirement is its text, and a stage may be named by its number."""
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, Requirement) or (name == "stage" and type(given) is int):
        return str(given)
    raise UsageError(f"{name} wants a string, not {given!r}")


def text(name: str, given: object) -> str:
    """A string."""
    found = optional_text(name, given)
    if found is None:
        raise UsageError(f"{name} wants a string, not None")
    return found


def text_mapping(name: str, given: object) -> dict[str, str]:
    """A mapping of strings."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} wants a mapping such as {{'NAME': 'VALUE'}}, not {given!r}")
    return {str(key): str(value) for key, value in given.items()}
