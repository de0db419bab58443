"""Estimates, sums of estimates, and what one build costs in them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.costs.quantity import PredictedCost, Quantity, total
from wheelcheck.errors import Unknown

positive = st.floats(min_value=0.01, max_value=1e6)
factors = st.floats(min_value=1, max_value=5)
estimates = st.builds(Quantity.within, positive, factors, st.just("modelled"))


def cost(cpu: float = 100, serial: float = 0.2, process: float = 1e9, share: float = 0.5):
    return PredictedCost(
        Quantity.within(cpu, 1.5, "modelled"),
        serial,
        Quantity.within(process, 1.3, "modelled"),
        share,
        Quantity.exact(1),
        Quantity.exact(1),
    )


def test_within_a_factor():
    quantity = Quantity.within(10, 2, "scaled", "from x 1")
    assert (quantity.low, quantity.value, quantity.high, quantity.source) == (5, 10, 20, "from x 1")
    assert quantity.factor == pytest.approx(2)


def test_what_is_counted_is_certain():
    assert Quantity.exact(7).factor == 1
    assert total([Quantity.exact(3), Quantity.exact(4)]) == Quantity.exact(7)


def test_nothing_costs_nothing():
    assert total([]) == Quantity.exact(0)
    assert total([Quantity.exact(0), Quantity.exact(0)]) == Quantity.exact(0)


@given(estimates)
def test_a_sum_of_a_single_part_is_that_part(part: Quantity):
    assert total([part]) == part


@given(st.lists(estimates, min_size=2, max_size=6))
def test_a_sum_is_no_less_than_its_parts(parts: list[Quantity]):
    added = total(parts)
    assert added.low <= added.value <= added.high
    assert added.value >= sum(part.value for part in parts) * 0.999
    assert added.low >= sum(part.low for part in parts) * 0.999


def test_a_certain_part_stays_certain():
    added = total([Quantity.exact(100), Quantity.within(1, 5, "modelled")])
    assert 100 < added.low < 101 < added.high <= 105.001


def test_independent_errors_cancel_and_shared_ones_do_not():
    parts = [Quantity.within(10, 2, "modelled")] * 20
    independent, shared = total(parts, correlation=0.0), total(parts, correlation=1.0)
    assert independent.factor < 1.25
    assert shared.factor == pytest.approx(2, rel=0.01)
    assert shared.value == pytest.approx(200, rel=0.01)


def test_four_in_five_sums_are_within_the_interval():
    """Against numbers drawn at random, by the same assumption on single errors."""
    import random

    draw = random.Random(1)
    parts = [Quantity.within(value, 2, "modelled") for value in (5, 20, 50)]
    added = total(parts, correlation=0.0)
    spread = math.log(2) / 1.2816
    sums = [
        sum(part.value * math.exp(draw.gauss(0, spread)) for part in parts) for _ in range(4000)
    ]
    inside = sum(added.low <= each <= added.high for each in sums) / len(sums)
    assert 0.77 < inside < 0.83


def test_cores_shorten_only_what_is_parallel():
    assert cost().wall_seconds(1).value == pytest.approx(100)
    assert cost().wall_seconds(2).value == pytest.approx(60)
    assert cost(serial=1.0).wall_seconds(64).value == pytest.approx(100)


def test_jobs_add_memory_only_where_there_are_several():
    assert cost().peak_bytes_at(3).value == pytest.approx(2e9)
    assert cost(share=0.0).peak_bytes_at(8).value == pytest.approx(1e9)


def test_several_jobs_are_less_certain_than_a_single_job():
    assert cost().peak_bytes_at(1).factor == pytest.approx(1.3)
    assert 1.4 < cost().peak_bytes_at(3).factor < 1.3 * 1.4


def test_an_independent_error_widens_the_interval():
    quantity = Quantity(10, 5, 40, "modelled")
    wider = quantity.widened(2)
    assert wider.value == 10
    assert 2.5 < wider.low < 5
    assert 40 < wider.high < 80
    assert quantity.widened(1).high == pytest.approx(40)
    assert Quantity.exact(0).widened(2) == Quantity.exact(0)


def test_what_is_unknown_stays_unknown():
    why = Unknown("crates-not-measured", "its crates are fetched")
    unknown = PredictedCost(why, 1.0, why, 0.0, why, why)
    assert unknown.wall_seconds(2) is why
    assert unknown.peak_bytes_at(2) is why
