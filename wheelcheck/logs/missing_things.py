"""From what a log says is missing to the system packages that bring it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind
from wheelcheck.builds.needs.libraries import library_called, library_table
from wheelcheck.builds.needs.python_headers import PYTHON_HEADERS
from wheelcheck.builds.needs.system_packages import install_commands
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.distributions.installed_system import debian_system
from wheelcheck.distributions.repository import debian_repository
from wheelcheck.errors import Unknown
from wheelcheck.loading.image_libraries import ImageLibraries
from wheelcheck.logs.log_causes import FoundCause
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Libc

__all__ = ["Remedy", "remedy_for"]

NEWEST_DEBIAN = "13"
_HEADERS_OF_PYTHON = ("Python.h", "pyconfig.h", "patchlevel.h")
_C_LIBRARY = "libc"
"""What `headers.csv` calls the C library, which comes with the compiler."""
_NO_PACKAGES = frozenset({"cuda", "msvc", "xcode"})
_BY_THE_SYSTEM = frozenset(
    {"compiler-missing", "header-missing", "library-missing", "library-not-loaded"}
    | {"tool-missing"}
)
_KINDS = {
    "header": FileKind.HEADER,
    "exe": FileKind.EXECUTABLE,
    "pc": FileKind.PC,
    "cmake": FileKind.CMAKE,
    "lib": FileKind.LIB,
}
_SONAME = "soname"
"""The kind of what is missing when something runs, not when it is built."""
_OWN_NAMES = {"mysqlclient": "mariadb-client", "mysql_config": "mariadb-client"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to install: `packages` of a distribution, and the `command` that does it.

    `missing` has the names of what no package is known for.
    """

    distribution: Distribution
    packages: tuple[str, ...]
    command: str
    missing: tuple[str, ...] = ()


def remedy_for(
    findings: Iterable[FoundCause], distribution: Distribution
) -> Remedy | Unknown | None:
    """The packages that bring what findings say is missing.

    None where nothing is missing that a distribution could bring, `Unknown` where nothing is known
    of it. Headers, programs and libraries that our table of libraries does not have are looked up
    in Debian's own list of files, which answers for Debian alone.
    """
    needs: list[BuildNeed] = []
    others: list[str] = []
    unknown: list[str] = []
    wanted = [each for each in findings if _is_system(each)]
    for finding in wanted:
        package = _that_loads(finding, distribution)
        if package is not None:
            others.append(package)
            continue
        need = _need(finding)
        if need is not None:
            needs.append(need)
            continue
        packages = _debian_packages(finding, distribution)
        others += packages
        if not packages:
            unknown.append(finding.what)
    if not wanted:
        return None
    commands = install_commands(needs, distribution)
    packages = tuple(dict.fromkeys((*commands.build_packages, *others)))
    unknown += [need.name for need in commands.unresolved]
    if not packages:
        names = ", ".join(unknown)
        return Unknown("no-package-known", f"no package of {distribution} is known for {names}")
    return Remedy(distribution, packages, _command(packages, distribution), tuple(unknown))


def _that_loads(finding: FoundCause, distribution: Distribution) -> str | None:
    """The package with a shared library that the loader looks for; None where none is known."""
    if finding.cause.kind != _SONAME:
        return None
    is_apk = distribution.family is Family.APK
    image = ImageLibraries(
        title=str(distribution),
        libc=Libc.MUSL if is_apk else Libc.GLIBC,
        libc_version=(0, 0),  # no matter for what packages hold
        family=distribution.family,
        find_system=lambda: (
            debian_system(distribution.name, distribution.release)
            if distribution.family is Family.APT
            else None
        ),
    )
    return image.package_of(finding.what)


def _is_system(finding: FoundCause) -> bool:
    return finding.cause.code in _BY_THE_SYSTEM and finding.what not in _NO_PACKAGES


def _need(finding: FoundCause) -> BuildNeed | None:
    kind, what = finding.cause.kind, finding.what
    if kind == "tool" or what in tool_table():
        return BuildNeed(NeedKind.TOOL, what, "the log")
    if kind == "header" and what.rpartition("/")[2] in _HEADERS_OF_PYTHON:
        return BuildNeed(NeedKind.TOOL, PYTHON_HEADERS, "the log")
    if kind == _SONAME:
        kind, what = "lib", what.partition(".so")[0].removeprefix("lib")
    library = _library(kind, what)
    if library == _C_LIBRARY:
        return BuildNeed(NeedKind.TOOL, "c", "the log")
    return BuildNeed(NeedKind.LIBRARY, library, "the log") if library else None


def _library(kind: str, what: str) -> str | None:
    """The library of our table that a missing thing belongs to, or the C library's headers."""
    if what in _OWN_NAMES:
        return _OWN_NAMES[what]
    if kind == "header":
        listed = (
            r["library"] for r in read_table("logs/headers.csv") if what.startswith(r["header"])
        )
        return next(listed, None) or _by_package(_debian_packages_of(kind, what, ""))
    if kind == "name":
        lower = what.lower()
        names = (lower, f"lib{lower}")
        found = next((name for name in names if name in library_table()), None)
        return found or _called(lower) or _called(f"lib{lower}")
    return library_called(kind, what) or _called(what.removeprefix("lib"))


def _called(name: str) -> str | None:
    return next(filter(None, (library_called(kind, name) for kind in ("lib", "pc", "cmake"))), None)


def _by_package(packages: tuple[str, ...]) -> str | None:
    """The library that one of Debian's packages is known as, for other distributions as well."""
    debian = Distribution(Family.APT, "debian", NEWEST_DEBIAN)
    for package in packages:
        if package == "libc6-dev":
            return _C_LIBRARY
        for library, row in library_table().items():
            if package in names_for(row["apt_build"], debian):
                return library
    return None


def _debian_packages(finding: FoundCause, distribution: Distribution) -> tuple[str, ...]:
    """Packages of Debian that hold a file, the likeliest alone."""
    if distribution.family is not Family.APT:
        return ()
    return _debian_packages_of(finding.cause.kind, finding.what, distribution.release)[:1]


def _debian_packages_of(kind: str, what: str, release: str) -> tuple[str, ...]:
    repository = debian_repository(release) or debian_repository(NEWEST_DEBIAN)
    if repository is None or kind not in _KINDS:
        return ()
    found = repository.packages_with(_KINDS[kind], what)
    return found if kind == "header" else tuple(sorted(found, key=_is_no_dev))


def _is_no_dev(package: str) -> bool:
    return not package.endswith("-dev")


def _command(packages: tuple[str, ...], distribution: Distribution) -> str:
    words = " ".join(packages)
    match distribution.family:
        case Family.APK:
            return f"apk add --no-cache {words}"
        case Family.APT:
            return f"apt-get update && apt-get install -y --no-install-recommends {words}"
        case Family.DNF:
            return f"dnf install -y {words}"
