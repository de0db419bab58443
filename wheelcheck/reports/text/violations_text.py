"""What keeps an answer from being good: it is incomplete, or breaks the policy."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.phrases import capitalised, clean, counted
from wheelcheck.reports.wording.violation_phrases import broken_rules, broken_words

__all__ = ["draw_incomplete", "draw_violations"]

_MOST = 12


def draw_violations(page: TextPage, report: Report) -> None:
    """Write each violation once, with all its targets."""
    broken = broken_rules(report)
    if not broken:
        return
    page.heading(capitalised(broken_words(report)))
    for rule in broken[:_MOST]:
        text = Text.assemble(("✗ ", "bold red"))
        name = clean(rule.package or "")
        text.append(name, style="bold").append(rule.sentence.removeprefix(name))
        text.append(f" [{rule.rule}]", style="dim")
        page.prose(text, hang=2)
    if len(broken) > _MOST:
        page.prose(Text(f"and {counted(len(broken) - _MOST, 'more way')}", "dim"), hang=2)


def draw_incomplete(page: TextPage, errors: int) -> None:
    """Say so where something could not be judged."""
    if errors:
        words = f"This answer is incomplete: see {counted(errors, 'problem')} below."
        page.prose(Text(words, style="bold magenta"))
