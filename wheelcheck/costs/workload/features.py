"""The features of an sdist, and of a wheel of its release, that the cost is predicted from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.evidence.sibling_wheels import wheel_contents
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.costs.workload.cffi_declarations import declared_bytes
from wheelcheck.costs.workload.compiled import SIP, CompiledFile, compiled_files, has_cython
from wheelcheck.costs.workload.debug_information import debugs, publishes_stripped, strips
from wheelcheck.costs.workload.hidden_work import hidden_work
from wheelcheck.costs.workload.installed import installed
from wheelcheck.costs.workload.made import archived_bytes, configured_folders
from wheelcheck.costs.workload.mypyc import compiled_by_mypyc, python_file
from wheelcheck.costs.workload.script_imports import has_scm, slow_imports
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.sources import Sources, sources_by_kind
from wheelcheck.costs.workload.translators import (
    fortran_wrappers,
    java_bytes,
    message_bytes,
    pythran_modules,
)
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.index.interface import ArchiveListing
from wheelcheck.requirements.projects.project_modules import backend_module

__all__ = ["BuildFeatures", "PublishedWheel", "Sources", "published", "read_features"]

_UNOPTIMISED = re.compile(r"""['"](?:-Dbuildtype=|--buildtype[= ])(?:plain|debug)['"]""")
"""Settings of meson-python, which asks for an optimised build otherwise."""
_PARALLEL = re.compile(r"\bParallelCompile\b|\bcpu_count\b|parallel_compile")
_CMAKE_JOBS = re.compile(
    r"['\"](?:--parallel|-j|-G ?Ninja|Ninja)|CMAKE_BUILD_PARALLEL_LEVEL|skbuild"
)
"""What has CMake compile several files at once: skbuild does by itself."""
_CRATES_OF_A_PROJECT = 12
"""An sdist with more ``Cargo.toml`` than this brings the crates it depends on."""
_PLAIN = re.compile(r"^(?!.*\.dist-info/)(?:.*/)?[a-z][\w+-]*$")
_PROGRAM = 30_000
"""Bytes of a file with a `_PLAIN` name, at least, that is a program and no text."""
_USUAL_CONFIGURE = 500_000
"""Bytes of a script that Autoconf has yet to write: of bundled libraries' in the median."""
_LOOKS_FOR_SYSTEM = re.compile(r"pkg[-_]?config")
_BUNDLED = re.compile(r"(^|/)(\w*libs?|lib\w+|vendor\w*|third_?party|3rdparty|extern\w*|bundled)/")


_NO_SOURCES = Sources()


class PublishedWheel(Struct, frozen=True):
    """What was compiled in a Linux wheel of the release, vendored libraries left out.

    `extension_bytes` are its extension modules and own shared libraries, `largest` the biggest of
    them; `other_bytes` everything else that is not vendored.
    """

    extensions: int
    extension_bytes: int
    largest: int
    other_bytes: int


