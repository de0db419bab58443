"""From a log to its failures: each with package, version, and the line that shows the cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
from wheelcheck.logs.log_causes import FoundCause, all_findings, find_cause
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
    finding: FoundCause | None = None
    required_by: str = ""
    more: tuple[FoundCause, ...] = ()
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
    seen = _SeenPackages()
    for position, line in enumerate(lines):
        sign = sign_of(line)
        if sign is not None:
            packages = sign.packages or seen.at_work
            _note(found, sign, seen.with_versions(packages), position)
        elif seen.take(line) and found:
            found[-1].guessed = False
    ends = [span.start for span in found[1:]] + [len(lines)]
    for number, (span, end) in enumerate(zip(found, ends, strict=False)):
        span.lines = list(lines[(span.start if number else 0) : end])
    return _without_outer(found)


@dataclass(slots=True)
class _SeenPackages:
    """What a log names while it is read: the last package, the last sdist, and versions."""

    latest: Named | None = None
    fetched: Named | None = None
    versions: dict[NormalizedName, str] = field(default_factory=dict)

    def take(self, line: LogLine) -> bool:
        """Note what a line names; whether that is another package than before."""
        named = named_in(line)
        if named is None:
            return False
        changed = named != self.latest
        self.latest = named
        self.versions[named.name] = named.version or self.versions.get(named.name, "")
        self.fetched = sdist_in(line) or self.fetched
        return changed

    @property
    def at_work(self) -> tuple[Named, ...]:
        """The package that is worked on: the last sdist, else the last that is named."""
        return tuple(filter(None, (self.fetched or self.latest,)))

    def with_versions(self, packages: Iterable[Named]) -> tuple[Named, ...]:
        """The same packages with the versions that the log names elsewhere."""
        return tuple(
            package if package.version else Named(package.name, self.versions.get(package.name, ""))
            for package in packages
        )


def _note(found: list[_Span], sign: Sign, packages: tuple[Named, ...], position: int) -> None:
    """Add a failure, or see that a line repeats a known failure."""
    last = found[-1] if found else None
    if last is not None and _names_the_last(last, sign):
        last.packages, last.guessed = packages, False
        return
    if _is_known(found, packages):
        return
    if last is not None and not (sign.packages or sign.inside or last.inside):
        return  # more of the same output
    found.append(_Span(packages, position, sign.inside, not sign.packages, sign.whole))


def _names_the_last(last: _Span, sign: Sign) -> bool:
    """Whether a line names the package of the failure before it, which was a guess."""
    vague = last.guessed and not last.inside
    return vague and bool(sign.packages) and not (sign.whole and last.packages)


def _is_known(found: Iterable[_Span], packages: Iterable[Named]) -> bool:
    """Whether all of these packages are those of one failure."""
    names = {package.name for package in packages}
    outer = (span for span in found if not span.inside)
    return bool(names) and any(names <= {each.name for each in span.packages} for span in outer)


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
