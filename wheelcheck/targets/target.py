"""The values that say where a package would be installed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Architecture", "Image", "Implementation", "Libc", "Target"]


class Implementation(StrEnum):
    """A Python implementation, by the name `sys.implementation.name` gives it."""

    CPYTHON = "cpython"
    PYPY = "pypy"


class Libc(StrEnum):
    """The C library that wheels are built against."""

    GLIBC = "glibc"
    MUSL = "musl"

    @property
    def tag_prefix(self) -> str:
        """How platform tags for this libc begin (PEP 600, PEP 656)."""
        return "manylinux" if self is Libc.GLIBC else "musllinux"


class Architecture(StrEnum):
    """A CPU architecture, by the name platform tags and `platform.machine()` give it."""

    X86_64 = "x86_64"
    AARCH64 = "aarch64"
    I686 = "i686"
    ARMV7L = "armv7l"
    ARMV6L = "armv6l"
    PPC64LE = "ppc64le"
    S390X = "s390x"
    RISCV64 = "riscv64"
    LOONGARCH64 = "loongarch64"


@dataclass(frozen=True, slots=True)
class Image:
    """A named base image and the facts the catalogue has on it (`images.csv`, source in each row).

    Sizes are megabytes (10^6 bytes) for linux/amd64; None means not known.
    """

    name: str
    os: str
    os_version: str
    compressed_mb: float | None
    uncompressed_mb: float | None
    has_compiler: bool | None
    pip_version: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """One environment to judge: an interpreter, a libc with its version, and a CPU.

    `python` is (major, minor); `python_full_version` adds the patch release that markers and
    Requires-Python see, e.g. ``3.12.13``. `implementation_version` is set for PyPy alone
    (``7.3.20``), whose ABI changes with it; CPython's is the version of Python. `notes` are
    caveats a reader must be told (an end-of-life image, an architecture without an agreed tag).
    """

    name: str
    implementation: Implementation
    python: tuple[int, int]
    python_full_version: str
    free_threaded: bool
    libc: Libc
    libc_version: tuple[int, int]
    arch: Architecture
    image: Image | None = None
    notes: tuple[str, ...] = ()
    implementation_version: str | None = None

    def __hash__(self) -> int:
        """Names tell nearly all targets apart, and targets are keys of much that is asked often."""
        return hash(self.name)

    @property
    def platform(self) -> tuple[Libc, tuple[int, int], Architecture]:
        """What wheels for a platform are built for."""
        return self.libc, self.libc_version, self.arch

    def marker_environment(self) -> dict[str, str]:
        """Environment markers as pip on this target evaluates them (PEP 508).

        `platform_release` and `platform_version` belong to the kernel of the day and are empty.
        """
        pypy = self.implementation is Implementation.PYPY
        return {
            "implementation_name": self.implementation.value,
            "implementation_version": self.implementation_version or self.python_full_version,
            "os_name": "posix",
            "platform_machine": self.arch.value,
            "platform_python_implementation": "PyPy" if pypy else "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self.python_full_version,
            "python_version": "{}.{}".format(*self.python),
            "sys_platform": "linux",
        }
