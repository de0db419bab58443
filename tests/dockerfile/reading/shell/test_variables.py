import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.dockerfile.reading.shell.variables import MAX_VALUE, expand

VALUES = {"A": "alpha", "EMPTY": "", "PATH": "a/b/c.tar.gz", "NONE": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-$A", "alpha-alpha"),
        ("${A}x", "alphax"),
        ("${EMPTY:-y}", "y"),
        ("${EMPTY-y}", ""),
        ("${UNSET:-${A}}", "alpha"),
        ("${A:+y}", "y"),
        ("${EMPTY:+y}", ""),
        ("${EMPTY+y}", "y"),
        ("${A:?must be}", "alpha"),
        ("${PATH#*/}", "b/c.tar.gz"),
        ("${PATH##*/}", "c.tar.gz"),
        ("${PATH%.*}", "a/b/c.tar"),
        ("${PATH%%.*}", "a/b/c"),
        ("${A/al/-}", "-pha"),
        ("${PATH//\\//_}", "a_b_c.tar.gz"),
        ("'$A'", "$A"),
        ('"$A"', "alpha"),
        ("\\$A", "$A"),
        ("a$", "a$"),
        ('"a \\n b"', "a \\n b"),
    ],
)
def test_variables_expand_as_in_a_shell(text: str, expected: str):
    found = expand(text, VALUES)
    assert (found.text, found.unknown) == (expected, ())


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("$NONE", "NONE"),
        ("x${UNSET}y", "UNSET"),
        ("${UNSET:?must be}", "UNSET"),
        ("${UNSET%.*}", "UNSET"),
        ("${A:-x", "${A:-x"),
        ("${}", "${}"),
        ("${A!}", "${A!}"),
    ],
)
def test_what_is_not_known_is_named(text: str, unknown: str):
    assert expand(text, VALUES).unknown == (unknown,)


def test_values_cannot_grow_without_bound():
    long = {"A": "x" * MAX_VALUE}
    assert len(expand("$A" * 1000, long).text) < 100_000
    assert expand("$A" * 1000, long).unknown


@given(st.text(alphabet="${}AB:-+?#%/*'\"\\ "))
def test_any_text_expands(text: str):
    found = expand(text, {"A": "b*c/d"})
    assert found.end == len(text)