class BuildFeatures(Struct, frozen=True):
    """The features of one source build.

    `compiles` is false where the verdict says that this build makes a pure wheel. `backend` is the
    kind of the build backend (`SdistFacts.kind`), ``native`` too where a setup script leaves
    compiling to CMake. `unlisted` are sources that no extension module of a setup script
    or target lists: a custom command may add them. `configure_bytes` are those of the
    ``configure`` scripts of bundled libraries that are run, `writes_configure` says that Autoconf
    writes one first, `cffi` that cffi writes C, from so many `cffi_bytes` of declarations,
    `nanobind` that nanobind's own sources are compiled along. `packer` is the top module of the
    backend that packs the wheel, `installed_files` and `installed_bytes` what the wheel would hold
    beside what is compiled, `largest_installed` the bytes of the largest of these files.
    `translated` counts the Cython sources that are written as C again beside the C that is shipped.
    `wrapped_fortran` counts the modules that F2PY writes, `pythran` those that Pythran does,
    `message_bytes` are those of translations that gettext compiles, `java_bytes` those of sources
    that ``javac`` does, `archived_bytes` those of archives of sources that scripts unpack and make,
    `slow_imports` counts the modules that the setup script imports and that
    take long (`script_imports`); setuptools_scm (`scm`) does, too.
    `hidden` names the evidence that the build does what the sdist does not show (`hidden_work`).
    `strips` says that the build leaves debug information out, by an option (``-g0``), by pybind11's
    kind of extension module or because what compiles has no flags of Python's, `ships_stripped`
    that the project publishes its wheels without (``[tool.cibuildwheel]``), `debug` that its
    settings have CMake leave it in. `fetches_crates`: it is Rust, and what it depends on is fetched
    and compiled too, but not part of the sdist.
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
    configure_bytes: int = 0
    writes_configure: bool = False
    configured_files: int = 0
    optional: bool = False
    cffi: bool = False
    cffi_bytes: int = 0
    nanobind: bool = False
    debug: bool = False
    packer: str = ""
    installed_files: int = 0
    installed_bytes: int = 0
    largest_installed: int = 0
    translated: int = 0
    translated_statements: int = 0
    wrapped_fortran: int = 0
    pythran: int = 0
    message_bytes: int = 0
    java_bytes: int = 0
    archived_bytes: int = 0
    slow_imports: int = 0
    scm: bool = False
    hidden: tuple[str, ...] = ()
    strips: bool = False
    ships_stripped: bool = False
    fetches_crates: bool = False
    optimised: bool = True
    parallel: bool = False
    wheel: PublishedWheel | None = None

    def of(self, kind: SourceKind) -> Sources:
        """The sources of one kind, possibly none."""
        return self.sources.get(kind, _NO_SOURCES)

    def with_unlisted(self) -> BuildFeatures:
        """The same where a custom command compiles all that is there."""
        kinds = self.sources.keys() | self.unlisted.keys()
        merged = {
            kind: self.of(kind).plus(self.unlisted.get(kind, _NO_SOURCES)) for kind in sorted(kinds)
        }
        return replace(self, sources=merged, unlisted={})

    def with_system_library(self) -> BuildFeatures:
        """The same where a library of the system takes the place of the bundled sources."""
        left = {kind: self.of(kind).less(gone) for kind, gone in self.replaceable.items()}
        wheel = self.wheel and replace(self.wheel, extension_bytes=0)  # it holds the library
        return replace(
            self,
            wheel=wheel,
            sources={**self.sources, **left},
            replaceable={},
            configure_bytes=0,
            writes_configure=False,
            configured_files=0,
        )

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
    project = texts.get("pyproject.toml", "")
    verdict = classify_sdist(facts) if classification is None else classification
    compiles = verdict.verdict is not Verdict.SOURCE_PURE or verdict.optional_extensions
    backend = _backend(facts)
    none: tuple[CompiledFile, ...] = ()
    files, unlisted = (
        compiled_files(facts, sizes, texts, contents.marks) if compiles else (none, none)
    )
    by_mypyc = compiled_by_mypyc(facts, sizes, texts) if compiles else set[str]()
    files = (
        *(file for file in files if file.path not in by_mypyc),
        *(python_file(path, sizes[path]) for path in sorted(by_mypyc)),
    )
    configured, made = configured_folders(sizes, texts) if compiles else ((), ())
    scripts = [sizes.get(f"{folder}configure", 0) for folder in configured]
    translated = _translated(facts, contents, files)
    files_installed, bytes_installed, largest_installed = installed(sizes, texts, facts.kind)
    return BuildFeatures(
        compiles=compiles,
        backend=backend,
        sources=sources_by_kind(files),
        unlisted=sources_by_kind(
            unlisted if facts.kind == "setuptools" or backend == "native" else ()
        ),
        replaceable=sources_by_kind(_replaceable(files, texts)),
        configure_bytes=sum(size or _USUAL_CONFIGURE for size in scripts),
        writes_configure=0 in scripts,
        configured_files=sum(
            file.kind is SourceKind.C and file.path.startswith(made) for file in files
        ),
        optional=verdict.optional_extensions,
        scm=has_scm(facts),
        cffi=compiles and any(text.lower().startswith("cffi") for text in facts.build_requires),
        cffi_bytes=declared_bytes(sizes, texts) if compiles else 0,
        nanobind=compiles and "nanobind" in facts.system.required_names,
        packer=_packer(facts),
        installed_files=files_installed,
        installed_bytes=bytes_installed,
        largest_installed=largest_installed,
        translated=len(translated),
        translated_statements=sum(
            contents.marks[path].statements for path in translated if path in contents.marks
        ),
        wrapped_fortran=fortran_wrappers(facts, sizes, texts) if compiles else 0,
        pythran=pythran_modules(facts, texts) if compiles else 0,
        message_bytes=message_bytes(facts, sizes, texts),
        java_bytes=java_bytes(facts, sizes, texts),
        archived_bytes=archived_bytes(facts, sizes, texts) if compiles else 0,
        slow_imports=slow_imports(facts, texts),
        hidden=hidden_work(facts, sizes, texts, compiles=compiles),
        strips=strips(facts, texts, files),
        debug=backend == "native" and debugs(project),
        ships_stripped=publishes_stripped(project),
        fetches_crates=compiles and _fetches_crates(facts, sizes),
        optimised=_optimises(facts, backend, texts),
        parallel=_is_parallel(facts, backend, texts),
        wheel=None if wheel is None else published(wheel),
    )


def _optimises(facts: SdistFacts, backend: str, texts: Mapping[str, str]) -> bool:
    """Whether compilers optimise, by the settings or the options of every extension module."""
    if backend == "meson":
        return not _UNOPTIMISED.search(texts.get("pyproject.toml", ""))
    levels = [
        [option for option in module.options if option.startswith("-O")][-1:]
        for module in facts.extensions
    ]
    return not levels or any(level != ["-O0"] for level in levels)


def _replaceable(files: Iterable[CompiledFile], texts: Mapping[str, str]) -> Iterator[CompiledFile]:
    """Compiled files of bundled libraries, where a script of the root looks for the system's."""
    scripts = (text for path, text in texts.items() if path.endswith(".py") and "/" not in path)
    if any(map(_LOOKS_FOR_SYSTEM.search, scripts)):
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


