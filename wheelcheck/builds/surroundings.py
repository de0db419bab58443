"""Does an sdist go with what it meets: the Python of the target, the tools of its build?

Most source builds fail because the sdist is older than its surroundings. Each function here holds
one kind of evidence in the sdist against them, and reports what it finds as obstacles.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace
from packaging.version import Version

from wheelcheck.builds.obstacles.compiling.bundled_pybind11 import bundled_pybind11
from wheelcheck.builds.obstacles.compiling.compiled_files import compiled_files
from wheelcheck.builds.obstacles.compiling.cython_output import (
    certainly_translated,
    translated_in_build,
)
from wheelcheck.builds.obstacles.compiling.described_breaks import described_breaks
from wheelcheck.builds.obstacles.compiling.free_threading import limited_api
from wheelcheck.builds.obstacles.compiling.library_errors import library_errors, lost_names
from wheelcheck.builds.obstacles.compiling.missing_headers import (
    compilable,
    missing_headers,
    missing_in_cffi,
)
from wheelcheck.builds.obstacles.compiling.missing_sources import missing_sources, no_sources
from wheelcheck.builds.obstacles.compiling.refused_options import other_pythons, refused_options
from wheelcheck.builds.obstacles.compiling.source_breaks import source_breaks
from wheelcheck.builds.obstacles.compiling.undeclared_names import (
    undeclared_functions,
    undeclared_names,
)
from wheelcheck.builds.obstacles.described_modules import described_modules
from wheelcheck.builds.obstacles.missing_folders import missing_folders, missing_project
from wheelcheck.builds.obstacles.newer_tools.cmake_python import REMOVES_MODULES, refused_python
from wheelcheck.builds.obstacles.newer_tools.new_standard import new_standard
from wheelcheck.builds.obstacles.newer_tools.old_cargo import old_cargo
from wheelcheck.builds.obstacles.newer_tools.old_cmake import (
    REFUSES_OLD,
    missing_numpy,
    old_minimums,
)
from wheelcheck.builds.obstacles.newer_tools.old_cython import old_cython
from wheelcheck.builds.obstacles.newer_tools.old_numpy_code import old_numpy_code
from wheelcheck.builds.obstacles.newer_tools.old_pyo3 import old_pyo3
from wheelcheck.builds.obstacles.newer_tools.old_standard import old_standard
from wheelcheck.builds.obstacles.obstacle import BuildObstacle, without_doubts
from wheelcheck.builds.obstacles.own_backend import own_backend_obstacles
from wheelcheck.builds.obstacles.setup_run.sdist_modules import script_texts
from wheelcheck.builds.plan import Build
from wheelcheck.builds.refused_metadata import refused_metadata
from wheelcheck.builds.script_stops import script_stops
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.own_backend import own_backend_files
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.distributions.distribution import (
    default_version,
    distribution_of,
    known_distribution,
    versions_on_offer,
)
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table
from wheelcheck.targets import Target
from wheelcheck.targets.target import Implementation

__all__ = ["python_clashes", "system_clashes"]


def python_clashes(build: Build, target: Target, *, isolated: bool) -> tuple[BuildObstacle, ...]:
    """What of the sdist does not go with the Python and the build environment of a target.

    It is the same on every system. Where the build is not `isolated`, what is installed beside it
    is not known.
    """
    facts = build.reading.facts
    if isinstance(facts, Unknown):
        return ()
    return (
        *_not_buildable(build.reading),
        *script_stops(build, facts, target, isolated=isolated),
        *_backend(build, facts, target),
        *_metadata(build, facts),
        *_bindings(build, facts, target),
    )


def system_clashes(build: Build, target: Target) -> tuple[BuildObstacle, ...]:
    """What the tools of a build on a target refuse of the sdist: GCC, CMake, Cython, cargo."""
    facts = build.reading.facts
    if isinstance(facts, Unknown):
        return ()
    found = (
        *_sources(build, facts, target),
        *_cmake(build, facts, target),
        *_cython(build, facts, target),
        *_pyo3(build, facts, target),
    )
    if not facts.has("build-hook-optional"):
        return found
    return tuple(replace(each, fatal=False, may_be_left_out=True) for each in found)


def _not_buildable(reading: SdistReading) -> tuple[BuildObstacle, ...]:
    """An sdist that no installer takes for a project."""

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown) or not contents.paths or contents.holds_links:
            return ()
        if not contents.paths.isdisjoint({"setup.py", "pyproject.toml"}):
            return ()
        message = "the sdist has neither setup.py nor pyproject.toml: installers refuse it"
        return (BuildObstacle("no-build-files", message, "PEP 517", fatal=True),)

    if not reading.is_whole:
        return ()
    return reading.derive("no build files", tuple[BuildObstacle, ...], compute)


def _sources(build: Build, facts: SdistFacts, target: Target) -> tuple[BuildObstacle, ...]:
    """C and C++ that the Python of the target does not compile."""
    major, minor = target.python
    if major != 3 or target.implementation is not Implementation.CPYTHON:  # noqa: PLR2004
        return ()
    reading = build.reading
    cythonizes = any(pin.name == "cython" for pin in build.environment.pins)
    known = known_distribution(target)
    free = target.free_threaded
    named = str(known or "")
    gcc = default_version("gcc", target)
    installed = {str(pin.name): pin.version for pin in build.environment.pins}
    numpy = build.environment.version_of("numpy")
    complete = build.environment.is_complete and gcc is not None
    pins = installed if complete else None
    has_cython = cythonizes if cythonizes or complete else None

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        named_files = compiled_files(facts, contents, cythonizes=cythonizes)
        files = compilable(named_files, contents, installed, complete=complete)
        own = (contents.texts[path] for path in own_backend_files(facts.system, contents.texts))
        script = "\n".join((*script_texts(contents.texts), *own))
        found = (
            *no_sources(facts, contents),
            *(
                missing_sources(facts, contents, script, cythonizes=has_cython)
                if reading.is_whole
                else ()
            ),
            *refused_options(facts.declaring, script),
            *other_pythons(facts.declaring, minor),
            *source_breaks(files, contents, minor, gcc, free_threaded=free),
            *missing_headers(
                files.certain,
                contents,
                installed,
                script=script,
                complete=complete,
                translated=certainly_translated(facts, contents) if cythonizes else (),
                python=f"3.{minor}",
                perhaps=files.perhaps,
            ),
            *missing_in_cffi(contents, installed, complete=complete),
            *undeclared_names(files.certain, contents, gcc, sure=True),
            *undeclared_names(files.perhaps, contents, gcc, sure=False),
            *old_numpy_code(files, contents, numpy, gcc),
            *(limited_api(files.certain, contents, minor) if free else ()),
            *library_errors(files, contents, known),
            *lost_names(files, contents, known, gcc),
            *old_standard(files.certain, contents, named),
            *new_standard(files, contents, gcc),
            *undeclared_functions(files.certain, contents, gcc, minor),
            *described_modules(contents, pins),
            *described_breaks(facts, contents, minor, gcc, numpy, pins, free_threaded=free),
        )
        return without_doubts(found)

    names = sorted(installed) if complete else None
    tools = f"gcc {gcc} of {named}, numpy {numpy}, cython {cythonizes}"
    key = f"sources on 3.{minor}{'t' * free} with {tools}, {names}, {reading.site}"
    return reading.derive(key, tuple[BuildObstacle, ...], compute)


def _backend(build: Build, facts: SdistFacts, target: Target) -> Iterator[BuildObstacle]:
    """A setuptools that the Python of the target cannot import."""
    version = build.environment.version_of("setuptools")
    if version is None or facts.kind != "setuptools":
        return
    for row in read_table("builds/obstacles/setuptools_pythons.csv"):
        since = tuple(map(int, row["python"].split(".")))
        if target.python >= since and Version(row["first"]) <= version <= Version(row["last"]):
            message = f"setuptools {version} does not run on Python {row['python']}: {row['error']}"
            source = "measured: wheelcheck/builds/obstacles/setuptools_pythons.csv"
            yield BuildObstacle("build-tool-too-old", message, source, fatal=True)
            return


def _metadata(build: Build, facts: SdistFacts) -> tuple[BuildObstacle, ...]:
    """What the backend refuses of the project's own metadata, and a backend that is no backend."""
    pins = sorted(f"{pin.name} {pin.version}" for pin in build.environment.pins)
    key = f"metadata with {pins} {build.reading.is_whole}"

    def compute() -> tuple[BuildObstacle, ...]:
        return (*refused_metadata(build, facts), *_own_backend(build.reading, facts))

    return build.reading.derive(key, tuple[BuildObstacle, ...], compute)


