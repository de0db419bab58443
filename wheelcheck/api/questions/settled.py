"""One question for every door: what the caller says, and what ``[tool.wheelcheck]`` says beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from wheelcheck.api.questions.argument_values import as_list
from wheelcheck.api.questions.dockerfile_options import is_dockerfile_at
from wheelcheck.api.questions.question import Input, Question
from wheelcheck.errors import UsageError
from wheelcheck.gate.held_against import held_against
from wheelcheck.gate.policy import Policy
from wheelcheck.gate.settings import Settings, read_settings
from wheelcheck.regular_files import read_regular
from wheelcheck.reports.values.report import Report

LARGEST = 4_000_000
"""Bytes of a file with settings."""

__all__ = ["SettledQuestion", "settings_at", "settled", "usual_inputs"]


class SettledQuestion(Struct, frozen=True):
    """A question with the settings of its project.

    `part` says that the caller named inputs or targets, so that not all that the settings are about
    is judged.
    """

    question: Question
    settings: Settings
    part: bool

    def with_inputs(self) -> SettledQuestion:
        """The same; raises `UsageError` where there is nothing to judge."""
        if as_list(self.question.requirements) or list(self.question.packages):
            return self
        raise UsageError(
            "nothing to check: name a requirement file, a project, a lock, a Dockerfile or a "
            'folder, as in check("requirements.txt"), or packages=["pandas>=2"]'
        )

    def held_against(self, report: Report) -> Report:
        """The report with its violations of the policy, as of today."""
        return held_against(report, self.settings, datetime.now(UTC).date(), part=self.part)


def settled(question: Question) -> SettledQuestion:
    """Fill in what the settings name and the caller does not: requirements, targets, images.

    Folders are replaced by what is found in them. A Dockerfile says itself where it installs.

    Raises `UsageError` for settings that cannot be read.
    """
    settings = _settings(question.policy)
    inputs, usual = as_list(question.requirements), usual_inputs(settings)
    packages = list(question.packages)
    part = bool(packages) or (bool(inputs) and inputs != usual)
    if not (inputs or packages):
        inputs = usual
    targets = None if question.targets is None else list(question.targets)
    part = part or (targets is not None and targets != list(settings.targets))
    if targets is None and settings.targets and not any(map(is_dockerfile_at, inputs)):
        targets = list(settings.targets)
    filled = replace(
        question,
        requirements=inputs,
        packages=packages,
        targets=targets,
        images={**settings.images, **question.images},
        policy=settings,
    )
    return SettledQuestion(filled.with_folders_read(), settings, part)


def usual_inputs(settings: Settings) -> list[Input]:
    """The ``requirements`` of the settings, as they are reached from here."""
    folder = Path(settings.file).parent
    return [
        name if name == "-" or "://" in name else folder / name for name in settings.requirements
    ]


def settings_at(path: str | Path) -> Settings:
    """``[tool.wheelcheck]`` of a file; raises `UsageError` where it cannot be read."""
    try:
        return read_settings(read_regular(path, LARGEST).decode(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None


def _settings(given: Policy | Settings | str | Path | None) -> Settings:
    if given is None:
        return Settings()
    if isinstance(given, Settings):
        return given
    if isinstance(given, Policy):
        return Settings(policy=given)
    if isinstance(given, str | Path):
        return settings_at(given)
    raise UsageError(f'policy wants a Policy, or a file such as "pyproject.toml", not {given!r}')
