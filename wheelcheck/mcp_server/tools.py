"""The four tools: the same functions as the command line's, answered as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wheelcheck.api.check import check
from wheelcheck.api.explain import explain
from wheelcheck.api.questions.settled import settings_at
from wheelcheck.api.ready import ready
from wheelcheck.errors import NothingJudged, UsageError
from wheelcheck.mcp_server.confinement import inside
from wheelcheck.mcp_server.tool_arguments import (
    AdviseArguments,
    CheckArguments,
    ExplainArguments,
    ReadyArguments,
    parsed,
)
from wheelcheck.reports.progress import Progress
from wheelcheck.reports.values.report import Report

__all__ = ["TOOLS", "Tool", "Workplace"]

_WIDTH = 100
_PROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where the server answers: its folder, and the keywords that say where to look."""

    root: Path
    index: Mapping[str, Any]

    def asking(
        self, arguments: CheckArguments | AdviseArguments | ExplainArguments | ReadyArguments
    ) -> dict[str, Any]:
        """The keywords that all functions share. Raises `UsageError` for files outside."""
        files: list[Path] = [inside(self.root, name) for name in arguments.files]
        if not files and not arguments.packages:
            files = [Path()]
        project = self.root / _PROJECT
        return {
            "requirements": files,
            "extras": arguments.extras,
            "groups": arguments.groups,
            "exclude_newer": arguments.exclude_newer,
            "policy": _PROJECT if project.is_file() else None,
            **self.index,
        }


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what it is for, the model of its arguments, and the function that answers."""

    name: str
    description: str
    arguments: type[CheckArguments | AdviseArguments | ExplainArguments | ReadyArguments]
    answer: Callable[[Workplace, Any, Progress], str]

    def called(self, workplace: Workplace, given: dict[str, Any], progress: Progress) -> str:
        """The whole answer as text. Raises `UsageError` with a sentence for a mistake."""
        return self.answer(workplace, parsed(self.name, self.arguments, given), progress)


def _check(workplace: Workplace, given: CheckArguments, progress: Progress) -> str:
    report = _judged(workplace, given, progress, advice=False)
    if given.format == "json":
        return report.model_dump_json()  # without indentation: it is read by programs
    from wheelcheck.reports.text.report_text import render_text

    return render_text(report, width=_WIDTH)


def _advise(workplace: Workplace, given: AdviseArguments, progress: Progress) -> str:
    from wheelcheck.reports.text.advice_page import render_advice

    return render_advice(_judged(workplace, given, progress, advice=True), width=_WIDTH)


def _judged(
    workplace: Workplace,
    given: CheckArguments | AdviseArguments,
    progress: Progress,
    *,
    advice: bool,
) -> Report:
    try:
        return check(
            packages=given.packages,
            targets=given.targets or None,
            advice=advice,
            progress=progress,
            **workplace.asking(given),
        )
    except NothingJudged as error:
        raise UsageError(str(error)) from None


def _explain(workplace: Workplace, given: ExplainArguments, _: Progress) -> str:
    from wheelcheck.reports.text.explanation_text import render_explanation

    if not given.package:
        raise UsageError('name the package, for example package="pandas==2.0.0"')
    keywords = workplace.asking(given)
    project = keywords["policy"]
    if not (given.targets or (project and settings_at(project).targets)):
        raise UsageError('name a target, for example targets=["python:3.12-alpine"]')
    if not given.files:
        keywords["requirements"] = given.packages
    explanation = explain(given.package, targets=given.targets or None, **keywords)
    return render_explanation(explanation, width=_WIDTH)


def _ready(workplace: Workplace, given: ReadyArguments, _: Progress) -> str:
    from wheelcheck.reports.text.readiness_text import render_readiness

    if not given.pythons:
        raise UsageError('name the new Python, for example pythons=["3.15"]')
    answer = ready(
        pythons=given.pythons,
        platforms=given.platforms,
        packages=given.packages,
        **workplace.asking(given),
    )
    return render_readiness(answer, width=_WIDTH)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "check",
            "Judge which packages come as wheels and which compile from source, on any Python, "
            "libc and CPU, and what that costs. Nothing is installed.",
            CheckArguments,
            _check,
        ),
        Tool(
            "explain",
            "Explain why one package comes as it does on a target: releases, tags, near misses, "
            "evidence, toolchain, system packages.",
            ExplainArguments,
            _explain,
        ),
        Tool(
            "advise",
            "Say what to do instead of compiling: another image, pins, an index, the system "
            "packages to install; each change was judged again.",
            AdviseArguments,
            _advise,
        ),
        Tool(
            "ready",
            "Say whether the project is ready for a new Python, and the smallest bump of versions "
            "that makes it so.",
            ReadyArguments,
            _ready,
        ),
    )
}
