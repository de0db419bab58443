"""The ends of archives are read once in a run, even if another caller reads the archive again."""

import random

from wheelcheck.index.archives.ranges import ArchiveEnds


def test_the_oldest_ends_are_dropped_where_they_take_too_much():
    ends = ArchiveEnds(most=1000)
    data = random.Random(1).randbytes(400)
    for name in "abc":
        ends.add(name, 10_000, [(9_600, data)])
    assert ends.of("a") is None
    assert ends.of("c") == (10_000, [(9_600, data)])


def test_of_a_long_end_the_last_bytes_are_stored():
    ends = ArchiveEnds()
    ends.add("a", 3 << 20, [(0, bytes(2 << 20) + b"x" * (1 << 20))])
    assert ends.of("a") == (3 << 20, [(2 << 20, b"x" * (1 << 20))])


BLOCKS = [(9_000, b"end"), (100, b"a" * 60), (500, b"b" * 30)]


def test_the_next_reader_of_a_file_that_is_read_on_finds_all_blocks():
    ends = ArchiveEnds()
    ends.add("a", 10_000, BLOCKS, all_of_them=True)
    ends.add("b", 10_000, BLOCKS)
    assert ends.of("a") == (10_000, BLOCKS)
    assert ends.of("a") == ends.of("b") == (10_000, BLOCKS[:1])


def test_there_is_room_for_so_many_bytes_of_files_that_are_read_on():
    ends = ArchiveEnds(more=100)
    for name in "abc":
        ends.add(name, 10_000, BLOCKS, all_of_them=True)
        ends.add(name, 10_000, BLOCKS, all_of_them=True)
    assert [len(ends.of(name)[1]) for name in "abca"] == [3, 1, 1, 1]
    ends.add("c", 10_000, BLOCKS, all_of_them=True)
    assert len(ends.of("c")[1]) == 3
