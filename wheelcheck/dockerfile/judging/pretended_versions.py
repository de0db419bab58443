"""A version that a variable gives one project, and with it all sdists that are built beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from wheelcheck.builds.plan import Build
from wheelcheck.dockerfile.judging.finding import Finding, StepBuilds, finding
from wheelcheck.dockerfile.judging.missing import named
from wheelcheck.dockerfile.reading.dockerfile_model import InstallStep, Stage
from wheelcheck.errors import Unknown

__all__ = ["pretended_versions"]

_VARIABLE = "SETUPTOOLS_SCM_PRETEND_VERSION"
_ASKS = {
    "pyproject.toml": re.compile(r"^\[tool\.setuptools_scm\b", re.MULTILINE),
    "setup.py": re.compile(r"\buse_scm_version\b"),
    "setup.cfg": re.compile(r"\buse_scm_version\b"),
}


def pretended_versions(stage: Stage, step: InstallStep, builds: StepBuilds) -> Iterator[Finding]:
    """Sdists from an index that setuptools-scm gives the version in the step's variable.

    Their release says another version, so that pip and uv refuse what is built.
    """
    if not step.pretended:
        return
    labels = tuple(
        build.label
        for build in builds.plan.builds
        if build.times and not build.sdist.in_folder and _asks(build) and not _is(step, build)
    )
    if labels:
        message = (
            f"{_VARIABLE} gives {named(labels)} the version {step.pretended} too, and what is "
            f"built is refused for it; {_VARIABLE}_FOR_NAME is for one project alone"
        )
        yield finding("pretended-version", step.line, stage.title, message, builds=labels)


def _asks(build: Build) -> bool:
    """Whether setuptools-scm works out its version."""
    if build.environment.version_of("setuptools-scm") is None:
        return False
    contents = build.reading.contents
    if isinstance(contents, Unknown):
        return False
    return any(sign.search(contents.texts.get(path, "")) for path, sign in _ASKS.items())


def _is(step: InstallStep, build: Build) -> bool:
    """Whether the variable has the very version of the release."""
    try:
        return Version(step.pretended) == build.version
    except InvalidVersion:
        return False
