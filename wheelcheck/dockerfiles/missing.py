"""What is missing: needs of source builds that the packages of a step do not answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wheelcheck.builds.distributions import Distribution, distribution_of
from wheelcheck.builds.needs import Need, NeedKind, Role
from wheelcheck.builds.outlook import Outlook
from wheelcheck.builds.toolchain import tool_table
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.dockerfiles.finding import Finding, StepBuilds, finding
from wheelcheck.dockerfiles.present import answered_by, build_packages, present_packages
from wheelcheck.errors import Unknown
from wheelcheck.requirements.dockerfile import Dockerfile, InstallStep, Stage

__all__ = ["missing_at_build", "missing_at_run", "named"]

_FAILS_WITH_ANOTHER = "build-requires-failing"
_COMPILERS: Mapping[str, str] = {
    "c": "a C compiler",
    "c++": "a C++ compiler",
    "fortran": "a Fortran compiler",
    "rust": "Rust",
    "go": "Go",
    "clang": "clang",
    "python-headers": "Python's headers",
    "linux-headers": "the kernel's headers",
}


@dataclass(slots=True)
class _Gap:
    """One need that nothing answers, with the builds that have it."""

    need: Need
    packages: tuple[str, ...]
    outlooks: list[Outlook] = field(default_factory=list)

    @property
    def certain(self) -> bool:
        """Whether a build is sure to fail: it compiles, and a tool or a known library is wanted."""
        native = any(one.classification.verdict is Verdict.SOURCE_NATIVE for one in self.outlooks)
        known = self.need.kind is NeedKind.TOOL or not self.need.inferred
        return native and known

    @property
    def code(self) -> str:
        if not self.certain:
            return "doubtful-need"
        if self.need.kind is NeedKind.LIBRARY:
            return "missing-library"
        return "missing-compiler" if self.need.name in _COMPILERS else "missing-build-tool"


def missing_at_build(stage: Stage, step: InstallStep, builds: StepBuilds) -> Iterator[Finding]:
    """Needs of a step's builds that neither its packages nor its image answer."""
    distribution = distribution_of(builds.plan.target)
    if isinstance(distribution, Unknown):
        return
    present = present_packages(step.packages, distribution)
    gaps: dict[str, _Gap] = {}
    for outlook in builds.outlooks:
        for need in outlook.needs:
            if need.role is not Role.REQUIRED or need.from_pypi or _brought(stage, step, need):
                continue
            packages = build_packages(need, distribution)
            lacking = tuple(name for name in packages if name not in present)
            if lacking or not packages:
                gap = gaps.setdefault(f"{need.kind}:{need.name}", _Gap(need, lacking))
                gap.outlooks.append(outlook)
    by_code: dict[str, list[_Gap]] = {}
    for gap in gaps.values():
        if gap.packages:
            by_code.setdefault(gap.code, []).append(gap)
    for code, group in by_code.items():
        yield _told(code, group, stage, step, distribution)
    yield from _failing(stage, step, builds.outlooks)


def _brought(stage: Stage, step: InstallStep, need: Need) -> bool:
    """Whether a tool comes in another way: rustup in a RUN before, or a tool installed by pip."""
    if need.kind is not NeedKind.TOOL:
        return False
    if need.name == "rust" and any(
        "rustup" in one.text for one in stage.instructions if one.line <= step.layer
    ):
        return True
    project = tool_table().get(need.name, {}).get("pypi")
    installed = {
        line.requirement.name.lower()
        for other in stage.steps
        if other.line < step.line
        for line in other.requirements.lines
    }
    return bool(project) and project in installed


def _told(
    code: str, gaps: list[_Gap], stage: Stage, step: InstallStep, distribution: Distribution
) -> Finding:
    labels = _unique(one.build.label for gap in gaps for one in gap.outlooks)
    packages = _unique(name for gap in gaps for name in gap.packages)
    wanted = named(
        tuple(
            f"{_COMPILERS.get(gap.need.name, gap.need.name)} ({' '.join(gap.packages)})"
            for gap in gaps
        ),
        len(gaps),
    )
    one = len(labels) == 1
    if code == "doubtful-need":
        said = f"{named(labels)} may need {wanted} on {distribution}, which this step does not have"
    else:
        verb = "needs" if one else "need"
        said = (
            f"{named(labels)} {verb} {wanted} to be built on {distribution}, "
            "and nothing installs that: the step fails"
        )
    return finding(
        code,
        step.line,
        stage.title,
        said,
        packages=packages,
        builds=labels,
        source="; ".join(_unique(gap.need.source for gap in gaps)),
    )


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _failing(stage: Stage, step: InstallStep, outlooks: Iterable[Outlook]) -> Iterator[Finding]:
    """What fails whatever is installed; builds that fail with another are named with that one."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for outlook in outlooks:
        for obstacle in outlook.obstacles:
            if obstacle.fatal and obstacle.code != _FAILS_WITH_ANOTHER:
                reason = obstacle.message, obstacle.source
                by_reason.setdefault(reason, []).append(outlook.build.label)
    for (message, source), failing in by_reason.items():
        labels = _unique(failing)
        said = f"{named(labels)} cannot be built: {message}"
        yield finding("build-fails", step.line, stage.title, said, builds=labels, source=source)


def missing_at_run(dockerfile: Dockerfile, builds: Iterable[StepBuilds]) -> Iterator[Finding]:
    """Libraries that what was built links with, and that the final image does not have."""
    final = dockerfile.final
    if final is None or isinstance(final.target, Unknown):
        return
    distribution = distribution_of(final.target)
    if isinstance(distribution, Unknown):
        return
    present = present_packages(final.packages, distribution)
    lacking: dict[str, dict[str, Need]] = {}
    for one in builds:
        if one.stage not in dockerfile.needed:
            continue
        for outlook in one.outlooks:
            if outlook.build.top_level and outlook.classification.verdict is Verdict.SOURCE_NATIVE:
                for need in _linked(outlook.needs):
                    for name in _absent(need, distribution, present):
                        lacking.setdefault(name, {})[outlook.build.label] = need
    if not lacking:
        return
    labels = _unique(label for needing in lacking.values() for label in needing)
    said = (
        f"{named(labels)} {'links' if len(labels) == 1 else 'link'} with "
        f"{named(tuple(lacking), len(lacking))}, which the final image does not have"
    )
    sources = (need.source for needing in lacking.values() for need in needing.values())
    yield finding(
        "missing-runtime-library",
        final.line,
        final.title,
        said,
        packages=tuple(lacking),
        builds=labels,
        source="; ".join(_unique(sources)),
    )


def _linked(needs: Iterable[Need]) -> Iterator[Need]:
    """Required needs that leave something to load at run time, known rather than concluded."""
    for need in needs:
        if need.role is Role.REQUIRED and not (need.kind is NeedKind.LIBRARY and need.inferred):
            yield need


def _absent(need: Need, distribution: Distribution, present: frozenset[str]) -> tuple[str, ...]:
    """Run-time packages that are not there; a -dev package that is there brings its library."""
    if any(name in present for name in build_packages(need, distribution)):
        return ()
    return tuple(name for name in answered_by(need, distribution) if name not in present)


def named(labels: tuple[str, ...], most: int = 4) -> str:
    """``numpy 1.24.2, scipy 1.10.1 and 3 more``: at most so many of them."""
    shown = labels if len(labels) <= most else labels[: most - 1]
    rest = len(labels) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""
