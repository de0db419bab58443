import re
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_dockerfiles import NAME, broken_image, broken_policy, worded
from sample_reports import alpine_story, mixed, nasty

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.github import render_github
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.phrases import clean

COMMAND = re.compile(r"::(?P<kind>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def commands(report: Report) -> list[tuple[str, dict[str, str], str]]:
    """As a runner reads them: kind, properties, message."""
    found = []
    for line in render_github(report).splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = (pair.partition("=") for pair in match["properties"].split(","))
        properties = {name: unquote(value) for name, _, value in pairs}
        found.append((match["kind"], properties, unquote(match["message"])))
    return found


def test_a_line_has_a_single_annotation_for_all_it_brings_in():
    first, second, last = commands(alpine_story())
    assert first[0] == second[0] == "warning"
    assert first[1] == {
        "file": "requirements.txt",
        "line": "2",
        "title": "2 packages without a wheel",
    }
    assert "numpy 1.24.2 compiles from source on python:3.8-alpine" in first[2]
    assert len(first[2].splitlines()) == 2
    assert second[1]["line"] == "1"
    assert last == ("notice", {"title": "wheelcheck"}, headline(alpine_story()))


def test_kinds_follow_what_happens_to_the_installation():
    kinds = {properties["title"]: kind for kind, properties, _ in commands(mixed())}
    assert kinds["torch 2.12.0 cannot be installed"] == "error"
    assert kinds["mylib could not be judged"] == "warning"
    assert kinds["docopt 0.6.2 builds from source without a compiler"] == "notice"
    assert kinds["vcs-requirement"] == "error"
    assert kinds["dependencies-need-build"] == "warning"


def test_violations_of_the_policy_come_first():
    broken = Violation(
        rule="fail-on",
        target="python:3.8-alpine",
        package="numpy",
        verdict=Verdict.SOURCE_NATIVE,
        message="numpy 1.24.2 compiles on python:3.8-alpine",
        where=("requirements.txt:2",),
    )
    report = alpine_story().model_copy(update={"violations": (broken,)})
    kind, properties, message = commands(report)[0]
    assert (kind, properties["line"], properties["title"]) == ("error", "2", "policy: fail-on")
    assert message == broken.message


def test_control_characters_never_reach_the_log():
    assert render_github(nasty()).replace("\n", "").isprintable()


@given(st.text())
def test_no_text_becomes_a_command_or_a_property(text):
    problem = Problem(code="x", message=f"a{text}", where=f"f{text}f:3")
    report = alpine_story().model_copy(update={"problems": (problem,)})
    kind, properties, message = commands(report)[0]
    assert kind == "error"
    assert properties == {"file": clean(f"f{text}f"), "line": "3", "title": "x"}
    assert message == clean(f"a{text}")


def test_findings_of_a_dockerfile_annotate_their_lines_the_gravest_first():
    first, *others = commands(broken_image())[:4]
    assert first == (
        "error",
        {"file": NAME, "line": "4", "title": "missing-compiler"},
        (
            "numpy 1.24.2 needs a C compiler, and nothing installs one: the step fails\n"
            "add gcc, musl-dev"
        ),
    )
    assert [(kind, properties["line"]) for kind, properties, _ in others] == [
        ("warning", "1"),
        ("warning", "2"),
        ("notice", "3"),
    ]
    assert others[1][2].endswith("\nleave out git")


def test_a_finding_is_not_repeated_as_a_violation():
    assert commands(broken_policy()) == commands(broken_image())


def test_a_violation_at_another_line_follows_the_findings():
    elsewhere = broken_policy().violations[0].model_copy(update={"where": (f"{NAME}:9",)})
    report = broken_image().model_copy(update={"violations": (elsewhere,)})
    titles = [properties["title"] for _, properties, _ in commands(report)]
    assert titles[0] == "missing-compiler"
    assert titles[4] == "policy: dockerfile"


@settings(max_examples=30)
@given(st.text())
def test_no_dockerfile_writes_commands_of_its_own(text):
    kinds = [kind for kind, _, _ in commands(worded(f"a{text}"))]
    assert kinds == [kind for kind, _, _ in commands(broken_image())]
