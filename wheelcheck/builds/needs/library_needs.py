"""Which libraries a source build links with, by its build files and its wheels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from packaging.utils import canonicalize_name

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    strongest,
)
from wheelcheck.builds.needs.cmake_needs import cmake_needs
from wheelcheck.builds.needs.configure_needs import configure_needs
from wheelcheck.builds.needs.libraries import (
    brought_along,
    library_called,
    library_table,
    library_vendored,
    names_of,
)
from wheelcheck.builds.needs.makefile_needs import makefile_needs
from wheelcheck.builds.needs.meson_needs import meson_needs
from wheelcheck.builds.needs.names import brought_by_requirements, need_called
from wheelcheck.builds.needs.package_files import (
    brought_by,
    holder_of,
    holder_of_header,
    is_packaged,
    library_of,
)
from wheelcheck.builds.needs.scripts.script_needs import script_needs
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown

__all__ = ["library_needs"]

_LONG = 1_000_000
_COMMENT = re.compile(r"#[^\n]*")
_CFG_LIBRARIES = re.compile(r"^(libraries|libs)\s*[=:]\s*([\w\s,.+-]{1,200}?)$", re.MULTILINE)
_MADE = re.compile(r"(?<![\w/])(?:\./)?lib([\w+-]+)\.(?:a|so)\b")
_NASM = re.compile(r"(?i)(enable_language|project)\s*\([^)]*ASM_NASM")
_FIND_PACKAGE = re.compile(r"[^:]*(?:CMakeLists\.txt|\.cmake): find_package\(([\w.+-]+)\)")
_MANY_SOURCES = 5
_CONFIGURING = frozenset({"configure", "autoreconf", "autoconf", "autogen.sh", "bootstrap"})
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


_BOOST_BINDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "boost-python": ("boost/python.hpp", "boost/python/"),
        "boost-numpy": ("boost/python/numpy", "boost/numpy"),
    }
)
_BY_PKG_CONFIG = "asks pkg-config for"
_SEVERAL = 2
_SYS_CRATE = re.compile(r"([\w-]+?)[-_]sys")
_OWN_CRATES = {
    "core-foundation-sys", "core-graphics-sys", "coreaudio-sys", "fsevent-sys", "inotify-sys",
    "jemalloc-sys", "js-sys", "linux-raw-sys", "mach-sys", "mimalloc-sys", "libmimalloc-sys",
    "ndk-sys", "objc-sys", "security-framework-sys", "tikv-jemalloc-sys", "wasi-sys", "web-sys",
    "windows-sys", "winapi-sys", "blosc2-sys", "onig_sys", "tree-sitter-sys", "whisper-rs-sys",
}  # fmt: skip
"""Crates for other systems, for Linux itself, and those that always compile their own copy."""


def library_needs(facts: SourceNeedsInput) -> tuple[BuildNeed, ...]:
    """The libraries that an sdist's build files and its release's wheels speak of.

    With them the programs that build files look for, pkg-config among them. What the build
    environment brings or the sdist ships as a program is none.
    """
    shipped = _shipped_sources(facts)
    found = [
        *meson_needs(facts),
        *cmake_needs(facts),
        *script_needs(facts),
        *_from_setup_cfg(facts),
        *_from_extensions(facts),
        *_from_pyproject(facts),
        *_from_crates(facts),
        *_from_external(facts),
        *_from_members(shipped),
    ]
    made = _runs_make(facts, found)
    found += makefile_needs(facts, made=made)
    found += configure_needs(facts, configured=_runs_configure(facts))
    found += _from_assembly(facts) if made else ()
    found += _from_wheels(facts, named=any(map(_links, found)))
    if not any(need.kind is NeedKind.LIBRARY for need in found):
        found += _from_headers(facts)
    found += _from_sure_headers(facts, found)
    found += _from_boost(facts)
    return tuple(_of_system(_with_unmet_headers(found, facts), shipped, facts))


def _of_system(
    found: Sequence[BuildNeed], shipped: Collection[str], facts: SourceNeedsInput
) -> Iterator[BuildNeed]:
    """What the system must have, or the sdist's own sources meet: each thing once.

    Where a package comes otherwise, the pkg-config that would look for it is not needed.
    """
    brought = brought_by_requirements(facts)
    files = {path.rpartition("/")[2] for path in facts.members} | _made(facts)
    left_out = {
        need.source
        for need in found
        if need.name != "pkg-config"
        and (
            _bundled(need, shipped, facts).role is Role.BUNDLED or _is_brought(need, brought, files)
        )
    }
    wanted = (need for need in found if need.name != "pkg-config" or need.source not in left_out)
    for need in strongest(wanted):
        if not _is_brought(need, brought, files):
            yield _bundled(need, shipped, facts)


def _made(facts: SourceNeedsInput) -> set[str]:
    """Libraries by their files that a Makefile or the script of the build makes.

    Not those that a package has: the build may look for them beside its own.
    """
    texts = (text for path, text in facts.texts.items() if path in {"setup.py", "Makefile"})
    names = {name for text in texts for name in _MADE.findall(text)}
    return {f"lib{name}.a" for name in names if holder_of((FileKind.LIB, name)) is None}


def _runs_make(facts: SourceNeedsInput, found: Iterable[BuildNeed]) -> bool:
    if any(need.kind is NeedKind.TOOL and need.name == "make" for need in found):
        return True
    return any(tool == "make" for _, tool in facts.tools_run)


def _runs_configure(facts: SourceNeedsInput) -> bool:
    return any(tool in _CONFIGURING for _, tool in facts.tools_run)


def _from_assembly(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """NASM where a Makefile of a bundled library assembles what its CMakeLists.txt names it for."""
    assembled = any(path.endswith(".asm") and not is_aside(path) for path in facts.members)
    for path, text in facts.texts.items() if assembled else ():
        if path.endswith("/CMakeLists.txt") and not is_aside(path):
            bare = _COMMENT.sub("", text[:_LONG])
            if _NASM.search(bare) and "check_language" not in bare:
                yield BuildNeed(NeedKind.TOOL, "nasm", f"{path} enables ASM_NASM")


def _bundled(need: BuildNeed, shipped: Collection[str], facts: SourceNeedsInput) -> BuildNeed:
    """A need that the sdist's own sources meet, as such."""
    if need.role is Role.BUNDLED or _names(need).isdisjoint(shipped):
        return need
    if need.role is Role.REQUIRED and _is_sought_by_cmake(need.source, facts):
        return need
    return replace(need, role=Role.BUNDLED, source=f"{need.source}; its source is in the sdist")


