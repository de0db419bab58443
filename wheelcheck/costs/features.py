"""The features of an sdist, and of a wheel of its release, that the cost is predicted from."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.evidence.sibling_wheels import wheel_contents
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.costs.compiled import CompiledFile, SourceKind, compiled_files, untemplated
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.index.interface import ArchiveListing

__all__ = ["BuildFeatures", "PublishedWheel", "Sources", "published", "read_features"]

_HUGE = 300_000
"""Of a C file this long, the rest is tables or was generated, and costs less a byte."""
_DISPATCHED = 4
"""How often a file with ``.dispatch.`` in its name is compiled: once for every SIMD level."""
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".ipp", ".tcc", ".inl")
_WEIGHED = frozenset({*_HEADERS, ".pxi", ".py"})
_STRIPS = re.compile(r"--strip-(?:all|debug)\b|-Wl,-s\b|['\" ]-g0\b")
_PUBLISHES_STRIPPED = re.compile(r"--strip\b|--strip-(?:all|debug)\b|-Wl,-s\b")
_MODERN = re.compile(
    r"(?:std=(?:c|gnu)\+\+|CXX_STANDARD[ =\"']{1,4}|cxx_std[_=])(?:14|1[yz]|17|2[0-9abc])\b"
)
"""C++14 or later asked for: such files include the standard library's templates."""
_STANDARD = re.compile(r"std=(?:c|gnu)\+\+\d|CXX_STANDARD[ =\"']{1,4}\d|cxx_std[_=]\d")
_BUILD_FILES = ("setup.py", "pyproject.toml", "meson.build", "CMakeLists.txt")
_LONG = 1_000_000
_PARALLEL = re.compile(r"\bParallelCompile\b|\bcpu_count\b|parallel_compile")
_CMAKE_JOBS = re.compile(
    r"['\"](?:--parallel|-j|-G ?Ninja|Ninja)|CMAKE_BUILD_PARALLEL_LEVEL|skbuild"
)
"""What has CMake compile several files at once: skbuild does by itself."""
_CRATES_OF_A_PROJECT = 12
"""An sdist with more ``Cargo.toml`` than this brings the crates it depends on."""
_CONFIGURE = ("configure", "configure.ac")


@dataclass(frozen=True, slots=True)
class Sources:
    """The compiled files of one kind: how many, their bytes, the largest, bytes of huge files."""

    files: int = 0
    bytes: int = 0
    largest: int = 0
    beyond: int = 0
    """Bytes of plain C files beyond their first 300 kB; part of `bytes`."""


@dataclass(frozen=True, slots=True)
class PublishedWheel:
    """What was compiled in a Linux wheel of the release, vendored libraries left out.

    `extension_bytes` are its extension modules and own shared libraries, `largest` the biggest of
    them; `other_bytes` everything else that is not vendored.
    """

    extensions: int
    extension_bytes: int
    largest: int
    other_bytes: int


@dataclass(frozen=True, slots=True)
class BuildFeatures:
    """The features of one source build.

    `compiles` is false where reading says that this build makes a pure wheel. `backend` is the
    kind of the build backend (`SdistFacts.kind`), ``native`` too where a setup script leaves
    compiling to CMake. `header_bytes` are the headers among the sources, `cython_include_bytes` the
    `.pxi` files; `configures` says that a bundled library has a ``configure`` script, `cffi` that
    cffi writes C. `python_bytes` are the package's modules.
    `strips` says that the setup script leaves debug information out (``-g0``), `ships_stripped`
    that the project publishes its wheels without (``[tool.cibuildwheel]``). `fetches_crates`: it
    is Rust, and what it depends on is fetched and compiled too, but not part of the sdist.
    `parallel`: it compiles several files at once. `modern_cpp`: it asks for C++14 or later, or
    for a binding library that does.
    """

    compiles: bool
    backend: str
    sources: Mapping[SourceKind, Sources] = field(default_factory=dict)
    header_bytes: int = 0
    cython_include_bytes: int = 0
    configures: bool = False
    cffi: bool = False
    python_bytes: int = 0
    strips: bool = False
    ships_stripped: bool = False
    fetches_crates: bool = False
    parallel: bool = False
    modern_cpp: bool = False
    wheel: PublishedWheel | None = None

    def of(self, kind: SourceKind) -> Sources:
        """The sources of one kind, possibly none."""
        return self.sources.get(kind, Sources())

    @property
    def native_bytes(self) -> int:
        """Bytes of all files that are compiled."""
        return sum(source.bytes for source in self.sources.values())


