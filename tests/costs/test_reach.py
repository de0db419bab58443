"""How far a build lies beyond the measured builds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.costs.reach import beyond, reach, seconds_by_kind

TERMS = ("base", "c_files", "c_mb", "cpp_mb", "modern_cpp_files", "modern_cpp_mb", "cython_mb")
builds = st.fixed_dictionaries({"base": st.floats(0.1, 10)}).flatmap(
    lambda base: st.dictionaries(st.sampled_from(TERMS[1:]), st.floats(0.1, 1e4)).map(
        lambda other: base | other
    )
)


def test_old_and_modern_cpp_are_the_same_kind():
    seconds = {"cpp_header_mb": 1.0, "modern_cpp_files": 2.0, "modern_cpp_mb": 3.0, "c_mb": 4.0}
    assert seconds_by_kind(seconds) == {"cpp": 6.0, "c": 4.0}


def test_the_largest_build_of_each_kind_covers_it():
    assert reach([{"c_mb": 5.0}, {"c_mb": 3.0, "cpp_mb": 7.0}]) == {"c": 5.0, "cpp": 7.0}


def test_ten_times_what_is_covered():
    covered = {"base": 1.0, "cpp": 99.0}
    assert beyond({"base": 1.0, "cpp_mb": 999.0}, covered) == pytest.approx(math.log(10))


def test_a_kind_that_was_never_measured_is_beyond():
    assert beyond({"base": 1.0, "rust_mb": 3.0}, {"base": 1.0}) == pytest.approx(math.log(4))


@given(st.lists(builds, min_size=1, max_size=5))
def test_what_was_measured_is_covered(measured: list[dict[str, float]]):
    covered = reach(measured)
    assert all(beyond(build, covered) == pytest.approx(0) for build in measured)


@given(builds, builds, st.sampled_from(TERMS), st.floats(0, 1e4))
def test_more_never_comes_nearer(
    measured: dict[str, float], build: dict[str, float], term: str, more: float
):
    covered = reach([measured])
    at = beyond(build, covered)
    kind = next(iter(seconds_by_kind({term: 1.0})))
    if seconds_by_kind(build).get(kind, 0.0) >= covered.get(kind, 0.0):
        assert beyond({**build, term: build.get(term, 0.0) + more}, covered) >= at - 1e-9
