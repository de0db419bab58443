"""The charts of a report: what is written in them, and that they can be drawn of anything."""

import pytest
from sample_bills import priced_matrix, priced_story
from sample_reports import alpine_story, big, everywhere, images, mixed, nasty, wheel

from wheelcheck.errors import UsageError
from wheelcheck.reports.values.report import Loading, Report

pytest.importorskip("matplotlib")

SLIM, ALPINE = "python:3.8-slim", "python:3.8-alpine"


def words(chart) -> list[str]:
    """All that is written in a chart, in the order of reading."""
    (axes,) = chart.axes
    found = [(round(text.get_position()[1], 2), *text.get_position(), text) for text in axes.texts]
    return [text.get_text() for *_, text in sorted(found, key=lambda item: item[:2]) if text]


def boxes(chart) -> list[tuple[float, float, float]]:
    """Left edge, width and middle line of all boxes."""
    (axes,) = chart.axes
    return [(p.get_x(), p.get_width(), p.get_y() + p.get_height() / 2) for p in axes.patches]


def test_coverage_counts_every_target():
    shown = words(priced_story().plot.coverage())
    assert "10 of 10 wheels" in shown
    assert "6 of 10 wheels" in shown
    assert "▲ 4" in shown
    assert "compiles from source" in shown
    assert "no file fits: cannot be installed" not in shown


def test_coverage_bars_are_shares():
    chart = priced_story().plot.coverage()
    by_line: dict[float, list[float]] = {}
    for _, width, middle in boxes(chart):
        by_line.setdefault(round(middle, 3), []).append(width)
    _legend, slim, alpine = by_line.values()
    assert sum(slim) == pytest.approx(sum(alpine))
    assert alpine[0] / sum(alpine) == pytest.approx(0.4)


def test_targets_that_are_alike_share_a_bar():
    shown = words(mixed().plot.coverage())
    assert "musl (Python 3.11–3.15)" in shown
    assert sum("wheels" in text for text in shown) == 4


def test_what_is_not_needed_is_not_counted():
    shown = words(mixed().plot.coverage())
    assert "7 of 10 wheels" in shown
    assert "4 of 9 wheels" in shown


def test_the_bill_tells_numbers_and_intervals():
    shown = words(priced_story().plot.bill())
    assert "What it costs, on 2 cores" in shown
    time = shown[shown.index("Time to install") :]
    assert time[1:7] == [SLIM, "31 s", "22–40 s", ALPINE, "1 h 42 min", "76 min – 2 h 8 min"]
    assert "nothing is built" in shown[shown.index("Peak memory") :]
    assert "Image, one stage" in shown


def test_bars_of_the_bill_are_in_proportion():
    chart = priced_story().plot.bill()
    slim, alpine = [width for _, width, _ in boxes(chart)][:2]
    assert alpine / slim == pytest.approx(102 * 60 / 31)


def test_targets_with_the_same_numbers_share_a_bar():
    story = priced_story()
    slim = story.targets[0]
    targets = (*story.targets, slim.model_copy(update={"name": "python:3.9-slim"}))
    shown = words(story.model_copy(update={"targets": targets}).plot.bill())
    assert shown.count("31 s") == 1
    assert "python:3.8-slim, python:3.9-slim" in shown


def test_what_is_not_known_of_a_bill_says_so():
    assert "not known" in words(priced_matrix().plot.bill())


def test_a_report_without_costs_has_no_bill():
    with pytest.raises(UsageError, match="has no costs"):
        alpine_story().plot.bill()


def test_two_targets_are_compared_where_they_differ():
    shown = words(priced_story().plot.compare())
    assert shown == words(priced_story().plot.compare(SLIM, ALPINE))
    assert "· wheel  1.24.2" in shown
    assert "▲ compiles  1.24.2" in shown
    assert "6 packages alike" in shown
    assert "six" not in shown


def test_two_reports_are_compared_target_by_target():
    old = alpine_story()
    changed = [
        everywhere(p.name, wheel(p.name, "9.0", "cp38-cp38-musllinux_1_2_x86_64"), old.targets)
        if p.name == "scipy"
        else p
        for p in old.packages
        if p.name != "six"
    ]
    new = old.model_copy(update={"packages": tuple(changed), "as_of": None})
    shown = words(new.plot.compare(old))
    on_alpine = shown[shown.index(ALPINE) :]
    row = on_alpine.index("scipy")
    assert on_alpine[row : row + 3] == ["scipy", "▲ compiles  1.10.1", "· wheel  9.0"]
    assert "six" not in shown  # gone, but no trouble came or went
    assert "numpy" not in shown  # compiles as before
    assert "after: as it is now" in shown
    assert "9 other packages, among which nothing gained or lost its wheels" in on_alpine


