"""Why an install step fails before anything is built: refused, in conflict, or without a file."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.coverage import Verdict
from wheelcheck.dockerfile.judging.finding import StepFailure
from wheelcheck.resolution import Conflict

__all__ = ["failures_of"]


def failures_of(step: JudgedTarget) -> Iterator[StepFailure]:
    """Yield what stops a step, with what to do about it; a refusal of the whole input first."""
    for refusal in step.refusals:
        place = f"{refusal.where}: " if refusal.where else ""
        mend = "".join(
            f"{start}{words}"
            for start, words in (("; ", refusal.mend), (" ", refusal.paste))
            if words
        )
        message = f"{refusal.installer} refuses the whole input: {place}{refusal.message}{mend}"
        yield StepFailure("input-refused", message)
    if isinstance(step.resolution.conflict, Conflict):
        message = f"the requirements conflict: {step.resolution.conflict}"
        yield StepFailure("requirements-conflict", message)
    absent = frozenset() if step.refusals else step.absent
    for name, (pin, found) in step.judged.items():
        if found.verdict is Verdict.UNAVAILABLE or name in absent:
            label = f"{name} {pin.version}" if pin.version else name
            message = f"{label} cannot be installed: {found.reason}"
            yield StepFailure("package-unavailable", message)
