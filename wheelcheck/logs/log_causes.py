"""The table of causes, and which of them the lines of a failure show."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wheelcheck.logs.log_lines import LogLine

__all__ = ["FoundCause", "LogCause", "all_findings", "causes", "find_cause"]

_REMARK = re.compile(r"WARNING:|DEPRECATION:|\[notice\]|SyntaxWarning|DeprecationWarning")
"""Lines that are no error where an error is there."""
_PROGRESS = re.compile(
    r"(?:\S*/)?(?:[\w-]+-)?(?:gcc|g\+\+|cc|c\+\+|clang(?:\+\+)?) (?!.*error).{60}"
    r"|(?:creating|copying|adding|writing|byte-compiling|removing|Compiling) \S"
    r"|\[\d+/\d+\] (?:Compiling|Building|Linking|Cythonizing)|[^ ]*: warning: |[|^~ ]+$"
)
"""What compilers and build tools print as they go: most of a long log, and never the cause."""
_UNREACHED = frozenset({"network", "certificate", "not-authorised"})
"""pip only warns of these, and then says that it found no version."""
_LAST_COUNTS = frozenset({"module"})
"""Kinds of which the last line counts: earlier imports may have been tried in vain."""


@dataclass(frozen=True, slots=True)
class LogCause:
    """A row of `causes.toml`; `what` is "" where the lines name the missing thing."""

    code: str
    patterns: tuple[re.Pattern[str], ...]
    means: str
    mend: str
    source: str
    kind: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A cause with the line that shows it; `what` is missing, `least` the version it must have."""

    cause: LogCause
    line: LogLine
    what: str = ""
    least: str = ""

    @property
    def means(self) -> str:
        """The sentence of the table, filled in."""
        text = self.cause.means.replace("{what}", self.what)
        return f"{text}: {self.least} or newer is required" if self.least else text

    @property
    def mend(self) -> str:
        """What helps, filled in; "" where only a system package does."""
        return self.cause.mend.replace("{what}", self.what)


@cache
def causes() -> tuple[LogCause, ...]:
    """`causes.toml`, what is particular first."""
    text = files("wheelcheck.logs").joinpath("causes.toml").read_text(encoding="utf-8")
    return tuple(
        LogCause(
            row["code"],
            tuple(map(re.compile, row["patterns"])),
            row["means"],
            row.get("mend", ""),
            row["source"],
            row.get("kind", ""),
            row.get("what", ""),
        )
        for row in tomllib.loads(text)["cause"]
    )


def find_cause(lines: Sequence[LogLine], *, of_a_build: bool = False) -> FoundCause | None:
    """The cause that lines show: the first of the table that does; None where none does.

    What only warnings show counts where nothing else is shown. Where a build failed
    (`of_a_build`), pip may go on with other releases, and say in the end that none is left.
    """
    errors = [line for line in lines if not _REMARK.search(line.text)]
    shown = list(all_findings(errors))
    if of_a_build and len(shown) > 1:
        shown = [each for each in shown if each.cause.code != "no-version"]
    found = next(iter(shown), None)
    remarked = next(all_findings(lines), None)
    if found is not None and found.cause.code == "no-version" and remarked is not None:
        return remarked if remarked.cause.code in _UNREACHED else found
    return found or remarked


def all_findings(lines: Iterable[LogLine]) -> Iterator[FoundCause]:
    """The finding of each cause that lines show, in the order of the table."""
    every = [line for line in lines if not _PROGRESS.match(line.text)]
    for cause in causes():
        ordered = reversed(every) if cause.kind in _LAST_COUNTS else every
        found = next(filter(None, (_finding(cause, line) for line in ordered)), None)
        if found is not None:
            yield found


def _finding(cause: LogCause, line: LogLine) -> FoundCause | None:
    for pattern in cause.patterns:
        match = pattern.search(line.text)
        if match:
            groups = {key: value for key, value in match.groupdict().items() if value}
            named = next((groups[key] for key in groups if key.startswith("what")), cause.what)
            least = next((groups[key] for key in groups if key.startswith("least")), "")
            return FoundCause(cause, line, named.strip(" .,:'\"`"), least.rstrip("."))
    return None