def _packer(facts: SdistFacts) -> str:
    """The backend that packs the wheel; backends of an sdist's own mostly lead to setuptools."""
    return "setuptools" if facts.kind == "setuptools" else backend_module(facts.system.backend)


def _translated(
    facts: SdistFacts,
    contents: SdistContents,
    files: Iterable[CompiledFile],
) -> tuple[str, ...]:
    """Cython sources beside which the C that is compiled is shipped, where Cython is there.

    `cythonize` writes that C again where a file that the source draws on is younger, and those of
    Cython and NumPy are as young as the build environment.
    """
    if not has_cython(facts, contents.texts):
        return ()
    written = (file.path for file in files if file.kind is SourceKind.GENERATED_C)
    beside = (posixpath.splitext(path)[0] + ".pyx" for path in written)
    return tuple(path for path in beside if path in contents.sizes)


def published(wheel: ArchiveListing) -> PublishedWheel:
    """What was compiled in a wheel, by its directory: programs where it has no modules."""
    contents = wheel_contents(wheel)
    own = {*contents.extension_modules, *contents.libraries}
    own = own or {m.path for m in wheel.members if m.size > _PROGRAM and _PLAIN.search(m.path)}
    brought = set(contents.vendored_libraries)
    compiled = [member.size for member in wheel.members if member.path in own]
    other = [m.size for m in wheel.members if m.path not in own and m.path not in brought]
    return PublishedWheel(len(compiled), sum(compiled), max(compiled, default=0), sum(other))
