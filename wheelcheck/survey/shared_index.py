"""Many questions to the same indexes, each of which is opened once.

What an index has read of its pages it keeps, so the second file that needs a project finds it
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from wheelcheck.api.check import answer
from wheelcheck.api.questions.question import Question
from wheelcheck.costs.machine import Machine
from wheelcheck.index.client import NetworkIndex
from wheelcheck.index.network.deadlines import RunClock
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements.requirement_set import IndexOptions

__all__ = ["SharedIndexes"]


class SharedIndexes:
    """The indexes that are open; used with ``with``, which closes them."""

    def __init__(self) -> None:
        self._opened: dict[IndexOptions, NetworkIndex] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def answer(self, **keywords: Any) -> Report:
        """The report that `wheelcheck.check` gives for these keywords, without advice."""
        return answer(
            _SharingQuestion(**keywords, indexes=self),
            Machine(),
            no_deps=False,
            installer=None,
            verdicts_only=False,
            advice=False,
            progress=None,
        )

    def open(self, question: Question, options: IndexOptions, warnings: list[str]) -> NetworkIndex:
        """The index of these options; it warns the question that opened it."""
        if options not in self._opened:
            opened = question.open_index(options, warnings)
            self._opened[options] = self._stack.enter_context(opened)
        return self._opened[options]


@dataclass(frozen=True, slots=True)
class _SharingQuestion(Question):
    """A question that opens no index which is open already."""

    indexes: SharedIndexes = field(default_factory=SharedIndexes)

    @contextmanager
    def open_index(
        self, options: IndexOptions, warnings: list[str], clock: RunClock | None = None
    ) -> Iterator[NetworkIndex]:
        """The shared index of these options, which stays open; a survey ends by itself."""
        del clock
        plain = Question(cache_dir=self.cache_dir, offline=self.offline, index_url=self.index_url)
        yield self.indexes.open(plain, options, warnings)
