"""Turn evidence and build plans into the values of the Report."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName

from wheelcheck.analysis.report_costs import cost_value
from wheelcheck.errors import Unknown
from wheelcheck.reports.values import build_values as values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.analysis.judged_target import BuildSummary, TargetBuilds
    from wheelcheck.builds.evidence.classification import Classification
    from wheelcheck.builds.needs.build_need import BuildNeed
    from wheelcheck.builds.needs.system_packages import InstallCommands
    from wheelcheck.builds.obstacles.obstacle import BuildObstacle
    from wheelcheck.builds.outlook import Outlook
    from wheelcheck.costs.bill import BilledPlan, BuildItem

__all__ = ["build_values", "evidence_by_package", "plan_value", "source_evidence"]


def plan_value(builds: TargetBuilds, of_builds: tuple[values.SourceBuild, ...]) -> values.BuildPlan:
    """A target's build plan as it leaves the library."""
    commands = builds.commands
    unknown = commands if isinstance(commands, Unknown) else None
    return values.BuildPlan(
        target=builds.plan.target.name,
        installer=builds.plan.installer.value,
        builds=of_builds,
        cycles=builds.plan.cycles,
        commands=None if isinstance(commands, Unknown) else _commands(commands),
        commands_unknown=unknown.reason if unknown else None,
    )


def build_values(
    outlooks: Iterable[Outlook], billed: BilledPlan | None
) -> tuple[values.SourceBuild, ...]:
    """Builds as they leave the library, with what each costs."""
    items = {item.build.sdist.filename: item for item in billed.items} if billed else {}
    return tuple(_build(outlook, items.get(outlook.build.sdist.filename)) for outlook in outlooks)


def _build(outlook: Outlook, item: BuildItem | None) -> values.SourceBuild:
    build, found = outlook.build, outlook.classification
    return values.SourceBuild(
        name=build.name,
        version=str(build.version),
        sdist=build.sdist.filename,
        verdict=found.verdict,
        reason=found.reason,
        top_level=build.top_level,
        asked_by=build.requested_by,
        tried_by=build.tried_by,
        times=build.times,
        requires=build.environment.requires,
        environment=tuple(
            values.BuildRequirement(
                name=pin.name,
                version=str(pin.version) if pin.version else None,
                file=pin.file.filename if pin.file else None,
            )
            for pin in build.environment.pins
        ),
        problem=build.environment.problem,
        needs=tuple(map(_need, outlook.needs)),
        obstacles=tuple(map(_obstacle, outlook.obstacles)),
        constraints=outlook.constraints,
        cost=cost_value(item) if item else None,
        sources_read=build.reading.is_whole,
    )


def _need(need: BuildNeed) -> values.Need:
    return values.Need(
        kind=need.kind.value,
        name=need.name,
        role=need.role.value,
        minimum_version=str(need.minimum_version) if need.minimum_version else None,
        from_pypi=need.from_pypi,
        inferred=need.inferred,
        source=need.source,
    )


def _obstacle(obstacle: BuildObstacle) -> values.Obstacle:
    return values.Obstacle(
        code=obstacle.code,
        message=obstacle.message,
        source=obstacle.source,
        fatal=obstacle.fatal,
        needs_network=obstacle.needs_network,
    )


def _commands(commands: InstallCommands) -> values.Commands:
    return values.Commands(
        distribution=str(commands.distribution),
        build=commands.build,
        run=commands.run,
        remove=commands.remove,
        unresolved=tuple(need.name for need in commands.unresolved),
    )


def source_evidence(
    builds: TargetBuilds,
) -> tuple[tuple[NormalizedName, values.SourceEvidence], ...]:
    """The evidence for and against native code in the sdists of packages, for no target."""
    return tuple(
        (outlook.build.name, _evidence_value(outlook.build.sdist.filename, outlook.classification))
        for outlook in builds.outlooks
        if outlook.build.top_level
    )


def evidence_by_package(
    columns: Iterable[tuple[str, BuildSummary | None]],
) -> dict[NormalizedName, tuple[values.SourceEvidence, ...]]:
    """The evidence on each package's sdists, once for equal targets.

    `columns` are target names with what is built there.
    """
    groups: dict[NormalizedName, dict[values.SourceEvidence, list[str]]] = {}
    for target, summary in columns:
        for name, evidence in summary.evidence if summary else ():
            groups.setdefault(name, {}).setdefault(evidence, []).append(target)
    return {
        name: tuple(
            evidence.model_copy(update={"targets": tuple(targets)})
            for evidence, targets in of.items()
        )
        for name, of in groups.items()
    }


def _evidence_value(sdist: str, found: Classification) -> values.SourceEvidence:
    return values.SourceEvidence(
        sdist=sdist,
        targets=(),
        verdict=found.verdict,
        confidence=found.confidence.value,
        optional_extensions=found.optional_extensions,
        reason=found.reason,
        evidence=tuple(
            values.Evidence(
                code=piece.code, meaning=piece.meaning, where=piece.where, detail=piece.detail
            )
            for piece in found.evidence
        ),
    )
