"""Connections to indexes, for all of which a host is looked up once.

By itself each connection looks its host up again, and fifty such questions at once are more than
the resolvers of many containers take: each lost question costs five seconds (`timeout` in
resolv.conf(5)), while uv and pip ask a few times.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from threading import Lock
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from wheelcheck.index.network.deadlines import current
from wheelcheck.redaction import redact

__all__ = ["Addresses", "Client", "Connections", "ProxyUnusable"]

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
_MOMENT = 0.01
_PORTS = {"http": 80, "https": 443}


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

    def _direct(self, certificates: ssl.SSLContext) -> _Direct:
        return _Direct(certificates, self._backend)


class Client:
    """Sends single requests through transports of httpx, as uv does without cookies.

    Its own client takes as long again to look for cookies, redirects and ways to authenticate.
    `trusted` are the transports of some hosts, with or without a port; close it.
    """

    def __init__(
        self,
        agent: str,
        transport: httpx.BaseTransport,
        trusted: Mapping[httpx.URL, httpx.BaseTransport],
    ) -> None:
        self._headers = {
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "keep-alive",
            "User-Agent": agent,
        }
        self._transport = transport
        self._trusted = trusted
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._extensions = {"timeout": timeout.as_dict()}

    def get(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """The beginning of an answer, whose stream the caller reads and closes."""
        request = httpx.Request(
            "GET", url, headers={**self._headers, **headers}, extensions=self._extensions
        )
        return self._transport_to(request.url).handle_request(request)

    def _transport_to(self, url: httpx.URL) -> httpx.BaseTransport:
        port = url.port or _PORTS.get(url.scheme)
        for place, transport in self._trusted.items():
            if url.host == place.host and place.port in {None, port}:
                return transport
        return self._transport

    def close(self) -> None:
        """Close all connections."""
        for transport in (self._transport, *self._trusted.values()):
            transport.close()


class ProxyUnusable(httpx.ProxyError):
    """The proxy that the environment names cannot be used; the text says why."""


class _Direct(httpx.HTTPTransport):
    """httpx's own transport, with a backend to connect by."""

    def __init__(
        self,
        certificates: ssl.SSLContext,
        backend: httpcore.NetworkBackend,
        proxy: str | None = None,
    ) -> None:
        super().__init__(verify=certificates, proxy=proxy)
        if proxy is None:
            self._pool = httpcore.ConnectionPool(ssl_context=certificates, network_backend=backend)
        else:
            self._pool._network_backend = backend  # noqa: SLF001 (no argument of httpx leads there)


class _Routed(httpx.BaseTransport):
    """Through the proxy that the environment names for a host, or directly (`no_proxy`)."""

    def __init__(
        self, direct: httpx.BaseTransport, certificates: ssl.SSLContext, backend: _Backend
    ) -> None:
        self._direct = direct
        self._certificates = certificates
        self._backend = backend
        self._proxies = getproxies()
        self._known: dict[str, httpx.BaseTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on its way."""
        url = request.url
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass(url.netloc.decode("ascii").rpartition("@")[2]):
            return self._direct.handle_request(request)
        if proxy not in self._known:
            self._known[proxy] = self._through(proxy)
        return self._known[proxy].handle_request(request)

    def _through(self, proxy: str) -> httpx.BaseTransport:
        url = proxy if "://" in proxy else f"http://{proxy}"
        try:
            return _Direct(self._certificates, self._backend, url)
        except ImportError:
            why = "needs the package socksio: pip install 'httpx[socks]'"
        except (httpx.InvalidURL, ValueError):
            why = "is none that can be used"
        raise ProxyUnusable(f"the proxy {redact(url)}, which the environment names, {why}")

    def close(self) -> None:
        """Close all connections."""
        for transport in (self._direct, *self._known.values()):
            transport.close()


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
