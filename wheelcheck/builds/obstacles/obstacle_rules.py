"""Will it build at all? Reasons against, each with its source, found by reading alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.package_files import pkg_config_version, search_command
from wheelcheck.builds.needs.source_needs import known_needs
from wheelcheck.builds.needs.system_packages import unresolved
from wheelcheck.builds.obstacles.downloads import network_obstacles
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.ready_wheels import ready_wheel_obstacles
from wheelcheck.builds.obstacles.stub_sdist import is_stub
from wheelcheck.distributions.distribution import Distribution, versions_on_offer
from wheelcheck.distributions.installed_system import repositories_of
from wheelcheck.requirements.projects.project_modules import backend_module
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Libc

__all__ = [
    "known_obstacles",
    "missing_from_distribution",
    "no_sdist",
    "sdist_obstacles",
    "target_obstacles",
]


def no_sdist(name: NormalizedName, version: Version) -> BuildObstacle:
    """The release has no sdist: without a wheel nothing can be installed."""
    return BuildObstacle("no-sdist", f"{name} {version} has no sdist", "the index", fatal=True)


def sdist_obstacles(facts: SourceNeedsInput) -> tuple[BuildObstacle, ...]:
    """Obstacles in the sdist itself, whatever the target's Python lacks."""
    found = []
    # A backend other than setuptools never runs a setup.py that lies about.
    ran = backend_module(facts.backend) in {"", "setuptools"}
    if ran and is_stub(facts.texts.get("setup.py", "")):
        message = "setup.py ends with an error before it builds anything"
        found.append(BuildObstacle("stub-sdist", message, "setup.py", fatal=True))
    found += (*network_obstacles(facts), *ready_wheel_obstacles(facts))
    return tuple(dict.fromkeys(found))


def target_obstacles(
    facts: SourceNeedsInput,
    needs: Iterable[BuildNeed],
    libc: Libc | None,
    distribution: Distribution | None,
) -> tuple[BuildObstacle, ...]:
    """What is known against a release on a libc, and what its distribution has not.

    `needs` are those of `source_needs`. Where the distribution is not known (None), what
    it offers is not judged.
    """
    found = [*known_obstacles(facts.name, facts.version, libc)]
    if distribution is not None:
        found += missing_from_distribution(facts, needs, distribution)
    return tuple(dict.fromkeys(found))


def known_obstacles(
    name: NormalizedName, version: Version, libc: Libc | None
) -> tuple[BuildObstacle, ...]:
    """What `known_obstacles.csv` says of a release on a libc."""
    return tuple(
        BuildObstacle(
            row["code"],
            row["message"],
            row["source"],
            row["fatal"] == "yes",
            needs_network=row["code"].startswith("downloads-"),
        )
        for row in read_table("builds/obstacles/known_obstacles.csv")
        if row["project"] == name
        and row["libc"] in {"", str(libc)}
        and version in SpecifierSet(row["versions"], prereleases=True)
    )


def missing_from_distribution(
    facts: SourceNeedsInput, needs: Iterable[BuildNeed], distribution: Distribution
) -> Iterator[BuildObstacle]:
    """Tools and libraries that the distribution has not, or not new enough.

    Codes ``not-packaged``, ``tool-too-old``, ``library-too-old``, ``library-version``.
    """
    required = [need for need in needs if need.role is Role.REQUIRED]
    named = {need.name for need in known_needs(facts.name, facts.version)}
    for need in unresolved(required, distribution):
        message = _not_packaged(need, distribution)
        # what no row names may come with the C library, or by a name that is not known here
        certain = need.name in named or bool(repositories_of(distribution))
        fatal = not need.inferred and certain and bool(distribution.release)
        yield BuildObstacle("not-packaged", message, need.source, fatal)
    for need in required:
        if need.from_pypi or need.minimum_version is None:
            continue
        offered = _offered(need, distribution)
        if offered and max(offered) < need.minimum_version:
            code = "tool-too-old" if need.kind is NeedKind.TOOL else "library-too-old"
            wanted = f"{need.name} >= {need.minimum_version}"
            message = f"{wanted} is needed, {distribution} has {max(offered)}"
            yield BuildObstacle(code, message, need.source, fatal=True)
    yield from _wrong_versions(facts, distribution)


def _offered(need: BuildNeed, distribution: Distribution) -> tuple[Version, ...]:
    """The versions of a tool or library that a distribution has, as far as they are known."""
    found = versions_on_offer(need.name, distribution)
    by_name = (pkg_config_version(sought, distribution) for sought in need.files[:1])
    return found or tuple(version for version in by_name if version is not None)


def _not_packaged(need: BuildNeed, distribution: Distribution) -> str:
    """Say that a package is not there, or not known; and how to look for it."""
    if need.files and repositories_of(distribution):
        what = "it must be installed" if need.kind is NeedKind.TOOL else "its library must be built"
        return f"no package of {distribution} holds {need.name}: {what} first"
    if need.files:
        message = f"{need.name} is needed; its package is not known here"
        commands = (search_command(sought, distribution) for sought in need.files)
        command = next(filter(None, commands), "")
        return f"{message} ({command} looks for it)" if command else message
    message = f"{distribution} has no package of {need.name} that we know"
    return message if distribution.release else f"{message}, as its release is not known"


def _wrong_versions(facts: SourceNeedsInput, distribution: Distribution) -> Iterator[BuildObstacle]:
    own = (*facts.version.release, 0)
    for row in read_table("builds/obstacles/library_versions.csv"):
        if row["project"] != facts.name:
            continue
        if facts.version not in SpecifierSet(row["versions"], prereleases=True):
            continue
        wants = row["wants"].format(own=facts.version.base_version, major=own[0], minor=own[1])
        offered = versions_on_offer(row["library"], distribution)
        fitting = [
            version for version in offered if version in SpecifierSet(wants, prereleases=True)
        ]
        if offered and offered[0] not in fitting:
            message = f"{row['library']} {wants} is needed, {distribution} has {offered[0]}"
            message += f", and {fitting[0]} beside it" if fitting else ""
            yield BuildObstacle("library-version", message, row["source"], fatal=not fitting)
