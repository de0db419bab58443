import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.index.interface import ProjectStatus, Sdist, Wheel
from wheelcheck.index.pages.index_page import FilesOfProject
from wheelcheck.index.pages.simple_api import MalformedPage, parse_page

NAME = NormalizedName("foo")
URL = "https://index.example/simple/foo/"
JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html; charset=utf-8"


def project(body: object, kind: str = JSON, url: str = URL) -> FilesOfProject:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return FilesOfProject([parse_page(data, kind, name=NAME, url=url, origin="index")])


def entry(filename: str = "foo-1.0-py3-none-any.whl", **facts: object) -> dict[str, object]:
    return {"filename": filename, "url": f"https://files.example/a/b/{filename}", **facts}


def page(*files: object, **more: object) -> dict[str, object]:
    return {"meta": {"api-version": "1.1"}, "name": "foo", "files": list(files), **more}


def html(anchors: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{anchors}</body></html>"


def only(found: FilesOfProject) -> Wheel | Sdist:
    [version] = found.versions
    [file] = found.files(version)
    return file


def test_all_facts_of_a_json_file():
    file = only(
        project(
            page(
                entry(
                    hashes={"sha256": "ab" * 32},
                    size=12,
                    yanked="broken",
                    **{
                        "requires-python": ">=3.8",
                        "upload-time": "2023-04-13T10:00:00.123456Z",
                        "core-metadata": {"sha256": "cd" * 32},
                    },
                )
            )
        )
    )
    assert file == Wheel(
        filename="foo-1.0-py3-none-any.whl",
        url="https://files.example/a/b/foo-1.0-py3-none-any.whl",
        name=NAME,
        version=Version("1.0"),
        size=12,
        hashes={"sha256": "ab" * 32},
        requires_python=">=3.8",
        upload_time=datetime(2023, 4, 13, 10, 0, 0, 123456, tzinfo=UTC),
        yanked="broken",
        has_metadata=True,
        metadata_hashes={"sha256": "cd" * 32},
        origin="index",
        tag="py3-none-any",
    )


def test_all_facts_of_an_html_file():
    file = only(
        project(
            html(
                '<a href="../../f/foo-1.0%2Bcu118-1-py3-none-any.whl#sha256=ABCD" '
                'data-requires-python="&gt;=3.8" data-yanked data-core-metadata="sha256=ef">x</a>'
            ),
            HTML,
        )
    )
    assert isinstance(file, Wheel)
    assert file.filename == "foo-1.0+cu118-1-py3-none-any.whl"
    assert file.url == "https://index.example/f/foo-1.0%2Bcu118-1-py3-none-any.whl"
    assert (file.version, file.build) == (Version("1.0+cu118"), (1, ""))
    assert file.hashes == {"sha256": "abcd"}
    assert (file.requires_python, file.yanked) == (">=3.8", "")
    assert file.metadata_hashes == {"sha256": "ef"}
    assert (file.size, file.upload_time) == (None, None)


def test_requires_python_and_yanking_belong_to_the_file():
    found = project(
        page(
            entry(**{"requires-python": ">=3.9"}),
            entry("foo-1.0.tar.gz", yanked=True),
            entry("foo-1.0-1-py3-none-any.whl", yanked=False),
        )
    )
    files = found.files(Version("1.0"))
    assert [(f.requires_python, f.yanked) for f in files] == [
        (">=3.9", None),
        (None, ""),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("core", "legacy", "served"),
    [
        (True, None, True),
        (None, True, True),
        (False, True, False),
        (False, {"sha256": "ab"}, False),
        ({"sha256": "ab"}, False, True),
        (None, None, False),
    ],
)
def test_the_new_metadata_key_wins_wherever_it_is_present(core, legacy, served):
    keys = {"core-metadata": core, "dist-info-metadata": legacy}
    present = {key: value for key, value in keys.items() if value is not None}
    assert only(project(page(entry(**present)))).has_metadata is served

    def attribute(value: object) -> str:
        return f"sha256={value['sha256']}" if isinstance(value, dict) else str(value).lower()

    attributes = " ".join(f'data-{key}="{attribute(value)}"' for key, value in present.items())
    anchor = f'<a href="foo-1.0.tar.gz" {attributes}>foo</a>'
    assert only(project(html(anchor), HTML)).has_metadata is served


@pytest.mark.parametrize(
    "more",
    [
        {"project-status": {"status": "archived", "reason": "old"}},
        {"project-status": "archived", "project-status-reason": "old"},
        {"meta": {"api-version": "1.4", "project-status": {"status": "archived", "reason": "old"}}},
        {
            "meta": {
                "api-version": "1.4",
                "project-status": "archived",
                "project-status-reason": "old",
            }
        },
    ],
)
def test_the_status_in_all_its_shapes(more: dict[str, object]):
    found = project(page(entry(), **more))
    assert (found.status, found.status_reason) == (ProjectStatus.ARCHIVED, "old")


def test_the_status_in_html():
    head = (
        '<meta name="pypi:repository-version" content="1.4">'
        '<meta name="pypi:project-status" content="deprecated">'
        '<meta name="pypi:project-status-reason" content="use bar">'
    )
    found = project(html('<a href="foo-1.tar.gz">x</a>', head), HTML)
    assert (found.status, found.status_reason) == (ProjectStatus.DEPRECATED, "use bar")


def test_a_status_of_the_future_is_no_obstacle():
    assert project(page(entry(), **{"project-status": "beloved"})).status is ProjectStatus.ACTIVE


def test_relative_urls_and_redirected_pages():
    found = project(
        page(entry() | {"url": "../../f/foo-1.0-py3-none-any.whl"}),
        url="https://mirror.example/pypi/simple/foo/",
    )
    assert only(found).url == "https://mirror.example/pypi/f/foo-1.0-py3-none-any.whl"
    based = html('<a href="foo-1.0.tar.gz">x</a>', '<base href="https://files.example/x/">')
    assert only(project(based, HTML)).url == "https://files.example/x/foo-1.0.tar.gz"
    relative = html('<a href="foo-1.0.tar.gz">x</a>', '<base href="/x/">')
    assert only(project(relative, HTML)).url == "https://index.example/x/foo-1.0.tar.gz"


def test_urls_never_keep_credentials():
    secret = entry() | {"url": "https://me:secret@files.example/f/foo-1.0-py3-none-any.whl"}
    assert only(project(page(secret))).url == "https://files.example/f/foo-1.0-py3-none-any.whl"


def test_urls_that_share_nothing_come_back_as_they_were():
    urls = [
        "https://files.example/a/b/foo-1.0.tar.gz",
        "https://other.example/foo-1.0.zip",
        "https://files.example/a/download?file=foo-1.0.tgz",
        "https://files.example/a/http://x/foo-1.0.tar.bz2",
        "https://files.example/foo-1.0.tar.xz",
    ]
    names = ["foo-1.0.tar.gz", "foo-1.0.zip", "foo-1.0.tgz", "foo-1.0.tar.bz2", "foo-1.0.tar.xz"]
    files = [{"filename": name, "url": url} for name, url in zip(names, urls, strict=True)]
    assert [file.url for file in project(page(*files)).files(Version("1.0"))] == urls


def test_a_bad_entry_never_hides_the_others():
    found = project(
        page(
            entry("foo-2004d.tar.gz"),
            entry("foo__x-1.0-py3-none-any.whl"),
            entry("foo-1.0-py2.7.egg"),
            entry("foo-3.0.tar.gz", size="many"),
            entry("foo-4.0.tar.gz", hashes=["?"]),
            "nonsense",
            {"url": "https://files.example/x"},
            entry("foo-2.0.tar.gz", **{"upload-time": "yesterday", "unheard-of": [1]}),
        )
    )
    assert found.versions == (Version("2.0"),)
    assert found.files(Version("2.0"))[0].upload_time is None
    assert [file.filename for file in found.unusable] == [
        "foo-3.0.tar.gz",
        "foo-4.0.tar.gz",
        "?",
        "?",
        "foo-2004d.tar.gz",
        "foo__x-1.0-py3-none-any.whl",
        "foo-1.0-py2.7.egg",
    ]
    assert all(file.reason for file in found.unusable)


def test_versions_are_sorted_and_equal_spellings_are_the_same():
    names = ["foo-1.0.tar.gz", "foo-1.10.tar.gz", "foo-1.0.0-py3-none-any.whl", "foo-1.9rc1.zip"]
    found = project(page(*map(entry, names)))
    assert found.versions == (Version("1.10"), Version("1.9rc1"), Version("1.0"))
    assert len(found.files(Version("1"))) == len(found.files(Version("1.0.0"))) == 2


def test_an_old_api_without_sizes_and_times_is_read():
    file = only(project({"meta": {"api-version": "1.0"}, "files": [entry()]}))
    assert (file.size, file.upload_time) == (None, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", JSON),
        ("[]", JSON),
        ('{"files": 7}', JSON),
        ('{"meta": {"api-version": "2.0"}, "files": []}', JSON),
        ("[" * 100_000, JSON),
        ("not here", HTML),
        ('{"files": []}', HTML),
        (html("", '<meta name="pypi:repository-version" content="2.0">'), HTML),
        ("hello", "text/plain"),
        ("hello", ""),
    ],
)
def test_what_is_no_page_is_malformed(body: str, kind: str):
    with pytest.raises(MalformedPage):
        project(body, kind)


def test_a_page_that_the_parser_refuses_is_malformed(monkeypatch: pytest.MonkeyPatch):
    def refuse(_: HTMLParser, data: str) -> None:
        raise AssertionError(data)

    monkeypatch.setattr(HTMLParser, "feed", refuse)
    with pytest.raises(MalformedPage, match="cannot be parsed"):
        project(html(""), HTML)


def test_an_empty_page_is_a_page():
    assert project(page()).versions == ()
    assert project(html(""), HTML).versions == ()


@given(st.text())
def test_no_html_makes_it_stumble(text: str):
    project(html(text), HTML)
    project(html(f'<a href="{text}">x</a>'), HTML)


SCALAR = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4)
KEYS = ["filename", "url", "hashes", "size", "yanked", "core-metadata", "upload-time"]


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), SCALAR | st.dictionaries(SCALAR, SCALAR))))
def test_no_entries_make_it_stumble(entries: list[object]):
    found = project(page(*entries, entry()))
    assert found.versions == (Version("1.0"),)
