"""Targets and installers of a report."""

from __future__ import annotations

from typing import Literal

from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.value import Value

__all__ = ["InstallerSummary", "Outcome", "Refusal", "TargetSummary"]


class Refusal(Value):
    """One reason for which an installer refuses a whole input: nothing of it is installed."""

    code: str = Field(description="Stable name of this kind of refusal.")
    installer: str = Field(description="Who refuses it: pip, uv, Poetry or another.")
    message: str = Field(description="What is refused, as a clause after the installer's name.")
    mend: str = Field(
        default="", description="What to do instead; empty where nothing can be said."
    )
    paste: str = Field(
        default="", description="The line to write instead, where it is a single line."
    )
    where: str | None = Field(default=None, description="file:line of the input.")
    package: str | None = Field(
        default=None, description="The package concerned; None where it is no single one."
    )


Outcome = Literal["installs", "refused", "fails", "unknown"]


class InstallerSummary(Value):
    """The pip or uv that a target is judged with."""

    name: Literal["pip", "uv"] = Field(description="pip or uv.")
    version: str = Field(description="Its release.")
    known: Literal["named", "image", "newest", "unknown"] = Field(
        description="How its release is known: named by the user or a Dockerfile, held by the "
        "image, the newest that runs there as none is named, or not known: judged as the newest."
    )
    source: str = Field(default="", description="Where that is known from.")


class TargetSummary(Value):
    """One judged target."""

    name: str = Field(description="The name by which all else refers to it.")
    python: str = Field(description="Minor version, as in 3.12.")
    python_full_version: str = Field(description="What markers see, as in 3.12.7.")
    implementation: Literal["cpython", "pypy", "graalpy"] = Field(description="Which Python.")
    free_threaded: bool = Field(description="Whether it is a free-threaded build (3.13t).")
    libc: Literal["glibc", "musl"] | None = Field(description="None where the system is not Linux.")
    libc_version: str | None = Field(description="As in 2.36; None where the system is not Linux.")
    arch: str = Field(
        description="CPU, as the platform tag names it: x86_64, aarch64, arm64, amd64."
    )
    system: Literal["linux", "windows", "macos", "emscripten", "android", "ios"] = Field(
        default="linux", description="Operating system."
    )
    system_version: str | None = Field(
        default=None,
        description="macOS, iOS: the oldest release to support; Android: the API level; "
        "Emscripten: the version of Pyodide's ABI; None for Linux and Windows.",
    )
    image: str | None = Field(default=None, description="Base image, where the target names one.")
    installable: bool = Field(
        description="Whether an installer accepts the input and finds a file for every package "
        "(wheel or sdist)."
    )
    outcome: Outcome = Field(
        default="unknown",
        description="What the installation as written would come to: refused (the installer takes "
        "nothing of the input), fails (a conflict, a package without a file, a build that fails).",
    )
    tolerated: bool = Field(
        default=False,
        description="Whether the Dockerfile's build goes on where this installation fails.",
    )
    refusals: tuple[Refusal, ...] = Field(
        default=(), description="Why the installer refuses the whole input."
    )
    notes: tuple[str, ...] = Field(default=(), description="What was taken for granted of it.")
    bill: Bill | None = Field(
        default=None, description="What the installation costs; None where it is not priced."
    )
    installer: InstallerSummary | None = Field(
        default=None, description="Who installs; None where that makes no difference."
    )

    @property
    def fails(self) -> bool:
        """Whether the installation as written is refused or fails."""
        return self.outcome in {"refused", "fails"}
