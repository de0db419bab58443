"""The main job in one call: from names, spellings and dates to a judged report.

What only some questions need is imported where it is used: most questions name no Dockerfile, and a
cached report is not judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Unpack

from msgspec.structs import replace
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.api.questions.argument_values import as_list, optional_text
from wheelcheck.api.questions.dockerfile_options import build_of
from wheelcheck.api.questions.installer_choice import installer_named
from wheelcheck.api.questions.question import (
    OpenQuestion,
    Question,
    age_warning,
    keyword_defaults,
    warnings_of,
)
from wheelcheck.api.questions.question_keywords import CheckKeywords, Input, with_keywords
from wheelcheck.api.questions.settled import settled
from wheelcheck.costs.machine import Machine
from wheelcheck.errors import UsageError
from wheelcheck.loading.baselines import cpu_level
from wheelcheck.reports.progress import Progress
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.result_cache.report_cache import ReportCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.dockerfile.reading.build_request import BuildRequest
    from wheelcheck.requirements import Requirements
    from wheelcheck.result_cache.meaning import Comparable

__all__ = ["answer", "check", "loading_of", "machine_of"]

CALIBRATED = 1.25
"""How far the times of a machine whose factor is known may still be off: see `Machine.doubt`."""


@with_keywords(CheckKeywords, keyword_defaults())
def check(  # noqa: PLR0913 (the public face: one keyword per option a user knows from pip)
    requirements: Input | Iterable[Input] = (),
    *,
    no_deps: bool = False,
    installer: str | None = None,
    cores: int = 2,
    memory_bytes: int | None = None,
    bytes_per_second: float = 12.5e6,
    machine_factor: float | None = None,
    verdicts_only: bool = False,
    advice: bool = True,
    load_check: str = "quick",
    cpu: str | None = None,
    progress: Progress | None = None,
    **question: Unpack[CheckKeywords],
) -> Report:
    """Judge requirements on targets: what comes as a wheel, what compiles, what cannot be had.

    A Dockerfile is judged alone: keywords that its own lines answer are refused. A compose file is
    judged by the one image that it builds, or that of `service`.

    Args:
        requirements: a file name, a requirement (``"pandas>=2"`` or a `Requirement`, PEP 508), or
            several of both. A file holds requirements, a project, a lock, a script (PEP 723) or a
            Dockerfile; ``-`` is standard input. Of a folder the file is taken that says most
            exactly what is installed (`discover`).
        no_deps: judge only what is listed, not what it requires.
        installer: who installs, with its release or without: ``pip==23.0.1``, ``uv==0.9``,
            ``pip-no-cache-dir``, ``pip-no-cache``. pip alone is that of the image, or the newest.
            Without a cache, what several builds need is built several times. By default pip, and
            uv where a uv.lock is all that is installed.
        cores: CPU cores of the machine that installs.
        memory_bytes: its memory in bytes; None where it is not known.
        bytes_per_second: what it downloads with, in bytes per second; by default 100 Mbit/s.
        machine_factor: how many of its seconds one reference second takes (``wheelcheck calibrate``
            measures it), which narrows the intervals; None where nobody has measured it.
        verdicts_only: neither plan nor price builds, leave the load check out, and advise nothing:
            that is quicker.
        advice: look for changes that help, each judged again.
        load_check: how much is read to find out whether wheels find their shared libraries
            (``quick``, ``full``, ``off``), for targets that name an image.
        cpu: the oldest machine that the wheels run on, as an x86-64 level or by its name
            (``x86-64-v2``, ``haswell``); None where it is not given.
        progress: a value whose `update` is called with how far each stage has come; None for
            nothing.
        constraints: constraint files, as for pip's ``-c``.
        build_constraints: those for build environments, as for pip's ``--build-constraint``.
        extras: extras to choose from projects and locks.
        groups: dependency groups to choose from projects and locks (PEP 735, and those of Poetry,
            PDM and Pipenv). They take the place of those that a lock's own tool installs by
            default, and ``main`` alone means none of these.
        allow_outside: let projects and locks name files outside their own folder.
        pre: allow pre-releases, as pip's ``--pre`` does (PEP 440).
        only_binary: projects of which only wheels are taken; ``:all:`` and ``:none:`` as for pip.
        no_binary: projects that are built from source; ``:all:`` and ``:none:`` as for pip.
        prefer_binary: rather an older wheel than a newer sdist.
        exclude_newer: judge the index as of a date (``2023-04-14``), a timestamp, or so long ago
            (``7d``, a `timedelta`); None for now, if the inputs say nothing else.
        index_url: the index (PEP 503, PEP 691); None for that of the inputs, else the public index.
        extra_index_urls: more indexes, merged with it as pip merges them.
        no_index: use `find_links` alone.
        find_links: folders, pages or files with wheels and sdists, as for pip.
        pip_config: also obey pip's configuration files and PIP_* variables.
        cache_dir: the folder of the cache; ``"default"`` is the user's cache folder, None keeps
            nothing on disk.
        offline: ask nothing but the cache.
        timeout: seconds after which nothing more is fetched, and what is missing is unknown; None
            for no limit.
        policy: what the report is held against, for `Report.violations`: a `Policy`, or the name of
            a file with ``[tool.wheelcheck]`` (``"pyproject.toml"``). Its ``requirements``,
            ``targets`` and ``images`` are used where the call names none, as the command line uses
            them. None: nothing is read.
        targets: spellings such as ``python:3.12-alpine`` or ``cp312-musllinux_1_2_x86_64``, or
            `Target` values; by default the CPython versions now supported × glibc, musl × x86_64,
            aarch64.
        packages: requirements beside the inputs; never taken for file names.
        context: the folder given to ``docker build``; None: guessed.
        platforms: platforms of a Dockerfile, as for ``--platform`` (``linux/arm64``); by default
            linux/amd64.
        build_args: name → value, as for ``--build-arg``.
        stage: the stage of a Dockerfile to build, by its name or number, as for ``--target``; None
            for the last.
        images: name of an image → the target that it is.
        service: the service of a compose file; None where only one image is built.

    Returns:
        The whole answer as a frozen value. What cannot be judged of a single package is in
        `Report.problems`.

    Raises:
        NothingJudged: where no step of a Dockerfile can be judged; it has the report.
        TargetError: for a target that is not known, with near matches.
        RequirementsError: for a line that pip would refuse, with its file and line.
        UsageError: for whatever else the caller can mend, and base of the three above.
        IndexUnreachable: where no index answers.
    """
    if progress is not None and not callable(getattr(progress, "update", None)):
        raise UsageError(f"progress wants a value with a method update, not {progress!r}")
    installer, cpu = optional_text("installer", installer), optional_text("cpu", cpu)
    asking = settled(Question(requirements=as_list(requirements), **question)).with_inputs()
    report = answer(
        asking.question,
        machine_of(cores, memory_bytes, bytes_per_second, machine_factor),
        no_deps=no_deps,
        installer=installer,
        verdicts_only=verdicts_only,
        advice=advice,
        loading=loading_of(load_check, cpu),
        progress=progress,
    )
    return asking.held_against(report)


def loading_of(mode: str, cpu: str | None) -> LoadOptions:
    """How loading is checked.

    Raises `UsageError` for a mode or a CPU that is not known.
    """
    level = cpu_level(cpu) if cpu else 0
    if level is None:
        raise UsageError(f"cpu {cpu!r} is not known: name a level, as x86-64-v2")
    if mode not in set(LoadMode):
        raise UsageError(f"load_check is one of {', '.join(LoadMode)}, not {mode!r}")
    return LoadOptions(LoadMode(mode), level)


def machine_of(
    cores: int, memory_bytes: int | None, bytes_per_second: float, factor: float | None
) -> Machine:
    """The machine that installs; `factor` is None where nobody has measured it.

    Raises `UsageError` where a number is not above 0.
    """
    given = {
        "cores": cores,
        "memory_bytes": memory_bytes,
        "bytes_per_second": bytes_per_second,
        "machine_factor": factor,
    }
    for name, number in given.items():
        if number is not None and not isinstance(number, int | float):
            raise UsageError(f"{name} wants a number, not {number!r}")
        if name == "cores" and number != int(number or 0):
            raise UsageError(f"cores wants a whole number, not {number!r}")
        if number is not None and not 0 < number < float("inf"):
            raise UsageError(f"{name} must be above 0, not {number}")
    machine = Machine(cores, memory_bytes=memory_bytes, bytes_per_second=bytes_per_second)
    return machine if factor is None else replace(machine, factor=factor, doubt=CALIBRATED)


def answer(  # noqa: PLR0913 (one keyword for each part of the question)
    question: Question,
    machine: Machine,
    *,
    no_deps: bool,
    installer: str | None,
    verdicts_only: bool,
    advice: bool,
    progress: Progress | None,
    loading: LoadOptions = LoadOptions(),  # noqa: B008 (frozen)
    report_cache: ReportCache | None = None,
    released: Callable[[], object] | None = None,
) -> Report:
    """Answer a question whose keywords are put together, as `check` does.

    `report_cache` has an earlier report, if the index still says the same, or stores a new one.
    `released` is called when much has been released that was read of the index.
    """
    question = question.with_folders_read()
    build = build_of(question, no_deps=no_deps, installer=installer, verdicts_only=verdicts_only)
    if build is not None:
        return _of_dockerfile(
            question, build, machine, advice=advice, loading=loading, progress=progress
        )
    with question.open(installer, report_cache.read if report_cache else None) as opened:
        earlier = (
            report_cache.revalidate(opened.index, opened.index_messages) if report_cache else None
        )
        if earlier is not None:
            return Report.model_validate_json(earlier.json)
        has_begun = opened.index.begin(_always_needed(opened.requirements))
        from wheelcheck.api.analyse import analyse_sharing
        from wheelcheck.api.comparable_report import comparable_report
        from wheelcheck.resolution.common import Common
        from wheelcheck.resolution.stored.stored_answers import StoredAnswers

        def release() -> None:
            opened.index.release_pages()
            if released is not None:
                released()

        start_helper = None
        if len(opened.targets) > 1 and not verdicts_only:  # on one of several, something is built
            start_helper = opened.index.start_helper if opened.index.fetches else None
            if has_begun:
                _import_plans()
        solving = report_cache.solving(opened.requirements) if report_cache else None
        stored = StoredAnswers(solving.load(opened.index)) if solving else None
        report = analyse_sharing(
            Common(opened.index, stored),
            opened.requirements,
            opened.targets,
            inputs=opened.inputs,
            no_deps=no_deps,
            installer=installer_named(installer),
            machine=machine,
            as_of=opened.as_of,
            verdicts_only=verdicts_only,
            advice=advice,
            loading=loading,
            progress=progress,
            prefetched=release,
            start_helper=start_helper,
        )
        report = _with_problems(report, opened.warnings)
        if report_cache and opened.cacheable:
            comparable = comparable_report(report, opened, stored)
            if solving and stored and (data := stored.encoded()):
                solving.store(data, opened.index)
                del data  # before the report, which is as large
            _store(report, opened, report_cache, comparable)
        return report


def _always_needed(requirements: Requirements) -> Iterator[NormalizedName]:
    """The projects whose pages every target needs, whatever it is."""
    for line in () if requirements.locks else requirements.lines:
        if not (line.requirement.url or line.requirement.marker):
            yield canonicalize_name(line.requirement.name)


def _import_plans() -> None:
    """Import what planning and pricing builds and the load check take: a tenth of a second."""
    import wheelcheck.analysis.builds.planning
    import wheelcheck.analysis.loads.load_judge
    import wheelcheck.builds.needs.library_needs
    import wheelcheck.builds.setup_script.script_reader
    import wheelcheck.costs.image_parts.system_sizes
    import wheelcheck.costs.workload.features  # noqa: F401


def _of_dockerfile(
    question: Question,
    build: BuildRequest,
    machine: Machine,
    *,
    advice: bool,
    loading: LoadOptions,
    progress: Progress | None,
) -> Report:
    from wheelcheck.api.check_dockerfile import check_dockerfile  # much, and for these alone

    parts: list[str] = []
    report = check_dockerfile(
        question, build, parts, machine, advice=advice, loading=loading, progress=progress
    )
    named = (target.name for target in report.targets if target.image)
    moment = question.moment()
    day = (moment[0] or moment[1]).date()
    return _with_problems(report, (*age_warning(named, day), *warnings_of(parts)))


def _store(
    report: Report, opened: OpenQuestion, report_cache: ReportCache, comparable: Comparable | None
) -> None:
    from wheelcheck.reports.json_form import render_json

    files = {path: data for path, data in opened.files.items() if data is not None}
    errors = sum(problem.severity == "error" for problem in report.problems)
    outcome = errors, report.fails
    report_cache.store(render_json(report), outcome, files, opened.index, comparable)


def _with_problems(report: Report, problems: Iterable[Problem]) -> Report:
    return report.model_copy(update={"problems": (*report.problems, *problems)})
