"""`data/musllinux/first.csv` against the frozen index, which holds fewer releases of each project.

What that index lists as the first wheel can be later than the true first, never earlier.
"""

import csv
from datetime import date
from pathlib import Path

import pytest
from frozen import FrozenIndex

TABLE = Path(__file__).parents[2] / "data" / "musllinux" / "first.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def index() -> FrozenIndex:
    return FrozenIndex()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["package"])
def test_no_wheel_is_older_than_the_first(index: FrozenIndex, row):
    project = index.project(row["package"])
    assert project is not None
    for column, word in (("linux_day", "linux"), ("musl_day", "musllinux")):
        days = [
            date.fromisoformat(file["upload-time"][:10])
            for _, file in project.listed()
            if file["filename"].endswith(".whl") and word in file["filename"]
        ]
        if days:
            assert date.fromisoformat(row[column]) <= min(days)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["package"])
def test_a_recorded_release_that_is_frozen_has_its_wheel(index: FrozenIndex, row):
    project = index.project(row["package"])
    assert project is not None
    names = {
        release.version: [file["filename"] for file in release.files]
        for release in project.releases
    }
    for column, word in (("linux_release", "linux"), ("musl_release", "musllinux")):
        if row[column] in names:
            assert any(word in name for name in names[row[column]])
    newest = names.get(row["newest_release"], [])
    if newest:
        kinds = {"musllinux wheel": "musllinux", "pure wheel": "-none-any.whl", "no wheel": ""}
        assert any(kinds[row["newest_comes_as"]] in name for name in newest)
        has_musl = any("musllinux" in name for name in newest)
        assert has_musl is (row["newest_comes_as"] == "musllinux wheel")


def test_the_days_of_musl_wheels_are_right():
    """numpy, scipy and pandas came some months after 2023-04-14; scikit-learn has none."""
    first = {row["package"]: row["musl_day"] for row in ROWS}
    assert first["numpy"] == "2023-06-17"  # numpy 1.25.0's own release day
    assert all("2023-04-14" < first[name] < "2023-10" for name in ("numpy", "scipy", "pandas"))
    assert first["scikit-learn"] == ""
