"""A process that goes on from what this one has read, and answers its questions meanwhile.

It is forked when most of what a question takes has been read: it has all of that at once. What it
needs besides the fetchers bring it, by connections of its own (`Fetcher.of_helper`).

A helper is for what is usual. It requests nothing itself; where fetchers are at a loss, where
anything is to be warned of, or an exception was contained, it ends without an answer. The first
process then answers itself, as it does where a helper has died.
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
from typing import Any, NoReturn, Protocol

from wheelcheck.fence import caught
from wheelcheck.index.network.child_process import (
    forked,
    pair,
    read_message,
    wait_for,
    write_message,
)
from wheelcheck.index.pages.pages_used import PagesUsed

__all__ = ["Helper", "HelperSite", "Serve", "start_helper"]

Serve = Callable[[list[Any]], Iterable[object]]
"""Answers questions that have come together, one after the other."""
_PR_SET_PDEATHSIG = 1
"""Of prctl(2): which signal a process gets when its parent ends."""


class HelperSite(Protocol):
    """What a helper works with: an index."""

    @property
    def pages_used(self) -> PagesUsed:
        """The pages that were looked at."""

    def go_on(self, give_up: Callable[[str], NoReturn]) -> None:
        """Have it work in a helper: it requests nothing, and gives up what is unusual."""

    def close(self) -> None:
        """Write what waits to be written."""


class _GivesUp(BaseException):
    """A helper has met something unusual. No fence holds it."""


class Helper:
    """A helper at the other end of `connection`, as the first process sees it.

    Not to be used by threads at once. What it looks at counts as looked at here (`used`).
    """

    def __init__(self, connection: socket.socket, process: int, used: PagesUsed) -> None:
        self._connection = connection
        self._process: int | None = process
        self._used = used
        self._unanswered = 0
        self._messages = connection.makefile("rb")
        self._stream = io.BytesIO()
        self._unpickler = pickle.Unpickler(self._stream)  # noqa: S301 (of a process of ours)

    def send(self, question: object) -> bool:
        """Have it answer a question; false where it has ended."""
        self._unanswered += 1
        try:
            write_message(self._connection, pickle.dumps(question, pickle.HIGHEST_PROTOCOL))
        except OSError:
            return False
        return True

    def receive(self) -> object | None:
        """The answer to the next of the questions; None where it has ended."""
        message = None if self._process is None else read_message(self._messages)
        if message is None:
            return None
        self._unanswered -= 1
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(message)
        self._stream.seek(0)
        answer, used = self._unpickler.load()
        self._used.add(used)
        found: object = answer
        return found

    def close(self) -> None:
        """End it: once it has stored what it found or, where it has not answered all, at once."""
        process, self._process = self._process, None
        if process is None:
            return
        self._messages.close()
        self._connection.close()
        if self._unanswered:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_for(process)

    def end(self) -> None:
        """Let it store what it has found: there are no more questions."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)


def start_helper(site: HelperSite, serve: Serve) -> Helper:
    """Fork a helper. Raises OSError where there cannot be another process."""
    ours, theirs = pair()
    first = os.getpid()

    def live() -> None:
        _end_with(first)
        with suppress(_GivesUp, OSError):
            _answer_all(site, theirs, serve)

    return Helper(ours, forked(live, [ours], [theirs]), site.pages_used)


def _end_with(process: int) -> None:
    """End as soon as that process ends, also while something else is waited for."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != process:
        raise _GivesUp


def _answer_all(site: HelperSite, connection: socket.socket, serve: Serve) -> None:
    def give_up(_: str) -> NoReturn:
        raise _GivesUp

    site.go_on(give_up)
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    for questions in _batches(connection):
        contained, used = caught(), site.pages_used.count()
        for answer in serve(questions):
            if caught() > contained:
                give_up("an exception was contained")
            pickler.dump((answer, site.pages_used.since(used)))
            used = site.pages_used.count()
            write_message(connection, stream.getvalue())
            stream.seek(0)
            stream.truncate()
    site.close()


def _batches(connection: socket.socket) -> Iterable[list[Any]]:
    """The questions, as they come: all that are there when the last have been answered."""
    waiting: SimpleQueue[Any] = SimpleQueue()

    def read() -> None:
        with connection.makefile("rb") as messages:
            while message := read_message(messages):
                waiting.put(pickle.loads(message))  # noqa: S301 (of our own process)
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        batch = [waiting.get()]
        while not waiting.empty():
            batch.append(waiting.get())
        questions = [each for each in batch if each is not None]
        if questions:
            yield questions
        if len(questions) < len(batch):
            return
