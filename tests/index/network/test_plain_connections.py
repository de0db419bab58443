"""Plain answers are read as httpcore reads them, and all others by httpcore."""

import ssl

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.index.network.plain_connections import PlainPool

URL = httpcore.URL("https://index.example/simple/foo/")
FIELDS = [(b"Host", b"index.example"), (b"Accept", b"*/*")]
TIMEOUTS = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 5.0)}
OK = b"HTTP/1.1 200 OK\r\n"
BODY = b"Content-Length: 3\r\n\r\nabc"
ANSWERS = {
    "plain": [OK + BODY],
    "body in pieces": [OK + b"ETag:  x \r\ncontent-length: 6\r\n\r\nab", b"cd", b"ef"],
    "keep-alive": [OK + b"Connection: Keep-Alive\r\n" + BODY],
    "partial": [b"HTTP/1.1 206 Partial Content\r\n" + BODY],
    "no reason": [b"HTTP/1.1 404\r\n" + BODY],
    "empty": [OK + b"Content-Length: 0\r\n\r\n"],
    "not modified": [b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: x\r\n\r\n"],
    "no content": [b"HTTP/1.1 204 No Content\r\nETag: x\r\n\r\n"],
    "fields of one name": [OK + b"Vary: a\r\nvary: b\r\n" + BODY],
    "head in pieces": [b"HTTP/1.1 20", b"0 OK\r\nContent-", b"Length: 3\r\n\r\nabc"],
    "chunked": [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    "chunked, with a length": [
        OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    ],
    "early hints": [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + BODY],
    "until it closes": [OK + b"Server: x\r\n\r\nabc", b"def", b""],
    "to be closed": [OK + b"Connection: close\r\n" + BODY],
    "old": [b"HTTP/1.0 200 OK\r\n" + BODY],
    "bare line ends": [b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"],
    "folded": [OK + b"X: a\r\n  b\r\n" + BODY],
    "two lengths": [OK + b"Content-Length: 4\r\n" + BODY],
    "the same length twice": [OK + b"Content-Length: 3\r\n" + BODY],
    "a length below nothing": [OK + b"Content-Length: -3\r\n\r\nabc"],
    "a name with a space": [OK + b"X : a\r\n" + BODY],
    "a nought in a value": [OK + b"X: a\0b\r\n" + BODY],
    "a control character": [OK + b"X: a\x01b\r\n" + BODY],
    "Latin": [OK + b"X: \xe9\r\n" + BODY],
    "no HTTP": [b"SSH-2.0-OpenSSH\r\n"],
    "nothing": [b""],
    "cut short": [OK + b"Content-Length: 9\r\n\r\nab", b"c", b""],
    "cut in its head": [OK + b"Content-", b""],
}


class Stream(httpcore.MockStream):
    """A connection with what is read prepared, that remembers what was written."""

    def __init__(self, pieces, written):
        super().__init__(list(pieces))
        self._written = written

    def write(self, buffer, timeout=None):  # noqa: ARG002 (httpcore's)
        self._written.append(buffer)


class Backend(httpcore.NetworkBackend):
    def __init__(self, pieces):
        self.pieces, self.written, self.opened = pieces, [], 0

    def connect_tcp(self, *_, **__):
        self.opened += 1
        return Stream(self.pieces, self.written)


def outcome(pool, backend, fields=FIELDS, *, read=True):
    """Status, headers and body of an answer, or the error; what was sent; what can be reused."""
    request = httpcore.Request("GET", URL, headers=fields, extensions=TIMEOUTS)
    try:
        response = pool.handle_request(request)
        try:
            body = b"".join(response.stream) if read else b""
        finally:
            response.close()
        found = response.status, response.headers, body
    except Exception as error:  # noqa: BLE001 (compared)
        found = type(error), str(error)
    idle = [each.is_available() for each in pool.connections]
    return found, b"".join(backend.written), idle


def both(pieces, fields=FIELDS, *, read=True):
    context = ssl.create_default_context()
    backends = Backend(pieces), Backend(pieces)
    plain = PlainPool(context, backends[0])
    usual = httpcore.ConnectionPool(ssl_context=context, network_backend=backends[1])
    return [
        outcome(*each, fields, read=read) for each in zip((plain, usual), backends, strict=True)
    ]


@pytest.mark.parametrize("pieces", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_what_httpcore_makes_of_it(pieces):
    plain, usual = both(pieces)
    assert plain == usual


@pytest.mark.parametrize("name", ["body in pieces", "chunked", "cut short", "until it closes"])
def test_a_connection_with_an_answer_to_be_read_is_not_used_again(name):
    plain, usual = both(ANSWERS[name], read=False)
    assert plain == usual
    assert not any(plain[2])


@pytest.mark.parametrize(
    "field", [(b"X", b"a\r\nY: b"), (b"X", b" a"), (b"X", b""), (b"X Y", b"a"), (b"X", b"\xe9")]
)
def test_a_field_is_sent_where_httpcore_sends_it(field):
    plain, usual = both([OK + BODY], [*FIELDS, field])
    assert plain == usual


@given(st.lists(st.binary(min_size=1, max_size=12), max_size=3), st.binary(max_size=6))
def test_no_head_is_read_otherwise(lines, body):
    head = OK + b"".join(b"X: %b\r\n" % line for line in lines) + b"Content-Length: 3\r\n\r\n"
    plain, usual = both([head + body, b""])
    if len(body) > 3:  # httpcore would take the rest for the beginning of the next answer
        plain, usual = plain[:2], usual[:2]
    assert plain == usual


def test_a_connection_is_used_again_for_whatever_answer():
    pieces = [*ANSWERS["plain"], *ANSWERS["body in pieces"], *ANSWERS["chunked"], *ANSWERS["plain"]]
    backend = Backend(pieces)
    pool = PlainPool(ssl.create_default_context(), backend)
    bodies = [outcome(pool, backend)[0][2] for _ in range(4)]
    assert bodies == [b"abc", b"abcdef", b"abc", b"abc"]
    assert backend.opened == 1


def test_a_connection_with_more_than_its_answer_is_not_used_again():
    backend = Backend([OK + BODY + b"HTTP/1.1 200 OK\r\n"])
    pool = PlainPool(ssl.create_default_context(), backend)
    (status, _, body), _, idle = outcome(pool, backend)
    assert (status, body) == (200, b"abc")
    assert not any(idle)
