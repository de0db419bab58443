"""URLs without their secrets, and file names out of URLs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

__all__ = ["filename_of", "fragment_hashes", "local_path", "origin_of", "split_credentials"]


def split_credentials(url: str) -> tuple[str, tuple[str, str] | None]:
    """The URL as it may be shown and stored, and its user name and password, if it has any."""
    if "@" not in url:
        return url, None
    try:
        parts = urlsplit(url)
        _ = parts.port  # a slash within a password makes the host end early, at no valid port
    except ValueError:  # malformed: whatever may be a secret is left out, the rest cannot be asked
        scheme, mark, rest = url.partition("://")
        return f"{scheme}{mark}{rest.rpartition('@')[2]}", None
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = userinfo.partition(":")
    clean = urlunsplit(parts._replace(netloc=host))
    return clean, (unquote(user), unquote(password))


def origin_of(url: str) -> tuple[str, str]:
    """Scheme and host with port: what a connection goes to. Raises ValueError where malformed."""
    parts = urlsplit(url)
    _ = parts.port  # is parsed only when it is read
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def filename_of(url: str) -> str:
    """The last part of a URL's path, unquoted: ``%2B`` in it is the ``+`` of a local version."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def fragment_hashes(fragment: str) -> dict[str, str]:
    """Hashes in a URL's fragment (PEP 503): ``sha256=…``, possibly beside other keys."""
    pairs = (item.partition("=") for item in fragment.split("&"))
    return {
        name: digest.lower()
        for name, _, digest in pairs
        if name in {"sha256", "sha384", "sha512", "sha224", "sha1", "md5"} and digest
    }


def local_path(url: str) -> Path | None:
    """The path of a file: URL on this machine, None for any other URL."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        return None
    from urllib.request import url2pathname  # it brings the network along

    return Path(url2pathname(parts.path))
