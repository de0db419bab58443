"""The replayed index behaves as real indexes do; everything tested on it rests on that."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tomllib
import zipfile
from dataclasses import replace
from email import message_from_bytes
from html.parser import HTMLParser

import httpx
import pytest
from frozen import FrozenIndex, FrozenRelease, Project, SdistFacts, archive_of
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from replay import MIRROR, PUBLIC, Replay

JSON_PAGE = {"Accept": "application/vnd.pypi.simple.v1+json"}
PIP_ACCEPTS = (
    "application/vnd.pypi.simple.v1+json,"
    " application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
)
DEMO = Project(
    "demo-pkg",
    [
        FrozenRelease(
            "1.0",
            [
                {"filename": "demo_pkg-1.0.tar.gz", "size": 9, "upload-time": "2020-01-01T00:00Z"},
                {"filename": "demo_pkg-1.0-py2.7.egg", "size": 9},
                {
                    "filename": "demo_pkg-1.0-cp312-cp312-musllinux_1_2_x86_64.whl",
                    "size": 123456,
                    "requires-python": ">=3.8,<4",
                    "yanked": 'broken "build"',
                },
            ],
            {
                "Metadata-Version": "2.1",
                "Name": "Demo_Pkg",
                "Version": "1.0",
                "Requires-Dist": ["six", 'tomli ; python_version < "3.11"'],
            },
            SdistFacts(
                pkg_info={"Metadata-Version": "1.2", "Name": "Demo_Pkg", "Version": "1.0"},
                pyproject={"build-system": {"requires": ["cython<3"], "build-backend": "x"}},
                requires_txt=("demo_pkg.egg-info/requires.txt", "six\n"),
                members=("setup.py", "src/fast.c"),
            ),
        )
    ],
)


class SingleProject:
    names = ("demo-pkg",)

    def project(self, name):
        return DEMO if name == DEMO.name else None


@pytest.fixture(scope="module")
def public():
    with Replay(SingleProject(), PUBLIC) as replay, httpx.Client(base_url=replay.url) as client:
        yield client


@pytest.fixture(scope="module")
def mirror():
    with Replay(SingleProject(), MIRROR) as replay, httpx.Client(base_url=replay.url) as client:
        yield client


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = {}
        self._attributes = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._attributes = dict(attrs) if tag == "a" else {}

    def handle_data(self, data):
        if self._attributes:
            self.found[data] = self._attributes
            self._attributes = {}


def test_public_page_is_json_for_an_installer_and_html_for_a_browser(public):
    installer = public.get("demo-pkg/", headers={"Accept": PIP_ACCEPTS})
    assert installer.headers["content-type"] == "application/vnd.pypi.simple.v1+json"
    assert installer.json()["versions"] == ["1.0"]
    browser = public.get("demo-pkg/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser.headers["content-type"] == "text/html"
    assert public.get("demo-pkg/", headers={"Accept": "image/png"}).status_code == 406


def test_both_formats_list_the_same_files(public):
    page = public.get("demo-pkg/", headers=JSON_PAGE)
    links = Links(public.get("demo-pkg/").text).found
    for file in page.json()["files"]:
        link = links.pop(file["filename"])
        address, _, digest = link["href"].partition("#sha256=")
        assert digest == file["hashes"]["sha256"]
        assert address == file["url"]
        assert link.get("data-requires-python") == file["requires-python"]
        assert link.get("data-yanked", False) == file["yanked"]
    assert not links


def test_what_a_page_promises_is_served(public):
    page = public.get("demo-pkg/", headers=JSON_PAGE)
    sdist, egg, wheel = page.json()["files"]
    for file in (sdist, wheel):
        body = public.get(page.url.join(file["url"])).content
        assert hashlib.sha256(body).hexdigest() == file["hashes"]["sha256"]
    assert public.get(page.url.join(egg["url"])).status_code == 404
    metadata = public.get(page.url.join(wheel["url"] + ".metadata")).content
    assert hashlib.sha256(metadata).hexdigest() == wheel["core-metadata"]["sha256"]
    assert message_from_bytes(metadata).get_all("Requires-Dist") == [
        "six",
        'tomli ; python_version < "3.11"',
    ]
    assert "core-metadata" not in sdist
    assert wheel["size"] == 123456


def test_public_page_is_revalidated_and_compressed(public):
    plain = public.get("demo-pkg/", headers=JSON_PAGE | {"Accept-Encoding": "identity"})
    packed = public.get("demo-pkg/", headers=JSON_PAGE | {"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["cache-control"] == "max-age=600, public"
    known = {"If-None-Match": packed.headers["etag"]}
    again = public.get("demo-pkg/", headers=JSON_PAGE | known)
    assert (again.status_code, again.content) == (304, b"")
    stale = public.get("demo-pkg/", headers=JSON_PAGE | {"If-None-Match": '"other"'})
    assert stale.status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=-22", 206, slice(-22, None)),
        ("bytes=4-9", 206, slice(4, 10)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=0-999999", 206, slice(None)),
        ("bytes=-999999", 206, slice(None)),
        ("bytes=999999-", 416, slice(0, 0)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_public_files_are_served_in_ranges(public, wanted, status, part):
    page = public.get("demo-pkg/", headers=JSON_PAGE)
    url = page.url.join(page.json()["files"][2]["url"])
    whole = public.get(url).content
    answer = public.get(url, headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (status, whole[part])
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(whole)}"
    assert public.head(url).headers["content-length"] == str(len(whole))
    assert public.head(url).headers["accept-ranges"] == "bytes"


def test_a_range_at_the_end_of_the_published_wheel_is_the_end_of_its_stand_in(public):
    page = public.get("demo-pkg/", headers=JSON_PAGE)
    file = page.json()["files"][2]
    url, size = page.url.join(file["url"]), file["size"]
    answer = public.get(url, headers={"Range": f"bytes={size - 22}-{size - 1}"})
    assert answer.status_code == 206
    assert answer.content == public.get(url).content[-22:]
    assert answer.headers["content-range"] == f"bytes {size - 22}-{size - 1}/{size}"


def test_names_lead_to_the_normalised_page(public):
    for spelling in ("Demo_Pkg/", "demo.pkg", "demo-pkg"):
        moved = public.get(spelling)
        assert (moved.status_code, moved.headers["location"]) == (301, "/simple/demo-pkg/")
    assert public.get("nothing-here/").status_code == 404
    assert public.get("/files/demo-pkg/other-1.0.tar.gz").status_code == 404
    assert public.post("demo-pkg/").status_code == 405
    assert [p["name"] for p in public.get("", headers=JSON_PAGE).json()["projects"]] == ["demo-pkg"]


def test_mirror_offers_a_single_format_and_nothing_else(mirror):
    page = mirror.get("demo-pkg/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    assert page.headers["content-type"] == "application/vnd.pypi.simple.v1+json"
    assert not {"etag", "cache-control", "content-encoding"} & set(page.headers)
    wheel = page.json()["files"][2]
    assert "core-metadata" not in wheel
    url = page.url.join(wheel["url"])
    assert mirror.get(f"{url}.metadata").status_code == 404
    whole = mirror.get(url, headers={"Range": "bytes=-22"})
    assert whole.status_code == 200
    assert "accept-ranges" not in whole.headers
    names = zipfile.ZipFile(io.BytesIO(whole.content)).namelist()
    assert "demo_pkg-1.0.dist-info/METADATA" in names


def test_mirror_may_speak_html_only():
    manner = replace(MIRROR, pages=("text/html",))
    with Replay(SingleProject(), manner) as replay:
        page = httpx.get(f"{replay.url}demo-pkg/", headers=JSON_PAGE)
    assert page.headers["content-type"] == "text/html"
    assert "demo_pkg-1.0.tar.gz" in Links(page.text).found


def sdist_texts(*, resolvable):
    packed = archive_of(DEMO.releases[0], "demo_pkg-1.0.tar.gz", resolvable=resolvable)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            member.name.removeprefix("demo_pkg-1.0/"): archive.extractfile(member).read().decode()
            for member in archive
        }


def test_faithful_sdist_holds_what_was_recorded():
    texts = sdist_texts(resolvable=False)
    assert {"setup.py", "src/fast.c"} <= set(texts)
    assert texts["demo_pkg.egg-info/requires.txt"] == "six\n"
    assert tomllib.loads(texts["pyproject.toml"])["build-system"]["requires"] == ["cython<3"]
    assert texts["PKG-INFO"].splitlines()[0] == "Metadata-Version: 1.2"


def test_resolvable_sdist_answers_with_the_recorded_metadata(tmp_path):
    texts = sdist_texts(resolvable=True)
    system = tomllib.loads(texts["pyproject.toml"])["build-system"]
    assert system == {
        "requires": [],
        "build-backend": "frozen_backend",
        "backend-path": ["_frozen"],
    }
    backend = {"__file__": str(tmp_path / "frozen_backend.py")}
    (tmp_path / "METADATA").write_text(texts["_frozen/METADATA"])
    exec(texts["_frozen/frozen_backend.py"], backend)
    info = backend["prepare_metadata_for_build_wheel"](str(tmp_path))
    assert info == "demo_pkg-1.0.dist-info"
    assert "Requires-Dist: six" in (tmp_path / info / "METADATA").read_text()


def test_log_has_every_request():
    with Replay(SingleProject()) as replay:
        httpx.get(f"{replay.url}demo-pkg/")
        httpx.head(f"{replay.url}missing/")
    assert replay.log == [("GET", "/simple/demo-pkg/", 200), ("HEAD", "/simple/missing/", 404)]


@pytest.fixture(scope="module")
def frozen():
    return FrozenIndex()


def test_frozen_releases_are_whole(frozen):
    """Every listed version tells its files with their dates, and what is inside at least one."""
    for name in frozen.names:
        assert name == canonicalize_name(name)
        for release in frozen.project(name).releases:
            assert release.files
            assert all("upload-time" in file for file in release.files)
            description = release.metadata() or release.sdist()
            assert description is not None, f"{name} {release.version}"


def test_frozen_metadata_are_as_published_faults_included(frozen):
    other_version = set()
    unreadable = set()
    for name in frozen.names:
        for release in frozen.project(name).releases:
            fields = release.metadata() or {}
            if Version(fields.get("Version", release.version)) != Version(release.version):
                other_version.add(f"{name} {release.version}")
            for text in fields.get("Requires-Dist", []):
                try:
                    Requirement(text)
                except InvalidRequirement:
                    unreadable.add(f"{name} {release.version}")
    assert other_version == {"toml 0.9.3.1"}
    assert unreadable == {"bleach 5.0.0"}


@pytest.mark.parametrize(
    ("name", "version"),
    [("numpy", "1.24.2"), ("pandas", "2.0.0"), ("scikit-learn", "1.2.2"), ("scipy", "1.10.1")],
)
def test_story_of_2023_is_recorded_with_its_build_systems(frozen, name, version):
    by_version = {release.version: release for release in frozen.project(name).releases}
    assert by_version[version].sdist().pyproject["build-system"]["requires"]
    after = [v for v in by_version if Version(v) > Version(version)]
    assert after, "a date bound must have something to leave out"
