"""A policy that admits wheels alone, with its exceptions, as values that leave the library."""

from __future__ import annotations

from typing import ClassVar, Literal

from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.printed import Printed
from wheelcheck.reports.values.report import Problem
from wheelcheck.reports.values.value import Value

__all__ = [
    "BinaryPolicy",
    "BuildException",
    "DirectBuild",
    "FailingBuild",
    "Fallback",
    "PolicyFile",
]


class BuildException(Value):
    """A package that must be built from source all the same."""

    package: str = Field(description="Normalised name.")
    version: str | None = Field(description="The release that is built.")
    kind: Literal["pure", "compiled", "unknown"] = Field(
        description="Whether building it compiles; unknown: the evidence does not decide."
    )
    reason: str = Field(description="Why there is no wheel, and what says that it compiles or not.")
    targets: tuple[str, ...] = Field(description="The targets that need the exception.")
    wheel_elsewhere: tuple[str, ...] = Field(
        default=(), description="Other targets, on which it has a wheel."
    )
    own: bool = Field(
        default=False, description="Whether the input itself rules out wheels of it (--no-binary)."
    )
    builds_for: str | None = Field(
        default=None, description="The package whose build requires it; None for a package itself."
    )


class Fallback(Value):
    """A package of which the policy silently installs an older release."""

    package: str = Field(description="Normalised name.")
    without: str = Field(description="The release that is taken without a policy, from its sdist.")
    under: str = Field(description="The older release, with a wheel, that is taken under it.")
    reason: str = Field(description="Why the newer release has no wheel there.")
    targets: tuple[str, ...] = Field(description="The targets where that happens.")


class DirectBuild(Value):
    """A line that names what is built in spite of the policy: an archive, a checkout, a folder."""

    package: str | None = Field(description="Normalised name, where the line gives it.")
    text: str = Field(description="The line, without credentials.")
    where: str = Field(description="file:line.")
    what: str = Field(description="What it names: an sdist, a checkout or a directory.")


class FailingBuild(Value):
    """A build that the policy admits, and that fails for certain."""

    package: str = Field(description="Normalised name.")
    version: str | None = Field(description="The release that is built.")
    reason: str = Field(description="Why the build fails.")
    targets: tuple[str, ...] = Field(description="The targets where that happens.")


class PolicyFile(Value):
    """The policy in the words of one tool, for targets that can share it."""

    tool: Literal["pip", "uv", "poetry"] = Field(description="Who reads it.")
    targets: tuple[str, ...] = Field(description="The targets that it is for.")
    lines: tuple[str, ...] = Field(description="What to write.")
    notes: tuple[str, ...] = Field(default=(), description="Where to write it, and what it means.")


class BinaryPolicy(Printed):
    """The strictest policy under which requirements still install."""

    writer: ClassVar = ("binary_policy_text", "render_binary_policy")

    schema_version: Literal["1.0"] = Field(
        default="1.0", description="Version of this schema; within one, fields are only added."
    )
    inputs: tuple[str, ...] = Field(description="What was read.")
    as_of: str | None = Field(default=None, description="The date bound, ISO 8601.")
    targets: tuple[str, ...] = Field(description="The targets, by name.")
    packages: int = Field(description="How many packages are installed, over all targets.")
    exceptions: tuple[BuildException, ...] = Field(
        default=(), description="Packages that must be built all the same."
    )
    fallbacks: tuple[Fallback, ...] = Field(
        default=(), description="Packages of which an older release is installed."
    )
    direct: tuple[DirectBuild, ...] = Field(
        default=(), description="Lines that are built in spite of the policy."
    )
    failing_builds: tuple[FailingBuild, ...] = Field(
        default=(),
        description="What the policy must build and whose build fails for certain: nothing "
        "installs on these targets.",
    )
    fails: dict[str, str] = Field(
        default_factory=dict,
        description="Target → why its installation fails without a policy, too.",
    )
    files: tuple[PolicyFile, ...] = Field(default=(), description="The policy for each tool.")
    problems: tuple[Problem, ...] = Field(
        default=(), description="What could not be judged, or must be known to read the answer."
    )

    @property
    def complete(self) -> bool:
        """Whether everything that was requested was judged."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def installs(self) -> bool:
        """Whether nothing is known to fail on any target, with this policy or without one."""
        return not self.fails and not self.failing_builds

    def lines(self, tool: str) -> tuple[str, ...]:
        """What to write for a tool.

        Args:
            tool: the tool, as in `PolicyFile.tool`.

        Raises:
            KeyError: for another tool, and where targets cannot share a file.
        """
        found = [file for file in self.files if file.tool == tool]
        if len(found) != 1:
            raise KeyError(tool)
        return found[0].lines
