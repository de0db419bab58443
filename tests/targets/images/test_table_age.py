"""Facts about images that are too old for the day they are used on are reported, once."""

from datetime import date, timedelta

import pytest

import wheelcheck
from wheelcheck.tables import table_date
from wheelcheck.targets.images import table_age
from wheelcheck.targets.images.table_age import outdated_tables

FACTS = table_date("targets/images/images.csv")
LATER = str(FACTS + timedelta(days=200))
SOON = str(FACTS + timedelta(days=100))


def test_the_tables_are_old_after_six_months(monkeypatch):
    monkeypatch.setattr(table_age, "table_date", lambda _: date(2026, 8, 22))
    assert outdated_tables(date(2027, 2, 22)) == ""
    assert outdated_tables(date(2027, 2, 23)) == (
        "image facts are as of 2026-08-22; newer releases are not known"
    )


def warned(index, day: str, targets: list[str] | None) -> list[tuple[str, ...]]:
    """The targets of each warning that a report has, judged as of a day."""
    report = wheelcheck.check(
        packages=["six"],
        targets=targets,
        exclude_newer=day,
        index_url=index.url,
        cache_dir=None,
        verdicts_only=True,
    )
    found = [problem for problem in report.problems if problem.code == "old-tables"]
    assert report.complete
    return [problem.targets for problem in found]


@pytest.mark.parametrize("day", [LATER, SOON])
def test_images_by_name_are_named_in_the_warning(public_index, day: str):
    targets = ["python:3.12-alpine", "cp312-musllinux_1_2_x86_64", "debian:12"]
    expected = [("python:3.12-alpine", "debian:12")] if day == LATER else []
    assert warned(public_index, day, targets) == expected


def test_tags_rest_on_no_table_of_images(public_index):
    assert warned(public_index, LATER, ["cp312-manylinux_2_28_x86_64"]) == []


def test_the_default_matrix_is_as_old_as_its_tables(public_index):
    [targets] = warned(public_index, LATER, None)
    assert len(targets) > 10


def test_an_explanation_and_a_dockerfile_are_warned_alike(public_index, tmp_path):
    options = {"exclude_newer": LATER, "index_url": public_index.url, "cache_dir": None}
    found = wheelcheck.explain("six", targets=["python:3.12-alpine"], **options)
    assert "old-tables" in {problem.code for problem in found.problems}
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM python:3.12-alpine\nRUN pip install six\n")
    report = wheelcheck.check(dockerfile, **options)
    assert [each.targets for each in report.problems if each.code == "old-tables"] == [
        ("python:3.12-alpine",)
    ]
