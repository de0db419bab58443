"""The network index over real HTTP on loopback."""

import functools
import gzip
import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest
from archive_builders import tar_of, wheel_of, zip_of
from loopback import Request, Response, Server, partial
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.index import fetch, open_index
from wheelcheck.index.archives.build_texts import build_texts
from wheelcheck.index.client import NetworkIndex
from wheelcheck.index.interface import (
    ArchiveMember,
    CoreMetadata,
    MemberReader,
    Project,
    Sdist,
    Wheel,
)
from wheelcheck.index.stored_facts import decode_listing
from wheelcheck.requirements.requirement_set import UNKNOWN_INDEX, IndexOptions

JSON = "application/vnd.pypi.simple.v1+json"
FOO = NormalizedName("foo")
WHEEL = "foo-1.0-py3-none-any.whl"


class Site:
    """A server with resources in a dict, and the requests it has got."""

    def __init__(self) -> None:
        self.resources: dict[str, Response | Callable[[Request], Response]] = {}
        self.requests: list[Request] = []
        self.server = Server(self._answer).start()
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.simple = f"{self.url}/simple/"

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        found = self.resources.get(request.path, Response(HTTPStatus.NOT_FOUND))
        return found(request) if callable(found) else found

    def page(
        self, *files: object, name: str = "foo", headers: object = None, **more: object
    ) -> None:
        listed = [
            {"filename": file, "url": f"/files/{file}"} if isinstance(file, str) else file
            for file in files
        ]
        body = json.dumps({"meta": {"api-version": "1.1"}, "files": listed, **more}).encode()
        kind = {"Content-Type": JSON, **(headers or {})}
        self.resources[f"/simple/{name}/"] = Response(HTTPStatus.OK, kind, body)

    def file(self, filename: str, data: bytes, *, ranges: bool = True) -> None:
        def answer(request: Request) -> Response:
            if ranges and "range" in request.headers:
                return partial(request.headers["range"], {}, data)
            return Response(HTTPStatus.OK, {}, data)

        self.resources[f"/files/{filename}"] = answer

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.stop()


@pytest.fixture
def other() -> Iterator[Site]:
    other = Site()
    yield other
    other.server.stop()


@pytest.fixture
def opened(tmp_path) -> Iterator[Callable[..., NetworkIndex]]:
    """Open an index on a cache of this test's own; retries do not wait."""
    with ExitStack() as stack:

        def open_it(
            *urls: str, offline: bool = False, cache: str = "cache", **more
        ) -> NetworkIndex:
            environ = more.pop("environ", {})
            warn = more.pop("warn", pytest.fail)
            index = NetworkIndex(
                IndexOptions(index_url=urls[0], extra_index_urls=urls[1:], **more),
                default_url="http://index.example/",
                cache_dir=tmp_path / cache,
                offline=offline,
                environ=environ,
                warn=warn,
                wait=lambda _: None,
            )
            stack.callback(index.close)
            return index

        yield open_it


def found(index: NetworkIndex, name: NormalizedName = FOO) -> Project:
    project = index.project(name)
    assert not isinstance(project, Unknown), project
    return project


def first(index: NetworkIndex) -> Wheel | Sdist:
    project = found(index)
    return project.files(project.versions[0])[0]


def code(answer: object) -> str:
    assert isinstance(answer, Unknown), answer
    return answer.code


# --- what an index answers -------------------------------------------------------------------


def test_a_project_is_requested_once_with_json_preferred(site, opened):
    site.page(WHEEL)
    index = opened(site.simple)
    assert found(index) is found(index)
    [request] = site.requests
    assert request.headers["accept"].startswith(JSON)
    assert "text/html" in request.headers["accept"]
    assert first(index).origin == site.simple


def test_an_index_that_is_not_known_may_have_what_no_other_has(site, opened):
    site.page(WHEEL)
    warnings: list[str] = []
    index = opened(site.simple, f"{UNKNOWN_INDEX}PIP_EXTRA_INDEX_URL", warn=warnings.append)
    assert found(index).versions
    assert code(found(index).untold) == "index-error"
    missing = index.project(NormalizedName("missing"))
    assert isinstance(missing, Unknown)
    assert (missing.code, "that PIP_EXTRA_INDEX_URL names" in missing.reason) == (
        "index-error",
        True,
    )
    assert len(warnings) == 1


def test_a_page_that_was_released_is_read_again_from_the_cache(site, opened):
    site.page(WHEEL, "foo-2.0.tar.gz", "foo-3.0.tar.gz")
    index = opened(site.simple)
    project = found(index)
    newest = project.files(Version("3.0"))
    index.release_pages()
    assert project.is_released
    assert [str(version) for version in project.versions] == ["3.0", "2.0", "1.0"]
    assert project.files(Version("3.0")) is newest
    assert project.files(Version("4.0")) == ()
    assert project.is_released
    [wheel] = project.files(Version("1.0"))
    assert wheel.filename == WHEEL
    assert not project.is_released
    assert len(site.requests) == 1


def test_a_released_page_may_be_another_when_it_is_read_again(site, opened, tmp_path):
    site.page(WHEEL, "foo-2.0.tar.gz")
    index = opened(site.simple)
    project = found(index)
    index.release_pages()
    for page in (tmp_path / "cache").rglob("pages/*/*"):
        page.unlink()
    site.page("foo-2.0.tar.gz")
    assert project.files(Version("1.0")) == ()
    assert [file.filename for file in project.files(Version("2.0"))] == ["foo-2.0.tar.gz"]


def test_a_page_that_the_cache_does_not_have_is_not_released(site, opened):
    site.page(WHEEL, headers={"Cache-Control": "no-store"})
    index = opened(site.simple)
    project = found(index)
    index.release_pages()
    assert not project.is_released
    assert project.files(Version("1.0"))


def test_a_released_page_that_is_gone_is_an_index_that_does_not_answer(site, opened, tmp_path):
    site.page(WHEEL)
    found(opened(site.simple))
    index = opened(site.simple, offline=True)
    project = found(index)
    index.release_pages()
    for page in (tmp_path / "cache").rglob("pages/*/*"):
        page.unlink()
    with pytest.raises(IndexUnreachable, match="no longer in the cache"):
        project.files(Version("1.0"))


