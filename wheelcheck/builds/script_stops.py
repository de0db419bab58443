"""A setup script that stops before it has called `setup()`, or gives what installers discard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace
from packaging.version import Version

from wheelcheck.builds.obstacles.backend_scripts import backend_scripts
from wheelcheck.builds.obstacles.board_checks import board_checks
from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.late_imports import late_imports, path_imports
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.setup_run.certain_run import certain_stop
from wheelcheck.builds.obstacles.setup_run.run_state import RunSettings
from wheelcheck.builds.obstacles.setup_run.stop import OTHER_VERSION, Stop
from wheelcheck.builds.obstacles.version_attribute import (
    version_attribute_stop,
    version_object_stop,
)
from wheelcheck.builds.plan import Build
from wheelcheck.builds.sdist.build_system import LEGACY_BACKEND
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.errors import Unknown
from wheelcheck.targets import Target

__all__ = ["script_stops"]

_REFUSES_2TO3 = Version("58")
_WITHOUT_DEPENDENCIES = frozenset({"setuptools", "wheel"})


def script_stops(
    build: Build, facts: SdistFacts, target: Target, *, isolated: bool
) -> Iterator[BuildObstacle]:
    """A setup script that stops before it calls `setup()`, or a build script that does."""
    if facts.kind != "setuptools":
        yield from _of_backend(build, facts, target, isolated=isolated)
        return
    *before, last = _environments(build, facts, target, isolated=isolated)
    for finds in (*before, last):
        first = finds is not last
        found = tuple(_stops(build, facts, finds, isolated=isolated, first=first))
        yield from found
        if found:
            return
    yield from _at_paths(build, facts, last)
    yield from _late(build, last)
    if not isolated and "setuptools" in last.versions:
        bare = Importable(last.python, {**last.versions, "wheel": None}, complete=True)
        for stop in _stops(build, facts, bare, isolated=isolated, first=_brings_more(facts)):
            message = f"{stop.message.rstrip('.')}, unless that is installed before"
            yield replace(stop, message=message, fatal=False)


def _brings_more(facts: SdistFacts) -> bool:
    """Whether `setup()` has setuptools install requirements before it runs commands."""
    script = facts.script
    return script is not None and (script.requires_unclear or bool(script.setup_requires))


def _of_backend(
    build: Build, facts: SdistFacts, target: Target, *, isolated: bool
) -> tuple[BuildObstacle, ...]:
    """What stops the scripts that another backend runs."""
    reading, scripts = build.reading, facts.system.scripts
    if not scripts or not isolated:
        return ()
    finds = _importable(build, target, isolated=True)

    def compute() -> tuple[BuildObstacle, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        return tuple(backend_scripts(scripts, contents.texts, contents.paths, finds))

    return reading.derive(f"build scripts on {finds.key}", tuple[BuildObstacle, ...], compute)


def _at_paths(build: Build, facts: SdistFacts, finds: Importable) -> Iterator[BuildObstacle]:
    """Modules that are not there where the script says the folders of headers to compilers."""
    script, reading = facts.script, build.reading
    if script is None or all(e.supposing or e.optional for e in script.extensions):
        return
    if script.forgiving and _catches_all(reading):
        return

    def compute() -> tuple[Stop, ...]:
        contents = reading.contents
        return () if isinstance(contents, Unknown) else tuple(path_imports(contents.texts, finds))

    for stop in reading.derive(f"paths on {finds.key}", tuple[Stop, ...], compute):
        message = f"setup.py stops at {stop.place}: {stop.why}"
        yield BuildObstacle("setup-script-stops", message, stop.place, fatal=True)


def _late(build: Build, finds: Importable) -> Iterator[BuildObstacle]:
    """Modules that Python has no more where the script may come to, and boards that it wants."""
    reading = build.reading

    def compute() -> tuple[Stop, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        return (*late_imports(contents.texts, finds), *board_checks(contents.modules))

    for stop in reading.derive(f"late stops on {finds.key}", tuple[Stop, ...], compute):
        message = f"setup.py stops if it comes to {stop.place}: {stop.why}"
        yield BuildObstacle("setup-script-stops", message, stop.place)


def _stops(
    build: Build, facts: SdistFacts, finds: Importable, *, isolated: bool, first: bool
) -> Iterator[BuildObstacle]:
    beside = not isolated or facts.system.backend == LEGACY_BACKEND
    key = f"run on {finds.key}, {(beside, first, build.reading.site)}"
    script = facts.script
    compiles = script is not None and any(not e.supposing for e in script.extensions)
    forgiving = script is not None and bool(script.forgiving) and _catches_all(build.reading)
    compute = partial(
        _stop,
        build.reading,
        finds,
        RunSettings(finds_beside=beside, compiles=compiles, first=first, lives_without=forgiving),
    )
    for stop in build.reading.derive(key, tuple[Stop, ...], compute):
        if stop.exception == OTHER_VERSION:
            yield BuildObstacle("other-version", stop.why, stop.place, fatal=True)
        else:
            runs = "setuptools" if script is None else "setup.py"
            message = f"{runs} stops at {stop.place}: {stop.why}"
            yield BuildObstacle("setup-script-stops", message, stop.place, fatal=True)


def _environments(
    build: Build, facts: SdistFacts, target: Target, *, isolated: bool
) -> Iterator[Importable]:
    """What a setup script can import in each of its runs.

    In the first run, which gives its `setup_requires`, these are not installed (`build_meta` of
    setuptools). What else is not installed then is known where setuptools alone is required; what
    is installed later, where all of `setup_requires` could be read.
    """
    finds = _importable(build, target, isolated=isolated)
    script = facts.script
    unclear = script is not None and script.requires_unclear
    added = script is not None and (unclear or script.setup_requires)
    required = facts.system.required_names
    if isolated and added and finds.complete and required <= _WITHOUT_DEPENDENCIES:
        least = {name: finds.versions[name] for name in required if name in finds.versions}
        yield Importable(target.python, least, complete="setuptools" in least)
    yield replace(finds, complete=finds.complete and not unclear)


def _importable(build: Build, target: Target, *, isolated: bool) -> Importable:
    """What a setup script can import: of a build that is not isolated, what the image holds."""
    pins = build.environment.pins
    if isolated:
        versions = {str(pin.name): pin.version for pin in pins}
        return Importable(target.python, versions, build.environment.is_complete)
    beside = target.installer.setuptools
    version = Version(beside) if beside else None
    return Importable(target.python, {"setuptools": version}, complete=False)


def _catches_all(reading: SdistReading) -> bool:
    """Whether a script that builds without its extension modules does so for any exception."""
    return _CATCHES_ALL.search(reading.texts.get("setup.py", "")) is not None


_CATCHES_ALL = re.compile(r"except\s*(?::|.*\b(?:Base)?Exception\b|.*\bImportError\b)")


def _stop(reading: SdistReading, finds: Importable, settings: RunSettings) -> tuple[Stop, ...]:
    contents = reading.contents
    if isinstance(contents, Unknown):
        return ()
    setuptools = finds.versions.get("setuptools")
    refuses = setuptools is not None and setuptools >= _REFUSES_2TO3
    settings = replace(
        settings,
        refuses_2to3=refuses,
        whole=not contents.holds_links,
        release=reading.sdist.version if _states_version(contents) else None,
    )
    given = contents.modules, contents.paths, finds, settings
    stop = certain_stop(*given) if "setup.py" in contents.texts else None
    stop = stop or version_object_stop(contents.texts.get("setup.py", ""), setuptools)
    stop = stop or version_attribute_stop(*given)
    return () if stop is None else (stop,)


def _states_version(contents: SdistContents) -> bool:
    """Whether no other file than ``setup.py`` may state or mark the version."""
    return not any(
        word in contents.texts.get(file, "")
        for file, words in _VERSION_WORDS.items()
        for word in words
    )


_VERSION_WORDS = {"setup.cfg": ("version", "tag_", "pbr"), "pyproject.toml": ("[project]", "vers")}
