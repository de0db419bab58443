"""The values that say where a package would be installed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from wheelcheck.installers import Installer, Tool, newest
from wheelcheck.targets.platforms import Architecture, Cpu, Libc, Linux, Platform

__all__ = ["Architecture", "Image", "Implementation", "Libc", "Target"]


class Implementation(StrEnum):
    """A Python implementation, by the name `sys.implementation.name` gives it."""

    CPYTHON = "cpython"
    PYPY = "pypy"
    GRAALPY = "graalpy"

    @property
    def title(self) -> str:  # type: ignore[override]  # hides str.title, which makes no sense here
        """``CPython``, ``PyPy``, ``GraalPy``."""
        return {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}[self.value]


class Image(Struct, frozen=True):
    """A named base image and the facts the catalogue has on it (`images.csv`, source in each row).

    Sizes are megabytes (10^6 bytes) for linux/amd64; None means not known. `taken_for` names the
    image that this is only the nearest known of, and whose size it does not have; "" for none.
    """

    name: str
    os: str
    os_version: str
    compressed_mb: float | None
    uncompressed_mb: float | None
    has_compiler: bool | None
    source: str
    taken_for: str = ""


@dataclass(frozen=True, slots=True, init=False)
class Target:
    """One environment to judge: an interpreter and a platform.

    `parse_target` makes targets from their spellings. The attributes are the arguments; `libc`,
    `libc_version` and `arch` are those of `platform`.
    """

    name: str
    implementation: Implementation
    python: tuple[int, int]
    python_full_version: str
    free_threaded: bool
    platform: Platform
    image: Image | None
    notes: tuple[str, ...]
    implementation_version: str | None
    installer: Installer

    def __init__(  # noqa: PLR0913, PLR0917 (the fields of a value; the three of Linux came first)
        self,
        name: str,
        implementation: Implementation,
        python: tuple[int, int],
        python_full_version: str,
        free_threaded: bool,  # noqa: FBT001 (a field like the others)
        libc: Libc | None = None,
        libc_version: tuple[int, int] | None = None,
        arch: Architecture | None = None,
        image: Image | None = None,
        notes: tuple[str, ...] = (),
        implementation_version: str | None = None,
        *,
        platform: Platform | None = None,
        installer: Installer | None = None,
    ) -> None:
        """Make a target on `platform`, or on Linux with a libc of that version on that CPU.

        Args:
            name: what it is called, in reports too: the name of an image, or a canonical spelling.
            implementation: the Python implementation.
            python: its version as (major, minor).
            python_full_version: the version with the patch release that markers (PEP 508) and
                Requires-Python (PEP 345) see, e.g. ``3.12.13``.
            free_threaded: whether it is a build without the global interpreter lock (PEP 703).
            libc: the libc of a Linux; of a Linux as `platform`, it replaces its own.
            libc_version: its version as (major, minor), likewise.
            arch: the CPU of a Linux, likewise.
            image: the container image and what is known of it; None without one.
            notes: caveats that a reader must know (an end-of-life image, an architecture without an
                agreed tag).
            implementation_version: set where it is not the version of Python (PyPy ``7.3.20``,
                GraalPy ``25.0.1``), as the ABI changes with it.
            platform: the operating system and its CPU; None for the Linux of the three above.
            installer: the pip or uv that installs there, by whose rules all is judged; None for the
                newest pip that runs on this Python.

        Raises:
            TypeError: where `libc`, `libc_version` and `arch` do not make a platform.
        """
        if platform is None or libc or libc_version or arch:
            platform = _linux(platform, libc, libc_version, arch)
        interpreter = (name, implementation, python, python_full_version, free_threaded)
        pip = installer or newest(Tool.PIP, python_full_version)
        values = (*interpreter, platform, image, notes, implementation_version, pip)
        for field, value in zip(self.__slots__, values, strict=True):
            object.__setattr__(self, field, value)

    def __hash__(self) -> int:
        """Names distinguish nearly all targets, and targets are keys of many caches."""
        return hash(self.name)

    @property
    def libc(self) -> Libc | None:
        """The libc of a Linux; None elsewhere."""
        return self.platform.libc if isinstance(self.platform, Linux) else None

    @property
    def libc_version(self) -> tuple[int, int] | None:
        """The libc's version on Linux; None elsewhere."""
        return self.platform.libc_version if isinstance(self.platform, Linux) else None

    @property
    def arch(self) -> Cpu:
        """The CPU, by the name that platform tags give it."""
        return self.platform.arch

    def marker_environment(self) -> dict[str, str]:
        """Environment markers as pip on this target evaluates them (PEP 508).

        `platform_release` and `platform_version` belong to the kernel of the day and are empty.
        """
        graalpy = self.implementation is Implementation.GRAALPY
        named = "GraalVM" if graalpy else self.implementation.title
        return {
            "implementation_name": self.implementation.value,
            "implementation_version": self.implementation_version or self.python_full_version,
            "platform_python_implementation": named,
            "python_full_version": self.python_full_version,
            "python_version": "{}.{}".format(*self.python),
            **self.platform.markers(),
        }


def _linux(
    platform: Platform | None,
    libc: Libc | None,
    libc_version: tuple[int, int] | None,
    arch: Architecture | None,
) -> Linux:
    if isinstance(platform, Linux):
        libc = libc or platform.libc
        libc_version = libc_version or platform.libc_version
        arch = arch or platform.arch
    if libc is None or libc_version is None or arch is None:
        raise TypeError("a target needs a platform, or a libc, its version and a CPU")
    return Linux(arch, libc, libc_version)
