"""The part of the Report that tells of source builds: evidence, plan, needs, obstacles."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.cost_values import BuildCost
from wheelcheck.reports.values.value import Value

__all__ = [
    "BuildPlan",
    "Commands",
    "Evidence",
    "Need",
    "Obstacle",
    "Requirement",
    "SourceBuild",
    "SourceEvidence",
]


class Evidence(Value):
    """One piece of evidence for or against native code.

    `where` is a member path of the sdist (with its line, where there is one) or a file of the
    index; `meaning` is the one-line meaning of `code`, `detail` what was seen there.
    """

    code: str
    meaning: str
    where: str
    detail: str = ""


class SourceEvidence(Value):
    """What building one sdist means on some targets, and everything that says so."""

    sdist: str
    targets: tuple[str, ...]
    verdict: Verdict
    confidence: Literal["certain", "strong", "weak", "none"]
    optional_extensions: bool = Field(
        description="Extension modules are left out where there is no compiler."
    )
    reason: str
    evidence: tuple[Evidence, ...]


class Need(Value):
    """A tool or library that a build asks of the system. `source` says who says so."""

    kind: Literal["tool", "library"]
    name: str
    role: Literal["required", "optional", "bundled"]
    minimum_version: str | None = None
    from_pypi: bool = Field(default=False, description="Build isolation fetches it as a wheel.")
    inferred: bool = Field(default=False, description="Concluded from the sdist, not known.")
    source: str


class Obstacle(Value):
    """Why a build may fail. `fatal`: it fails for certain; `needs_network`: in a closed network."""

    code: str
    message: str
    source: str
    fatal: bool = False
    needs_network: bool = False


class Requirement(Value):
    """One package of a build environment, as an installer would choose it on the target."""

    name: str
    version: str | None
    file: str | None = None


class SourceBuild(Value):
    """One sdist that is built. `times` is how often this installer builds it.

    `asked_by` are builds (``scipy 1.10.1``) whose environment needs it; `top_level` says that it
    is installed itself. `tried_by` are builds that try it for its metadata and take an older
    version (``requirements``: the installation itself). `requires` are the build requires
    as stated and as the backend adds them, `environment` what is installed for them; `problem`
    says why that is not known to the end.
    `constraints` is a constraint file that keeps later build requirements out, "" where those of
    today do.
    """

    name: str
    version: str
    sdist: str
    verdict: Verdict
    reason: str
    top_level: bool
    asked_by: tuple[str, ...] = ()
    tried_by: tuple[str, ...] = ()
    times: int
    requires: tuple[str, ...] = ()
    environment: tuple[Requirement, ...] = ()
    problem: str | None = None
    needs: tuple[Need, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    constraints: str = ""
    cost: BuildCost | None = Field(default=None, description="Of building it once.")

    @property
    def label(self) -> str:
        """``scipy 1.10.1``."""
        return f"{self.name} {self.version}"

    @property
    def fails(self) -> bool:
        """Whether the build fails for certain."""
        return any(obstacle.fatal for obstacle in self.obstacles)


class Commands(Value):
    """Shell commands to paste; "" where nothing is to be done.

    `run` installs what the built packages need afterwards, `remove` takes the rest away again.
    `unresolved` names needs for which no package of the distribution is known.
    """

    distribution: str
    build: str
    run: str
    remove: str
    unresolved: tuple[str, ...] = ()


class BuildPlan(Value):
    """All source builds of one target, each after those that its environment needs.

    `cycles` are builds that need themselves, as chains of labels. `commands` is None where the
    distribution is not known; `commands_unknown` then says why.
    """

    target: str
    installer: Literal["pip", "pip-no-cache-dir", "pip-no-cache", "uv"]
    builds: tuple[SourceBuild, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    commands: Commands | None = None
    commands_unknown: str | None = None

    @property
    def compiled(self) -> tuple[SourceBuild, ...]:
        """The builds that (may) need a compiler."""
        return tuple(build for build in self.builds if build.verdict is not Verdict.SOURCE_PURE)
