"""Where files are listed: Simple API indexes, and flat lists of links (--find-links).

Each source answers for one project with an `IndexPage`, with None where it does not have the
project, or with an `Unknown`; the codes are ``index-forbidden``, ``index-malformed``,
``index-error`` and ``offline``. Only a host that does not answer at all raises `IndexUnreachable`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar

from packaging.utils import InvalidSdistFilename, NormalizedName, parse_sdist_filename

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import MAX_PAGE_BYTES, Reply
from wheelcheck.index.network.urls import local_path
from wheelcheck.index.pages.filenames import BadName, version_of
from wheelcheck.index.pages.index_page import IndexPage, Row, make_page
from wheelcheck.index.pages.page_rules import MalformedPage
from wheelcheck.index.pages.simple_api import parse_page
from wheelcheck.index.pages.stored_pages import NotCached, StoredPages
from wheelcheck.redaction import redact
from wheelcheck.regular_files import is_folder, is_regular, read_regular
from wheelcheck.requirements.requirement_set import UNKNOWN_INDEX

__all__ = ["FlatLinks", "LocalIndex", "SimpleIndex", "Source", "UnknownIndex", "open_source"]

_T = TypeVar("_T")


class Source(Protocol):
    """A place that lists files."""

    def page(self, name: NormalizedName) -> IndexPage | Unknown | None:
        """The files of one project."""

    def is_recent(self, name: NormalizedName) -> bool:
        """Whether the cache has what it said of a project some minutes ago."""

    def is_stored(self, name: NormalizedName) -> bool:
        """Whether the cache has what it says of a project, as this run has read it."""


def open_source(
    place: str,
    pages: StoredPages,
    credentials: Credentials,
    *,
    flat: bool,
    spelled: str | None = None,
) -> Source:
    """The source at a URL or, for flat lists, a path; a URL's credentials go to `credentials`.

    `spelled` is how the user wrote it, where variables were expanded in it.
    """
    if place.startswith(UNKNOWN_INDEX):
        return UnknownIndex(place.removeprefix(UNKNOWN_INDEX))
    url = credentials.take_from(place)
    shown = redact(url) if spelled is None else spelled
    path = local_path(url) if url.startswith("file:") else None
    if "://" not in url and not url.startswith("file:"):
        path = Path(url).expanduser()
    if path is not None:
        pages.pages_used.not_cacheable()
    if flat:
        return FlatLinks(url, path, pages, shown)
    return SimpleIndex(url, pages, shown) if path is None else LocalIndex(shown, path)


class SimpleIndex:
    """An index that speaks the Simple API over HTTP; `shown` is its URL without secrets."""

    def __init__(self, url: str, pages: StoredPages, shown: str = "") -> None:
        self._url = url
        self._pages = pages
        self._shown = shown or url

    def page(self, name: NormalizedName) -> IndexPage | Unknown | None:
        """The files of one project."""

        def read(reply: Reply) -> IndexPage:
            kind = reply.headers.get("content-type", "")
            return parse_page(reply.body, kind, name=name, url=reply.url, origin=self._shown)

        url = self._page_url(name)
        private = self._shown != self._url
        return _page_or_unknown(
            self._shown, lambda: self._pages.get(url, IndexPage, read, private=private), name
        )

    def is_recent(self, name: NormalizedName) -> bool:
        """Whether the cache has what it said of a project some minutes ago."""
        return self._pages.is_recent(self._page_url(name))

    def is_stored(self, name: NormalizedName) -> bool:
        """Whether the cache has what it says of a project, as this run has read it."""
        return self._pages.is_stored(self._page_url(name))

    def _page_url(self, name: NormalizedName) -> str:
        return f"{self._url.rstrip('/')}/{name}/"


class UnknownIndex:
    """An index whose URL is not known; `given_by` is the variable or option that has it."""

    def __init__(self, given_by: str) -> None:
        self._given_by = given_by

    def page(self, _: NormalizedName) -> Unknown:
        """Why it is not known whether the index has the project."""
        why = f"the index that {self._given_by} names is not known here"
        return Unknown("index-error", f"{why}; --build-arg can give it")

    def is_recent(self, _: NormalizedName) -> bool:
        """Always: nothing need be fetched for a project."""
        return True

    def is_stored(self, _: NormalizedName) -> bool:
        """Always: there is nothing to fetch."""
        return True


class LocalIndex:
    """An index laid out in folders, each with an index.html (``--index-url file:///…``)."""

    def __init__(self, url: str, path: Path) -> None:
        self._url = url
        self._path = path

    def is_recent(self, _: NormalizedName) -> bool:
        """Always: nothing need be fetched for a project."""
        return True

    def is_stored(self, _: NormalizedName) -> bool:
        """Never: what is on this machine is read where it lies."""
        return False

    def page(self, name: NormalizedName) -> IndexPage | Unknown | None:
        """The files of one project."""
        page = self._path / name / "index.html"
        try:
            body = read_regular(page, MAX_PAGE_BYTES)
        except FileNotFoundError:
            if is_folder(self._path):
                return None
            return Unknown("index-error", f"the index {self._url} is no URL, and no folder here")
        except OSError as error:
            return Unknown("index-error", f"{self._url} does not tell of {name}: {error.strerror}")
        from wheelcheck.index.pages.html_page import parse_html  # most indexes are elsewhere

        url = page.absolute().as_uri()
        try:
            return parse_html(body, name=name, url=url, origin=self._url)
        except MalformedPage as error:
            return _malformed(self._url, name, error)


class FlatLinks:
    """A folder, a page of links or a single archive, of any projects (pip's --find-links)."""

    def __init__(self, url: str, path: Path | None, pages: StoredPages, shown: str = "") -> None:
        self._url = url
        self._shown = shown or url
        self._path = path
        self._pages = pages
        self._lock = Lock()
        self._links: list[Row] | Unknown | None = None
        self._by_name_alone: list[str] = []

    def is_recent(self, _: NormalizedName) -> bool:
        """Always: nothing need be fetched for a project."""
        return True

    def is_stored(self, _: NormalizedName) -> bool:
        """Never: all links are one list, which is held anyway."""
        return False

    def page(self, name: NormalizedName) -> IndexPage | Unknown | None:
        """Those of the links that are files of one project."""
        with self._lock:
            if self._links is None:
                self._links = self._read()
        if isinstance(self._links, Unknown):
            return self._links
        # a page shortens the URLs of its rows, and these are asked for again
        page = make_page(name, self._shown, map(copy, self._links), foreign=False)
        page.old_names = [each for each in self._by_name_alone if _is_by_old_name(each, name)]
        return page if page.versions or page.unusable else None

    def _read(self) -> list[Row] | Unknown:
        if self._path is not None:
            try:
                links = list(_local_links(self._path))
            except OSError as error:
                return Unknown("index-error", f"{self._shown} cannot be read: {error.strerror}")
            self._by_name_alone = _sdists_by_name_alone(self._path, links)
            return links
        found = _page_or_unknown(
            self._shown,
            lambda: self._pages.get(
                self._url, list[Row], _remote_links, private=self._shown != self._url
            ),
            "its links",
        )
        return Unknown("index-error", f"{self._shown} is not there") if found is None else found


def _page_or_unknown(place: str, fetch: Callable[[], _T], what: str) -> _T | Unknown:
    """The answer, or why `place` has none for this one item."""
    try:
        return fetch()
    except NotCached:
        return Unknown("offline", f"what {place} tells of {what} is not in the cache")
    except MalformedPage as error:
        return _malformed(place, what, error)
    except FetchFailed as failure:
        if failure.unreachable:
            raise IndexUnreachable(place, failure.why) from failure
        code = "index-forbidden" if failure.forbidden else "index-error"
        code = "out-of-time" if failure.out_of_time else code
        return Unknown(code, f"{place} does not tell of {what}: {failure.why}")


def _malformed(place: str, what: str, error: MalformedPage) -> Unknown:
    return Unknown("index-malformed", f"{place} has no readable page of {what}: {error}")


def _remote_links(reply: Reply) -> list[Row]:
    from wheelcheck.index.pages.html_page import html_rows

    return html_rows(reply.body, reply.url)


def _local_links(path: Path) -> Iterable[Row]:
    if is_folder(path):  # pages in it are read too, as pip reads them
        files = [file for file in sorted(path.iterdir()) if is_regular(file)]
        return [row for file in files for row in _local_links(file)]
    if path.suffix.lower() in {".html", ".htm"}:
        from wheelcheck.index.pages.html_page import html_rows

        return html_rows(read_regular(path, MAX_PAGE_BYTES), path.absolute().as_uri())
    if not is_regular(path):
        raise OSError(2, "there is no such file or folder")
    return [_local_row(path)]


def _sdists_by_name_alone(path: Path, links: Iterable[Row]) -> list[str]:
    """The sdists that lie in a folder and that no page in it links to."""
    if not is_folder(path):
        return []
    times = Counter(row.filename for row in links if not row.filename.endswith(".whl"))
    return [name for name, count in times.items() if count == 1 and is_regular(path / name)]


def _is_by_old_name(filename: str, project: NormalizedName) -> bool:
    """Whether a name is that of an sdist of a project, but not by PEP 625."""
    if isinstance(version_of(filename, project), BadName):
        return False
    try:
        return parse_sdist_filename(filename)[0] != project
    except InvalidSdistFilename:
        return True


def _local_row(path: Path) -> Row:
    return Row(path.name, path.absolute().as_uri(), size=path.stat().st_size)
