"""From the log of a failed installation to what failed, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from packaging.version import Version

from wheelcheck.api.check import answer, machine_of
from wheelcheck.api.log_targets import distribution_at, targets_of
from wheelcheck.api.questions.question import Question
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.distributions.distribution import Distribution
from wheelcheck.errors import IndexUnreachable, Unknown, UsageError
from wheelcheck.logs.failure_signs import Named
from wheelcheck.logs.log_causes import FoundCause
from wheelcheck.logs.log_environment import LogEnvironment
from wheelcheck.logs.log_failures import LogFailure, LogReading, read_log
from wheelcheck.logs.missing_things import Remedy, remedy_for
from wheelcheck.reports.progress import Progress
from wheelcheck.reports.values.log_values import DiagnosedFailure, LogDiagnosis, LogPlace
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.targets import Target

__all__ = ["diagnose"]

_OF_PACKAGES = frozenset(
    {"build-broken", "build-module-missing", "compile-error", "compiler-missing", "conflict"}
    | {
        "header-missing",
        "library-missing",
        "library-not-loaded",
        "metadata-invalid",
        "no-version",
        "out-of-memory",
    }
    | {
        "platform-unsupported",
        "python-unsupported",
        "refused-by-package",
        "toolchain-old",
        "unknown",
    }
    | {"wheel-not-supported"}
)
"""Causes of which the index can tell more: whether there is a wheel, and what else would do."""
_OF_RUNNING = frozenset({"library-not-loaded"})
"""Causes that need no package to be understood: an import's, where no build is under way."""
_BUILDS = frozenset(
    {"build-broken", "build-module-missing", "compile-error", "compiler-missing"}
    | {"header-missing", "library-missing", "out-of-memory", "toolchain-old"}
)
"""Causes that only a source build has."""
_WHEELS = frozenset({Verdict.WHEEL, Verdict.PURE_WHEEL})
_TAKES_MANYLINUX_2014 = Version("19.3")
"""pip.pypa.io/en/stable/news: 19.3 brought manylinux2014."""
_MOST_JUDGED = 20
_QUOTED = 300


def diagnose(
    text: str,
    log: str = "-",
    *,
    question: Question | None = None,
    progress: Progress | None = None,
) -> LogDiagnosis:
    """Say what failed in the log of pip, uv, Poetry, PDM or Pipenv, also within one of a build.

    `text` is the log, `log` its name for people. `question` says where to look and on which
    targets the packages are judged; without targets, it is where the log says that it ran.

    Raises `UsageError` where the log shows no failure, or ends before one.
    """
    reading = read_log(text)
    if not reading.failures:
        raise UsageError(_nothing_failed(reading, log))
    asking = question or Question()
    place = reading.environment
    problems: list[Problem] = []
    bound, now = asking.moment()
    as_of = ((bound or now) - timedelta(microseconds=1)).date()
    concerned = _concerned(reading.failures)
    targets: tuple[Target, ...] = ()
    if concerned or asking.targets:
        targets = targets_of(asking, place, problems, as_of=as_of)
    distribution = distribution_at(place, targets)
    failures = tuple(
        _diagnosed(each, distribution, problems, local=reading.local) for each in reading.failures
    )
    report = None
    if concerned:
        report = _judged(concerned, replace(asking, targets=targets), problems, progress)
    problems += _remarks(reading, report)
    return LogDiagnosis(
        log=log,
        place=_place(place),
        targets=tuple(target.name for target in targets) if report else (),
        failures=failures,
        report=report,
        problems=tuple(dict.fromkeys(problems)),
    )


def _nothing_failed(reading: LogReading, log: str) -> str:
    name = "standard input" if log == "-" else log
    if not reading.lines:
        return f"{name} is empty: give the whole log of the installation"
    if reading.cut is not None:
        return (
            f"{name} ends in the middle, at line {reading.cut.number}: {reading.cut.text[:80]!r}; "
            "give the log up to its end, where the error is"
        )
    if reading.succeeded:
        return f"{name}: nothing failed there, the installation ended well"
    return (
        f"{name}: no line of it says that an installation failed; give the output of pip, uv or "
        "docker build --progress=plain, whole"
    )


