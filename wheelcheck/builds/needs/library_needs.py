"""Which libraries a source build links with, by its build files and its wheels."""

from __future__ import annotations

import ast
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import TypeGuard

from packaging.version import InvalidVersion, Version

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    strongest,
)
from wheelcheck.builds.needs.libraries import (
    brought_along,
    library_called,
    library_table,
    library_vendored,
    names_of,
    programs,
)
from wheelcheck.builds.needs.toolchain import is_vendored
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.errors import Unknown

__all__ = ["library_needs"]

_LONG = 1_000_000
_COMMENT = re.compile(r"#[^\n]*")
_CALL = r"\(([^()]{0,600}(?:\([^()]{0,200}\)[^()]{0,400})*)\)"
_MESON = re.compile(r"\b(dependency|find_library)\s*" + _CALL)
_CMAKE = re.compile(
    r"\b(find_package|pkg_check_modules|pkg_search_module|find_library)\s*\(([^)]{0,600})\)",
    re.IGNORECASE,
)
_KEYWORD = re.compile(r"\b[a-z_]+\s*:(?!:)")
_QUOTED = re.compile(r"'([^'\n]{1,80})'")
_OPTIONAL = re.compile(r"\brequired\s*:\s*(?!true\b)[\w.]+\s*(?:\('[^']*'\))?\s*(?:[,)]|$)")
_VERSION = re.compile(r"\bversion\s*:\s*\[?\s*'\s*>=?\s*([\d.]+)'")
_OPENS = re.compile(r"^[ \t]*(?:if|function|macro)\b", re.MULTILINE | re.IGNORECASE)
_CLOSES = re.compile(r"^[ \t]*end(?:if|function|macro)\b", re.MULTILINE | re.IGNORECASE)
_SCRIPTS = re.compile(
    r"(^|/)(?!\w*(?:darwin|macos|osx|win|msys))(setup\w*|\w*build\w*|\w*config\w*)\.py$"
)
_PKG_CONFIG = re.compile(r"pkg-config|(?i:pkg_?config)")
_LINKED = ("libraries", "libs", "LIBRARIES", "LIBS")
_LINKS = re.compile(rf"\b(?:{'|'.join(_LINKED)})\b")
_CFG_LIBRARIES = re.compile(r"^libraries\s*[=:]\s*([\w\s,.+-]{1,200}?)$", re.MULTILINE)
_MANY_SOURCES = 5
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


def library_needs(facts: SourceNeedsInput) -> tuple[BuildNeed, ...]:
    """The libraries that an sdist's build files and its release's wheels speak of."""
    shipped = _shipped_sources(facts)
    needs = strongest(
        (
            *_from_meson(facts),
            *_from_cmake(facts),
            *_from_scripts(facts),
            *_from_setup_cfg(facts),
            *_from_extensions(facts),
            *_from_crates(facts),
            *_from_external(facts),
            *_from_wheels(facts),
            *_from_members(shipped),
        )
    )
    return tuple(
        replace(need, role=Role.BUNDLED, source=f"{need.source}; its source is in the sdist")
        if need.role is not Role.BUNDLED and names_of(need.name) & shipped
        else need
        for need in needs
    )


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


def _library(library: str | None, source: str, role: Role, least: str = "") -> Iterator[BuildNeed]:
    if library is not None:
        minimum = None
        with suppress(InvalidVersion):
            minimum = Version(least.rstrip(".")) if least else None
        yield BuildNeed(NeedKind.LIBRARY, library, source, role, minimum)


def _texts(facts: SourceNeedsInput, *names: str) -> Iterator[tuple[str, str]]:
    for path, text in facts.texts.items():
        if path.rpartition("/")[2] in names and not is_aside(path) and not is_vendored(path):
            yield path, _COMMENT.sub("", text[:_LONG])


