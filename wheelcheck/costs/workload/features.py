"""The features of an sdist, and of a wheel of its release, that the cost is predicted from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.evidence.sibling_wheels import wheel_contents
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.costs.workload.cffi_declarations import declared_bytes
from wheelcheck.costs.workload.compiled import SIP, CompiledFile, compiled_files
from wheelcheck.costs.workload.installed import installed_bytes
from wheelcheck.costs.workload.made import RUNS_MAKE
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.units import TranslationUnit
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.index.interface import ArchiveListing

__all__ = ["BuildFeatures", "PublishedWheel", "Sources", "published", "read_features"]

_NEAR = 3
"""Statements of headers that count for each statement of the file that includes them."""
_DISPATCHED = 4
"""How often a file with ``.dispatch.`` in its name is compiled: once for every SIMD level."""
_STRIPS = re.compile(r"--strip-(?:all|debug)\b|-Wl,-s\b|['\" ]-g0\b")
_PUBLISHES_STRIPPED = re.compile(r"--strip\b|--strip-(?:all|debug)\b|-Wl,-s\b")
_WITH_DEBUG = re.compile(r"build-type *= *['\"](?:RelWithDebInfo|Debug)")
"""What has scikit-build-core compile with ``-g``, and not strip what it installs."""
_UNOPTIMISED = re.compile(r"""['"](?:-Dbuildtype=|--buildtype[= ])(?:plain|debug)['"]""")
"""Settings of meson-python, which asks for an optimised build otherwise."""
_PARALLEL = re.compile(r"\bParallelCompile\b|\bcpu_count\b|parallel_compile")
_CMAKE_JOBS = re.compile(
    r"['\"](?:--parallel|-j|-G ?Ninja|Ninja)|CMAKE_BUILD_PARALLEL_LEVEL|skbuild"
)
"""What has CMake compile several files at once: skbuild does by itself."""
_CRATES_OF_A_PROJECT = 12
"""An sdist with more ``Cargo.toml`` than this brings the crates it depends on."""
_CONFIGURE = ("configure", "configure.ac")
_RUNS_CONFIGURE = re.compile(r"[\"'/]configure\b(?!\.)|autoreconf|autogen\.sh|\bbootstrap\.sh")
_LOOKS_FOR_SYSTEM = re.compile(r"pkg[-_]?config")
_BUNDLED = re.compile(r"(^|/)(\w*libs?|lib\w+|vendor\w*|third_?party|3rdparty|extern\w*|bundled)/")


_NOTHING = TranslationUnit()


