"""Poetry's versions, by the examples of its documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wheelcheck.requirements.projects.poetry_constraints import (
    admits,
    parse_constraint,
    python_constraint_marker,
)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("^1.2.3", ">=1.2.3,<2.0.0"),
        ("^1.2", ">=1.2,<2.0.0"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        ("1.*", "==1.*"),
        ("1.2.*", "==1.2.*"),
        (">= 1.2.0", ">=1.2.0"),
        (">1", ">1"),
        ("!= 1.2.3", "!=1.2.3"),
        (">= 1.2, < 1.5", ">=1.2,<1.5"),
        (">=1.2 <1.5", ">=1.2,<1.5"),
        ("==1.2.3", "==1.2.3"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        ("~=2.2", "~=2.2"),
        ("^1!2.0", ">=1!2.0,<1!3"),
        ("^2.0.0b1", ">=2.0.0b1,<3"),
    ],
)
def test_what_a_constraint_means(text, meaning):
    (found,) = parse_constraint(text)
    wanted = SpecifierSet(meaning)
    for version in map(Version, ("0.0.3", "0.0.4", "0.1", "0.2.5", "0.3", "1", "1.2", "1.2.3",
                                 "1.2.9", "1.3", "1.4.9", "1.5", "2.0", "2.2", "2.9", "3",
                                 "1!2.0", "1!2.9", "1!3", "2.0.0b1")):  # fmt: skip
        assert found.contains(version, prereleases=True) == wanted.contains(
            version, prereleases=True
        )


def test_either_side_of_an_alternative_admits():
    constraint = parse_constraint("^1.2 || >=3,<4|5.*")
    assert [admits(constraint, Version(v)) for v in ("1.1", "1.9", "2", "3.5", "4", "5.1")] == [
        False, True, False, True, False, True,
    ]  # fmt: skip
    marker = python_constraint_marker("~2.7 || ^3.6")
    assert marker is not None
    for python, holds in (("2.7.18", True), ("3.5.2", False), ("3.12.1", True)):
        assert marker.evaluate({"python_full_version": python}) is holds
    assert python_constraint_marker("*") is None


@pytest.mark.parametrize(
    "text", ["banana", "^", "^x", ">=1,,<2", "1.2.3 - 2.3.4", "@dev", "^1.*.2"]
)
def test_what_is_no_constraint(text):
    with pytest.raises(ValueError):  # noqa: PT011 (each part has words of its own)
        parse_constraint(text)


@given(st.text("^~=<>!*|, .v0123456789ab"))
def test_no_text_raises_anything_else(text):
    try:
        parse_constraint(text)
        python_constraint_marker(text)
    except ValueError:
        assert text
