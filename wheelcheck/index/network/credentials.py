"""Names and passwords: kept apart from URLs, and given to their own host alone."""

from __future__ import annotations

import base64
import hashlib
import netrc
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from wheelcheck.index.network.urls import split_credentials
from wheelcheck.regular_files import is_regular

__all__ = ["Credentials"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Credentials:
    """What the user's URLs, netrc and keyring say about each host.

    Those of a URL belong to its scheme, host and port; those of netrc to the host. The `default`
    entry of a netrc file is not used: it would go to hosts that the user never named. The keyring
    is queried for hosts of the user's indexes that refuse a request, unless PIP_KEYRING_PROVIDER is
    ``disabled``.
    """

    def __init__(self, environ: Mapping[str, str], warn: Callable[[str], None]) -> None:
        self._document: dict[tuple[str, str, int | None], tuple[str, str]] = {}
        self._netrc = _read_netrc(environ, warn)
        self._asks_keyring = environ.get("PIP_KEYRING_PROVIDER") != "disabled"
        self._refused: set[tuple[str, str, int | None]] = set()
        self._from_keyring: set[tuple[str, str, int | None]] = set()
        self._lock = threading.Lock()
        self._fingerprints: dict[str, str] = {}

    def __repr__(self) -> str:
        return "<Credentials>"

    def take_from(self, url: str) -> str:
        """Keep a URL's credentials here and return the URL without them."""
        clean, found = split_credentials(url)
        if found is not None:
            with suppress(ValueError):  # a malformed port: the request will say so
                self._document[_origin(clean)] = found
        return clean

    def ask_no_keyring(self) -> None:
        """Have only those of URLs and netrc."""
        self._asks_keyring = False

    def look_up(self, url: str) -> bool:
        """Ask the keyring for a host that wants other credentials, once; whether there are any."""
        origin = _origin(url)
        with self._lock:
            if origin in self._refused:
                return origin in self._document and origin in self._from_keyring
            self._refused.add(origin)
            if not self._asks_keyring:
                return False
            from wheelcheck.index.network.keyrings import from_keyring

            found = from_keyring(url, self._document.get(origin, ("", ""))[0])
            if found is None:
                return False
            self._document[origin] = found
            self._from_keyring.add(origin)
            return True

    def fingerprint_for(self, url: str) -> str:
        """What differs with the credentials for a URL, "" without any; it does not tell them."""
        try:
            header = self.header_for(url)
        except ValueError:  # the request will say so
            header = None
        if header is None:
            return ""
        if header not in self._fingerprints:
            found = hashlib.scrypt(
                header.encode(), salt=b"wheelcheck", n=1 << 12, r=8, p=1, dklen=16
            )
            self._fingerprints[header] = found.hex()
        return self._fingerprints[header]

    def header_for(self, url: str) -> str | None:
        """The Authorization header for a request to `url`, if there is one for its host."""
        origin = _origin(url)
        found = self._document.get(origin)
        if found is None and self._netrc is not None and origin[1] in self._netrc.hosts:
            login, _, password = self._netrc.hosts[origin[1]]
            found = (login or "", password or "")
        if found is None:
            return None
        return "Basic " + base64.b64encode(":".join(found).encode()).decode("ascii")


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _read_netrc(environ: Mapping[str, str], warn: Callable[[str], None]) -> netrc.netrc | None:
    """The file that NETRC names, else ~/.netrc or ~/_netrc, as curl and requests look for it."""
    home = Path(environ["HOME"]) if environ.get("HOME") else None
    places = [Path(environ["NETRC"])] if environ.get("NETRC") else []
    places += [home / ".netrc", home / "_netrc"] if home and not places else []
    path = next((place for place in places if is_regular(place)), None)
    if path is None:
        return None
    try:
        return netrc.netrc(path)
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        warn("the netrc file cannot be read; no credentials are taken from it")
        return None
