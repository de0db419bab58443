"""The tables of facts: every row has a source, and its words and dates make sense."""

import re
from datetime import date
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest

from wheelcheck.tables import read_table
from wheelcheck.targets import Libc
from wheelcheck.targets.images.catalogue import DOCKER_PLATFORMS, catalogue

TABLES = ["images/aliases.csv", "images/images.csv", "pythons.csv", "support.csv"]
RECORDED = date(2026, 11, 23)
PYTHON = re.compile(r"(pypy)?3\.\d+(\.\d+|\.x)?")


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_whole_and_has_a_source(name):
    rows = list(read_table(f"targets/{name}"))
    assert rows
    for row in rows:
        assert None not in row, row  # more cells than columns
        assert None not in row.values(), row  # fewer
        assert row["source"], row
        assert all(cell == cell.strip() for cell in row.values()), row


@pytest.mark.parametrize("name", TABLES)
def test_dates_are_dates_of_the_past(name):
    days = {"since", "released", "first", "last", "first_release"}
    for row in read_table(f"targets/{name}"):
        for column in days & row.keys():
            day = date.fromisoformat(row[column]) if row[column] else None
            assert day is None or date(2014, 1, 1) < day <= RECORDED, row


@pytest.mark.parametrize("name", ["images/images.csv", "pythons.csv", "support.csv"])
def test_no_row_is_there_twice(name):
    rows = [tuple(row.values()) for row in read_table(f"targets/{name}")]
    assert len(rows) == len(set(rows))
    if name == "images/images.csv":
        assert len(rows) == len(catalogue())


def test_images_are_complete_after_inheritance():
    for row in catalogue().values():
        assert row.os
        assert row.platforms
        names = [platform.name for platform in row.platforms]
        assert len(names) == len(set(names)), row
        assert set(names) <= DOCKER_PLATFORMS.keys(), row
        for platform in row.platforms:
            known = [row.first, platform.since, platform.until, row.last]
            days = [day for day in known if day]
            assert days == sorted(days), row
        major, minor = row.libc_version.split(".")[:2]
        known = {Libc.GLIBC: (2, range(17, 60)), Libc.MUSL: (1, range(1, 3))}[row.libc]
        assert int(major) == known[0]
        assert int(minor) in known[1], row
        assert not row.python or PYTHON.fullmatch(row.python), row
        assert bool(row.python) == bool(row.python_from), row
        assert row.first is None or row.last is None or row.first < row.last, row
        sizes = [size for size in (row.compressed_mb, row.uncompressed_mb) if size]
        assert sizes == sorted(sizes), row


def test_bases_and_aliases_lead_to_images():
    for row in read_table("targets/images/images.csv"):
        assert not row["base"] or row["base"] in catalogue(), row
    for row in read_table("targets/images/aliases.csv"):
        assert any(fnmatchcase(row["image"], image) for image in catalogue()), row
        assert row["alias"] not in catalogue(), row


def test_patch_releases_follow_each_other():
    """Within a minor version of CPython every patch release is there, in order of its day."""
    found: dict[str, list[tuple[int, date]]] = {}
    for row in read_table("targets/pythons.csv"):
        if row["implementation"] == "cpython":
            minor, _, patch = row["python_version"].rpartition(".")
            found.setdefault(minor, []).append((int(patch), date.fromisoformat(row["released"])))
    assert set(found) == {f"3.{minor}" for minor in range(6, 16)}
    for minor, releases in found.items():
        releases.sort()
        assert [patch for patch, _ in releases] == list(range(len(releases))), minor
        assert all(earlier[1] <= later[1] for earlier, later in pairwise(releases)), minor


def test_support_covers_the_releases():
    support = {row["python"]: row for row in read_table("targets/support.csv")}
    for row in read_table("targets/pythons.csv"):
        if row["implementation"] == "cpython":
            minor = row["python_version"].rpartition(".")[0]
            span = support[minor]
            assert span["first_release"] <= row["released"], row
            assert row["released"] <= span["end_of_support"], row
