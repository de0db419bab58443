"""What a server answers is what httpcore reads of it, by as many connections, plain or not."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpcore
import pytest

from wheelcheck.index.network.plain_answers import PlainConnections

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nVary: Accept\r\n\r\nhello"
TIMEOUT = {"timeout": {"connect": 5.0, "read": 5.0, "write": 5.0}}
ANSWERS = {
    "plain": PLAIN,
    "with odd spaces": b"HTTP/1.1 200 OK\r\ncontent-length:\t5 \r\nX:\r\n\r\nhello",
    "empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified, with the length of what it stands for": (
        b"HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 5\r\n\r\n"
    ),
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
    "without a reason": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "in chunks, with a length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n0\r\n\r\n"
    ),
    "after an interim one": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + PLAIN,
    "of an old server": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "the last": b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 5\r\n\r\nhello",
    "two equal lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
    "a folded header": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a\r\n b\r\n\r\nhello",
    "bare ends of lines": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
    "a long head": b"HTTP/1.1 200 OK\r\nX: "
    + b"x" * 70_000
    + PLAIN.removeprefix(b"HTTP/1.1 200 OK"),
    "an endless head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    "a large body": b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000,
}
CUT_SHORT = {
    "nothing": b"",
    "half a head": PLAIN[:20],
    "half a body": PLAIN[:-2],
    "half a body in chunks": ANSWERS["in chunks"][:-8],
    "of another protocol": b"SSH-2.0-OpenSSH_9.9\r\n",
    "until it ends": b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello",
}


@contextmanager
def serving(answer: bytes, *, hangs_up: bool = False) -> Iterator[tuple[str, list[int]]]:
    """A server that gives one answer to all; its URL, and the requests of each connection."""
    requests: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(connection: socket.socket, place: int) -> None:
            with connection, suppress(OSError):  # the client may hang up, too
                while connection.recv(1 << 16):
                    requests[place] += 1
                    connection.sendall(answer)
                    if hangs_up:
                        return

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                requests.append(0)
                place = len(requests) - 1
                threading.Thread(target=serve, args=(connection, place), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", requests
        server.shutdown(socket.SHUT_RDWR)


def plain_pool() -> httpcore.ConnectionPool:
    return PlainConnections(ssl.create_default_context(), httpcore.SyncBackend())


def read(pool: httpcore.ConnectionPool, url: str) -> object:
    """Status, headers and body of an answer; or the kind of failure."""
    host = url.split("/")[2].encode()
    request = httpcore.Request("GET", url, headers=[(b"Host", host)], extensions=TIMEOUT)
    try:
        response = pool.handle_request(request)
        body = b"".join(response.stream)  # type: ignore[arg-type]
        response.close()
    except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException) as error:
        return type(error)
    return response.status, response.headers, body


def outcomes(pool: httpcore.ConnectionPool, answer: bytes, *, hangs_up: bool) -> object:
    with serving(answer, hangs_up=hangs_up) as (url, requests), pool:
        return [read(pool, url) for _ in range(3)], requests


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read_as_httpcore_reads_it(answer: bytes):
    wanted = outcomes(httpcore.ConnectionPool(), answer, hangs_up=False)
    assert outcomes(plain_pool(), answer, hangs_up=False) == wanted


@pytest.mark.parametrize("answer", CUT_SHORT.values(), ids=CUT_SHORT)
def test_an_answer_is_as_incomplete_as_for_httpcore(answer: bytes):
    wanted = outcomes(httpcore.ConnectionPool(), answer, hangs_up=True)
    assert outcomes(plain_pool(), answer, hangs_up=True) == wanted
