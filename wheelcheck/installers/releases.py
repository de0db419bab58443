"""Which releases of pip and uv there are, and on which Pythons they run (`releases.csv`)."""

from __future__ import annotations

from datetime import date
from functools import cache

from msgspec import Struct
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from wheelcheck.errors import UsageError
from wheelcheck.installers.installer import Certainty, Installer
from wheelcheck.installers.rules import Tool
from wheelcheck.tables import read_rows, read_table

__all__ = ["Release", "find_release", "newest", "parse_installer", "runs_on"]


class Release(Struct, frozen=True):
    """One release of a tool.

    Attributes:
        tool: pip or uv.
        version: the release.
        released: the day of its first upload.
        requires_python: the Pythons it runs on; uv runs beside any Python and says its own.
    """

    tool: Tool
    version: Version
    released: date
    requires_python: SpecifierSet

    def runs_on(self, python: str) -> bool:
        """Whether this release can install for a Python, given in full (``3.8.1``).

        An old pip claims every later Python and does not start on it (`pythons.csv`).
        """
        if self.tool is Tool.UV:
            return True
        return self.requires_python.contains(python, prereleases=True) and not any(
            self.version < releases_before and Version(python) >= python_before
            for releases_before, python_before in _too_new()
        )


@cache
def _too_new() -> tuple[tuple[Version, Version], ...]:
    """Releases of pip before the first do not start on Python from the second on."""
    return tuple(
        (Version(row["releases_before"]), Version(row["python_before"]))
        for row in read_table("installers/pythons.csv")
    )


@cache
def _releases(tool: Tool) -> tuple[Release, ...]:
    """All known final releases of a tool, oldest first."""
    found = [
        Release(
            tool,
            Version(row["version"]),
            date.fromisoformat(row["released"]),
            SpecifierSet(row["requires_python"]),
        )
        for row in read_rows("installers/releases.csv")
        if row["tool"] == tool.value
    ]
    return tuple(sorted(found, key=lambda release: release.version))


def find_release(tool: Tool, version: Version) -> Release | None:
    """The release of exactly this version, or None where none is known."""
    return next((each for each in _releases(tool) if each.version == version), None)


@cache
def newest(tool: Tool, python: str, released_by: date | None = None) -> Installer:
    """The newest release of a tool that installs for a Python.

    Args:
        tool: pip or uv.
        python: the version of Python in full.
        released_by: leaves out what came after this day; None for all that is known.
    """
    fitting = (
        release
        for release in reversed(_releases(tool))
        if (released_by is None or release.released <= released_by) and release.runs_on(python)
    )
    version = next(fitting, _releases(tool)[-1]).version
    return Installer(tool, version, Certainty.NEWEST, "the newest release that runs on it")


def runs_on(installer: Installer, python: str) -> bool:
    """Whether an installer runs on a Python, given in full; yes where that is unknown."""
    release = find_release(installer.tool, installer.version)
    return release is None or release.runs_on(python)


def parse_installer(text: str, python: str | None = None) -> Installer:
    """Read what a user names: ``pip``, ``uv``, ``pip==23.0.1``, ``uv==0.9``.

    Args:
        text: a tool, with ``==`` and a release or without.
        python: the version of Python it has to install for, if that is known.

    Raises:
        UsageError: not a tool, an unknown release, or one for other Pythons.
    """
    name, equals, wanted = (part.strip() for part in text.partition("=="))
    try:
        tool = Tool(name.lower())
    except ValueError:
        raise UsageError(
            f"installer {text!r}: only pip and uv are known, as in pip==23.0.1"
        ) from None
    if not equals:
        return newest(tool, python or "3.14.0")
    try:
        release = find_release(tool, Version(wanted))
    except InvalidVersion:
        release = None
    if release is None:
        known = _releases(tool)
        raise UsageError(
            f"installer {text!r}: no such release of {tool} is known; known are "
            f"{known[0].version} to {known[-1].version} ({known[-1].released})"
        )
    if python is not None and not release.runs_on(python):
        raise UsageError(
            f"installer {text!r}: {tool} {release.version} does not run on Python {python}; "
            f"the newest that does is {newest(tool, python).version}"
        )
    return Installer(tool, release.version, Certainty.NAMED, "named by the user")
