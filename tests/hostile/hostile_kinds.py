"""Kinds of behaviour of an index whose project `evil` attacks, by families.

Nothing here crashes or hangs other people's software: where a limit guards against that, what is
sent is harmless and only longer, later or stranger than anything honest.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from archive_builders import tar_of, zip_of
from elf_builder import elf
from hostile_server import (
    JSON,
    SDIST,
    TAG,
    WHEEL,
    Ask,
    Kind,
    Reply,
    dripping,
    honest_metadata,
    sdist_of,
    wheel_with,
)

__all__ = ["BAD_URLS", "BAD_VALUES", "kinds"]

DIGITS = "9" * 5000
"""More than Python turns into a number."""

BAD_VALUES: Mapping[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "2-to-63": 2**63,
    "2-to-64": 2**64,
    "fraction": 1.5,
    "empty": "",
    "blank": "   ",
    "nul": "a\0b",
    "surrogate": "\ud800",
    "control": "\x1b[31mred\x1b[0m\r\n",
    "right-to-left": "\u202egnp.exe",
    "long": "x" * 200_000,
    "digits": DIGITS,
    "list": ["a"],
    "object": {"a": "b"},
    "deep": [[[[[[[[[[["a"]]]]]]]]]]],
    "markup": "<script>alert(1)</script>",
    "formula": "=1+1",
    "not-a-number": float("nan"),
}
_FIELDS = (
    *("filename", "url", "hashes", "size", "upload-time", "requires-python", "yanked"),
    *("core-metadata", "dist-info-metadata"),
)
BAD_URLS: Mapping[str, str] = {
    "open-bracket": "http://[::1/evil.whl",
    "bracket-alone": "http://[",
    "closed-bracket": "http://]/",
    "empty-label": "http://a..b/x.whl",
    "long-label": f"http://{'a' * 64}.example/x.whl",
    "long-host": f"http://{'a.' * 200}example/x.whl",
    "no-host": "http:///x.whl",
    "port-word": "http://127.0.0.1:port/x.whl",
    "port-large": "http://127.0.0.1:99999/x.whl",
    "port-negative": "http://127.0.0.1:-1/x.whl",
    "port-digits": f"http://127.0.0.1:{DIGITS}/x.whl",
    "port-arabic": "http://127.0.0.1:\u0661\u0662/x.whl",
    "closed-port": "http://127.0.0.1:9/x.whl",
    "file": "file:///etc/hostname",
    "file-device": "file:///dev/zero",
    "file-nul": "file:///tmp/a%00b",
    "file-long": "file:///" + "a" * 5000,
    "file-host": "file://elsewhere/etc/hostname",
    "file-capital": "FILE:///etc/hostname",
    "ftp": "ftp://127.0.0.1/x.whl",
    "data": "data:text/plain,hello",
    "javascript": "javascript:alert(1)",
    "no-scheme": "//127.0.0.1:9/x.whl",
    "credentials": "http://who:MITM@127.0.0.1:9/x.whl",
    "credentials-bracket": "http://who:p[w@127.0.0.1:9/x.whl",
    "long-path": "http://127.0.0.1:9/" + "a" * 100_000,
    "control": "http://127.0.0.1:9/\x01\x7f.whl",
    "newline": "http://127.0.0.1:9/a\r\nX-Injected: 1",
    "nul": "http://127.0.0.1:9/a\0b",
    "fragment-hash": "{base}/files/x.whl#sha256=zz&sha256=",
    "unicode-host": "http://\u2100.example/x.whl",
    "bad-idna": "http://xn--a/x.whl",
    "dots": "{base}/files/../../../../etc/passwd",
    "percent": "http://127.0.0.1:9/%zz%",
    "question": "http://127.0.0.1:9/?" + "a=b&" * 3000,
    "spaces": "http://exa mple/x.whl",
    "ipv6-zone": "http://[fe80::1%25eth0]/x.whl",
    "number-host": "http://4294967296/x.whl",
    "surrogate": "http://127.0.0.1:9/\ud800.whl",
}
_STATUSES = (
    *("100 Continue", "101 Switching Protocols", "203 Other", "204 No Content", "205 Reset"),
    *("206 Partial Content", "226 IM Used", "300 Multiple Choices", "301 Moved", "302 Found"),
    *("303 See Other", "304 Not Modified", "305 Use Proxy", "307 Temporary", "308 Permanent"),
    *("400 Bad Request", "401 Unauthorized", "402 Payment", "403 Forbidden", "404 Not Found"),
    *("405 No Method", "407 Proxy Auth", "408 Timeout", "409 Conflict", "410 Gone", "412 Failed"),
    *("413 Too Large", "416 Range", "418 Teapot", "421 Misdirected", "425 Early", "429 Too Many"),
    *("431 Fields", "451 Legal", "499 Closed", "500 Error", "501 Not", "502 Gateway", "503 Busy"),
    *("504 Late", "505 Version", "511 Network", "599 Odd", "999 Beyond", "000 Nil", "42 Short"),
    *("abc Word", "-1 Negative", "2000 Long", ""),
)
_ODD_MARKERS: Mapping[str, str] = {
    "cannot-compare": "sys_platform ~= '1'",
    "cannot-compare-release": "python_version ~= 'abc'",
    "digits": f"python_version >= '{DIGITS}'",
    "full-digits": f"python_full_version < '3.{DIGITS}'",
    "arbitrary": "python_version === 'x'",
    "unknown-name": "elsewhere == '1'",
    "extras-set": "'x' in extras",
    "groups-set": "'x' in dependency_groups",
    "extra-order": "extra > 'a'",
    "in-number": "python_version in '3.12'",
    "in-list": "python_version not in '3.8, 3.9'",
    "two-constants": "'a' == 'b'",
    "nested": "(" * 50 + "os_name == 'posix'" + ")" * 50,
    "many": " or ".join(["os_name == 'nt'"] * 2000),
    "star": "python_version == '3.*'",
    "local": "python_version == '3.12+local'",
    "platform-version": "platform_version > '#1'",
    "release-version": "platform_release >= '5.x'",
    "not-closed": "(os_name == 'posix'",
    "quotes": "os_name == 'a\"",
    "empty": "",
    "unicode": "os_name == '\u0661'",
    "implementation": "implementation_version < 'zzz'",
    "order": "os_name < 'posix'",
    "reversed": "'3.8' ~= python_version",
    "python-implementation": "python_implementation ~= 'x'",
}
_ODD_REQUIREMENTS: Mapping[str, str] = {
    "bracket-url": "foo @ http://[",
    "device": "foo @ file:///dev/zero",
    "pipe": "foo @ file:///tmp/hostile-pipe",
    "local": "foo @ file:///etc/hostname",
    "nul": "foo @ file:///a%00b",
    "long-host": f"foo @ http://{'a' * 64}.example/foo-1.0-py3-none-any.whl",
    "credentials": "foo @ http://who:theirs@127.0.0.1:9/foo-1.0-py3-none-any.whl",
    "vcs": "foo @ git+https://127.0.0.1:9/foo",
    "conda": "foo @ file:///home/conda/feedstock_root/work",
    "digits": f"honest>={DIGITS}",
    "epoch": f"honest>={DIGITS}!1",
    "long-name": f"{'a' * 100_000}",
    "no-name": ">=1",
    "spaces": "a b c",
    "self": "evil",
    "self-exact": "evil==1.0",
    "self-extra": "evil[x]",
    "impossible": "evil<1",
    "neighbour-missing": "no-such-project",
    "neighbour-old": "honest<1",
    "empty": "",
    "control": "honest\x1b[31m",
    "many-clauses": "honest" + ",".join([">=0"] * 5000),
    "many-extras": f"honest[{','.join(f'e{n}' for n in range(5000))}]",
    "arbitrary": "honest===not-a-version",
    "path": "../../etc/passwd",
    "slash": "a/b",
    "percent": "%68onest",
    "option": "--index-url http://127.0.0.1:9/",
    "trailing-comma": "honest>=1,",
    "legacy-star": "honest>=1.*",
    "url-no-file": "foo @ http://127.0.0.1:9",
    "url-spaces": "foo @ http://127.0.0.1:9/a b.whl",
    "url-other-name": "foo @ http://127.0.0.1:9/bar-1.0-py3-none-any.whl",
    "data": "foo @ data:text/plain,x",
    "fragment": "foo @ http://127.0.0.1:9/foo-1.0.tar.gz#sha256=00&egg=bar",
}


def kinds() -> list[Kind]:
    """All kinds; their names are unique."""
    found = [
        *_page_fields(),
        *_pages(),
        *_urls(),
        *_statuses(),
        *_headers(),
        *_encodings(),
        *_timing(),
        *_ranges(),
        *_metadata(),
        *_sdists(),
        *_wheels(),
        *_redirects(),
    ]
    assert len({kind.name for kind in found}) == len(found)
    return found


# --- pages ---------------------------------------------------------------------------------------


def _page_fields() -> Iterator[Kind]:
    for field in _FIELDS:
        for name, value in BAD_VALUES.items():
            yield Kind(f"entry:{field}:{name}", row={field: value})
    yield Kind("entry:requires-python:compare", row={"requires-python": "~=3"})
    yield Kind("entry:requires-python:clauses", row={"requires-python": ",".join([">=3"] * 9000)})
    yield Kind("entry:requires-python:epoch", row={"requires-python": f">={DIGITS}!3"})
    yield Kind("entry:filename:version-digits", row={"filename": f"evil-{DIGITS}-{TAG}.whl"})
    yield Kind("entry:filename:build-digits", row={"filename": f"evil-2.0-{'9' * 99}-{TAG}.whl"})
    yield Kind("entry:filename:tags", row={"filename": f"evil-2.0-{'.'.join(['py3'] * 900)}-x.whl"})
    yield Kind("entry:filename:path", row={"filename": f"../../{WHEEL}"})
    yield Kind("entry:hashes:wrong", row={"hashes": {"sha256": "0" * 64}})
    yield Kind("entry:hashes:odd", row={"hashes": {"sha256": "not hexadecimal", "x" * 9999: "1"}})
    yield Kind("entry:core-metadata:wrong", row={"core-metadata": {"sha256": "0" * 64}})
    yield Kind("entry:upload-time:far", row={"upload-time": "9999-12-31T23:59:59+23:59"})
    yield Kind("entry:upload-time:first", row={"upload-time": "0001-01-01T00:00:00-23:59"})


def _body(name: str, body: bytes, kind: str = JSON) -> Kind:
    return Kind(f"page:{name}", page=(kind, body))


def _pages() -> Iterator[Kind]:
    files = b'"files":[{"filename":"%s","url":"{base}/files/%s"}]' % ((WHEEL.encode(),) * 2)
    html = b'<!DOCTYPE html><a href="{base}/files/%s">x</a>' % WHEEL.encode()
    bodies: dict[str, bytes] = {
        "empty": b"",
        "nul": b"\0" * 100,
        "no-json": b"hello",
        "cut": b'{"meta":{"api-version":"1.0"},"fil',
        "list": b"[]",
        "number": b"1",
        "digits": b"%s" % DIGITS.encode(),
        "string": b'"x"',
        "null": b"null",
        "nested": b"[" * 100_000,
        "nested-object": b'{"a":' * 100_000,
        "nested-entry": b'{"files":[' + b"[" * 900 + b"]" * 900 + b"]}",
        "files-object": b'{"meta":{"api-version":"1.0"},"files":{}}',
        "files-numbers": b'{"meta":{"api-version":"1.0"},"files":[1,2,3]}',
        "version-2": b'{"meta":{"api-version":"2.0"},%s}' % files,
        "version-digits": b'{"meta":{"api-version":"%s"},%s}' % (DIGITS.encode(), files),
        "version-number": b'{"meta":{"api-version":1.0},%s}' % files,
        "meta-list": b'{"meta":[],%s}' % files,
        "no-meta": b"{%s}" % files,
        "status-odd": b'{"meta":{"api-version":"1.4","project-status":5},%s}' % files,
        "quarantined": b'{"meta":{"project-status":"quarantined"},%s}' % files,
        "other-name": b'{"meta":{"api-version":"1.0"},"name":"honest",%s}' % files,
        "bad-utf8": b'{"name":"\xff\xfe",%s}' % files,
        "utf16": '{"files":[]}'.encode("utf-16"),
        "bom": b"\xef\xbb\xbf{%s}" % files,
        "twice": b"{%s,%s}" % (files, files),
        "many-keys": b"{%s%s}" % (b"".join(b'"k%d":1,' % n for n in range(60_000)), files),
        "many-files": b'{"files":[%s]}'
        % b",".join(b'{"filename":"evil-%d.tar.gz","url":"x"}' % n for n in range(20_000)),
        "many-odd-files": b'{"files":[%s]}' % b",".join([b"1"] * 300_000),
        "many-bad-names": b'{"files":[%s]}'
        % b",".join(b'{"filename":"x-%d","url":"x"}' % n for n in range(25_000)),
        "dashes": b'{"files":[{"filename":"%s.tar.gz","url":"x"}]}' % (b"-" * 9000),
        "dashes-name": b'{"files":[{"filename":"%s.tar.gz","url":"x"}]}' % (b"evil-" * 9000),
        "dots": b'{"files":[{"filename":"evil-%s.tar.gz","url":"x"}]}' % (b"1." * 9000),
        "big-number": b'{"files":[{"filename":"%s","url":"x","size":1e400}]}' % WHEEL.encode(),
        "one-long-string": b'{"name":"%s",%s}' % (b"x" * 900_000, files),
    }
    for name, body in bodies.items():
        yield _body(name, body)
    for name, body in {
        "empty": b"",
        "text": b"hello",
        "nul": b"\0<a href=x>",
        "unclosed": b'<!DOCTYPE html><a href="x',
        "attributes": b"<!DOCTYPE html><a " + b"x=y " * 20_000 + b'href="{base}/files/a.whl">',
        "many": b"<!DOCTYPE html>"
        + b"".join(b'<a href="evil-%d.tar.gz">x</a>' % n for n in range(20_000)),
        "entities": b"<!DOCTYPE html>" + b"&amp;" * 150_000 + html,
        "charref": b'<!DOCTYPE html><a href="&#99999999;&#xD800;&#%s;">' % b"9999",
        "comment": b"<!DOCTYPE html><!-- " + b"-" * 1000 + html,
        "base-bracket": b'<!DOCTYPE html><base href="http://[::1">' + html,
        "base-file": b'<!DOCTYPE html><base href="file:///etc/"><a href="evil-2.0.tar.gz">x</a>',
        "base-port": b'<!DOCTYPE html><base href="http://h:port/"><a href="evil-2.0.tar.gz">x</a>',
        "base-long": b'<!DOCTYPE html><base href="http://%s/">' % (b"a" * 64) + html,
        "version-2": b'<!DOCTYPE html><meta name="pypi:repository-version" content="2.0">' + html,
        "version-odd": b'<!DOCTYPE html><meta name="pypi:repository-version" content="x">' + html,
        "requires": b'<!DOCTYPE html><a data-requires-python="&gt;=%s" href="%s">x</a>'
        % (DIGITS.encode(), WHEEL.encode()),
        "script": b"<!DOCTYPE html><script>" + b"x" * 500_000 + b"</script>" + html,
        "nested-tags": b"<!DOCTYPE html>" + b"<b>" * 100_000 + html,
        "bad-utf8": b"<!DOCTYPE html>\xff\xfe" + html,
        "doctype-long": b"<!DOCTYPE html " + b"x" * 500_000 + b">" + html,
    }.items():
        yield _body(f"html-{name}", body, "text/html")
    for name, kind in {
        "missing": "",
        "plain": "text/plain",
        "image": "image/png",
        "charset": "text/html; charset=klingon",
        "utf-7": "application/json; charset=utf-7",
        "long": "text/html" + ";x" * 10_000,
        "xml": "application/xhtml+xml",
        "version-2": "application/vnd.pypi.simple.v2+json",
        "case": "TEXT/HTML",
        "odd": "\xff/\xfe",
    }.items():
        yield _body(f"type-{name}", html, kind)


def _urls() -> Iterator[Kind]:
    for name, url in BAD_URLS.items():
        yield Kind(f"url:json:{name}", row={"url": url})
        yield Kind(f"url:html:{name}", row={"url": url.replace("\ud800", "?")}, as_html=True)


# --- HTTP ----------------------------------------------------------------------------------------


def _always(reply: Reply) -> Callable[[Ask], Reply]:
    return lambda _: reply


def _raw(*pieces: bytes) -> Callable[[Ask], Reply]:
    return lambda _: Reply(raw=pieces)


def _statuses() -> Iterator[Kind]:
    for place in ("page", "metadata", "wheel"):
        for status in _STATUSES:
            answer = {place: _always(Reply(b"x", status=status))}
            beside = place != "wheel"
            yield Kind(f"status:{place}:{status or 'none'}", answers=answer, beside=beside)
    for status in ("206 Partial Content", "403 Forbidden", "500 Error", "999 Beyond"):
        answer = {"sdist": _always(Reply(b"x", status=status))}
        yield Kind(f"status:sdist:{status}", sdist=b"", answers=answer)


def _headers() -> Iterator[Kind]:
    page = Reply(b'{"files":[]}', headers=(("Content-Type", JSON),))
    for name, (field, value) in {
        "retry-far": ("Retry-After", "Fri, 31 Dec 9999 23:59:59 -2359"),
        "retry-year": ("Retry-After", "Fri, 31 Dec 99999 23:59:59 GMT"),
        "retry-past": ("Retry-After", "Mon, 01 Jan 0001 00:00:00 +2359"),
        "retry-zone": ("Retry-After", "Mon, 01 Jan 2024 00:00:00 +999999"),
        "retry-digits": ("Retry-After", DIGITS),
        "retry-arabic": ("Retry-After", "\u0661"),
        "retry-negative": ("Retry-After", "-5"),
        "retry-nan": ("Retry-After", "nan"),
        "retry-words": ("Retry-After", "soon"),
        "retry-zero": ("Retry-After", "0"),
    }.items():
        for place in ("page", "metadata"):
            answer = {place: _always(Reply(status="503 Busy", headers=((field, value),)))}
            yield Kind(f"header:{place}:{name}", answers=answer)
    for name, headers in {
        "age-digits": (("Age", DIGITS),),
        "age-arabic": (("Age", "\u0661"),),
        "max-age": (("Cache-Control", f"max-age={DIGITS}"),),
        "max-age-negative": (("Cache-Control", "max-age=-1"),),
        "etag-long": (("ETag", "x" * 8000),),
        "etag-odd": (("ETag", "\x01\x02"),),
        "last-modified": (("Last-Modified", "x" * 1000),),
        "many": tuple((f"X-{n}", "1") for n in range(90)),
        "very-many": tuple((f"X-{n}", "1") for n in range(5000)),
        "long": (("X-Long", "x" * 60_000),),
        "very-long": (("X-Long", "x" * 900_000),),
        "cookie": (("Set-Cookie", "a=" + "b" * 4000),),
        "latin": (("X-Odd", "\xff\xfe"),),
        "nul": (("X-Nul", "a\0b"),),
        "empty-name": (("", "x"),),
        "two-lengths": (("Content-Length", "5"), ("Content-Length", "7")),
        "length-more": (("Content-Length", "500"),),
        "length-less": (("Content-Length", "3"),),
        "length-negative": (("Content-Length", "-3"),),
        "length-word": (("Content-Length", "many"),),
        "length-digits": (("Content-Length", DIGITS),),
        "length-and-chunks": (("Content-Length", "5"), ("Transfer-Encoding", "chunked")),
        "transfer-odd": (("Transfer-Encoding", "gzip"),),
        "connection": (("Connection", "upgrade"), ("Upgrade", "h2c")),
        "serial": (("X-PyPI-Last-Serial", DIGITS),),
    }.items():
        yield Kind(f"header:page:{name}", answers={"page": _always(_with(page, headers))})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: " + JSON.encode() + b"\r\n"
    for name, pieces in {
        "no-head": (b"hello",),
        "nothing": (),
        "http-09": (b"<html>",),
        "http-2": (b"HTTP/2 200\r\n\r\n",),
        "http-9": (b"HTTP/9.9 200 OK\r\n\r\n{}",),
        "line-feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",),
        "half-head": (head,),
        "folded": (head + b"X-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",),
        "colonless": (head + b"nonsense\r\n\r\n{}",),
        "blank-first": (b"\r\n\r\n" + head + b"Content-Length: 2\r\n\r\n{}",),
        "chunk-size": (head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",),
        "chunk-large": (head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",),
        "chunk-negative": (head + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",),
        "chunk-long-line": (
            head + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 50_000 + b"\r\n{}\r\n0\r\n\r\n",
        ),
        "chunk-cut": (head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{",),
        "continue-flood": (b"HTTP/1.1 100 Continue\r\n\r\n" * 2000,),
        "tls": (b"\x16\x03\x01\x00\x01",),
        "smuggled": (head + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\nboo",),
    }.items():
        for place in ("page", "metadata", "wheel"):
            yield Kind(
                f"wire:{place}:{name}", answers={place: _raw(*pieces)}, beside=place != "wheel"
            )


def _with(reply: Reply, headers: tuple[tuple[str, str], ...]) -> Reply:
    return Reply(reply.body, reply.status, (*reply.headers, *headers))


def _encodings() -> Iterator[Kind]:
    small = b'{"files":[]}'
    large = small + b" " * (256 << 20)
    packed = gzip.compress(large, 1)
    twice = gzip.compress(packed, 9)
    for name, (coding, body) in {
        "gzip-bomb": ("gzip", packed),
        "gzip-twice": ("gzip, gzip", twice),
        "gzip-many": ("gzip, gzip, gzip, gzip, gzip", _stacked(small, 5)),
        "gzip-hundred": (", ".join(["gzip"] * 100), _stacked(small, 100)),
        "gzip-identity": ("gzip, identity", gzip.compress(small)),
        "gzip-broken": ("gzip", gzip.compress(small)[:-6] + b"broken"),
        "gzip-cut": ("gzip", gzip.compress(small)[:-10]),
        "gzip-not": ("gzip", small),
        "gzip-members": ("gzip", gzip.compress(small) * 20_000),
        "deflate": ("deflate", zlib.compress(small)),
        "deflate-bomb": ("deflate", zlib.compress(large, 1)),
        "brotli": ("br", small),
        "zstd": ("zstd", small),
        "unknown": ("klingon", small),
        "empty": ("", small),
        "commas": ("," * 5000, small),
    }.items():
        for place in ("page", "metadata", "wheel"):
            answer = Reply(body, headers=(("Content-Type", JSON), ("Content-Encoding", coding)))
            yield Kind(
                f"coding:{place}:{name}", answers={place: _always(answer)}, beside=place != "wheel"
            )


def _stacked(body: bytes, times: int) -> bytes:
    for _ in range(times):
        body = gzip.compress(body)
    return body


def _timing() -> Iterator[Kind]:
    for place in ("page", "metadata", "wheel", "sdist"):
        more: dict[str, Any] = {"sdist": b"x"} if place == "sdist" else {}
        more |= {"beside": place != "wheel"}
        head = b"HTTP/1.1 200 OK\r\nContent-Type: " + JSON.encode() + b"\r\n"
        body = head + b"Content-Length: 5000\r\n\r\n" + b"{" * 5000
        for name, pieces in _slow(head, body).items():
            answers = {place: partial(_afresh, pieces)}
            yield Kind(f"slow:{place}:{name}", answers=answers, slow=True, **more)
        for name, raw in {
            "closed": (),
            "half": (head + b"Content-Length: 900\r\n\r\nabc",),
        }.items():
            yield Kind(f"cut:{place}:{name}", answers={place: _raw(*raw)}, **more)
    chain = {"page": _always(Reply(status="503 Busy", headers=(("Retry-After", "19"),)))}
    yield Kind("slow:page:retry-after", answers=chain, slow=True)


def _afresh(pieces: Callable[[], Iterator[bytes]], _: Ask) -> Reply:
    return Reply(raw=pieces())


def _slow(head: bytes, body: bytes) -> dict[str, Callable[[], Iterator[bytes]]]:
    def silent() -> Iterator[bytes]:
        time.sleep(300)
        yield b""

    def stalled() -> Iterator[bytes]:
        yield body[:200]
        yield from silent()

    def chunks() -> Iterator[bytes]:
        yield head + b"Transfer-Encoding: chunked\r\n\r\n"
        for _ in range(3000):
            yield b"1\r\nx\r\n"
            time.sleep(0.1)

    def zeros() -> Iterator[bytes]:
        yield head + b"Content-Encoding: gzip\r\nContent-Length: 9000\r\n\r\n"
        yield from dripping(gzip.compress(b"x") * 900)

    return {
        "head": lambda: dripping(body),
        "body": lambda: _then(body[:120], dripping(body[120:])),
        "never": silent,
        "stalled": stalled,
        "chunks": chunks,
        "coded": zeros,
    }


def _then(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _ranges() -> Iterator[Kind]:
    wheel = wheel_with(honest_metadata("evil", "2.0"))
    size = len(wheel)
    half = "206 Partial Content"
    for name, (body, headers, status) in {
        "short": (wheel[:3], (("Content-Range", f"bytes 0-{size - 1}/{size}"),), half),
        "one-byte": (wheel[-1:], (("Content-Range", f"bytes {size - 1}-{size - 1}/{size}"),), half),
        "first-byte": (b"P", (("Content-Range", f"bytes 0-0/{size}"),), half),
        "digits": (b"x", (("Content-Range", f"bytes {DIGITS}-{DIGITS}/{DIGITS}"),), half),
        "total-digits": (b"x", (("Content-Range", f"bytes 0-0/{DIGITS}"),), half),
        "huge": (b"x", (("Content-Range", f"bytes 0-{2**63}/{2**64}"),), half),
        "reversed": (b"x", (("Content-Range", "bytes 5-2/9"),), half),
        "star": (wheel, (("Content-Range", f"bytes 0-{size - 1}/*"),), half),
        "zero": (b"", (("Content-Range", "bytes 0-0/0"),), half),
        "unit": (wheel, (("Content-Range", f"lines 0-1/{size}"),), half),
        "missing": (wheel, (), half),
        "multipart": (wheel, (("Content-Type", "multipart/byteranges; boundary=x"),), half),
        "arabic": (wheel, (("Content-Range", "bytes \u0660-\u0661/\u0662"),), half),
        "not-satisfiable": (b"", (("Content-Range", f"bytes */{size}"),), "416 Range"),
        "whole": (wheel, (), "200 OK"),
        "empty-whole": (b"", (), "200 OK"),
        "other-file": (b"<html>login</html>", (("Content-Type", "text/html"),), "200 OK"),
    }.items():
        answer = {"wheel": _always(Reply(body, status, tuple(headers)))}
        yield Kind(f"range:{name}", answers=answer, beside=False, row={"core-metadata": False})

    def a_byte_each(ask: Ask) -> Reply:
        first = ask.wanted_range.partition("=")[2].partition("-")[0] or str(size - 1)
        place = min(int(first), size - 1)
        ranged = (("Content-Range", f"bytes {place}-{place}/{size}"),)
        return Reply(wheel[place : place + 1], half, ranged)

    yield Kind("range:a-byte-each", answers={"wheel": a_byte_each}, beside=False)
    for name, number in {"larger": size * 1000, "smaller": 100, "far": 2**62}.items():
        yield Kind(f"range:size-{name}", row={"size": number}, beside=False)


def _redirects() -> Iterator[Kind]:
    for name, url in BAD_URLS.items():
        for place in ("page", "metadata", "wheel"):
            location = url.encode("utf-8", "replace").decode("latin-1")

            def answer(ask: Ask, to: str = location) -> Reply:
                place = to.replace("{base}", ask.base)
                return Reply(status="302 Found", headers=(("Location", place),))

            yield Kind(f"redirect:{place}:{name}", answers={place: answer}, beside=place != "wheel")

    def around(ask: Ask) -> Reply:
        return Reply(status="302 Found", headers=(("Location", f"{ask.base}/simple/evil/"),))

    def to_neighbour(ask: Ask) -> Reply:
        return Reply(status="302 Found", headers=(("Location", f"{ask.base}/simple/honest/"),))

    yield Kind("redirect:page:around", answers={"page": around})
    yield Kind("redirect:page:neighbour", answers={"page": to_neighbour})


# --- metadata ------------------------------------------------------------------------------------


def _metadata() -> Iterator[Kind]:
    for name, marker in _ODD_MARKERS.items():
        text = honest_metadata("evil", "2.0", f"honest ; {marker}")
        yield Kind(f"marker:{name}", metadata=text)
        extra = honest_metadata("evil", "2.0", f"honest ; ({marker}) and extra == 'x'")
        yield Kind(f"marker-extra:{name}", metadata=extra)
    for name, requirement in _ODD_REQUIREMENTS.items():
        yield Kind(f"requires:{name}", metadata=honest_metadata("evil", "2.0", requirement))
    plain = honest_metadata("evil", "2.0").decode()
    long = "x" * 900_000
    for name, text in {
        "empty": "",
        "nul": "\0" * 1000,
        "no-name": "Metadata-Version: 2.1\nVersion: 2.0\n\n",
        "no-version": "Metadata-Version: 2.1\nName: evil\n\n",
        "other-name": plain.replace("Name: evil", "Name: honest"),
        "other-version": plain.replace("Version: 2.0", "Version: 3.0"),
        "version-digits": plain.replace("Version: 2.0", f"Version: {DIGITS}"),
        "name-long": plain.replace("Name: evil", f"Name: {long}"),
        "name-twice": plain.replace("Name: evil", "Name: evil\nName: honest"),
        "metadata-version": plain.replace("2.1", DIGITS, 1),
        "requires-python": plain.replace("\n\n", f"\nRequires-Python: >={DIGITS}\n\n", 1),
        "requires-python-odd": plain.replace("\n\n", "\nRequires-Python: x y z\n\n", 1),
        "requires-python-long": plain.replace("\n\n", f"\nRequires-Python: {'>=3,' * 9000}\n\n", 1),
        "continued": "Metadata-Version: 2.1\nName: evil\nVersion: 2.0\nSummary: x\n"
        + " y\n" * 200_000,
        "continued-requires": plain.replace(
            "\n\n", "\nRequires-Dist: honest\n" + " \n" * 90_000, 1
        ),
        "requirements": plain.replace(
            "\n\n", "\n" + "".join(f"Requires-Dist: p{n}\n" for n in range(30_000)) + "\n", 1
        ),
        "requirements-alike": plain.replace(
            "\n\n", "\n" + "Requires-Dist: honest\n" * 40_000 + "\n", 1
        ),
        "requirements-needing": plain.replace(
            "\n\n",
            "\n" + "".join(f"Requires-Dist: honest>=0.{n}\n" for n in range(20_000)) + "\n",
            1,
        ),
        "requirement-long": plain.replace("\n\n", f"\nRequires-Dist: honest{long}\n\n", 1),
        "requirement-blank": plain.replace(
            "\n\n", f"\nRequires-Dist: honest{' ' * 900_000}x\n\n", 1
        ),
        "extras": plain.replace(
            "\n\n", "\n" + "".join(f"Provides-Extra: e{n}\n" for n in range(40_000)) + "\n", 1
        ),
        "fields": "".join(f"X-{n}: 1\n" for n in range(90_000)) + plain,
        "summary-long": plain.replace("\n\n", f"\nSummary: {long}\n\n", 1),
        "description": plain + "install the wrapper for the " * 30_000,
        "description-lib": plain + "using the " + "a" * 900_000,
        "carriage": plain.replace("\n", "\r"),
        "bom": "\ufeff" + plain,
        "control": plain.replace("\n\n", "\nSummary: \x1b[31m\x07\n\n", 1),
        "html": plain.replace("\n\n", "\nRequires-Dist: <script>alert(1)</script>\n\n", 1),
        "colonless": "nonsense\n" + plain,
    }.items():
        yield Kind(f"metadata:beside:{name}", metadata=text.encode())
        yield Kind(f"metadata:inside:{name}", metadata=text.encode(), beside=False)
    yield Kind("metadata:beside:bad-utf8", metadata=b"\xff\xfe" + plain.encode())
    yield Kind("metadata:beside:utf16", metadata=plain.encode("utf-16"))
    yield Kind("metadata:beside:large", metadata=plain.encode() + b"x\n" * (40 << 20))
    yield Kind("metadata:beside:wheel", metadata=wheel_with(plain.encode()))


# --- archives ------------------------------------------------------------------------------------


def _sdists() -> Iterator[Kind]:
    folder = SDIST.removesuffix(".tar.gz")
    deep = "[" * 50_000
    setups = {
        "syntax": "def (",
        "deep": "x = " + "(" * 500 + ")" * 500,
        "digits": f"x = {DIGITS}",
        "power": "x = 10 ** 10 ** 4\nsetup(name='evil')",
        "multiply": "x = 'a' * 10 ** 12",
        "multiply-twice": "x = 'a' * 100000\nfor i in range(60):\n    x += x\n",
        "range": "x = list(range(10 ** 12))",
        "loop": "while True:\n    pass\n",
        "nested-loops": "for a in range(999):\n for b in range(999):\n  for c in range(9): pass\n",
        "recursion": "def f():\n    f()\nf()\n",
        "format": "x = '%999999999d' % 1",
        "format-string": "x = f'{1:999999999}'",
        "join": "x = ','.join(['a' * 9999] * 9999)",
        "replace": "x = 'a' * 9999\nx = x.replace('a', x)\n",
        "shift": "x = 1 << 10 ** 9",
        "pow": "x = pow(7, 10 ** 8)",
        "nul": "x = '\0'",
        "coding": "# -*- coding: klingon -*-\nx = 1\n",
        "coding-utf7": "# -*- coding: utf-7 -*-\nx = 1\n",
        "exit": "import sys; sys.exit(3)",
        "system": "import os; os.system('touch /tmp/hostile-was-here')",
        "open": "open('/tmp/hostile-was-here', 'w').write('x')",
        "regex": "import re; x = re.match('a' * 50, 'a' * 50)",
        "raise": "raise ValueError('x' * 100000)",
        "names": "\n".join(f"x{n} = {n}" for n in range(9000)),
        "strings": "x = [" + ",".join(["'a'"] * 60_000) + "]",
        "extensions": "from setuptools import *\nsetup(ext_modules=[Extension('a', [])] * 9999)",
        "requires": "from setuptools import *\nsetup(install_requires=['x'] * 99999)",
        "surrogate": "x = '\\ud800'\nfrom setuptools import *\nsetup(libraries=[x])",
        "chain": "x = " + " + ".join(["1"] * 9000),
        "attributes": "x" + ".y" * 9000,
        "lambda": "x = " + "lambda: " * 300 + "1",
    }
    for name, text in setups.items():
        yield Kind(f"setup-py:{name}", sdist=_needs_build({f"{folder}/setup.py": text}))
    for name, text in {
        "syntax": "[",
        "deep": f"a = {deep}",
        "digits": f"[build-system]\nrequires = []\nx = {DIGITS}",
        "types": "[build-system]\nrequires = 5\nbuild-backend = []\n",
        "no-table": "build-system = 1\n",
        "requires-odd": '[build-system]\nrequires = ["http://[", "a b", "\\u0000"]\n',
        "requires-many": "[build-system]\nrequires = [" + '"x",' * 50_000 + "]\n",
        "requires-marker": "[build-system]\nrequires = [\"x ; sys_platform ~= '1'\"]\n",
        "requires-self": '[build-system]\nrequires = ["evil"]\n',
        "requires-local": '[build-system]\nrequires = ["x @ file:///dev/zero"]\n',
        "backend": '[build-system]\nrequires = []\nbuild-backend = "a:b:c"\nbackend-path = ["/"]\n',
        "project-types": "[project]\nname = 5\ndependencies = 7\n",
        "project-odd": '[project]\nname = "evil"\ndependencies = ["a b c", "x ; y ~= 1"]\n',
        "project-extra": '[project]\nname="x"\n[project.optional-dependencies]\n"a\\"b"=["x"]\n',
        "tool-odd": "[tool]\nmaturin = 5\nsetuptools = []\npoetry = 'x'\n",
        "dotted": "a" + ".b" * 90 + " = 1\n",
        "bad-utf8": '[project]\nname = "\udcff"\n',
    }.items():
        raw = text.encode("utf-8", "surrogateescape")
        yield Kind(f"pyproject:{name}", sdist=_needs_build({f"{folder}/pyproject.toml": raw}))
    for name, (path, text) in {
        "setup-cfg-odd": ("setup.cfg", "[metadata\nx"),
        "setup-cfg-loop": ("setup.cfg", "[a]\nx = %(y)s\ny = %(x)s\n"),
        "setup-cfg-long": ("setup.cfg", "[options]\n" + "a = b\n" * 1 + " c\n" * 90_000),
        "cargo": ("Cargo.toml", "[package\n"),
        "cargo-types": ("Cargo.toml", "package = 5\ndependencies = []\n"),
        "cmake": ("CMakeLists.txt", "project(" * 9000),
        "cmake-find": ("CMakeLists.txt", "find_package(" + "x " * 50_000),
        "meson": ("meson.build", "project('a', " + "[" * 5000),
        "meson-long": ("meson.build", "dependency('" + "x" * 500_000),
        "requires-txt": ("evil.egg-info/requires.txt", "[a:b:c]\nx\n[[[\n" + "y\n" * 50_000),
        "pyx": ("a.pyx", "cimport " * 9000),
        "c": ("a.c", "#include <" * 9000),
        "pkg-info-continued": (
            "PKG-INFO",
            "Metadata-Version: 2.2\nName: evil\nX: y\n" + " z\n" * 90_000,
        ),
        "pkg-info-requires": (
            "PKG-INFO",
            "Metadata-Version: 2.2\nName: evil\nVersion: 2.0\n" + "Requires-Dist: x\n" * 40_000,
        ),
        "pkg-info-version": ("PKG-INFO", f"Metadata-Version: {DIGITS}.1\nName: evil\n"),
        "pkg-info-other": ("PKG-INFO", "Metadata-Version: 2.2\nName: honest\nVersion: 1.0\n"),
    }.items():
        yield Kind(f"build-text:{name}", sdist=sdist_of("evil", "2.0", {f"{folder}/{path}": text}))
    honest = sdist_of("evil", "2.0")
    for name, data in {
        "empty": b"",
        "text": b"hello",
        "cut": honest[: len(honest) // 2],
        "flipped": honest[:60] + b"\0\0\0" + honest[63:],
        "zip": zip_of({f"{folder}/PKG-INFO": "x"}),
        "bz2": bz2.compress(b"x" * 1000),
        "xz": lzma.compress(b"x" * 1000),
        "many-gzips": gzip.compress(b"") * 9000 + honest,
        "zeros": gzip.compress(b"\0" * (64 << 20)),
        "traversal": tar_of({"../../etc/passwd": "x"}),
        "absolute": tar_of({"/etc/passwd": "x"}),
        "long-name": tar_of({"a/" * 3000 + "b": "x"}),
        "nul-name": _tar_member("a\0b"),
        "link": _tar_member("evil-2.0/PKG-INFO", tarfile.SYMTYPE, "/etc/passwd"),
        "device": _tar_member("evil-2.0/PKG-INFO", tarfile.CHRTYPE),
        "fifo": _tar_member("evil-2.0/PKG-INFO", tarfile.FIFOTYPE),
        "sparse": _tar_member("evil-2.0/PKG-INFO", tarfile.GNUTYPE_SPARSE),
        "many": tar_of({f"evil-2.0/f{n}.c": "" for n in range(12_000)}),
        "same-name": _same_names(),
        "deep-folders": tar_of({f"evil-2.0/{'d/' * 500}f{n}": "" for n in range(100)}),
        "long-line": tar_of({"evil-2.0/PKG-INFO": "Name: evil" + "x" * 3_000_000}),
        "large-text": tar_of({"evil-2.0/pyproject.toml": "#" * (5 << 20)}),
        "large-source": tar_of({"evil-2.0/a.c": "\n" * (40 << 20)}),
    }.items():
        yield Kind(f"sdist:{name}", sdist=data)


def _needs_build(members: Mapping[str, str | bytes]) -> bytes:
    info = {"evil-2.0/PKG-INFO": "Metadata-Version: 1.0\nName: evil\nVersion: 2.0\n"}
    return sdist_of("evil", "2.0", {**info, **members})


def _tar_member(path: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(path)
        info.type, info.linkname = kind, link
        archive.addfile(info)
    return buffer.getvalue()


def _same_names() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for _ in range(5000):
            archive.addfile(tarfile.TarInfo("evil-2.0/PKG-INFO"))
    return buffer.getvalue()


def _wheels() -> Iterator[Kind]:
    info = honest_metadata("evil", "2.0")
    good = wheel_with(info)
    meta = "evil-2.0.dist-info/METADATA"
    for name, data in {
        "empty": b"",
        "text": b"hello",
        "cut": good[: len(good) // 2],
        "tail": good[-200:],
        "end-alone": b"PK\5\6" + b"\0" * 18,
        "end-odd": good[:-22] + b"PK\5\6" + b"\xff" * 18,
        "flipped": good[:40] + b"\0\0\0\0" + good[44:],
        "prefix": b"#!/bin/sh\n" + good,
        "comment": _commented(good),
        "many": zip_of({meta: info, **{f"f{n}": "" for n in range(12_000)}}),
        "traversal": zip_of({meta: info, "../../x": "y"}),
        "absolute": zip_of({meta: info, "/etc/x": "y"}),
        "backslash": zip_of({meta: info, "..\\..\\x": "y"}),
        "long-path": zip_of({meta: info, "a/" * 3000 + "b": "y"}),
        "no-metadata": zip_of({"evil/x.py": ""}),
        "two-metadata": zip_of({meta: info, "evil-3.0.dist-info/METADATA": info}),
        "metadata-large": zip_of({meta: info + b"x" * (5 << 20)}),
        "method-bz2": zip_of({meta: info}, compression=zipfile.ZIP_BZIP2),
        "method-lzma": zip_of({meta: info}, compression=zipfile.ZIP_LZMA),
        "stored": zip_of({meta: info}, compression=zipfile.ZIP_STORED),
        "expanding": zip_of({meta: info, "a.so": b"\0" * (200 << 20)}),
    }.items():
        yield Kind(f"wheel:{name}", wheel=data, beside=False, row={"core-metadata": False})
        yield Kind(f"wheel-beside:{name}", wheel=data)
    whole = elf(needed=("libc.so.6",))
    for name, data in {
        "empty": b"",
        "magic": b"\x7fELF",
        "text": b"hello",
        "cut": whole[:100],
        "ones": whole[:16] + b"\xff" * 300,
        "zeros": whole[:16] + b"\0" * 300,
        "names": elf(needed=tuple(f"lib{n}.so.1" for n in range(9000))),
        "name-long": elf(needed=("x" * 100_000,)),
        "name-odd": elf(needed=("\x1b[31m.so", "../../x", "<script>")),
        "versions": elf(needed=("libc.so.6",), versions={"libc.so.6": ("GLIBC_" + DIGITS,)}),
        "version-odd": elf(needed=("libc.so.6",), versions={"libc.so.6": ("GLIBC_x.y.z", "?")}),
        "versions-many": elf(
            needed=("libc.so.6",),
            versions={"libc.so.6": tuple(f"GLIBC_2.{n}" for n in range(9000))},
        ),
        "machine": elf(machine=9999),
        "symbols": elf(symbols=tuple(f"s{n}" for n in range(20_000))),
    }.items():
        members = {meta: info, "evil/_native.cpython-312-x86_64-linux-gnu.so": data}
        yield Kind(f"elf:{name}", wheel=zip_of(members))


def _commented(wheel: bytes) -> bytes:
    buffer = io.BytesIO(wheel)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"PK\5\6" * 10_000
    return buffer.getvalue()
