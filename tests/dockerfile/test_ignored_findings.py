"""A finding that a comment ignores is no finding any more, and is still to be seen."""

import json

import pytest
from sample_dockerfiles import broken_image

from wheelcheck.dockerfile.ignored_findings import without_ignored
from wheelcheck.gate.policy import Policy
from wheelcheck.gate.violations import violations
from wheelcheck.reports.markdown import render_markdown
from wheelcheck.reports.sarif import render_sarif
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report

TEXT = "FROM a\nRUN b\nRUN c\n# wheelcheck: ignore[{codes}] a reason of ours\nRUN d\n"


def errors(report: Report) -> list[tuple[str, int]]:
    return [
        (each.code, each.line) for each in report.dockerfile.findings if each.severity == "error"
    ]


def ignoring(*codes: str) -> Report:
    """Every finding of the sample, ignored by comments for the whole file."""
    text = "".join(f"# wheelcheck: ignore-file[{code}] a reason of ours\n" for code in codes)
    return without_ignored(broken_image(), text + "FROM a\nRUN b\nRUN c\nRUN d\nRUN e\n" * 3)


def codes_of(report: Report) -> list[str]:
    return list(dict.fromkeys(code for code, _ in errors(report)))


def test_an_ignored_error_fails_nothing():
    broken = broken_image()
    assert broken.fails
    assert not ignoring(*codes_of(broken)).fails


def test_it_is_shown_with_its_reason():
    report = ignoring(*codes_of(broken_image()))
    assert [each.reason for each in report.dockerfile.ignored] == ["a reason of ours"] * len(
        errors(broken_image())
    )
    for text in (render_text(report), render_markdown(report)):
        assert "a reason of ours" in " ".join(text.split())
    (run,) = json.loads(render_sarif(report))["runs"]
    suppressed = [each for each in run["results"] if "suppressions" in each]
    assert {each["ruleId"] for each in suppressed} == set(codes_of(broken_image()))
    assert suppressed[0]["suppressions"][0]["justification"] == "a reason of ours"


@pytest.mark.parametrize(
    ("codes", "code", "message"),
    [
        ("missing-compilr", "ignore-unknown", "did you mean missing-compiler?"),
        ("", "ignore-unknown", "the comment names no finding"),
        ("lock-stale", "ignore-unused", "ignores lock-stale, which is not found there"),
    ],
)
def test_a_comment_without_effect_is_a_remark(codes, code, message):
    report = without_ignored(broken_image(), TEXT.format(codes=codes))
    remark = report.problems[-1]
    assert (remark.code, remark.severity) == (code, "warning")
    assert message in remark.message
    assert remark.where == f"{report.dockerfile.name}:4"


def test_a_policy_fails_on_a_finding_by_its_code():
    report = broken_image()
    warning = next(each for each in report.dockerfile.findings if each.severity == "warning")
    found = violations(report, Policy(fail_on=[warning.code]), None)
    named = [each for each in found if each.rule == "fail-on"]
    assert {each.finding for each in named} == {warning.code}
    assert named[0].where == (f"{report.dockerfile.name}:{warning.line}",)
    ignored = ignoring(warning.code)
    assert "fail-on" not in {
        each.rule for each in violations(ignored, Policy(fail_on=[warning.code]), None)
    }
