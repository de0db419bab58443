"""What the wheels of a release, and of its neighbours, show about building its sdist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct
from packaging.version import Version

from wheelcheck.builds.evidence.classification import EvidencePiece
from wheelcheck.index.interface import ArchiveListing, Project, Sdist, Wheel

__all__ = ["WheelContents", "neighbour_wheels", "sibling_wheels", "wheel_contents"]

_NEIGHBOURS = 3
_EXTENSION = re.compile(r"\.(cpython-\d+[a-z]*-[^/]*|abi3t?|pypy\d+-[^/]*)\.so$|\.pyd$")
_LIBRARY = re.compile(r"\.(so|dylib|dll)(\.\d+)*$")


def sibling_wheels(files: Iterable[Wheel | Sdist]) -> tuple[EvidencePiece, ...]:
    """Wheels of the same release, by their file names: the first of each kind."""
    return _kinds(
        (file for file in files if isinstance(file, Wheel)),
        "sibling-pure-wheel",
        "sibling-platform-wheel",
        "sibling-other-platform-wheel",
    )


def neighbour_wheels(project: Project, version: Version) -> tuple[EvidencePiece, ...]:
    """Wheels of the nearest releases before and after `version` that have any."""
    ordered = sorted(project.versions)
    earlier = [problem for problem in reversed(ordered) if problem < version]
    later = [problem for problem in ordered if problem > version]
    found: list[EvidencePiece] = []
    for side in (earlier, later):
        for near in side[:_NEIGHBOURS]:
            wheels = [file for file in project.files(near) if isinstance(file, Wheel)]
            if wheels:
                found += _kinds(wheels, "neighbour-pure-wheel", "neighbour-platform-wheel", "")
                break
    return tuple(found)


def _kinds(wheels: Iterable[Wheel], pure: str, linux: str, other: str) -> tuple[EvidencePiece, ...]:
    """The first wheel of each kind; one for another system counts where none is for Linux."""
    first: dict[str, Wheel] = {}
    for wheel in wheels:
        first.setdefault(platform_kind(wheel.tag), wheel)
    codes = {"pure": pure, "linux": linux}
    if "linux" not in first:
        codes["other"] = other or linux
    return tuple(
        EvidencePiece(code, first[kind].filename) for kind, code in codes.items() if kind in first
    )


@lru_cache(maxsize=1 << 12)  # the wheels of most projects have the same tags
def platform_kind(tag: str) -> str:
    """``pure``, ``linux`` or ``other`` by the platform part of a compressed tag set (PEP 425).

    A wheel for any platform with an ABI of its own (``cp38-cp38-any``) is a mistake of old tools
    and says nothing: ``other``.
    """
    _, abi, platforms = tag.split("-")
    if platforms == "any":
        return "pure" if "none" in abi.split(".") else "other"
    return "linux" if re.search(r"(^|\.)(many|musl)?linux", platforms) else "other"


def linux_wheel(files: Iterable[Wheel | Sdist]) -> Wheel | None:
    """The smallest wheel for Linux of a release: the cheapest directory to read."""
    wheels = [f for f in files if isinstance(f, Wheel) and platform_kind(f.tag) == "linux"]
    return min(wheels, key=lambda wheel: wheel.size or 0, default=None)


class WheelContents(Struct, frozen=True):
    """What of a wheel's directory concerns compiling; all are member paths.

    `extension_modules` can be imported, `vendored_libraries` were put in by auditwheel and its
    like (``name.libs/``), `libraries` are other shared libraries, `programs` are in the wheel's
    ``.data/scripts/``, `sboms` in ``.dist-info/sboms/`` (PEP 770).
    """

    extension_modules: tuple[str, ...] = ()
    vendored_libraries: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    sboms: tuple[str, ...] = ()

    @property
    def compiled(self) -> bool:
        """Whether anything in the wheel was compiled when it was built."""
        return bool(self.extension_modules or self.libraries)

    def evidence(self, wheel: str) -> tuple[EvidencePiece, ...]:
        """One piece for each kind of member there is, naming the first."""
        kinds: Sequence[tuple[str, tuple[str, ...]]] = (
            ("wheel-extension-module", self.extension_modules),
            ("wheel-vendored-library", self.vendored_libraries),
            ("wheel-program", self.libraries or self.programs),
            ("wheel-sbom", self.sboms),
        )
        found = [EvidencePiece(code, wheel, _some(paths)) for code, paths in kinds if paths]
        return tuple(found) or (EvidencePiece("wheel-without-native-code", wheel),)


def wheel_contents(listing: ArchiveListing) -> WheelContents:
    """Sort the members of a wheel's directory."""
    kinds: dict[str, list[str]] = {}
    for member in listing.members:
        kinds.setdefault(_member_kind(member.path), []).append(member.path)
    return WheelContents(
        extension_modules=tuple(kinds.get("extension", ())),
        vendored_libraries=tuple(kinds.get("vendored", ())),
        libraries=tuple(kinds.get("library", ())),
        programs=tuple(kinds.get("program", ())),
        sboms=tuple(kinds.get("sbom", ())),
    )


def _member_kind(path: str) -> str:
    top = path.split("/", 1)[0]
    if ".dist-info/sboms/" in path:
        return "sbom"
    if _EXTENSION.search(path):
        return "extension"
    if _LIBRARY.search(path):
        return "vendored" if top.endswith(".libs") or "/.dylibs/" in path else "library"
    return "program" if ".data/scripts/" in path else ""


def _some(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more}"
