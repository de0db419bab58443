import pytest

from wheelcheck.reports.values.cost_values import Estimate
from wheelcheck.reports.wording.quantities import duration, estimated, interval, size


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (45, "45 s"),
        (89.4, "89 s"),
        (89.6, "1.5 min"),
        (210, "3.5 min"),
        (240, "4 min"),
        (34 * 60, "34 min"),
        (102 * 60, "1 h 42 min"),
        (7200, "2 h"),
        (30 * 3600, "30 h"),
    ],
)
def test_durations_are_rounded_to_what_is_readable(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (812, "812 B"),
        (999.7, "1 kB"),
        (4_230, "4.2 kB"),
        (35_000_000, "35 MB"),
        (1_240_000_000, "1.2 GB"),
        (2_000_000_000_000, "2000 GB"),
    ],
)
def test_sizes_are_rounded_to_what_is_readable(count, words):
    assert size(count) == words


def estimate(low: float, value: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, basis="modelled")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((1680, 2040, 2700), "34 min (28–45 min)"),
        ((50, 80, 120), "80 s (50 s – 2 min)"),
        ((4560, 6120, 7680), "1 h 42 min (76 min – 2 h 8 min)"),
        ((7200, 7800, 8400), "2 h 10 min (2 h – 2 h 20 min)"),
        ((60, 60, 60), "60 s"),
    ],
)
def test_an_estimate_names_its_interval_unambiguously(given, words):
    assert estimated(estimate(*given), duration) == words


def test_what_is_exact_has_no_interval():
    assert interval(estimate(5, 5, 5), size) == ""
