"""Where would it be installed? Targets, their tags, and the images people name them by."""

from wheelcheck.targets.compatibility import (
    Fit,
    Miss,
    MissPart,
    best_wheel,
    fit,
    fit_wheel,
    split_tag_set,
)
from wheelcheck.targets.summary import summarise_misses
from wheelcheck.targets.tags import supported_tags
from wheelcheck.targets.target import Architecture, Image, Implementation, Libc, Target

__all__ = [
    "Architecture",
    "Fit",
    "Image",
    "Implementation",
    "Libc",
    "Miss",
    "MissPart",
    "Target",
    "best_wheel",
    "fit",
    "fit_wheel",
    "split_tag_set",
    "summarise_misses",
    "supported_tags",
]
