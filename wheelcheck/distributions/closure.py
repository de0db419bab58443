"""What a package manager of Debian's family installs for a list of names.

The order of decisions follows apt's own (``pkgDepCache::MarkInstall``): all named packages first,
then the dependencies of each, depth first; of alternatives the first that can be installed, unless
one is there already. Of a virtual package's providers the tables name apt's choice first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from wheelcheck.distributions.debian_package import BinaryPackage, Closure

__all__ = ["closure_of"]


def closure_of(
    packages: Mapping[str, BinaryPackage | None],
    providers: Callable[[str], tuple[str, ...]],
    names: Iterable[str],
    *,
    recommends: bool,
    installed: frozenset[str],
) -> Closure:
    """Install `names` on top of what is installed.

    Parameters:
        packages: The release's packages; None for a package of which nothing else is known.
        providers: The packages that provide a name, itself not among them.
        names: Names as on the command line, without versions.
        recommends: Whether recommended packages come along.
        installed: What is there before.
    """
    marker = _Marker(packages, providers, installed, recommends=recommends)
    missing: list[str] = []
    ambiguous: list[str] = []
    wanted: list[str] = []
    for name in dict.fromkeys(names):
        choices = marker.named(name)
        if len(choices) == 1:
            wanted.append(choices[0])
        else:
            (ambiguous if choices else missing).append(name)
    marker.named_packages = frozenset(wanted)
    for name in wanted:
        marker.add(name)
    for name in wanted:
        marker.follow(name)
    return Closure(
        frozenset(marker.there), tuple(marker.added), tuple(missing), tuple(ambiguous),
        tuple(name for name in marker.added if packages.get(name) is None),
    )  # fmt: skip


class _Marker:
    """The packages marked for installation so far."""

    def __init__(
        self,
        packages: Mapping[str, BinaryPackage | None],
        providers: Callable[[str], tuple[str, ...]],
        installed: frozenset[str],
        *,
        recommends: bool,
    ) -> None:
        self.packages = packages
        self.providers = providers
        self.recommends = recommends
        self.there = set(installed)
        self.added: dict[str, None] = {}
        self.followed: set[str] = set()
        self.named_packages: frozenset[str] = frozenset()
        self.excluded = {name for package in installed for name in self._conflicts(package)}

    def named(self, name: str) -> tuple[str, ...]:
        """What a name on the command line stands for: itself, or its only provider."""
        return (name,) if name in self.packages else self.providers(name)

    def add(self, name: str) -> None:
        """Mark one package, its dependencies not yet."""
        if name not in self.there:
            self._replace(name)
            self.there.add(name)
            self.added[name] = None
            self.excluded.update(self._conflicts(name))

    def _replace(self, name: str) -> None:
        """Drop what came along before and cannot stay beside a package; what it brought stays."""
        own = self._conflicts(name)
        for other in list(self.added):
            if other not in self.named_packages and (
                other in own or name in self._conflicts(other)
            ):
                del self.added[other]
                self.there.discard(other)

    def follow(self, name: str) -> None:
        """Mark what a package depends on and, if wanted, recommends."""
        package = self.packages.get(name)
        if package is None or name in self.followed or name not in self.added:
            return
        self.followed.add(name)
        for group in package.depends:
            self._satisfy(group, required=True)
        for group in package.recommends if self.recommends else ():
            self._satisfy(group, required=False)

    def _satisfy(self, group: Sequence[str], *, required: bool) -> None:
        choices = [choice for name in group for choice in self._candidates(name)]
        if any(choice in self.there for choice in choices):
            return
        possible = [choice for choice in choices if self._fits(choice)]
        if possible or (required and choices):
            chosen = (possible or choices)[0]
            self.add(chosen)
            self.follow(chosen)

    def _candidates(self, name: str) -> tuple[str, ...]:
        """The packages that satisfy an alternative; with ``!`` its providers do not."""
        own = (name.rstrip("!"),) if name.rstrip("!") in self.packages else ()
        return (*own, *self.providers(name))

    def _fits(self, name: str) -> bool:
        return name not in self.excluded and not (self._conflicts(name) & self.there)

    def _conflicts(self, name: str) -> frozenset[str]:
        package = self.packages.get(name)
        return package.conflicts if package else frozenset()
