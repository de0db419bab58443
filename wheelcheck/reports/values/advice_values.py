"""The part of the Report that tells what to do: changes, each with what was judged after it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.value import Value

__all__ = ["Advice", "AdviceKind"]

AdviceKind = Literal[
    "image",
    "python",
    "architecture",
    "relock",
    "version",
    "replacement",
    "system-package",
    "extra-index",
    "outside",
]
"""Another base image or libc; another Python; what another architecture would get; more files of
the same versions in a lock or list of hashes; other pins; another project that does the same; a
package of the distribution; one more index; wheels taken on another machine."""


class Advice(Value):
    """A change that helps some targets, judged again with the change made.

    `change` is what to write, line by line (``FROM python:3.12-slim``, ``pandas==2.1.4``);
    `evidence` says what the change was found to do, `caveat` what else it changes. `verdicts`
    are those of the packages in trouble after the change. `builds_…` count source builds that
    compile, `blockers_…` packages that cannot be installed, before and after; `bill` is that after
    the change. Not recomputed (None) where the change leaves what an index can tell.
    """

    kind: AdviceKind
    targets: tuple[str, ...]
    title: str
    change: tuple[str, ...]
    evidence: str
    caveat: str = ""
    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    builds_before: int
    builds_after: int | None = None
    blockers_before: int
    blockers_after: int | None = None
    bill: Bill | None = None
    saves_seconds: float | None = None
    saves_bytes: float | None = None
