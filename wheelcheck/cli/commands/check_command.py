"""The main job behind its options: check, render, write. Imports what is heavy; not for --help."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from wheelcheck.analysis.loads.load_options import LoadMode
from wheelcheck.api.check import answer, loading_of, machine_of
from wheelcheck.api.questions.dockerfile_options import is_dockerfile_at
from wheelcheck.api.questions.question import Input, Question
from wheelcheck.api.questions.settled import settled
from wheelcheck.cli.cached_report import is_plain, manner_of
from wheelcheck.cli.heaps import share_heap, trim_heap
from wheelcheck.cli.options.keywords import inputs_of, keywords_of
from wheelcheck.cli.options.option_parser import PROGRAM, USAGE_ERROR
from wheelcheck.cli.options.policy_options import settings_of
from wheelcheck.cli.rendering import outcome, rendered
from wheelcheck.cli.terminal import progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import NothingJudged, UsageError
from wheelcheck.gate.fail_on_names import LoadRule
from wheelcheck.gate.policy import Policy
from wheelcheck.reports.values.report import Report
from wheelcheck.result_cache.report_cache import Rendering, ReportCache
from wheelcheck.targets.images.stated_images import stated_image

__all__ = ["judge", "print_schema", "write_dockerfile"]

FAILING = 1
"""The exit code where the installation would fail or the policy is broken."""
BYTES_PER_MEGABIT = 125_000

_STAGE = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)


def judge(args: Namespace, report_cache: ReportCache | None) -> int:
    """Check what the options ask for and write the answer; `report_cache` may have it already.

    Returns 1 where the installation would fail or the policy is broken, else 3 where the answer is
    incomplete.
    """
    require_folder(args.output)
    manner, plain = manner_of(args), is_plain(args)
    settings = settings_of(args)
    _require_no_more_than_verdicts(args, settings.policy)
    asking = settled(_question(args, inputs_of(args)))
    args.fail_on = sorted(settings.policy.fail_on)  # whichever said so: formats that fail cases ask
    if report_cache and report_cache.found and report_cache.fresh:
        report = Report.model_validate_json(report_cache.found.json)
    else:
        try:
            report = _answered(asking.question, args, report_cache)
        except NothingJudged as error:
            return _nothing_judged(error, args)
    report = asking.held_against(report)
    code, complaints = outcome(report, args, settings.policy)
    cached = report_cache.found if report_cache and report_cache.fresh and plain else None
    output = cached.json if cached else rendered(report, args)  # the same, and written already
    rendering = Rendering(output, complaints, code)
    if report_cache and (code == FAILING or not plain):
        report_cache.store_rendering(manner, rendering)
    write(rendering.output, args.output)
    sys.stderr.write(rendering.complaints)
    return rendering.code


def _nothing_judged(error: NothingJudged, args: Namespace) -> int:
    """Say why on standard error; formats for programs are written all the same."""
    if args.format != "text" and isinstance(error.report, Report):
        write(rendered(error.report, args), args.output)
    sys.stderr.write(f"{PROGRAM}: {error}\n")
    return USAGE_ERROR


def _answered(question: Question, args: Namespace, report_cache: ReportCache | None) -> Report:
    bandwidth = args.bandwidth * BYTES_PER_MEGABIT
    if not question.offline:  # otherwise there are no threads
        share_heap()
    with progress_shown() as progress:
        return answer(
            question,
            machine_of(args.cores, args.memory, bandwidth, args.machine_factor),
            no_deps=args.no_deps,
            installer=args.installer,
            verdicts_only=args.verdicts_only,
            advice=not args.no_advice,
            loading=loading_of(args.load_check or "quick", args.cpu),
            progress=progress,
            report_cache=report_cache,
            released=trim_heap,
        )


def _require_no_more_than_verdicts(args: Namespace, policy: Policy) -> None:
    """Raise UsageError where another option needs what `--verdicts-only` leaves out."""
    if not args.verdicts_only:
        return
    costs = {
        "--builds": args.builds,
        "a limit on build minutes": policy.max_build_minutes is not None,
        "a limit on the image's size": policy.max_image_mb is not None,
    }
    for what, wanted in costs.items():
        if wanted:
            raise UsageError(f"--verdicts-only plans and prices nothing: {what} cannot be answered")
    off = args.load_check == LoadMode.OFF
    loads = {
        f"--load-check {args.load_check}": args.load_check is not None and not off,
        "--cpu": args.cpu is not None and not off,
        f"fail-on {LoadRule.MISSING_LIBRARIES}": LoadRule.MISSING_LIBRARIES in policy.fail_on,
    }
    for what, wanted in loads.items():
        if wanted:
            raise UsageError(
                f"--verdicts-only leaves the load check out: {what} cannot be answered"
            )


def _question(args: Namespace, inputs: Sequence[Input]) -> Question:
    if any(map(is_dockerfile_at, inputs)):
        stage, args.target = _stage(args), []
        keywords = {**keywords_of(args), "targets": None} if not _axes(args) else keywords_of(args)
        return Question(
            requirements=inputs,
            packages=args.package,
            **keywords,
            **_of_dockerfiles(args),
            discoveries=args.discoveries,
            stage=stage,
            images=dict(map(_image, args.image)),
        )
    images = dict(map(_image, args.image))
    if any(stated_image(name, {name: text}).target for name, text in images.items()):
        raise UsageError(
            "--image: for a Dockerfile or a compose file, and none is named; --target names the "
            "image to install in"
        )
    return Question(
        requirements=inputs,
        packages=args.package,
        **keywords_of(args),
        **_of_dockerfiles(args),
        images=images,
        discoveries=args.discoveries,
    )


def _axes(args: Namespace) -> bool:
    return bool(args.python or args.libc or args.arch)


def _of_dockerfiles(args: Namespace) -> dict[str, Any]:
    return {
        "context": args.context,
        "platforms": args.platform,
        "build_args": dict(map(_build_arg, args.build_arg)),
        "service": args.service,
    }


def _stage(args: Namespace) -> str | None:
    """Of a Dockerfile, ``--target`` names the stage to build, as for ``docker build``."""
    if not args.target:
        return None
    if len(args.target) > 1:
        raise UsageError("--target names one stage of a Dockerfile")
    stage = str(args.target[0])
    if not stage.isdecimal() and not _STAGE.fullmatch(stage):
        raise UsageError(
            f"--target {stage}: a Dockerfile's FROM lines say where it installs; --target names a "
            "stage of it, --platform the CPU"
        )
    return stage


def _build_arg(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--build-arg {text}: write NAME=VALUE; variables here are not looked at")
    return name, value


def _image(text: str) -> tuple[str, str]:
    name, equals, target = text.rpartition("=")
    if not equals or not name:
        raise UsageError(
            f"--image {text}: write NAME=TARGET or NAME=SIZE, as corp/base:1=python:3.12-slim"
        )
    return name, target


def write_dockerfile(args: Namespace) -> int:
    """Write a Dockerfile that installs the requirements on the single target."""
    require_folder(args.output)
    if args.no_deps or args.installer not in {None, "pip"}:
        raise UsageError("--emit dockerfile writes for pip, with all that is required")
    from wheelcheck.api.emit import emit  # with all that is known of Dockerfiles

    with progress_shown():
        written = emit(_question(args, inputs_of(args)))
    write(written.encode(), args.output)
    return 0


def print_schema(output: str | None) -> None:
    """Write the JSON Schema of the report."""
    from wheelcheck.reports.json_schema import json_schema

    schema = json.dumps(json_schema(Report), indent=2)
    write(f"{schema}\n".encode(), output)
