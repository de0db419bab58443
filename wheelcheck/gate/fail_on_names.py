"""The names that `fail-on` knows: verdicts, loading, and the findings of Dockerfiles."""

from __future__ import annotations

from enum import StrEnum

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import near_names
from wheelcheck.reports.values.finding_codes import finding_codes

__all__ = ["FailOn", "LoadRule", "rule_named", "rule_names"]


class LoadRule(StrEnum):
    """What may be failed on beside verdicts."""

    MISSING_LIBRARIES = "missing-libraries"
    """A wheel that does not load: shared libraries are missing, or libc or CPU are too old."""
    WHEELS_LOST = "wheels-lost"
    """A release without the wheel that its predecessor has, or half uploaded."""


FailOn = Verdict | LoadRule | str
"""A verdict, a rule, or the code of a finding of a Dockerfile (`finding_codes.csv`)."""


def rule_names() -> tuple[str, ...]:
    """All that `fail-on` may name, ``none`` excepted."""
    return (*Verdict, *LoadRule, *finding_codes())


def rule_named(word: str) -> FailOn:
    """The rule of that name.

    Raises ValueError for any other, with the nearest names.
    """
    if word in set(Verdict):
        return Verdict(word)
    if word in set(LoadRule):
        return LoadRule(word)
    if word in finding_codes():
        return word
    near = near_names(word, rule_names())
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    known = ", ".join((*Verdict, *LoadRule))
    raise ValueError(
        f"{word!r} is no verdict and no finding; "
        + (hint or f"there are {known}, the findings of Dockerfiles, and none")
    )
