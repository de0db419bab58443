"""Hashes that one installer takes and another refuses: their algorithms and their digests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.installers import Rule
from wheelcheck.requirements.requirement_set import RequirementLine, Requirements
from wheelcheck.resolution.allowed_hashes import hashes_for, is_pinned
from wheelcheck.targets import Target

__all__ = ["hash_value_refusals"]

_DIGITS = {"md5": 32, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 64}
"""Hexadecimal digits of a digest as uv has it; its BLAKE2b is that of 256 bits."""


def hash_value_refusals(requirements: Requirements, target: Target) -> Iterator[InputRefusal]:
    """Yield the hashes that the installer of a target refuses as such.

    Args:
        requirements: what was read.
        target: the target, with its installer.
    """
    installer = target.installer
    if not installer.has(Rule.HASHES_OF_MD5):
        for algorithm, origin in requirements.algorithms_of_uv:
            yield InputRefusal(
                "hash-algorithm",
                installer.tool.value,
                f"--hash takes sha256, sha384, sha512, not {algorithm}",
                "write the SHA-256 instead (`pip hash` prints it), or use uv",
                where=origin,
            )
    if installer.has(Rule.DIGESTS_CHECKED):
        for line in (*requirements.lines, *requirements.constraints):
            if not line.locked and is_pinned(line) and line.holds_on(target):
                yield from _malformed(line, target)


def _malformed(line: RequirementLine, target: Target) -> Iterator[InputRefusal]:
    for text in sorted(hashes_for(line, target.installer)):
        algorithm, _, digest = text.partition(":")
        digits = _DIGITS.get(algorithm)
        if digits and re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", digest) is None:
            yield InputRefusal(
                "hash-malformed",
                target.installer.label,
                f"a digest of {algorithm} has {digits} hexadecimal digits, and {digest[:80]!r} "
                "is none",
                "write the whole digest",
                where=line.origin,
                package=canonicalize_name(line.requirement.name),
            )
            return
