"""Whatever bytes an index answers for one project, the verdict of its neighbour is the same."""

from __future__ import annotations

import json
import re

import httpx
import pytest
import respx
from archive_builders import wheel_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wheelcheck import check
from wheelcheck.index.network import http

SIMPLE = "https://index.example/simple/"
KINDS = {"json": "application/vnd.pypi.simple.v1+json", "html": "text/html; charset=utf-8"}
NAME = "evil-1.0-py3-none-any.whl"
METADATA = b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\nRequires-Dist: other>=1\n\n"


def entry(filename: str) -> dict[str, object]:
    return {"filename": filename, "url": f"/files/{filename}", "hashes": {}, "core-metadata": True}


def json_page(filename: str) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "files": [entry(filename)]}).encode()


def html_page(filename: str) -> bytes:
    link = f'<a href="/files/{filename}" data-core-metadata="true">{filename}</a>'
    return f"<!DOCTYPE html><html><head><base href='{SIMPLE}'></head>{link}</html>".encode()


@st.composite
def changed(draw: st.DrawFn, honest: bytes) -> bytes:
    """An honest body of which a part is cut out, repeated, or replaced by any bytes."""
    start = draw(st.integers(0, len(honest)))
    end = draw(st.integers(start, len(honest)))
    inserted = draw(
        st.binary(max_size=40)
        | st.sampled_from(
            [b'"', b"<", b"&#", b"[" * 500, b"9" * 5000, b"\0", honest[start:end] * 2]
        )
    )
    return honest[:start] + inserted + honest[end:]


PAGES = st.one_of(
    st.tuples(st.just("json"), changed(json_page(NAME)) | st.binary(max_size=60)),
    st.tuples(st.just("html"), changed(html_page(NAME)) | st.binary(max_size=60)),
)


@pytest.fixture(scope="module")
def router():
    wheel = wheel_of("honest", "1.0")
    with respx.mock(assert_all_called=False) as router:
        honest = {"Content-Type": KINDS["json"]}
        page = json_page("honest-1.0-py3-none-any.whl")
        router.get(SIMPLE + "honest/").mock(httpx.Response(200, headers=honest, content=page))
        beside = b"Metadata-Version: 2.1\nName: honest\nVersion: 1.0\n\n"
        router.get(re.compile(r".*/honest-1\.0-[^/]*\.whl\.metadata$")).mock(
            httpx.Response(200, content=beside)
        )
        router.get(re.compile(r".*/honest-1\.0-[^/]*\.whl$")).mock(
            httpx.Response(200, content=wheel)
        )
        yield router


def honest_cell(router: respx.Router, page: httpx.Response, metadata: bytes) -> dict[str, object]:
    router.get(SIMPLE + "evil/", name="page").mock(page)
    router.get(re.compile(r".*/evil-.*\.metadata$"), name="metadata").mock(
        httpx.Response(200, content=metadata)
    )
    router.route(name="anything").mock(httpx.Response(404))
    report = check(
        packages=["evil", "honest"],
        index_url=SIMPLE,
        targets=["cp312-manylinux_2_36_x86_64"],
        cache_dir=None,
        advice=False,
    )
    (cell,) = report.package("honest").on.values()
    return cell.model_dump(exclude={"requested_by"})


@pytest.fixture(scope="module")
def expected(router):
    cell = honest_cell(router, httpx.Response(404), b"")
    assert (cell["verdict"], cell["version"]) == ("pure-wheel", "1.0")
    return cell


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setattr(http, "FIRST_DELAY", 0.0)


ANY_REPLY = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@pytest.mark.hostile
@ANY_REPLY
@given(PAGES)
def test_any_page_leaves_the_neighbour_as_it_is(router, expected, page):
    kind, body = page
    reply = httpx.Response(200, headers={"Content-Type": KINDS[kind]}, content=body)
    assert honest_cell(router, reply, METADATA) == expected


@pytest.mark.hostile
@ANY_REPLY
@given(changed(METADATA) | st.binary(max_size=60))
def test_any_metadata_leaves_the_neighbour_as_it_is(router, expected, metadata):
    headers = {"Content-Type": KINDS["json"]}
    reply = httpx.Response(200, headers=headers, content=json_page(NAME))
    assert honest_cell(router, reply, metadata) == expected
