"""R1: byte order mark, then PEP 263 cookie, then UTF-8, then the locale with a warning."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.pip.decoding import decode

TEXT = "pandas  # für alle\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides(mark, encoding):
    assert decode(mark + TEXT.encode(encoding)) == (TEXT, None)


@pytest.mark.parametrize(
    "first",
    ["# -*- coding: latin-1 -*-\n", "#coding=latin-1\n", "# one line\n# vim: encoding:latin-1\n"],
)
def test_a_cookie_in_the_first_two_lines_decides(first):
    assert decode((first + TEXT).encode("latin-1")) == (first + TEXT, None)


@pytest.mark.parametrize("first", ["\n\n# coding: latin-1\n", " # coding: latin-1\n"])
def test_a_cookie_later_or_indented_is_none(first):
    text, warning = decode((first + TEXT).encode("latin-1"), "cp1252")
    assert text == first + TEXT
    assert warning is not None


def test_utf8_goes_before_the_locale():
    assert decode(TEXT.encode(), "latin-1") == (TEXT, None)


def test_the_locale_comes_last_and_warns():
    text, warning = decode(TEXT.encode("latin-1"), "latin-1")
    assert text == TEXT
    assert warning is not None
    assert "not valid UTF-8, read as latin-1" in warning


@given(st.text().filter(lambda text: not text.startswith("#")))
def test_utf8_reads_back(text):
    marked = text.startswith("\ufeff")
    assert decode(text.encode())[0] == (text[1:] if marked else text)


@pytest.mark.parametrize(
    "content", [b"# coding: no-such-encoding\npandas\n", codecs.BOM_UTF8 + b"\xff"]
)
def test_what_cannot_be_decoded_names_the_file(reading, content):
    with pytest.raises(RequirementsError, match=r"^requirements\.txt: cannot be decoded"):
        reading({"requirements.txt": content})


def test_the_warning_names_the_file(reading, monkeypatch):
    monkeypatch.setattr("locale.getencoding", lambda: "latin-1")
    found = reading({"requirements.txt": TEXT.encode("latin-1")})
    assert [str(line.requirement) for line in found.lines] == ["pandas"]
    assert found.warnings[0].startswith("requirements.txt: not valid UTF-8")
