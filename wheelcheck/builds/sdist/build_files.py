"""Build descriptions of other systems: Meson, CMake, Cargo, gyp. Each a function over one text."""

from __future__ import annotations

import re

from wheelcheck.builds.evidence.classification import EvidencePiece
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.errors import Unknown

__all__ = [
    "cmake_languages",
    "read_cargo",
    "read_cmake",
    "read_gyp",
    "read_meson",
    "without_comments",
]

_LONG = 2_000_000
_COMMENT = re.compile(r"#[^\n]*")
_MESON_PROJECT = re.compile(r"\bproject\s*\(\s*'[^']{0,200}'([^)]{0,4000})")
_MESON_KEYWORD = re.compile(r"\b[a-z_]+\s*:")
_MESON_BUILDS = re.compile(
    r"\b(extension_module|shared_module|shared_library|static_library|executable|library)\s*\("
)
_MESON_LANGUAGES = re.compile(r"\badd_languages\s*\(([^)]{0,400})")
_QUOTED = re.compile(r"'([a-z+]{1,20})'")
_CMAKE_PROJECT = re.compile(r"\bproject\s*\(([^)]{0,2000})\)", re.IGNORECASE)
_CMAKE_BUILDS = re.compile(
    r"\b(\w*add_module|\w*add_library|cython_add_module|add_executable|enable_language)\s*\(",
    re.IGNORECASE,
)
_CMAKE_OPTIONS = {"VERSION", "DESCRIPTION", "HOMEPAGE_URL", "LANGUAGES", "COMPAT_VERSION"}


def without_comments(text: str) -> str:
    """A text of Meson, CMake or the like without what is behind ``#``, be it in a string."""
    return _COMMENT.sub("", text)


def read_meson(path: str, text: str) -> EvidencePiece:
    """Whether a `meson.build` names compiled languages or builds anything with them.

    Meson looks for a compiler for every language `project()` names, whether it is used or not.
    """
    bare = without_comments(text[:_LONG])
    languages: list[str] = []
    project = _MESON_PROJECT.search(bare)
    if project is not None:
        positional = _MESON_KEYWORD.split(project.group(1))[0]
        languages += _QUOTED.findall(positional)
    for more in _MESON_LANGUAGES.finditer(bare):
        languages += _QUOTED.findall(more.group(1))
    builds = _MESON_BUILDS.search(bare)
    if languages or builds is not None:
        details = [*dict.fromkeys(languages), *([builds.group(1)] if builds else [])]
        return EvidencePiece("meson-extension-module", path, ", ".join(details))
    return EvidencePiece("meson-no-language", path)


def read_cmake(path: str, text: str) -> EvidencePiece | None:
    """What a `CMakeLists.txt` builds; None where it is no project and builds nothing.

    `project()` without LANGUAGES means C and C++.
    """
    bare = without_comments(text[:_LONG])
    project = _CMAKE_PROJECT.search(bare)
    builds = _CMAKE_BUILDS.search(bare)
    if project is None and builds is None:
        return None
    languages = cmake_languages(project.group(1).split()) if project else []
    if languages[:1] == ["NONE"]:
        return EvidencePiece("cmake-no-language", path)
    details = [*languages, *([builds.group(1)] if builds else [])]
    return EvidencePiece("cmake-project", path, ", ".join(details))


def cmake_languages(words: list[str]) -> list[str]:
    """The languages of the words in a `project()`: C and C++ where it names none."""
    if "LANGUAGES" in words:
        after = words[words.index("LANGUAGES") + 1 :]
        return [word for word in after if re.fullmatch(r"[A-Za-z_]+", word)]
    if len(words) > 1 and words[1] not in _CMAKE_OPTIONS:
        return words[1:]
    return ["C", "CXX"]


def read_cargo(path: str, text: str) -> EvidencePiece:
    """The crate a `Cargo.toml` describes: its kind, whether it binds to Python, minimum Rust."""
    document = read_toml(text)
    if isinstance(document, Unknown):
        return EvidencePiece("cargo-crate", path, document.reason)
    crate_types = list(strings(table(document, "lib").get("crate-type")))
    needed = table(document, "dependencies") | table(document, "workspace", "dependencies")
    crate_types += [name for name in ("pyo3", "cpython", "pyo3-ffi", "uniffi") if name in needed]
    for owner in (table(document, "package"), table(document, "workspace", "package")):
        if isinstance(owner.get("rust-version"), str):
            crate_types.append(f"Rust {owner['rust-version']}")
    return EvidencePiece("cargo-crate", path, ", ".join(crate_types))


def read_gyp(path: str) -> EvidencePiece:
    """A `binding.gyp` builds for Node.js; no Python build reads it."""
    return EvidencePiece("gyp-file", path)
