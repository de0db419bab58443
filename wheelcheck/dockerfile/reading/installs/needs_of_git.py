"""What needs git in an image: requirements on repositories, and versions that come from one.

Seen by running setuptools-scm 9.2.2, hatch-vcs 0.5.0 and pdm-backend 2.4.5: without one of the two
the build ends with an error, unless a fallback or a variable gives the version, or PKG-INFO is
there, as in an sdist (setuptools-scm.readthedocs.io, "Usage with Docker").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wheelcheck.dockerfile.reading.files.image_paths import absolute
from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.dockerfile.reading.stages.system_state import Fault
from wheelcheck.errors import Unknown
from wheelcheck.requirements.documents import no_complaint, table, texts
from wheelcheck.requirements.requirement_set import Requirements
from wheelcheck.targets.target import Target

__all__ = ["faults_of_checkouts", "faults_of_version"]

_GIVEN = re.compile(r"SETUPTOOLS_SCM_PRETEND_VERSION(?:_FOR_\w+)?|PDM_BUILD_SCM_VERSION")
"""Variables that give the version (manuals of setuptools-scm and PDM)."""
_SETTLED = ("fallback_version", "fallback-version", "root", "relative_to", "raw-options",
    "search_parent_directories", "git_describe_command", "parse")  # fmt: skip
"""Settings with which the version may come from elsewhere."""
_CHECKOUT = re.compile(r"(?:^|[\s@])git\+[a-z]+:")
_NONE_THERE = "the build context that was read has none"
_WITHOUT_GIT = re.compile(r"python:.*(?:slim|alpine).*|.*uv:.*(?:slim|alpine).*")
"""Images that are known to have no git; Python's others are made from `buildpack-deps:scm`."""


def faults_of_version(
    stage: StageState,
    tree: Mapping[str, Any],
    folder: str,
    line: int,
    variables: Mapping[str, str | None],
) -> Iterator[Fault]:
    """Find what working out a project's version needs and the image lacks.

    Args:
        stage: the stage at this moment.
        tree: the project's pyproject.toml.
        folder: the project's folder, an absolute path in the image.
        line: the line of the step that builds it.
        variables: those that the build sees.
    """
    tool = _tool(tree)
    if not tool or any(_GIVEN.fullmatch(name) for name in variables):
        return
    stated = stage.files.find(absolute("PKG-INFO", folder))
    if not (isinstance(stated, Unknown) and stated.code == "not-in-context"):
        return
    sure = not stage.system.scripts
    lacks = _lacks_repository(stage, absolute(".git", folder))
    if lacks is not None:
        message = (
            f"{tool} works the version out from .git, and {lacks}: the build ends with an error"
        )
        certain = sure and lacks != _NONE_THERE
        yield Fault(line, "no-such-file", message, certain=certain)
    elif _lacks_git(stage):
        message = f"{tool} runs git to work the version out, and nothing installs it"
        yield Fault(line, "missing-build-tool", message, certain=sure, packages=("git",))


def faults_of_checkouts(
    stage: StageState, requirements: Requirements, line: int
) -> Iterator[Fault]:
    """Find requirements on repositories (``git+https://…``), which pip and uv fetch by git.

    Args:
        stage: the stage at this moment.
        requirements: what a step installs.
        line: the line of the step.
    """
    if not isinstance(stage.target, Target) or not _lacks_git(stage):
        return
    environment = stage.target.marker_environment()
    for each in requirements.skipped:
        holds = each.marker is None or each.marker.evaluate(environment)
        if _CHECKOUT.search(each.text) and holds and not each.constraint:
            message = f"{each.text} is fetched by git, and nothing installs it: the step fails"
            sure = not stage.system.scripts
            yield Fault(line, "missing-build-tool", message, certain=sure, packages=("git",))
            return


def _tool(tree: Mapping[str, Any]) -> str:
    """What works the version out from the repository and nothing else; "" for nothing."""
    requires = texts(table(tree, "build-system", complain=no_complaint), "requires", no_complaint)
    names = {re.split(r"[^\w.-]", text.strip())[0].lower().replace("_", "-") for text in requires}
    project = table(tree, "project", complain=no_complaint)
    if "version" not in texts(project, "dynamic", no_complaint):
        return ""
    tools = table(tree, "tool", complain=no_complaint)
    for name, settings, wanted in (
        ("setuptools-scm", tools.get("setuptools_scm"), None),
        ("hatch-vcs", table(tools, "hatch", "version", complain=no_complaint), "vcs"),
        ("pdm-backend", table(tools, "pdm", "version", complain=no_complaint), "scm"),
    ):
        if name not in names or not isinstance(settings, Mapping):
            continue
        if settings.get("source") == wanted and not any(key in settings for key in _SETTLED):
            return name
    return ""


def _lacks_repository(stage: StageState, path: str) -> str | None:
    """Why the repository is not in the image; None where it is, or may be."""
    found = stage.files.folder(path)
    if found is not None:
        rule = stage.files.context.excluded(found)
        return None if rule is None else f"{rule.file}:{rule.line} ({rule.pattern}) keeps it out"
    if stage.files.names(path) or stage.files.is_folder(path):
        return None
    if stage.files.folder(path.removesuffix("/.git") or "/") is not None:
        return _NONE_THERE
    return "nothing copies it into the image"


def _lacks_git(stage: StageState) -> bool:
    target = stage.target
    if not isinstance(target, Target) or target.image is None:
        return False
    names = {package.name for package in stage.packages}
    return _WITHOUT_GIT.fullmatch(target.image.name) is not None and not names & {"git", "git-core"}
