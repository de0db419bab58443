"""Connections to indexes, for all of which a host is looked up once.

By itself each connection looks its host up again, and fifty such questions at once are more than
the resolvers of many containers take: each lost question costs five seconds (`timeout` in
resolv.conf(5)), while uv and pip ask a few times.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Protocol
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from wheelcheck.index.network.deadlines import current
from wheelcheck.redaction import redact

__all__ = ["Addresses", "Answer", "Client", "Connections", "ProxyUnusable"]

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
_MOMENT = 0.01
_PORTS = {b"http": 80, b"https": 443}


class Addresses:
    """The addresses of hosts. May be used by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, host: str) -> tuple[str, ...]:
        """All addresses of a host in the order of preference. Raises OSError where it has none."""
        with self._lock:  # other threads wait for the same answer
            if host not in self._known:
                found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
                self._known[host] = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
            return self._known[host]


class Connections:
    """Opens clients that share certificates and addresses.

    Certificates of `trusted_hosts` are not looked at. `contact` tells the operator of an index how
    to reach the user (RFC 9110, section 10.1.5: a comment in User-Agent). Where the environment
    names a proxy, it is the proxy that looks hosts up.
    """

    def __init__(self, trusted_hosts: Iterable[str], contact: str = "") -> None:
        self._trusted = tuple(trusted_hosts)
        self._agent = f"wheelcheck ({contact})" if contact else "wheelcheck"
        self._certificates = httpx.create_ssl_context()  # takes longer than all the rest
        self._any_certificate = httpx.create_ssl_context(verify=False)
        self._addresses = Addresses()

    def client(self) -> Client:
        """A client with connections of its own."""
        return Client(
            self._agent,
            _Routed(self._direct(self._certificates), self._certificates, self._backend),
            {httpx.URL(f"//{host}"): self._direct(self._any_certificate) for host in self._trusted},
        )

    @property
    def _backend(self) -> _Backend:
        return _Backend(self._addresses)

    def _direct(self, certificates: ssl.SSLContext) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(ssl_context=certificates, network_backend=self._backend)


class Answer:
    """The beginning of an answer; `headers` are named in small letters. Close it."""

    def __init__(self, response: httpcore.Response) -> None:
        self.status_code = response.status
        self.headers: dict[str, str] = {}
        for name, value in response.headers:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            before = self.headers.get(key)
            self.headers[key] = text if before is None else f"{before}, {text}"
        assert isinstance(response.stream, Iterable)
        self._stream = response.stream

    def iter_raw(self) -> Iterator[bytes]:
        """What follows, as it comes, once. Raises httpx.TransportError."""
        try:
            yield from self._stream
        except _FAILURES as error:
            raise _of_httpx(error) from error

    def close(self) -> None:
        """Let go of the connection."""
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class _Sender(Protocol):
    """What sends a request: a pool of httpcore, by whatever way."""

    def handle_request(self, request: httpcore.Request) -> httpcore.Response: ...

    def close(self) -> None: ...


class Client:
    """Sends single requests by httpcore, as uv does without cookies.

    httpx takes as long again to parse URLs, to look for cookies, redirects and ways to
    authenticate, and to put headers from one form into another. `trusted` are the pools of some
    hosts, with or without a port; close it.
    """

    def __init__(self, agent: str, pool: _Sender, trusted: Mapping[httpx.URL, _Sender]) -> None:
        self._headers = {
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "keep-alive",
            "User-Agent": agent,
        }
        self._pool = pool
        self._trusted = trusted
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._extensions = {"timeout": timeout.as_dict()}

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """The beginning of an answer, whose stream the caller reads and closes.

        Raises httpx.TransportError, httpx.InvalidURL.
        """
        address, host = _address(url)
        sent = [(b"Host", host)]
        for name, value in {**self._headers, **headers}.items():
            sent.append((name.encode("ascii"), value.encode("ascii")))
        request = httpcore.Request("GET", address, headers=sent, extensions=self._extensions)
        try:
            return Answer(self._pool_to(address).handle_request(request))
        except _FAILURES as error:
            raise _of_httpx(error) from error

    def _pool_to(self, url: httpcore.URL) -> _Sender:
        port = url.port or _PORTS.get(url.scheme)
        for place, pool in self._trusted.items():
            if url.host == place.raw_host and place.port in {None, port}:
                return pool
        return self._pool

    def close(self) -> None:
        """Close all connections."""
        for pool in (self._pool, *self._trusted.values()):
            pool.close()


