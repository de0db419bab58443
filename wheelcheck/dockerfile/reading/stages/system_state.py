"""What decides whether a system step of a stage can work: lists, package manager, pip, owner.

A few facts per stage, kept while it is read. Where a fact is not known, nothing is said to fail.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.distributions.installed_system import debian_system
from wheelcheck.distributions.successors import successors
from wheelcheck.dockerfile.reading.shell.system_tools import Manager, SystemCommand
from wheelcheck.dockerfile.reading.stages.base_images import BaseImage

__all__ = ["Fault", "SystemState"]

_FAMILIES: dict[Family, Manager] = {Family.APK: "apk", Family.APT: "apt", Family.DNF: "dnf"}
_PLACES: dict[Manager, str] = {"apk": "Alpine", "apt": "Debian and Ubuntu", "dnf": "Fedora and EL"}
_YUM_ALONE = {("rhel", "7"), ("amazonlinux", "2")}
_OPEN = ("/tmp", "/var/tmp", "/dev")  # noqa: S108 (paths of an image)


@dataclass(frozen=True, slots=True)
class Fault:
    """A step that cannot work, at its own line. `certain` is False where it may work.

    `code` is a row of `finding_codes.csv`; `packages` are system packages that would mend it.
    """

    line: int
    code: str
    message: str
    certain: bool = True
    packages: tuple[str, ...] = ()


@dataclass(slots=True)
class SystemState:
    """The facts of a stage at one moment.

    `user` is a name or number, "" where it is not known. `lists` says whether apt's package lists
    are there, None where that is not known. `owners` are folders with the user who owns them and
    all in them, "*" for everybody. `scripts` is the line of the first command that runs a script
    or a program which may change all of this, 0 for none. `other_sources` says that apt may look
    elsewhere than in the distribution's own repositories, `other_sh` that ``/bin/sh`` may be
    another shell than the distribution's own.
    """

    user: str = "root"
    lists: bool | None = None
    removed_lists: int = 0
    homes: dict[str, str] = field(default_factory=lambda: {"root": "/root"})
    owners: dict[str, str] = field(default_factory=dict)
    uids: dict[str, str] = field(default_factory=dict)
    pip: bool = False
    scripts: int = 0
    other_sources: bool = False
    other_sh: bool = False

    @classmethod
    def of(cls, image: BaseImage) -> SystemState:
        """The facts of a base image."""
        state = cls(image.user, image.apt_lists)
        if image.user not in {"", "root"}:
            state.homes[image.user] = image.home
            state.owners[image.home] = image.user
            state.owners[image.workdir] = image.user
        return state

    def copy(self) -> SystemState:
        """The facts that a stage on this one begins with."""
        return replace(self, homes=dict(self.homes), owners=dict(self.owners), uids=dict(self.uids))

    @property
    def is_root(self) -> bool | None:
        """Whether commands run as root; None where the user is not known."""
        return None if not self.user else self.user in {"root", "0"}

    @property
    def home(self) -> str | None:
        """The user's home; None where it is not known."""
        if self.is_root:
            return "/root"
        return self.homes.get(self._name(self.user)) if self.user else None

    def add_user(self, name: str, home: str, uid: str, *, made: bool) -> str:
        """Add a user; returns the home, "" where it is not made."""
        path = home or f"/home/{name}"
        self.homes[name] = path
        if uid:
            self.uids[uid] = name
        if made:
            self.owners[path] = name
        return path if made else ""

    def owns(self, paths: Iterable[str], user: str, *, made: bool = False) -> None:
        """`user` owns these from now on; folders just `made` only where they are not root's."""
        owner = "*" if user == "*" else self._name(user)
        for path in paths:
            if not (made and owner in {"root", "0"} and path not in self.owners):
                self.owners[path] = owner

    def may_write(self, path: str) -> bool | None:
        """Whether the user may write at a path; None where that is not known."""
        if self.is_root is None:
            return None
        if self.is_root or any(path == each or path.startswith(f"{each}/") for each in _OPEN):
            return True
        here = path
        while here not in {"", "/"}:
            owner = self.owners.get(here)
            if owner is not None:
                return owner in {"*", self._name(self.user)}
            here = posixpath.dirname(here)
        return None if self.scripts else False

    def _name(self, user: str) -> str:
        return self.uids.get(user, user)

    def touch(self, path: str) -> None:
        """A file was written: below /etc/apt it may name other repositories."""
        bare = path.rstrip("/") or "/"
        if "/etc/apt".startswith(bare) or bare.startswith("/etc/apt/"):
            self.other_sources = True

    def faults_of(
        self, command: SystemCommand, line: int, distribution: Distribution | None,
        there: frozenset[str],
    ) -> Fault | None:  # fmt: skip
        """Why a package manager's command cannot work; None where nothing speaks against it.

        `there` are names of packages that are installed already.
        """
        foreign = self._foreign(command, line, distribution, there)
        if foreign is not None:
            return foreign
        if command.action in {"add", "remove", "update"} and self._lacks_rights(command):
            message = f"{command.program} needs root, and the user is {self.user}"
            return Fault(line, "not-writable", f"{message}: the step fails")
        if command.manager == "apt" and command.action == "add":
            return self._unavailable(command, line, distribution, there)
        return None

    def _unavailable(
        self, command: SystemCommand, line: int, distribution: Distribution | None,
        there: frozenset[str],
    ) -> Fault | None:  # fmt: skip
        """Why apt-get does not find a package."""
        wanted = [name for name in command.packages if name not in there]
        named = command.packages or command.hidden
        if named and self.lists is False:
            # Of packages that are there, apt-get says that they are the newest, and ends well.
            return self._no_lists(command, line) if wanted or command.hidden else None
        return None if self.other_sources else _missing_names(wanted, line, distribution)

    def _no_lists(self, command: SystemCommand, line: int) -> Fault:
        since = (
            f"line {self.removed_lists} removed them"
            if self.removed_lists
            else "the image comes without them, and nothing ran apt-get update"
        )
        message = f"apt's package lists are not there ({since}): {command.program} finds nothing"
        return Fault(line, "lists-missing", f"{message}, and the step fails")

    def _lacks_rights(self, command: SystemCommand) -> bool:
        return self.is_root is False and not command.as_root

    def _foreign(
        self, command: SystemCommand, line: int, distribution: Distribution | None,
        there: frozenset[str],
    ) -> Fault | None:  # fmt: skip
        if distribution is None or self.scripts or command.program in there:
            return None
        own = _FAMILIES[distribution.family]
        old = (distribution.name, distribution.release) in _YUM_ALONE
        if own != command.manager:
            message = f"{command.program} is not there: it belongs to {_PLACES[command.manager]}, "
            message += f"and the image is {distribution}"
        elif old and command.program == "dnf":
            message = f"dnf is not there: {distribution} has yum"
        else:
            return None
        return Fault(line, "no-package-manager", f"{message}; the step fails")


def _missing_names(names: list[str], line: int, distribution: Distribution | None) -> Fault | None:
    """Names that a release of Debian does not have; of Ubuntu the tables cannot tell."""
    if distribution is None or distribution.name != "debian":
        return None
    plain = [name for name in names if not set(name) & set("*?^+/.") or "." in name[1:-1]]
    system = debian_system(distribution.name, distribution.release) if plain else None
    if system is None:
        return None
    _, found = system.install(plain)
    lacking = [*found.missing, *found.ambiguous]
    return _no_such_package(lacking, line, distribution) if lacking else None


def _no_such_package(lacking: list[str], line: int, distribution: Distribution) -> Fault:
    listed = " and ".join(filter(None, [", ".join(lacking[:-1]), lacking[-1]]))
    verb = "is no package" if len(lacking) == 1 else "are no packages"
    message = f"{listed} {verb} that {distribution} can install: the step fails"
    now = {name: successors(name, distribution.release) for name in lacking}
    hints = [f"{name} is now {' '.join(names)}" for name, names in now.items() if names]
    hint = f" ({'; '.join(hints)})" if hints else ""
    packages = tuple(dict.fromkeys(other for names in now.values() for other in names))
    return Fault(line, "no-such-package", message + hint, packages=packages)
