"""Processes that this one forks, and the messages between them."""

from __future__ import annotations

import io
import os
import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NoReturn

__all__ = ["BUFFER", "close_all", "forked", "pair", "read_message", "wait_for", "write_message"]

BUFFER = 1 << 20
"""Bytes of a connection."""
_HEAD = 4
"""Bytes of the length that stands before a message."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connections, each the other end of the other."""
    ends = socket.socketpair()
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    return ends


def forked(
    live: Callable[[], object], ours: Iterable[socket.socket], theirs: Iterable[socket.socket]
) -> int:
    """The number of a new process, whose whole life is `live`; it returns to nobody.

    It never gets Ctrl-C: it ends with this process. Who reads the output waits for this process
    alone. `ours` are this process's ends of their connections, `theirs` the new one's: each closes
    the other's. Raises OSError where there cannot be another process, with all of them closed.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        process = os.fork()
        if not process:
            _live(live, ours)
    except OSError:
        close_all(ours)
        raise
    finally:
        close_all(theirs)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _live(live: Callable[[], object], others: Iterable[socket.socket]) -> NoReturn:
    try:
        close_all(others)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(nowhere, stream)
        live()
    finally:
        os._exit(0)


def wait_for(process: int) -> None:
    """Wait until a child has ended."""
    with suppress(ChildProcessError):  # somebody else has waited for it
        os.waitpid(process, 0)


def close_all(connections: Iterable[socket.socket]) -> None:
    """Close this process's end of connections."""
    for connection in connections:
        connection.close()


def write_message(connection: socket.socket, message: bytes) -> None:
    """Send a message. Raises OSError where the other process has ended."""
    connection.sendall(len(message).to_bytes(_HEAD, "big") + message)


def read_message(stream: io.BufferedIOBase) -> bytes | None:
    """The next message; None at the end."""
    try:
        size = int.from_bytes(stream.read(_HEAD), "big")
        message = stream.read(size)
    except OSError:  # the other process was killed
        return None
    return message if size and len(message) == size else None
