"""Violations of a policy, in the number in which every format gives them."""

from __future__ import annotations

from msgspec import Struct

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.target_names import Places

__all__ = ["BrokenRule", "broken_rules", "broken_words"]


class BrokenRule(Struct, frozen=True):
    """A rule that a package breaks on some targets, or that the whole report breaks.

    `sentence` says what breaks it and where, `message` also why where it is a single violation.
    """

    rule: str
    package: str | None
    sentence: str
    message: str


def broken_rules(report: Report) -> list[BrokenRule]:
    """Each way in which the report breaks the policy once, whatever the number of targets."""
    places = Places(report.targets)
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in report.violations:
        key = (violation.rule, violation.package or _anywhere(violation, "\0"))
        groups.setdefault(key, []).append(violation)
    return [_broken(members, places) for members in groups.values()]


def broken_words(report: Report) -> str:
    """``the policy is broken in 2 ways``."""
    return f"the policy is broken in {counted(len(broken_rules(report)), 'way')}"


def _broken(members: list[Violation], places: Places) -> BrokenRule:
    first = members[0]
    sentence = message = clean(first.message)
    if first.package:
        where = places.describe([violation.target for violation in members])
        kinds = dict.fromkeys(map(_kind, members))
        sentence = f"{clean(first.package)} {' or '.join(kinds)} on {where}"
    elif len(members) > 1:
        where = places.describe([violation.target for violation in members])
        sentence = message = clean(_anywhere(first, where))
    return BrokenRule(
        clean(first.rule), first.package, sentence, message if len(members) == 1 else sentence
    )


def _anywhere(violation: Violation, where: str) -> str:
    """The message of a violation, as if it were one of another place."""
    return violation.message.replace(f" on {violation.target}", f" on {where}", 1)


def _kind(violation: Violation) -> str:
    verdict = violation.verdict
    if verdict is None or verdict in {Verdict.WHEEL, Verdict.PURE_WHEEL}:
        return "does not load"
    return f"is {verdict}"