@pytest.mark.parametrize("names", [(SLIM, "python:3.9-alpine"), (SLIM,), ()])
def test_targets_to_compare_must_be_there(names):
    report = alpine_story() if names else mixed()
    with pytest.raises(UsageError, match="the targets are"):
        report.plot.compare(*names)


def test_reports_without_a_common_target_cannot_be_compared():
    with pytest.raises(UsageError, match="no target in common"):
        alpine_story().plot.compare(mixed())


def test_an_empty_report_has_nothing_to_draw():
    with pytest.raises(UsageError, match="nothing to draw"):
        Report(inputs=(), targets=(), packages=()).plot.coverage()


@pytest.mark.parametrize("make", [big, nasty, mixed, lambda: images(60)])
def test_anything_can_be_drawn(make):
    report = make()
    names = [target.name for target in report.targets]
    charts = [report.plot.coverage(), report.plot.compare(names[0], names[-1])]
    for chart in charts:
        picture, shown = chart._repr_png_()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 100_000
        assert shown["width"] == 810


def test_names_are_not_mathematics():
    story = alpine_story()
    odd = story.packages[1].model_copy(update={"name": r"$\frac{1}{2}$ \alpha"})
    report = story.model_copy(update={"packages": (odd,)})
    chart = report.plot.compare()
    assert r"$\frac{1}{2}$ \alpha" in words(chart)
    assert chart._repr_png_()[0]


def test_everything_drawn_is_inside_the_picture():
    for chart in (priced_story().plot.bill(), big().plot.coverage(), mixed().plot.coverage()):
        chart.savefig("/dev/null", format="png", dpi=72)
        width, height = chart.get_size_inches() * chart.dpi
        (axes,) = chart.axes
        for text in axes.texts:
            box = text.get_window_extent()
            if text.get_text():
                assert box.x0 >= 0
                assert box.x1 <= width, text.get_text()
                assert 0 <= box.y0 <= box.y1 <= height


class TestMatrix:
    def test_packages_in_trouble_with_the_sign_of_each_target(self):
        shown = words(alpine_story().plot.matrix())
        assert {"numpy 1.24.2", "▲ compiles", "· wheel", SLIM, ALPINE} <= set(shown)
        assert "six 1.16.0" not in shown
        assert "6 packages come as wheels everywhere" in shown

    def test_every_package_on_request(self):
        assert "six 1.16.0" in words(alpine_story().plot.matrix(every=True))

    def test_targets_that_agree_share_a_column_under_their_axes(self):
        shown = words(mixed().plot.matrix())
        assert shown.count("x86_64, aarch64") == 2
        assert shown.count("3.15t") == 2

    def test_a_wheel_that_does_not_load_has_its_mark_and_a_legend(self):
        shown = words(unloading().plot.matrix())
        assert "! needs libs" in shown
        assert "comes as a wheel that needs system libraries" in shown

    def test_a_long_matrix_says_what_it_leaves_out(self):
        assert "and 9 more packages" in words(big().plot.matrix())

    def test_nothing_runs_over_the_edge(self):
        for report in (images(30), nasty(), big(), mixed()):
            chart = report.plot.matrix()
            chart.draw_without_rendering()
            width = chart.get_size_inches()[0] * chart.dpi
            for text in chart.axes[0].texts:
                box = text.get_window_extent()
                assert box.x0 >= 0
                assert box.x1 <= width, text.get_text()

    def test_a_report_without_packages_is_a_usage_error(self):
        with pytest.raises(UsageError, match="nothing to draw"):
            Report(inputs=(), targets=(), packages=()).plot.matrix()


def unloading() -> Report:
    loads = Loading(status="needs", needs=("libgomp.so.1",), reason="libgomp.so.1 is not there")
    report = alpine_story()
    six = report.package("six")
    cell = six.on[SLIM].model_copy(update={"loads": loads})
    changed = six.model_copy(update={"on": {**six.on, SLIM: cell}})
    others = (each for each in report.packages if each is not six)
    return report.model_copy(update={"packages": (*others, changed)})
