import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_bills import priced_story
from sample_dockerfiles import broken_image
from sample_reports import alpine_story, mixed, wheel, with_lost_wheel

from wheelcheck.reports.csv_table import COLUMNS, render_csv
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.phrases import clean


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(render_csv(report), newline="")))


def test_each_package_has_a_row_per_target():
    found = rows(mixed())
    assert len(found) == 10 * 24
    assert tuple(found[0]) == COLUMNS


def test_a_row_has_what_the_cell_has():
    pandas = next(
        row
        for row in rows(alpine_story())
        if (row["package"], row["target"]) == ("pandas", "python:3.8-alpine")
    )
    assert pandas == {
        "package": "pandas",
        "target": "python:3.8-alpine",
        "python": "3.8",
        "libc": "musl",
        "libc_version": "1.2",
        "arch": "x86_64",
        "version": "2.0.0",
        "verdict": "source-native",
        "reason": "cp38 wheels exist for manylinux_2_17_x86_64; none for musllinux; "
        "the release has wheels built for a platform",
        "file": "pandas-2.0.0.tar.gz",
        "size": "",
        "upload_time": "",
        "yanked": "",
        "requested_by": "requirements.txt:2",
        "nearest_miss": "pandas-2.0.0-cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "nearest_miss_part": "libc",
        "system": "linux",
        "loads": "",
        "lost_wheel": "",
        "build_fails": "",
    }


def test_a_lost_wheel_has_its_reason_in_a_column():
    report, reason = with_lost_wheel(alpine_story(), "pandas")
    found = {row["package"]: row["lost_wheel"] for row in rows(report) if "alpine" in row["target"]}
    assert found["pandas"] == reason
    assert found["numpy"] == ""


@pytest.mark.parametrize("start", "=+-@")
def test_no_text_is_a_formula(start):
    story = alpine_story()
    cell = wheel("x", "1", yanked=f"{start}HYPERLINK(1)")
    report = story.model_copy(
        update={"packages": (Package(name="x", on={story.targets[0].name: cell}),)}
    )
    assert rows(report)[0]["yanked"] == f"'{start}HYPERLINK(1)"


@given(st.text())
def test_any_text_stays_in_its_cell(text):
    story = alpine_story()
    cell = wheel("x", "1", yanked=f"a{text}")
    report = story.model_copy(
        update={"packages": (Package(name="x", on={story.targets[0].name: cell}),)}
    )
    (row,) = rows(report)
    assert row["yanked"] == clean(f"a{text}")


def test_a_dockerfile_adds_no_rows():
    assert render_csv(broken_image()) == render_csv(priced_story())
