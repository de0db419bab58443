"""Connections of httpcore that read plain answers by themselves.

httpcore has h11 take every step of an answer, and its pool look for a connection before each
request: with the hundreds of small answers that a run gets, that takes three times as long as all
the rest. An answer is *plain* where its head comes at once and says how many bytes follow. Whatever
else an index sends is read by httpcore, from its first byte on, and so is all that then comes by
the same connection.

Source: RFC 9112 (section 6.3: how long a body is; section 9: connections that stay open).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator

import httpcore

__all__ = ["PlainConnections"]

_PORTS = {b"http": 80, b"https": 443}
_PIECE = 64 << 10
"""Bytes that are read at a time."""
_HEAD_END = b"\r\n\r\n"
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5]\d\d) [^\r\n\0]*\r\n"
    rb"((?:[\w!#$%&'*+.^`|~-]+:[^\r\n\0]*\r\n)*)"
)
_LONGEST_SIZE = 15
"""Digits."""
_EMPTY = frozenset({204, 304})
"""What no body follows, whatever its headers say of one."""

_Fields = list[tuple[bytes, bytes]]


class PlainConnections(httpcore.ConnectionPool):
    """A pool that keeps the newest connection to a host at hand. For one thread at a time."""

    def __init__(
        self, certificates: ssl.SSLContext, network_backend: httpcore.NetworkBackend
    ) -> None:
        super().__init__(ssl_context=certificates, network_backend=network_backend)
        certificates.set_alpn_protocols(["http/1.1"])
        self._certificates = certificates
        self._backend = network_backend
        self._newest: dict[tuple[bytes, bytes, int | None], _PlainConnection] = {}

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request by the connection at hand, or as httpcore does."""
        url = request.url
        newest = self._newest.get((url.scheme, url.host, url.port or _PORTS.get(url.scheme)))
        if newest is not None and newest.is_idle() and not newest.has_expired():
            return newest.handle_request(request)
        return super().handle_request(request)

    def create_connection(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        """A connection that is not open yet."""
        found = _PlainConnection(origin, self._certificates, self._backend)
        self._newest[origin.scheme, origin.host, origin.port] = found
        return found


class _PlainConnection(httpcore.ConnectionInterface):
    """A connection to a host, for one request after another. It opens with the first."""

    def __init__(
        self,
        origin: httpcore.Origin,
        certificates: ssl.SSLContext,
        backend: httpcore.NetworkBackend,
    ) -> None:
        self._origin = origin
        self._certificates = certificates
        self._backend = backend
        self._stream: httpcore.NetworkStream | None = None
        self._by_httpcore: httpcore.HTTP11Connection | None = None
        self._is_idle = False
        self._is_closed = False

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and read the head of its answer, whose body the caller reads."""
        if self._by_httpcore is not None:
            return self._by_httpcore.handle_request(request)
        self._is_idle = False
        try:
            return self._answer(request)
        except BaseException:
            self.close()
            raise

    def _answer(self, request: httpcore.Request) -> httpcore.Response:
        seconds = request.extensions["timeout"]
        stream = self._stream = self._stream or self._opened(seconds["connect"])
        sent = _encoded(request)
        if sent is None:
            return self._read_by_httpcore(request, stream)
        stream.write(sent, seconds["write"])
        received = stream.read(_PIECE, seconds["read"])
        head, end, begun = received.partition(_HEAD_END)
        plain = _plain(head + b"\r\n") if end else None
        if plain is None:
            return self._read_by_httpcore(request, _Answering(stream, received))
        status, fields, size, stays_open = plain
        body = _Body(self, stream, begun, size, seconds["read"], stays_open=stays_open)
        return httpcore.Response(status, headers=fields, content=body)

    def _opened(self, seconds: float) -> httpcore.NetworkStream:
        host = self._origin.host.decode("ascii")
        stream = self._backend.connect_tcp(host, self._origin.port, timeout=seconds)
        if self._origin.scheme == b"https":
            return stream.start_tls(self._certificates, host, timeout=seconds)
        return stream

    def _read_by_httpcore(
        self, request: httpcore.Request, stream: httpcore.NetworkStream
    ) -> httpcore.Response:
        self._by_httpcore = httpcore.HTTP11Connection(self._origin, stream)
        return self._by_httpcore.handle_request(request)

    def end_answer(self, *, stays_open: bool) -> None:
        """Take the next request, or none where what came was no whole answer, or the last."""
        if stays_open:
            self._is_idle = True
        else:
            self.close()

    def close(self) -> None:
        """Close it."""
        self._is_idle, self._is_closed = False, True
        if self._by_httpcore is not None:
            self._by_httpcore.close()
        elif self._stream is not None:
            self._stream.close()

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        """Whether it leads there."""
        return origin == self._origin

    def is_available(self) -> bool:
        """Whether it takes a request now; a new one is its creator's alone."""
        return self.is_idle()

    def has_expired(self) -> bool:
        """Whether the host has closed it meanwhile: there is something to read, its end."""
        if self._by_httpcore is not None:
            return self._by_httpcore.has_expired()
        if self._stream is None or not self._is_idle:
            return False
        return bool(self._stream.get_extra_info("is_readable"))

    def is_idle(self) -> bool:
        """Whether it is open, with no answer under way."""
        return self._by_httpcore.is_idle() if self._by_httpcore else self._is_idle

    def is_closed(self) -> bool:
        """Whether it takes no request any more."""
        return self._by_httpcore.is_closed() if self._by_httpcore else self._is_closed

    def info(self) -> str:
        """What it is, for people."""
        return f"{self._origin}, {'closed' if self.is_closed() else 'open'}"


class _Body:
    """The bytes that follow a plain head. Close it: then the connection takes another request."""

    def __init__(
        self,
        connection: _PlainConnection,
        stream: httpcore.NetworkStream,
        begun: bytes,
        size: int,
        seconds: float,
        *,
        stays_open: bool,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._begun = begun
        self._left = size
        self._size = size
        self._seconds = seconds
        self._stays_open = stays_open and len(begun) <= size
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        if self._begun and self._left:
            piece, self._begun = self._begun[: self._left], b""
            self._left -= len(piece)
            yield piece
        while self._left and not self._is_closed:
            piece = self._stream.read(min(self._left, _PIECE), self._seconds)
            if not piece:
                read = self._size - self._left
                why = f"(received {read} bytes, expected {self._size})"
                raise httpcore.RemoteProtocolError(
                    f"peer closed connection without sending complete message body {why}"
                )
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Let go of the connection."""
        if not self._is_closed:
            self._is_closed = True
            self._connection.end_answer(stays_open=self._stays_open and not self._left)


class _Answering(httpcore.NetworkStream):
    """A connection by which a request was sent, and from which a part of its answer was read."""

    def __init__(self, stream: httpcore.NetworkStream, received: bytes) -> None:
        self._stream = stream
        self._received: bytes | None = received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send what is new: before anything is read that is nothing."""
        if self._received is None:
            self._stream.write(buffer, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what was read before, and then what follows."""
        received, self._received = self._received or b"", None
        if len(received) > max_bytes:
            received, self._received = received[:max_bytes], received[max_bytes:]
        return received or self._stream.read(max_bytes, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def get_extra_info(self, info: str) -> object:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


def _encoded(request: httpcore.Request) -> bytes | None:
    """A request as it is sent; None where httpcore should refuse it, or send what follows."""
    if request.method != b"GET":
        return None
    lines = [b"GET %s HTTP/1.1" % request.url.target]
    lines += [b"%s: %s" % field for field in request.headers]
    head = b"\r\n".join(lines) + _HEAD_END
    ends = len(lines) + 1
    is_plain = head.count(b"\r") == ends == head.count(b"\n") and b"\0" not in head
    return head if is_plain and b" " not in request.url.target else None


def _plain(head: bytes) -> tuple[int, _Fields, int, bool] | None:
    """Status, headers and size of a plain answer, and whether another may follow it."""
    found = _HEAD.fullmatch(head)
    if found is None:
        return None
    status = int(found[1])
    named = (line.partition(b":") for line in found[2].split(b"\r\n") if line)
    fields = [(name, value.strip(b" \t")) for name, _, value in named]
    size = b"0" if status in _EMPTY else None
    stays_open = True
    for name, value in fields:
        key = name.lower()
        if key == b"content-length" and status not in _EMPTY:
            if size is not None or not value.isdigit() or len(value) > _LONGEST_SIZE:
                return None
            size = value
        elif key == b"transfer-encoding":
            return None
        elif key == b"connection" and b"close" in value.lower():
            stays_open = False
    return None if size is None else (status, fields, int(size), stays_open)
