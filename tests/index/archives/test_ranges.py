"""Bytes of remote archives: what was read before is not requested again."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from wheelcheck.index.archives.ranges import TAIL_BYTES, ArchiveEnds, FileBytes, HttpBytes
from wheelcheck.index.archives.zips import last_members, zip_members

FILE = random.Random(1).randbytes(200_000)


class Ranges:
    """A server of `FILE`, with the ranges that were requested."""

    def __init__(self) -> None:
        self.requested: list[tuple[int, int]] = []

    def retrying(self, url: str, attempt: Callable[[], Any]) -> Any:
        del url
        return attempt()

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[tuple[Any, str]]:
        first, last = map(int, headers["Range"].removeprefix("bytes=").split("-"))
        self.requested.append((first, last + 1))
        found = FILE[first : last + 1]
        content_range = {"content-range": f"bytes {first}-{last}/{len(FILE)}"}
        yield SimpleNamespace(status_code=206, headers=content_range, iter_raw=lambda: [found]), url


@pytest.fixture
def server() -> Ranges:
    return Ranges()


@pytest.fixture
def remote(server: Ranges) -> HttpBytes:
    source = HttpBytes(server, "https://files.example/a.whl", len(FILE))
    source.read(len(FILE) - TAIL_BYTES - 1000, 500)  # the directory
    server.requested.clear()
    return source


def test_more_of_a_member_is_read_from_where_it_ended(server: Ranges, remote: HttpBytes):
    assert remote.read(1000, 20_000) == FILE[1000:21_000]
    assert remote.read(1000, 50_000) == FILE[1000:51_000]
    assert server.requested == [(1000, 21_000), (21_000, 51_000)]


def test_of_ranges_side_by_side_too(server: Ranges, remote: HttpBytes):
    remote.read_many([(0, 10_000), (30_000, 40_000)])
    remote.read_many([(0, 20_000), (30_000, 60_000), (70_000, 80_000)])
    assert sorted(server.requested[2:]) == [(10_000, 20_000), (40_000, 60_000), (70_000, 80_000)]
    for start, end in [(0, 20_000), (30_000, 60_000), (70_000, 80_000)]:
        assert remote.read(start, end - start) == FILE[start:end]
    assert len(server.requested) == 5


def test_a_directory_that_came_with_the_end_is_not_requested_again(server: Ranges, monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(20):
            archive.writestr(f"a/{number}.py", bytes(5000))
    monkeypatch.setattr(f"{__name__}.FILE", packed.getvalue())
    source = HttpBytes(server, "https://files.example/a.whl", len(packed.getvalue()))
    assert len(list(zip_members(source))) == 20
    assert len(server.requested) == 1


def test_of_a_longer_directory_only_what_did_not_come_with_the_end_is_requested(
    server: Ranges, monkeypatch: pytest.MonkeyPatch
):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(1000):
            archive.writestr(f"a/{number}.py", b"x" * 100)
    monkeypatch.setattr(f"{__name__}.FILE", packed.getvalue())
    size = len(packed.getvalue())
    ends = ArchiveEnds()
    source = HttpBytes(server, "https://files.example/a.whl", size, ends=ends)
    assert len(list(zip_members(source))) == 1000
    assert server.requested == [(size - TAIL_BYTES, size), (archive.start_dir, size - TAIL_BYTES)]
    source.close()
    again = HttpBytes(server, "https://files.example/a.whl", size, ends=ends)
    assert len(list(zip_members(again))) == 1000
    assert len(server.requested) == 2


def test_the_last_members_are_those_that_the_end_lists():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(1500):  # each name looks as if an entry began in it
            archive.writestr(f"a/PK\1\2{number}.py", b"x" * number)
    last, members = last_members(FileBytes(packed)), list(zip_members(FileBytes(packed)))
    assert 100 < len(last) < 1000
    assert last == members[-len(last) :]
