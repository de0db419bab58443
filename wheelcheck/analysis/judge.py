"""One target after another: resolved, judged, and its source builds planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from packaging.utils import NormalizedName

from wheelcheck.analysis.source_builds import SourceBuilds
from wheelcheck.builds.environment import Installer
from wheelcheck.coverage import judge
from wheelcheck.index.model import Index, Sdist
from wheelcheck.reports.assemble import Column, assemble
from wheelcheck.reports.model import Report
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, Resolver
from wheelcheck.targets import Target

__all__ = ["Judge"]


class Judge:
    """Judges one target after another, sharing what they have in common."""

    def __init__(
        self,
        asked: Requirements,
        index: Index,
        *,
        no_deps: bool = False,
        installer: Installer,
        as_of: datetime,
    ) -> None:
        self._asked = asked
        self._index = index
        self._resolver = Resolver(asked, index, no_deps=no_deps)
        self._sources = SourceBuilds(index, asked.policy, installer, as_of)

    @property
    def rules(self) -> FileRules:
        """The user's rules on files."""
        return self._resolver.rules

    def column(
        self, target: Target, only: NormalizedName | None = None, *, plan: bool = True
    ) -> Column:
        """Judge every package on a target, or `only` one of them, with its builds alone.

        Without `plan` the builds are not planned: verdicts are all that is asked for.
        """
        resolution = self._resolver.resolve(target)
        judged = {}
        for name, pin in resolution.pins.items():
            if only in {None, name}:
                found = judge(pin, self._index.project(name), target, self.rules)
                judged[name] = (pin, self._sources.refine(found, target))
        sdists = [found.file for _, found in judged.values() if isinstance(found.file, Sdist)]
        return Column(resolution, judged, self._sources.of(target, sdists) if plan else None)

    def report(self, columns: Sequence[Column], inputs: Iterable[str]) -> Report:
        """Put judged targets together; `inputs` are the names to show for what was read."""
        names = {name for column in columns for name in column.judged}
        projects = {name: self._index.project(name) for name in names}
        return assemble(self._asked, columns, projects, tuple(inputs))
