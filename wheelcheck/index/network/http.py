"""HTTP as an index needs it: connections kept open, retries, redirects that leak nothing.

Sources: RFC 9110 (Retry-After, redirects, ranges). A status of 400 and above is never an answer to
what was asked; it travels as `FetchFailed`, as does a host that does not answer at all.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urljoin

from msgspec import Struct

from wheelcheck.index.network import deadlines
from wheelcheck.index.network.bodies import BadBody, decoded, limited
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.deadlines import RunClock
from wheelcheck.index.network.failures import (
    FetchFailed,
    NoAnswer,
    connection_failure,
    shortened,
    status_failure,
)
from wheelcheck.index.network.urls import origin_of, split_credentials

if TYPE_CHECKING:  # importing httpx takes longer than answering from the cache
    from wheelcheck.index.network.connections import Answer, Client, Connections

__all__ = ["CONCURRENCY", "MAX_PAGE_BYTES", "Http", "Reply"]

_T = TypeVar("_T")

CONCURRENCY = 50
"""Requests under way at once, and connections: as many as uv's."""
ATTEMPTS = 4
FIRST_DELAY = 0.25
LONGEST_DELAY = 20.0
"""Seconds; a Retry-After beyond this is not waited for: the request has failed."""
MAX_REDIRECTS = 10
MAX_PAGE_BYTES = 64 << 20

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WANTS_CREDENTIALS = 401


