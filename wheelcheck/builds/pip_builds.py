"""How a release of pip builds an sdist: by setup.py or a backend, in which environment.

Before 10.0 pip knows setup.py alone. From then on it installs what ``build-system.requires`` of a
pyproject.toml says into an environment of its own (PEP 518), and since 19.0 runs the backend that
is named there (PEP 517). Without a pyproject.toml it runs setup.py with the setuptools that is
installed, unless there is none; since 25.3 never. Rows of `installers/rules.csv`; judged in
`data/installers/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_system import LEGACY_REQUIRES
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.errors import Unknown
from wheelcheck.installers import Certainty, Installer, Rule

__all__ = ["build_requires", "is_isolated", "pip_obstacles"]

_PYPROJECT = "pyproject.toml"


def build_requires(facts: SdistFacts, installer: Installer) -> tuple[str, ...]:
    """What an installer puts into the build environment of an sdist.

    Where the sdist does not say it, that is setuptools, and with pip before 24.0 wheel.
    """
    stated = facts.build_requires
    if not facts.system.legacy or not installer.has(Rule.DEFAULT_BUILD_REQUIRES_WHEEL):
        return stated
    added = (text for text in stated if text not in LEGACY_REQUIRES)
    return (*LEGACY_REQUIRES, "wheel", *added)


def is_isolated(reading: SdistReading, installer: Installer) -> bool:
    """Whether build requires are installed at all, or the setuptools beside the pip is taken.

    Images of Python up to 3.11 have setuptools and wheel (docker-library/python issues 952, 1023).
    """
    if installer.has(Rule.ALWAYS_ISOLATES):
        return True
    in_image = installer.certainty is Certainty.IMAGE and installer.setuptools != ""
    if installer.has(Rule.ISOLATES_WITHOUT_WHEEL) and not in_image:
        return True
    return installer.has(Rule.BUILD_SYSTEM_REQUIRES) and _has(reading, _PYPROJECT)


def pip_obstacles(reading: SdistReading, installer: Installer) -> Iterator[BuildObstacle]:
    """What of an sdist this release of pip cannot build."""
    if not installer.is_pip or isinstance(reading.facts, Unknown):
        return
    system, label = reading.facts.system, installer.label
    if system.lacks_requires and installer.has(Rule.BUILD_SYSTEM_REQUIRES):
        message = f"{_PYPROJECT} has a build-system without requires, which {label} refuses"
        yield BuildObstacle("build-requires-missing", message, _PYPROJECT, fatal=True)
    if not installer.has(Rule.BUILD_BACKENDS) and not _has(reading, "setup.py"):
        message = f"{label} runs setup.py alone, and there is none: pip 19.0 brought backends"
        yield BuildObstacle("backend-not-known", message, reading.sdist.filename, fatal=True)


def _has(reading: SdistReading, name: str) -> bool:
    return reading.derive(f"has {name}", bool, lambda: name in reading.texts)
