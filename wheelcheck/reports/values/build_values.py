"""The part of the Report that tells of source builds: evidence, plan, needs, obstacles."""

from __future__ import annotations

from typing import Literal

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.cost_values import BuildCost
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.value import Value

__all__ = [
    "BuildPlan",
    "BuildRequirement",
    "Commands",
    "Evidence",
    "Need",
    "Obstacle",
    "SourceBuild",
    "SourceEvidence",
]


class Evidence(Value):
    """One piece of evidence for or against native code."""

    code: str = Field(description="Stable name of this kind of evidence.")
    meaning: str = Field(description="What the code means, in one line.")
    where: str = Field(
        description="Member of the sdist, with its line where there is one, or a file of the index."
    )
    detail: str = Field(default="", description="What was seen there.")


class SourceEvidence(Value):
    """What building one sdist means on some targets, and everything that says so."""

    sdist: str = Field(description="Its file name.")
    targets: tuple[str, ...] = Field(description="Names of the targets for which this holds.")
    verdict: Verdict = Field(description="Whether it compiles.")
    confidence: Literal["certain", "strong", "weak", "none"] = Field(
        description="How sure the evidence is."
    )
    optional_extensions: bool = Field(
        description="Extension modules are left out where there is no compiler."
    )
    reason: str = Field(description="The sentence that supports the verdict.")
    evidence: tuple[Evidence, ...] = Field(
        description="Everything that was found, for and against."
    )


class Need(Value):
    """A tool or library that a build asks of the system."""

    kind: Literal["tool", "library"] = Field(description="A tool, or a library with its headers.")
    name: str = Field(description="As the field names it, as in gcc or openblas.")
    role: Literal["required", "optional", "bundled"] = Field(
        description="Whether the build needs it, uses it if it is there, or brings it along."
    )
    minimum_version: str | None = Field(
        default=None, description="The oldest that does; None where any does."
    )
    from_pypi: bool = Field(default=False, description="Build isolation fetches it as a wheel.")
    inferred: bool = Field(default=False, description="Concluded from the sdist, not known.")
    source: str = Field(description="Who says so.")


class Obstacle(Value):
    """Why a build may fail."""

    code: str = Field(description="Stable name of this kind of obstacle.")
    message: str = Field(description="What is in the way, in a sentence.")
    source: str = Field(description="Who says so.")
    fatal: bool = Field(default=False, description="The build fails for certain.")
    needs_network: bool = Field(
        default=False, description="The build fails where it has no network."
    )


class BuildRequirement(Value):
    """One package of a build environment, as an installer would choose it on the target."""

    name: str = Field(description="Normalised name.")
    version: str | None = Field(description="The release that is chosen; None where none can be.")
    file: str | None = Field(default=None, description="The file that is chosen.")


class SourceBuild(Value):
    """One sdist that is built."""

    name: str = Field(description="Normalised name.")
    version: str = Field(description="The release that is built.")
    sdist: str = Field(description="Its file name.")
    verdict: Verdict = Field(description="Whether it compiles.")
    reason: str = Field(description="The sentence that supports the verdict.")
    top_level: bool = Field(
        description="Whether it is installed itself, and not only to build another package."
    )
    asked_by: tuple[str, ...] = Field(
        default=(), description="Builds whose environment needs it, as in scipy 1.10.1."
    )
    tried_by: tuple[str, ...] = Field(
        default=(),
        description="Builds that try it for its metadata and take an older release; "
        "requirements: the installation itself.",
    )
    times: int = Field(description="How often this installer builds it.")
    requires: tuple[str, ...] = Field(
        default=(), description="Build requirements as stated and as the backend adds them."
    )
    environment: tuple[BuildRequirement, ...] = Field(
        default=(), description="What is installed for them."
    )
    problem: str | None = Field(
        default=None, description="Why the environment is not known to the end."
    )
    needs: tuple[Need, ...] = Field(
        default=(),
        description="Tools and libraries of the system; empty where its sources are not read.",
    )
    obstacles: tuple[Obstacle, ...] = Field(default=(), description="What may make it fail.")
    constraints: str = Field(
        default="",
        description="A constraint file that keeps later build requirements out; empty where "
        "those of today do.",
    )
    cost: BuildCost | None = Field(default=None, description="Of building it once.")
    sources_read: bool = Field(
        default=True,
        description="False for a release that is only tried and whose pyproject.toml says how its "
        "metadata are prepared: no more of it is read.",
    )

    @property
    def label(self) -> str:
        """``scipy 1.10.1``."""
        return f"{self.name} {self.version}"

    @property
    def fails(self) -> bool:
        """Whether the build fails for certain."""
        return any(obstacle.fatal for obstacle in self.obstacles)

    @property
    def failure(self) -> str:
        """Why the build fails for certain; "" where it does not."""
        return "; ".join(obstacle.message for obstacle in self.obstacles if obstacle.fatal)


class Commands(Value):
    """Shell commands to paste; "" where nothing is to be done."""

    distribution: str = Field(description="Name and release, as in debian 12.")
    build: str = Field(description="Installs what the builds need.")
    run: str = Field(description="Installs what the built packages need afterwards.")
    remove: str = Field(description="Takes away what only the builds needed.")
    unresolved: tuple[str, ...] = Field(
        default=(), description="Needs for which no package of the distribution is known."
    )


class BuildPlan(Value):
    """All source builds of one target."""

    target: str = Field(description="Name of the target.")
    installer: Literal["pip", "pip-no-cache-dir", "pip-no-cache", "uv"] = Field(
        description="Who builds, and with which cache."
    )
    builds: tuple[SourceBuild, ...] = Field(
        default=(), description="Each after those that its environment needs."
    )
    cycles: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Builds that need themselves, as chains of labels."
    )
    commands: Commands | None = Field(
        default=None,
        description="Commands that bring what the builds need; None where the distribution is "
        "not known.",
    )
    commands_unknown: str | None = Field(default=None, description="Why there are no commands.")

    @property
    def compiled(self) -> tuple[SourceBuild, ...]:
        """The builds that (may) need a compiler."""
        return tuple(build for build in self.builds if build.verdict is not Verdict.SOURCE_PURE)
