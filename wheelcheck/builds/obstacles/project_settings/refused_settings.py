"""What setuptools refuses of a `setup.cfg` (`setuptools/config/setupcfg.py` of 84.2.1)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from configparser import ConfigParser, Error

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.setup_run.refused_keywords import (
    parses_pep_508,
    refused_lines,
    refused_requirements,
)
from wheelcheck.builds.sdist.contents import SdistContents

__all__ = ["refused_requirements_txt", "refused_settings"]

_BOM = "\ufeff"
"""`configparser` refuses a file with it: "File contains no section headers"."""
_FILE = "setup.cfg"
_EGG_INFO = ".egg-info/requires.txt"
_DEEPEST = 2
"""The egg-info of a project lies in its root or in a folder of its packages (``src``)."""
_CHOOSES = re.compile(r"version_info|sys\.version|PY2|PY3|python_version|hexversion")


def refused_settings(
    contents: SdistContents, setuptools: Version | None, *, whole: bool
) -> Iterator[BuildObstacle]:
    """Requirements that are none, and files that are read and not there; code ``refused-settings``.

    `setuptools` is the release of the build, None without one. `whole`: the files of the sdist are
    all known.
    """
    text = contents.texts.get(_FILE, "")
    if setuptools is not None and text.startswith(_BOM):
        message = f"{_FILE} begins with a byte order mark, which its reader takes for text"
        yield BuildObstacle("refused-settings", message, _FILE, fatal=True)
        return
    if not parses_pep_508(setuptools) or "[options]" not in text:
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


def refused_requirements_txt(
    contents: SdistContents, setuptools: Version | None
) -> Iterator[BuildObstacle]:
    """Requirements in the egg-info of an sdist that are none; code ``refused-settings``.

    `setup()` gave them when the sdist was made, and is given them again by each build, unless the
    script chooses among them by the version of Python. `setuptools` is the release of the build.
    """
    if not parses_pep_508(setuptools):
        return
    paths = (p for p in contents.modules if p.endswith(_EGG_INFO) and p.count("/") <= _DEEPEST)
    path = min(paths, key=len, default="")
    lines = [line.strip() for line in contents.modules.get(path, "").splitlines()]
    stated = [line for line in lines if not line.startswith("[")]
    script = contents.texts.get("setup.py", "")
    chooses = _CHOOSES.search(script) is not None
    for line in refused_requirements(stated):
        message = f"{path} has {line!r}, which setuptools refuses since 67 (PEP 508)"
        yield BuildObstacle("refused-settings", message, path, fatal=line in script or not chooses)
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
        yield from refused_lines(key, [part.strip() for part in lines])
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
