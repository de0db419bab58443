"""A process that fetches and reads for another one, which resolves and judges meanwhile.

Python runs one thread of a process at a time: what requests and pages take, a resolver in the same
process waits for. A fetcher does errands. It is sent which page, metadata or listing is wanted,
and sends back what it stores of that in the cache; the first process then works as if it had found
that there. Pages are written when there is nothing else to do: until then others wait for them.

A fetcher is for what is usual. Where a request fails, a password is wanted or anything is to be
warned of, it says no more than that, and the first process fetches itself: with all attempts and
messages, as it does where a fetcher has died, and in every program that imports us. That a project
or a file is not there, or cannot be used, is usual: the first process finds that itself, and the
fetchers go on.
"""

from __future__ import annotations

import io
import os
import pickle
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from queue import SimpleQueue
from select import select
from typing import Protocol

import msgspec

from wheelcheck.errors import Unknown
from wheelcheck.index.cache.disk import Cache
from wheelcheck.index.lasting import of_the_day
from wheelcheck.index.network.child_process import (
    BUFFER,
    close_all,
    forked,
    pair,
    read_message,
    wait_for,
    write_message,
)
from wheelcheck.index.network.tasks import Errand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["Fetcher", "Site", "start_fetchers", "wait_for_any"]

_ANSWERS = frozenset({"project-not-found", "project-quarantined", "file-not-found"})
"""What an index may well say: that it has not what is wanted."""


class Site(Protocol):
    """What a fetcher works with: an index."""

    @property
    def cache(self) -> Cache:
        """Where it stores what it has read."""

    def prepare(self) -> None:
        """Import and read what all processes need that fetch."""

    def serve(self, unusual: Callable[[str], None]) -> None:
        """Have it fetch for another process, which alone tries again and warns of anything."""

    def run(self, errand: Errand) -> object:
        """Do an errand and store its outcome; `Unknown` where there is none."""


class _Answer(msgspec.Struct, array_like=True):
    """Of the errand `number`. `damaged`: something in the cache was not what was stored."""

    number: int
    is_usual: bool
    damaged: bool
    entries: list[tuple[str, str, int, bytes]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Answer).decode


class Fetcher:
    """A fetcher at the other end of `connection`, as the first process sees it.

    Not to be used by threads at once. `process` is its number, where it is a child of this one;
    `spare` is a connection that a helper may use. `is_usual` is false once it has met something
    else, or died: nothing more comes of it then.
    """

    def __init__(
        self,
        cache: Cache,
        connection: socket.socket,
        process: int | None = None,
        spare: socket.socket | None = None,
    ) -> None:
        self.is_usual = True
        self._cache = cache
        self.connection = connection
        self._process = process
        self._spare = spare
        self._sent = 0
        self._waiting: set[int] = set()
        self._answers = io.BufferedReader(socket.SocketIO(connection, "r"), BUFFER)

    def of_helper(self) -> Fetcher:
        """The same as a process sees it that this one has forked; this one is of no use there."""
        assert self._spare is not None
        self.connection.close()
        return Fetcher(self._cache, self._spare)

    def end_spare(self) -> None:
        """Close the connection for a helper here: it has its own end of it, or there is none."""
        if self._spare is not None:
            self._spare.close()

    def has_answered(self, number: int) -> bool:
        """Whether an errand is done."""
        return number not in self._waiting

    def send(self, errand: Errand) -> int:
        """Have an errand done; the number by which to wait for it."""
        self._sent += 1
        self._waiting.add(self._sent)
        try:
            write_message(
                self.connection, pickle.dumps((self._sent, errand), pickle.HIGHEST_PROTOCOL)
            )
        except OSError:  # it has died
            self.is_usual = False
        return self._sent

    def wait_for(self, number: int) -> bool:
        """Wait until an errand is done, its outcome in the cache; false where that will not be."""
        while self.is_usual and number in self._waiting:
            self.receive()
        return number not in self._waiting

    def has_done(self, number: int) -> bool:
        """Whether an errand is done, its outcome in the cache; it waits for nothing."""
        while self.is_usual and number in self._waiting and self._has_answer():
            self.receive()
        return number not in self._waiting

    def _has_answer(self) -> bool:
        self.connection.settimeout(0)
        try:
            return bool(self._answers.peek(1))
        except OSError:  # it has died: who waits for it will see
            return False
        finally:
            self.connection.settimeout(None)

    def receive(self) -> None:
        """Take the next answer, which is waited for."""
        message = read_message(self._answers)
        if message is None:
            self.is_usual = False
            return
        answer = _decode(message)
        self._cache.handover.receive(answer.entries)
        if answer.damaged:
            self._cache.trouble.damaged()
        self.is_usual = answer.is_usual
        if answer.is_usual:
            self._waiting.discard(answer.number)

    def close(self) -> None:
        """End it, once it has written what waits to be written.

        That which is a child of this process comes last: it waits for the others.
        """
        self.end_spare()
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self._answers.close()
        self.connection.close()
        if self._process is not None:
            wait_for(self._process)


