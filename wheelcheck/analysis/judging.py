"""Judge requirements already read, on targets already parsed, against any index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from packaging.utils import NormalizedName

from wheelcheck.analysis.source_builds import SourceBuilds
from wheelcheck.builds.environment import Installer
from wheelcheck.coverage import judge
from wheelcheck.index.model import Index, Sdist
from wheelcheck.reports.assemble import Column, assemble
from wheelcheck.reports.model import Report
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, Resolver
from wheelcheck.targets import Target

__all__ = ["Judge", "analyse"]


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
    judge = Judge(asked, index, no_deps=no_deps, installer=installer, as_of=as_of)
    columns = []
    for position, target in enumerate(targets):
        progress.update("Judging targets", position, len(targets))
        columns.append(judge.column(target))
    progress.update("Judging targets", len(targets), len(targets))
    return judge.report(columns, inputs)


class Judge:
    """Judges one target after another, sharing what they have in common."""

    def __init__(
        self,
        asked: Requirements,
        index: Index,
        *,
        no_deps: bool = False,
        installer: Installer = Installer.PIP,
        as_of: datetime | None = None,
    ) -> None:
        self._asked = asked
        self._index = index
        self._resolver = Resolver(asked, index, no_deps=no_deps)
        moment = as_of or asked.policy.exclude_newer or datetime.now(UTC)
        self._sources = SourceBuilds(index, asked.policy, installer, moment)

    @property
    def rules(self) -> FileRules:
        """The user's rules on files."""
        return self._resolver.rules

    def column(self, target: Target, only: NormalizedName | None = None) -> Column:
        """Judge every package on a target, or `only` one of them, with its builds alone."""
        resolution = self._resolver.resolve(target)
        judged = {}
        for name, pin in resolution.pins.items():
            if only in {None, name}:
                found = judge(pin, self._index.project(name), target, self.rules)
                judged[name] = (pin, self._sources.refine(found, target))
        sdists = [found.file for _, found in judged.values() if isinstance(found.file, Sdist)]
        return Column(resolution, judged, self._sources.of(target, sdists))

    def report(self, columns: Sequence[Column], inputs: Iterable[str]) -> Report:
        """Put judged targets together; `inputs` are the names to show for what was read."""
        names = {name for column in columns for name in column.judged}
        projects = {name: self._index.project(name) for name in names}
        return assemble(self._asked, columns, projects, tuple(inputs))
