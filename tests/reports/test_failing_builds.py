"""A build that fails for certain: marked as what cannot be installed, and without a price."""

import csv
from datetime import date
from io import StringIO

import pytest
from fake_index import FakeIndex
from situations import requirements_of

import wheelcheck
from wheelcheck.api.analyse import analyse
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.csv_table import render_csv
from wheelcheck.reports.html import render_html
from wheelcheck.reports.markdown import render_markdown
from wheelcheck.reports.notebook.display import to_html
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.marks import BUILD_FAILS

DAY = date(2026, 11, 1)
GLIBC, MUSL = "python:3.12-slim", "python:3.12-alpine"
STUB = "raise SystemExit('this name is reserved')\n"


@pytest.fixture
def report() -> Report:
    """A release whose setup script only stops, and that has a wheel for glibc."""
    index = FakeIndex(
        {
            "sci": {"1": ["sci-1.tar.gz", "sci-1-cp312-cp312-manylinux_2_17_x86_64.whl"]},
            "plain": {"1": ["plain-1-py3-none-any.whl"]},
        },
        listings={"sci-1.tar.gz": {"sci-1/setup.py": STUB}},
    )
    targets = [wheelcheck.parse_target(name, as_of=DAY) for name in (GLIBC, MUSL)]
    return analyse(requirements_of("sci", "plain"), targets, index)


def bill_on(report: Report, name: str):
    return next(target.bill for target in report.targets if target.name == name)


def test_the_cell_says_why(report):
    (sci,) = (package for package in report.packages if package.name == "sci")
    assert "setup.py ends with an error" in sci.on[MUSL].build_fails
    assert sci.on[MUSL].verdict is not Verdict.UNAVAILABLE
    assert sci.on[GLIBC].build_fails == ""


def test_what_never_comes_to_an_end_has_no_price(report):
    bill = bill_on(report, MUSL)
    assert (bill.builds, bill.failing) == (1, ("sci",))
    assert bill.cpu_seconds is bill.wall_seconds is bill.build_wall_seconds is None
    assert bill.peak_memory_bytes is None
    assert bill.image.size is None
    assert bill_on(report, GLIBC).wall_seconds is not None


def test_bars_of_targets_count_it_among_the_worst(report):
    page = render_html(report)
    assert "<b>✗ 1</b> build fails" in page
    assert "</b> compiles" not in page
    pytest.importorskip("matplotlib")
    (axes,) = report.plot.coverage().axes
    words = [text.get_text() for text in axes.texts]
    assert {"✗ 1", BUILD_FAILS.meaning, "1 of 2 wheels"} <= set(words)


def test_the_text_marks_it_and_names_no_time(report):
    text = render_text(report, width=120)
    row = next(line for line in text.splitlines() if line.startswith("sci 1"))
    assert row.split("  ")[-1].strip() == "✗ build fails"
    assert "✗ built from source, which fails: cannot be installed" in text
    times = next(line for line in text.splitlines() if line.startswith("in all"))
    assert times.rstrip().endswith("–")


@pytest.mark.parametrize("render", [render_markdown, render_html, to_html])
def test_other_formats_mark_it_too(report, render):
    assert "✗ build fails" in render(report).replace("**", "")


def test_the_table_for_spreadsheets_says_why(report):
    rows = list(csv.DictReader(StringIO(render_csv(report), newline="")))
    why = {(row["package"], row["target"]): row["build_fails"] for row in rows}
    assert "setup.py ends with an error" in why["sci", MUSL]
    assert why["sci", GLIBC] == ""


def test_no_commands_are_named_for_builds_that_all_fail(report):
    text = render_text(report, width=120)
    assert "To build it all the same" not in text
    assert "✗ sci 1 fails" in text


def extension(library: str, more: str = "") -> str:
    return (
        f"from setuptools import setup, Extension\n{more}"
        f"setup(ext_modules=[Extension('x', ['x.c'], libraries=['{library}'])])\n"
    )


@pytest.mark.parametrize("render", [render_text, render_markdown])
def test_packages_are_named_for_builds_that_may_succeed(render):
    index = FakeIndex(
        {name: {"1": [f"{name}-1.tar.gz"]} for name in ("good", "bad")},
        listings={
            "good-1.tar.gz": {"good-1/setup.py": extension("pq"), "good-1/x.c": ""},
            "bad-1.tar.gz": {"bad-1/setup.py": extension("xml2", "import imp\n"), "bad-1/x.c": ""},
        },
    )
    target = wheelcheck.parse_target(GLIBC, as_of=DAY)
    both = render(analyse(requirements_of("good", "bad"), [target], index))
    assert "libpq-dev" in both
    assert "libxml2-dev" not in both
    assert "apt-get install" not in render(analyse(requirements_of("bad"), [target], index))
