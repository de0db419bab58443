"""Where would it be installed? Targets, their tags, and the images people name them by."""

from wheelcheck.targets.compatibility import (
    Fit,
    best_wheel,
    fit,
    fit_wheel,
    rank_alike,
    ranks_on,
    split_tag_set,
)
from wheelcheck.targets.images.image_targets import with_installer
from wheelcheck.targets.misses import MissPart, TagMiss
from wheelcheck.targets.pythons import newest_free_threaded, supported_pythons
from wheelcheck.targets.spellings.spelling import (
    default_libc_version,
    default_matrix_on,
    expand_axes_on,
    expand_platforms_on,
    expand_target_on,
    leaves_python_open,
    parse_target_on,
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
    "MissPart",
    "TagMiss",
    "Target",
    "best_wheel",
    "default_libc_version",
    "default_matrix_on",
    "expand_axes_on",
    "expand_platforms_on",
    "expand_target_on",
    "fit",
    "fit_wheel",
    "leaves_python_open",
    "newest_free_threaded",
    "parse_target_on",
    "rank_alike",
    "ranks_on",
    "split_tag_set",
    "summarise_misses",
    "supported_pythons",
    "supported_tags",
    "with_installer",
]
