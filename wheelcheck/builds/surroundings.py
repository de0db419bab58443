"""Does an sdist go with what it meets: the Python of the target, the tools of its build?

Most source builds fail because the sdist is older than its surroundings. Each function here holds
one kind of evidence in the sdist against them, and reports what it finds as obstacles.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from packaging.version import Version

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.missing_headers import missing_headers
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.old_cargo import old_cargo
from wheelcheck.builds.obstacles.old_cmake import REFUSES_OLD, old_minimums
from wheelcheck.builds.obstacles.old_cython import old_cython
from wheelcheck.builds.obstacles.old_pyo3 import old_pyo3
from wheelcheck.builds.obstacles.own_backend import own_backend_obstacles
from wheelcheck.builds.obstacles.setup_run.certain_run import certain_stop
from wheelcheck.builds.obstacles.setup_run.sdist_modules import script_texts
from wheelcheck.builds.obstacles.setup_run.stop import Stop
from wheelcheck.builds.obstacles.source_breaks import compiled_files, source_breaks
from wheelcheck.builds.obstacles.undeclared_names import undeclared_names
from wheelcheck.builds.plan import Build
from wheelcheck.builds.refused_metadata import refused_metadata
from wheelcheck.builds.sdist.build_system import LEGACY_BACKEND
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.distributions.distribution import distribution_of, versions_on_offer
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table
from wheelcheck.targets import Target
from wheelcheck.targets.target import Implementation

__all__ = ["clashes"]

_REFUSES_2TO3 = Version("58")
_WITHOUT_DEPENDENCIES = frozenset({"setuptools", "wheel"})


def clashes(build: Build, target: Target, *, isolated: bool) -> tuple[BuildObstacle, ...]:
    """What of the sdist does not go with the Python and the build environment of a target.

    Where the build is not `isolated`, what is installed beside it is not known.
    """
    facts = build.reading.facts
    if isinstance(facts, Unknown):
        return ()
    return (
        *_script(build, facts, target, isolated=isolated),
        *_backend(build, facts, target),
        *_metadata(build, facts),
        *_bindings(build, target),
        *_sources(build, facts, target),
        *_cmake(build, facts, target),
        *_cython(build, facts),
        *_pyo3(build, facts, target),
    )


def _script(
    build: Build, facts: SdistFacts, target: Target, *, isolated: bool
) -> Iterator[BuildObstacle]:
    """A setup script that stops before it calls `setup()`."""
    if facts.kind != "setuptools":
        return
    *before, last = _environments(build, facts, target, isolated=isolated)
    for finds in (*before, last):
        first = finds is not last
        found = tuple(_stops(build, facts, finds, isolated=isolated, first=first))
        yield from found
        if found:
            return


def _stops(
    build: Build, facts: SdistFacts, finds: Importable, *, isolated: bool, first: bool
) -> Iterator[BuildObstacle]:
    versions = sorted((name, str(version)) for name, version in finds.versions.items())
    beside = not isolated or facts.system.backend == LEGACY_BACKEND
    how = (finds.complete, beside, first, build.reading.site)
    key = f"run on {finds.python} with {versions}, {how}"
    script = facts.script
    compiles = script is not None and any(not e.supposing for e in script.extensions)
    compute = partial(_stop, build.reading, finds, beside=beside, compiles=compiles, first=first)
    for stop in build.reading.derive(key, tuple[Stop, ...], compute):
        message = f"setup.py stops at {stop.place}: {stop.why}"
        yield BuildObstacle("setup-script-stops", message, stop.place, fatal=True)


def _environments(
    build: Build, facts: SdistFacts, target: Target, *, isolated: bool
) -> Iterator[Importable]:
    """What a setup script can import in each of its runs.

    In the first run, which gives its `setup_requires`, these are not installed (`build_meta` of
    setuptools). What else is not installed then is known where setuptools alone is required.
    """
    finds = _importable(build, target, isolated=isolated)
    added = facts.script is not None and facts.script.setup_requires
    required = facts.system.required_names
    if isolated and added and finds.complete and required <= _WITHOUT_DEPENDENCIES:
        least = {name: finds.versions[name] for name in required if name in finds.versions}
        yield Importable(target.python, least, complete="setuptools" in least)
    yield finds


def _importable(build: Build, target: Target, *, isolated: bool) -> Importable:
    """What a setup script can import: of a build that is not isolated, what the image holds."""
    pins = build.environment.pins
    if isolated:
        complete = bool(pins) and not build.environment.problems
        return Importable(target.python, {str(pin.name): pin.version for pin in pins}, complete)
    beside = target.installer.setuptools
    version = Version(beside) if beside else None
    return Importable(target.python, {"setuptools": version}, complete=False)


def _stop(
    reading: SdistReading, finds: Importable, *, beside: bool, compiles: bool, first: bool
) -> tuple[Stop, ...]:
    contents = reading.contents
    if isinstance(contents, Unknown) or "setup.py" not in contents.texts:
        return ()
    setuptools = finds.versions.get("setuptools")
    refuses = setuptools is not None and setuptools >= _REFUSES_2TO3
    stop = certain_stop(
        contents.texts,
        contents.paths,
        finds,
        finds_beside=beside,
        refuses_2to3=refuses,
        whole=not contents.holds_links,
        compiles=compiles,
        first=first,
    )
    return () if stop is None else (stop,)


def _sources(build: Build, facts: SdistFacts, target: Target) -> tuple[BuildObstacle, ...]:
    """C and C++ that the Python of the target does not compile."""
    major, minor = target.python
    if major != 3 or target.implementation is not Implementation.CPYTHON:  # noqa: PLR2004
        return ()
    cythonizes = any(pin.name == "cython" for pin in build.environment.pins)
    distribution = distribution_of(target)
    offered = () if isinstance(distribution, Unknown) else versions_on_offer("gcc", distribution)
    gcc = offered[0] if offered else None
    reading = build.reading
    installed = {str(pin.name): pin.version for pin in build.environment.pins}
    complete = bool(installed) and not build.environment.problems and gcc is not None

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        files = compiled_files(facts, contents, cythonizes=cythonizes)
        script = "\n".join(script_texts(contents.texts))
        return (
            *source_breaks(files, contents, minor, gcc),
            *missing_headers(files.certain, contents, installed, script=script, complete=complete),
            *undeclared_names(files.certain, contents, gcc, sure=True),
            *undeclared_names(files.perhaps, contents, gcc, sure=False),
        )

    names = sorted(installed) if complete else None
    key = f"sources on 3.{minor} with gcc {gcc}, cython {cythonizes}, {names}, {reading.site}"
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


def _bindings(build: Build, target: Target) -> Iterator[BuildObstacle]:
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


def _cmake(build: Build, facts: SdistFacts, target: Target) -> tuple[BuildObstacle, ...]:
    """A CMake project that the CMake of the build refuses."""
    version = build.environment.version_of("cmake")
    if version is None:
        distribution = distribution_of(target)
        offered = (
            () if isinstance(distribution, Unknown) else versions_on_offer("cmake", distribution)
        )
        version = offered[0] if offered else None
    if version is None or version < REFUSES_OLD or not _runs_cmake(build, facts):
        return ()
    texts = build.reading.texts
    return build.reading.derive("old cmake", tuple[BuildObstacle, ...], lambda: old_minimums(texts))


def _runs_cmake(build: Build, facts: SdistFacts) -> bool:
    if facts.system.backend.startswith(("scikit_build_core", "mesonpy", "py_build_cmake")):
        return not facts.system.backend.startswith("mesonpy")
    script = build.reading.texts.get("setup.py", "")
    return facts.kind == "setuptools" and ("cmake" in script or "skbuild" in script)


def _cython(build: Build, facts: SdistFacts) -> tuple[BuildObstacle, ...]:
    """Cython sources that the Cython of the build does not translate."""
    version = build.environment.version_of("cython")
    if version is None or facts.kind not in {"setuptools", "meson"}:
        return ()
    reading = build.reading

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        return old_cython(facts, contents, version, installed)

    installed = frozenset(str(pin.name) for pin in build.environment.pins)
    key = f"cython {version} {sorted(installed)} {reading.site}"
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
        return (*refused, *old_cargo(contents.texts, contents.paths, rust))

    key = f"crates on {target.python} {free} with rust {rust}"
    return reading.derive(key, tuple[BuildObstacle, ...], compute)
