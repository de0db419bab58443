"""The one use-case: requirements × targets → Report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from wheelcheck.builds import Classification, judge_source_build
from wheelcheck.coverage import Judgement, judge
from wheelcheck.errors import TargetError
from wheelcheck.index import default_cache_dir, fetch, open_index
from wheelcheck.index.model import Index, Sdist
from wheelcheck.reports.assemble import Column, assemble
from wheelcheck.reports.model import Problem, Report
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.requirements import (
    CommandLine,
    Requirements,
    in_any_order,
    parse_exclude_newer,
    pip_configuration,
    read,
)
from wheelcheck.resolution import Resolution, Resolver
from wheelcheck.targets import Target, default_matrix, parse_target

__all__ = ["analyse", "check"]

Input = str | Path | Requirement


def check(  # noqa: PLR0913 (the public face: one keyword per option a user knows from pip)
    requirements: Input | Iterable[Input] = (),
    *,
    targets: Iterable[str | Target] | None = None,
    packages: Iterable[str] = (),
    constraints: Iterable[str | Path] = (),
    extras: Iterable[str] = (),
    no_deps: bool = False,
    pre: bool = False,
    only_binary: Iterable[str] = (),
    no_binary: Iterable[str] = (),
    prefer_binary: bool = False,
    exclude_newer: str | date | datetime | None = None,
    index_url: str | None = None,
    extra_index_urls: Iterable[str] = (),
    no_index: bool = False,
    find_links: Iterable[str] = (),
    pip_config: bool = False,
    cache_dir: Path | Literal["default"] | None = "default",
    offline: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge requirements on targets: what comes as a wheel, what compiles, what cannot be had.

    `requirements` is a file name, a requirement (``"pandas>=2"`` or a `Requirement`), or several
    of both; `packages` are always requirements. `targets` are spellings such as
    ``python:3.12-alpine`` or ``cp312-musllinux_1_2_x86_64``, or `Target` values; by default the
    CPython versions now supported × glibc, musl × x86_64, aarch64. `exclude_newer` judges the
    index as it stood at a date (``2023-04-14``), a timestamp, or so long ago (``7d``).
    `cache_dir` None keeps nothing on disk; `offline` asks nothing but the cache.

    Raises `UsageError` for what the caller can mend and `IndexUnreachable` where no index answers.
    What cannot be judged of a single package is in `Report.problems`.
    """
    now = datetime.now(UTC)
    options = CommandLine(
        controls=in_any_order(only_binary=only_binary, no_binary=no_binary),
        pre=pre,
        prefer_binary=prefer_binary,
        exclude_newer=_date_bound(exclude_newer, now),
        index_url=index_url,
        extra_index_urls=tuple(extra_index_urls),
        no_index=no_index,
        find_links=tuple(find_links),
    )
    if pip_config:
        options = options.over(pip_configuration(os.environ, now=now))
    inputs = _inputs(requirements)
    packages = list(packages)
    asked = read(
        inputs,
        packages=packages,
        constraints=constraints,
        extras=extras,
        options=options,
        environ=os.environ,
        stdin=sys.stdin.buffer.read,
        fetch=lambda url: fetch(url, environ=os.environ),
    )
    # A bound is the first moment left out: the images of that day are those of the moment before.
    as_of = ((asked.policy.exclude_newer or now) - timedelta(microseconds=1)).date()
    matrix = _matrix(targets, as_of)
    cache = default_cache_dir(os.environ) if cache_dir == "default" else cache_dir
    heard: list[str] = []
    with open_index(
        asked.index, cache_dir=cache, offline=offline, environ=os.environ, warn=heard.append
    ) as index:
        report = analyse(
            asked,
            matrix,
            index,
            inputs=[*map(str, inputs), *packages],
            no_deps=no_deps,
            progress=progress,
        )
    warnings = [Problem(code="index", message=text, severity="warning") for text in heard]
    return report.model_copy(update={"problems": (*report.problems, *warnings)})


def analyse(
    asked: Requirements,
    targets: Sequence[Target],
    index: Index,
    *,
    inputs: Sequence[str] = (),
    no_deps: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge requirements already read, on targets already parsed, against any `Index`.

    `inputs` are the names to show for what was read.
    """
    progress = progress or Silent()
    resolver = Resolver(asked, index, no_deps=no_deps)
    sources = _SourceBuilds(index)
    columns = []
    for position, target in enumerate(targets):
        progress.update("Judging targets", position, len(targets))
        columns.append(_judge_target(resolver.resolve(target), index, resolver, sources))
    progress.update("Judging targets", len(targets), len(targets))
    projects = {name: index.project(name) for column in columns for name in column.judged}
    return assemble(asked, columns, projects, inputs)


class _SourceBuilds:
    """Evidence on sdists, gathered once for all targets."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[str, Classification] = {}

    def refine(self, judgement: Judgement) -> Judgement:
        """Replace `source-unknown` by what the evidence says; the tag's reason stays first."""
        sdist = judgement.file
        if not isinstance(sdist, Sdist):
            return judgement
        if sdist.filename not in self._known:
            project = self._index.project(sdist.name)
            self._known[sdist.filename] = judge_source_build(project, sdist, self._index)
        found = self._known[sdist.filename]
        reason = f"{judgement.reason}; {found.reason}"
        return Judgement(found.verdict, reason, sdist, judgement.misses)


def _judge_target(
    resolution: Resolution, index: Index, resolver: Resolver, sources: _SourceBuilds
) -> Column:
    judged = {}
    for name, pin in resolution.pins.items():
        judgement = judge(pin, index.project(name), resolution.target, resolver.rules)
        judged[name] = (pin, sources.refine(judgement))
    return Column(resolution, judged)


def _inputs(requirements: Input | Iterable[Input]) -> list[Input]:
    if isinstance(requirements, (str, Path, Requirement)):
        return [requirements]
    return list(requirements)


def _date_bound(given: str | date | datetime | None, now: datetime) -> datetime | None:
    if given is None:
        return None
    text = given if isinstance(given, str) else given.isoformat()
    return parse_exclude_newer(text, now=now)


def _matrix(targets: Iterable[str | Target] | None, as_of: date) -> tuple[Target, ...]:
    """Parse spellings; the same target named twice is judged once."""
    if targets is None:
        return default_matrix(as_of=as_of)
    if isinstance(targets, (str, Target)):
        targets = [targets]
    parsed = [
        given if isinstance(given, Target) else parse_target(given, as_of=as_of)
        for given in targets
    ]
    if not parsed:
        raise TargetError("", "no target is given")
    return tuple({target.name: target for target in parsed}.values())
