"""Steps that cannot work, at their own lines, as findings."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.dockerfile.judging.finding import Finding, finding
from wheelcheck.dockerfile.reading.dockerfile_model import Stage

__all__ = ["faults_of_stage"]

_MAY_FAIL = "step-may-fail"


def faults_of_stage(stage: Stage) -> Iterator[Finding]:
    """What was found of a stage while it was read; what is not certain is a warning."""
    for fault in stage.faults:
        code = fault.code if fault.certain else _MAY_FAIL
        message = fault.message if fault.certain else _doubtful(fault.message)
        yield finding(code, fault.line, stage.title, message, packages=fault.packages)


def _doubtful(message: str) -> str:
    """The same sentence for what may be otherwise."""
    for sure, unsure in (
        ("refuses it, and the step fails", "may refuse it, so that the step may fail"),
        ("the step fails", "the step may fail"),
        (", and fails", ", and may fail"),
        (" ends with an error", " may end with an error"),
    ):
        message = message.replace(sure, unsure)
    return message
