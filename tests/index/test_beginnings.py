"""The pyproject.toml of an sdist that is being read is there before the rest of the sdist."""

import io
import json
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from archive_builders import tar_of
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.index import open_index
from wheelcheck.index.archives.archive import read_archive
from wheelcheck.index.archives.until import Passing
from wheelcheck.index.beginnings import Beginnings
from wheelcheck.index.interface import Sdist
from wheelcheck.index.pages.direct import file_from_url
from wheelcheck.requirements.requirement_set import IndexOptions


def test_what_has_passed_is_handed_on_before_the_end():
    beginnings = Beginnings()
    beginnings.expect("a")
    found = []
    waiting = threading.Thread(target=lambda: found.append(beginnings.wait_for("a")))
    waiting.start()
    time.sleep(0.01)
    assert not found
    beginnings.seen("a", "[project]")
    waiting.join(5)
    assert found == ["[project]"]
    beginnings.seen("a", None)
    assert beginnings.wait_for("a") == "[project]"


def test_nobody_waits_for_what_nobody_reads_nor_behind_the_end():
    beginnings = Beginnings()
    assert beginnings.wait_for("a") is None
    beginnings.seen("b", None)
    assert beginnings.wait_for("b") is None


@pytest.mark.parametrize("path", ["a-1/pyproject.toml", "a-1/vendored/pyproject.toml"])
def test_only_the_file_at_the_root_counts(tmp_path, path):
    archive = tmp_path / "a-1.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in (path, "a-1/a.c"):
            info = tarfile.TarInfo(name)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"# a\n"))
    found = []
    sdist = Sdist("a-1.tar.gz", archive.as_uri(), canonicalize_name("a"), Version("1"))
    listing = read_archive(None, sdist, lambda p: p.endswith(".toml"), until=Passing(found.append))
    assert len(listing.members) == 2
    assert found == (["# a\n"] if path.count("/") == 1 else [])


class Slow(BaseHTTPRequestHandler):
    """An index with one sdist, whose end is sent when `may_end` is set."""

    protocol_version = "HTTP/1.1"
    may_end = threading.Event()
    data = tar_of({"foo-1/pyproject.toml": "# a\n", "foo-1/a.c": "int a;" * 200_000}, mode="w:")

    def do_GET(self) -> None:
        is_page = self.path.startswith("/simple/")
        files = [{"filename": "foo-1.tar.gz", "url": "/foo-1.tar.gz", "size": len(self.data)}]
        page = json.dumps({"meta": {"api-version": "1.1"}, "files": files}).encode()
        body = page if is_page else self.data
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        if not is_page:
            self.may_end.wait(20)
        self.wfile.write(body[len(body) // 2 :])

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_program_without_fetchers_waits_for_no_more_than_the_beginning():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/simple/"
    with open_index(IndexOptions(index_url=url), cache_dir=None) as index:
        project = index.project(canonicalize_name("foo"))
        [sdist] = project.files(project.versions[0])
        index.prefetch(listings=[sdist])
        found = []
        ask = lambda: found.append(index.pyproject(sdist, lambda _: True))  # noqa: E731
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(10)
        before_the_end = list(found)
        Slow.may_end.set()
        assert len(index.listing(sdist).members) == 2
    server.shutdown()
    server.server_close()
    assert before_the_end == ["# a\n"]


def test_tasks_of_the_background_do_not_wait_for_those_behind_them(tmp_path):
    for i in range(200):
        (tmp_path / f"a-{i}.tar.gz").write_bytes(
            tar_of({f"a-{i}/pyproject.toml": "# a\n", f"a-{i}/a.c": "int a;\n"})
        )
    sdists = [file_from_url(path.as_uri()) for path in sorted(tmp_path.iterdir())]
    begin, found = threading.Event(), []
    with open_index(IndexOptions(no_index=True), cache_dir=None) as index:
        index.prefetch_pyproject(sdists, lambda _: begin.wait(5))
        index.prefetch(listings=sdists)
        begin.set()
        ask = lambda: found.extend(index.pyproject(each, bool) for each in sdists)  # noqa: E731
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(20)
    assert found == ["# a\n"] * 200
