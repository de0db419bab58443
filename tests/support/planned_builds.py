"""Plans and outlooks of source builds, made without an index."""

from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import Version
from sdist_readings import unread

from wheelcheck.builds.environment import BuildEnvironment, InstallerKind
from wheelcheck.builds.evidence.classification import Classification, Confidence
from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.outlook import Outlook
from wheelcheck.builds.plan import Build, SourceBuildPlan
from wheelcheck.coverage import Verdict
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.index.interface import Sdist

__all__ = ["library", "outlook", "planned", "tool"]


def tool(name: str, role: Role = Role.REQUIRED, *, inferred: bool = False) -> BuildNeed:
    return BuildNeed(NeedKind.TOOL, name, "the test", role, inferred=inferred)


def library(name: str, *, role: Role = Role.REQUIRED, inferred: bool = False) -> BuildNeed:
    return BuildNeed(NeedKind.LIBRARY, name, "the test", role, inferred=inferred)


def outlook(
    label: str,
    *needs: BuildNeed,
    times: int = 1,
    verdict: Verdict = Verdict.SOURCE_NATIVE,
    top_level: bool = True,
    obstacles: Iterable[BuildObstacle] = (),
    constraints: str = "",
) -> Outlook:
    name, version = label.split()
    sdist = Sdist(
        filename=f"{name}-{version}.tar.gz",
        url=f"https://index.example/{name}-{version}.tar.gz",
        name=canonicalize_name(name),
        version=Version(version),
    )
    environment = BuildEnvironment(())
    build = Build(unread(sdist), environment, top_level, (), times)
    reason = Classification(
        verdict,
        Confidence.CERTAIN,
        optional_extensions=False,
        evidence=(),
        reason="the test says so",
    )
    return Outlook(build, reason, needs, tuple(obstacles), constraints)


def planned(
    dockerfile: Dockerfile, *outlooks: Outlook, stage: int = 0, step: int = 0
) -> StepBuilds:
    """The builds of one step of a Dockerfile, on its stage's target."""
    here = dockerfile.stages[stage]
    installs = here.steps[step]
    builds = tuple(each.build for each in outlooks)
    plan = SourceBuildPlan(here.target, InstallerKind(installs.installer), builds)
    return StepBuilds(stage, installs.line, plan, outlooks, installs.number)
