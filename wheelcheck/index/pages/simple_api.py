"""The Simple repository API: JSON and HTML pages → `IndexPage`.

Sources: PEP 503 (HTML), 592 (yanked), 629 (API version), 658 and 714 (core metadata), 691 (JSON),
700 (size, upload-time), 792 (status). An entry that cannot be read becomes an unusable file; only a
page that cannot be read as a whole is a `MalformedPage`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

import msgspec
from packaging.utils import NormalizedName

from wheelcheck.index.interface import MALFORMED_ENTRY, MALFORMED_URL, ProjectStatus
from wheelcheck.index.network.deadlines import check
from wheelcheck.index.network.urls import (
    filename_of,
    fragment_hashes,
    origin_of,
    split_credentials,
)
from wheelcheck.index.pages.index_page import IndexPage, Row, make_page

__all__ = [
    "ACCEPT",
    "MalformedPage",
    "html_rows",
    "parse_html",
    "parse_json",
    "parse_page",
]

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
"""The same preferences as pip states them (PEP 691)."""

MAX_HTML_BYTES = 32 << 20
HTML_SECONDS = 1.0
HTML_CHARACTERS_PER_SECOND = 1_000_000
"""The time that parsing a page may take grows with its length: honest pages take a fifth."""
_NO_SIZE = 1 << 53
_PIECE = 32 << 10
_LONGEST_PIECE = 128 << 10
_UNSET = msgspec.UNSET
_FROM_THE_NETWORK = ("https://", "http://")
_PLAIN_PATH = re.compile(r"((?!//)(?:[\w.%+~!-]*/)*)([\w%+~!-][\w.%+~!-]*)", re.ASCII)
"""A relative URL that is a path and nothing else: its folder and its last part."""


_ORDINARY = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?:/[^#@\[\]\s\\]*)?", re.ASCII)
"""A URL in which nothing has to be looked for: neither credentials nor a fragment."""


class MalformedPage(ValueError):  # noqa: N818 (named for what it is)
    """A page that is no page of the Simple API version 1; the message says why."""


class _Status(msgspec.Struct):
    status: str = ""
    reason: str | None = None


class _Meta(msgspec.Struct, rename="kebab"):
    api_version: str = "1.0"
    project_status: str | _Status | None = None
    project_status_reason: str | None = None


class _File(msgspec.Struct, rename="kebab", gc=False):
    filename: str
    url: str
    hashes: dict[str, str] = {}
    size: int | None = None
    upload_time: str | None = None
    requires_python: str | None = None
    yanked: bool | str | None = False
    core_metadata: bool | dict[str, str] | msgspec.UnsetType | None = _UNSET
    dist_info_metadata: bool | dict[str, str] | msgspec.UnsetType | None = _UNSET


class _JsonPage(_Meta, rename="kebab"):
    files: list[_File] = []
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _LoosePage(_Meta, rename="kebab"):
    files: list[Any] = []
    meta: _Meta = msgspec.field(default_factory=_Meta)


_decode = msgspec.json.Decoder(_JsonPage).decode
_decode_loosely = msgspec.json.Decoder(_LoosePage).decode


def parse_page(
    body: bytes, content_type: str, *, name: NormalizedName, url: str, origin: str
) -> IndexPage:
    """Read a page by its content type. `url` is where it was found after redirects."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return parse_json(body, name=name, url=url, origin=origin)
    if kind in {"text/html", "application/vnd.pypi.simple.v1+html"}:
        return parse_html(body, name=name, url=url, origin=origin)
    raise MalformedPage(f"its content type is {kind or 'missing'}")


def parse_json(body: bytes, *, name: NormalizedName, url: str, origin: str) -> IndexPage:
    """Read a JSON page (PEP 691); fields of later versions and of others are not looked at."""
    unreadable: list[tuple[str, str]] = []
    page: _JsonPage | _LoosePage
    try:
        page = _decode(body)
        files: Iterable[_File] = page.files
    except (msgspec.ValidationError, RecursionError):  # one odd entry must not hide the others
        page = _try_loosely(body)
        files = list(_readable(page.files, unreadable))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPage(f"it is not valid JSON ({error})") from error
    _check_version(page.meta.api_version)
    status, reason = _status(page)
    return make_page(
        name,
        origin,
        list(_rows(files, url, unreadable)),
        status=status,
        status_reason=reason,
        unreadable=unreadable,
    )


