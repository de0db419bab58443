"""What pip wants beside the options that ask for another target.

`pip._internal.cli.cmdoptions.check_dist_restriction`, pip 26.3; uv has no such rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.requirements.requirement_set import LockFormat, Origin, Requirements

__all__ = ["platform_refusals"]


def platform_refusals(
    requirements: Requirements, where: Origin, *, no_deps: bool, into_folder: bool
) -> Iterator[InputRefusal]:
    """Yield why pip refuses a command that asks for another target.

    Args:
        requirements: what it reads, with its options on formats.
        where: the line of the command.
        no_deps: whether it takes no dependencies.
        into_folder: whether it installs into a folder of its own (``--target``), only downloads,
            or says what it would do (``--dry-run``).
    """
    policy = requirements.policy
    wheels_alone = policy.only_binary.all_projects and not policy.no_binary.names
    if not no_deps and not wheels_alone:
        yield InputRefusal(
            "platform-needs-only-binary",
            "pip",
            "another target is requested, and pip builds nothing for another target",
            "add to the command:",
            "--only-binary=:all:",
            where=where,
        )
    if not into_folder:
        yield InputRefusal(
            "platform-needs-target",
            "pip",
            "another target is requested, and the environment is that of the image's Python",
            "install into a folder: --target DIRECTORY",
            where=where,
        )
    if any(lock.format is LockFormat.PYLOCK for lock in requirements.locks):
        yield InputRefusal(
            "platform-with-lock",
            "pip",
            "another target is requested, and pip reads a pylock.toml for itself alone",
            "run pip on the target, or use uv with --python-platform",
            where=where,
        )
