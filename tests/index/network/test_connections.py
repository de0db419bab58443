"""Hosts are looked up once, whichever client connects to them."""

import socket
import threading
from contextlib import closing
from http import HTTPStatus

import httpcore
import httpx
import pytest
from loopback import Response, Server

from wheelcheck.index.network.connections import Addresses, Answer, Client, Connections
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http


@pytest.fixture
def port():
    server = Server(lambda _: Response(HTTPStatus.OK, {}, b"answer")).start()
    yield server.port
    server.stop()


@pytest.fixture
def lookups(monkeypatch) -> list[str]:
    """The hosts that are looked up; index.example has one address that answers, and one not."""
    hosts: list[str] = []
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if not host.endswith(".example"):
            return real(host, port, *args, **kwargs)
        hosts.append(host)
        if host != "index.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = ("192.0.2.1", "127.0.0.1", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    connect = httpcore.SyncBackend.connect_tcp

    def refuse(self, host, *args, **kwargs):
        if host == "192.0.2.1":
            raise httpcore.ConnectError("refused")
        return connect(self, host, *args, **kwargs)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", refuse)
    return hosts


def test_many_threads_ask_for_an_address_once_and_try_all_there_are(port, lookups):
    http = Http(Credentials({}, print))
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(http.get(f"http://index.example:{port}/").body)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [b"answer"] * 8
    assert lookups == ["index.example"]
    http.close()


def test_a_host_without_an_address_is_reported_by_the_resolver_s_words(lookups):
    http = Http(Credentials({}, print), wait=lambda _: None)
    with pytest.raises(FetchFailed, match="not known") as failure:
        http.get("http://nowhere.example/")
    assert failure.value.unreachable
    assert set(lookups) == {"nowhere.example"}
    http.close()


@pytest.mark.usefixtures("lookups")
def test_addresses_are_listed_once_each():
    assert Addresses().of("index.example") == ("192.0.2.1", "127.0.0.1")


@pytest.mark.parametrize("variable", ["http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used_instead(port, lookups, monkeypatch, variable):
    monkeypatch.setenv(variable, f"http://127.0.0.1:{port}")
    with closing(Connections(()).client()) as client:
        assert client.get("http://elsewhere.example/", {}).status_code == httpx.codes.OK
    assert lookups == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/simple/x/",
        "https://index.example/a/b-1.0+cu126-py3-none-any.whl",
        "https://index.example:443/a%20b",
        "https://index.example/a%2",
        "https://INDEX.example/x",
        "https://index.example",
        "https://index.example/a/../b",
        "https://index.example/a?b=c#d",
        "http://[::1]:8080/x",
        "https://me:secret@index.example/x",
        "https://bücher.example/ü b",
    ],
)
def test_requests_go_where_httpx_would_send_them(url):
    sent = []

    class Pool(httpcore.ConnectionPool):
        def handle_request(self, request: httpcore.Request) -> httpcore.Response:
            sent.append(request)
            return httpcore.Response(200)

    wanted = httpx.Request("GET", url)
    assert Client("", Pool(), {}).get(url, {}).status_code == httpx.codes.OK
    where, target = sent[0].url, wanted.url
    assert (where.scheme, where.host) == (target.raw_scheme, target.raw_host)
    assert (where.port, where.target) == (target.port, target.raw_path)
    assert dict(sent[0].headers)[b"Host"] == wanted.headers["host"].encode()


def test_headers_of_the_same_name_are_joined():
    answer = Answer(httpcore.Response(200, headers=[("Vary", "Accept"), ("vary", "Cookie")]))
    assert answer.headers == {"vary": "Accept, Cookie"}
