"""Which packages fail an installation: also those that no index has, or not in that version."""

from datetime import date

import pytest
from fake_index import FakeIndex
from situations import requirements_of, target

from wheelcheck.api.analyse import analyse
from wheelcheck.errors import Unknown
from wheelcheck.gate.failing_verdicts import failures
from wheelcheck.gate.policy import Allowance, Policy
from wheelcheck.reports.brief import render_brief
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.headline import headline

TODAY = date(2026, 11, 23)


@pytest.fixture
def report() -> Report:
    index = FakeIndex(
        {
            "good": {"1": ["good-1-py3-none-any.whl"], "2b1": ["good-2b1-py3-none-any.whl"]},
            "other": {"1": ["other-1-py3-none-any.whl"]},
            "broken": Unknown("index-malformed", "its page cannot be read"),
        }
    )
    lines = requirements_of("good==3", "other", "nonesuch", "broken")
    return analyse(lines, [target("musl")], index)


def test_the_headline_says_that_the_installation_fails(report):
    assert headline(report).endswith(
        "the installation fails: 2 of 4 packages cannot be installed (good, nonesuch), 1 could not "
        "be judged (broken)."
    )


def test_only_what_was_not_judged_leaves_the_answer_incomplete(report):
    text = render_text(report)
    assert "This answer is incomplete: see 1 problem below." in text
    assert "✗ good: no version satisfies good==3; the newest is 1 " in text
    assert "✗ nonesuch: " in text
    assert "? broken: its page cannot be read " in text


def test_the_brief_report_marks_what_fails_and_what_is_unknown(report):
    brief = render_brief(report)
    assert "✗ good: no version satisfies good==3; the newest is 1\n" in brief
    assert "? broken: its page cannot be read\n" in brief


def test_what_is_not_there_fails_the_gate_unless_it_is_allowed(report):
    (failure,) = failures(report, Policy(), TODAY)
    assert failure.endswith(": the installation fails for good, nonesuch")
    allowed = Policy(allow=(Allowance(package="good"), Allowance(package="nonesuch")))
    assert not failures(report, allowed, TODAY)