_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


def _of_httpx(error: Exception) -> httpx.TransportError:
    """The error by which httpx reports one of httpcore: it has the same name."""
    found: httpx.TransportError = getattr(httpx, type(error).__name__)(str(error))
    return found


_PLAIN_URL = re.compile(
    r"(https?://[^/?#@\s]{1,300})(/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}){0,2000})", re.ASCII
)
"""A URL of whose path nothing is to be encoded."""


def _address(url: str) -> tuple[httpcore.URL, bytes]:
    """A URL in the form in which it is sent, and what `Host` says. Raises httpx.InvalidURL."""
    plain = _PLAIN_URL.fullmatch(url)
    if plain is None or "/." in plain[2]:  # perhaps the folder above
        parsed = httpx.URL(url)
        target = parsed.raw_path
    else:
        parsed, target = _origin(plain[1]), plain[2].encode("ascii")
    scheme, host, port = parsed.raw_scheme, parsed.raw_host, parsed.port
    return httpcore.URL(scheme=scheme, host=host, port=port, target=target), parsed.netloc


@lru_cache(maxsize=1024)
def _origin(url: str) -> httpx.URL:
    """Scheme, host and port: the same for most files."""
    return httpx.URL(url)


class ProxyUnusable(httpx.ProxyError):
    """The proxy that the environment names cannot be used; the text says why."""


class _Proxied(httpx.HTTPTransport):
    """httpx's own way through a proxy, with a backend to connect by."""

    def __init__(
        self, certificates: ssl.SSLContext, backend: httpcore.NetworkBackend, proxy: str
    ) -> None:
        super().__init__(verify=certificates, proxy=proxy)
        self._pool._network_backend = backend  # noqa: SLF001 (no argument of httpx leads there)

    @property
    def pool(self) -> httpcore.ConnectionPool:
        """What it sends by."""
        return self._pool


class _Routed:
    """Through the proxy that the environment names for a host, or directly (`no_proxy`)."""

    def __init__(
        self,
        direct: httpcore.ConnectionPool,
        certificates: ssl.SSLContext,
        backend: httpcore.NetworkBackend,
    ) -> None:
        self._direct = direct
        self._certificates = certificates
        self._backend = backend
        self._proxies = getproxies()
        self._known: dict[str, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request on its way."""
        scheme = request.url.scheme.decode("ascii")
        proxy = self._proxies.get(scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass(dict(request.headers)[b"Host"].decode("ascii")):
            return self._direct.handle_request(request)
        if proxy not in self._known:
            self._known[proxy] = self._through(proxy)
        return self._known[proxy].handle_request(request)

    def _through(self, proxy: str) -> httpcore.ConnectionPool:
        url = proxy if "://" in proxy else f"http://{proxy}"
        try:
            return _Proxied(self._certificates, self._backend, url).pool
        except ImportError:
            why = "needs the package socksio: pip install 'httpx[socks]'"
        except (httpx.InvalidURL, ValueError):
            why = "is none that can be used"
        raise ProxyUnusable(f"the proxy {redact(url)}, which the environment names, {why}")

    def close(self) -> None:
        """Close all connections."""
        for pool in (self._direct, *self._known.values()):
            pool.close()


class _TimedStream(httpcore.NetworkStream):
    """A connection whose reads end with the deadline of the thread that reads."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what there is. Raises OutOfTime."""
        deadline = current()
        if deadline is None:
            return self._stream.read(max_bytes, timeout)
        deadline.check()
        longest = min(timeout or READ_SECONDS, deadline.left)
        try:
            data = self._stream.read(max_bytes, max(longest, _MOMENT))
        except httpcore.ReadTimeout:
            deadline.check()
            raise
        deadline.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same, encrypted."""
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers, as `socket.create_connection` does."""
        try:
            *others, last = self._addresses.of(host)
        except (OSError, UnicodeError) as error:  # UnicodeError: labels that no host has
            raise httpcore.ConnectError(str(error)) from error
        deadline = current()
        if deadline is not None:
            deadline.check()
            timeout = min(timeout or CONNECT_SECONDS, deadline.left)
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(address, port, timeout, local_address, socket_options)
        return self._connected(last, port, timeout, local_address, socket_options)

    def _connected(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        try:
            stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
        except (OverflowError, ValueError) as error:  # a port that no host has
            raise httpcore.ConnectError(str(error)) from error
        return _TimedStream(stream)
