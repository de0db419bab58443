"""Index pages over HTTP through the cache: fresh pages as they are, others revalidated.

Sources: RFC 9111 (Cache-Control, Age) and RFC 9110 (ETag, Last-Modified). What is stored is not the
page's bytes but what was read from them; bytes that come again are known by their hash and are not
read again, for indexes that give no ETag.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from wheelcheck.index.cache.disk import Cache, cache_key
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http, Reply
from wheelcheck.index.pages.pages_used import PageState, PagesUsed
from wheelcheck.index.pages.simple_api import ACCEPT
from wheelcheck.redaction import has_secret

__all__ = ["NotCached", "StoredPages"]

FRESH_SECONDS = 600.0
"""How long a page is fresh where its index does not say (heuristic freshness, RFC 9111, 4.2.2).

PyPI says as much of its own pages. uv asks such an index again on every run; a check that is ten
minutes old tells no less of what an installer will meet.
"""

_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,9})")
_PARAMETER = re.compile(rb"[?&;][\w.%-]+=")
_MARKS = (b"?", b"&", b";")
"""What a parameter of a URL begins with."""
_T = TypeVar("_T")


class NotCached(Exception):  # noqa: N818 (says what happened)
    """Without the network, and not in the cache."""


class _Stored(msgspec.Struct, array_like=True):
    """`content` is nil where there is no such page; `digest` is that of all it was read from."""

    fresh_seconds: float
    etag: str
    last_modified: str
    content: msgspec.Raw
    digest: bytes = b""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Stored).decode


class StoredPages:
    """Pages by URL; `offline` asks nothing but the cache. `pages_used` learns of what was given.

    `fingerprint` gives what differs with the credentials for a URL: nobody gets from the cache what
    an index has given for the password of somebody else.
    """

    def __init__(
        self,
        http: Http,
        cache: Cache,
        pages_used: PagesUsed,
        *,
        offline: bool,
        fingerprint: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._http = http
        self._fingerprint = fingerprint
        self._cache = cache
        self.pages_used = pages_used
        self._offline = offline

    def get(
        self, url: str, kind: type[_T], read: Callable[[Reply], _T], *, private: bool = False
    ) -> _T | None:
        """The page at `url` as `read` understands it; None where there is none (404).

        A `private` page is not stored, nor is one with secrets in it, such as signed URLs.
        Raises FetchFailed, NotCached, and what `read` raises.
        """
        try:
            return self._get(url, kind, read, private=private)
        except (FetchFailed, NotCached):
            self.pages_used.not_cacheable()
            raise

    def _get(
        self, url: str, kind: type[_T], read: Callable[[Reply], _T], *, private: bool
    ) -> _T | None:
        key = self._key(url)
        decoder = msgspec.msgpack.Decoder(kind | None)
        found = self._cache.get_dated("pages", key, _with_content(decoder))
        stored, content, stored_at = (*found[0], found[1]) if found else (None, None, 0)
        if stored is not None and (
            self._is_current(stored, stored_at)
            or self._stored_at(key) == stored_at
            or self._cache.handover.has_page(key)
        ):
            self._note(key, stored, stored_at)
            return content
        if self._offline:
            raise NotCached
        try:
            reply = self._http.get(url, {"Accept": ACCEPT} | _validators(stored))
        except FetchFailed as failure:
            if not failure.not_found:
                raise
            self._store(key, None, {}, b"")
            return None
        if reply.status == 304 and stored is not None:  # noqa: PLR2004 (Not Modified)
            key = self._key(url)  # a keyring may have been asked meanwhile
            self._note(key, stored, self._cache.confirm("pages", key))
            return content
        digest = _digest(reply)
        page = content if stored is not None and stored.digest == digest else read(reply)
        private = private or _has_secrets(reply.body)
        self._store(self._key(url), page, reply.headers, digest, private=private)
        return page

    def is_stored(self, url: str) -> bool:
        """Whether the cache has the page as this run has read it."""
        key = self._key(url)
        stored_at = self._stored_at(key)
        return stored_at > 0 and self._cache.stored_at("pages", key) == stored_at

    def is_recent(self, url: str) -> bool:
        """Whether the cache has a page that the index need hardly be asked for."""
        stored_at = self._cache.stored_at("pages", self._key(url))
        return stored_at is not None and self._cache.is_fresh(stored_at, FRESH_SECONDS)

    def _stored_at(self, key: str) -> int:
        """When the page was stored that this run has read; 0 where it was not."""
        found = self.pages_used.pages.get(key)
        return found.stored_at if found else 0

    def _is_current(self, stored: _Stored, stored_at: int) -> bool:
        return self._offline or self._cache.is_fresh(stored_at, stored.fresh_seconds)

    def _key(self, url: str) -> str:
        return cache_key(url, *filter(None, [self._fingerprint(url)]))

    def _store(
        self,
        key: str,
        page: object,
        headers: Mapping[str, str],
        digest: bytes,
        *,
        private: bool = False,
    ) -> None:
        control = headers.get("cache-control", "").lower()
        stored = _Stored(
            _fresh_seconds(control, headers.get("age", "")),
            headers.get("etag", ""),
            headers.get("last-modified", ""),
            msgspec.Raw(_encode(page)),
            digest,
        )
        data, stored_at = _encode(stored), 0
        if "no-store" in control or private:
            self._cache.handover.add("pages", key, stored_at, data)
        else:
            stored_at = self._cache.put("pages", key, data)
        self._note(key, stored, stored_at)

    def _note(self, key: str, stored: _Stored, stored_at: int) -> None:
        state = PageState(stored.digest.hex(), stored_at, stored.fresh_seconds)
        self.pages_used.pages[key] = state


def _with_content(
    decoder: msgspec.msgpack.Decoder[_T | None],
) -> Callable[[bytes], tuple[_Stored, _T | None]]:
    def decode(data: bytes) -> tuple[_Stored, _T | None]:
        stored = _decode(data)
        return stored, decoder.decode(stored.content)

    return decode


def _digest(reply: Reply) -> bytes:
    """Of everything that a page is read from: its bytes, their type and where they were found."""
    found = hashlib.blake2b(reply.body, digest_size=16)
    found.update(f"\0{reply.headers.get('content-type', '')}\0{reply.url}".encode())
    return found.digest()


def _has_secrets(body: bytes) -> bool:
    if not any(mark in body for mark in _MARKS):  # so it is with most pages
        return False
    return _PARAMETER.search(body) is not None and has_secret(body.decode("utf-8", "replace"))


def _validators(stored: _Stored | None) -> dict[str, str]:
    if stored is None:
        return {}
    headers = {"If-None-Match": stored.etag, "If-Modified-Since": stored.last_modified}
    return {name: value for name, value in headers.items() if value}


def _fresh_seconds(control: str, age: str) -> float:
    if "no-cache" in control:
        return 0.0
    max_age = _MAX_AGE.search(control)
    if max_age is None:
        return FRESH_SECONDS
    return float(max_age[1]) - (float(age) if age.isdecimal() and age.isascii() else 0.0)
