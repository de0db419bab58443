"""Extension modules that a build may leave out, and that would not compile if it made them.

A script that makes a module only where it finds a library makes it where the library is installed:
the commands must not bring the library of code that the Python or the compiler refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.system_packages import InstallPhase, packages_for
from wheelcheck.builds.obstacles.compiling.source_breaks import refused_files
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.plan import Build
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.setup_script.declaration import ExtensionModule, SetupScript
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, default_version
from wheelcheck.errors import Unknown
from wheelcheck.targets import Target
from wheelcheck.targets.target import Implementation

__all__ = ["libraries_of_broken_modules", "with_left_out_libraries"]


def libraries_of_broken_modules(build: Build, target: Target) -> frozenset[str]:
    """The needs that only modules have which do not compile, and which the build may leave out."""
    facts, reading = build.reading.facts, build.reading
    if isinstance(facts, Unknown) or target.implementation is not Implementation.CPYTHON:
        return frozenset()
    script = facts.script
    if script is None or not any(_optional_modules(script)):
        return frozenset()
    gcc = default_version("gcc", target)
    cythonizes = build.environment.version_of("cython") is not None
    minor = target.python[1]

    def compute() -> tuple[str, ...]:
        contents = reading.contents
        if isinstance(contents, Unknown):
            return ()
        return tuple(sorted(_libraries(script, contents, minor, gcc, cythonizes=cythonizes)))

    key = f"libraries of modules refused by 3.{minor} and gcc {gcc}, {cythonizes}, {reading.site}"
    return frozenset(reading.derive(key, tuple[str, ...], compute))


def with_left_out_libraries(
    found: Iterable[BuildObstacle], unwanted: Iterable[str], distribution: Distribution | None
) -> tuple[BuildObstacle, ...]:
    """`found`, which say of code that may be left out what becomes of the libraries it needs."""
    names = sorted(unwanted)
    if not names or distribution is None:
        return tuple(found)
    needs = [BuildNeed(NeedKind.LIBRARY, name, "") for name in names]
    packages = {
        each.name for each in packages_for(needs, distribution) if each.stage is InstallPhase.BUILD
    }
    there = bool(packages) and packages <= distribution.preinstalled
    where = "on the image" if there else "left out of the commands"
    more = f"; {' and '.join(names)}, which it needs, {'is' if len(names) == 1 else 'are'} {where}"
    return tuple(
        replace(obstacle, message=f"{obstacle.message}{more}")
        if obstacle.may_be_left_out
        else obstacle
        for obstacle in found
    )


def _optional_modules(script: SetupScript) -> Iterator[ExtensionModule]:
    """Modules with libraries that the script makes under a condition, or takes out again."""
    for module in script.extensions:
        if module.libraries and (module.supposing or script.leaves_out):
            yield module


def _libraries(
    script: SetupScript,
    contents: SdistContents,
    minor: int,
    gcc: Version | None,
    *,
    cythonizes: bool,
) -> set[str]:
    broken = [
        module
        for module in _optional_modules(script)
        if refused_files(module.sources or (), contents, minor, gcc, cythonizes=cythonizes)
    ]
    others = [module for module in script.extensions if module not in broken]
    return _needs(broken) - _needs(others)


def _needs(modules: Iterable[ExtensionModule]) -> set[str]:
    return {
        need.name
        for module in modules
        for name in module.libraries
        for need in need_called(FileKind.LIB, name, module.where)
    }
