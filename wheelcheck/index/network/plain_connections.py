"""Connections that read by themselves what nearly every answer of an index is.

That is an answer of HTTP/1.1 with a Content-Length whose head comes in one piece. h11 and httpcore
take three times as long for it as for the rest of the exchange: a tenth of a run with thousands of
requests. Whatever is not as plain as that is left to httpcore's connection, which goes on from
what was sent and received: what is right, and what an error is called, is decided there.

Source: RFC 9112 (HTTP/1.1), sections 3 (request line), 4 (status line), 5 (fields), 6 (body).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from threading import Lock
from typing import NamedTuple

import httpcore

__all__ = ["PlainPool"]

_PIECE = 64 << 10
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TARGET = re.compile(rb"[\x21-\x7e]+")
_SENT = re.compile(rb"%b: [\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?" % _TOKEN)
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [\t\x20-\x7e]*)?\r\n"
    rb"((?:%b:[\t\x20-\x7e]*\r\n)+)\r\n" % _TOKEN
)
_FIELD = re.compile(rb"([^:]+):[\t ]*([^\r]*?)[\t ]*\r\n")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_ODD = frozenset({b"transfer-encoding", b"upgrade", b"trailer"})
_NO_BODY = frozenset({204, 304})


class PlainPool(httpcore.ConnectionPool):
    """A pool of httpcore without proxies, whose connections read plain answers by themselves."""

    def __init__(self, certificates: ssl.SSLContext, backend: httpcore.NetworkBackend) -> None:
        super().__init__(ssl_context=certificates, network_backend=backend)
        self._certificates = certificates
        self._backend = backend

    def create_connection(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        """A connection that opens with its first request."""
        return _Connection(origin, self._certificates, self._backend)


class _Connection(httpcore.ConnectionInterface):
    """One connection; `_other` goes on with it once something was not plain."""

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
        self._other: httpcore.HTTP11Connection | None = None
        self._busy = Lock()
        self._closed = False

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and read the head of its answer. Raises what httpcore's own raises."""
        if self._other is not None:
            return self._other.handle_request(request)
        if self._closed or not self._busy.acquire(blocking=False):
            raise httpcore.ConnectionNotAvailable
        try:
            if self._stream is None:
                self._stream = self._connected(request)
            written, received = _exchanged(request, self._stream)
            head = _plain_head(received)
            if head is None:
                resumed = _Resumed(self._stream, written, received)
                self._other = httpcore.HTTP11Connection(self._origin, resumed)
                return self._other.handle_request(request)
        except BaseException:
            self.close()
            raise
        body = _Body(self, self._stream, request, received[head.size :], head.length)
        return httpcore.Response(head.status, headers=head.fields, content=body)

    def _connected(self, request: httpcore.Request) -> httpcore.NetworkStream:
        timeout = request.extensions["timeout"]["connect"]
        host = self._origin.host.decode("ascii")
        stream = self._backend.connect_tcp(host, self._origin.port, timeout)
        if self._origin.scheme != b"https":
            return stream
        self._certificates.set_alpn_protocols(["http/1.1"])
        return stream.start_tls(self._certificates, host, timeout)

    def let_go(self, *, reusable: bool) -> None:
        """The answer is no longer read."""
        if not reusable:
            self.close()
        self._busy.release()

    def close(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._stream is not None:
            self._stream.close()

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        """Whether it leads there."""
        return origin == self._origin

    def is_available(self) -> bool:
        """Whether it can be asked now."""
        return self.is_idle() and not self.is_closed()

    def has_expired(self) -> bool:
        """Whether the host has closed it: only then is there something to read."""
        if self._stream is None or not self.is_available():
            return False
        return bool(self._stream.get_extra_info("is_readable"))

    def is_idle(self) -> bool:
        """Whether it was asked, and no answer is being read."""
        if self._other is not None:
            return self._other.is_idle()
        return self._stream is not None and not self._busy.locked()

    def is_closed(self) -> bool:
        """Whether it is of no more use."""
        return self._closed or (self._other is not None and self._other.is_closed())


class _Body:
    """The body of a plain answer, whose first bytes came with the head."""

    def __init__(
        self,
        connection: _Connection,
        stream: httpcore.NetworkStream,
        request: httpcore.Request,
        beginning: bytes,
        length: int,
    ) -> None:
        self._connection: _Connection | None = connection
        self._stream = stream
        self._timeout: float = request.extensions["timeout"]["read"]
        self._beginning = beginning
        self._length = length
        self._left = length - len(beginning)

    def __iter__(self) -> Iterator[bytes]:
        if self._length and self._beginning:
            yield self._beginning[: self._length]
        while self._left > 0:
            piece = self._stream.read(_PIECE, self._timeout)
            if not piece:
                received = self._length - self._left
                raise httpcore.RemoteProtocolError(
                    "peer closed connection without sending complete message body "
                    f"(received {received} bytes, expected {self._length})"
                )
            left, self._left = self._left, self._left - len(piece)
            yield piece[:left]

    def close(self) -> None:
        """Let go of the connection, for other requests where it was read to its exact end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.let_go(reusable=self._left == 0)


class _Resumed(httpcore.NetworkStream):
    """A connection to which `written` was written and from which `received` was read before."""

    def __init__(self, stream: httpcore.NetworkStream, written: bytes, received: bytes) -> None:
        self._stream = stream
        self._written = written
        self._received = received
        self.close = stream.close  # type: ignore[method-assign]
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what was read before, then what there is."""
        received, self._received = self._received, b""
        return received or self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write what was not written before."""
        written, self._written = self._written, b""
        if not written:
            self._stream.write(buffer, timeout)


class _Head(NamedTuple):
    """The head of a plain answer, and how many bytes it and its body take."""

    status: int
    fields: list[tuple[bytes, bytes]]
    size: int
    length: int


def _exchanged(request: httpcore.Request, stream: httpcore.NetworkStream) -> tuple[bytes, bytes]:
    """What was sent and received first: nothing where the request is not plain."""
    timeouts = request.extensions["timeout"]
    target = request.url.target
    lines = [b"%b: %b" % field for field in request.headers]
    plain = request.method == b"GET" and _TARGET.fullmatch(target)
    if not plain or not all(map(_SENT.fullmatch, lines)):
        return b"", b""
    written = b"\r\n".join([b"GET %b HTTP/1.1" % target, *lines, b"", b""])
    try:
        stream.write(written, timeouts["write"])
    except httpcore.WriteError:  # the host may have answered before it closed the connection
        return written, b""
    return written, stream.read(_PIECE, timeouts["read"])


def _plain_head(received: bytes) -> _Head | None:
    """The head that an answer begins with. None where it is not plain."""
    head = _HEAD.match(received)
    if head is None:
        return None
    status, fields = int(head[1]), _FIELD.findall(head[2])
    lengths = []
    for name, value in fields:
        key = name.lower()
        if key == b"content-length":
            lengths.append(value)
        elif key in _ODD or (key == b"connection" and value.lower() != b"keep-alive"):
            return None
    if status in _NO_BODY:
        lengths = [b"0"]
    if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
        return None
    return _Head(status, fields, head.end(), int(lengths[0]))
