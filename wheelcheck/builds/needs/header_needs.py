"""Libraries by the headers that sources include."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.header_packages import holder_of_header
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.names import brought_by_requirements, need_called
from wheelcheck.builds.needs.package_files import brought_by, is_packaged, library_of
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["boost_needs", "header_needs", "sure_header_needs", "with_unmet_headers"]

_BOOST_BINDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "boost-python": ("boost/python.hpp", "boost/python/"),
        "boost-numpy": ("boost/python/numpy", "boost/numpy"),
    }
)
_SEVERAL = 2


def header_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Libraries that sources include headers of, where no build file names any.

    A single file may include it under a condition, which its name does not show.
    """
    packages: dict[str, list[str]] = {}
    brought = brought_by_requirements(facts)
    for header in facts.headers:
        folder = header.partition("/")[0]
        package = None if canonicalize_name(folder) in brought else holder_of_header(header)
        if package is not None:
            packages.setdefault(package, []).append(header)
    for headers in packages.values():
        lead = max(headers, key=lambda header: facts.headers[header])
        role = Role.REQUIRED if facts.headers[lead] >= _SEVERAL else Role.OPTIONAL
        yield from need_called(FileKind.HEADER, lead, f"sources include <{lead}>", role)


def sure_header_needs(facts: SourceNeedsInput, found: Iterable[BuildNeed]) -> Iterator[BuildNeed]:
    """Libraries whose headers the declared sources include in every build, one need a package.

    Several files may also include what is a library's alone by its folder (``Eigen/Dense``).
    None for packages that come along with those of what was `found`.
    """
    brought = brought_by_requirements(facts)
    holders: dict[str, str] = {}
    several = {
        header: f"each of {count} sources"
        for header, count in facts.headers.items()
        if count >= _SEVERAL and library_called("header", header) is not None
    }
    sure = several | dict(facts.sure_headers)
    for header in sure:
        if canonicalize_name(header.partition("/")[0].removesuffix(".h")) not in brought:
            package = holder_of_header(header)
            known = library_of((FileKind.HEADER, header)) is not None
            own_dev = f"{header.partition('/')[0]}-dev"  # pybind11-dev
            if package is not None and (known or package.startswith("lib") or package == own_dev):
                holders.setdefault(package, header)
    if not holders:
        return
    there = brought_by((need.name, need.files) for need in found if need.is_required_library)
    for package, header in holders.items():
        if package not in there:
            library = library_of((FileKind.HEADER, header))
            source = f"{sure[header]} includes <{header}>"
            if library is not None:
                yield BuildNeed(NeedKind.LIBRARY, library, source)
            else:
                yield from need_called(FileKind.HEADER, header, source)


def boost_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The libraries behind Boost's headers for bindings; its other headers mostly need none."""
    for library, headers in _BOOST_BINDINGS.items():
        lead = next((header for header in facts.headers if header.startswith(headers)), None)
        if lead is not None and not any(path.endswith(f"/{lead}") for path in facts.members):
            sure = lead in facts.sure_headers or facts.headers[lead] >= _SEVERAL
            role = Role.REQUIRED if sure else Role.OPTIONAL
            yield BuildNeed(NeedKind.LIBRARY, library, f"sources include <{lead}>", role)


def with_unmet_headers(found: Sequence[BuildNeed], facts: SourceNeedsInput) -> list[BuildNeed]:
    """The needs: the only library that a script asks pkg-config for must bring what nothing does.

    A script may go on where it is not there; its sources include a header in any case that is in
    neither the sdist nor any package's usual place.
    """
    libraries = (need for need in found if need.kind is NeedKind.LIBRARY)
    sought = {
        need.name: need for need in libraries if need.sought and need.sought[0] is FileKind.PC
    }
    unmet = next((h for h in facts.unmet_headers if not is_packaged((FileKind.HEADER, h))), None)
    if unmet is None or len(sought) != 1 or any(need.is_required_library for need in found):
        return list(found)
    (only,) = sought.values()
    if not all(map(is_packaged, only.files)):
        return list(found)
    source = f"{only.source}; {facts.unmet_headers[unmet]} includes {unmet}"
    sure = replace(only, role=Role.REQUIRED, source=source)
    return [sure if need == only else need for need in found]
