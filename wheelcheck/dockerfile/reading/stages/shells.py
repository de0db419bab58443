"""What a shell cannot do: start where an image has none, and understand the tests of bash."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wheelcheck.dockerfile.reading.shell.script_commands import Command
from wheelcheck.dockerfile.reading.shell.shell_tests import TESTS
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.redaction import redact
from wheelcheck.targets import Target

__all__ = ["fault_of_test", "lacks_shell", "without_shell"]

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


def fault_of_test(command: Command, line: int) -> Fault | None:
    """Find that a test ends the step, or that dash refuses it.

    Args:
        command: any command; what it says must be known, and not be asked by an ``if``.
        line: its line.
    """
    fails = command.holds is False and command.ends_script and not command.within
    refused = _refused_by_dash(command)
    if refused:
        so = "the step fails" if fails else "the condition never holds"
        bash = "write it for sh, or name bash by SHELL"
        return Fault(line, "test-fails" if fails else "bash-test", f"{refused}: {so}; {bash}")
    if not fails:
        return None
    text = redact(" ".join(word.text or "''" for word in command.words))
    message = f"{text} does not hold: the step fails; with if …; then …; fi it would go on"
    return Fault(line, "test-fails", message)


def _refused_by_dash(command: Command) -> str:
    """What dash says of a test that is written for bash; "" for any other command."""
    name = command.texts[0] if command.words else ""
    if command.shell.extended is not False or name not in TESTS:
        return ""
    if name == "[[":
        return "sh is dash here, to which [[ is no command"
    return "sh is dash here, whose [ refuses ==" if "==" in command.texts else ""
