"""What does not come as a wheel, package by package, with the user's own lines that ask for it.

What is found in a Dockerfile stands at its own lines.

The formats for other programs (annotations, SARIF, JUnit) are made from these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.dockerfile_values import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.values.report import Cell, Package, Problem, Report
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.phrases import clean, listing
from wheelcheck.reports.wording.reasons import matters
from wheelcheck.reports.wording.report_phrases import label, verdict_words
from wheelcheck.reports.wording.target_names import Places

__all__ = [
    "BUILD_FAILS_RULE",
    "LEVELS",
    "InputLine",
    "Level",
    "PackageFinding",
    "dockerfile_line",
    "findings",
    "line_of",
    "problem_line",
    "remaining_violations",
    "rule_help",
]

Level = Literal["error", "warning", "note"]

LEVELS: Mapping[Verdict, Level] = {
    Verdict.UNAVAILABLE: "error",
    Verdict.SOURCE_NATIVE: "warning",
    Verdict.UNKNOWN: "warning",
    Verdict.SOURCE_UNKNOWN: "warning",
    Verdict.SOURCE_PURE: "note",
}
"""How grave each verdict is that makes a finding, where its build is not known to fail."""

BUILD_FAILS_RULE = "build-fails"
_NO_FILES = ("-", "--package", "<api>")


@dataclass(frozen=True, slots=True)
class InputLine:
    """A line of one of the user's files; `number` is None where the whole file is meant."""

    file: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class PackageFinding:
    """One package with one verdict, and all targets where it has it.

    `label` is ``numpy 1.24.2``. `lines` ask for it, themselves or through other packages, the
    nearest first; `through` are the packages that ask for it. `sentence` tells all but the lines.
    `given` are the packages that ask for it and that the user named in no file, itself included.
    `failure` says why its build fails for certain, "" where it does not.
    """

    package: str
    label: str
    verdict: Verdict
    targets: tuple[str, ...]
    lines: tuple[InputLine, ...]
    given: tuple[str, ...]
    through: tuple[str, ...]
    sentence: str
    failure: str = ""

    @property
    def rule(self) -> str:
        """What it is a case of: its verdict, or a build that fails."""
        return BUILD_FAILS_RULE if self.failure else self.verdict.value

    @property
    def level(self) -> Level:
        """How grave it is. The installation fails without any file, or where a build fails."""
        return "error" if self.failure else LEVELS[self.verdict]


def findings(report: Report) -> list[PackageFinding]:
    """Everything that is neither a wheel nor unneeded, the worst and most widespread first.

    Of a Dockerfile, builds that fail are findings at its own lines.
    """
    places = Places(report.targets)
    packages = {package.name: package for package in report.packages}
    targets_of = [] if report.dockerfile else report.targets
    failing = {target.name: report.failing_builds(target.name) for target in targets_of}
    found = []
    for package in matters(report):
        groups: dict[tuple[Verdict, str], list[str]] = {}
        for target, cell in package.on.items():
            if cell.verdict in LEVELS:
                failure = failing.get(target, {}).get(package.name, "")
                groups.setdefault((cell.verdict, failure), []).append(target)
        for (verdict, failure), targets in groups.items():
            found.append(
                _finding(report, places, packages, package, verdict, targets, clean(failure))
            )
    return sorted(found, key=_gravity)


def _gravity(finding: PackageFinding) -> tuple[bool, int, int]:
    """By which findings are sorted, the worst first."""
    return (
        finding.level != "error",
        list(LEVELS).index(finding.verdict),
        -len(finding.targets),
    )


def _finding(
    report: Report,
    places: Places,
    packages: Mapping[str, Package],
    package: Package,
    verdict: Verdict,
    targets: list[str],
    failure: str,
) -> PackageFinding:
    cells = [package.on[target] for target in targets]
    through = tuple(dict.fromkeys(requester for cell in cells for requester in cell.requested_by))
    asking = tuple(clean(requester) for requester in through if _asker(requester) in packages)
    named = label(report, package.name, targets)
    text = f"{named} {verdict_words(verdict, fails=bool(failure))} on {places.describe(targets)}"
    if asking:
        text += f" (needed by {listing(asking, 3)})"
    reasons = [_reason(cells, places, targets), *([f"the build fails: {failure}"] * bool(failure))]
    origins = list(_origins(packages, package.name, targets))
    return PackageFinding(
        package=package.name,
        label=named,
        verdict=verdict,
        targets=tuple(targets),
        lines=tuple(dict.fromkeys(line for _, line in origins if line.file not in _NO_FILES)),
        given=tuple(dict.fromkeys(name for name, line in origins if line.file in _NO_FILES)),
        through=asking,
        sentence=f"{text}: {'; '.join(reasons)}.",
        failure=failure,
    )


