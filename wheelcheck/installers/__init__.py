"""Which pip or uv would install, and by which rules."""

from wheelcheck.installers.in_images import (
    in_distribution,
    in_official_image,
    is_externally_managed,
    unknown_pip,
)
from wheelcheck.installers.installer import Certainty, Installer
from wheelcheck.installers.installer_features import features_of
from wheelcheck.installers.releases import (
    Release,
    find_release,
    newest,
    parse_installer,
    runs_on,
)
from wheelcheck.installers.rules import Rule, Tool, first_release, holds

__all__ = [
    "Certainty",
    "Installer",
    "Release",
    "Rule",
    "Tool",
    "features_of",
    "find_release",
    "first_release",
    "holds",
    "in_distribution",
    "in_official_image",
    "is_externally_managed",
    "newest",
    "parse_installer",
    "runs_on",
    "unknown_pip",
]
