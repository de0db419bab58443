"""Advice to install packages of the image's distribution: projects that it packages, libraries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from wheelcheck.advice.alternatives import DistributionPackage, distribution_package
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.distributions.distribution import Distribution, distribution_of
from wheelcheck.errors import TargetError, Unknown
from wheelcheck.loading.image_libraries import install_command, installs_packages
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import Requirements
from wheelcheck.targets import Implementation, Target, parse_target_on

__all__ = ["distribution_packages", "missing_packages"]

_OTHER_PYTHON = (
    "built for the distribution's own Python (/usr/bin/python3), which the image's is not; the "
    "image's sees it with PYTHONPATH alone"
)
_OWN_PYTHON = "a virtual environment sees it with --system-site-packages alone"
_OTHER_VERSION = "in the distribution's version, not yours"


def distribution_packages(
    column: JudgedTarget, requirements: Requirements, day: date
) -> Iterator[Advice]:
    """What the image's distribution packages of the troubled projects, in a version that will do.

    A release that the requirements do not admit would be no answer to them.
    """
    target = column.resolution.target
    distribution = distribution_of(target)
    if isinstance(distribution, Unknown) or not _offers_packages(distribution, target, day):
        return
    found = {
        name: package
        for name in column.troubled
        if (package := distribution_package(name, distribution))
        and _will_do(package.version, requirements, name, target)
    }
    if not found:
        return
    names = " ".join(item.package for item in found.values())
    alpine = distribution.name == "alpine"
    command = "apk add --no-cache" if alpine else "apt-get install -y"
    versions = [f"{name} {item.version}" for name, item in found.items()]
    release = f"{distribution.release} (as edge)" if alpine else distribution.release
    before = column.weight
    yield Advice(
        kind="system-package",
        targets=(column.name,),
        title=f"Take {listing(list(found))} from {distribution.name.title()}",
        change=(f"{command} {names}",),
        evidence=f"{distribution.name.title()} {release} has {listing(versions)}; "
        f"{next(iter(found.values())).source}",
        caveat="; ".join(_caveats(column, found, distribution)),
        blockers_before=before[0],
        builds_before=before[1],
    )


def _caveats(
    column: JudgedTarget,
    found: Mapping[NormalizedName, DistributionPackage],
    distribution: Distribution,
) -> Iterator[str]:
    """What speaks against the distribution's packages: their version, and their Python."""
    if any(item.version != str(column.judged[name][0].version) for name, item in found.items()):
        yield _OTHER_VERSION
    yield _OTHER_PYTHON if distribution.has_python_headers else _OWN_PYTHON


def _will_do(
    version: str, requirements: Requirements, name: NormalizedName, target: Target
) -> bool:
    """Whether the requirements admit a version as a distribution writes it: ``1.0.0_pre4``."""
    upstream, _, change = version.replace("_", "").partition("~")
    try:
        found = Version(upstream + (change if change.startswith(("a", "b", "rc")) else ""))
    except InvalidVersion:
        return False
    return requirements.admits(name, found, target)


def _offers_packages(distribution: Distribution, target: Target, day: date) -> bool:
    """Whether the packages of an image's distribution can be installed there and are of use."""
    return (
        target.image is not None
        and _loads_packages_of(distribution, target, day)
        and installs_packages(target, distribution)
    )


def _loads_packages_of(distribution: Distribution, target: Target, day: date) -> bool:
    """Whether the image's Python can import the modules that its distribution packages.

    They are built for CPython in the distribution's own minor version. Of Alpine the table
    knows edge, whose packages the newest release has, if any.
    """
    if target.implementation is not Implementation.CPYTHON or target.free_threaded:
        return False
    try:
        own = parse_target_on(f"{distribution.name}:{distribution.release}", as_of=day)
        newest = parse_target_on(f"{distribution.name}:latest", as_of=day)
    except TargetError:
        return False
    outdated = distribution.name == "alpine" and own.image != newest.image
    return own.python == target.python and not outdated


def missing_packages(column: JudgedTarget) -> Iterator[Advice]:
    """The system packages that bring the libraries which wheels lack."""
    failing = {name: column.loads[name] for name in sorted(column.not_loading)}
    needing = {name: loads for name, loads in failing.items() if loads.packages}
    packages = tuple(dict.fromkeys(p for loads in needing.values() for p in loads.packages))
    distribution = distribution_of(column.resolution.target)
    if not packages or isinstance(distribution, Unknown):
        return
    sonames = dict.fromkeys(n for loads in needing.values() for n in loads.needs)
    them = "them" if len(sonames) > 1 else "it"
    these = "these packages" if len(packages) > 1 else "this package"
    blockers, builds = column.weight
    yield Advice(
        kind="system-package",
        targets=(column.name,),
        title=f"Install {listing(packages, 6)} for {listing(list(needing), 4)}",
        change=(install_command(distribution.family, packages),),
        evidence=f"without {listing(list(sonames), 6)} the import fails; "
        f"{distribution} has {them} in {these}",
        blockers_before=blockers,
        builds_before=builds,
        blockers_after=blockers,
        builds_after=builds,
    )