def _reason(cells: list[Cell], places: Places, targets: list[str]) -> str:
    words = clean(cells[0].reason)
    if len({cell.reason for cell in cells}) > 1:
        words = f"for example on {places.describe(targets[:1])}: {words}"
    return words


def _asker(requested_by: str) -> str:
    """The name of the package in ``uvicorn[standard] 0.54.0``."""
    return re.split(r"[\[ ]", requested_by, maxsplit=1)[0]


def _origins(
    packages: Mapping[str, Package], name: str, targets: Collection[str]
) -> Iterator[tuple[str, InputLine]]:
    """Follow who asks for whom up to the user's own lines, nearest first: of which package each."""
    seen, level = {name}, [name]
    while level:
        above: dict[str, None] = {}
        for requested in level:
            for requester in _requested_by(packages[requested], targets):
                asker = _asker(requester)
                if asker not in packages:
                    yield requested, line_of(requester)
                elif asker not in seen:
                    above[asker] = None
        seen.update(above)
        level = list(above)


def _requested_by(package: Package, targets: Collection[str]) -> Iterable[str]:
    for target in targets:
        if target in package.on:
            yield from package.on[target].requested_by


def line_of(origin: str) -> InputLine:
    """``requirements.txt:3`` → the line; what has no number is a whole file."""
    file, _, number = origin.rpartition(":")
    return (
        InputLine(clean(file), int(number))
        if file and number.isdecimal()
        else InputLine(clean(origin))
    )


def problem_line(problem: Problem) -> InputLine | None:
    """Where the problem's requirement is written, if that is a file."""
    line = line_of(problem.where) if problem.where else None
    return line if line and line.file not in _NO_FILES else None


def dockerfile_line(dockerfile: JudgedDockerfile, finding: DockerfileFinding) -> InputLine:
    """Where in the Dockerfile it was found."""
    return InputLine(clean(dockerfile.name), finding.line)


def remaining_violations(report: Report) -> list[Violation]:
    """The violations, but for those that an error of the Dockerfile tells at the same line."""
    dockerfile = report.dockerfile
    if dockerfile is None:
        return list(report.violations)
    errors = [finding for finding in dockerfile.findings if finding.severity == "error"]
    lines = {dockerfile_line(dockerfile, finding) for finding in errors}
    return [
        violation
        for violation in report.violations
        if violation.rule != "dockerfile" or lines.isdisjoint(map(line_of, violation.where))
    ]


_VERDICT_HELP: Mapping[str, str] = {
    Verdict.UNAVAILABLE: "Neither a wheel fits the target nor is there an sdist. Choose a release "
    "or a target that has a wheel: wheelcheck advises on both.",
    Verdict.SOURCE_NATIVE: "There is only an sdist, and it compiles: the installation needs a "
    "compiler, system packages and time. Another base image, another release or a newer Python "
    "may have a wheel; wheelcheck explain PACKAGE --target TARGET shows the reasoning.",
    Verdict.SOURCE_UNKNOWN: "There is only an sdist, and the evidence does not decide whether it "
    "compiles. wheelcheck explain PACKAGE --target TARGET shows what was found.",
    Verdict.SOURCE_PURE: "There is only an sdist; it builds without a compiler, and needs its "
    "build requirements.",
    BUILD_FAILS_RULE: "There is only an sdist, and what it meets there ends its build, whatever "
    "system packages are installed; the message says what. Take another release, or an older "
    "Python: wheelcheck advises on both.",
    Verdict.UNKNOWN: "The package could not be judged; the message says why.",
}
_POLICY_HELP: Mapping[str, str] = {
    "policy/fail-on": "The policy names this verdict or finding in fail-on. An entry of "
    "[[tool.wheelcheck.allow]] lets a package pass, with a reason and a last day.",
    "policy/dockerfile": "The image cannot be built, or its program does not start. The report "
    "has the corrected Dockerfile as a diff.",
    "policy/min-coverage": "Fewer packages come as wheels than min-coverage of "
    "[tool.wheelcheck] demands.",
    "policy/max-build-minutes": "Source builds take longer than max-build-minutes of "
    "[tool.wheelcheck] allows.",
    "policy/max-image-mb": "The image gets larger than max-image-mb of [tool.wheelcheck] allows.",
}


def rule_help(rule: str, meaning: str) -> str:
    """What a result of this rule means and what to do, in sentences."""
    known = _VERDICT_HELP.get(rule) or _POLICY_HELP.get(rule)
    if known:
        return f"{meaning} {known}"
    if rule.startswith("refused/"):
        return f"{meaning} Nothing of it is installed; the message has the line to write instead."
    if rule.startswith("problem/"):
        return f"{meaning} The message says what could not be judged, or must be known."
    return meaning
