"""The lines of a log as pip or uv wrote them: without what terminals, builders and CI add."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["LogLine", "log_lines"]

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CARETS = re.compile(r"\^\[\[[0-9;]*[A-Za-z]")
"""Escape sequences as an editor shows them, in logs that were copied out of one."""
_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_BEFORE = (
    re.compile(rf"[^\t\n]{{1,80}}\t[^\t\n]{{1,80}}\t(?=\ufeff?{_STAMP})"),  # gh run view --log
    re.compile(rf"\ufeff?\[?{_STAMP}\]?(?: \d\d[OE]\+?)? ?"),  # GitHub Actions, GitLab, Jenkins
    re.compile(r"section_(?:start|end):\d+:\w+"),  # GitLab
    re.compile(r"##\[\w+\]|::(?:error|warning)[^:]*::"),  # Actions, Azure Pipelines
    re.compile(r"#\d+ (?:\d+\.\d+ ?)?(?!\[)"),  # docker build --progress=plain
    re.compile(
        r"\d{1,5}\.\d{1,3} (?=\s|\S)|^\d{1,5}\.\d{1,3}$"
    ),  # the end of a failed docker build
    re.compile(r"[\w.-]{1,40} +\| (?=\S|\s)"),  # docker compose up, heroku
    re.compile(r"remote: (?:-----> )?"),  # git push to a builder
    re.compile(r"\[pipenv\.exceptions\.\w+\]: ?"),
)
_GUTTER = re.compile(r"^\s*(?:[│|]|╰─>|╰─▶|├─▶|├─>|-->)\s?")
"""What pip and uv draw before the output of a build."""
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line with its number in the log; `text` is without gutter and outer blanks.

    `depth` counts the blanks before it: what a build printed is indented further than pip's own
    lines.
    """

    number: int
    text: str
    depth: int = 0


def log_lines(text: str) -> Iterator[LogLine]:
    """Yield the lines of a log; progress bars count as they were last drawn."""
    for number, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = _CARETS.sub("", _ANSI.sub("", raw[:_LONGEST]))
        line = line.rstrip("\r").rpartition("\r")[2]
        line = _without_prefixes(line)
        bare = _GUTTER.sub("", line)
        content = bare.strip()
        if content:
            yield LogLine(number, content, len(line) - len(line.lstrip()))


def _without_prefixes(line: str) -> str:
    for pattern in _BEFORE:
        found = pattern.match(line)
        if found:
            line = line[found.end() :]
    return line
