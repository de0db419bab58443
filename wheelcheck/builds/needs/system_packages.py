"""From needs to the packages of a distribution, and to the commands that install them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    strongest,
)
from wheelcheck.builds.needs.libraries import library_table
from wheelcheck.builds.needs.package_files import (
    build_packages,
    library_of,
    loaded_packages,
    run_packages,
)
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.tables import read_table

__all__ = [
    "InstallCommands",
    "InstallPhase",
    "SystemPackage",
    "install_commands",
    "packages_for",
    "unresolved",
]


_USED_WHERE_FOUND = {"libgomp"}
"""Optional libraries without a package for building: the compiler brings them, so they are used."""


class InstallPhase(StrEnum):
    """When a package must be there."""

    BUILD = "build"
    RUN = "run"


class SystemPackage(Struct, frozen=True):
    """A package by the name its package manager knows, the stage it is for, and the need behind it.

    `note` says what a reader must know, as that no smaller run-time package is known.
    """

    name: str
    stage: InstallPhase
    need: BuildNeed
    note: str = ""


class InstallCommands(Struct, frozen=True):
    """Commands to paste; "" where there is nothing to install.

    `run` is for what the installed package needs afterwards, `remove` takes the build packages
    away again. `unresolved` are needs for which the distribution has no package that we know.
    `build_packages` and `run_packages` are the names in the commands.
    """

    distribution: Distribution
    build: str
    run: str
    remove: str
    unresolved: tuple[BuildNeed, ...] = ()
    build_packages: tuple[str, ...] = ()
    run_packages: tuple[str, ...] = ()


def packages_for(
    needs: Iterable[BuildNeed], distribution: Distribution
) -> tuple[SystemPackage, ...]:
    """The packages that answer needs on a distribution, build time first, each name once a stage.

    Optional and bundled needs are answered too: the need's role tells them apart. Tools that come
    from PyPI are left out.
    """
    needs = tuple(need for need in needs if not need.from_pypi)
    held = _held(needs, distribution)
    found: dict[tuple[InstallPhase, str], SystemPackage] = {}
    for stage in InstallPhase:
        for need in sorted(needs, key=lambda item: list(Role).index(item.role)):
            for package in _answers(need, stage, distribution, held):
                found.setdefault((stage, package.name), package)
    asks_pkg_config = any(need.name == "pkg-config" for need in needs)
    for package in list(found.values()):
        for name in _also(package, distribution, pkg_config=asks_pkg_config):
            found.setdefault((package.stage, name), replace(package, name=name))
    return tuple(found.values())


@cache
def _required_by_pc() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """`pkg_config_requires.csv` by pkg-config's name and package."""
    return {
        (row["pc"], row["package"]): tuple(row["also"].split())
        for row in read_table("builds/needs/pkg_config_requires.csv")
    }


def _also(package: SystemPackage, distribution: Distribution, *, pkg_config: bool) -> Iterator[str]:
    """What a build wants besides a package of Debian that does not depend on it."""
    if distribution.family is not Family.APT or package.stage is not InstallPhase.BUILD:
        return
    yield from _required_by_headers().get(package.name, ())
    if pkg_config:
        names = {name for kind, name in package.need.files if kind is FileKind.PC}
        row = library_table().get(package.need.name, {"names": ""})
        words = row["names"].split() if package.need.kind is NeedKind.LIBRARY else ()
        known = [word.removeprefix("pc:") for word in words if word.startswith("pc:")]
        # which of a library's names was asked for is not known: cairo.pc wants no LZO, as
        # cairo-script-interpreter.pc beside it does
        names.update(known if len(known) == 1 else ())
        for name in sorted(names):
            yield from _required_by_pc().get((name, package.name), ())


@cache
def _required_by_headers() -> Mapping[str, tuple[str, ...]]:
    """`header_requires.csv`: what the headers of a package include, by package."""
    rows = read_table("builds/needs/header_requires.csv")
    return {row["package"]: tuple(row["also"].split()) for row in rows}


def _row(need: BuildNeed) -> Mapping[str, str]:
    known = (tool_table() if need.kind is NeedKind.TOOL else library_table()).get(need.name)
    for sought in need.files if known is None else ():
        known = known or library_table().get(library_of(sought) or "")
    return known or {}


def _held(needs: Iterable[BuildNeed], distribution: Distribution) -> Mapping[BuildNeed, str]:
    """For needs by their files the packages that hold these, and go together."""
    by_file = sorted(
        (need for need in needs if need.files), key=lambda need: list(Role).index(need.role)
    )
    packages = build_packages([need.files for need in by_file], distribution)
    return {
        need: package
        for need, package in zip(by_file, packages, strict=True)
        if package is not None
    }


