"""Retries and failures of the connection, with the network faked under httpx."""

import email.utils
import ssl
import time

import httpcore
import httpx
import pytest
import respx

from wheelcheck.index.network import http
from wheelcheck.index.network.connections import Client
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http

URL = "https://index.example/simple/foo/"


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(waits):
    client = Http(Credentials({}, print), wait=waits.append)
    yield client
    client.close()


@respx.mock
def test_retries_wait_longer_each_time_with_jitter(client, waits):
    respx.get(URL).mock(side_effect=[httpx.ConnectError("refused")] * 3 + [httpx.Response(200)])
    assert client.get(URL).status == 200
    assert len(waits) == 3
    for number, wait in enumerate(waits):
        assert 0.5 <= wait / (http.FIRST_DELAY * 2**number) <= 1.5


@respx.mock
@pytest.mark.parametrize("form", ["7", "date"])
def test_retry_after_is_honoured(client, waits, form: str):
    value = email.utils.formatdate(time.time() + 7, usegmt=True) if form == "date" else form
    busy = httpx.Response(429, headers={"Retry-After": value})
    respx.get(URL).mock(side_effect=[busy, httpx.Response(200)])
    client.get(URL)
    [wait] = waits
    assert 5 <= wait <= 7


@respx.mock
@pytest.mark.parametrize("value", ["86400", "soon", "-3", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_retry_after_has_bounds(client, waits, value: str):
    route = respx.get(URL).mock(return_value=httpx.Response(503, headers={"Retry-After": value}))
    with pytest.raises(FetchFailed) as failure:
        client.get(URL)
    assert failure.value.status == 503
    assert all(0 <= wait <= http.LONGEST_DELAY for wait in waits)
    assert route.call_count == (1 if value == "86400" else http.ATTEMPTS)


@respx.mock
@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_a_host_that_never_answers_gets_no_further_requests(client, error):
    route = respx.get(URL).mock(side_effect=error)
    for _ in range(3):
        with pytest.raises(FetchFailed) as failure:
            client.get(URL)
        assert failure.value.unreachable
    assert route.call_count == http.ATTEMPTS


@respx.mock
def test_a_host_that_has_answered_stays_in_service(client):
    respx.get(URL).mock(side_effect=[httpx.Response(200), *[httpx.ReadError("reset")] * 4])
    client.get(URL)
    with pytest.raises(FetchFailed) as failure:
        client.get(URL)
    assert not failure.value.unreachable


def test_a_certificate_that_is_not_trusted_is_not_tried_again(client, waits):
    class Failing(httpcore.ConnectionPool):
        def handle_request(self, _: httpcore.Request) -> httpcore.Response:
            cause = ssl.SSLCertVerificationError()
            cause.verify_message = "self-signed certificate"
            raise httpcore.ConnectError("failed") from cause

    client._own.client = Client("", Failing(), {})  # respx loses the cause
    with pytest.raises(FetchFailed, match="self-signed"):
        client.get(URL)
    assert waits == []


@respx.mock
def test_nothing_secret_is_sent_from_https_to_http(client):
    respx.get(URL).mock(
        return_value=httpx.Response(301, headers={"Location": "http://index.example/x"})
    )
    plain = respx.get("http://index.example/x").mock(return_value=httpx.Response(200))
    client._credentials.take_from("http://me:plain@index.example/")
    assert client.get(URL.replace("//", "//me:secret@")).url == "http://index.example/x"
    assert "authorization" not in plain.calls.last.request.headers


@respx.mock
def test_credentials_in_a_redirect_are_left_out(client):
    target = "https://me:secret@other.example/x"
    respx.get(URL).mock(return_value=httpx.Response(302, headers={"Location": target}))
    route = respx.get("https://other.example/x").mock(return_value=httpx.Response(200))
    assert client.get(URL).url == "https://other.example/x"
    assert "authorization" not in route.calls.last.request.headers


@respx.mock
def test_a_page_of_unheard_of_size_is_refused(client):
    respx.get(URL).mock(return_value=httpx.Response(200, content=b"x" * 11))
    with pytest.raises(FetchFailed, match="more than 10 bytes"):
        client.get(URL, most=10)


@respx.mock
def test_a_closed_client_asks_nothing(client, waits):
    client.close()
    with pytest.raises(FetchFailed, match="ending"):
        client.get(URL)
    assert waits == []


def test_trusted_hosts_alone_need_no_certificate():
    trusted = ("index.example", "x.example:8443", "y.example:443")
    client = Http(Credentials({}, print), trusted_hosts=trusted)
    opened = client._opened()

    def checks(url: str) -> bool:
        pool = opened._pool_to(httpcore.URL(url))
        pool = getattr(pool, "_direct", pool)
        return pool._ssl_context.verify_mode is ssl.CERT_REQUIRED

    assert not checks("https://index.example/")
    assert not checks("https://x.example:8443/")
    assert checks("https://x.example/")
    assert not checks("https://y.example/")
    assert checks("https://other.example/")
    client.close()
