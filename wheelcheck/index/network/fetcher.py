"""A process that fetches and reads for another one, which resolves and judges meanwhile.

Python runs one thread of a process at a time: what requests and pages take, a resolver in the same
process waits for. A fetcher does errands. It is sent which page, metadata or listing is wanted,
and sends back what it has stored of that in the cache; the first process then works as if it had
found that there.

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
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import SimpleQueue
from typing import NoReturn, Protocol

import msgspec

from wheelcheck.errors import Unknown
from wheelcheck.index.cache.disk import Cache
from wheelcheck.index.lasting import of_the_day
from wheelcheck.index.network.tasks import Errand

__all__ = ["Fetcher", "Site", "start_fetchers"]

_HEAD = 4
"""Bytes of the length that stands before a message."""
_BUFFER = 1 << 20
"""Bytes of a connection."""
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

    Not to be used by threads at once. `process` is its number, where it is a child of this one.
    `is_usual` is false once it has met something else, or died: nothing more comes of it then.
    """

    def __init__(self, cache: Cache, connection: socket.socket, process: int | None) -> None:
        self.is_usual = True
        self._cache = cache
        self._connection = connection
        self._process = process
        self._sent = 0
        self._waiting: set[int] = set()
        self._answers = io.BufferedReader(socket.SocketIO(connection, "r"), _BUFFER)

    def send(self, errand: Errand) -> int:
        """Have an errand done; the number by which to wait for it."""
        self._sent += 1
        self._waiting.add(self._sent)
        try:
            _write(self._connection, pickle.dumps((self._sent, errand), pickle.HIGHEST_PROTOCOL))
        except OSError:  # it has died
            self.is_usual = False
        return self._sent

    def wait_for(self, number: int) -> bool:
        """Wait until an errand is done, its outcome in the cache; false where that will not be."""
        while self.is_usual and number in self._waiting:
            self._receive()
        return number not in self._waiting

    def _receive(self) -> None:
        message = _read(self._answers)
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
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._answers.close()
        self._connection.close()
        if self._process is not None:
            _wait_for(self._process)


def start_fetchers(site: Site, count: int, threads: int) -> list[Fetcher]:
    """Fork fetchers, the child of this process last among them.

    That one prepares what all need and then forks the others, so that this process goes on
    meanwhile. Raises OSError where there cannot be another process.
    """
    pairs = [socket.socketpair() for _ in range(count)]
    for end in (end for pair in pairs for end in pair):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    try:
        process = _forked(site, ours, theirs, threads)
    except OSError:
        _close(ours)
        raise
    finally:
        _close(theirs)
    *others, child = ours
    return [
        *(Fetcher(site.cache, each, None) for each in others),
        Fetcher(site.cache, child, process),
    ]


def _forked(
    site: Site, ours: Iterable[socket.socket], theirs: list[socket.socket], threads: int
) -> int:
    """The number of the new process, which never gets Ctrl-C: it ends with this process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        process = os.fork()
        if not process:
            _close(ours)
            _live(site, theirs, threads)
        return process
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _close(connections: Iterable[socket.socket]) -> None:
    for connection in connections:
        connection.close()


def _wait_for(process: int) -> None:
    with suppress(ChildProcessError):  # somebody else has waited for it
        os.waitpid(process, 0)


def _write(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_HEAD, "big") + message)


def _read(stream: io.BufferedIOBase) -> bytes | None:
    """The next message; None at the end."""
    try:
        size = int.from_bytes(stream.read(_HEAD), "big")
        message = stream.read(size)
    except OSError:  # the other process was killed
        return None
    return message if size and len(message) == size else None


def _live(site: Site, connections: list[socket.socket], threads: int) -> NoReturn:
    """The whole life of fetchers. They end with their connections, and return to nobody."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):  # who reads the output waits for the first process alone
            os.dup2(nowhere, stream)
        site.prepare()
        connection, children = _divided(connections)
        _serve(site, connection, threads)
        site.cache.close()
        for process in children:
            _wait_for(process)
    finally:
        os._exit(0)


def _divided(connections: list[socket.socket]) -> tuple[socket.socket, list[int]]:
    """Fork so that each connection has a process; the own, and the children of this process."""
    *others, own = connections
    children: list[int] = []
    for each in others:
        process = os.fork()
        if not process:
            _close(other for other in connections if other is not each)
            return each, []
        each.close()
        children.append(process)
    return own, children


def _serve(site: Site, connection: socket.socket, threads: int) -> None:
    unusual: list[str] = []
    site.serve(unusual.append)
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

    def send() -> None:
        try:
            with suppress(OSError):  # the first process has ended
                while True:
                    _write(connection, _encode(answers.get()))
        finally:  # whatever has happened, the first process waits for nothing more
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    from concurrent.futures import ThreadPoolExecutor  # the first process has no use for it

    threading.Thread(target=send, daemon=True).start()
    pool = ThreadPoolExecutor(threads)
    with connection.makefile("rb") as errands:
        while message := _read(errands):
            pool.submit(run, *pickle.loads(message))  # noqa: S301 (of our own process)


def _is_usual(found: object) -> bool:
    """Whether the outcome of an errand is no failure of the day."""
    return not of_the_day(found) or (isinstance(found, Unknown) and found.code in _ANSWERS)
