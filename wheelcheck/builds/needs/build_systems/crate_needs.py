"""Libraries behind the crates that a Cargo.toml depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown

__all__ = ["crate_needs"]

_SYS_CRATE = re.compile(r"([\w-]+?)[-_]sys")
_BUNDLING_CRATES: Mapping[str, str] = MappingProxyType(
    {
        "bzip2-sys": "compiles its own copy where pkg-config finds none",
        "libgit2-sys": "compiles its own copy where pkg-config finds none",
        "libssh2-sys": "compiles its own copy where pkg-config finds none",
        "libz-sys": "compiles its own copy where pkg-config finds none",
        "lz4-sys": "compiles its own copy",
        "lzma-sys": "compiles its own copy where pkg-config finds none",
        "mozjpeg-sys": "compiles its own copy",
        "secp256k1-sys": "compiles its own copy",
        "librocksdb-sys": "compiles its own copy",
        "lmdb-rkv-sys": "compiles its own copy",
        "zstd-sys": "compiles its own copy unless configured to use pkg-config",
    }
)
"""Crates that bring the library's source (their build.rs on docs.rs says so)."""
_OWN_CRATES = {
    "core-foundation-sys", "core-graphics-sys", "coreaudio-sys", "fsevent-sys", "inotify-sys",
    "jemalloc-sys", "js-sys", "linux-raw-sys", "mach-sys", "mimalloc-sys", "libmimalloc-sys",
    "ndk-sys", "objc-sys", "security-framework-sys", "tikv-jemalloc-sys", "wasi-sys", "web-sys",
    "windows-sys", "winapi-sys", "blosc2-sys", "onig_sys", "tree-sitter-sys", "whisper-rs-sys",
}  # fmt: skip
"""Crates for other systems, for Linux itself, and those that always compile their own copy."""


def crate_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Direct dependencies on -sys crates. Those that compile their own copy are `BUNDLED`."""
    for path, text in facts.own_texts("Cargo.toml"):
        document = read_toml(text)
        if isinstance(document, Unknown):
            continue
        crates: dict[str, object] = {}
        for key in ("dependencies", "build-dependencies"):
            crates |= table(document, key)
        for platform, owner in table(document, "target").items():
            if "windows" not in platform and "macos" not in platform:
                crates |= table(owner, "dependencies")
        for crate, wanted in crates.items():
            yield from _of_crate(crate, f"{path}: crate {crate}", _crate_role(crate, wanted))


def _of_crate(crate: str, source: str, role: Role) -> Iterator[BuildNeed]:
    """A crate of our table, or another that links with a library, by its name: ``foo-sys``."""
    known = library_called("crate", crate)
    match = _SYS_CRATE.fullmatch(crate)
    if known is not None:
        yield BuildNeed(NeedKind.LIBRARY, known, source, role)
    elif match and crate not in _OWN_CRATES:
        role = Role.OPTIONAL if role is Role.REQUIRED else role
        source += ", which may compile its own copy"
        name = match[1].removeprefix("lib")
        yield from need_called(FileKind.LIB, name, source, role, others=(f"lib{name}",))


def _crate_role(crate: str, wanted: object) -> Role:
    features = strings(table(wanted).get("features"))
    if crate in _BUNDLING_CRATES or {"vendored", "bundled", "static"} & set(features):
        return Role.BUNDLED
    return Role.OPTIONAL if table(wanted).get("optional") is True else Role.REQUIRED
