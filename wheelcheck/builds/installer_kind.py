"""Who installs, as far as it decides how often something is built."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["InstallerKind"]


class InstallerKind(StrEnum):
    """Who installs; it decides how often a build requirement is built."""

    PIP = "pip"
    """pip with its wheel cache, kept between the steps of one image build."""
    PIP_NO_CACHE_DIR = "pip-no-cache-dir"
    """``pip install --no-cache-dir``. The option does not reach the runs of pip that set up build
    environments: those share the cache, and the installation itself does not (pip 23.0, 26.3)."""
    PIP_NO_CACHE = "pip-no-cache"
    """pip that has no cache in any run: PIP_NO_CACHE_DIR=1 or `no-cache-dir` in its file."""
    UV = "uv"
