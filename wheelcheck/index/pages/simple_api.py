"""The Simple repository API: its pages, in JSON or as HTML (`html_page`) → `IndexPage`.

Sources: PEP 503 (HTML), 592 (yanked), 629 (API version), 658 and 714 (core metadata), 691 (JSON),
700 (size, upload-time), 792 (status). An entry that cannot be read becomes an unusable file; only a
page that cannot be read as a whole is a `MalformedPage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urldefrag, urljoin

import msgspec
from packaging.utils import NormalizedName

from wheelcheck.index.interface import MALFORMED_ENTRY, MALFORMED_URL, ProjectStatus
from wheelcheck.index.network.urls import split_credentials
from wheelcheck.index.pages.index_page import IndexPage, Row, make_page
from wheelcheck.index.pages.page_rules import MalformedPage, check_version, followed, known_status

__all__ = [
    "ACCEPT",
    "MalformedPage",
    "parse_json",
    "parse_page",
]

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
"""The same preferences as pip states them (PEP 691)."""

_NO_SIZE = 1 << 53
_UNSET = msgspec.UNSET
_PLAIN_NAME = re.compile(r"[\w%+~!-][\w.%+~!-]*", re.ASCII)
"""The last part of such a path."""
_PLAIN_PATH = re.compile(rf"(?!//)(?:[\w.%+~!-]*/)*{_PLAIN_NAME.pattern}", re.ASCII)
"""A relative URL that is a path and nothing else."""


_ORDINARY = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?:/[^#@\[\]\s\\]*)?", re.ASCII)
"""A URL in which nothing has to be looked for: neither credentials nor a fragment."""


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
        from wheelcheck.index.pages.html_page import parse_html  # most indexes have JSON

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
    check_version(page.meta.api_version)
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


def _status(page: _Meta) -> tuple[ProjectStatus, str]:
    """PEP 792 in all shapes: an object or a string, at the top level (its text) or under `meta`."""
    for place in (page, getattr(page, "meta", _Meta())):
        status = place.project_status
        if isinstance(status, _Status):
            return known_status(status.status), status.reason or ""
        if status:
            return known_status(status), place.project_status_reason or ""
    return ProjectStatus.ACTIVE, ""


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
    return followed(page_url, split_credentials(urldefrag(urljoin(page_url, url)).url)[0])


def _row(file: _File, page_url: str, folders: dict[str, str]) -> Row:
    url = file.url
    cut = url.rfind("/") + 1
    folder = folders.get(url[:cut])
    if folder is not None and _PLAIN_NAME.fullmatch(url, cut):
        url = folder + url[cut:]
    elif _PLAIN_PATH.fullmatch(url):
        folder = folders[url[:cut]] = _absolute(page_url, f"{url[:cut]}-")[:-1]
        url = folder + url[cut:]
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
