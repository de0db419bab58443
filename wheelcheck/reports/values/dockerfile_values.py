"""The part of the Report that tells of a Dockerfile: its steps, findings, and correction."""

from __future__ import annotations

from typing import Literal

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.value import Value

__all__ = [
    "DockerfileFinding",
    "DockerfileStep",
    "JudgedDockerfile",
    "OtherPlatform",
    "PlatformDifference",
    "UnreadPart",
]


class DockerfileStep(Value):
    """One command that installs. `target` is its column in the report, None where it has none.

    `unjudged` says why it is not judged. `platform` is set where several were asked for;
    `tolerated` says that the build goes on where the command fails. `note` tells what was there
    already, and what a step without a column of its own brings.
    """

    line: int
    stage: str
    command: str
    target: str | None
    unjudged: str | None = None
    note: str = ""
    platform: str | None = None
    tolerated: bool = False


class DockerfileFinding(Value):
    """What breaks the build, costs time, or costs bytes. An ``error`` ends the build, or the run.

    `excerpt` is the line as it is in the file, without credentials. `packages` are system
    packages to add, `superfluous` those to leave out, `builds` the source builds concerned.
    """

    code: str
    severity: Literal["error", "warning", "note"]
    line: int
    stage: str
    message: str
    source: str
    excerpt: str = ""
    packages: tuple[str, ...] = ()
    superfluous: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()


class UnreadPart(Value):
    """A part of the file that was not followed, and why."""

    line: int
    text: str
    code: str
    why: str


class PlatformDifference(Value):
    """A package whose version or verdict differs: `here` on the platform judged, else `there`.

    None where it is not installed.
    """

    line: int
    package: str
    here: Verdict | None
    version: str | None
    there: Verdict | None


class OtherPlatform(Value):
    """What differs on another platform, in verdicts alone; `unjudged` says why nothing is known."""

    platform: str
    differences: tuple[PlatformDifference, ...] = ()
    unjudged: str = ""


class JudgedDockerfile(Value):
    """A Dockerfile as it was read and judged.

    `correction` is a unified diff that keeps the image and makes the builds succeed, once and
    outside of the image; `other_image` moves to an image on which nothing compiles. ""
    where there is nothing to change. `remarks` are for the author to do by hand.
    `other_platform` is what differs on linux/arm64, where no platform was asked for.
    """

    name: str
    steps: tuple[DockerfileStep, ...]
    findings: tuple[DockerfileFinding, ...] = ()
    unread: tuple[UnreadPart, ...] = ()
    correction: str = ""
    other_image: str = ""
    remarks: tuple[str, ...] = ()
    other_platform: OtherPlatform | None = None