def _from_meson(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """`dependency('name', …)` and `cc.find_library('z', …)`; `required: false` is optional."""
    for path, text in _texts(facts, "meson.build"):
        conditions = _conditions(text)
        for match in _MESON.finditer(text):
            function, arguments = match.groups()
            sure = _OPTIONAL.search(arguments) is None and not _inside(conditions, match.start())
            role = Role.REQUIRED if sure else Role.OPTIONAL
            least = _VERSION.search(arguments)
            for name in _QUOTED.findall(_KEYWORD.split(arguments)[0]):
                kind = "pc" if function == "dependency" else "lib"
                found = library_called(kind, name) or library_called("cmake", name)
                source = f"{path}: {function}('{name}')"
                yield from _library(found, source, role, least.group(1) if least else "")


def _from_cmake(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """`find_package`, `pkg_check_modules`, `find_library`; without REQUIRED it is optional."""
    for path, text in _texts(facts, "CMakeLists.txt"):
        conditions = _conditions(text)
        for match in _CMAKE.finditer(text):
            function, words = match.group(1).lower(), match.group(2).split()
            if not words:
                continue
            sure = "REQUIRED" in words and not _inside(conditions, match.start())
            role = Role.REQUIRED if sure else Role.OPTIONAL
            least = words[1] if len(words) > 1 and re.match(r"\d[\d.]*$", words[1]) else ""
            for kind, name in _cmake_names(function, words):
                source = f"{path}: {function}({name})"
                yield from _library(library_called(kind, name), source, role, least)


def _conditions(text: str) -> tuple[list[int], list[int]]:
    """Where conditions of Meson or CMake (and CMake's functions) begin, and where they end."""
    return (
        [match.start() for match in _OPENS.finditer(text)],
        [match.start() for match in _CLOSES.finditer(text)],
    )


def _inside(conditions: tuple[list[int], list[int]], position: int) -> bool:
    """Whether a statement stands under a condition."""
    opens, closes = conditions
    return bisect(opens, position) > bisect(closes, position)


def _cmake_names(function: str, words: list[str]) -> Iterator[tuple[str, str]]:
    if function == "find_package":
        yield "cmake", words[0]
    elif function == "find_library":
        for word in words[1:]:
            yield "lib", word.strip("\"'")
    else:
        for word in words[1:]:
            yield "pc", re.split(r"[<>=]", word.strip("\"'"))[0]


def _from_scripts(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """pkg-config's arguments and the `…-config` programs in setup scripts and their helpers."""
    for path, text in facts.texts.items():
        if not _SCRIPTS.search(path) or is_aside(path) or is_vendored(path):
            continue
        asks = _PKG_CONFIG.search(text) is not None
        if not asks and not _LINKS.search(text) and not any(map(text.__contains__, programs())):
            continue  # it has nothing that is looked for: not parsed
        tree = parse(text)
        if isinstance(tree, Unknown):
            continue
        for node in walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                place = f"{path}:{node.lineno}"
                yield from _from_string(node.value, place, asks=asks)
            for name, role in _linked(node):
                source = f"{path}: libraries … '{name}'"
                yield from _library(library_called("lib", name), source, role)


def _linked(node: ast.AST) -> Iterator[tuple[str, Role]]:
    """Names in ``libraries=[…]`` and ``libraries = […]``; what is added later is optional."""
    value: ast.expr | None = None
    role = Role.REQUIRED
    if (isinstance(node, ast.keyword) and node.arg == "libraries") or (
        isinstance(node, ast.Assign) and any(_is_libraries(target) for target in node.targets)
    ):
        value = node.value
    elif isinstance(node, ast.AugAssign) and _is_libraries(node.target):
        value, role = node.value, Role.OPTIONAL
    elif _extends_libraries(node):
        value, role = node.args[0], Role.OPTIONAL
    elements = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    for element in elements:
        if isinstance(element, ast.Constant) and isinstance(element.value, str):
            yield element.value, role


def _extends_libraries(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"append", "extend"}
        and len(node.args) == 1
        and _is_libraries(node.func.value)
    )


def _is_libraries(node: ast.expr) -> bool:
    name = getattr(node, "attr", None) or getattr(node, "id", "")
    return name in _LINKED


def _from_setup_cfg(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """``libraries = ldap lber`` in any section."""
    for path, text in _texts(facts, "setup.cfg"):
        for match in _CFG_LIBRARIES.finditer(text):
            for name in re.split(r"[\s,]+", match.group(1)):
                source = f"{path}: libraries = {name}"
                yield from _library(library_called("lib", name), source, Role.REQUIRED)


def _from_members(shipped: set[str]) -> Iterator[BuildNeed]:
    """Libraries whose source lies in the sdist in a folder of their own."""
    for folder in sorted(shipped):
        for library in {folder, folder.removeprefix("lib"), f"lib{folder}"} & set(library_table()):
            source = f"its source is in the sdist ({folder})"
            yield from _library(library, source, Role.BUNDLED)


def _from_string(value: str, place: str, *, asks: bool) -> Iterator[BuildNeed]:
    words = value.split()
    if not words or len(words) > 8 or len(value) > 200:  # noqa: PLR2004 (prose, not a command)
        return
    program = words[0].rpartition("/")[2]
    yield from _library(library_called("exe", program), f"{place} runs {program}", Role.REQUIRED)
    if asks and (len(words) == 1 or words[1][0] in "<>=" or "pkg-config" in program):
        for word in words:
            name = re.split(r"[<>=]", word)[0]
            found = library_called("pc", name)
            yield from _library(found, f"{place} asks pkg-config for {name}", Role.REQUIRED)


def _from_extensions(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    for place, name, optional in facts.extension_libraries:
        role = Role.OPTIONAL if optional else Role.REQUIRED
        yield from _library(library_called("lib", name), f"{place}: libraries=['{name}']", role)


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
            yield from _library(
                library_called("crate", crate), f"{path}: crate {crate}", _crate_role(crate, wanted)
            )


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
            yield from _library(known, source, role)


def _from_wheels(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Libraries a wheel carries, less those that come along with another of them."""
    found = {library_vendored(path): path for path in reversed(facts.vendored)}
    libraries = {library for library in found if library is not None}
    along = {item for library in libraries for item in brought_along(library)}
    for library in sorted(libraries - along):
        path = (found[library] or "").rpartition("/")[2]
        yield from _library(library, f"the wheel carries {path}", Role.REQUIRED)
