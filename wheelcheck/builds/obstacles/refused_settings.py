"""What setuptools refuses of a `setup.cfg` (`setuptools/config/setupcfg.py` of 84.2.1)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from configparser import ConfigParser, Error

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.setup_run.refused_keywords import refused_requirements
from wheelcheck.builds.sdist.contents import SdistContents

__all__ = ["refused_settings"]

_FILE = "setup.cfg"
_REFUSES_REQUIREMENTS = Version("67")
"""setuptools 67 parses requirements by PEP 508 alone (its changelog)."""


def refused_settings(
    contents: SdistContents, setuptools: Version | None, *, whole: bool
) -> Iterator[BuildObstacle]:
    """Requirements that are none, and files that are read and not there; code ``refused-settings``.

    `setuptools` is the release of the build, None without one. `whole`: the files of the sdist are
    all known.
    """
    text = contents.texts.get(_FILE, "")
    if setuptools is None or setuptools < _REFUSES_REQUIREMENTS or "[options]" not in text:
        return
    settings = ConfigParser(strict=False)  # as setuptools, which fills in %(names)s
    try:
        settings.read_string(text)
        found = (*_requirements(settings), *(_files(settings, contents) if whole else ()))
    except Error:
        return
    for message in found:
        yield BuildObstacle("refused-settings", f"{_FILE}: {message}", _FILE, fatal=True)
        return


def _requirements(settings: ConfigParser) -> Iterator[str]:
    places = [("options", key) for key in ("install_requires", "setup_requires")]
    if settings.has_section("options.extras_require"):
        places += [("options.extras_require", key) for key in settings["options.extras_require"]]
    for section, key in places:
        value = settings.get(section, key, fallback="")
        if value.strip().startswith("file:"):
            continue
        lines = value.splitlines() if "\n" in value else value.split(";")
        for line in refused_requirements([part.strip() for part in lines]):
            yield f"{key} has {line!r}, which is refused since setuptools 67 (PEP 508)"
    specifier = settings.get("options", "python_requires", fallback="")
    try:
        SpecifierSet(specifier)
    except InvalidSpecifier:
        yield f"python_requires {specifier!r} is refused (PEP 440)"


def _files(settings: ConfigParser, contents: SdistContents) -> Iterator[str]:
    """A missing file of the version; others that are missing are passed over."""
    value = settings.get("metadata", "version", fallback="").strip()
    path = posixpath.normpath(value.removeprefix("file:").strip())
    if value.startswith("file:") and path not in contents.paths:
        yield f"the version is read from {path}, which the sdist does not hold"
