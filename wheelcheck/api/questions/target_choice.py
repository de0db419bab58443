"""The targets of a question: those that a caller names, or the default matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from wheelcheck.errors import TargetError
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.requirements import Requirements
from wheelcheck.targets import Target, default_matrix_on, expand_target_on
from wheelcheck.targets.images.catalogue import DEFAULT_PLATFORM
from wheelcheck.targets.images.likely_images import likely_target

__all__ = ["matrix_of", "within_scope"]


def matrix_of(targets: Iterable[str | Target] | None, as_of: date) -> tuple[Target, ...]:
    """Parse spellings; the same target named twice is judged once.

    Raises `TargetError` for a spelling that names no target, and for none at all.
    """
    if targets is None:
        return default_matrix_on(as_of=as_of)
    parsed: Sequence[Target] = [
        target
        for given in targets
        for target in ((given,) if isinstance(given, Target) else _expanded(given, as_of))
    ]
    if not parsed:
        raise TargetError("", "no target is given")
    return tuple({target.name: target for target in parsed}.values())


def _expanded(spelling: str, as_of: date) -> Sequence[Target]:
    """The targets of a spelling. Of an image that is not known the error names the nearest."""
    try:
        return expand_target_on(spelling, as_of=as_of)
    except TargetError as error:
        name, _, behind = spelling.partition("@")
        platform = "" if behind.startswith("sha256:") else behind  # a digest names that image alone
        likely = None if error.near else likely_target(name, platform or DEFAULT_PLATFORM, as_of)
        if likely is None:
            raise
        target, image = likely
        near = f"{image.spelling}@{platform}" if platform else image.spelling
        if image.python is not None:
            near = "cp{}{}-{}".format(*image.python, target.platform.tag)
        raise TargetError(
            spelling, f"the catalogue has no such image: {image.why}", (near,)
        ) from None


def within_scope(
    matrix: tuple[Target, ...], requirements: Requirements
) -> tuple[tuple[Target, ...], Requirements]:
    """The default matrix without what the inputs are not for, and a word of what that was.

    Nobody has named those targets. Where none is left, all are judged: they are all refused.
    """
    scopes = [scope for scope in requirements.scopes if not scope.advisory]
    inside = tuple(target for target in matrix if all(scope.admits(target) for scope in scopes))
    if not inside or len(inside) == len(matrix):
        return matrix, requirements
    messages = tuple(_omissions(matrix, requirements))
    return inside, replace(requirements, warnings=(*requirements.warnings, *messages))


def _omissions(matrix: tuple[Target, ...], requirements: Requirements) -> Iterator[str]:
    """How many targets each scope leaves out."""
    for scope in dict.fromkeys(requirements.scopes):
        count = sum(not scope.admits(target) for target in matrix)
        if count and not scope.advisory:
            yield (
                f"{scope.origin}: {scope.why}: {counted(count, 'target')} of the default matrix "
                "left out; name one with --target to judge it"
            )