@dataclass(frozen=True, slots=True)
class Sources:
    """The compiled files of one kind, each with the sources that it includes.

    All but `files` are sums over what each file has its compiler read, so that what several files
    include counts for each. `near_code` are the statements of code in the sdist's own headers, as
    far as they are in proportion to the file that includes them: most of a large header stays
    unused.
    `standard` counts headers of the C++ standard library, `templates` files that include a
    library of templates such as Boost or Eigen; `views` and `numpy` those of Cython with
    memoryviews and with NumPy's declarations. `heaviest` is the one file that needs most memory.
    """

    files: int = 0
    bytes: int = 0
    statements: int = 0
    header_bytes: int = 0
    header_statements: int = 0
    header_code: int = 0
    near_code: int = 0
    standard: int = 0
    templates: int = 0
    views: int = 0
    numpy: int = 0
    heaviest: TranslationUnit = _NOTHING

    def plus(self, other: Sources) -> Sources:
        """Both together."""
        heaviest = max(self.heaviest, other.heaviest, key=lambda each: (each.weight, each.bytes))
        sums = {
            item.name: getattr(self, item.name) + getattr(other, item.name)
            for item in fields(self)
            if item.name != "heaviest"
        }
        return Sources(**sums, heaviest=heaviest)

    def less(self, other: Sources) -> Sources:
        """These without others among them; the heaviest file is taken to stay."""
        left = {
            item.name: max(0, getattr(self, item.name) - getattr(other, item.name))
            for item in fields(self)
            if item.name != "heaviest"
        }
        return Sources(**left, heaviest=self.heaviest if left["files"] else _NOTHING)


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

    `compiles` is false where the verdict says that this build makes a pure wheel. `backend` is the
    kind of the build backend (`SdistFacts.kind`), ``native`` too where a setup script leaves
    compiling to CMake. `unlisted` are sources that no extension module of a setup script
    or target lists: a custom command may add them. `configures` says that a bundled library has a
    ``configure`` script, `cffi` that cffi writes C, from so many `cffi_bytes` of declarations,
    `nanobind` that nanobind's own sources are
    compiled along. `python_bytes` are the package's modules, `installed_bytes` all that a wheel
    would hold beside what is compiled.
    `strips` says that the setup script leaves debug information out (``-g0``), `ships_stripped`
    that the project publishes its wheels without (``[tool.cibuildwheel]``), `debug` that its
    settings have CMake leave it in. `fetches_crates`: it
    is Rust, and what it depends on is fetched and compiled too, but not part of the sdist.
    `optimised`: compilers optimise, which takes most of their time.
    `parallel`: it compiles several files at once. `replaceable` are those of the sources that a
    library of the system takes the place of where the build finds it, `optional` says that the
    build goes on without its extension modules where these do not compile. `configured_files` are
    the C files of libraries that the build has ``configure`` and ``make`` compile.
    """

    compiles: bool
    backend: str
    sources: Mapping[SourceKind, Sources] = field(default_factory=dict)
    unlisted: Mapping[SourceKind, Sources] = field(default_factory=dict)
    replaceable: Mapping[SourceKind, Sources] = field(default_factory=dict)
    configures: bool = False
    configured_files: int = 0
    optional: bool = False
    cffi: bool = False
    cffi_bytes: int = 0
    nanobind: bool = False
    debug: bool = False
    python_bytes: int = 0
    installed_bytes: int = 0
    strips: bool = False
    ships_stripped: bool = False
    fetches_crates: bool = False
    optimised: bool = True
    parallel: bool = False
    wheel: PublishedWheel | None = None

    def of(self, kind: SourceKind) -> Sources:
        """The sources of one kind, possibly none."""
        return self.sources.get(kind, Sources())

    def with_unlisted(self) -> BuildFeatures:
        """The same where a custom command compiles all that is there."""
        kinds = self.sources.keys() | self.unlisted.keys()
        merged = {
            kind: self.of(kind).plus(self.unlisted.get(kind, Sources())) for kind in sorted(kinds)
        }
        return replace(self, sources=merged, unlisted={})

    def with_system_library(self) -> BuildFeatures:
        """The same where a library of the system takes the place of the bundled sources."""
        left = {kind: self.of(kind).less(gone) for kind, gone in self.replaceable.items()}
        return replace(self, sources={**self.sources, **left}, replaceable={})

    def without_extensions(self) -> BuildFeatures:
        """The same where the extension modules do not compile and are left out."""
        return replace(self, compiles=False, optional=False)

    @property
    def compiled_files(self) -> int:
        """How many files are compiled: what can run at once."""
        return sum(source.files for source in self.sources.values())

    @property
    def statements(self) -> int:
        """Statements of all files that are compiled."""
        return sum(source.statements for source in self.sources.values())

    @property
    def native_bytes(self) -> int:
        """Bytes of all files that are compiled."""
        return sum(source.bytes for source in self.sources.values())


def read_features(
    facts: SdistFacts,
    contents: SdistContents,
    wheel: ArchiveListing | None = None,
    classification: Classification | None = None,
) -> BuildFeatures:
    """Features of building an sdist; `wheel` lists a Linux wheel of the same release.

    `contents` are the sdist's, with the texts that `builds.sdist.wanted` accepts.
    `classification` is the verdict on the build, which wheels of the release may decide; without
    it the sdist's own files do.
    """
    sizes, texts = contents.sizes, contents.texts
    verdict = classify_sdist(facts) if classification is None else classification
    compiles = verdict.verdict is not Verdict.SOURCE_PURE or verdict.optional_extensions
    backend = _backend(facts)
    none: tuple[CompiledFile, ...] = ()
    files, unlisted = (
        compiled_files(facts, sizes, texts, contents.marks) if compiles else (none, none)
    )
    configured, made = _configured(sizes, texts) if compiles else ((), ())
    return BuildFeatures(
        compiles=compiles,
        backend=backend,
        sources=_by_kind(files),
        unlisted=_by_kind(unlisted) if facts.kind == "setuptools" or backend == "native" else {},
        replaceable=_by_kind(_replaceable(files, texts)),
        configures=bool(configured),
        configured_files=sum(
            file.kind is SourceKind.C and file.path.startswith(made) for file in files
        ),
        optional=verdict.optional_extensions,
        cffi=compiles and any(text.lower().startswith("cffi") for text in facts.build_requires),
        cffi_bytes=declared_bytes(sizes, texts) if compiles else 0,
        nanobind=compiles and "nanobind" in facts.system.required_names,
        python_bytes=_python_bytes(sizes),
        installed_bytes=installed_bytes(sizes, texts, facts.kind),
        strips=_STRIPS.search(texts.get("setup.py", "")) is not None,
        debug=backend == "native"
        and _WITH_DEBUG.search(texts.get("pyproject.toml", "")) is not None,
        ships_stripped=_PUBLISHES_STRIPPED.search(texts.get("pyproject.toml", "")) is not None,
        fetches_crates=compiles and _fetches_crates(facts, sizes),
        optimised=_optimises(facts, backend, texts),
        parallel=_is_parallel(facts, backend, texts),
        wheel=None if wheel is None else published(wheel),
    )


def _optimises(facts: SdistFacts, backend: str, texts: Mapping[str, str]) -> bool:
    """Whether compilers optimise, by the settings or the options of every extension module."""
    if backend == "meson":
        return not _UNOPTIMISED.search(texts.get("pyproject.toml", ""))
    scripts = (*([facts.script] if facts.script else []), *facts.build_scripts)
    levels = [
        [option for option in module.options if option.startswith("-O")][-1:]
        for script in scripts
        for module in script.extensions
    ]
    return not levels or any(level != ["-O0"] for level in levels)


def _configured(
    sizes: Mapping[str, int], texts: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders of bundled libraries that a build script configures, and those that it makes.

    Many sdists ship the ``configure`` of a library whose sources they compile themselves, and some
    run it for its headers alone.
    """
    scripts = [text for path, text in texts.items() if path.endswith(".py") and not is_aside(path)]
    if not any(map(_RUNS_CONFIGURE.search, scripts)):
        return (), ()
    folders = tuple(
        path[: path.rindex("/") + 1] if "/" in path else ""
        for path in sizes
        if path.endswith(_CONFIGURE) and posixpath.basename(path) in _CONFIGURE
    )
    return folders, folders if any(map(RUNS_MAKE.search, scripts)) else ()


