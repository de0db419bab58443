"""Turns of phrase about a judged Dockerfile, as plain text, for every rendering."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.dockerfile_values import (
    DockerfileFinding,
    IgnoredFinding,
    JudgedDockerfile,
)
from wheelcheck.reports.wording.phrases import clean, listing

__all__ = [
    "SIGNS",
    "Diff",
    "diffs",
    "fate",
    "nothing_found",
    "place",
    "step_notes",
    "to_change",
    "worst_first",
]

SIGNS: Mapping[str, str] = {"error": "✗", "warning": "!", "note": "·"}
"""By severity, the worst first."""

_OF_COPIES = {"other-libc", "other-python", "other-cpu"}
"""Errors of a COPY or mount that does its work: what it brings is not found, or does not run."""
_MOST_PACKAGES = 12
_MOST_DIFFERENCES = 6
_COMMAND = 60
"""Characters of a command by which people know it again."""


@dataclass(frozen=True, slots=True)
class Diff:
    """A correction with what it does; `lines` of a unified diff, nothing of them left out."""

    title: str
    lines: tuple[str, ...]


def fate(dockerfile: JudgedDockerfile) -> str:
    """What to know first of all: at which steps the image's build or its program fails; or ""."""
    errors = [finding for finding in dockerfile.findings if finding.severity == "error"]
    failing = {finding.line for finding in errors if finding.code not in _OF_COPIES}
    useless = {finding.line for finding in errors} - failing
    parts = []
    if failing:
        parts.append(f"{_numbered(failing)} {'fails' if len(failing) == 1 else 'fail'}")
    if useless:
        verb = "brings" if len(useless) == 1 else "bring"
        parts.append(f"what {_numbered(useless)} {verb} cannot be used there")
    if not parts:
        return ""
    return f"{clean(dockerfile.name)} does not work as it is: {', and '.join(parts)}, see below."


def _numbered(numbers: Collection[int]) -> str:
    """``line 4``, ``lines 4, 7``."""
    return f"line{'s' * (len(numbers) > 1)} {listing(list(map(str, sorted(numbers))))}"


def nothing_found(dockerfile: JudgedDockerfile) -> str:
    """What stands where a file has no findings; a package that cannot be installed is one."""
    if dockerfile.unread and not dockerfile.steps:
        return "Nothing is known of what it installs: see the problems."
    return "No failing step and nothing to improve was found."


def worst_first(dockerfile: JudgedDockerfile) -> list[DockerfileFinding]:
    """The findings by severity, otherwise as they stand."""
    order = list(SIGNS)
    return sorted(dockerfile.findings, key=lambda finding: order.index(finding.severity))


def place(finding: DockerfileFinding) -> str:
    """``line 7 (stage 0)``."""
    return f"line {finding.line} ({clean(finding.stage)})"


_AFTER_BUILDS = {"compiler-in-final-image", "removed-in-later-layer"}
"""Findings on packages that the stage may need while it builds."""


def to_change(finding: DockerfileFinding) -> list[str]:
    """What to write, and what not: ``add gcc, musl-dev``, ``leave out git``.

    What the builds of the step take is not left out but removed behind them.
    """
    away = (
        "at the end of the RUN that builds, remove"
        if finding.code in _AFTER_BUILDS
        else "leave out"
    )
    changes = (("add", finding.packages), (away, finding.superfluous))
    return [
        f"{change} {listing(list(map(clean, names)), _MOST_PACKAGES)}"
        for change, names in changes
        if names
    ]


def step_notes(dockerfile: JudgedDockerfile) -> list[str]:
    """Steps that were not judged, and why; what is ignored; the other platform."""
    notes = [
        f"line {step.line}: {shorten(clean(step.command), _COMMAND, placeholder=' ...')}: "
        f"{clean(text)}"
        for step in dockerfile.steps
        if (text := f"not judged: {step.unjudged}" if step.unjudged else step.note)
    ]
    return [*notes, *_ignored(dockerfile.ignored), *_on_other_platform(dockerfile)]


def _ignored(ignored: Sequence[IgnoredFinding]) -> list[str]:
    """What comments in the file let pass, each with its reason."""
    return [
        f"line {each.finding.line}: {clean(each.finding.code)} is ignored by line {each.line}"
        + (f": {clean(each.reason)}" if each.reason else "")
        for each in ignored
    ]


def _on_other_platform(dockerfile: JudgedDockerfile) -> list[str]:
    """What fails or differs on the platform that was not asked for; a line if nothing does."""
    other = dockerfile.other_platform
    if other is None:
        return []
    found = [
        f"{place(finding)}: {clean(finding.message)} [{clean(finding.code)}]"
        for finding in other.findings
    ]
    found += _ignored(other.ignored)
    if other.differences:
        shown = [
            f"{clean(each.package)} {_words(each.there)} "
            f"(line {each.line}; here {_words(each.here)})"
            for each in other.differences
        ]
        found.append(listing(shown, _MOST_DIFFERENCES))
    if other.unjudged:
        found.append(f"not judged: {clean(other.unjudged)}")
    return [f"{clean(other.platform)}: {text}" for text in found or ["the same verdicts"]]


def _words(verdict: Verdict | None) -> str:
    return "not installed" if verdict in {None, Verdict.NOT_REQUIRED} else str(verdict)


def diffs(dockerfile: JudgedDockerfile) -> list[Diff]:
    """The corrections, the most helpful first."""
    found = (
        ("Corrected, on another image", dockerfile.other_image),
        ("Corrected, on the same image", dockerfile.correction),
    )
    return [Diff(title, _lines(diff)) for title, diff in found if diff]


def _lines(diff: str) -> tuple[str, ...]:
    r"""Lines end at ``\n`` alone: whatever else Python takes for an end is inside of one."""
    return tuple(_verbatim(line) for line in diff.removesuffix("\n").split("\n"))


def _verbatim(line: str) -> str:
    """White space kept, as a diff has to; what a terminal or a reader would obey becomes ``�``."""
    shown = line.removesuffix("\r")
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in shown)
