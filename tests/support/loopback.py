"""A small HTTP/1.1 server on loopback: keep-alive, answers in order, latency on demand."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

__all__ = ["Request", "Response", "Server", "accepted", "partial"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as received; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    """One response before it is put on the wire."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encoded(self, *, with_body: bool) -> bytes:
        """The response as HTTP/1.1 has it."""
        lines = [f"HTTP/1.1 {self.status.value} {self.status.phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.status is not HTTPStatus.NOT_MODIFIED:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head + self.body if with_body else head


class Server:
    """Serves what `answer` says from a thread of its own; `latency` is in seconds per response.

    A `threaded` server calls `answer` in worker threads: for an `answer` that has to wait itself.
    """

    def __init__(
        self,
        answer: Callable[[Request], Response],
        latency: float = 0.0,
        *,
        threaded: bool = False,
    ) -> None:
        self.answer = answer
        self.latency = latency
        self.threaded = threaded
        self.port = 0
        self.open: set[asyncio.Transport] = set()

    def start(self, port: int = 0) -> Self:
        """Listen on 127.0.0.1 until `stop`; port 0 takes a free one. Raises OSError."""
        self._loop = asyncio.new_event_loop()
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", port)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(server,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening, drop open connections and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self, server: asyncio.Server) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(_wind_up(server, self.open))
        self._loop.close()


async def _wind_up(server: asyncio.Server, connections: set[asyncio.Transport]) -> None:
    server.close()
    running = asyncio.all_tasks() - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    # Transports let go of their sockets in calls of their own, which must come before the end;
    # a transport that was just being accepted is only then in the list.
    for _ in range(3):
        for transport in tuple(connections):
            transport.abort()
        await asyncio.sleep(0)
    await asyncio.get_running_loop().shutdown_default_executor()


class _Connection(asyncio.Protocol):
    """One keep-alive connection; requests are answered in the order they came."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._received = b""
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.open.add(transport)
        self._task = asyncio.get_running_loop().create_task(self._answer_in_order())

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._server.open.discard(self._transport)
        assert self._task is not None
        self._task.cancel()

    def data_received(self, data: bytes) -> None:
        *heads, self._received = (self._received + data).split(b"\r\n\r\n")
        for head in heads:
            self._waiting.put_nowait(head)

    async def _answer_in_order(self) -> None:
        while True:
            request = _parsed(await self._waiting.get())
            response = await self._answer(request)
            if self._server.latency:
                await asyncio.sleep(self._server.latency)
            self._transport.write(response.encoded(with_body=request.method != "HEAD"))
            if request.headers.get("connection", "").lower() == "close":
                self._transport.close()

    async def _answer(self, request: Request) -> Response:
        if not self._server.threaded:
            return self._server.answer(request)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._server.answer, request)


def _parsed(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return Request(method, path.partition("?")[0], headers)


def partial(wanted: str, headers: dict[str, str], body: bytes, size: int | None = None) -> Response:
    """One byte range (RFC 9110, section 14); several in one request are answered with all.

    A range that begins behind the body is one of a file of `size` bytes, whose end the body is.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.strip())
    if match is None or not any(match.groups()):
        return Response(HTTPStatus.OK, headers, body)
    first, last = match.groups()
    behind = first and size is not None and len(body) <= int(first) < size
    total = size if behind and size is not None else len(body)
    start = int(first) if first else max(total - int(last), 0)
    end = min(int(last), total - 1) if first and last else total - 1
    if start > end:
        unsatisfied = headers | {"Content-Range": f"bytes */{total}"}
        return Response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, unsatisfied)
    partial = headers | {"Content-Range": f"bytes {start}-{end}/{total}"}
    begin = total - len(body)
    before = bytes(max(0, min(end + 1, begin) - start))
    part = before + body[max(0, start - begin) : max(0, end + 1 - begin)]
    return Response(HTTPStatus.PARTIAL_CONTENT, partial, part)


def accepted(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered format that an Accept header prefers; the first one where it prefers none."""
    if len(offered) == 1:
        return offered[0]
    weights = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        weights[media] = float(quality)
    best = max(offered, key=lambda media: weights.get(media, weights.get("*/*", 0.0)))
    return best if weights.get(best, weights.get("*/*", 0.0)) > 0 else None
