"""Images without a shell: a RUN in shell form cannot start in them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.targets import Target

__all__ = ["without_shell"]

_WITHOUT = re.compile(r"gcr\.io/distroless/(?!.*:.*debug)|cgr\.dev/chainguard/python:(?!.*-dev\b)")
"""Variants for debugging and building have one (GoogleContainerTools/distroless, README: Debug
Images; edu.chainguard.dev, Chainguard Containers: dev variants)."""


def without_shell(stage: StageState, line: int) -> Iterator[Fault]:
    """Find that a RUN in shell form has no shell.

    Args:
        stage: the stage at this moment.
        line: the line of the RUN.
    """
    image = stage.target.image if isinstance(stage.target, Target) else None
    if image is None or not _WITHOUT.match(image.name) or _may_be_copied(stage):
        return
    message = f"{image.name} has no shell, so that the step fails: install in another stage, and "
    yield Fault(line, "no-shell", f"{message}copy what it installs")


def _may_be_copied(stage: StageState) -> bool:
    """Whether a COPY may have brought the shell."""
    folder = posixpath.dirname(stage.shell[0])
    return stage.files.origin_of(stage.shell[0]) is not None or any(
        copied.destination.rstrip("/") in {"", folder, stage.shell[0]} for copied in stage.copies
    )
