"""The Report: what leaves the library, as values and as JSON with a published schema.

Field names of the top level, of targets and of ``packages[].on`` are a contract; within one
`SCHEMA_VERSION` fields are only added.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.build_values import BuildPlan, SourceEvidence
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.dockerfile_values import JudgedDockerfile
from wheelcheck.reports.values.shown import Shown
from wheelcheck.reports.values.value import Value
from wheelcheck.reports.values.violation import Violation

__all__ = [
    "POLICY_REMARKS",
    "SCHEMA_VERSION",
    "Cell",
    "Loading",
    "Miss",
    "Outcome",
    "Package",
    "Problem",
    "Refusal",
    "Report",
    "Severity",
    "TargetSummary",
]

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Severity = Literal["error", "warning"]

POLICY_REMARKS = frozenset({"allowance-ended", "allowance-unused"})
"""Codes of problems that are about the user's policy."""


class Refusal(Value):
    """One reason for which an installer refuses a whole input: nothing of it is installed.

    `code` is stable. `message` follows the installer's name as a clause; `mend` says what to do
    instead, and `paste` is the line to write, where it is one; both may be "".
    """

    code: str
    installer: str = Field(description="Who refuses it: pip, uv, Poetry …")
    message: str
    mend: str = ""
    paste: str = ""
    where: str | None = Field(default=None, description="file:line of the input.")
    package: str | None = None


Outcome = Literal["installs", "refused", "fails", "unknown"]


class InstallerSummary(Value):
    """The pip or uv that a target is judged with."""

    name: Literal["pip", "uv"]
    version: str
    known: Literal["named", "image", "newest", "unknown"] = Field(
        description="How its release is known: named by the user or a Dockerfile, held by the "
        "image, the newest that runs there as none is named, or not known: judged as the newest."
    )
    source: str = ""


class TargetSummary(Value):
    """One judged target. `python` is ``3.12``; `python_full_version` is what markers saw.

    `libc` and its version are None where `system` is not Linux.
    """

    name: str
    python: str
    python_full_version: str
    implementation: Literal["cpython", "pypy", "graalpy"]
    free_threaded: bool
    libc: Literal["glibc", "musl"] | None
    libc_version: str | None
    arch: str
    system: Literal["linux", "windows", "macos", "emscripten", "android", "ios"] = "linux"
    system_version: str | None = Field(
        default=None,
        description="macOS, iOS: the oldest release to support; Android: the API level; "
        "Emscripten: the version of Pyodide's ABI; None for Linux and Windows.",
    )
    image: str | None = Field(default=None, description="Base image, where the target names one.")
    installable: bool = Field(
        description="Whether an installer accepts the input and finds a file for every package "
        "(wheel or sdist)."
    )
    outcome: Outcome = Field(
        default="unknown",
        description="What the installation as written would come to: refused (the installer takes "
        "nothing of the input), fails (a conflict, a package without a file, a build that fails).",
    )
    refusals: tuple[Refusal, ...] = Field(
        default=(), description="Why the installer refuses the whole input."
    )
    notes: tuple[str, ...] = ()
    bill: Bill | None = None
    installer: InstallerSummary | None = None


class Miss(Value):
    """A file that nearly fits: the first part of its tag that fails, and why in words."""

    file: str
    part: str
    why: str


class Loading(Value):
    """Whether the chosen wheel's files find what they ask for: their shared libraries.

    `needs` are the libraries (or symbol versions) that are missing, `packages` those of the
    image's distribution that bring them.
    """

    status: Literal["yes", "needs", "some files need", "no", "not-checked"]
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    reason: str = ""


class Cell(Value):
    """What happens to one package on one target.

    `version`, `file` are None where none can be chosen. `requested_by` names what asks for it:
    packages, or ``requirements.txt:3`` for the user's own lines. `upload_time` is ISO 8601.
    """

    version: str | None
    verdict: Verdict
    reason: str
    file: str | None = None
    requested_by: tuple[str, ...] = ()
    misses: tuple[Miss, ...] = ()
    size: int | None = Field(default=None, description="Bytes of the chosen file.")
    upload_time: str | None = None
    yanked: str | None = Field(default=None, description="Reason, where the pin is yanked.")
    newer: str = Field(
        default="",
        description="Where an older release is taken because of the target: what the newest one "
        "needs.",
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
    """One package of the matrix. `on` maps every target's name to a cell.

    `evidence` tells of its sdists, where some target has no wheel.
    """

    name: str
    on: dict[str, Cell]
    evidence: tuple[SourceEvidence, ...] = ()

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
    """Something that could not be judged, or that a reader must know.

    `code` is stable. `severity` is ``error`` where the answer is incomplete because of it.
    """

    code: str
    message: str
    severity: Severity = "error"
    package: str | None = None
    targets: tuple[str, ...] = Field(default=(), description="Empty: concerns all targets.")
    where: str | None = Field(default=None, description="file:line of the requirement.")


class Report(Shown):
    """The whole answer. `inputs` names what was read; `as_of` is the date bound, if one was set.

    `builds` has a plan for each target on which something is built from source; `advice` has
    changes that help, the most helpful first. `violations` are those of the user's
    policy, if there is one. `dockerfile` is what was read and found where the input is one: then
    each target is a step.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    inputs: tuple[str, ...]
    as_of: str | None = None
    targets: tuple[TargetSummary, ...]
    packages: tuple[Package, ...]
    builds: tuple[BuildPlan, ...] = ()
    advice: tuple[Advice, ...] = ()
    problems: tuple[Problem, ...] = ()
    violations: tuple[Violation, ...] = ()
    dockerfile: JudgedDockerfile | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that was requested was judged."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def fails(self) -> bool:
        """Whether the installation as written is refused or fails, on any target or step."""
        findings = self.dockerfile.findings if self.dockerfile else ()
        return any(target.outcome in {"refused", "fails"} for target in self.targets) or any(
            finding.severity == "error" for finding in findings
        )

    @property
    def matrix(self) -> dict[str, dict[str, Verdict]]:
        """Verdicts alone: package name → target name → verdict."""
        return {
            package.name: {target: cell.verdict for target, cell in package.on.items()}
            for package in self.packages
        }

    def plan(self, target: str) -> BuildPlan | None:
        """The build plan of a target by its name; None where nothing is built there."""
        return next((plan for plan in self.builds if plan.target == target), None)

    def package(self, name: str) -> Package:
        """One package by its normalised name; raises KeyError."""
        for package in self.packages:
            if package.name == name:
                return package
        raise KeyError(name)
