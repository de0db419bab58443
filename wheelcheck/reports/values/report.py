"""The Report: what leaves the library, as values and as JSON with a published schema.

Field names of the top level, of targets and of ``packages[].on`` are a contract; within one
`SCHEMA_VERSION` fields are only added.
"""

from __future__ import annotations

from typing import Annotated, Literal

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import NOT_THERE
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.build_values import BuildPlan, SourceEvidence
from wheelcheck.reports.values.dockerfile_values import JudgedDockerfile
from wheelcheck.reports.values.model import AfterValidator, Field
from wheelcheck.reports.values.nearest import ByPackage, ByTarget, entry
from wheelcheck.reports.values.shown import Shown
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.values.value import Value
from wheelcheck.reports.values.violation import Violation

__all__ = [
    "POLICY_REMARKS",
    "SCHEMA_VERSION",
    "Cell",
    "LoadSummary",
    "Loading",
    "LostWheel",
    "Miss",
    "Package",
    "Problem",
    "Report",
    "Severity",
]

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Severity = Literal["error", "warning"]

POLICY_REMARKS = frozenset(
    {"allowance-ended", "allowance-unused", "ignore-unknown", "ignore-unused"}
)
"""Codes of problems that are about the user's policy."""


class Miss(Value):
    """A file that nearly fits: the first part of its tag that fails, and why in words."""

    file: str = Field(description="Name of the file.")
    part: str = Field(description="The first part of its tag that does not fit.")
    why: str = Field(description="Why it does not, in words.")


class Loading(Value):
    """Whether the chosen wheel's files find what they ask for: their shared libraries."""

    status: Literal["yes", "needs", "some files need", "no", "not-checked"] = Field(
        description="Whether all files of the wheel find what they need."
    )
    needs: tuple[str, ...] = Field(
        default=(), description="Libraries, or symbol versions, that are missing."
    )
    packages: tuple[str, ...] = Field(
        default=(), description="System packages of the image's distribution that bring them."
    )
    reason: str = Field(default="", description="The sentence that supports the status.")


class LostWheel(Value):
    """A wheel that could be expected on a target, and what became of it."""

    kind: Literal["lost", "uploading", "cooldown"] = Field(
        description="lost: the release before has a wheel for the target; uploading: the same, but "
        "the release is younger than two days and has fewer files, so that more may come; "
        "cooldown: there is a wheel, too young for --exclude-newer."
    )
    release: str = Field(
        description="The release that lacks the wheel; under a cooldown, that which has it."
    )
    before: str | None = Field(default=None, description="The release before, which has a wheel.")
    day: str | None = Field(
        default=None,
        description="ISO 8601: when the release came; under a cooldown, the first day on which the "
        "wheel is let in.",
    )
    reason: str = Field(description="The same in a sentence.")


class LoadSummary(Value):
    """How it was found out whether wheels load."""

    mode: Literal["quick", "full", "off"] = Field(
        description="The mode, as `--load-check` names it."
    )
    read_bytes: int = Field(
        description="Bytes of wheels that this run fetched for it: not those that earlier runs did."
    )


class Cell(Value):
    """What happens to one package on one target."""

    version: str | None = Field(description="The release that is chosen; None where none can be.")
    verdict: Verdict = Field(description="What happens to the package there.")
    reason: str = Field(description="The sentence that supports the verdict.")
    file: str | None = Field(
        default=None, description="The file that is chosen; None where none can be."
    )
    requested_by: tuple[str, ...] = Field(
        default=(), description="Packages, or the user's own lines, as in requirements.txt:3."
    )
    misses: tuple[Miss, ...] = Field(
        default=(), description="Files that nearly fit, the nearest first."
    )
    size: int | None = Field(default=None, description="Bytes of the chosen file.")
    upload_time: str | None = Field(default=None, description="Of the chosen file, ISO 8601.")
    yanked: str | None = Field(default=None, description="Reason, where the pin is yanked.")
    newer: str = Field(
        default="",
        description="Where an older release is taken because of the target: what the newest one "
        "needs.",
    )
    build_fails: str = Field(
        default="",
        description="Why building the sdist fails for certain; empty where that is not known.",
    )
    lost: LostWheel | None = Field(
        default=None, description="A wheel that could be expected, and is not there."
    )
    loads: Loading | None = Field(
        default=None, description="Whether the wheel loads; None for what is no wheel."
    )
    remarks: tuple[str, ...] = Field(
        default=(),
        description="What to know of the chosen file: in what a wheel differs from its tag, and "
        "that it was uploaded long after its release.",
    )


class Package(Value):
    """One package of the matrix."""

    name: str = Field(description="Normalised name.")
    on: Annotated[dict[str, Cell], AfterValidator(ByTarget)] = Field(
        description="Name of the target → what happens there."
    )
    evidence: tuple[SourceEvidence, ...] = Field(
        default=(), description="Of its sdists, where some target has no wheel."
    )

    @property
    def versions(self) -> tuple[str, ...]:
        """Distinct versions over the targets: more than one is version skew."""
        seen = dict.fromkeys(cell.version for cell in self.on.values() if cell.version)
        return tuple(seen)

    @property
    def worst(self) -> Verdict:
        """The verdict that matters most over all targets."""
        return max((cell.verdict for cell in self.on.values()), key=_SEVERITY.index)