def test_html_and_gzip_are_understood(site, opened):
    body = gzip.compress(b'<!DOCTYPE html><a href="/files/foo-1.0.tar.gz">foo</a>')
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    site.resources["/simple/foo/"] = Response(HTTPStatus.OK, headers, body)
    assert first(opened(site.simple)).url == f"{site.url}/files/foo-1.0.tar.gz"
    assert "gzip" in site.requests[0].headers["accept-encoding"]


def test_a_single_connection_serves_many_requests(site, opened):
    ports = set()
    site.page(WHEEL)
    serve = site.server.answer
    site.server.answer = lambda request: (ports.add(threading.get_ident()), serve(request))[1]
    index = opened(site.simple)
    for number in range(5):
        index.project(NormalizedName(f"p{number}"))
    assert {request.headers["connection"] for request in site.requests} == {"keep-alive"}


@pytest.mark.parametrize(
    ("status", "expected", "attempts"),
    [
        (HTTPStatus.NOT_FOUND, "project-not-found", 1),
        (HTTPStatus.GONE, "project-not-found", 1),
        (HTTPStatus.UNAUTHORIZED, "index-forbidden", 1),
        (HTTPStatus.FORBIDDEN, "index-forbidden", 1),
        (HTTPStatus.BAD_REQUEST, "index-error", 1),
        (HTTPStatus.TOO_MANY_REQUESTS, "index-error", 4),
        (HTTPStatus.INTERNAL_SERVER_ERROR, "index-error", 4),
        (HTTPStatus.SERVICE_UNAVAILABLE, "index-error", 4),
    ],
)
def test_a_status_of_400_and_above_is_never_an_answer(site, opened, status, expected, attempts):
    site.resources["/simple/foo/"] = Response(status, {"Content-Type": JSON}, b'{"files": []}')
    answer = opened(site.simple).project(FOO)
    assert code(answer) == expected
    assert "foo" in str(answer)
    assert len(site.requests) == attempts


