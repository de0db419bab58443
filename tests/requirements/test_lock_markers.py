"""What a marker or a project's own Requires-Python admits."""

import pytest
from packaging.markers import InvalidMarker, Marker
from situations import target

from wheelcheck.requirements.lock_markers import parse_marker
from wheelcheck.requirements.requirement_set import ScopeEnvironment

DIGITS = "9" * 5000
"""More than Python reads as a number (sys.int_info.default_max_str_digits)."""


def test_a_number_that_python_does_not_read_admits_every_target():
    marker = Marker(f"python_full_version >= '{DIGITS}'")
    assert ScopeEnvironment(marker).admits(target("musl"))


def test_a_lock_marker_with_such_a_number_is_invalid():
    with pytest.raises(InvalidMarker):
        parse_marker(f"python_version >= '{DIGITS}'")
