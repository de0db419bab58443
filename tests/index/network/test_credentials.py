"""Names and passwords belong to their own host, whatever the URL looks like."""

import logging
import sys
from http import HTTPStatus
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Request, Response, Server
from packaging.utils import NormalizedName

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.index import open_index
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.urls import split_credentials
from wheelcheck.index.pages.direct import file_from_url
from wheelcheck.requirements.requirement_set import IndexOptions

BASIC = "Basic bWU6c2VjcmV0"  # me:secret


@pytest.fixture
def credentials() -> Credentials:
    return Credentials({}, pytest.fail)


def test_credentials_serve_their_scheme_host_and_port(credentials):
    assert credentials.take_from("https://me:secret@index.example/simple/") == (
        "https://index.example/simple/"
    )
    assert credentials.header_for("https://index.example:443/files/x") == BASIC
    assert credentials.header_for("https://INDEX.example/") == BASIC
    for other in (
        "http://index.example/",
        "https://index.example:8443/",
        "https://files.index.example/",
        "https://index.example.evil.example/",
        "https://index.example@evil.example/",
    ):
        assert credentials.header_for(other) is None


def test_marks_in_a_password_are_decoded_and_a_token_needs_none(credentials):
    credentials.take_from("https://me:s%40%2F%3A@index.example/")
    assert credentials.header_for("https://index.example/") == "Basic bWU6c0AvOg=="
    credentials.take_from("https://token@other.example/")
    assert credentials.header_for("https://other.example/") == "Basic dG9rZW46"


def test_netrc_serves_hosts_by_name(tmp_path):
    (tmp_path / "_netrc").write_text("machine index.example login me password secret\n")
    credentials = Credentials({"HOME": str(tmp_path)}, pytest.fail)
    assert credentials.header_for("https://index.example/simple/") == BASIC
    assert credentials.header_for("https://files.index.example/") is None
    credentials.take_from("https://other:pw@index.example/")
    assert credentials.header_for("https://index.example/") != BASIC, "the URL's own come first"


def test_nothing_secret_is_in_their_text(credentials):
    credentials.take_from("https://me:secret@index.example/")
    assert "secret" not in f"{credentials!r} {credentials}"


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@[broken/simple/",
        "https://me:secret@index.example:port/simple/",
        "https://me:sla/secret@index.example/simple/",
    ],
)
def test_malformed_urls_give_nothing_away(url):
    with (
        open_index(IndexOptions(index_url=url), cache_dir=None) as index,
        pytest.raises(IndexUnreachable) as failure,
    ):
        index.project(NormalizedName("foo"))
    assert "secret" not in str(failure.value)
    assert "secret" not in repr(file_from_url(f"{url}foo-1.0.zip"))


WORDS = st.text(alphabet="abc-.%40:/?#[]@", max_size=12)


@given(WORDS, WORDS)
def test_no_url_keeps_a_password(host: str, path: str):
    clean, found = split_credentials(f"https://me:sesame@{host}/{path}")
    assert "sesame" not in clean
    assert found is None or found[1].startswith("sesame")


def test_no_log_and_no_warning_tells_a_password(caplog, tmp_path):
    def answer(request: Request) -> Response:
        missing = request.path.endswith("/foo/")
        return Response(HTTPStatus.NOT_FOUND if missing else HTTPStatus.FORBIDDEN)

    server = Server(answer).start()
    caplog.set_level(logging.DEBUG)
    (tmp_path / "foo-1.0.zip").write_bytes(b"")
    options = IndexOptions(
        index_url=f"http://me:secret@127.0.0.1:{server.port}/simple/",
        find_links=(str(tmp_path), f"http://me:secret@127.0.0.1:{server.port}/links"),
    )
    with open_index(options, cache_dir=tmp_path / "cache") as index:
        index.project(NormalizedName("foo"))
        answer = index.project(NormalizedName("bar"))
    server.stop()
    assert isinstance(answer, Unknown)
    assert answer.code == "index-forbidden"
    assert "127.0.0.1" in caplog.text
    output = f"{caplog.text} {answer!r} {options!r}"
    assert "secret" not in output
    assert "bWU6c2VjcmV0" not in output


@pytest.fixture
def keyring(monkeypatch):
    """A keyring library with one password; the services for which it is queried."""
    services = []

    def get_credential(service, user):
        services.append((service, user))
        if service.startswith("127.0.0.1"):
            return SimpleNamespace(username="me", password="secret")
        return None

    library = ModuleType("keyring")
    library.get_credential = get_credential
    monkeypatch.setitem(sys.modules, "keyring", library)
    return services


def guarded(request: Request) -> Response:
    page = b'<a href="foo-1.0-py3-none-any.whl">foo</a>'
    if request.headers.get("authorization") != BASIC:
        return Response(HTTPStatus.UNAUTHORIZED)
    return Response(HTTPStatus.OK, {"Content-Type": "text/html"}, page)


def answers_of(environ: dict[str, str], tmp_path) -> list[object]:
    server = Server(guarded).start()
    options = IndexOptions(index_url=f"http://127.0.0.1:{server.port}/simple/")
    with open_index(options, cache_dir=tmp_path / "cache", environ=environ) as index:
        answer = [index.project(NormalizedName("foo")), index.project(NormalizedName("bar"))]
    server.stop()
    return answer


def test_the_keyring_is_queried_once_for_a_host_that_refuses(keyring, tmp_path):
    foo, bar = answers_of({}, tmp_path)
    assert not isinstance(foo, Unknown)
    assert not isinstance(bar, Unknown)
    assert [service.partition(":")[0] for service, _ in keyring] == ["http", "127.0.0.1"]


def test_the_keyring_is_left_alone_where_pip_must_leave_it(keyring, tmp_path):
    foo, _ = answers_of({"PIP_KEYRING_PROVIDER": "disabled"}, tmp_path)
    assert isinstance(foo, Unknown)
    assert foo.code == "index-forbidden"
    assert "~/.netrc" in foo.reason
    assert not keyring
