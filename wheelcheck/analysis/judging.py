"""Judge requirements already read, on targets already parsed, against any index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from wheelcheck.analysis.source_builds import SourceBuilds
from wheelcheck.builds.plan import Installer
from wheelcheck.coverage import judge
from wheelcheck.index.model import Index, Sdist
from wheelcheck.reports.assemble import Column, assemble
from wheelcheck.reports.model import Report
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Resolution, Resolver
from wheelcheck.targets import Target

__all__ = ["analyse"]


def analyse(
    asked: Requirements,
    targets: Sequence[Target],
    index: Index,
    *,
    inputs: Sequence[str] = (),
    no_deps: bool = False,
    installer: Installer = Installer.PIP,
    as_of: datetime | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge requirements on targets, and plan what would be built from source there.

    `inputs` are the names to show for what was read; `as_of` is the moment of the builds, by
    default the date bound, or now.
    """
    progress = progress or Silent()
    resolver = Resolver(asked, index, no_deps=no_deps)
    moment = as_of or asked.policy.exclude_newer or datetime.now(UTC)
    sources = SourceBuilds(index, asked.policy, installer, moment)
    columns = []
    for position, target in enumerate(targets):
        progress.update("Judging targets", position, len(targets))
        columns.append(_judge_target(resolver.resolve(target), index, resolver, sources))
    progress.update("Judging targets", len(targets), len(targets))
    projects = {name: index.project(name) for column in columns for name in column.judged}
    return assemble(asked, columns, projects, inputs)


def _judge_target(
    resolution: Resolution, index: Index, resolver: Resolver, sources: SourceBuilds
) -> Column:
    target = resolution.target
    judged = {}
    for name, pin in resolution.pins.items():
        judgement = judge(pin, index.project(name), target, resolver.rules)
        judged[name] = (pin, sources.refine(judgement, target))
    sdists = [found.file for _, found in judged.values() if isinstance(found.file, Sdist)]
    return Column(resolution, judged, sources.of(target, sdists))
