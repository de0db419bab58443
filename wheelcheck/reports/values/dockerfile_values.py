"""The part of the Report that tells of a Dockerfile: its steps, findings, and correction."""

from __future__ import annotations

from typing import Literal

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.value import Value

__all__ = [
    "DockerfileFinding",
    "DockerfileStep",
    "IgnoredFinding",
    "JudgedDockerfile",
    "OtherPlatform",
    "PlatformDifference",
    "UnreadPart",
]


class DockerfileStep(Value):
    """One command that installs."""

    line: int = Field(description="Line of the Dockerfile, from 1.")
    stage: str = Field(description="Name or number of the build stage.")
    command: str = Field(description="The command that installs.")
    target: str | None = Field(description="Its column in the report; None where it has none.")
    unjudged: str | None = Field(default=None, description="Why it is not judged.")
    note: str = Field(
        default="",
        description="What was there already, and what a step without a column of its own brings.",
    )
    platform: str | None = Field(
        default=None, description="As in linux/arm64; set where several were requested."
    )
    tolerated: bool = Field(
        default=False, description="Whether the build goes on where the command fails."
    )


class DockerfileFinding(Value):
    """What breaks the build, costs time, or costs bytes."""

    code: str = Field(
        description="Stable; --fail-on and a comment # wheelcheck: ignore[CODE] take it."
    )
    severity: Literal["error", "warning", "note"] = Field(
        description="An error ends the build, or the run."
    )
    line: int = Field(description="Line of the Dockerfile, from 1.")
    stage: str = Field(description="Name or number of the build stage.")
    message: str = Field(description="What is found, in a sentence.")
    source: str = Field(description="Who says so.")
    excerpt: str = Field(
        default="", description="The line as it is in the file, without credentials."
    )
    packages: tuple[str, ...] = Field(default=(), description="System packages to add.")
    superfluous: tuple[str, ...] = Field(default=(), description="System packages to leave out.")
    builds: tuple[str, ...] = Field(
        default=(), description="The source builds concerned, as in scipy 1.10.1."
    )


class IgnoredFinding(Value):
    """A finding that a comment in the file lets pass."""

    finding: DockerfileFinding = Field(description="What is found all the same.")
    line: int = Field(description="Line of the comment, from 1.")
    reason: str = Field(default="", description="What the comment says after the codes.")


class UnreadPart(Value):
    """A part of the file that was not followed, and why."""

    line: int = Field(description="Line of the Dockerfile, from 1.")
    text: str = Field(description="What is written there.")
    code: str = Field(description="Stable name of this kind of part.")
    why: str = Field(description="Why it was not followed.")


class PlatformDifference(Value):
    """A package whose version or verdict differs on another platform."""

    line: int = Field(description="Line of the Dockerfile, from 1.")
    package: str = Field(description="Normalised name.")
    here: Verdict | None = Field(
        description="Verdict on the judged platform; None where it is not installed."
    )
    version: str | None = Field(description="The release that is chosen there.")
    there: Verdict | None = Field(
        description="Verdict on the other platform; None where it is not installed."
    )


class OtherPlatform(Value):
    """What differs on another platform, in verdicts and errors."""

    platform: str = Field(description="As in linux/arm64.")
    differences: tuple[PlatformDifference, ...] = Field(
        default=(), description="Packages whose version or verdict differs there."
    )
    findings: tuple[DockerfileFinding, ...] = Field(
        default=(),
        description="Errors that are found there alone; builds of what compiles here, too, and the "
        "loading of wheels are not looked at.",
    )
    ignored: tuple[IgnoredFinding, ...] = Field(
        default=(), description="Errors of that platform that comments in the file let pass."
    )
    unjudged: str = Field(default="", description="Why it, or a part of it, is not known.")


class JudgedDockerfile(Value):
    """A Dockerfile as it was read and judged."""

    name: str = Field(description="The file as it was named.")
    steps: tuple[DockerfileStep, ...] = Field(
        description="Commands that install, in the order of the file."
    )
    findings: tuple[DockerfileFinding, ...] = Field(
        default=(), description="What breaks the build, costs time, or costs bytes."
    )
    ignored: tuple[IgnoredFinding, ...] = Field(
        default=(), description="Findings that comments in the file let pass."
    )
    unread: tuple[UnreadPart, ...] = Field(
        default=(), description="Parts of the file that were not followed."
    )
    correction: str = Field(
        default="",
        description="A unified diff that keeps the image and makes the builds succeed; empty "
        "where there is nothing to change.",
    )
    other_image: str = Field(
        default="", description="A unified diff that moves to an image on which nothing compiles."
    )
    remarks: tuple[str, ...] = Field(
        default=(), description="What is left to the author to do by hand."
    )
    other_platform: OtherPlatform | None = Field(
        default=None, description="What differs on linux/arm64, where no platform was named."
    )
