"""Mounts of a RUN that hold in another stage, too: caches, and files of the build context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction

__all__ = ["context_mounts", "movable_mounts", "run_lines", "with_cache"]

_MOVABLE = {"bind", "cache", "tmpfs"}


def movable_mounts(run: Instruction) -> tuple[str, ...] | None:
    """The flags of a RUN that may stand in any stage; None where it has others."""
    mounts = []
    for name, value in run.flags:
        settings = _settings(value)
        if name != "mount" or settings["type"] not in _MOVABLE or "from" in settings:
            return None
        mounts.append(f"--mount={value}")
    return tuple(mounts)


def context_mounts(mounts: Iterable[str]) -> list[str]:
    """Those that bring files; caches do not."""
    return [each for each in mounts if _settings(each.partition("=")[2])["type"] != "cache"]


def with_cache(mounts: Iterable[str], folder: str) -> list[str]:
    """The mounts, with a cache for a folder where none of them is for it."""
    found = list(mounts)
    targets = {_settings(each.partition("=")[2])["target"].rstrip("/") for each in found}
    return found if folder in targets else [*found, f"--mount=type=cache,target={folder}"]


def run_lines(mounts: Sequence[str], command: str) -> list[str]:
    """The lines of a RUN with at least one mount."""
    first, *rest = mounts
    return [f"RUN {first} \\", *(f"    {mount} \\" for mount in rest), f"    {command}"]


def _settings(value: str) -> Mapping[str, str]:
    """What a mount states; the type is bind where none is stated (Dockerfile reference: RUN)."""
    stated = dict(part.partition("=")[::2] for part in value.split(","))
    target = stated.get("target") or stated.get("dst") or stated.get("destination") or ""
    return {"type": "bind", **stated, "target": target}
