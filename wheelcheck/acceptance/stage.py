"""The stage as a whole: everything for which an installer would refuse an input on a target."""

from __future__ import annotations

from wheelcheck.acceptance.hash_values import hash_value_refusals
from wheelcheck.acceptance.hashes import hash_refusals
from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.acceptance.installer_acceptance import installer_refusals
from wheelcheck.acceptance.line_errors import line_error_refusals
from wheelcheck.acceptance.lines import line_refusals
from wheelcheck.acceptance.lock_acceptance import lock_refusals
from wheelcheck.acceptance.scopes import scope_refusals
from wheelcheck.requirements.requirement_set import Requirements
from wheelcheck.resolution import Resolution

__all__ = ["refusals_of"]


def refusals_of(
    requirements: Requirements, resolution: Resolution, tool: str
) -> tuple[InputRefusal, ...]:
    """Return every reason for which nothing would be installed, the first to be met first.

    Args:
        requirements: what was read.
        resolution: what would be chosen on the target; refusals that need no index are reported
            even where it is in conflict.
        tool: who installs what has no tool of its own: ``pip`` or ``uv``.
    """
    target = resolution.target
    return (
        *installer_refusals(requirements, target),
        *lock_refusals(requirements, target, tool),
        *scope_refusals(requirements, target, tool),
        *line_refusals(requirements, resolution),
        *line_error_refusals(requirements, resolution),
        *hash_value_refusals(requirements, target),
        *hash_refusals(requirements, resolution),
    )