def _is_sought_by_cmake(source: str, facts: SourceNeedsInput) -> bool:
    """Whether CMake looks for an installed package, though a folder of its name is in the sdist.

    Where a script runs CMake, it may build what that folder holds first.
    """
    sought = _FIND_PACKAGE.fullmatch(source)
    if sought is None or not facts.is_by_cmake_alone:
        return False
    name = sought[1].lower()
    configured = {f"find{name}.cmake", f"{name}config.cmake", f"{name}-config.cmake"}
    return configured.isdisjoint(path.rpartition("/")[2].lower() for path in facts.members)


def _from_headers(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
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


def _from_sure_headers(facts: SourceNeedsInput, found: Iterable[BuildNeed]) -> Iterator[BuildNeed]:
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
            if package is not None and (known or package.startswith("lib")):
                holders.setdefault(package, header)
    if not holders:
        return
    there = brought_by((need.name, need.files) for need in found if _links(need))
    for package, header in holders.items():
        if package not in there:
            library = library_of((FileKind.HEADER, header))
            source = f"{sure[header]} includes <{header}>"
            if library is not None:
                yield BuildNeed(NeedKind.LIBRARY, library, source)
            else:
                yield from need_called(FileKind.HEADER, header, source)


def _with_unmet_headers(found: Sequence[BuildNeed], facts: SourceNeedsInput) -> list[BuildNeed]:
    """The needs: the only library that a script asks pkg-config for must bring what nothing does.

    A script may go on where it is not there; its sources include a header in any case that is in
    neither the sdist nor any package's usual place.
    """
    libraries = (need for need in found if need.kind is NeedKind.LIBRARY)
    sought = {need.name: need for need in libraries if _BY_PKG_CONFIG in need.source}
    unmet = next((h for h in facts.unmet_headers if not is_packaged((FileKind.HEADER, h))), None)
    if unmet is None or len(sought) != 1 or any(map(_links, found)):
        return list(found)
    (only,) = sought.values()
    if not all(map(is_packaged, only.files)):
        return list(found)
    source = f"{only.source}; {facts.unmet_headers[unmet]} includes {unmet}"
    sure = replace(only, role=Role.REQUIRED, source=source)
    return [sure if need == only else need for need in found]


def _from_boost(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The libraries behind Boost's headers for bindings; its other headers mostly need none."""
    for library, headers in _BOOST_BINDINGS.items():
        lead = next((header for header in facts.headers if header.startswith(headers)), None)
        if lead is not None and not any(path.endswith(f"/{lead}") for path in facts.members):
            sure = lead in facts.sure_headers or facts.headers[lead] >= _SEVERAL
            role = Role.REQUIRED if sure else Role.OPTIONAL
            yield BuildNeed(NeedKind.LIBRARY, library, f"sources include <{lead}>", role)


def _is_brought(need: BuildNeed, requirements: frozenset[str], files: set[str]) -> bool:
    """Whether a build requirement brings a thing that no table knows, or the sdist a program."""
    names = {name for _, name in need.files}
    if any(canonicalize_name(name) in requirements for name in names):
        return True
    if need.kind is NeedKind.TOOL:
        return bool(names & files)
    return any(f"lib{name}{suffix}" in files for name in names for suffix in (".a", ".so"))


def _names(need: BuildNeed) -> set[str]:
    """What a folder or a file with the source of a need is called."""
    if need.files:
        names = {name.lower() for _, name in need.files}
        return names | {f"lib{name}" for name in names}
    return names_of(need.name) if need.kind is NeedKind.LIBRARY else set()


def _shipped_sources(facts: SourceNeedsInput) -> set[str]:
    """Names that stand for a project's source inside the sdist.

    A folder with several C or C++ files that no .pyx stands beside, or a pair ``x.c`` and ``x.h``;
    the package's own folders do not count.
    """
    own = {facts.name, facts.name.replace("-", "_"), facts.name.replace("-", "")}
    members = set(facts.members)
    parents: Counter[str] = Counter()
    found: set[str] = set()
    for path in members:
        stem, _, suffix = path.rpartition(".")
        if suffix not in {"c", "cc", "cpp", "cxx"} or is_aside(path) or f"{stem}.pyx" in members:
            continue
        if f"{stem}.h" in members or f"{stem}.hpp" in members:
            found.add(stem.rpartition("/")[2].lower())
        parents[path.rpartition("/")[0].lower()] += 1
    folders: Counter[str] = Counter()
    for parent, count in parents.items():
        for folder in set(parent.split("/")) - {""}:
            folders[re.sub(r"-[0-9.]+$", "", folder)] += count
    found |= {folder for folder, count in folders.items() if count >= _MANY_SOURCES}
    return found - own


def _texts(facts: SourceNeedsInput, *names: str) -> Iterator[tuple[str, str]]:
    for path, text in facts.texts.items():
        if path.rpartition("/")[2] in names and not is_aside(path) and not is_vendored(path):
            yield path, _COMMENT.sub("", text[:_LONG])


def _from_setup_cfg(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """``libraries = ldap lber`` in any section; ``libs`` where the setup script reads the file."""
    reads = "setup.cfg" in facts.texts.get("setup.py", "")
    for path, text in _texts(facts, "setup.cfg"):
        for match in _CFG_LIBRARIES.finditer(text):
            key, names = match.groups()
            for name in re.split(r"[\s,]+", names) if reads or key == "libraries" else ():
                yield from need_called(FileKind.LIB, name, f"{path}: {key} = {name}")


def _from_pyproject(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """`libraries` and `extra-link-args` of setuptools' extension modules in a table."""
    document = read_toml(facts.texts.get("pyproject.toml", ""))
    modules = [] if isinstance(document, Unknown) else table(document, "tool", "setuptools")
    found = modules.get("ext-modules") if isinstance(modules, dict) else None
    for module in found if isinstance(found, list) else ():
        options = module if isinstance(module, dict) else {}
        names = list(strings(options.get("libraries")))
        words = strings(options.get("extra-link-args"))
        names += [word[2:] for word in words if word.startswith("-l")]
        role = Role.OPTIONAL if options.get("optional") is True else Role.REQUIRED
        for name in names:
            yield from need_called(FileKind.LIB, name, f"pyproject.toml: libraries = {name}", role)


def _from_members(shipped: set[str]) -> Iterator[BuildNeed]:
    """Libraries whose source lies in the sdist in a folder of their own."""
    for folder in sorted(shipped):
        names = {folder, folder.removeprefix("lib"), f"lib{folder}"}
        for library in sorted(names & set(library_table())):
            source = f"its source is in the sdist ({folder})"
            yield BuildNeed(NeedKind.LIBRARY, library, source, Role.BUNDLED)


def _from_extensions(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The libraries of declared extension modules.

    Known, not inferred, are those of a package whose header the sources include in every build,
    where no command of the script may change what is linked with.
    """
    headers = () if "build_ext" in facts.texts.get("setup.py", "") else facts.sure_headers
    included = {holder_of_header(header) for header in headers} - {None}
    for place, (name, *others), optional in facts.extension_libraries:
        role = Role.OPTIONAL if optional else Role.REQUIRED
        source = f"{place}: libraries=[{' or '.join(map(repr, (name, *others)))}]"
        for need in need_called(FileKind.LIB, name, source, role, others=others):
            known = included and holder_of((FileKind.LIB, name)) in included
            yield replace(need, inferred=not (known and not others and not optional))


def _from_crates(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Direct dependencies on -sys crates. Those that compile their own copy are `BUNDLED`."""
    for path, text in _texts(facts, "Cargo.toml"):
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


def _from_external(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """`[external]` of pyproject.toml (PEP 725): ``dep:generic/libffi``, ``pkg:generic/openssl``."""
    document = read_toml(facts.texts.get("pyproject.toml", ""))
    if isinstance(document, Unknown):
        return
    external = table(document, "external")
    for key, role in (
        ("build-requires", Role.REQUIRED),
        ("host-requires", Role.REQUIRED),
        ("dependencies", Role.REQUIRED),
    ):
        for line in strings(external.get(key)):
            name = re.split(r"[@<>=\s]", line.rpartition("/")[2])[0].lower()
            known = name if name in library_table() else library_called("pc", name)
            source = f"pyproject.toml: external.{key} {line}"
            if known is not None:
                yield BuildNeed(NeedKind.LIBRARY, known, source, role)
            elif key != "build-requires":
                yield from need_called(FileKind.PC, name, source, role)


def _links(need: BuildNeed) -> bool:
    """Whether it is a library that the build cannot do without."""
    return need.kind is NeedKind.LIBRARY and need.role is Role.REQUIRED


def _from_wheels(facts: SourceNeedsInput, *, named: bool) -> Iterator[BuildNeed]:
    """Libraries a wheel carries, less those that come along with another of them.

    Where the build files have `named` libraries, what else a wheel carries may be a library of
    these, in the version of the system that the wheel was made on; what the build files and the
    sources do not speak of is optional then.
    """
    found = {library_vendored(path): path for path in reversed(facts.vendored)}
    libraries = {library for library in found if library is not None}
    along = {item for library in libraries for item in brought_along(library)}
    text = "\n".join((*facts.headers, *facts.texts.values())).lower() if named else ""
    for library in sorted(libraries - along):
        path = (found[library] or "").rpartition("/")[2]
        spoken_of = not named or any(name in text for name in names_of(library) | {library})
        role = Role.REQUIRED if spoken_of else Role.OPTIONAL
        yield BuildNeed(NeedKind.LIBRARY, library, f"the wheel carries {path}", role)
