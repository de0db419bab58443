"""Tasks that are shared with fetchers: they fetch and read, this process does the rest."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from threading import RLock
from typing import NoReturn, TypeVar

from wheelcheck.index.interface import Sdist
from wheelcheck.index.network.tasks import Errand, Tasks

TYPE_CHECKING = False
if TYPE_CHECKING:  # most runs have none
    from wheelcheck.index.network.fetcher import Fetcher, Site
    from wheelcheck.index.network.helper import Helper, HelperSite, Serve

__all__ = ["SharedTasks"]

_T = TypeVar("_T")


class SharedTasks(Tasks):
    """Tasks of which some have an errand, which a fetcher does as long as all is usual.

    The work itself is then done where its result is wanted: it finds in the cache what it needs.
    """

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self._sending = RLock()
        self._fetchers: list[Fetcher] = []
        self._helper: Helper | None = None
        self._give_up: Callable[[str], NoReturn] | None = None
        self._sent: dict[Hashable, tuple[Fetcher, int]] = {}
        self._open: dict[Hashable, Callable[[], object]] = {}
        self._readers: dict[str, int] = {}
        """The fetchers that read the sdists of projects."""
        self._loads: list[int] = []
        """How many bytes of sdists each fetcher was sent for."""

    @property
    def is_shared(self) -> bool:
        """Whether there are fetchers."""
        return bool(self._fetchers)

    def start(self, site: Site, fetchers: int) -> None:
        """Fork fetchers; without them this process fetches itself."""
        from wheelcheck.index.network.fetcher import start_fetchers

        with suppress(OSError):  # no more processes
            self._fetchers = start_fetchers(site, fetchers, self._limit // fetchers)
            self._loads = [0] * fetchers

    def start_helper(self, site: HelperSite, serve: Serve) -> Helper | None:
        """Fork a helper; None where this process fetches itself, or has forked one before."""
        if not self._fetchers or self._threads or self._helper is not None:
            return None
        from wheelcheck.index.network.helper import start_helper

        with suppress(OSError):  # no more processes
            self._helper = start_helper(site, serve)
        for fetcher in self._fetchers:
            fetcher.end_spare()
        return self._helper

    def go_on(self, give_up: Callable[[str], NoReturn]) -> None:
        """Work in a helper: where fetchers bring nothing more, give up."""
        self._give_up = give_up
        self._sent = {
            key: (fetcher, number)
            for key, (fetcher, number) in self._sent.items()
            if fetcher.has_answered(number)
        }
        self._open.clear()
        self._fetchers = [fetcher.of_helper() for fetcher in self._fetchers]

    def ask(self, key: Hashable, work: Callable[[], _T], errand: Errand | None = None) -> _T:
        """The result of the task `key`; an exception of its work is raised again."""
        if key not in self._results:
            self._wait_for(key, work, errand)
        return super().ask(key, work)

    def take(self, key: Hashable, work: Callable[[], _T], errand: Errand | None = None) -> _T:
        """What was prefetched as `key`, which is then forgotten; else what `work` gives now."""
        self._wait_for(key, work, errand)
        return super().take(key, work)

    def prefetch(
        self, key: Hashable, work: Callable[[], object], errand: Errand | None = None
    ) -> None:
        """Let a fetcher or the background do it, unless it is done or being done already."""
        if not self._send(key, work, errand):
            super().prefetch(key, work)

    def first_done(self, keys: Sequence[Hashable]) -> int:
        """The place of the first of these tasks that is done; those that nobody does are."""
        with self._sending:
            while self._fetchers:
                from wheelcheck.index.network.fetcher import wait_for_any

                for place, key in enumerate(keys):
                    fetcher, number = self._sent.get(key, (None, 0))
                    if fetcher is None or fetcher.has_done(number):
                        return place
                if self._are_usual():
                    wait_for_any(self._fetchers)
                if not self._are_usual():
                    self._fall_back()
        return super().first_done(keys)

    def _are_usual(self) -> bool:
        """Whether all fetchers have met nothing else than what is usual."""
        return all(fetcher.is_usual for fetcher in self._fetchers)

    def close(self) -> None:
        """Drop what has not begun, and end the fetchers."""
        super().close()
        with self._sending:
            self._end_processes()

    def _send(self, key: Hashable, work: Callable[[], object], errand: Errand | None) -> bool:
        """Whether a fetcher does the errand of a task, or has done it."""
        if errand is None or not self._fetchers:
            return False
        with self._sending:
            if key not in self._sent and key not in self._results:
                fetcher = self._fetchers[self._place(errand)]
                self._open[key] = work
                self._sent[key] = fetcher, fetcher.send(errand)
                if not fetcher.is_usual:
                    self._fall_back()
            return bool(self._fetchers)

    def _wait_for(self, key: Hashable, work: Callable[[], object], errand: Errand | None) -> None:
        if not self._send(key, work, errand):
            return
        with self._sending:
            fetcher, number = self._sent[key]
            if not fetcher.wait_for(number):
                self._fall_back()
            self._open.pop(key, None)

    def _fall_back(self) -> None:
        """Fetch in this process whatever the fetchers have not brought."""
        if self._give_up is not None:
            self._give_up("a fetcher has ended")
        self._end_processes()
        self._sent.clear()
        for key, work in self._open.items():
            super().prefetch(key, work)
        self._open.clear()

    def _end_processes(self) -> None:
        """End the helper, which has connections to fetchers, and then these."""
        if self._helper is not None:
            self._helper.close()
        for fetcher in self._fetchers:
            fetcher.close()
        self._fetchers.clear()

    def _place(self, errand: Errand) -> int:
        """The same for all errands of a project: what is read of a wheel shows where the rest is.

        Its sdists, of which a large one takes as long as thousands of wheels, are the fetcher's
        that has least of them to read.
        """
        question, subject, *_ = errand
        if not isinstance(subject, Sdist):
            name = subject if isinstance(subject, str) else subject.name
            return zlib.crc32(name.encode()) % len(self._fetchers)
        place = self._readers.get(subject.name)
        if place is None:
            place = self._readers[subject.name] = self._loads.index(min(self._loads))
        if question == "listing":
            self._loads[place] += subject.size or 0
        return place
