"""From a log to its failures: each with package, version, and the line that shows the cause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from wheelcheck.logs.failure_signs import (
    Named,
    Sign,
    is_step,
    named_in,
    sdist_in,
    sign_of,
    succeeded,
)
from wheelcheck.logs.log_causes import Finding, all_findings, find_cause
from wheelcheck.logs.log_environment import LogEnvironment, environment_of
from wheelcheck.logs.log_lines import LogLine, log_lines

__all__ = ["LogFailure", "LogReading", "read_log"]

_ALONE = frozenset({"compile-error", "no-version", "conflict"})
"""Causes that say nothing where no line says that something failed."""
_LOCAL = re.compile(r"(?:Processing|Obtaining) (?:/|\.|file:|[A-Za-z]:\\)(?!\S*\.(?:whl|gz|zip)\b)")
_ERROR = re.compile(
    r"(?!ERROR: (?:Failed|Could not build)|error: (?:subprocess-exited|metadata-generation|Failed))"
    r"(?:[\w.]*(?:Error|Exception)|error|ERROR|fatal|CMake Error[^:]*|\S+:\d+(?::\d+)?: error): ."
)
"""A line of an error, but for what installers say of every build that fails."""
_TOOLS_TOO = frozenset({"compiler-missing"})


@dataclass(frozen=True, slots=True)
class LogFailure:
    """One thing that failed: the packages it concerns, mostly one, and why.

    `required_by` is the package whose build required it, "" where it was to be installed itself.
    `finding` is None where no line is understood; then `last_error` is the last line that
    looks like an error. `more` are tools that are missing besides.
    """

    packages: tuple[Named, ...] = ()
    finding: Finding | None = None
    required_by: str = ""
    more: tuple[Finding, ...] = ()
    last_error: LogLine | None = None


@dataclass(frozen=True, slots=True)
class LogReading:
    """What a log says.

    `cut` is the line of a step that began and whose end is not in the log, None where it ends
    as it should. `succeeded` says that an installation ended well, `local` that a project on the
    machine was installed: it has no name before it is built.
    """

    environment: LogEnvironment
    failures: tuple[LogFailure, ...]
    lines: int
    cut: LogLine | None = None
    succeeded: bool = False
    local: bool = False


@dataclass(slots=True)
class _Span:
    """The lines that belong to one failure while a log is read.

    `guessed`: its package is that begun before it, and a line that follows may name it.
    """

    packages: tuple[Named, ...]
    start: int
    inside: bool = False
    guessed: bool = False
    whole: bool = False
    required_by: str = ""
    lines: list[LogLine] = field(default_factory=list)


def read_log(text: str) -> LogReading:
    """Read the log of pip, uv, Poetry, PDM or Pipenv, also within one of docker build or of CI."""
    lines = list(log_lines(text))
    spans = _spans(lines)
    failures = [_failure(span) for span in spans]
    if not failures:
        alone = find_cause(lines)
        if alone is not None and alone.cause.code not in _ALONE:
            failures = [LogFailure(_only_named(lines), alone)]
    return LogReading(
        environment_of(lines),
        tuple(failures),
        len(lines),
        None if failures else _cut(lines),
        any(map(succeeded, lines)),
        any(_LOCAL.match(line.text) for line in lines),
    )


def _spans(lines: Sequence[LogLine]) -> list[_Span]:
    """The failures with their lines: each from the line that shows it first to the next failure."""
    found: list[_Span] = []
    versions: dict[NormalizedName, str] = {}
    latest: Named | None = None
    fetched: Named | None = None
    for position, line in enumerate(lines):
        sign = sign_of(line)
        if sign is None:
            seen = named_in(line)
            if seen is not None:
                if found and seen != latest:
                    found[-1].guessed = False
                latest = seen
                versions[seen.name] = seen.version or versions.get(seen.name, "")
                fetched = sdist_in(line) or fetched
            continue
        packages = sign.packages or tuple(filter(None, (fetched or latest,)))
        _note(found, sign, _with_versions(packages, versions), position)
    for number, span in enumerate(found):
        end = found[number + 1].start if number + 1 < len(found) else len(lines)
        span.lines = list(lines[(span.start if number else 0) : end])
    return _without_outer(found)


def _note(found: list[_Span], sign: Sign, packages: tuple[Named, ...], position: int) -> None:
    """Add a failure, or see that a line repeats a known failure."""
    names = {package.name for package in packages}
    last = found[-1] if found else None
    vague = last is not None and last.guessed and not last.inside
    if vague and sign.packages and not (sign.whole and found[-1].packages):
        found[-1].packages, found[-1].guessed = packages, False
        return
    for span in found:
        known = {package.name for package in span.packages}
        if names <= known and names and not span.inside:
            return
    if not sign.packages and found and not sign.inside and not found[-1].inside:
        return  # more of the same output
    found.append(_Span(packages, position, sign.inside, not sign.packages, sign.whole))


def _with_versions(
    packages: tuple[Named, ...], versions: dict[NormalizedName, str]
) -> tuple[Named, ...]:
    return tuple(
        package if package.version else Named(package.name, versions.get(package.name, ""))
        for package in packages
    )


def _without_outer(spans: list[_Span]) -> list[_Span]:
    """A build whose requirements failed gives way to these, and is named as what required them."""
    found: list[_Span] = []
    outer: _Span | None = None
    for span in spans:
        if span.inside:
            outer = outer or span
            continue
        if outer is not None and {p.name for p in span.packages} != {
            p.name for p in outer.packages
        }:
            span.required_by = " ".join(f"{p.name} {p.version}".strip() for p in outer.packages[:1])
            span.lines = [*outer.lines, *span.lines]
        found.append(span)
    return found or ([outer] if outer is not None else [])


def _failure(span: _Span) -> LogFailure:
    finding = find_cause(span.lines, of_a_build=not span.whole)
    more = [
        each
        for each in all_findings(span.lines)
        if each.cause.code in _TOOLS_TOO
        and finding is not None
        and each.what != finding.what
        and finding.cause.code.endswith("-missing")
    ]
    errors = () if finding else (line for line in reversed(span.lines) if _ERROR.match(line.text))
    return LogFailure(
        span.packages, finding, span.required_by, tuple(more), next(iter(errors), None)
    )


def _only_named(lines: Sequence[LogLine]) -> tuple[Named, ...]:
    """The last package that is named before the log ends, where there is one."""
    seen = [named for line in lines if (named := named_in(line))]
    return tuple(seen[-1:])


def _cut(lines: Sequence[LogLine]) -> LogLine | None:
    """The step that began last, where the log ends before it does."""
    for line in reversed(lines[-6:]):
        if succeeded(line):
            return None
        if is_step(line):
            return line
    return None
