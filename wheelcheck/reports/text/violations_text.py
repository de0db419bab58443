"""Where a report breaks the policy, for people."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.target_names import Places

__all__ = ["draw_violations"]

_MOST = 12


def draw_violations(page: TextPage, report: Report, places: Places) -> None:
    """Write each violation once, with all its targets."""
    if not report.violations:
        return
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in report.violations:
        key = (
            (violation.rule, violation.package)
            if violation.package
            else (violation.rule, violation.message)
        )
        groups.setdefault((key[0], key[1] or ""), []).append(violation)
    page.heading(f"The policy is broken in {counted(len(groups), 'way')}")
    for members in list(groups.values())[:_MOST]:
        first = members[0]
        text = Text.assemble(("✗ ", "bold red"))
        if first.package:
            where = places.describe([violation.target for violation in members])
            verdicts = " or ".join(dict.fromkeys(str(violation.verdict) for violation in members))
            text.append(clean(first.package), style="bold").append(f" is {verdicts} on {where}")
        else:
            text.append(clean(first.message))
        text.append(f" [{first.rule}]", style="dim")
        page.prose(text, hang=2)
    if len(groups) > _MOST:
        page.prose(Text(f"and {counted(len(groups) - _MOST, 'more way')}", "dim"), hang=2)
