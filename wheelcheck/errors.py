"""What can go wrong, and what is unknown.

Exceptions are for the caller's mistakes and for a world that cannot be reached at all:

    WheelcheckError
    ├── UsageError                 the caller can mend it (exit code 2)
    │   ├── TargetError            a target's spelling or an image that is not known
    │   ├── NotInReport            a name that a report does not have, with the nearest that it has
    │   ├── RequirementsError      a line pip would refuse, with its file and line
    │   └── NothingJudged          no step of a Dockerfile could be judged; it has a report of why
    └── IndexUnreachable           no index answers; nothing can be judged (exit code 3)

Everything that concerns *one* package is not an exception but an `Unknown`: a value that travels
to the report, so that one package never hides the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "NOT_THERE",
    "IndexUnreachable",
    "NotInReport",
    "NothingJudged",
    "RequirementsError",
    "TargetError",
    "Unknown",
    "UsageError",
    "WheelcheckError",
    "near_names",
]


_LONGEST = 80
"""Characters of a line that a message quotes."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something unknown, and why.

    Args:
        code: stable and machine-readable (``project-not-found``).
        reason: a sentence for people, without credentials or absolute local paths.
    """

    code: str
    reason: str

    def __str__(self) -> str:
        return self.reason


NOT_THERE = frozenset({"file-not-there", "project-not-found", "version-not-found"})
"""Codes of what no installer finds either: nothing is known of the package, but that it fails."""


class WheelcheckError(Exception):
    """Root of every exception this library raises on purpose."""


class UsageError(WheelcheckError):
    """The request itself is wrong; the message says how to mend it."""


class TargetError(UsageError):
    """A target that cannot be understood.

    Args:
        spelling: what was given.
        why: what is wrong with it.
        near: the closest spellings that are known (possibly none).
    """

    def __init__(self, spelling: str, why: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(spelling, why, near)
        self.spelling = spelling
        self.why = why
        self.near = near

    def __str__(self) -> str:
        hint = f" Did you mean {', '.join(self.near)}?" if self.near else ""
        return f"target {self.spelling!r}: {self.why}.{hint}"


class RequirementsError(UsageError):
    """A requirement that pip would refuse too.

    Args:
        file: the file that it is in.
        line: the number of its line, from 1; None where it is no line of a file.
        text: the requirement as it is written; "" where all of the file is meant.
        why: what is wrong with it.
    """

    def __init__(self, file: str, line: int | None, text: str, why: str) -> None:
        super().__init__(file, line, text, why)
        self.file = file
        self.line = line
        self.text = text
        self.why = why

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        text = self.text if len(self.text) <= _LONGEST else f"{self.text[:_LONGEST]}…"
        shown = f": {text!r}" if text else ""
        return f"{place}{shown}: {self.why}"


class NotInReport(UsageError, KeyError):  # noqa: N818 (says what happened)
    """A report has no package, target or Python of that name.

    Args:
        kind: what was looked for: ``package``, ``target`` or ``Python``.
        name: the name that was given.
        near: the nearest names that the report has (possibly none).
        there: where no name is near, some that the report has.
    """

    def __init__(
        self, kind: str, name: str, near: tuple[str, ...] = (), there: tuple[str, ...] = ()
    ) -> None:
        super().__init__(kind, name, near, there)
        self.kind = kind
        self.name = name
        self.near = near
        self.there = there

    def __str__(self) -> str:
        hint = f" It has {', '.join(self.there)}." if self.there else ""
        hint = f" Did you mean {', '.join(self.near)}?" if self.near else hint
        return f"the report has no {self.kind} {self.name!r}.{hint}"


class NothingJudged(UsageError):  # noqa: N818 (says what happened)
    """No step of a Dockerfile could be judged.

    Args:
        message: what is wrong, and how to mend it.
        report: a `wheelcheck.Report` all the same, with each step and its reason.
    """

    def __init__(self, message: str, report: object) -> None:
        super().__init__(message)
        self.report = report


class IndexUnreachable(WheelcheckError):  # noqa: N818 (says what happened, as PackageNotFound would)
    """No answer from an index after all retries.

    Args:
        url: the URL of the index, without credentials.
        why: what went wrong the last time.
    """

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why)
        self.url = url
        self.why = why

    def __str__(self) -> str:
        return f"the index {self.url} cannot be reached: {self.why}"


def near_names(
    word: str, known: Iterable[str], most: int = 3, *, cutoff: float = 0.6
) -> tuple[str, ...]:
    """The known names that are nearest to a mistaken word, the best first, for a message.

    Args:
        word: what was written.
        known: what may be written.
        most: how many are wanted at most.
        cutoff: how alike they must be, from 0 to 1 (`difflib.get_close_matches`).
    """
    from difflib import get_close_matches  # for mistakes alone

    return tuple(get_close_matches(word, list(known), most, cutoff))
