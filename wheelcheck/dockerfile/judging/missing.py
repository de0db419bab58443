"""What is missing: the gaps as findings, and the builds that fail whatever is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wheelcheck.builds.outlook import Outlook
from wheelcheck.distributions.distribution import Distribution, distribution_of
from wheelcheck.dockerfile.judging.finding import Finding, StepBuilds, finding
from wheelcheck.dockerfile.judging.gaps import COMPILERS, Gap, build_gaps, run_gaps
from wheelcheck.dockerfile.judging.run_images import lineage, stages_in
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.errors import Unknown

__all__ = [
    "FAILS_WITH_ANOTHER",
    "Failures",
    "failures_of",
    "missing_at_build",
    "missing_at_run",
    "named",
]

FAILS_WITH_ANOTHER = "build-requires-failing"
_MOST_REASONS = 3


def missing_at_build(
    stage: Stage, steps: Sequence[tuple[InstallStep, StepBuilds]]
) -> Iterator[Finding]:
    """Needs of builds that neither the packages there nor the image answer.

    `steps` are those of one line, with what they build: each thing is said of it once.
    """
    first = steps[0][0]
    distribution = distribution_of(steps[0][1].plan.target)
    if isinstance(distribution, Unknown):
        return
    by_code: dict[str, list[Gap]] = {}
    for step, builds in steps:
        for gap in build_gaps(stage, step, builds, distribution):
            by_code.setdefault(gap.code, []).append(gap)
    for code, group in by_code.items():
        yield _gap_message(code, group, stage, first, distribution)
    yield from _failing(stage, first, (each for _, step in steps for each in step.outlooks))


def _gap_message(
    code: str, gaps: list[Gap], stage: Stage, step: InstallStep, distribution: Distribution
) -> Finding:
    labels = _unique(outlook.build.label for gap in gaps for outlook in gap.outlooks)
    packages = _unique(name for gap in gaps for name in gap.packages)
    needs = _unique(
        f"{COMPILERS.get(gap.need.name, gap.need.name)} ({' '.join(gap.packages)})" for gap in gaps
    )
    wanted = named(needs, len(needs))
    result = len(labels) == 1
    if code == "doubtful-need":
        message = (
            f"{named(labels)} may need {wanted} on {distribution}, which this step does not have"
        )
    else:
        verb = "needs" if result else "need"
        message = (
            f"{named(labels)} {verb} {wanted} to be built on {distribution}, "
            "and nothing installs that: the step fails"
        )
    return finding(
        code,
        step.line,
        stage.title,
        message,
        packages=packages,
        builds=labels,
        source="; ".join(_unique(gap.need.source for gap in gaps)),
    )


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _failing(stage: Stage, step: InstallStep, outlooks: Iterable[Outlook]) -> Iterator[Finding]:
    """What fails whatever is installed, in one finding."""
    failures = failures_of(outlooks)
    if failures is not None:
        message = f"{named(failures.labels)} cannot be built: {failures.reasons}"
        yield finding(
            "build-fails",
            step.line,
            stage.title,
            message,
            builds=failures.labels,
            source="; ".join(failures.sources),
        )


@dataclass(frozen=True, slots=True)
class Failures:
    """Builds that fail for certain. `reasons` gives an example of each, as one sentence."""

    labels: tuple[str, ...]
    reasons: str
    sources: tuple[str, ...]


def failures_of(outlooks: Iterable[Outlook]) -> Failures | None:
    """The builds that fail by themselves; those that fail with another come with that one.

    Reasons from one source are alike but for versions: the first is reported.
    """
    labels: dict[str, None] = {}
    examples: dict[str, tuple[str, str]] = {}
    for outlook in outlooks:
        for obstacle in outlook.obstacles:
            if obstacle.fatal and obstacle.code != FAILS_WITH_ANOTHER:
                labels[outlook.build.label] = None
                examples.setdefault(obstacle.source, (outlook.build.label, obstacle.message))
    if not labels:
        return None
    parts = [
        message if len(labels) == 1 else f"{message} ({label})"
        for label, message in examples.values()
    ]
    more = len(parts) - _MOST_REASONS
    rest = [f"{more} more reason{'s' if more > 1 else ''}"] if more > 0 else []
    return Failures(tuple(labels), "; ".join([*parts[:_MOST_REASONS], *rest]), tuple(examples))


def missing_at_run(dockerfile: Dockerfile, builds: Iterable[StepBuilds]) -> Iterator[Finding]:
    """Libraries that what was built links with, and that the final image does not have."""
    final = dockerfile.final
    if final is None:
        return
    needed = sorted(
        (build for build in builds if build.stage in dockerfile.needed), key=lambda each: each.line
    )
    lacking = run_gaps(needed, final)
    if not lacking:
        return
    labels = _unique(label for needing in lacking.values() for label in needing)
    message = (
        f"{named(labels)} {'links' if len(labels) == 1 else 'link'} with "
        f"{named(tuple(lacking), len(lacking))}, which nothing in the final image is known to bring"
    )
    sources = (need.source for needing in lacking.values() for need in needing.values())
    yield finding(
        "missing-runtime-library",
        _arrival(dockerfile, final, needed, frozenset(labels)),
        final.title,
        message,
        packages=tuple(lacking),
        builds=labels,
        source="; ".join(_unique(sources)),
    )


def _arrival(
    dockerfile: Dockerfile, final: Stage, builds: Iterable[StepBuilds], labels: frozenset[str]
) -> int:
    """The line on which the first of these builds gets into the image: its step, or a COPY.

    That of the last FROM where neither is known.
    """
    image = lineage(dockerfile, final)
    for build in builds:
        if labels.isdisjoint(outlook.build.label for outlook in build.outlooks):
            continue
        if build.stage in image:
            return build.line
        for copied in final.copies:
            if build.stage in stages_in(dockerfile, copied):
                return copied.line
    return final.line


def named(labels: tuple[str, ...], most: int = 4) -> str:
    """``numpy 1.24.2, scipy 1.10.1 and 3 more``: at most so many of them."""
    shown = labels if len(labels) <= most else labels[: most - 1]
    rest = len(labels) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""
