"""The line that says that an answer is not all of it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Problem
from wheelcheck.reports.wording.phrases import counted

__all__ = ["draw_incomplete"]


def draw_incomplete(page: TextPage, problems: Sequence[Problem]) -> None:
    """Say so where something could not be judged."""
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        words = f"This answer is incomplete: see {counted(errors, 'problem')} below."
        page.prose(Text(words, style="bold magenta"))
