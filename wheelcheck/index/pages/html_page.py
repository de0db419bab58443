"""Pages of an index, and flat lists of links, as HTML (PEP 503)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from packaging.utils import NormalizedName

from wheelcheck.index.interface import MALFORMED_URL
from wheelcheck.index.network.deadlines import check
from wheelcheck.index.network.urls import filename_of, fragment_hashes, split_credentials
from wheelcheck.index.pages.index_page import IndexPage, Row, make_page
from wheelcheck.index.pages.page_rules import MalformedPage, check_version, followed, known_status

__all__ = ["html_rows", "parse_html"]

MAX_HTML_BYTES = 32 << 20
HTML_SECONDS = 1.0
HTML_CHARACTERS_PER_SECOND = 1_000_000
"""The time that parsing a page may take grows with its length: honest pages take a fifth."""
_PIECE = 32 << 10
_LONGEST_PIECE = 128 << 10


def parse_html(body: bytes, *, name: NormalizedName, url: str, origin: str) -> IndexPage:
    """Read an HTML page (PEP 503)."""
    parser = _parsed(body)
    if not parser.is_page:
        raise MalformedPage("it is not an HTML page")
    if version := parser.meta.get("pypi:repository-version"):
        check_version(version)
    unreadable: list[tuple[str, str]] = []
    rows = list(_anchor_rows(parser, url, unreadable))
    return make_page(
        name,
        origin,
        rows,
        unreadable=unreadable,
        status=known_status(parser.meta.get("pypi:project-status", "")),
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
            target = followed(url, split_credentials(target)[0])
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
