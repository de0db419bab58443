"""Who installs: the installer that a caller names, and that of the locks."""

from __future__ import annotations

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.errors import UsageError
from wheelcheck.installers import Tool, newest, parse_installer, runs_on
from wheelcheck.requirements import Requirements
from wheelcheck.requirements.requirement_set import LockFormat
from wheelcheck.targets import Target, with_installer

__all__ = ["for_its_locks", "installed_by", "installer_named"]


def installer_named(text: str | None) -> InstallerKind:
    """Who builds: the name before ``==``, pip without one.

    Raises `UsageError` for any other.
    """
    name = (text or InstallerKind.PIP).partition("==")[0].strip()
    try:
        return InstallerKind(name)
    except ValueError:
        known = ", ".join(InstallerKind)
        raise UsageError(
            f"installer {text!r} is not known; there are {known}, and releases as in pip==23.0.1"
        ) from None


def installed_by(text: str | None, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets with the installer that is named: ``pip==23.0.1``, ``uv``, ``uv==0.9``.

    pip without a release is that of each target: its image's, or the newest. A release that does
    not run on the Python of some targets is refused there (`acceptance`).
    Raises `UsageError` for a release that is not known, or that runs on none of the targets.
    """
    _, equals, release = (text or "").partition("==")
    tool = Tool.UV if installer_named(text) is InstallerKind.UV else Tool.PIP
    if not equals and tool is Tool.PIP:
        return targets
    if not equals:
        chosen = [newest(tool, target.python_full_version) for target in targets]
    else:
        named = parse_installer(f"{tool}=={release.strip()}")
        pythons = [target.python_full_version for target in targets]
        if pythons and not any(runs_on(named, python) for python in pythons):
            parse_installer(f"{tool}=={release.strip()}", pythons[0])  # raises, and says why
        chosen = [named] * len(targets)
    return tuple(map(with_installer, targets, chosen))


def for_its_locks(requirements: Requirements, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets with uv where a uv.lock is all that is installed: no other tool reads it."""
    formats = {lock.format for lock in requirements.locks}
    if formats != {LockFormat.UV} or not all(line.locked for line in requirements.lines):
        return targets
    return tuple(
        with_installer(target, newest(Tool.UV, target.python_full_version)) for target in targets
    )
