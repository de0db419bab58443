"""Images without a shell: a RUN in shell form cannot start in them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.targets import Target

__all__ = ["lacks_shell", "without_shell"]

_WITHOUT = re.compile(r"gcr\.io/distroless/|cgr\.dev/chainguard/python:(?!.*-dev\b)")
"""Images for running alone (GoogleContainerTools/distroless, README: Debug Images;
edu.chainguard.dev, Chainguard Containers: the dev variants have one)."""
_DEBUG = re.compile(r"gcr\.io/distroless/.*:.*debug")
_BUSYBOX = "/busybox/"
"""Where debug images have their shell: not where a RUN in shell form looks for it."""


def lacks_shell(stage: StageState) -> bool:
    """Whether the image of a stage has no shell of its own, and no package manager."""
    image = stage.target.image if isinstance(stage.target, Target) else None
    return image is not None and _WITHOUT.match(image.name) is not None


def without_shell(stage: StageState, line: int) -> Iterator[Fault]:
    """Find that a RUN in shell form has no shell.

    Args:
        stage: the stage at this moment.
        line: the line of the RUN.
    """
    image = stage.target.image if isinstance(stage.target, Target) else None
    if image is None or not lacks_shell(stage) or _may_be_copied(stage):
        return
    debug = _DEBUG.match(image.name) is not None
    if debug and stage.shell[0].startswith(_BUSYBOX):
        return
    message = f"{image.name} has no {stage.shell[0]}, so that the step fails"
    way = "install in another stage, and copy what it installs"
    yield Fault(line, "no-shell", f"{message}: {'name /busybox/sh by SHELL' if debug else way}")


def _may_be_copied(stage: StageState) -> bool:
    """Whether a COPY may have brought the shell."""
    folder = posixpath.dirname(stage.shell[0])
    return stage.files.origin_of(stage.shell[0]) is not None or any(
        copied.destination.rstrip("/") in {"", folder, stage.shell[0]} for copied in stage.copies
    )