def _own_backend(reading: SdistReading, facts: SdistFacts) -> Iterator[BuildObstacle]:
    contents = reading.contents
    if isinstance(contents, SdistContents):
        complete = reading.is_whole and not contents.holds_links
        yield from own_backend_obstacles(facts.system, contents, complete=complete)


def _bindings(build: Build, facts: SdistFacts, target: Target) -> Iterator[BuildObstacle]:
    """A pybind11 whose headers the Python of the target does not compile."""
    python = f"{target.python[0]}.{target.python[1]}"
    for row in read_table("builds/obstacles/binding_tools.csv"):
        version = build.environment.version_of(row["project"])
        if version is None or row["python"] != python:
            continue
        if Version(row["first"]) <= version <= Version(row["last"]):
            message = (
                f"the headers of {row['project']} {version}, which the build requires, do not "
            )
            message += f"compile on CPython {python}: {row['error']}"
            source = "measured: wheelcheck/builds/obstacles/binding_tools.csv"
            yield BuildObstacle("build-tool-too-old", message, source, fatal=True)
            return
    if build.environment.version_of("pybind11") is None:
        reading = build.reading
        key = f"pybind11 on {python} {reading.site}"
        yield from reading.derive(
            key, tuple[BuildObstacle, ...], lambda: _bundled_bindings(reading, facts, python)
        )