def _diagnosed(
    failure: LogFailure, distribution: Distribution, problems: list[Problem], *, local: bool
) -> DiagnosedFailure:
    packages = tuple(map(_pin, failure.packages))
    finding = failure.finding
    if finding is None:
        names = ", ".join(packages) or "the installation"
        why = f"no line of the log says why {names} failed: its build's output may be cut off"
        if failure.last_error is not None:
            why = f"no line of the log says why {names} failed in words that are known here"
        problems.append(Problem(code="cause-unknown", message=why))
        return DiagnosedFailure(
            packages=packages,
            required_by=failure.required_by,
            cause="unknown",
            line=failure.last_error.number if failure.last_error else None,
            quoted=failure.last_error.text[:_QUOTED] if failure.last_error else "",
        )
    if not packages and finding.cause.code in _OF_PACKAGES - _OF_RUNNING and not local:
        why = "the log does not say which package failed: its beginning may be cut off"
        problems.append(Problem(code="package-unknown", message=why))
    remedy = remedy_for((finding, *failure.more), distribution)
    if isinstance(remedy, Unknown):
        problems.append(Problem(code=remedy.code, message=remedy.reason, severity="warning"))
    return DiagnosedFailure(
        packages=packages,
        required_by=failure.required_by,
        cause=finding.cause.code,
        missing=finding.what,
        line=finding.line.number,
        quoted=finding.line.text[:_QUOTED],
        means=_means(finding, failure.more),
        mend=finding.mend,
        install=remedy.command if isinstance(remedy, Remedy) else "",
        install_for=str(distribution) if isinstance(remedy, Remedy) else "",
        source=finding.cause.source,
    )


def _means(finding: FoundCause, more: Sequence[FoundCause]) -> str:
    others = [each.means for each in more]
    return " and ".join([finding.means, *others[:1]])


def _concerned(failures: Sequence[LogFailure]) -> tuple[LogFailure, ...]:
    """The failures of which the index can tell more."""
    return tuple(
        each
        for each in failures
        if each.packages
        and (each.finding.cause.code if each.finding else "unknown") in _OF_PACKAGES
    )


def _judged(
    failures: Sequence[LogFailure],
    question: Question,
    problems: list[Problem],
    progress: Progress | None,
) -> Report | None:
    """Judge the packages that failed, as if they were installed again."""
    outer = [each.required_by.replace(" ", "==") for each in failures if each.required_by]
    packages = dict.fromkeys([*outer, *(_pin(n) for each in failures for n in each.packages)])
    together = any(each.finding and each.finding.cause.code == "conflict" for each in failures)
    asking = replace(question, requirements=(), packages=list(packages)[:_MOST_JUDGED])
    try:
        return answer(
            asking,
            machine_of(2, None, 12.5e6, None),
            no_deps=not together,
            installer=None,
            verdicts_only=False,
            advice=True,
            progress=progress,
        )
    except (IndexUnreachable, UsageError) as error:
        why = f"the index was not looked at: {error}"
        problems.append(Problem(code="not-judged", message=why, severity="warning"))
        return None


def _remarks(reading: LogReading, report: Report | None) -> Iterator[Problem]:
    """What the answer of the index means beside the log."""
    place = reading.environment
    codes = {each.finding.cause.code for each in reading.failures if each.finding}
    if place.indexes and "no-version" in codes:
        why = (
            f"pip looked in {', '.join(place.indexes)}: it says the same where an index wants a "
            "password (401) or lacks the project; curl -I shows which"
        )
        yield Problem(code="other-index", message=why, severity="warning")
    if report is None or not codes & _BUILDS:
        return
    wheels = [
        package.name
        for package in report.packages
        if package.on and all(cell.verdict in _WHEELS for cell in package.on.values())
    ]
    if wheels:
        reason = _why_built(place)
        why = f"the index has a wheel of {', '.join(wheels)} that fits; {reason}"
        yield Problem(code="wheel-exists", message=why, severity="warning")


def _why_built(place: LogEnvironment) -> str:
    """Why something was built that has a wheel."""
    if place.no_binary:
        return "--no-binary on the command line had it built"
    name, _, release = place.installer.partition(" ")
    if name == "pip" and release and Version(release) < _TAKES_MANYLINUX_2014:
        return f"pip {release} is too old to take it: pip install -U pip"
    return (
        "it was built all the same: by an old pip, --no-binary, or on another platform than is "
        "judged here"
    )


def _pin(named: Named) -> str:
    return f"{named.name}=={named.version}" if named.version else str(named.name)


def _place(place: LogEnvironment) -> LogPlace:
    return LogPlace(
        python=place.python,
        libc=place.libc,
        arch=place.arch,
        system=place.system,
        image=place.image,
        installer=place.installer,
    )
