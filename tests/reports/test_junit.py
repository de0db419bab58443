from xml.etree.ElementTree import Element, fromstring

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_dockerfiles import NAME, broken_image, broken_policy, worded
from sample_reports import alpine_story, mixed, nasty, with_lost_wheel

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.junit import render_junit
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.phrases import clean


def suites(text: str) -> dict[str, Element]:
    root = fromstring(text)
    assert root.tag == "testsuites"
    return {suite.attrib["name"]: suite for suite in root}


def outcomes(suite: Element) -> dict[str, str]:
    """Case → failure, error, skipped or system-out."""
    return {case.attrib["name"]: case[0].tag for case in suite.findall("testcase")}


def test_a_suite_per_target_and_a_case_per_package():
    found = suites(render_junit(alpine_story()))
    assert list(found) == ["python:3.8-slim", "python:3.8-alpine"]
    slim, alpine = found.values()
    assert set(outcomes(slim).values()) == {"system-out"}
    failed = {name for name, tag in outcomes(alpine).items() if tag == "failure"}
    assert failed == {"numpy 1.24.2", "pandas 2.0.0", "scikit-learn 1.2.2", "scipy 1.10.1"}
    assert (alpine.attrib["tests"], alpine.attrib["failures"]) == ("10", "4")


def test_a_failure_tells_why_and_names_the_line():
    suite = suites(render_junit(alpine_story()))["python:3.8-alpine"]
    case = suite.find("testcase[@name='pandas 2.0.0']")
    assert (case.attrib["file"], case.attrib["line"]) == ("requirements.txt", "2")
    failure = case.find("failure")
    assert failure.attrib["type"] == "source-native"
    assert "none for musllinux" in failure.attrib["message"]
    assert "target has musl 1.2" in failure.text


def test_a_lost_wheel_is_reported_with_its_case_whether_that_fails_or_not():
    for name in ("pandas", "six"):
        report, reason = with_lost_wheel(alpine_story(), name)
        suite = suites(render_junit(report))["python:3.8-alpine"]
        (case,) = [c for c in suite.findall("testcase") if c.attrib["name"].startswith(name)]
        assert case.find("system-out").text.endswith(f"Wheels lost, or still to come: {reason}")


def test_totals_are_the_sums_of_the_suites():
    root = fromstring(render_junit(mixed()))
    for kind in ("tests", "failures", "errors", "skipped"):
        assert int(root.attrib[kind]) == sum(int(suite.attrib[kind]) for suite in root)
    assert int(root.attrib["tests"]) == 10 * 24
    assert int(root.attrib["errors"]) == 24  # mylib, everywhere
    assert int(root.attrib["skipped"]) == 12  # triton, on musl


def test_the_caller_says_what_fails():
    found = suites(render_junit(alpine_story(), failing=()))
    assert "failure" not in outcomes(found["python:3.8-alpine"]).values()
    found = suites(render_junit(mixed(), failing=[Verdict.SOURCE_PURE]))
    assert outcomes(next(iter(found.values())))["docopt 0.6.2"] == "failure"


def test_a_violation_of_the_whole_target_is_a_case():
    broken = Violation(
        rule="max-build-minutes", target="python:3.8-alpine", message="102 min, 30 allowed"
    )
    report = alpine_story().model_copy(update={"violations": (broken,)})
    slim, alpine = suites(render_junit(report, failing=())).values()
    assert "policy: max-build-minutes" not in outcomes(slim)
    assert outcomes(alpine)["policy: max-build-minutes"] == "failure"
    assert alpine.attrib["failures"] == "1"


def test_what_xml_forbids_is_replaced():
    (suite,) = suites(render_junit(nasty())).values()
    assert "\x1b" not in suite.attrib["name"]


@given(st.text())
def test_any_name_survives_as_text(text):
    story = alpine_story()
    first, *rest = story.packages
    renamed = first.model_copy(update={"name": f"a{text}"})
    report = story.model_copy(update={"packages": (renamed, *rest)})
    suite = suites(render_junit(report))["python:3.8-slim"]
    case = suite.find("testcase")
    assert case.attrib["name"] == clean(f"{clean(f'a{text}')} {first.versions[0]}")


def test_where_a_policy_decides_only_what_breaks_it_fails():
    report = alpine_story()
    violation = Violation(
        rule="fail-on", target="python:3.8-alpine", package="numpy", message="numpy compiles"
    )
    root = fromstring(
        render_junit(report.model_copy(update={"violations": (violation,)}), failing=())
    )
    failed = [
        case.get("name") for case in root.iter("testcase") if case.find("failure") is not None
    ]
    assert failed == ["numpy 1.24.2"]


def test_a_dockerfile_has_a_suite_of_its_own():
    suite = suites(render_junit(broken_image()))[NAME]
    assert outcomes(suite) == {
        "line 4 (stage 0): missing-compiler": "failure",
        "line 1 (stage 0): musl-base": "system-out",
        "line 2 (stage 0): build-packages-unused": "system-out",
    }
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("3", "1")
    case = suite.find("testcase")
    assert (case.attrib["file"], case.attrib["line"]) == (NAME, "4")
    failure = case.find("failure")
    assert failure.attrib["type"] == "missing-compiler"
    assert failure.attrib["message"].endswith("the step fails")
    assert failure.text == "add gcc, musl-dev"


def test_under_a_policy_a_dockerfile_fails_where_the_policy_says_so_and_once():
    allowed = suites(render_junit(broken_image(), failing=()))
    assert "failure" not in outcomes(allowed[NAME]).values()
    found = suites(render_junit(broken_policy(), failing=()))
    assert outcomes(found[NAME])["line 4 (stage 0): missing-compiler"] == "failure"
    assert "failure" not in outcomes(found["python:3.8-alpine"]).values()


@settings(max_examples=30)
@given(st.text())
def test_any_dockerfile_becomes_valid_xml(text):
    *_, suite = fromstring(render_junit(worded(f"a{text}")))
    assert suite.attrib["name"] == clean(f"a{text}")
    assert suite.attrib["tests"] == "3"