def read_features(
    facts: SdistFacts, contents: SdistContents, wheel: ArchiveListing | None = None
) -> BuildFeatures:
    """Features of building an sdist; `wheel` lists a Linux wheel of the same release.

    `contents` are the sdist's, with the texts that `builds.sdist.wanted` accepts.
    """
    sizes, texts = contents.sizes, contents.texts
    compiles = _compiles(facts)
    backend = _backend(facts)
    files = compiled_files(facts, sizes, texts) if compiles else ()
    kinds = {file.kind for file in files}
    weights = _bytes_by_ending(sizes)
    return BuildFeatures(
        compiles=compiles,
        backend=backend,
        sources=_by_kind(files),
        header_bytes=sum(weights[ending] for ending in _HEADERS),
        cython_include_bytes=weights[".pxi"] if SourceKind.CYTHON in kinds else 0,
        configures=compiles and any(map(_is_configure, sizes)),
        cffi=compiles and any(text.lower().startswith("cffi") for text in facts.build_requires),
        python_bytes=weights[".py"],
        strips=_STRIPS.search(texts.get("setup.py", "")) is not None,
        ships_stripped=_PUBLISHES_STRIPPED.search(texts.get("pyproject.toml", "")) is not None,
        fetches_crates=compiles and _fetches_crates(facts, sizes),
        parallel=_is_parallel(facts, backend, texts),
        modern_cpp=SourceKind.BINDING in kinds or _is_modern(texts, backend),
        wheel=None if wheel is None else published(wheel),
    )


def _is_configure(path: str) -> bool:
    return path.endswith(_CONFIGURE) and posixpath.basename(path) in _CONFIGURE


def _compiles(facts: SdistFacts) -> bool:
    opinion = classify_sdist(facts)
    return opinion.verdict is not Verdict.SOURCE_PURE or opinion.optional_extensions


def _backend(facts: SdistFacts) -> str:
    """What compiles: setup scripts that leave all of it to CMake count as CMake's own backend.

    Those of scikit-build do, and those that list no source of any extension module beside a CMake
    project.
    """
    if facts.kind != "setuptools" or facts.script is None or not facts.has("cmake-project"):
        return facts.kind
    left = all(
        extension.made_by == "skbuild" or extension.sources == ()
        for extension in facts.script.extensions
    )
    return "native" if left else facts.kind


def _is_parallel(facts: SdistFacts, backend: str, texts: Mapping[str, str]) -> bool:
    """Whether several files are compiled at once; CMake's default is Make, which does not."""
    if facts.kind in {"meson", "native"}:
        return True
    if backend != "native":
        return _PARALLEL.search(texts.get("setup.py", "")) is not None
    scripts = (text for path, text in texts.items() if path.endswith(".py"))
    return any(map(_CMAKE_JOBS.search, scripts))


def _is_modern(texts: Mapping[str, str], backend: str) -> bool:
    """Whether C++ is compiled as C++14 or later.

    A CMake project that states no standard where it can be read gets the compiler's default,
    C++17 since GCC 11, or what one of its many other files sets.
    """
    files = [text[:_LONG] for path, text in texts.items() if path.endswith(_BUILD_FILES)]
    if any(map(_MODERN.search, files)):
        return True
    return backend == "native" and not any(map(_STANDARD.search, files))


def _fetches_crates(facts: SdistFacts, sizes: Mapping[str, int]) -> bool:
    tools = {"maturin", "setuptools-rust", "setuptools_rust"}
    rust = any(name in tools for name in (*facts.system.required_names, facts.system.backend))
    crates = sum(path.rpartition("/")[2] == "Cargo.toml" for path in sizes) if rust else 0
    return 0 < crates <= _CRATES_OF_A_PROJECT


def _bytes_by_ending(sizes: Mapping[str, int]) -> Counter[str]:
    """Bytes of headers and modules by suffix, tests and docs aside; a template is what it makes."""
    found: Counter[str] = Counter()
    for path, size in sizes.items():
        name = untemplated(path)
        ending = name[name.rfind(".") :]
        if ending in _WEIGHED and not is_aside(path):
            found[ending] += size
    return found


def _by_kind(files: Iterable[CompiledFile]) -> dict[SourceKind, Sources]:
    found: dict[SourceKind, Sources] = {}
    for file in files:
        known = found.get(file.kind, Sources())
        times = _DISPATCHED if ".dispatch." in posixpath.basename(file.path) else 1
        beyond = max(0, file.bytes - _HUGE) if file.kind is SourceKind.C else 0
        found[file.kind] = Sources(
            known.files + times,
            known.bytes + file.bytes * times,
            max(known.largest, file.bytes),
            known.beyond + beyond,
        )
    return found


def published(wheel: ArchiveListing) -> PublishedWheel:
    """What was compiled in a wheel, by its directory."""
    contents = wheel_contents(wheel)
    own = {*contents.extension_modules, *contents.libraries}
    brought = set(contents.vendored_libraries)
    compiled = [member.size for member in wheel.members if member.path in own]
    other = [m.size for m in wheel.members if m.path not in own and m.path not in brought]
    return PublishedWheel(len(compiled), sum(compiled), max(compiled, default=0), sum(other))