class Reply(Struct, frozen=True):
    """A whole answer. `url` is where it came from after redirects, without credentials."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Requests of any number of threads, each over connections of its own.

    `wait` sleeps for some seconds and may return early on closing; `contact` is sent with each.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        trusted_hosts: tuple[str, ...] = (),
        wait: Callable[[float], object] | None = None,
        contact: str = "",
        clock: RunClock | None = None,
    ) -> None:
        self._contact = contact
        self.attempts = ATTEMPTS
        self.clock = clock or RunClock()
        self._credentials = credentials
        self._trusted = trusted_hosts
        self._closing = threading.Event()
        self._wait = wait or self._closing.wait
        self._lock = threading.Lock()
        self._own = _Own()
        self._clients: list[Client] = []
        self._connections: Connections | None = None
        self._alive: set[tuple[str, str]] = set()
        self._dead: dict[tuple[str, str], str] = {}
        self._instead: Callable[[str], NoReturn] | None = None

    def prepare(self) -> None:
        """Import and read what the first request takes."""
        if self._connections is None:
            from wheelcheck.index.network.connections import Connections

            self._connections = Connections(self._trusted, self._contact)

    def request_nothing(self, instead: Callable[[str], NoReturn]) -> None:
        """Call `instead` of each request with its URL: connections are another process's."""
        self._instead = instead

    def close(self) -> None:
        """Close all connections; requests under way fail."""
        self._closing.set()
        with self._lock:
            for client in self._clients:
                client.close()

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, most: int = MAX_PAGE_BYTES
    ) -> Reply:
        """Fetch a whole resource of at most `most` bytes, with retries. Raises FetchFailed."""

        def read() -> Reply:
            sent = {"Accept-Encoding": "gzip"} | dict(headers or {})
            with self.open(url, sent) as (response, final):
                coding = response.headers.get("content-encoding", "")
                why = f"its answer has more than {most:,} bytes"
                body = b"".join(limited(decoded(response.iter_raw(), coding), most, why))
                return Reply(final, response.status_code, response.headers, body)

        return self.retrying(url, read, deadlines.PAGE_SECONDS)

    def retrying(self, url: str, attempt: Callable[[], _T], seconds: float | None = None) -> _T:
        """Run `attempt`, which asks for `url`, until it succeeds or fails for good.

        That takes `seconds` at most, by default those of an archive. Raises FetchFailed.
        """
        try:
            host = origin_of(url)
        except ValueError as error:
            raise FetchFailed("the URL is malformed", unreachable=True) from error
        try:
            with deadlines.within(seconds or deadlines.ARCHIVE_SECONDS, self.clock) as deadline:
                return self._retrying(host, attempt, deadline)
        except deadlines.OutOfTime as error:
            silent = host not in self._alive and not self.clock.is_over
            if silent:
                self._dead[host] = "no answer in time"
            raise FetchFailed(str(error), unreachable=silent, out_of_time=True) from error

    def _retrying(
        self, host: tuple[str, str], attempt: Callable[[], _T], deadline: deadlines.Deadline
    ) -> _T:
        for number in range(1, self.attempts + 1):
            if host in self._dead:  # every other request to it would wait as long, in vain
                raise FetchFailed(self._dead[host], unreachable=True)
            try:
                return attempt()
            except FetchFailed as failure:
                delay = _delay(number, failure.retry_after)
                longest = min(LONGEST_DELAY, deadline.left)
                last = number == self.attempts or delay > longest or self._closing.is_set()
                if not failure.transient:
                    raise
                if last:
                    if failure.status is None and host not in self._alive:
                        failure.unreachable = True
                        self._dead[host] = failure.why
                    raise
                self._wait(delay)
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def open(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[tuple[Answer, str]]:
        """One attempt at a streamed answer, after redirects: the response and its final URL.

        Raises FetchFailed, also where the connection breaks while the body is read.
        """
        import httpx

        try:
            response, final = self._follow(url, dict(headers or {}))
            try:
                yield response, final
            finally:
                response.close()
        except BadBody as error:
            raise FetchFailed(str(error)) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise FetchFailed(f"the URL is malformed ({str(error)[:80]})") from error
        except httpx.TimeoutException as error:
            raise NoAnswer("no answer in time") from error
        except httpx.TransportError as error:
            raise connection_failure(error) from error
        except httpx.DecodingError as error:
            raise FetchFailed("its content encoding is broken") from error

    def _follow(self, url: str, headers: dict[str, str]) -> tuple[Answer, str]:
        """Send, and follow redirects with the credentials of each host of its own."""
        import httpx

        url = self._credentials.take_from(url)
        secure = url.startswith("https:")
        for number in range(MAX_REDIRECTS):
            # from https to http nothing secret is sent on, even to the same host
            allowed = url.startswith("https:") or not secure
            secret = self._credentials.header_for(url) if allowed else None
            sent = headers | ({"Authorization": secret} if secret else {})
            try:
                response = self._send(url, sent)
            except httpx.TransportError as error:
                if number:  # where a page redirects to is no fault of its index
                    raise FetchFailed(
                        f"it redirects to a host that fails: {shortened(error)}"
                    ) from error
                raise
            self._alive.add(origin_of(url))
            refused = response.status_code == _WANTS_CREDENTIALS and allowed
            if refused and self._finds_other_credentials(url, secret):
                response.close()
                continue
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return _accepted(response), url
            response.close()
            url = self._redirected(url, response.headers["location"])
        raise FetchFailed("it redirects in circles")

    def _send(self, url: str, headers: Mapping[str, str]) -> Answer:
        if self._instead is not None:
            self._instead(url)
        client = self._opened()
        deadlines.check()
        return client.get(url, headers)

    def _finds_other_credentials(self, url: str, refused: str | None) -> bool:
        """Whether a keyring has credentials that have not been refused."""
        found = self._credentials.look_up(url) and self._credentials.header_for(url)
        return bool(found) and found != refused

    @staticmethod
    def _redirected(url: str, location: str) -> str:
        try:
            target = split_credentials(urljoin(url, location))[0]
            origin_of(target)
        except ValueError as error:
            raise FetchFailed("it redirects to a malformed URL") from error
        if not target.startswith(("https://", "http://")):
            raise FetchFailed("it redirects to something other than http")
        return target

    def _opened(self) -> Client:
        """The calling thread's own client: in a shared one, threads wait for each other."""
        with self._lock:
            if self._closing.is_set():
                raise FetchFailed("the run is ending")
            if self._own.client is None:
                self.prepare()
                assert self._connections is not None
                self._own.client = self._connections.client()
                self._clients.append(self._own.client)
            return self._own.client


class _Own(threading.local):
    client: Client | None = None


def _accepted(response: Answer) -> Answer:
    status = response.status_code
    if status < 400 and status not in _REDIRECTS:  # noqa: PLR2004 (RFC 9110: client errors)
        return response
    response.close()
    raise status_failure(status, response.headers.get("retry-after"))


def _delay(number: int, retry_after: float | None) -> float:
    """Exponential backoff with full jitter, and never less than the server asks for."""
    jittered = FIRST_DELAY * 2.0 ** (number - 1) * (0.5 + random.random())  # noqa: S311 (no secret)
    return max(jittered, retry_after or 0.0)
