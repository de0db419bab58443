"""What one format shows, the others for people show: refusals with their lines, wheels' loading."""

import pytest
from sample_reports import alpine_story

from wheelcheck.reports.html import render_html
from wheelcheck.reports.markdown import render_markdown
from wheelcheck.reports.notebook.display import to_html
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Loading, Problem, Report
from wheelcheck.reports.values.target_values import Refusal

ALPINE, SLIM = "python:3.8-alpine", "python:3.8-slim"
FOR_PEOPLE = {
    "text": lambda report: render_text(report, width=200),
    "markdown": render_markdown,
    "html": render_html,
    "notebook": to_html,
}
PASTE = "numpy==1.24.2 --hash=sha256:4646c5"


def refused() -> Report:
    refusal = Refusal(
        code="hash-missing",
        installer="pip",
        message="a hash is missing",
        mend="Add the hash of the wheel that is taken there:",
        paste=PASTE,
        where="requirements.txt:3",
    )
    report = alpine_story()
    targets = tuple(
        each.model_copy(update={"refusals": (refusal,), "outcome": "refused"})
        if each.name == ALPINE
        else each
        for each in report.targets
    )
    return report.model_copy(update={"targets": targets})


def not_loading(status: str) -> Report:
    loads = Loading(
        status=status,
        needs=("libgomp.so.1",),
        packages=("libgomp1",),
        reason="libgomp.so.1 is not there",
    )
    report = alpine_story()
    remark = Problem(
        code="missing-libraries", message="said twice", severity="warning", package="six"
    )
    packages = tuple(
        each.model_copy(
            update={"on": {**each.on, SLIM: each.on[SLIM].model_copy(update={"loads": loads})}}
        )
        if each.name == "six"
        else each
        for each in report.packages
    )
    return report.model_copy(update={"packages": packages, "problems": (remark,)})


@pytest.mark.parametrize("name", FOR_PEOPLE)
class TestForPeople:
    def test_a_refusal_has_its_place_its_target_and_the_line_to_paste(self, name):
        text = FOR_PEOPLE[name](refused())
        assert PASTE in text
        assert "requirements.txt:3" in text
        assert "pip refuses the whole input (on python:3.8-alpine)" in text
        assert "Add the hash of the wheel that is taken there" in text

    @pytest.mark.parametrize(
        ("status", "sign", "meaning"),
        [
            ("needs", "!", "comes as a wheel that needs system libraries"),
            ("no", "‡", "comes as a wheel that never loads there"),
        ],
    )
    def test_a_wheel_that_does_not_load_has_a_mark_and_its_reason(
        self, name, status, sign, meaning
    ):
        text = FOR_PEOPLE[name](not_loading(status))
        assert sign in text
        assert "six" in text
        assert "libgomp.so.1 is not there; to install: libgomp1" in text
        # a page has it once more: in the data of the panel of each package
        assert text.count("said twice") == (1 if name == "html" else 0)
        if name != "markdown":  # it has no legend: its cells have words
            assert meaning in text


def test_the_colour_of_a_wheel_that_never_loads_is_not_that_of_a_wheel():
    text = to_html(not_loading("no"))
    assert 'class="unavailable">‡ never loads' in text
