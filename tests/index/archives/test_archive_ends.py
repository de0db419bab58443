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


def test_long_blocks_are_not_stored():
    ends = ArchiveEnds()
    ends.add("a", 3 << 20, [(0, bytes(3 << 20))])
    assert ends.of("a") is None
