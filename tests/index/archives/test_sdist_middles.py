"""The middle of a compressed sdist is read for its pyproject.toml, where another release has it."""

import gzip
import json
import random
import zlib
from functools import cache
from http import HTTPStatus

import pytest
from archive_builders import tar_of
from loopback import Request, Response, Server, partial
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.archives.deflate_middles import certain_end
from wheelcheck.index.interface import Sdist
from wheelcheck.requirements.requirement_set import IndexOptions

MB = 1 << 20
FOO = NormalizedName("foo")


_WORDS = [f"{random.Random(7 * n).getrandbits(36):x}".encode() for n in range(3000)]


def prose(seed: int, size: int) -> bytes:
    """Text that repeats what stands shortly before, with pictures that repeat nothing."""
    drawn = random.Random(seed)
    parts = []
    for _ in range(0, size, 200_000):
        parts += [b" ".join(drawn.choices(_WORDS, k=15_000)), drawn.randbytes(40_000)]
    return b"".join(parts)[:size]


class TestCertainEnd:
    @pytest.mark.parametrize("level", [1, 6, 9])
    def test_it_is_the_end_of_what_was_packed(self, level):
        content = prose(1, 3 * MB)
        packed = gzip.compress(content, level)
        found = certain_end(packed[MB // 2 : -64])
        assert len(found) > MB // 4
        assert found in content

    @pytest.mark.parametrize("seed", range(5))
    def test_it_ends_where_the_piece_ends(self, seed):
        content = prose(seed, 2 * MB)
        packed = gzip.compress(content)
        start = MB // 4 + 997 * seed
        found = certain_end(packed[start : start + MB // 2])
        whole = zlib.decompressobj(31).decompress(packed[: start + MB // 2])
        assert found
        assert whole.endswith(found)

    def test_what_always_repeats_the_unknown_is_never_certain(self):
        start = random.Random(1).randbytes(20_000)
        packed = gzip.compress(start * 400, 9)
        assert certain_end(packed[30_000:-64]) == b""

    @pytest.mark.parametrize("data", [b"", b"\0" * 300_000, random.Random(3).randbytes(400_000)])
    def test_nothing_is_found_in_what_is_no_deflate(self, data):
        assert certain_end(data) == b""


class Releases:
    """An index of releases of foo, and what it has sent of each file."""

    def __init__(self, sdists: dict[str, bytes], *, ranges: bool = True) -> None:
        self.sdists, self.ranges = sdists, ranges
        self.sent: dict[str, list[int]] = {name: [] for name in sdists}
        self.server = Server(self._answer).start()
        self.simple = f"http://127.0.0.1:{self.server.port}/simple/"

    def _answer(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        if name not in self.sdists:
            files = [
                {"filename": name, "url": f"/files/{name}", "size": len(data)}
                for name, data in self.sdists.items()
            ]
            page = json.dumps({"meta": {"api-version": "1.1"}, "files": files}).encode()
            kind = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
            return Response(HTTPStatus.OK, kind, page)
        data = self.sdists[name]
        if self.ranges and "range" in request.headers:
            answer = partial(request.headers["range"], {}, data)
        else:
            answer = Response(HTTPStatus.OK, {}, data)
        self.sent[name].append(len(answer.body))
        return answer


def stated(version: str) -> str:
    return f'[build-system]\nrequires = ["bar=={version}"]\n'


@cache
def release(
    version: str, *, pictures: int = 3, more: int = 0, moved: bool = False
) -> dict[str, bytes]:
    """A release whose pyproject.toml stands behind pictures (MB) and text, and before as much."""
    root = f"foo-{version}"
    pyproject = {f"{root}/pyproject.toml": stated(version).encode()}
    before = {f"{root}/doc/{n}.png": random.Random(n).randbytes(MB) for n in range(pictures)}
    before |= {f"{root}/doc/more.png": random.Random(0).randbytes(more)}
    before |= {f"{root}/doc/{n}.txt": prose(n, MB // 4) for n in range(10)}
    behind = {f"{root}/src/{n}.txt": prose(100 + n, MB // 2) for n in range(4)}
    members = {**before, **behind, **pyproject} if moved else {**before, **pyproject, **behind}
    return {f"{root}.tar.gz": tar_of(members)}


def texts(releases: Releases, *, whole: bool = False) -> dict[str, str | Unknown | None]:
    """The pyproject.toml of each release, beginning with the first."""
    options = IndexOptions(index_url=releases.simple)
    with open_index(options, cache_dir=None) as index:
        project = index.project(FOO)
        assert not isinstance(project, Unknown)
        found = {}
        for version in sorted(project.versions):
            [sdist] = project.files(Version(str(version)))
            assert isinstance(sdist, Sdist)
            if whole and not found:
                index.listing(sdist)
            found[str(version)] = index.pyproject(sdist, lambda _: True)
    releases.server.stop()
    return found


@pytest.mark.parametrize("whole", [True, False])
def test_of_the_next_release_only_the_place_is_fetched(whole):
    releases = Releases(release("1") | release("2"))
    assert texts(releases, whole=whole) == {"1": stated("1"), "2": stated("2")}
    assert len(releases.sent["foo-2.tar.gz"]) == 1
    assert sum(releases.sent["foo-2.tar.gz"]) < 0.7 * MB < len(releases.sdists["foo-2.tar.gz"]) / 3


def test_around_the_place_more_is_fetched_where_that_is_not_enough():
    releases = Releases(release("1") | release("2", more=700_000))
    assert texts(releases) == {"1": stated("1"), "2": stated("2")}
    assert len(releases.sent["foo-2.tar.gz"]) == 2
    assert sum(releases.sent["foo-2.tar.gz"]) < 1.9 * MB


@pytest.mark.parametrize(
    "second", [release("2", moved=True), release("2", pictures=1), {"foo-2.tar.gz": b"none"}]
)
def test_where_it_is_not_there_the_archive_is_read_from_its_beginning(second):
    releases = Releases(release("1") | second)
    plain = texts(Releases(second))
    assert texts(releases) == {"1": stated("1"), **plain}


def test_a_server_without_ranges_sends_the_archive():
    releases = Releases(release("1") | release("2"), ranges=False)
    assert texts(releases) == {"1": stated("1"), "2": stated("2")}


def test_a_member_below_the_root_or_of_another_archive_is_not_taken():
    other = {name.replace("foo-2", "foo-3"): data for name, data in release("2").items()}
    releases = Releases(release("1") | other)
    assert texts(releases)["3"] == stated("2")
    assert sum(releases.sent["foo-3.tar.gz"]) > 4 * MB
