"""What of an sdist, and of a wheel of its release, tells the cost of building it."""

from __future__ import annotations

from dataclasses import dataclass

from wheelcheck.builds.sdist import SdistFacts
from wheelcheck.builds.sources import Language
from wheelcheck.index.model import ArchiveListing

__all__ = ["BuildFeatures", "read_features"]

_COMPILED = {
    Language.ASSEMBLY, Language.C, Language.CPP, Language.CYTHON, Language.FORTRAN, Language.RUST,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BuildFeatures:
    """The features of one source build. `native_bytes`: sources in compiled languages."""

    native_bytes: int


def read_features(
    facts: SdistFacts, listing: ArchiveListing, wheel: ArchiveListing | None = None
) -> BuildFeatures:
    """Features of building an sdist; `wheel` lists a Linux wheel of the same release."""
    del listing, wheel
    return BuildFeatures(
        native_bytes=sum(count.bytes for count in facts.sources if count.language in _COMPILED)
    )