def _bundled_bindings(
    reading: SdistReading, facts: SdistFacts, python: str
) -> tuple[BuildObstacle, ...]:
    contents = reading.contents
    if isinstance(contents, Unknown):
        return ()
    files = compiled_files(facts, contents, cythonizes=False)
    return bundled_pybind11(files.certain, contents, python)


def _cmake(build: Build, facts: SdistFacts, target: Target) -> tuple[BuildObstacle, ...]:
    """A CMake project that the CMake of the build refuses."""
    version = build.environment.version_of("cmake") or default_version("cmake", target)
    if version is None or not _runs_cmake(build, facts):
        return ()
    texts = build.reading.texts
    lacks = build.environment.is_complete and build.environment.version_of("numpy") is None
    refuses, removes = version >= REFUSES_OLD, version >= REMOVES_MODULES

    def compute() -> tuple[BuildObstacle, ...]:
        return (
            *(old_minimums(texts) if refuses else ()),
            *(missing_numpy(texts) if lacks else ()),
            *(_python_of_cmake(build.reading, target) if removes else ()),
            *_folders(build.reading, facts),
        )

    key = f"cmake {target.python} refuses {refuses}, removes {removes}, lacks numpy {lacks}"
    return build.reading.derive(key, tuple[BuildObstacle, ...], compute)


def _python_of_cmake(reading: SdistReading, target: Target) -> tuple[BuildObstacle, ...]:
    contents = reading.contents
    if isinstance(contents, Unknown):
        return ()
    return refused_python(contents.texts, frozenset(contents.paths), target.python)


def _folders(reading: SdistReading, facts: SdistFacts) -> tuple[BuildObstacle, ...]:
    contents = reading.contents
    if isinstance(contents, Unknown) or not reading.is_whole:
        return ()
    return (*missing_folders(facts, contents), *missing_project(facts, contents))


def _runs_cmake(build: Build, facts: SdistFacts) -> bool:
    if facts.system.backend.startswith(("scikit_build_core", "mesonpy", "py_build_cmake")):
        return not facts.system.backend.startswith("mesonpy")
    script = build.reading.texts.get("setup.py", "")
    return facts.kind == "setuptools" and ("cmake" in script or "skbuild" in script)


def _cython(build: Build, facts: SdistFacts, target: Target) -> tuple[BuildObstacle, ...]:
    """Cython sources that this Cython does not translate, or not to what compiles."""
    version = build.environment.version_of("cython")
    if version is None or facts.kind not in {"setuptools", "meson"}:
        return ()
    reading = build.reading

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        written = (
            translated_in_build(facts, contents, version, minor, free_threaded=free)
            if cpython
            else ()
        )
        refused = old_cython(facts, contents, version, installed, numpy, complete=complete)
        return (*refused, *written)

    cpython, minor = target.implementation is Implementation.CPYTHON, target.python[1]
    free = target.free_threaded
    installed = frozenset(str(pin.name) for pin in build.environment.pins)
    numpy = build.environment.version_of("numpy")
    python = f"{minor}{'t' * free} {cpython}"
    complete = build.environment.is_complete
    tools = f"{sorted(installed)} {complete} numpy {numpy}"
    key = f"cython {version} {tools} on {python} {reading.site}"
    return reading.derive(key, tuple[BuildObstacle, ...], compute)


def _pyo3(build: Build, facts: SdistFacts, target: Target) -> tuple[BuildObstacle, ...]:
    """A crate whose PyO3 refuses the Python of the target, or that cargo refuses."""
    uses_cargo = not facts.system.required_names.isdisjoint({"maturin", "setuptools-rust"})
    if not uses_cargo or target.implementation is not Implementation.CPYTHON:
        return ()
    free = target.free_threaded
    distribution = distribution_of(target)
    offered = () if isinstance(distribution, Unknown) else versions_on_offer("rust", distribution)
    rust = max(offered, default=None)
    if build.environment.version_of("puccinialin") is not None:
        rust = None  # it downloads the newest, and no cargo of the distribution is installed
    reading = build.reading

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        refused = old_pyo3(contents.texts, target.python, free_threaded=free)
        return (*refused, *old_cargo(contents.texts, contents.paths, rust, python))

    python = Version(target.python_full_version)
    key = f"crates on {python} {free} with rust {rust}"
    return reading.derive(key, tuple[BuildObstacle, ...], compute)