def test_a_transient_failure_is_tried_again(site, opened):
    site.page(WHEEL)
    page = site.resources["/simple/foo/"]
    busy = Response(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"})
    answers = iter([busy, busy, page])
    site.resources["/simple/foo/"] = lambda _: next(answers)
    assert first(opened(site.simple)).filename == WHEEL


def test_what_is_no_page_is_malformed(site, opened):
    site.resources["/simple/foo/"] = Response(HTTPStatus.OK, {"Content-Type": JSON}, b"<html>")
    assert code(opened(site.simple).project(FOO)) == "index-malformed"


def test_a_quarantined_project_is_not_a_missing_project(site, opened):
    site.page(**{"project-status": {"status": "quarantined", "reason": "malware"}})
    answer = opened(site.simple).project(FOO)
    assert code(answer) == "project-quarantined"
    assert "malware" in str(answer)


def test_an_index_that_does_not_answer_is_unreachable(site, opened):
    site.server.stop()
    index = opened(f"http://me:secret@127.0.0.1:{site.server.port}/simple/")
    with pytest.raises(IndexUnreachable) as failure:
        index.project(FOO)
    assert "secret" not in str(failure.value)
    with pytest.raises(IndexUnreachable):
        index.project(NormalizedName("bar"))
    site.server = Server(site._answer).start()


@pytest.mark.parametrize("url", ["http://[broken/simple/", "ftp://index.example/", "http://"])
def test_a_url_that_is_none_is_unreachable(opened, url):
    with pytest.raises(IndexUnreachable):
        opened(url).project(FOO)


def test_a_failed_request_does_not_condemn_a_host_that_answers(site, opened):
    def broken(_: Request) -> Response:
        return Response(HTTPStatus.OK, {"Content-Encoding": "gzip", "Content-Type": JSON}, b"no")

    site.resources["/simple/foo/"] = broken
    site.page("bar-1.0.tar.gz", name="bar")
    index = opened(site.simple)
    assert code(index.project(FOO)) == "index-error"
    assert found(index, NormalizedName("bar")).versions == (Version("1.0"),)


# --- several places --------------------------------------------------------------------------


def test_several_indexes_are_merged_and_their_files_name_their_origin(site, other, opened):
    site.page(WHEEL, "foo-2.0.tar.gz")
    other.page("foo-1.0.0.tar.gz", "foo-3.0.tar.gz")
    project = found(opened(site.simple, other.simple))
    assert project.versions == (Version("3.0"), Version("2.0"), Version("1.0"))
    origins = [file.origin for file in project.files(Version("1.0"))]
    assert origins == [site.simple, other.simple]


def test_an_index_that_refuses_is_named_once_while_another_answers(site, other, opened):
    site.page(WHEEL)
    site.page("baz-1.0.zip", name="baz")
    other.resources["/simple/baz/"] = Response(HTTPStatus.FORBIDDEN)
    other.resources["/simple/foo/"] = Response(HTTPStatus.FORBIDDEN)
    other.resources["/simple/bar/"] = Response(HTTPStatus.FORBIDDEN)
    warned: list[str] = []
    index = opened(site.simple, other.simple, warn=warned.append)
    assert first(index).filename == WHEEL
    assert found(index, NormalizedName("baz")).versions == (Version("1.0"),)
    assert code(index.project(NormalizedName("bar"))) == "index-forbidden"
    [warning] = warned
    assert other.simple in warning


def test_a_silent_index_hides_nothing_that_another_has(site, other, opened, tmp_path):
    other.server.stop()
    site.page(WHEEL)
    warned: list[str] = []
    index = opened(other.simple, site.simple, warn=warned.append)
    assert first(index).filename == WHEEL
    assert code(index.project(NormalizedName("bar"))) == "index-error", "it may have bar"
    assert len(warned) == 1
    (tmp_path / WHEEL).write_bytes(b"")
    links = (str(tmp_path / WHEEL),)
    with_links = opened(other.simple, find_links=links, warn=warned.append)
    assert first(with_links).filename == WHEEL
    with pytest.raises(IndexUnreachable):
        with_links.project(NormalizedName("bar"))
    dead_links = opened(site.simple, find_links=(other.url,), warn=warned.append)
    assert code(dead_links.project(NormalizedName("bar"))) == "index-error"
    other.server = Server(other._answer).start()


def test_a_malformed_url_on_a_page_hides_no_other_file(site, opened):
    site.page({"filename": "foo-2.0.zip", "url": "https://[x/foo-2.0.zip"}, WHEEL)
    project = found(opened(site.simple))
    assert project.versions == (Version("1.0"),)
    assert [file.filename for file in project.unusable] == ["foo-2.0.zip"]


def test_flat_links_of_every_kind(site, opened, tmp_path):
    folder = tmp_path / "links"
    folder.mkdir()
    for name in (WHEEL, "foo-2.0.tar.gz", "foo_bar-1.0.zip", "foo-1.0.egg", "README"):
        (folder / name).write_bytes(b"12345")
    (tmp_path / "links.html").write_text('<a href="links/foo-3.0.tar.gz#sha256=ab">x</a>')
    site.resources["/links"] = Response(
        HTTPStatus.OK, {"Content-Type": "text/html"}, b'<a href="/files/foo-4.0.tgz">x</a>'
    )
    single = folder / "foo-5.0.zip"
    single.write_bytes(b"")
    places = (str(folder), (tmp_path / "links.html").as_uri(), f"{site.url}/links", str(single))
    index = opened(site.simple, no_index=True, find_links=places)
    project = found(index)
    assert [str(version) for version in project.versions] == ["5.0", "4.0", "3.0", "2.0", "1.0"]
    [wheel] = project.files(Version("1.0"))
    assert (wheel.size, wheel.origin) == (5, str(folder))
    assert wheel.url == (folder / WHEEL).as_uri()
    assert project.files(Version("3.0"))[0].hashes == {"sha256": "ab"}
    assert found(index, NormalizedName("foo-bar")).versions == (Version("1.0"),)
    assert code(index.project(NormalizedName("nothing"))) == "project-not-found"
    assert site.paths == ["/links"]


def test_links_that_are_not_there_are_reported(opened, tmp_path):
    index = opened("x", no_index=True, find_links=(str(tmp_path / "nowhere.html"),))
    assert code(index.project(FOO)) == "index-error"


def test_an_index_of_folders(opened, tmp_path):
    (tmp_path / "simple/foo").mkdir(parents=True)
    (tmp_path / "simple/foo/index.html").write_text('<a href="../../f/foo-1.0.zip">x</a>')
    index = opened((tmp_path / "simple").as_uri())
    assert first(index).url == (tmp_path / "f/foo-1.0.zip").as_uri()
    assert code(index.project(NormalizedName("bar"))) == "project-not-found"


def test_an_index_that_is_neither_url_nor_folder_is_reported(opened, tmp_path):
    assert code(opened(str(tmp_path / "pypi.example/simple")).project(FOO)) == "index-error"


# --- credentials -----------------------------------------------------------------------------


def authorizations(site: Site) -> list[str | None]:
    return [request.headers.get("authorization") for request in site.requests]


def redirect(url: str) -> Response:
    return Response(HTTPStatus.FOUND, {"Location": url})


BASIC = "Basic bWU6c2VjcmV0"


def test_credentials_go_to_their_own_host_alone(site, other, opened, tmp_path):
    """Also not on redirects; and they are nowhere in what is reported or stored."""
    site.page(
        {"filename": WHEEL, "url": f"{site.url}/files/{WHEEL}"},
        {"filename": "foo-1.0.tar.gz", "url": f"{other.url}/files/foo-1.0.tar.gz"},
        headers={"ETag": "x"},
    )
    site.file(WHEEL, wheel_of("foo", "1.0"))
    site.resources["/simple/bar/"] = redirect(f"{other.url}/simple/bar/")
    other.page("bar-1.0.tar.gz", name="bar")
    index = opened(site.simple.replace("//", "//me:secret@"))
    wheel, sdist = found(index).files(Version("1.0"))
    assert isinstance(index.metadata(wheel), CoreMetadata)
    assert code(index.metadata(sdist)) == "file-not-found"
    assert found(index, NormalizedName("bar")).versions == (Version("1.0"),)
    assert set(authorizations(site)) == {BASIC}
    assert set(authorizations(other)) == {None}
    assert "secret" not in f"{index!r} {wheel} {sdist} {vars(index)} {index._http!r}"
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"foo-1.0" in stored
    assert b"secret" not in stored
    assert b"bWU6c2VjcmV0" not in stored


def test_netrc_serves_its_host_also_after_a_redirect(site, other, opened, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    site.resources["/simple/foo/"] = redirect(f"{other.url.replace('127.0.0.1', 'localhost')}/x/")
    other.resources["/x/"] = Response(HTTPStatus.OK, {"Content-Type": JSON}, b'{"files": []}')
    index = opened(site.simple, environ={"NETRC": str(netrc)})
    found(index)
    assert authorizations(site) == [BASIC]
    assert authorizations(other) == [None]


def test_netrcs_default_and_other_hosts_are_not_used(site, opened, tmp_path):
    (tmp_path / ".netrc").write_text(
        "machine index.example login a password b\ndefault login c password d\n"
    )
    site.page(WHEEL)
    found(opened(site.simple, environ={"HOME": str(tmp_path)}))
    assert authorizations(site) == [None]


def test_a_broken_netrc_is_reported_and_no_obstacle(site, opened, tmp_path):
    (tmp_path / ".netrc").write_text("machine\nnonsense {")
    site.page(WHEEL)
    warned: list[str] = []
    found(opened(site.simple, environ={"HOME": str(tmp_path)}, warn=warned.append))
    assert len(warned) == 1


def test_a_direct_reference_is_fetched_with_its_credentials(site, opened):
    site.file(WHEEL, wheel_of("foo", "1.0", requires=("bar",)))
    index = opened(site.simple)
    url = f"{site.url}/files/{WHEEL}".replace("//", "//me:secret@")
    file = index.at_url(url, FOO)
    assert isinstance(file, Wheel)
    assert "secret" not in repr(file)
    metadata = index.metadata(file)
    assert isinstance(metadata, CoreMetadata)
    assert metadata.requires_dist == ("bar",)
    assert set(authorizations(site)) == {BASIC}


def test_redirects_move_the_base_and_end_somewhere(site, other, opened):
    site.resources["/simple/foo/"] = redirect(f"{other.url}/simple/foo/")
    other.page(WHEEL)
    site.resources["/simple/bar/"] = redirect("/simple/bar/")
    site.resources["/simple/baz/"] = redirect("file:///etc/passwd")
    index = opened(site.simple)
    assert first(index).url == f"{other.url}/files/{WHEEL}"
    assert code(index.project(NormalizedName("bar"))) == "index-error"
    assert code(index.project(NormalizedName("baz"))) == "index-error"


# --- files -----------------------------------------------------------------------------------

BIG = {f"foo/module_{number}.py": bytes([number % 256]) * 50 for number in range(2000)}


@pytest.mark.parametrize("size", [True, False, 3, 10_000_000])
def test_a_large_wheel_is_read_by_a_few_ranges(site, opened, size):
    """Also where the index gives no size, or a false one."""
    wheel = wheel_of("foo", "1.0", requires=("bar",), more=BIG | {"foo/x": bytes(range(256)) * 999})
    listed_size = (
        {True: len(wheel), False: None}.get(size, size) if isinstance(size, bool) else size
    )
    site.page({"filename": WHEEL, "url": f"/files/{WHEEL}", "size": listed_size})
    site.file(WHEEL, wheel)
    index = opened(site.simple)
    metadata = index.metadata(first(index))
    assert isinstance(metadata, CoreMetadata)
    assert (metadata.requires_dist, metadata.found_in) == (("bar",), "wheel")
    requests = site.requests[1:]
    assert len(requests) <= 2 + (listed_size not in {None, len(wheel)})
    assert all("range" in request.headers for request in requests)
    assert all(request.headers["accept-encoding"] == "identity" for request in requests)


def test_metadata_that_a_long_directory_lists_first_are_found(site, opened):
    text = b"Name: foo\nVersion: 1.0\nRequires-Dist: bar\n"
    wheel = zip_of({"foo-1.0.dist-info/METADATA": text, **BIG})
    site.page({"filename": WHEEL, "url": f"/files/{WHEEL}", "size": len(wheel)})
    site.file(WHEEL, wheel)
    index = opened(site.simple)
    metadata = index.metadata(first(index))
    assert isinstance(metadata, CoreMetadata)
    assert metadata.requires_dist == ("bar",)


def test_a_server_without_ranges_gets_a_single_request_for_all(site, opened):
    site.page(WHEEL)
    site.file(WHEEL, wheel_of("foo", "1.0", requires=("bar",), more=BIG), ranges=False)
    index = opened(site.simple)
    metadata = index.metadata(first(index))
    assert isinstance(metadata, CoreMetadata)
    assert metadata.requires_dist == ("bar",)
    assert site.paths == ["/simple/foo/", f"/files/{WHEEL}"]


def test_a_server_without_suffix_ranges(site, opened):
    data = wheel_of("foo", "1.0")

    def answer(request: Request) -> Response:
        wanted = request.headers.get("range", "")
        if wanted.startswith("bytes=-"):
            return Response(HTTPStatus.NOT_IMPLEMENTED)
        return partial(wanted, {}, data)

    site.page(WHEEL)
    site.resources[f"/files/{WHEEL}"] = answer
    index = opened(site.simple)
    assert isinstance(index.metadata(first(index)), CoreMetadata)


def test_a_server_that_answers_with_other_bytes_is_not_believed(site, opened):
    headers = {"Content-Range": "bytes 5-9/100"}
    site.page({"filename": WHEEL, "url": f"/files/{WHEEL}", "size": 100})
    site.resources[f"/files/{WHEEL}"] = Response(HTTPStatus.PARTIAL_CONTENT, headers, b"12345")
    index = opened(site.simple)
    assert code(index.metadata(first(index))) == "file-unreachable"


def served(site: Site, text: bytes, **key: object) -> None:
    site.page({"filename": WHEEL, "url": f"/files/{WHEEL}?token=1", **key})
    site.resources[f"/files/{WHEEL}.metadata"] = Response(HTTPStatus.OK, {}, text)
    site.file(WHEEL, wheel_of("foo", "1.0", requires=("from-the-wheel",)))


METADATA = b"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nRequires-Dist: beside\n\n"


def test_metadata_beside_the_file_is_read_and_its_hash_checked(site, opened):
    digest = hashlib.sha256(METADATA).hexdigest()
    served(site, METADATA, **{"core-metadata": {"sha256": digest}})
    index = opened(site.simple)
    metadata = index.metadata(first(index))
    assert isinstance(metadata, CoreMetadata)
    assert (metadata.requires_dist, metadata.found_in) == (("beside",), "pep658")
    assert site.paths == ["/simple/foo/", f"/files/{WHEEL}.metadata"]
    served(site, METADATA, **{"core-metadata": {"sha256": "00" * 32}})
    fresh = opened(site.simple, cache="other")
    assert code(fresh.metadata(first(fresh))) == "hash-mismatch"


def test_metadata_beside_an_sdist_is_not_what_its_build_must_give(site, opened):
    url = "/files/foo-1.0.tar.gz"
    site.page({"filename": "foo-1.0.tar.gz", "url": url, "core-metadata": True})
    site.resources[f"{url}.metadata"] = Response(HTTPStatus.OK, {}, METADATA)
    site.file("foo-1.0.tar.gz", tar_of({"foo-1.0/PKG-INFO": METADATA}))
    index = opened(site.simple)
    assert code(index.metadata(first(index))) == "dependencies-need-build"


def test_metadata_that_is_promised_and_missing_is_read_from_the_wheel(site, opened):
    served(site, METADATA, **{"core-metadata": True})
    del site.resources[f"/files/{WHEEL}.metadata"]
    for _ in "12":  # findings/metadata-sidecar-that-is-missing.sh; nothing is remembered of it
        warnings: list[str] = []
        index = opened(site.simple, warn=warnings.append)
        metadata = index.metadata(first(index))
        assert isinstance(metadata, CoreMetadata)
        assert metadata.requires_dist == ("from-the-wheel",)
        (warning,) = warnings
        assert f"the metadata of {WHEEL} (PEP 658)" in warning
        assert "pip since 22.3 and uv end with an error there" in warning


def test_an_sdist_is_downloaded_once_for_all_questions(site, opened):
    data = tar_of({"foo-1.0/PKG-INFO": "", "foo-1.0/setup.py": "x", "foo-1.0/src/a.c": "int"})
    site.page({"filename": "foo-1.0.tar.gz", "url": "/files/foo-1.0.tar.gz"})
    site.file("foo-1.0.tar.gz", data)
    index = opened(site.simple)
    assert code(index.metadata(first(index))) == "dependencies-need-build"
    listing = index.listing(first(index), lambda path: path.endswith("setup.py"))
    assert not isinstance(listing, Unknown)
    assert listing.texts == {"foo-1.0/setup.py": "x"}
    assert listing.members[-1] == ArchiveMember("foo-1.0/src/a.c", 3, 1)
    assert site.paths.count("/files/foo-1.0.tar.gz") == 1
    more = index.listing(first(index), lambda path: path.endswith(".c"))
    assert not isinstance(more, Unknown)
    assert more.texts == {"foo-1.0/src/a.c": "int"}
    again = index.listing(first(index))
    assert not isinstance(again, Unknown)
    assert (again.members, again.texts) == (listing.members, {})
    assert [member.marks for member in again.members] == [m.marks for m in listing.members]
    assert again.members[-1].marks is not None


def test_neighbouring_texts_of_a_zip_sdist_come_by_a_single_range(site, opened):
    texts = {
        f"foo-1.0/helper_{number}.py": random.Random(number).randbytes(9000).hex()
        for number in range(40)
    }
    data = zip_of({"foo-1.0/PKG-INFO": "", **texts, "foo-1.0/data.bin": bytes(100_000)})
    site.page({"filename": "foo-1.0.zip", "url": "/files/foo-1.0.zip"})
    site.file("foo-1.0.zip", data)
    index = opened(site.simple)
    listing = index.listing(first(index), lambda path: path.endswith(".py"))
    assert not isinstance(listing, Unknown)
    assert listing.texts == texts
    assert site.paths.count("/files/foo-1.0.zip") <= 3


def test_a_source_that_another_zip_release_has_as_well_is_not_fetched_again(site, opened):
    table = random.Random(7).randbytes(150_000).hex()
    sent: list[int] = []
    found = {}
    for version, size in (("1.0", "int"), ("2.0", "long")):
        root, filename = f"foo-{version}", f"foo-{version}.zip"
        sources = {"large.c": f"// {table}\n#include <time.h>\n", "size.h": f"{size} a;\n"}
        data = zip_of({f"{root}/{path}": text for path, text in sources.items()})

        def answer(request: Request, data: bytes = data) -> Response:
            response = partial(request.headers["range"], {}, data)
            sent.append(len(response.body))
            return response

        site.page({"filename": filename, "url": f"/files/{filename}", "size": len(data)})
        site.resources[f"/files/{filename}"] = answer
        sent.clear()
        index = opened(site.simple, cache=version)
        listing = index.listing(first(index))
        assert not isinstance(listing, Unknown)
        found[version] = {m.path.partition("/")[2]: m for m in listing.members}
    assert sum(sent) < 70_000
    before, now = found["1.0"], found["2.0"]
    assert before["large.c"].marks == now["large.c"].marks
    assert now["large.c"].marks is not None
    assert now["large.c"].marks.includes == ("<time.h",)
    assert (now["large.c"].lines, now["large.c"].size) == (2, len(sources["large.c"]))
    assert now["size.h"].size == len("long a;\n")


def test_a_listing_that_was_cached_before_lines_were_counted_has_none():
    members = [("foo-1.0/a.c", 3)]
    stored = decode_listing(msgspec.msgpack.encode((members, {}, [])))
    assert (stored.members, stored.lines, stored.marks) == (members, {}, None)


def test_a_listing_that_was_cached_with_fewer_marks_is_not_read():
    shorter = ([("foo-1.0/a.c", 3)], {}, [], {}, {0: (1, [], 0, "")})
    with pytest.raises(ValueError, match="array"):
        decode_listing(msgspec.msgpack.encode(shorter))


@pytest.mark.parametrize(
    ("status", "expected"),
    [(404, "file-not-found"), (403, "file-forbidden"), (500, "file-unreachable")],
)
def test_a_file_that_cannot_be_had(site, opened, status, expected):
    site.page(WHEEL)
    site.resources[f"/files/{WHEEL}"] = Response(HTTPStatus(status))
    index = opened(site.simple)
    assert code(index.metadata(first(index))) == expected
    assert code(index.listing(first(index))) == expected


def test_a_file_on_a_host_that_is_down_is_unknown(site, other, opened):
    other.server.stop()
    site.page({"filename": WHEEL, "url": f"{other.url}/files/{WHEEL}"})
    index = opened(site.simple)
    assert code(index.metadata(first(index))) == "file-unreachable"
    other.server = Server(other._answer).start()


def test_a_file_that_is_not_the_listed_file(site, opened):
    site.page(
        {"filename": "foo-1.0.tar.gz", "url": "/files/foo-1.0.tar.gz", "hashes": {"sha256": "0"}}
    )
    site.file("foo-1.0.tar.gz", tar_of({"foo-1.0/PKG-INFO": ""}))
    index = opened(site.simple)
    assert code(index.listing(first(index))) == "hash-mismatch"


# --- the cache, and doing without the network ---------------------------------------------------


def test_a_fresh_page_is_not_requested_again_and_a_stale_page_is_confirmed(site, opened):
    site.page(WHEEL, headers={"ETag": '"1"', "Cache-Control": "max-age=0"})
    page = site.resources["/simple/foo/"]

    def answer(request: Request) -> Response:
        same = request.headers.get("if-none-match") == '"1"'
        return Response(HTTPStatus.NOT_MODIFIED) if same else page

    site.resources["/simple/foo/"] = answer
    site.page("bar-1.0.tar.gz", name="bar", headers={"Cache-Control": "max-age=600"})
    for _ in range(2):
        index = opened(site.simple)
        assert first(index).filename == WHEEL
        found(index, NormalizedName("bar"))
    assert site.paths == ["/simple/foo/", "/simple/bar/", "/simple/foo/"]


def test_a_page_that_changed_replaces_the_stored_page(site, opened):
    site.page(WHEEL, headers={"Cache-Control": "no-cache", "Last-Modified": "yesterday"})
    first(opened(site.simple))
    site.page("foo-2.0.tar.gz")
    assert first(opened(site.simple)).filename == "foo-2.0.tar.gz"
    assert site.requests[1].headers["if-modified-since"] == "yesterday"


def test_pages_that_must_not_be_stored_are_not(site, opened):
    site.page(WHEEL, headers={"Cache-Control": "private, no-store"})
    first(opened(site.simple))
    assert code(opened(site.simple, offline=True).project(FOO)) == "offline"


def test_file_facts_are_stored_for_ever(site, opened):
    site.page(WHEEL)
    site.file(WHEEL, wheel_of("foo", "1.0", requires=("bar",)))
    answers = []
    for _ in range(2):
        index = opened(site.simple)
        answers.append((index.metadata(first(index)), index.listing(first(index))))
        index.close()
    assert answers[0] == answers[1]
    assert site.paths.count(f"/files/{WHEEL}") == 1, "once for the metadata and the listing"


def test_a_wheel_is_listed_and_looked_into_by_a_single_reading_of_its_directory(site, opened):
    site.page(WHEEL)
    site.file(WHEEL, wheel_of("foo", "1.0"))
    index = opened(site.simple)
    wheel = first(index)
    paths = {member.path for member in index.listing(wheel).members}
    assert index.look_into(wheel, lambda members: set(members.sizes)) == paths
    assert site.paths.count(f"/files/{WHEEL}") == 1


@pytest.mark.parametrize("remembers", [True, False])
def test_what_was_fetched_of_a_wheel_that_is_read_on_is_not_fetched_again(site, opened, remembers):
    libraries = {f"foo/{n}.so": random.Random(n).randbytes(200_000) for n in range(3)}
    site.page(WHEEL)
    site.file(WHEEL, wheel_of("foo", "1.0", more=libraries))
    index = opened(site.simple)

    def look(members: MemberReader) -> list[bytes]:
        members.announce(dict.fromkeys(libraries, 50_000))
        if remembers:
            members.remember()
        return [members.beginning(path, 50_000)[0] for path in libraries]

    found = index.look_into(first(index), look)
    before = site.paths.count(f"/files/{WHEEL}")
    assert index.look_into(first(index), functools.partial(look)) == found
    assert (site.paths.count(f"/files/{WHEEL}") == before) is remembers


def test_what_a_bare_url_means_is_read_anew_in_every_run(site, opened):
    """Nightly builds stand at one URL; without a network the last of them is all there is."""

    def needs(*, offline: bool = False) -> tuple[str, ...] | str:
        index = opened(site.simple, offline=offline)
        found = index.metadata(index.at_url(f"{site.url}/files/{WHEEL}", FOO))
        assert offline or not index.pages_used.repeatable
        index.close()
        return found.code if isinstance(found, Unknown) else found.requires_dist

    for name in ("bar", "baz"):
        site.file(WHEEL, wheel_of("foo", "1.0", requires=(name,)))
        assert needs() == (name,)
    del site.resources[f"/files/{WHEEL}"]
    assert needs(offline=True) == ("baz",)
    assert needs() == "file-not-found"


def test_what_was_derived_from_a_file_is_stored_for_later_runs(site, opened):
    site.page("foo-1.0.tar.gz")
    index = opened(site.simple)
    sdist = first(index)
    assert index.derived(sdist) is None
    index.store_derived(sdist, b"pure")
    assert index.derived(sdist) == b"pure"
    index.close()
    assert opened(site.simple, offline=True).derived(sdist) == b"pure"
    index = opened(site.simple)
    index.store_derived(sdist, b"native")
    assert index.derived(sdist) == b"native"


def test_what_was_derived_from_a_file_of_this_machine_is_not_stored(opened, tmp_path):
    (tmp_path / "foo-1.0.tar.gz").write_bytes(b"")
    index = opened("x", no_index=True, find_links=(str(tmp_path),))
    index.store_derived(first(index), b"pure")
    assert index.derived(first(index)) is None


def test_offline_answers_what_the_cache_has_and_nothing_else(site, opened):
    site.page(WHEEL, "foo-1.0.tar.gz", headers={"Cache-Control": "max-age=0"})
    site.file(WHEEL, wheel_of("foo", "1.0"))
    index = opened(site.simple)
    wheel, sdist = found(index).files(Version("1.0"))
    assert isinstance(index.metadata(wheel), CoreMetadata)
    assert code(index.project(NormalizedName("missing"))) == "project-not-found"
    request_count = len(site.requests)
    index.close()
    offline = opened(site.simple, offline=True)
    assert first(offline) == wheel
    assert isinstance(offline.metadata(wheel), CoreMetadata)
    assert code(offline.metadata(sdist)) == "offline"
    assert code(offline.listing(wheel)) == "offline"
    assert code(offline.project(NormalizedName("missing"))) == "project-not-found"
    assert code(offline.project(NormalizedName("bar"))) == "offline"
    assert len(site.requests) == request_count


def test_an_index_does_not_answer_for_the_file_of_another(site, other, opened):
    """Both claim the same hash; what the first says of it does not hold for the other's file."""
    for place, requires in ((site, "honest"), (other, "evil")):
        place.page({"filename": WHEEL, "url": f"/files/{WHEEL}", "hashes": {"sha256": "ab"}})
        more = {"foo/data": random.Random(1).randbytes(200_000)}  # so that it is not read whole
        place.file(WHEEL, wheel_of("foo", "1.0", requires=(requires,), more=more))
        index = opened(place.simple)
        metadata = index.metadata(first(index))
        assert isinstance(metadata, CoreMetadata)
        assert metadata.requires_dist == (requires,)


def test_a_local_file_that_changes_is_read_again(opened, tmp_path):
    path = tmp_path / WHEEL
    for requires in ("one", "another"):
        path.write_bytes(wheel_of("foo", "1.0", requires=(requires,)))
        index = opened("x", no_index=True, find_links=(str(path),))
        metadata = index.metadata(first(index))
        assert isinstance(metadata, CoreMetadata)
        assert metadata.requires_dist == (requires,)


# --- in the background, and the end --------------------------------------------------------------


def test_what_is_prefetched_is_not_fetched_again(site, opened):
    site.page(WHEEL)
    site.file(WHEEL, wheel_of("foo", "1.0"))
    index = opened(site.simple)
    index.prefetch(names=[FOO, FOO, NormalizedName("bar")])
    file = first(index)
    index.prefetch(files=[file, file])
    assert isinstance(index.metadata(file), CoreMetadata)
    assert code(index.project(NormalizedName("bar"))) == "project-not-found"
    assert sorted(site.paths) == [f"/files/{WHEEL}", "/simple/bar/", "/simple/foo/"]


def test_a_listing_that_was_announced_is_fetched_once(site, opened):
    site.page("foo-1.0.tar.gz", WHEEL)
    site.file("foo-1.0.tar.gz", tar_of({"foo-1.0/setup.py": "", "foo-1.0/PKG-INFO": ""}))
    site.file(WHEEL, wheel_of("foo", "1.0"))
    index = opened(site.simple)
    sdist, wheel = found(index).files(Version("1.0"))
    index.prefetch(listings=[sdist, sdist], wanted=build_texts)
    index.prefetch(listings=[wheel])
    for _ in range(2):
        listing = index.listing(sdist, build_texts)
        assert not isinstance(listing, Unknown)
        assert set(listing.texts) == {"foo-1.0/setup.py"}
        assert not isinstance(index.listing(wheel), Unknown)
    assert sorted(site.paths[1:]) == [f"/files/{WHEEL}", "/files/foo-1.0.tar.gz"]


def test_without_a_cache_nothing_is_left_behind(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    site.page(WHEEL)
    with open_index(IndexOptions(index_url=site.simple), cache_dir=None) as index:
        assert not isinstance(index.project(FOO), Unknown)
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_closing_does_not_wait_for_what_is_under_way():
    waiting, release = threading.Event(), threading.Event()

    def answer(_: Request) -> Response:
        waiting.set()
        release.wait(30)
        return Response(HTTPStatus.NOT_FOUND)

    server = Server(answer, threaded=True).start()
    options = IndexOptions(index_url=f"http://127.0.0.1:{server.port}/")
    with open_index(options, cache_dir=None) as index:
        index.prefetch(names=[FOO])
        assert waiting.wait(10)
    assert not release.is_set(), "the index is closed while its request is still unanswered"
    release.set()
    server.stop()


def test_a_requirement_file_on_the_web(site, tmp_path):
    site.resources["/r.txt"] = Response(HTTPStatus.OK, {}, b"foo\n")
    url = f"{site.url}/r.txt".replace("//", "//me:secret@")
    assert fetch(url) == b"foo\n"
    assert authorizations(site) == [BASIC]
    with pytest.raises(OSError, match="404") as failure:
        fetch(url + "x")
    assert "secret" not in str(failure.value)
    assert Path(tmp_path).is_dir()


def test_an_sdist_is_downloaded_once_for_its_metadata_and_its_build(site, opened):
    site.page("foo-1.0.tar.gz")
    texts = {"setup.py": "", "tools/build_ext.py": "", "src/meson.build": "", "PKG-INFO": ""}
    site.file("foo-1.0.tar.gz", tar_of({f"foo-1.0/{path}": text for path, text in texts.items()}))
    index = opened(site.simple)
    (sdist,) = found(index).files(Version("1.0"))
    index.metadata(sdist)
    listing = index.listing(sdist, build_texts)
    assert not isinstance(listing, Unknown)
    assert set(listing.texts) == {f"foo-1.0/{path}" for path in texts if path != "PKG-INFO"}
    assert site.paths.count("/files/foo-1.0.tar.gz") == 1


class TestPyproject:
    """An sdist is read as far as to the pyproject.toml that is enough."""

    TEXT = "[build-system]\n"

    @pytest.fixture
    def cut(self, site, opened):
        """An index with an sdist that breaks off behind its pyproject.toml."""
        members = {"foo-1.0/meson.build": "x", "foo-1.0/pyproject.toml": self.TEXT}
        rest = {"foo-1.0/src/a.c": random.Random(1).randbytes(300_000).hex(), "foo-1.0/z": "z"}
        data = tar_of({**members, **rest}, mode="w:")
        site.page("foo-1.0.tar.gz")
        site.file("foo-1.0.tar.gz", data[:200_000])
        return opened

    def test_nothing_behind_it_is_read(self, site, cut):
        index = cut(site.simple)
        assert code(index.listing(first(index))) == "archive-refused"
        assert index.pyproject(first(index), lambda text: text == self.TEXT) == self.TEXT

    @pytest.mark.parametrize("ranges", [True, False])
    def test_a_long_sdist_is_fetched_piece_by_piece(self, site, opened, ranges):
        junk = {f"foo-1.0/{n}": random.Random(n).randbytes(1 << 19).hex() for n in range(12)}
        before = {path: junk[path] for path in list(junk)[:5]}
        data = tar_of({**before, "foo-1.0/pyproject.toml": self.TEXT, **junk}, mode="w:")
        site.page({"filename": "foo-1.0.tar.gz", "url": "/files/foo-1.0.tar.gz", "size": len(data)})
        sent: list[int] = []

        def answer(request: Request) -> Response:
            known = ranges and "range" in request.headers
            response = (
                partial(request.headers["range"], {}, data)
                if known
                else Response(HTTPStatus.OK, {}, data)
            )
            sent.append(len(response.body))
            return response

        site.resources["/files/foo-1.0.tar.gz"] = answer
        index = opened(site.simple)
        assert index.pyproject(first(index), lambda _: True) == self.TEXT
        assert (sum(sent) < len(data) * 2 / 3) is ranges
        index.close()
        whole = opened(site.simple, cache="other")
        assert whole.pyproject(first(whole), lambda _: False) is None
        listing = whole.listing(first(whole))
        assert {member.path for member in listing.members} >= junk.keys()

    def test_it_is_cached_and_found_offline(self, site, cut):
        index = cut(site.simple)
        assert index.pyproject(first(index), lambda _: True) == self.TEXT
        index.close()
        assert cut(site.simple, offline=True).pyproject(first(index), lambda _: True) == self.TEXT

    def test_where_it_is_not_enough_the_sdist_is_read_once_and_listed(self, site, opened):
        members = {"foo-1.0/pyproject.toml": self.TEXT, "foo-1.0/setup.py": "x"}
        site.page("foo-1.0.tar.gz")
        site.file("foo-1.0.tar.gz", tar_of(members))
        index = opened(site.simple)
        index.prefetch_pyproject([first(index)], lambda _: False)
        assert index.pyproject(first(index), lambda _: False) is None
        listing = index.listing(first(index), build_texts)
        assert not isinstance(listing, Unknown)
        assert listing.texts == members
        assert site.paths.count("/files/foo-1.0.tar.gz") == 1
        assert index.pyproject(first(index), lambda _: True) == self.TEXT  # from what is listed
        assert site.paths.count("/files/foo-1.0.tar.gz") == 1

    def test_the_pyproject_of_a_folder_below_the_root_is_ignored(self, site, opened):
        members = {"foo-1.0/vendored/pyproject.toml": "no", "foo-1.0/pyproject.toml": self.TEXT}
        for filename, make in (("foo-1.0.tar.gz", tar_of), ("foo-1.0.zip", zip_of)):
            site.page(filename)
            site.file(filename, make(members))
            index = opened(site.simple, cache=filename)
            assert index.pyproject(first(index), lambda _: True) == self.TEXT

    def test_of_a_zip_archive_nothing_else_is_fetched(self, site, opened):
        big = random.Random(1).randbytes(300_000).hex()
        members = {"foo-1.0/setup.py": big, "foo-1.0/pyproject.toml": self.TEXT, "foo-1.0/a": big}
        data = zip_of(members)
        site.page({"filename": "foo-1.0.zip", "url": "/files/foo-1.0.zip", "size": len(data)})
        sent: list[int] = []

        def answer(request: Request) -> Response:
            response = partial(request.headers["range"], {}, data)
            sent.append(len(response.body))
            return response

        site.resources["/files/foo-1.0.zip"] = answer
        index = opened(site.simple)
        assert index.pyproject(first(index), lambda _: True) == self.TEXT
        assert sum(sent) < len(data) / 3

    def test_a_pyproject_that_cannot_be_read_is_unknown(self, site, opened):
        site.page("foo-1.0.tar.gz")
        index = opened(site.simple)
        assert code(index.pyproject(first(index), lambda _: True)) == "file-not-found"

    def test_an_sdist_without_a_pyproject_is_read_to_its_end(self, site, opened):
        site.page("foo-1.0.tar.gz")
        site.file("foo-1.0.tar.gz", tar_of({"foo-1.0/setup.py": "x"}))
        assert opened(site.simple).pyproject(first(opened(site.simple)), lambda _: True) is None


def test_equal_metadata_beside_several_wheels_are_fetched_once(site, opened):
    digest = hashlib.sha256(METADATA).hexdigest()
    wheels = [f"foo-1.0-cp312-cp312-{where}.whl" for where in ("win_amd64", "linux_x86_64")]
    others = {"filename": WHEEL, "url": f"/files/{WHEEL}", "core-metadata": True}
    same = [
        {"filename": wheel, "url": f"/files/{wheel}", "core-metadata": {"sha256": digest}}
        for wheel in wheels
    ]
    site.page(*same, others)
    for wheel in (*wheels, WHEEL):
        site.resources[f"/files/{wheel}.metadata"] = Response(HTTPStatus.OK, {}, METADATA)
    for _ in range(2):  # the second time from the cache
        index = opened(site.simple)
        index.prefetch(files=found(index).files(Version("1.0")))
        answers = [index.metadata(file) for file in found(index).files(Version("1.0"))]
        assert [metadata.requires_dist for metadata in answers] == [("beside",)] * 3
        index.close()
    fetched = [path for path in site.paths if path.endswith(".metadata")]
    assert len(fetched) == 2
    assert f"/files/{WHEEL}.metadata" in fetched


def test_what_a_wheel_lacks_beside_it_says_nothing_of_another(site, opened):
    digest = hashlib.sha256(METADATA).hexdigest()
    wheels = [f"foo-1.0-cp312-cp312-{where}.whl" for where in ("win_amd64", "linux_x86_64")]
    site.page(
        *(
            {"filename": wheel, "url": f"/files/{wheel}", "core-metadata": {"sha256": digest}}
            for wheel in wheels
        )
    )
    site.resources[f"/files/{wheels[1]}.metadata"] = Response(HTTPStatus.OK, {}, METADATA)
    warnings: list[str] = []
    index = opened(site.simple, warn=warnings.append)
    lacking, complete = found(index).files(Version("1.0"))
    assert code(index.metadata(lacking)) == "file-not-found"
    metadata = index.metadata(complete)
    assert isinstance(metadata, CoreMetadata)
    assert metadata.found_in == "pep658"
    (warning,) = warnings
    assert f"announces the metadata of {wheels[0]} (PEP 658)" in warning


def test_a_page_that_comes_again_is_not_read_again(site, opened, monkeypatch):
    site.page(WHEEL, headers={"Cache-Control": "max-age=0"})
    assert first(opened(site.simple)).filename == WHEEL
    read = []
    monkeypatch.setattr(
        "wheelcheck.index.pages.page_sources.parse_page", lambda *_, **__: read.append(1)
    )
    assert first(opened(site.simple)).filename == WHEEL
    assert not read
    assert site.paths == ["/simple/foo/", "/simple/foo/"]


def test_an_index_is_opened_without_options():
    with open_index(cache_dir=None, offline=True) as index:
        assert isinstance(index.project(FOO), Unknown)