def _answers(
    need: BuildNeed,
    stage: InstallPhase,
    distribution: Distribution,
    held: Mapping[BuildNeed, str],
) -> Iterator[SystemPackage]:
    package = held.get(need)
    if package is not None:
        if stage is InstallPhase.BUILD:
            yield SystemPackage(package, stage, need)
            return
        links = [name for kind, name in need.files if kind is FileKind.LIB]
        for name in loaded_packages(run_packages(package, distribution), links, distribution):
            yield SystemPackage(name, stage, need)
        return
    row, family = _row(need), distribution.family
    names = names_for(row.get(f"{family}_{stage}", ""), distribution)
    if stage is InstallPhase.RUN:
        names = loaded_packages(names, need.links, distribution)
    if names or stage is InstallPhase.BUILD or not row.get(f"{family}_run"):
        for name in names:
            yield SystemPackage(name, stage, need)
        return
    # Run-time names carry the library's version on apt; -dev brings the right one on any release.
    for name in names_for(row.get(f"{family}_build", ""), distribution):
        note = f"the run-time package's name on {distribution} is not known; this one brings it"
        yield SystemPackage(name, stage, need, note)


def unresolved(needs: Iterable[BuildNeed], distribution: Distribution) -> tuple[BuildNeed, ...]:
    """The needs, each once, for which a distribution has no package that we know."""
    needs = strongest(needs)
    held = _held(needs, distribution)
    return tuple(
        need
        for need in needs
        if not need.from_pypi
        and not any(_answers(need, InstallPhase.BUILD, distribution, held))
        and not _comes_with_compiler(need)
    )


def install_commands(
    needs: Iterable[BuildNeed],
    distribution: Distribution,
    *,
    staying: Iterable[BuildNeed] | None = None,
    optional: bool = False,
) -> InstallCommands:
    """The commands for required needs (and optional needs, if wanted), alphabetical.

    `staying` are the needs of what stays installed, where that is less than what is built: they
    alone call for run-time packages.
    """
    roles = {Role.REQUIRED, Role.OPTIONAL} if optional else {Role.REQUIRED}
    needs = tuple(needs)
    chosen = [need for need in needs if need.role in roles]
    staying = [
        need
        for need in (needs if staying is None else staying)
        if need.role in roles or (need.role is Role.OPTIONAL and need.name in _USED_WHERE_FOUND)
    ]
    names = {
        stage: {
            index.name for index in packages_for(wanted, distribution) if index.stage is stage
        } - distribution.preinstalled
        for stage, wanted in ((InstallPhase.BUILD, chosen), (InstallPhase.RUN, staying))
    }  # fmt: skip
    names = {
        stage: wanted - _brought_before(wanted, distribution) for stage, wanted in names.items()
    }
    return InstallCommands(
        distribution,
        _install(sorted(names[InstallPhase.BUILD]), distribution, virtual=True),
        _install(sorted(names[InstallPhase.RUN]), distribution, virtual=False),
        _remove(sorted(names[InstallPhase.BUILD] - names[InstallPhase.RUN]), distribution),
        unresolved(chosen, distribution),
        tuple(sorted(names[InstallPhase.BUILD])),
        tuple(sorted(names[InstallPhase.RUN])),
    )


def _brought_before(names: Collection[str], distribution: Distribution) -> frozenset[str]:
    """What the packages on an image brought along, as pkg-config on Python's full images.

    To purge that would take away what depends on it too.
    """
    if not (names and distribution.preinstalled):
        return frozenset()
    from wheelcheck.distributions.installed_system import system_of

    system = system_of(distribution)
    return frozenset() if system is None else frozenset(filter(system.has, names))


def _comes_with_compiler(need: BuildNeed) -> bool:
    """Needs without a package of their own anywhere: another one of the build's brings them."""
    row = _row(need)
    return bool(row) and not any(row[f"{family}_build"] for family in Family)


def _install(names: list[str], distribution: Distribution, *, virtual: bool) -> str:
    if not names:
        return ""
    words = " ".join(names)
    match distribution.family:
        case Family.APK:
            mark = "--virtual .build-deps " if virtual else ""
            return f"apk add --no-cache {mark}{words}"
        case Family.APT:
            return f"apt-get update && apt-get install -y --no-install-recommends {words}"
        case Family.DNF:
            return f"{_dnf(distribution)} install -y {words}"


def _remove(names: list[str], distribution: Distribution) -> str:
    if not names:
        return ""
    match distribution.family:
        case Family.APK:
            return "apk del .build-deps"
        case Family.APT:
            return f"apt-get purge -y --auto-remove {' '.join(names)}"
        case Family.DNF:
            return f"{_dnf(distribution)} remove -y {' '.join(names)}"


def _dnf(distribution: Distribution) -> str:
    """Amazon Linux 2 still has yum alone."""
    return "yum" if (distribution.name, distribution.release) == ("amazonlinux", "2") else "dnf"
