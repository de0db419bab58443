"""The report as JUnit XML: a suite per target, a case per package; others beside them.

The dialect that GitLab, Jenkins and others read: github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Collection
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.dockerfile_values import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.values.report import POLICY_REMARKS, Cell, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.dockerfile_phrases import place, to_change, worst_first
from wheelcheck.reports.wording.findings import (
    InputLine,
    dockerfile_line,
    findings,
    line_of,
    problem_line,
    remaining_violations,
)
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.lost_phrases import LOST_TITLE
from wheelcheck.reports.wording.marks import MARKS
from wheelcheck.reports.wording.phrases import clean
from wheelcheck.reports.wording.report_phrases import target_words

__all__ = ["FAILING", "render_junit"]

FAILING = frozenset({Verdict.UNAVAILABLE, Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN})
"""The verdicts that fail a case where no policy says otherwise."""

_Lines = dict[tuple[str, Verdict], InputLine]


def render_junit(report: Report, *, failing: Collection[Verdict] = FAILING) -> str:
    """An XML document. `failing` verdicts are failures, what could not be judged is an error.

    Where a policy decides, pass () for `failing`: a package that breaks it fails, and no other.
    What is not needed on a target is skipped there. Violations of a policy that concern no single
    package are cases of their own. Errors of a Dockerfile fail, its warnings are cases that pass.
    """
    lines = {
        (finding.package, finding.verdict): finding.lines[0]
        for finding in findings(report)
        if finding.lines
    }
    root = Element("testsuites", name=f"wheelcheck: {headline(report)}")
    for target in report.targets:
        _suite(root, report, target, lines, frozenset(failing))
    _policy_suite(root, report)
    if report.dockerfile:
        _dockerfile_suite(root, report, report.dockerfile, by_default=bool(failing))
    for kind in ("tests", "failures", "errors", "skipped"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    indent(root)
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{declared}{tostring(root, encoding='unicode')}\n"


def _suite(
    root: Element,
    report: Report,
    target: TargetSummary,
    lines: _Lines,
    failing: Collection[Verdict],
) -> None:
    suite = SubElement(root, "testsuite", name=clean(target.name))
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="target", value=target_words(target))
    broken = {each.package for each in report.violations if each.target == target.name}
    failures = report.failing_builds(target.name)
    for package in report.packages:
        if target.name in package.on:
            cell = package.on[target.name]
            line = lines.get((package.name, cell.verdict))
            why = failures.get(package.name, "")
            fails = cell.verdict in failing or package.name in broken or bool(failing and why)
            _case(suite, clean(package.name), cell, line, why, fails=fails)
    for refusal in target.refusals:
        name = f"refused: {clean(refusal.code)}"
        case = SubElement(suite, "testcase", classname=clean(target.name), name=name)
        message = f"{clean(refusal.installer)} refuses the whole input: {clean(refusal.message)}"
        failure = SubElement(case, "failure", type=clean(refusal.code), message=message)
        failure.text = "\n".join(filter(None, (clean(refusal.mend), clean(refusal.paste))))
    for violation in remaining_violations(report):
        if violation.target == target.name and violation.package is None:
            case = SubElement(
                suite, "testcase", classname=clean(target.name), name=f"policy: {violation.rule}"
            )
            SubElement(case, "failure", type=violation.rule, message=clean(violation.message))
    _count(suite)


def _policy_suite(root: Element, report: Report) -> None:
    """Remarks on the policy itself are cases that pass."""
    remarks = [problem for problem in report.problems if problem.code in POLICY_REMARKS]
    if not remarks:
        return
    suite = SubElement(root, "testsuite", name="policy")
    for remark in remarks:
        name = f"{clean(remark.package or remark.where or '')}: {clean(remark.code)}"
        case = SubElement(suite, "testcase", classname="policy", name=name)
        line = problem_line(remark)
        if line:
            case.set("file", line.file)
        SubElement(case, "system-out").text = clean(remark.message)
    _count(suite)


def _dockerfile_suite(
    root: Element, report: Report, dockerfile: JudgedDockerfile, *, by_default: bool
) -> None:
    """What ends a build or a run fails, unless a policy decides and says nothing against it."""
    suite = SubElement(root, "testsuite", name=clean(dockerfile.name))
    broken = {
        line_of(where)
        for violation in report.violations
        if violation.rule == "dockerfile"
        for where in violation.where
    }
    for finding in worst_first(dockerfile):
        if finding.severity == "note":
            continue
        line = dockerfile_line(dockerfile, finding)
        fails = finding.severity == "error" and (by_default or line in broken)
        _dockerfile_case(suite, finding, line, fails=fails)
    _count(suite)


def _dockerfile_case(
    suite: Element, finding: DockerfileFinding, line: InputLine, *, fails: bool
) -> None:
    code, message = clean(finding.code), clean(finding.message)
    case = SubElement(suite, "testcase", classname=line.file, name=f"{place(finding)}: {code}")
    case.set("file", line.file)
    case.set("line", str(line.number))
    if fails:
        failure = SubElement(case, "failure", type=code, message=message)
        failure.text = "\n".join(to_change(finding))
    else:
        SubElement(case, "system-out").text = "\n".join([message, *to_change(finding)])


def _count(suite: Element) -> None:
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(suite.findall("testcase"))))
    for kind, tag in counted.items():
        suite.set(kind, str(len(suite.findall(f"testcase/{tag}"))))


def _case(
    suite: Element, name: str, cell: Cell, line: InputLine | None, failure: str, *, fails: bool
) -> None:
    label = clean(f"{name} {cell.version}") if cell.version else name
    case = SubElement(suite, "testcase", classname=suite.get("name", ""), name=label)
    if line:
        case.set("file", line.file)
        if line.number is not None:
            case.set("line", str(line.number))
    message = f"{MARKS[cell.verdict].meaning}: {clean(cell.reason)}"
    if failure:
        message = f"its build fails: {clean(failure)}; {message}"
    if cell.verdict is Verdict.NOT_REQUIRED:
        SubElement(case, "skipped", message=clean(cell.reason))
    elif cell.verdict is Verdict.UNKNOWN:
        SubElement(case, "error", type=cell.verdict.value, message=message)
    elif fails:
        element = SubElement(case, "failure", type=cell.verdict.value, message=message)
        element.text = "\n".join(clean(f"{miss.file}: {miss.why}") for miss in cell.misses)
    output = [] if len(case) else [message]
    if cell.lost is not None:
        output.append(f"{LOST_TITLE}: {clean(cell.lost.reason)}")
    if output:
        SubElement(case, "system-out").text = "\n".join(output)