_SEVERITY = [
    Verdict.NOT_REQUIRED,
    Verdict.PURE_WHEEL,
    Verdict.WHEEL,
    Verdict.SOURCE_PURE,
    Verdict.SOURCE_UNKNOWN,
    Verdict.UNKNOWN,
    Verdict.SOURCE_NATIVE,
    Verdict.UNAVAILABLE,
]


class Problem(Value):
    """Something that could not be judged, or that a reader must know."""

    code: str = Field(description="Stable name of this kind of problem.")
    message: str = Field(description="What it is, in a sentence.")
    severity: Severity = Field(
        default="error", description="error: the answer is incomplete because of it."
    )
    package: str | None = Field(
        default=None, description="The package concerned; None where it is no single one."
    )
    targets: tuple[str, ...] = Field(default=(), description="Empty: concerns all targets.")
    where: str | None = Field(default=None, description="file:line of the requirement.")

    @property
    def is_absence(self) -> bool:
        """Whether it is a package that no installer finds either: its installation fails."""
        return self.package is not None and self.code in NOT_THERE


class Report(Shown):
    """The whole answer."""

    schema_version: Literal["1.0"] = Field(
        default=SCHEMA_VERSION,
        description="Version of this schema; within one, fields are only added.",
    )
    inputs: tuple[str, ...] = Field(
        description="What was read: file names, requirements, - for standard input."
    )
    as_of: str | None = Field(
        default=None, description="The date bound, ISO 8601; None where the index is as of now."
    )
    targets: tuple[TargetSummary, ...] = Field(
        description="The judged targets; of a Dockerfile, its steps."
    )
    packages: tuple[Package, ...] = Field(description="One entry for each package of any target.")
    builds: tuple[BuildPlan, ...] = Field(
        default=(), description="A plan for each target on which something is built from source."
    )
    advice: tuple[Advice, ...] = Field(
        default=(), description="Changes that help, the most helpful first."
    )
    problems: tuple[Problem, ...] = Field(
        default=(), description="What could not be judged, or must be known to read the answer."
    )
    violations: tuple[Violation, ...] = Field(
        default=(), description="Where the user's policy is broken, if there is one."
    )
    dockerfile: JudgedDockerfile | None = Field(
        default=None, description="What was read and found, where the input is a Dockerfile."
    )
    load_check: LoadSummary | None = Field(
        default=None, description="How it was found out whether wheels load."
    )

    @property
    def complete(self) -> bool:
        """Whether everything that was requested was judged."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def fails(self) -> bool:
        """Whether the installation as written is refused or fails, on any target or step.

        A step whose failure the Dockerfile passes over (``|| true``) fails nothing.
        """
        findings = self.dockerfile.findings if self.dockerfile else ()
        return any(target.fails and not target.tolerated for target in self.targets) or any(
            finding.severity == "error" for finding in findings
        )

    def not_found(self, target: str) -> frozenset[str]:
        """The packages that no index has, in no admitted version: installing them fails.

        Args:
            target: the name of a target.

        Returns:
            Their names.
        """
        named = {
            problem.package
            for problem in self.problems
            if problem.is_absence and target in (problem.targets or (target,))
        }
        return frozenset(
            package.name
            for package in (self.packages if named else ())
            if package.name in named
            and target in package.on
            and package.on[target].verdict is Verdict.UNKNOWN
        )

    def failing_builds(self, target: str) -> dict[str, str]:
        """The packages whose own source build fails for certain, each with the reason.

        Args:
            target: the name of a target.

        Returns:
            Name of the package → why it fails; {} where nothing is built or planned.
        """
        plan = self.plan(target)
        builds = plan.builds if plan else ()
        return {build.name: build.failure for build in builds if build.top_level and build.fails}

    @property
    def matrix(self) -> dict[str, dict[str, Verdict]]:
        """Verdicts alone: package name → target name → verdict.

        `[]` takes a package in any spelling (PEP 503).

        Raises:
            NotInReport: from `[]`, for another name, with the nearest names; a KeyError.
        """
        return ByPackage(
            {
                package.name: ByTarget(
                    {target: cell.verdict for target, cell in package.on.items()}
                )
                for package in self.packages
            }
        )

    def target(self, name: str) -> TargetSummary:
        """A target by its name.

        Args:
            name: the name of the target, as in `Report.targets`.

        Raises:
            NotInReport: for another name, with the nearest names; a KeyError.
        """
        return entry("target", name, {target.name: target for target in self.targets})

    def plan(self, target: str) -> BuildPlan | None:
        """The build plan of a target.

        Args:
            target: the name of the target.

        Returns:
            The plan; None where nothing is built on the target.

        Raises:
            NotInReport: for another name, with the nearest names; a KeyError.
        """
        for plan in self.builds:
            if plan.target == target:
                return plan
        found = self.target(target)
        return next((plan for plan in self.builds if plan.target == found.name), None)

    def package(self, name: str) -> Package:
        """A package by its name.

        Args:
            name: the name of the package, in any spelling (PEP 503).

        Raises:
            NotInReport: for another name, with the nearest names; a KeyError.
        """
        return ByPackage({package.name: package for package in self.packages})[name]
