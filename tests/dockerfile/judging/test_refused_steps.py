"""A step that is refused, and what is said of the steps behind it."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archive_builders import wheel_of
from dockerfile_context import DictContext

from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.index import open_index
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements.requirement_set import IndexOptions

NOW = datetime(2026, 11, 1, tzinfo=UTC)
REFUSED = 'FROM python:3.12-slim\nRUN pip install "gone @ http://["\nRUN pip install app\n'


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[str], Report]:
    (tmp_path / "app-1-py3-none-any.whl").write_bytes(wheel_of("app", "1"))

    def judge(text: str) -> Report:
        dockerfile = parse_dockerfile(text, as_of=NOW.date(), context=DictContext({}))
        options = IndexOptions(no_index=True, find_links=(str(tmp_path),))
        with open_index(options, cache_dir=None) as index:
            return analyse_dockerfile(
                dockerfile, lambda _: nullcontext(index), machine=Machine(), as_of=NOW
            )

    return judge


def test_a_refused_package_is_no_wheel_of_the_next_step(judged):
    page = render_text(judged(REFUSED))
    assert "1 package comes as a wheel on python:3.12-slim (line 3): app" in page


def test_an_answer_is_complete_where_all_that_is_not_judged_is_refused(judged):
    page = render_text(judged(REFUSED))
    assert "Refused" in page
    assert "incomplete" not in page


@pytest.mark.parametrize("wanted", ["app==9", "nonesuch"])
def test_a_step_fails_where_no_index_has_what_it_asks_for(judged, wanted):
    report = judged(f"FROM python:3.12-slim\nRUN pip install {wanted}\nRUN pip install app\n")
    (finding,) = (each for each in report.dockerfile.findings if each.severity == "error")
    assert (finding.code, finding.line) == ("package-unavailable", 2)


@pytest.mark.parametrize(
    "image", ["condaforge/miniforge3", "quay.io/jupyter/scipy-notebook:python-3.12"]
)
def test_a_python_beside_the_distributions_refuses_nothing(judged, image):
    assert not judged(f"FROM {image}\nRUN pip install app\n").fails


def test_the_mark_of_a_python_without_pip_is_not_named(judged):
    run = 'RUN ["python3", "-m", "pip", "install", "app"]'
    page = render_text(judged(f"FROM gcr.io/distroless/python3-debian12\n{run}\n"))
    assert "[no-pip]" in page
    assert "externally managed" not in page
    assert "Corrected" not in page
    assert "add python3-pip" not in page
