"""Requirements that PEP 440 does not allow, as old pips and new pips read them."""

import pytest
from packaging.requirements import InvalidRequirement, Requirement

from wheelcheck.resolution.choice import admits_python
from wheelcheck.resolution.requires_dist import parse_requirement


@pytest.mark.parametrize(
    ("text", "admits", "refuses"),
    [
        ("pytz (>dev)", "2013.9", None),
        ("PyYAML (>=5.1.*)", "5.1", "5.0"),
        ("dep (>=1.0.*,<2.*)", "1.9", "2.0"),
        ("dep (>1.0.*)", "1.0", "0.9"),
        ("dep (<=2.0.*)", "1.9", "2.0"),
        ("dep[x] (>=1.*) ; python_version < '4'", "1.0", "0.9"),
    ],
)
def test_an_old_pip_reads_what_a_new_pip_does_not(text, admits, refuses):
    assert isinstance(parse_requirement(text), InvalidRequirement)
    requirement = parse_requirement(text, legacy=True)
    assert isinstance(requirement, Requirement)
    assert admits in requirement.specifier
    assert refuses is None or refuses not in requirement.specifier


@pytest.mark.parametrize("text", ["dep (~=1)", "dep (>=1.0) ; python_version > 3", "dep (>=1.0,)"])
def test_an_old_pip_ends_at_what_it_cannot_read_either(text):
    assert isinstance(parse_requirement(text, legacy=True), InvalidRequirement)


def test_a_new_pip_reads_a_trailing_comma():
    assert isinstance(parse_requirement("dep (>=1.0,)"), Requirement)


def test_an_old_pip_obeys_a_requires_python_with_a_star():
    assert admits_python(">=3.6.*", "3.8.1", legacy=True)
    assert not admits_python(">=3.10.*", "3.8.1", legacy=True)
    assert admits_python(">=3.10.*", "3.8.1")
