"""The hash of a file as a mapping."""

import pytest

from wheelcheck.index.file_hash import held


def test_it_is_equal_to_the_dictionary_it_replaces():
    plain = {"sha256": "0a"}
    assert held(plain) == plain
    assert plain == held(plain)
    assert dict(held(plain)) == plain
    assert repr(held(plain)) == repr(plain)
    assert "md5" not in held(plain)
    with pytest.raises(KeyError):
        held(plain)["md5"]


@pytest.mark.parametrize("several", [{}, {"md5": "1", "sha256": "2"}])
def test_none_and_several_stay_what_they_are(several):
    assert held(several) is several
