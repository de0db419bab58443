"""The report as SARIF 2.1.0, for code scanning (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from urllib.parse import quote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wheelcheck.reports.markdown_escapes import code as code_span
from wheelcheck.reports.markdown_escapes import text as escaped
from wheelcheck.reports.values.dockerfile_values import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.values.finding_codes import finding_codes
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.dockerfile_phrases import to_change, worst_first
from wheelcheck.reports.wording.findings import (
    BUILD_FAILS_RULE,
    LEVELS,
    InputLine,
    PackageFinding,
    dockerfile_line,
    findings,
    line_of,
    problem_line,
    remaining_violations,
    rule_help,
)
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.marks import BUILD_FAILS, MARKS
from wheelcheck.reports.wording.phrases import clean
from wheelcheck.reports.wording.refusal_phrases import refusal_words, refusals

__all__ = ["SCHEMA", "render_sarif"]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_Json = dict[str, object]


def render_sarif(report: Report, *, version: str = "") -> str:
    """One run; a result per package and verdict, per problem and per violation of the policy.

    Results stand at the requirement that asks for the package, given in a file or without, or at
    the first file that was read; what is found in a Dockerfile stands at its line. `version` is
    that of the tool.
    """
    found = findings(report)
    results = [
        *_refused(report),
        *(_violation(violation, report) for violation in remaining_violations(report)),
        *_dockerfile(report),
        *(_problem(problem, report) for problem in report.problems),
        *(_finding(finding, report) for finding in found),
    ]
    rules = list(_rules(report, found))
    places = {str(rule["id"]): i for i, rule in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = places[str(result["ruleId"])]
    driver: _Json = {"name": "wheelcheck", "rules": rules}
    if version:
        driver["version"] = version
    run: _Json = {
        "tool": {"driver": driver},
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {"headline": headline(report), "asOf": report.as_of},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n"


def _rules(report: Report, found: Sequence[PackageFinding]) -> Iterator[_Json]:
    """The rules that have results, each once."""
    if any(finding.failure for finding in found):
        yield _rule(BUILD_FAILS_RULE, BUILD_FAILS.meaning, "error")
    for verdict in LEVELS:
        if any(finding.rule == verdict.value for finding in found):
            yield _rule(verdict.value, MARKS[verdict].meaning, LEVELS[verdict])
    for code in dict.fromkeys(clean(problem.code) for problem in report.problems):
        yield _rule(_problem_rule(code), f"the answer is limited: {code}", "warning")
    for rule in dict.fromkeys(clean(violation.rule) for violation in remaining_violations(report)):
        yield _rule(f"policy/{rule}", f"the policy is violated: {rule}", "error")
    for code in dict.fromkeys(clean(refusal.code) for refusal, _ in refusals(report)):
        yield _rule(f"refused/{code}", f"the installer refuses the whole input: {code}", "error")
    if report.dockerfile:
        yield from _dockerfile_rules(report.dockerfile)


def _dockerfile_rules(dockerfile: JudgedDockerfile) -> Iterator[_Json]:
    """With what each code means in general, and who says so."""
    found = (*dockerfile.findings, *(each.finding for each in dockerfile.ignored))
    for finding in {finding.code: finding for finding in found}.values():
        code = clean(finding.code)
        known = finding_codes().get(code, {"meaning": code, "source": finding.source})
        rule = _rule(code, known["meaning"], finding.severity)
        text = f"{_sentence(known['meaning'])} Source: {clean(known['source'])}."
        comment = code_span(f"# wheelcheck: ignore[{code}] the reason")
        markdown = f"{escaped(text)} A comment above the instruction lets it pass: {comment}"
        yield {**rule, "help": {"text": text, "markdown": markdown}}


def _rule(name: str, meaning: str, level: str) -> _Json:
    text = rule_help(name, _sentence(meaning))
    return {
        "id": name,
        "shortDescription": {"text": _sentence(meaning)},
        "help": {"text": text, "markdown": escaped(text)},
        "defaultConfiguration": {"level": level},
    }


def _sentence(words: str) -> str:
    text = clean(words)
    return f"{text[:1].upper()}{text[1:]}."


def _problem_rule(code: str) -> str:
    return f"problem/{code}"


def _refused(report: Report) -> Iterator[_Json]:
    for refusal, names in refusals(report):
        words = (refusal_words(report, refusal, names), clean(refusal.mend), clean(refusal.paste))
        lines = [line_of(refusal.where)] if refusal.where else []
        rule = f"refused/{clean(refusal.code)}"
        result = _result(rule, "error", "\n".join(filter(None, words)), lines, report)
        result["partialFingerprints"] = _printed(rule, clean(refusal.package or ""))
        yield result


def _finding(finding: PackageFinding, report: Report) -> _Json:
    lines = list(finding.lines) or _given(finding.given, report)
    result = _result(finding.rule, finding.level, finding.sentence, lines, report)
    words = (finding.verdict.value, *(["fails"] if finding.failure else []))
    result["partialFingerprints"] = _printed(clean(finding.package), *words)
    result["properties"] = {
        "package": clean(finding.package),
        "targets": list(map(clean, finding.targets)),
    }
    return result


def _dockerfile(report: Report) -> Iterator[_Json]:
    if report.dockerfile is None:
        return
    ignored = {each.finding: each for each in report.dockerfile.ignored}
    for finding in (*worst_first(report.dockerfile), *ignored):
        changes = [clean(finding.message), *to_change(finding)]
        line = dockerfile_line(report.dockerfile, finding)
        result = _result(clean(finding.code), finding.severity, "; ".join(changes), [line], report)
        result["partialFingerprints"] = _printed(
            *map(clean, (finding.code, finding.stage, *finding.packages))
        )
        result["properties"] = _dockerfile_properties(finding)
        if finding.excerpt:
            result["locations"] = [_location(line, clean(finding.excerpt))]
        if finding in ignored:
            suppression = {"kind": "inSource", "justification": clean(ignored[finding].reason)}
            result["suppressions"] = [suppression]
        yield result


def _dockerfile_properties(finding: DockerfileFinding) -> _Json:
    named = {"add": finding.packages, "leaveOut": finding.superfluous, "builds": finding.builds}
    lists = {key: list(map(clean, names)) for key, names in named.items() if names}
    return {"stage": clean(finding.stage), "source": clean(finding.source), **lists}


def _problem(problem: Problem, report: Report) -> _Json:
    subject = f"{clean(problem.package)}: " if problem.package else ""
    line = problem_line(problem)
    lines = [line] if line else _given([problem.package] if problem.package else [], report)
    text = f"{subject}{clean(problem.message)}"
    return _result(_problem_rule(clean(problem.code)), problem.severity, text, lines, report)


def _violation(violation: Violation, report: Report) -> _Json:
    lines = [line_of(where) for where in violation.where]
    return _result(
        f"policy/{clean(violation.rule)}", "error", clean(violation.message), lines, report
    )


def _given(packages: Collection[str], report: Report) -> list[InputLine]:
    """The requirements by which the user named packages in no file, with ``--package`` say."""
    return [InputLine(text) for text in report.inputs if _project(text) in packages]


def _project(text: str) -> str:
    """The name of the project that a requirement asks for; "" where it is none."""
    with suppress(InvalidRequirement):
        return canonicalize_name(Requirement(text).name)
    return ""


def _result(rule: str, level: str, text: str, lines: list[InputLine], report: Report) -> _Json:
    result: _Json = {"ruleId": rule, "level": level, "message": {"text": text}}
    read = [InputLine(name) for name in report.inputs if name != "-" and "://" not in name]
    places = lines or read[:1]
    if places:
        result["locations"] = [_location(places[0])]
    if places[1:]:
        result["relatedLocations"] = [
            {"id": i, **_location(line)} for i, line in enumerate(places[1:], 1)
        ]
    return result


def _location(line: InputLine, excerpt: str = "") -> _Json:
    place: _Json = {"artifactLocation": {"uri": _uri(clean(line.file))}}
    if line.number:
        region: _Json = {"startLine": line.number}
        place["region"] = {**region, "snippet": {"text": excerpt}} if excerpt else region
    return {"physicalLocation": place}


def _uri(file: str) -> str:
    """A path as a URI reference; relative paths stay so (to the repository, for a scanner)."""
    path = quote(file.replace("\\", "/"), safe="/")
    return f"file://{path}" if path.startswith("/") else path


def _printed(*words: str) -> _Json:
    """The same finding again, whichever line it has moved to."""
    return {"wheelcheck/v1": sha256("\n".join(words).encode()).hexdigest()}