def _try_loosely(body: bytes) -> _LoosePage:
    try:
        return _decode_loosely(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedPage(f"it is no page of the Simple API ({error})") from error


def _readable(entries: Iterable[Any], unreadable: list[tuple[str, str]]) -> Iterator[_File]:
    """The entries that have the types the API promises; the others go to `unreadable`."""
    for entry in entries:
        try:
            yield msgspec.convert(entry, _File)
        except msgspec.ValidationError as error:
            filename = entry.get("filename") if isinstance(entry, dict) else None
            unreadable.append((str(filename or "?"), f"{MALFORMED_ENTRY}: {error}"))


def _check_version(text: str) -> None:
    """PEP 629: a client must not read a page with a major version it does not know."""
    if text.partition(".")[0] != "1":
        raise MalformedPage(f"it speaks version {text} of the Simple API, not 1")


def _status(page: _Meta) -> tuple[ProjectStatus, str]:
    """PEP 792 in all shapes: an object or a string, at the top level (its text) or under `meta`."""
    for place in (page, getattr(page, "meta", _Meta())):
        status = place.project_status
        if isinstance(status, _Status):
            return _known_status(status.status), status.reason or ""
        if status:
            return _known_status(status), place.project_status_reason or ""
    return ProjectStatus.ACTIVE, ""


def _known_status(text: str) -> ProjectStatus:
    """A status of a later specification says nothing to us: the project's files are judged."""
    return ProjectStatus(text) if text in set(ProjectStatus) else ProjectStatus.ACTIVE


def _rows(
    files: Iterable[_File], page_url: str, unreadable: list[tuple[str, str]]
) -> Iterator[Row]:
    folders: dict[str, str] = {}  # relative URLs of a page share few
    for file in files:
        try:
            yield _row(file, page_url, folders)
        except ValueError:
            unreadable.append((file.filename, MALFORMED_URL))


def _absolute(page_url: str, url: str) -> str:
    """Raises ValueError where it is malformed, or where a page from the network names a file."""
    return _followed(page_url, split_credentials(urldefrag(urljoin(page_url, url)).url)[0])


def _followed(page_url: str, url: str) -> str:
    if not url.lower().startswith(_FROM_THE_NETWORK) and not page_url.startswith("file:"):
        raise ValueError("neither http nor https")
    origin_of(url)
    return url


def _row(file: _File, page_url: str, folders: dict[str, str]) -> Row:
    url = file.url
    if path := _PLAIN_PATH.fullmatch(url):
        folder, last = path.groups()
        if folder not in folders:
            folders[folder] = _absolute(page_url, f"{folder}-")[:-1]
        url = folders[folder] + last
    elif not _ORDINARY.fullmatch(url):
        url = _absolute(page_url, url)
    yanked = file.yanked
    size = file.size if file.size is not None and 0 <= file.size < _NO_SIZE else None
    return Row(
        file.filename,
        url,
        file.hashes,
        size,
        file.upload_time,
        file.requires_python,
        yanked if isinstance(yanked, str) else "" if yanked else None,
        _first_value(file.core_metadata, file.dist_info_metadata),
    )


def _first_value(
    *values: bool | dict[str, str] | msgspec.UnsetType | None,
) -> bool | dict[str, str]:
    """PEP 714: the new key wins wherever it is present, also when it says false."""
    for value in values:
        if value is not None and value is not _UNSET:
            return value
    return False


def parse_html(body: bytes, *, name: NormalizedName, url: str, origin: str) -> IndexPage:
    """Read an HTML page (PEP 503)."""
    parser = _parsed(body)
    if not parser.is_page:
        raise MalformedPage("it is not an HTML page")
    if version := parser.meta.get("pypi:repository-version"):
        _check_version(version)
    unreadable: list[tuple[str, str]] = []
    rows = list(_anchor_rows(parser, url, unreadable))
    return make_page(
        name,
        origin,
        rows,
        unreadable=unreadable,
        status=_known_status(parser.meta.get("pypi:project-status", "")),
        status_reason=parser.meta.get("pypi:project-status-reason", ""),
    )


def html_rows(body: bytes, url: str) -> list[Row]:
    """All links of a flat page (--find-links), of whatever projects."""
    return list(_anchor_rows(_parsed(body), url, []))


def _parsed(body: bytes) -> _Anchors:
    """Parse HTML piece by piece.

    Python's parser takes quadratic time over some pages that are cut or malformed (CPython issues
    135462, 140875): so a piece that does not end is limited, and time is.
    """
    if len(body) > MAX_HTML_BYTES:
        raise MalformedPage(f"it has more than {MAX_HTML_BYTES:,} bytes")
    parser = _Anchors()
    text = body.decode("utf-8", errors="replace")
    latest = time.thread_time() + HTML_SECONDS + len(text) / HTML_CHARACTERS_PER_SECOND
    for place in range(0, len(text), _PIECE):
        try:
            parser.feed(text[place : place + _PIECE])
        except AssertionError as error:  # how Python's parser refuses some declarations
            raise MalformedPage("its HTML cannot be parsed") from error
        if len(parser.rawdata) > _LONGEST_PIECE:
            raise MalformedPage(f"it has a tag of more than {_LONGEST_PIECE:,} characters")
        if time.thread_time() > latest:
            raise MalformedPage("it takes too long to parse")
        check()
    parser.close()
    return parser


class _Anchors(HTMLParser):
    """Collects what PEP 503 and its successors put into a page: `base`, `meta` and `a`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base: str | None = None
        self.meta: dict[str, str] = {}
        self.anchors: list[dict[str, str | None]] = []
        self.is_page = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(reversed(attrs))  # of a repeated attribute the first one counts (HTML)
        if tag in {"html", "head", "body", "a", "title"}:
            self.is_page = True
        if tag == "a" and found.get("href"):
            self.anchors.append(found)
        elif tag == "meta" and found.get("name"):
            self.meta[str(found["name"]).lower()] = found.get("content") or ""
        elif tag == "base" and self.base is None:
            self.base = found.get("href")

    def handle_decl(self, decl: str) -> None:
        if decl.lower().startswith("doctype html"):
            self.is_page = True


def _anchor_rows(parser: _Anchors, url: str, unreadable: list[tuple[str, str]]) -> Iterator[Row]:
    try:
        base = urljoin(url, parser.base or "")
    except ValueError:  # as if there were none: what is relative is then looked for beside the page
        base = url
        unreadable.append(("<base href>", MALFORMED_URL))
    for anchor in parser.anchors:
        link = str(anchor["href"]).strip()
        try:
            target, fragment = urldefrag(urljoin(base, link))
            filename = filename_of(target)
            target = _followed(url, split_credentials(target)[0])
        except ValueError:  # a malformed host: no installer could fetch it either
            last = link.partition("#")[0].rpartition("/")[2]
            if last.endswith((".whl", ".tar.gz", ".zip")):
                unreadable.append((last, MALFORMED_URL))
            continue
        if not filename:
            continue
        yanked = anchor.get("data-yanked") or "" if "data-yanked" in anchor else None
        yield Row(
            filename,
            target,
            fragment_hashes(fragment),
            requires_python=anchor.get("data-requires-python"),
            yanked=yanked,
            metadata=_html_metadata(anchor),
        )


def _html_metadata(anchor: dict[str, str | None]) -> bool | dict[str, str]:
    """``true`` or ``<algorithm>=<digest>``; the attribute of PEP 714 wins where it is present."""
    for key in ("data-core-metadata", "data-dist-info-metadata"):
        if key in anchor:
            value = anchor[key] or ""
            return fragment_hashes(value) or value.lower() == "true"
    return False
