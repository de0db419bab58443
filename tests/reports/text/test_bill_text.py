"""The bill as people read it."""

import pytest
from sample_reports import alpine_story

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.html import render_html
from wheelcheck.reports.markdown import render_markdown
from wheelcheck.reports.notebook.display import to_html
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.cost_values import Bill, Estimate, ImageSize
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.cost_phrases import cost_words, spread
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.quantities import duration, size

ALPINE = "python:3.8-alpine"


def about(value: float, factor: float = 1.5) -> Estimate:
    return Estimate(value=value, low=value / factor, high=value * factor, basis="derived")


WHEELS = Bill(
    cores=2,
    builds=0,
    wall_seconds=about(30),
    build_wall_seconds=Estimate(value=0, low=0, high=0, basis="exact"),
    image=ImageSize(single_stage=about(420e6, 1.02), multi_stage=about(420e6, 1.02)),
)
BUILDS = Bill(
    cores=2,
    builds=14,
    wall_seconds=about(4860),
    build_wall_seconds=about(4800),
    peak_memory_bytes=about(2.1e9),
    image=ImageSize(single_stage=about(1.2e9, 1.1), multi_stage=about(600e6, 1.1)),
    left_out=("pulling the base image",),
)


def billed(alpine: Bill = BUILDS) -> Report:
    report = alpine_story()
    targets = tuple(
        target.model_copy(update={"bill": alpine if target.name == ALPINE else WHEELS})
        for target in report.targets
    )
    return report.model_copy(update={"targets": targets})


def test_the_headline_is_what_a_manager_understands():
    assert headline(billed()) == (
        "On python:3.8-alpine 4 of 10 packages compile from source (numpy, pandas, scikit-learn, "
        "scipy): about 80 min (53 min – 2 h) on 2 cores, 2.1 GB peak, image 1.2 GB; on "
        "python:3.8-slim all 10 come as wheels: about 30 s (20–45 s), image 420 MB."
    )


def test_without_numbers_the_headline_claims_none():
    bill = Bill(cores=2, builds=4)
    assert cost_words([bill]) == ""
    assert "about" not in headline(billed(bill)).partition(";")[0]


def test_a_table_with_a_column_for_each_target():
    lines = render_text(billed(), width=100).splitlines()
    at = lines.index("What it costs, on 2 cores")
    rows = {line[:19].strip(): line[19:].split("  ") for line in lines[at + 1 : at + 8]}
    assert "14" in " ".join(rows["source builds"])
    assert "420 MB" in " ".join(rows["image of one stage"])


def test_a_size_that_an_image_does_not_have_is_not_unknown():
    size = about(611_000_000)
    several = BUILDS.model_copy(update={"image": ImageSize(multi_stage=size)})
    unknown = BUILDS.model_copy(update={"image": ImageSize(unknown="its base is not known")})

    def rows(bill: Bill) -> dict[str, str]:
        lines = render_text(billed(bill), width=140).splitlines()
        return {line[:19].strip(): line for line in lines if line.startswith("image of")}

    assert "not known" not in rows(several)["image of one stage"]
    assert "611 MB" in rows(several)["image of several"]
    assert "not known" in rows(unknown)["image of one stage"]


def test_what_is_not_in_the_numbers_is_named():
    assert "Not in these numbers: pulling the base image." in render_text(billed(), width=100)


@pytest.mark.parametrize(
    ("fits", "note"), [(False, ": too much"), (None, ": perhaps too much"), (True, "")]
)
def test_memory_that_does_not_suffice_is_warned_of(fits, note):
    bill = BUILDS.model_copy(update={"memory_bytes": 2_000_000_000, "fits_memory": fits})
    text = render_text(billed(bill), width=120)
    assert f"2.1 GB (1.4–3.1 GB){note}" in text
    assert ("too much" in text) is bool(note)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_wider_than_the_page(width):
    text = render_text(billed(), width=width)
    assert max(map(len, text.splitlines())) <= width


def test_medians_that_hardly_differ_are_merged():
    assert spread([about(10, 2), about(10.5, 2)], duration) == "10 s (5.2–21 s)"
    assert spread([about(10), about(20)], duration) == "10 s to 20 s"
    assert spread([about(1e9), None], size, whole=False) == "1 GB"


def test_where_nothing_is_installed_nothing_is_priced():
    report = billed()
    lost = tuple(
        package.model_copy(
            update={
                "on": {
                    **package.on,
                    ALPINE: package.on[ALPINE].model_copy(update={"verdict": Verdict.UNKNOWN}),
                }
            }
        )
        for package in report.packages
    )
    table = render_text(report.model_copy(update={"packages": lost})).partition("What it costs")[2]
    assert ALPINE not in table.partition("\n\n")[0]
    assert "What it costs" not in render_text(report.model_copy(update={"packages": ()}))


HALF_KNOWN = BUILDS.model_copy(
    update={"builds_without_time": ("fast 1", "faster 2"), "builds_without_memory": ("fast 1",)}
)


def figures(bill: Bill) -> dict[str, str]:
    lines = render_text(billed(bill), width=160).splitlines()
    at = lines.index("What it costs, on 2 cores")
    return {line[:19].strip(): line[19:] for line in lines[at + 2 : at + 8]}


def test_a_sum_without_some_builds_is_the_least_and_says_so():
    found = figures(HALF_KNOWN)
    assert "at least 81 min (54 min – 2 h 2 min), 2 builds not known" in found["in all"]
    assert "at least 80 min (53 min – 2 h), 2 builds not known" in found["time to build"]
    assert "at least 2.1 GB (1.4–3.1 GB), 1 build not known" in found["peak memory"]
    headline = cost_words([HALF_KNOWN])
    assert "at least 80 min (53 min – 2 h) on 2 cores, 2 builds not known" in headline
    assert "at least 2.1 GB peak" in headline


def test_the_headline_says_that_no_time_is_known():
    bill = Bill(cores=2, builds=1, wall_seconds=about(13), builds_without_time=("fast 1",))
    assert cost_words([bill]) == "build time not known"


def test_peak_memory_has_its_interval():
    assert "2.1 GB (1.4–3.1 GB)" in figures(BUILDS)["peak memory"]


@pytest.mark.parametrize("render", [render_markdown, render_html, to_html])
def test_every_format_says_what_a_sum_is_without(render):
    text = render(billed(HALF_KNOWN))
    assert "at least 81 min" in text
    assert "2 builds not known" in text
    assert "at least 2.1 GB" in text
    assert "at least" not in render(billed())


@pytest.mark.parametrize("render", [render_markdown, render_html])
def test_memory_that_may_not_suffice_is_warned_of_everywhere(render):
    sure = {"memory_bytes": 10**9, "fits_memory": False}
    text = render(billed(BUILDS.model_copy(update=sure)))
    assert "more than the machine has (1 GB)" in text
    assert "perhaps more" not in text
    text = render(billed(BUILDS.model_copy(update=sure | {"fits_memory": None})))
    assert "perhaps more than the machine has (1 GB)" in text
