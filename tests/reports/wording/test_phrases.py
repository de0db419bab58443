import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.reports.wording.phrases import all_of, clean, counted, listing


@given(st.text())
def test_cleaned_text_is_a_single_printable_line(text):
    assert clean(text).isprintable()


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_ordinary_text_stays_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("two\r\nlines\tand  more", "two lines and more"),
        ("ab\u202ecd", "ab�cd"),
        ("a\u200bb", "a�b"),
        ("\ud800", "�"),
        ("\x9b2J", "�2J"),
    ],
)
def test_nothing_reaches_the_terminal_that_could_steer_it(text, shown):
    assert clean(text) == shown


def test_a_noun_agrees_with_its_number():
    assert [counted(n, "package") for n in (0, 1, 2)] == ["0 packages", "1 package", "2 packages"]
    assert [all_of(n, "package") for n in (0, 1, 2, 3)] == [
        "all 0 packages",
        "the only package",
        "both packages",
        "all 3 packages",
    ]


def test_a_listing_counts_what_it_leaves_out():
    assert listing(["a", "b", "c"], 3) == "a, b, c"
    assert listing(["a", "b", "c", "d"], 3) == "a, b and 2 more"


def test_what_is_longer_than_any_name_is_cut():
    assert clean(f"no {'a' * 5000} here") == f"no {'a' * 80}… here"
    address = "https://index.example/" + "/".join(["part"] * 200)
    assert clean(address) == address