def _replaceable(files: Iterable[CompiledFile], texts: Mapping[str, str]) -> Iterator[CompiledFile]:
    """Compiled files of bundled libraries, where the setup script looks for the system's first."""
    if _LOOKS_FOR_SYSTEM.search(texts.get("setup.py", "")):
        for file in files:
            if _BUNDLED.search(file.path.lower()):
                yield file


def _backend(facts: SdistFacts) -> str:
    """What compiles: setup scripts that leave all of it to CMake count as CMake's own backend."""
    return "native" if facts.leaves_all_to_cmake else facts.kind


def _is_parallel(facts: SdistFacts, backend: str, texts: Mapping[str, str]) -> bool:
    """Whether several files are compiled at once; CMake's default is Make, which does not.

    SIP's is Make too.
    """
    if facts.kind in {"meson", "native"}:
        return not facts.system.backend.startswith(SIP)
    if backend != "native":
        return _PARALLEL.search(texts.get("setup.py", "")) is not None
    scripts = (text for path, text in texts.items() if path.endswith(".py"))
    return any(map(_CMAKE_JOBS.search, scripts))


def _fetches_crates(facts: SdistFacts, sizes: Mapping[str, int]) -> bool:
    tools = {"maturin", "setuptools-rust", "setuptools_rust"}
    rust = any(name in tools for name in (*facts.system.required_names, facts.system.backend))
    crates = sum(path.rpartition("/")[2] == "Cargo.toml" for path in sizes) if rust else 0
    return 0 < crates <= _CRATES_OF_A_PROJECT


def _python_bytes(sizes: Mapping[str, int]) -> int:
    """Bytes of Python modules, tests and docs aside."""
    return sum(size for path, size in sizes.items() if path.endswith(".py") and not is_aside(path))


def _by_kind(files: Iterable[CompiledFile]) -> dict[SourceKind, Sources]:
    found: dict[SourceKind, Sources] = {}
    for file in files:
        unit = file.unit
        times = file.times * (_DISPATCHED if ".dispatch." in posixpath.basename(file.path) else 1)
        near = min(unit.header_code, _NEAR * unit.statements)
        own = Sources(
            files=times,
            bytes=unit.bytes * times,
            statements=unit.statements * times,
            header_bytes=unit.header_bytes * times,
            header_statements=unit.header_statements * times,
            header_code=unit.header_code * times,
            near_code=near * times,
            standard=unit.standard * times,
            templates=unit.templates * times,
            views=unit.views * times,
            numpy=unit.numpy * times,
            heaviest=unit,
        )
        found[file.kind] = found.get(file.kind, Sources()).plus(own)
    return found


def published(wheel: ArchiveListing) -> PublishedWheel:
    """What was compiled in a wheel, by its directory."""
    contents = wheel_contents(wheel)
    own = {*contents.extension_modules, *contents.libraries}
    brought = set(contents.vendored_libraries)
    compiled = [member.size for member in wheel.members if member.path in own]
    other = [m.size for m in wheel.members if m.path not in own and m.path not in brought]
    return PublishedWheel(len(compiled), sum(compiled), max(compiled, default=0), sum(other))
