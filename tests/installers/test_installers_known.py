"""Which releases of pip and uv are known, where they run, and which rules they follow."""

import pytest
from packaging.version import Version

from wheelcheck.errors import UsageError
from wheelcheck.installers import Certainty, Rule, Tool, holds, newest, parse_installer
from wheelcheck.tables import read_table


@pytest.mark.parametrize(
    ("rule", "last_without", "first_with"),
    [
        (Rule.MANYLINUX2010, "18.1", "19.0"),
        (Rule.MANYLINUX2014, "19.2.3", "19.3"),
        (Rule.MANYLINUX_PEP_600, "20.2.4", "20.3"),
        (Rule.MUSLLINUX, "21.1.3", "21.2"),
        (Rule.ABI3T, "26.0.1", "26.1"),
        (Rule.LINUX_TAG_FIRST, "26.2.1", "26.3"),
    ],
)
def test_a_kind_of_tag_is_known_since_a_release_of_pip(rule, last_without, first_with):
    assert not holds(rule, Tool.PIP, Version(last_without))
    assert holds(rule, Tool.PIP, Version(first_with))


def test_pip_reads_legacy_versions_until_24_1():
    assert holds(Rule.LEGACY_VERSIONS, Tool.PIP, Version("24.0"))
    assert not holds(Rule.LEGACY_VERSIONS, Tool.PIP, Version("24.1"))
    assert not holds(Rule.LEGACY_VERSIONS, Tool.UV, Version("0.9.0"))


def test_every_rule_has_a_row_and_every_row_a_rule():
    rows = list(read_table("installers/rules.csv"))
    assert {row["rule"] for row in rows} == {rule.value for rule in Rule}
    assert all(row["source"] and row["meaning"] for row in rows)


def test_an_installer_is_named_with_its_release_or_without():
    named = parse_installer("pip==23.0.1", "3.8.20")
    assert (named.label, named.certainty) == ("pip 23.0.1", Certainty.NAMED)
    assert parse_installer("uv==0.9").label == "uv 0.9.0"
    assert parse_installer("pip", "3.8.20").certainty is Certainty.NEWEST


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("pip==25.2", ("PIP_CONSTRAINT",)),
        ("pip==25.3", ("PIP_BUILD_CONSTRAINT",)),
        ("pip", ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")),
    ],
)
def test_builds_are_constrained_by_the_variable_that_the_release_obeys(text, variables):
    assert parse_installer(text).constraint_variables == variables


def test_the_newest_pip_is_the_newest_that_runs_on_the_python():
    assert newest(Tool.PIP, "3.8.20").label == "pip 25.0.1"
    assert newest(Tool.PIP, "3.6.15").label == "pip 21.3.1"


@pytest.mark.parametrize(
    ("text", "python", "says"),
    [
        ("pip==99", "3.12.0", "are 8.0.0 to"),
        ("pip==26.3", "3.8.20", "the newest that does is 25.0.1"),
        ("pip==banana", None, "no such release"),
        ("poetry", None, "only pip and uv are known"),
    ],
)
def test_an_installer_that_cannot_be_is_refused_with_what_is_known(text, python, says):
    with pytest.raises(UsageError, match=says):
        parse_installer(text, python)
