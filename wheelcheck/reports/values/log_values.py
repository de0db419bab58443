"""What the log of a failed installation says, as values and as JSON."""

from __future__ import annotations

from typing import ClassVar, Literal

from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.printed import Printed
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.reports.values.value import Value

__all__ = ["DiagnosedFailure", "LogDiagnosis", "LogPlace"]


class LogPlace(Value):
    """Where the installation ran, as far as its log says; "" for what it does not say."""

    python: str = Field(default="", description="As 3.12, or 3.13t.")
    libc: str = Field(default="", description="glibc or musl.")
    arch: str = Field(default="", description="The CPU, as x86_64.")
    system: str = Field(default="", description="linux, windows or macos.")
    image: str = Field(default="", description="The base image, where a build names it.")
    installer: str = Field(default="", description="pip, uv or poetry, with its release if known.")


class DiagnosedFailure(Value):
    """One thing that failed, and what to do.

    Several packages only where they failed together, as in a conflict.
    """

    packages: tuple[str, ...] = Field(description="As name==version, or name alone.")
    required_by: str = Field(default="", description="The package whose build required it.")
    cause: str = Field(description="A stable code, as header-missing; unknown where none is found.")
    missing: str = Field(default="", description="The header, program, library or module.")
    line: int | None = Field(default=None, description="The line of the log that shows it.")
    quoted: str = Field(default="", description="That line, without what CI wrote before it.")
    means: str = Field(default="", description="What is wrong, in a sentence.")
    mend: str = Field(default="", description="What helps, in a sentence.")
    install: str = Field(default="", description="The command that brings what is missing.")
    install_for: str = Field(default="", description="The distribution that the command is for.")
    source: str = Field(default="", description="Who says what the line means.")


class LogDiagnosis(Printed):
    """The whole answer to a log.

    `report` judges the packages that failed, as if they were installed again on `targets`; None
    where the packages are not the matter.
    """

    writer: ClassVar = ("diagnosis_text", "render_diagnosis")

    schema_version: Literal["1.0"] = Field(default="1.0", description="Of this value.")
    log: str = Field(description="The file, or - for standard input.")
    place: LogPlace = Field(description="Where it ran.")
    targets: tuple[str, ...] = Field(
        default=(), description="The targets that the packages are judged on."
    )
    failures: tuple[DiagnosedFailure, ...] = Field(description="In the order of the log.")
    report: Report | None = Field(default=None, description="The packages that failed, judged.")
    problems: tuple[Problem, ...] = Field(
        default=(), description="What is not known, and what was assumed."
    )

    @property
    def complete(self) -> bool:
        """Whether the cause of each failure, and its package where one failed, was found."""
        return not any(problem.severity == "error" for problem in self.problems)