_Ends = tuple[socket.socket, socket.socket]
"""The connections of a fetcher to the first process, and to a helper."""


def wait_for_any(fetchers: Sequence[Fetcher]) -> None:
    """Wait until one of them has an answer or dies, and take it."""
    by_connection = {fetcher.connection: fetcher for fetcher in fetchers}
    for connection in select(list(by_connection), [], [])[0]:
        by_connection[connection].receive()


def start_fetchers(site: Site, count: int, threads: int) -> list[Fetcher]:
    """Fork fetchers, the child of this process last among them.

    That one prepares what all need and then forks the others, so that this process goes on
    meanwhile. Raises OSError where there cannot be another process.
    """
    pairs = [(pair(), pair()) for _ in range(count)]
    ours, theirs = ([(each[side], spare[side]) for each, spare in pairs] for side in (0, 1))

    process = forked(lambda: _live(site, theirs, threads), chain(*ours), chain(*theirs))
    *others, (child, its_spare) = ours
    return [
        *(Fetcher(site.cache, each, None, spare) for each, spare in others),
        Fetcher(site.cache, child, process, its_spare),
    ]


def _live(site: Site, ends: list[_Ends], threads: int) -> None:
    """The whole life of fetchers: they end with their connections."""
    site.prepare()
    own, children = _divided(ends)
    _serve(site, own, threads)
    site.cache.close()
    for process in children:
        wait_for(process)


def _divided(ends: list[_Ends]) -> tuple[_Ends, list[int]]:
    """Fork so that each fetcher has a process; its connections, and the children of this one."""
    *others, own = ends
    children: list[int] = []
    for each in others:
        process = os.fork()
        if not process:
            for other in ends:
                if other is not each:
                    close_all(other)
            return each, []
        close_all(each)
        children.append(process)
    return own, children


def _serve(site: Site, ends: _Ends, threads: int) -> None:
    """Do errands until both connections have ended."""
    from concurrent.futures import ThreadPoolExecutor  # the first process has no use for it

    unusual: list[str] = []
    site.serve(unusual.append)
    site.cache.put_off()
    under_way = _UnderWay()
    threading.Thread(target=_store, args=(site.cache, under_way), daemon=True).start()
    pool = ThreadPoolExecutor(threads)
    serving = [
        threading.Thread(target=_answer, args=(site, end, pool, unusual, under_way), daemon=True)
        for end in ends
    ]
    for thread in serving:
        thread.start()
    for thread in serving:
        thread.join()


class _UnderWay:
    """The errands under way."""

    def __init__(self) -> None:
        self._number = 0
        self._counting = threading.Lock()
        self._done = threading.Event()
        """Set when the last of them has been done, until that has been noticed."""

    def __bool__(self) -> bool:
        return self._number > 0

    def begin(self) -> None:
        """Count an errand in."""
        with self._counting:
            self._number += 1

    def end(self) -> None:
        """Count it out."""
        with self._counting:
            self._number -= 1
            if not self._number:
                self._done.set()

    def wait_until_done(self) -> None:
        """Wait until all have been done that have come since the last time."""
        self._done.wait()
        self._done.clear()


def _store(cache: Cache, under_way: _UnderWay) -> None:
    """Write what waits for it whenever nothing else is to be done."""
    while True:
        under_way.wait_until_done()
        while not under_way and cache.write_next():
            pass


def _answer(
    site: Site,
    connection: socket.socket,
    pool: ThreadPoolExecutor,
    unusual: list[str],
    under_way: _UnderWay,
) -> None:
    """Do the errands that come by a connection."""
    handover, trouble = site.cache.handover, site.cache.trouble
    answers: SimpleQueue[_Answer] = SimpleQueue()

    def run(number: int, errand: Errand) -> None:
        found: object = Unknown("unusual", "")
        handover.begin()
        with suppress(Exception):  # the first process will meet it, and say what it is
            found = site.run(errand)
        entries = handover.end()
        is_usual = not unusual and _is_usual(found)
        answers.put(_Answer(number, is_usual, trouble.has_damaged, entries))
        under_way.end()

    def send() -> None:
        try:
            with suppress(OSError):  # the other process has ended
                while True:
                    write_message(connection, _encode(answers.get()))
        finally:  # whatever has happened, that process waits for nothing more
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=send, daemon=True).start()
    with connection.makefile("rb") as errands:
        while message := read_message(errands):
            under_way.begin()
            pool.submit(run, *pickle.loads(message))  # noqa: S301 (of our own process)


def _is_usual(found: object) -> bool:
    """Whether the outcome of an errand is no failure of the day."""
    return not of_the_day(found) or (isinstance(found, Unknown) and found.code in _ANSWERS)
