"""The eight answers to: does this package come as a wheel on this target?"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Verdict"]


class Verdict(StrEnum):
    """What an installer would meet, from best to worst, then the two that are no meeting at all."""

    PURE_WHEEL = "pure-wheel"
    """A compatible `none-any` wheel exists."""
    WHEEL = "wheel"
    """A compatible platform wheel exists."""
    SOURCE_PURE = "source-pure"
    """Only an sdist; the evidence says no compiler is needed."""
    SOURCE_UNKNOWN = "source-unknown"
    """Only an sdist; the evidence does not decide, and says why."""
    SOURCE_NATIVE = "source-native"
    """Only an sdist; the evidence says that it compiles."""
    UNAVAILABLE = "unavailable"
    """Neither a compatible wheel nor an sdist: the installation fails."""
    UNKNOWN = "unknown"
    """Could not be judged; the reason says why."""
    NOT_REQUIRED = "not-required"
    """Markers or the dependency graph leave it out on this target."""

    @property
    def is_wheel(self) -> bool:
        """Whether a wheel is installed as it is."""
        return self in {Verdict.WHEEL, Verdict.PURE_WHEEL}

    @property
    def is_source(self) -> bool:
        """Whether the installer would build an sdist."""
        return self in {Verdict.SOURCE_PURE, Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN}
