"""Connections to indexes, for all of which a host is looked up once.

By itself each connection looks its host up again, and fifty such questions at once are more than
the resolvers of many containers take: each lost question costs five seconds (`timeout` in
resolv.conf(5)), while uv and pip ask a few times.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock
from urllib.request import getproxies

import httpcore
import httpx

__all__ = ["Addresses", "Connections"]

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0


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

    def client(self) -> httpx.Client:
        """A client with connections of its own."""
        return httpx.Client(
            headers={"User-Agent": self._agent},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            verify=self._certificates,
            transport=None if getproxies() else self._direct(self._certificates),
            mounts={f"all://{host}": self._direct(self._any_certificate) for host in self._trusted},
        )

    def _direct(self, certificates: ssl.SSLContext) -> _Direct:
        return _Direct(certificates, _Backend(self._addresses))


class _Direct(httpx.HTTPTransport):
    """httpx's own transport, without a proxy, with a backend to connect by."""

    def __init__(self, certificates: ssl.SSLContext, backend: httpcore.NetworkBackend) -> None:
        super().__init__(verify=certificates)
        self._pool = httpcore.ConnectionPool(ssl_context=certificates, network_backend=backend)


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
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
        return super().connect_tcp(last, port, timeout, local_address, socket_options)
