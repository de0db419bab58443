"""What a spelling says of a platform, before it is known whether there is such a one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from wheelcheck.targets.platforms import Libc, System

__all__ = ["CPUS", "PlatformSpec"]


class PlatformSpec(NamedTuple):
    """What a spelling says of a platform; None and () are open.

    `cpu` is a general name (``x86_64``, ``aarch64``, ``x86``, ``armv7l`` …), whatever the system
    calls it. `version` is the libc's, the deployment target, the API level or the ABI.
    """

    system: System
    cpu: str | None = None
    version: tuple[int, ...] = ()
    libc: Libc | None = None
    simulator: bool = False
    silent: bool = False
    """Written as `linux_*`, which says nothing of the libc."""


CPUS: Mapping[str, str] = {
    **dict.fromkeys(("x86_64", "x86-64", "amd64", "x64", "intel", "intel64"), "x86_64"),
    **dict.fromkeys(("aarch64", "arm64", "arm", "arm64_v8a", "arm64-v8a", "arm64/v8"), "aarch64"),
    **dict.fromkeys(("m1", "m2", "m3", "m4", "silicon", "apple-silicon"), "aarch64"),
    **dict.fromkeys(("x86", "i686", "i386", "i586", "386", "32bit"), "x86"),
    **dict.fromkeys(("armv7l", "armv7", "armhf", "arm/v7"), "armv7l"),
    **dict.fromkeys(("armv6l", "armv6", "arm/v6"), "armv6l"),
    **dict.fromkeys(("ppc64le", "ppc64el"), "ppc64le"),
    **dict.fromkeys(("loongarch64", "loong64"), "loongarch64"),
    **{name: name for name in ("s390x", "riscv64", "universal2", "wasm32", "armeabi_v7a")},
}
"""Words for CPUs, by tag, Docker and habit → a general name."""
