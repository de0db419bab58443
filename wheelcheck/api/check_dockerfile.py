"""Judge a Dockerfile on its platforms, and say what differs on the other usual platform."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import date, timedelta

from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.api.questions.question import Question
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.ignored_findings import without_ignored
from wheelcheck.dockerfile.other_platform import differences_on
from wheelcheck.dockerfile.platform_merging import merged_platforms
from wheelcheck.dockerfile.reading.build_request import BuildRequest
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import read_dockerfile
from wheelcheck.errors import UsageError
from wheelcheck.index.interface import Index
from wheelcheck.index.network.deadlines import RunClock
from wheelcheck.reports.progress import Progress
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.targets.images.catalogue import DEFAULT_PLATFORM, DOCKER_PLATFORMS

__all__ = ["check_dockerfile"]

OTHER_PLATFORM = "linux/arm64"
"""What people build for beside amd64: it is judged, too, where no platform is given."""


def check_dockerfile(
    question: Question,
    build: BuildRequest,
    index_messages: list[str],
    machine: Machine,
    *,
    advice: bool,
    loading: LoadOptions,
    progress: Progress | None,
) -> Report:
    """Judge a build on the images that its file names itself.

    What the index warns of is added to `warnings`. Raises `UsageError` for what the caller can
    fix, `NothingJudged` among it where no step could be judged.
    """
    bound, now = question.moment()
    moment = bound or now
    day = (moment - timedelta(microseconds=1)).date()
    platforms = [_known(platform) for platform in build.platforms] or [DEFAULT_PLATFORM]
    files = {platform: _read(question, build, platform, day) for platform in platforms}
    with _Indexes(question, index_messages) as indexes:
        reports = [
            analyse_dockerfile(
                file,
                indexes.open,
                machine=machine,
                as_of=moment,
                bound=bound,
                advice=advice,
                loading=loading,
                progress=progress,
            )
            for file in files.values()
        ]
        report = merged_platforms(reports, platforms)
        if not build.platforms and report.dockerfile is not None and report.targets:
            there = _read(question, build, OTHER_PLATFORM, day)
            elsewhere = differences_on(
                report, there, indexes.open, machine=machine, as_of=moment, bound=bound
            )
            dockerfile = report.dockerfile.model_copy(update={"other_platform": elsewhere})
            report = report.model_copy(update={"dockerfile": dockerfile})
    return without_ignored(report, files[platforms[0]].text)


class _Indexes(ExitStack):
    """The indexes that the steps of all platforms ask: each is opened once."""

    def __init__(self, question: Question, index_messages: list[str]) -> None:
        super().__init__()
        self._question, self._index_messages = question, index_messages
        self._opened: dict[IndexOptions, Index] = {}
        self._clock = RunClock(question.timeout)

    def open(self, options: IndexOptions) -> AbstractContextManager[Index]:
        """The index that options name; it stays open until the end."""
        if options not in self._opened:
            opening = self._question.open_index(options, self._index_messages, self._clock)
            self._opened[options] = self.enter_context(opening)
        return nullcontext(self._opened[options])


def _read(question: Question, build: BuildRequest, platform: str, day: date) -> Dockerfile:
    return read_dockerfile(
        build.dockerfile,
        as_of=day,
        context=build.context,
        build_args=build.build_args,
        platform=platform,
        stage=build.stage,
        images=question.images,
    )


def _known(platform: str) -> str:
    """Docker's name of a platform; ``arm64`` alone is ``linux/arm64``."""
    name = platform.strip().removeprefix("linux/").removesuffix("/v8")
    name = {"x86_64": "amd64", "aarch64": "arm64"}.get(name, name)
    if name not in DOCKER_PLATFORMS:
        known = ", ".join(f"linux/{item}" for item in DOCKER_PLATFORMS)
        raise UsageError(f"--platform: {platform} is not known; there are {known}")
    return f"linux/{name}"
