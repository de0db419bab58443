"""The wheels that are taken on a target, and the verdict on most of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.utils import NormalizedName

from wheelcheck.coverage import Judgement
from wheelcheck.index.interface import Wheel
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.resolution import Pin

__all__ = ["FOUND_NOTHING", "Judged", "wheels_of"]

FOUND_NOTHING = Loads(LoadStatus.YES)
Judged = Mapping[NormalizedName, tuple[Pin, Judgement]]


def wheels_of(judged: Judged) -> Iterable[Wheel]:
    """The wheels that are taken, as their packages are judged."""
    for _, judgement in judged.values():
        if isinstance(judgement.file, Wheel):
            yield judgement.file
