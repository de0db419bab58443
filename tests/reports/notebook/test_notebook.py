"""What a report shows in a notebook and in a terminal, and the data frames it gives."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample_bills import priced_matrix, priced_story
from sample_reports import alpine_story, big, images, mixed, nasty, unjudged_target

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.reports.notebook.palette import COLOURS
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.headline import headline

SAMPLES = [alpine_story, priced_story, mixed, priced_matrix, big, nasty, unjudged_target]
CSS = Path(__file__).parents[3] / "wheelcheck/reports/html/assets/page.css"
VOID = {"br", "input", "wbr"}


class Reader(HTMLParser):
    """Checks that elements are closed in order; collects elements, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if "style" not in self.stack:
            self.text += data


def test_repr_is_the_headline_and_str_what_the_command_prints():
    report = priced_story()
    assert repr(report) == f"Report({headline(report)!r})"
    assert len(repr(big())) < 400
    assert str(report) == render_text(report, width=100).rstrip()
    assert f"{report}" == str(report)


@pytest.mark.parametrize("make", SAMPLES)
def test_html_is_sound_small_and_fetches_nothing(make):
    html = make()._repr_html_()
    page = Reader(html)
    assert len(html) < 60_000
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert not {name for name in page.attributes if name.startswith("on") or name == "id"}
    assert "url(" not in html
    assert "@import" not in html


def test_html_shows_the_answer_the_matrix_costs_and_advice():
    page = Reader(priced_story()._repr_html_())
    text = " ".join(page.text.split())
    assert headline(priced_story()) in text
    assert "scikit-learn 1.2.2· wheel▲ compiles" in text
    assert "+ 6 packages come as wheels everywhere" in text
    assert "1 h 42 min (76 min – 2 h 8 min)" in text
    assert "take python:3.8-slim" in text
    assert "FROM python:3.8-slim" in text
    assert "none for musllinux" in text


def test_costs_of_many_targets_are_grouped():
    text = " ".join(Reader(priced_matrix()._repr_html_()).text.split())
    assert "On 2 cores" in text
    assert "536 min (16–57 min)900 MB (630 MB – 1.2 GB)" in text  # musl: 5 builds, medians alike
    assert "140 s to 3 min200 MB" in text  # glibc: 1 build, medians that differ


def test_html_says_where_the_answer_is_incomplete():
    assert "This answer is incomplete: 1 problem." in Reader(mixed()._repr_html_()).text
    assert "incomplete" not in Reader(alpine_story()._repr_html_()).text


def test_what_comes_from_an_index_is_text():
    page = Reader(nasty()._repr_html_())
    assert not {"link", "bold"} & page.tags
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", page.text)
    evil = alpine_story()
    first = evil.packages[0].model_copy(update={"name": "<script>alert(1)</script>"})
    changed = evil.model_copy(update={"packages": (first, *evil.packages[1:])})
    page = Reader(changed._repr_html_())
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text


def test_many_targets_share_columns():
    html = images(60)._repr_html_()
    assert html.count("<td") < 40


def test_ipython_gets_both_faces():
    report = alpine_story()
    assert report._repr_mimebundle_(include=None, exclude=None) == {
        "text/plain": str(report),
        "text/html": report._repr_html_(),
    }


def test_colours_are_those_of_the_page():
    css = CSS.read_text()
    names = {
        Verdict.UNAVAILABLE: "none",
        Verdict.SOURCE_NATIVE: "native",
        Verdict.SOURCE_UNKNOWN: "perhaps",
        Verdict.SOURCE_PURE: "pure",
        Verdict.UNKNOWN: "unknown",
    }
    for verdict, name in names.items():
        for part, colour in zip(("bg", "ink"), COLOURS[verdict], strict=True):
            assert f"--{name}-{part}: light-dark({colour}," in css
    assert f"rect.wheel, rect.pure-wheel {{ fill: light-dark({COLOURS[Verdict.WHEEL][0]}," in css


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("verdict", Verdict)
def test_ink_contrasts_with_its_ground(verdict: Verdict):
    low, high = sorted(luminance(colour) for colour in COLOURS[verdict])
    assert (high + 0.05) / (low + 0.05) >= 4.5


COLUMNS = [
    *("package", "version", "target", "python", "libc", "arch"),
    *("verdict", "file", "size", "requested_by", "reason", "system", "loads", "build_fails"),
]


def test_pandas_has_a_row_per_package_and_target():
    pytest.importorskip("pandas")
    report = mixed()
    frame = report.to_pandas()
    assert list(frame.columns) == COLUMNS
    assert len(frame) == sum(len(package.on) for package in report.packages)
    row = frame[(frame.package == "cffi") & (frame.target == "cp315t-musllinux_1_2_aarch64")]
    assert row.iloc[0].to_dict() | {"size": None, "loads": None, "build_fails": None} == {
        "package": "cffi",
        "version": "2.1.0",
        "target": "cp315t-musllinux_1_2_aarch64",
        "python": "3.15t",
        "libc": "musl",
        "arch": "aarch64",
        "verdict": "source-native",
        "file": "cffi-2.1.0.tar.gz",
        "size": None,
        "requested_by": "",
        "reason": report.package("cffi").on["cp315t-musllinux_1_2_aarch64"].reason,
        "system": "linux",
        "loads": None,
        "build_fails": None,
    }
    assert row["loads"].isna().all()
    assert row["size"].isna().all()
    assert (frame.verdict > "wheel").sum() == (~frame.verdict.isin(["wheel", "pure-wheel"])).sum()


def test_askers_are_joined_and_what_is_not_known_is_missing():
    pytest.importorskip("pandas")
    frame = alpine_story().to_pandas().set_index(["package", "target"])
    requested_by = "pandas 2.0.0; scikit-learn 1.2.2; scipy 1.10.1"
    assert frame.loc[("numpy", "python:3.8-alpine"), "requested_by"] == requested_by
    torch = mixed().to_pandas().query("package == 'torch' and verdict == 'unavailable'")
    assert len(torch)
    assert torch["file"].isna().all()


def test_polars_has_the_same_rows():
    pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    frame = mixed().to_polars()
    assert frame.columns == COLUMNS
    assert frame.schema["size"] == pl.Int64
    assert frame.schema["verdict"] == pl.Enum([verdict.value for verdict in Verdict])
    expected = mixed().to_pandas()
    assert frame["package"].to_list() == expected["package"].to_list()
    assert frame["verdict"].to_list() == expected["verdict"].to_list()


def test_an_empty_report_gives_an_empty_frame():
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    empty = Report(inputs=(), targets=(), packages=())
    assert list(empty.to_pandas().columns) == empty.to_polars().columns == COLUMNS
    assert len(empty.to_pandas()) == len(empty.to_polars()) == 0
    assert "Nothing was judged" in Reader(empty._repr_html_()).text


@pytest.mark.parametrize(
    ("module", "ask"),
    [
        ("pandas", Report.to_pandas),
        ("polars", Report.to_polars),
        ("matplotlib", lambda report: report.plot.coverage()),
    ],
)
def test_a_missing_library_is_reported_with_its_extra(monkeypatch, module, ask):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=r"pip install 'wheelcheck\[notebook\]'"):
        ask(alpine_story())
