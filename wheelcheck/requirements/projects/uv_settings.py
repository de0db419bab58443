"""uv's own settings: those of ``uv.toml``, else of ``[tool.uv]`` in ``pyproject.toml``.

Where uv installs, it obeys them whatever file it installs from, its lock included
(docs.astral.sh/uv/reference/settings).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from wheelcheck.requirements.documents import table, texts
from wheelcheck.requirements.input_document import InputDocument

__all__ = [
    "SETTINGS_FILE",
    "apply_uv_settings",
    "build_constraints_of_uv",
    "uv_controls",
    "warn_of_uv",
]

SETTINGS_FILE = "uv.toml"
"""The file beside a project for which uv passes over `[tool.uv]`."""
_BUILD_CONSTRAINTS = "build-constraint-dependencies"
_UV_ALONE = (
    _BUILD_CONSTRAINTS, "constraint-dependencies", "environments", "exclude-newer",
    "extra-index-url", "find-links", "index", "index-url", "no-binary", "no-binary-package",
    "no-build", "no-build-package", "override-dependencies", "prerelease", "resolution", "sources",
)  # fmt: skip
_CONTROLS = {"no-binary": "no-binary", "no-build": "only-binary"}
"""uv's settings of files that may be chosen, and pip's options that mean the same."""


def uv_controls(
    settings: Mapping[str, Any], complain: Callable[[str], None]
) -> tuple[tuple[str, str], ...]:
    """What settings say of files that may be chosen, as `CommandLine.controls` has it.

    Parameters:
        settings: The document of ``uv.toml``, or the table ``tool.uv`` of a project.
        complain: Receives what cannot be understood, and is passed over.
    """
    return tuple(sorted(_controls(settings, complain), key=lambda control: control[1] != ":all:"))


def _controls(
    settings: Mapping[str, Any], complain: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    for setting, option in _CONTROLS.items():
        if settings.get(setting) is True:
            yield option, ":all:"
        for name in texts(settings, f"{setting}-package", complain):
            yield option, name


def build_constraints_of_uv(
    settings: Mapping[str, Any], complain: Callable[[str], None]
) -> Iterator[Requirement]:
    """What settings say of build environments; the parameters are those of `uv_controls`."""
    for text in texts(settings, _BUILD_CONSTRAINTS, complain):
        try:
            yield Requirement(text)
        except InvalidRequirement:
            complain(f"{_BUILD_CONSTRAINTS} has {text!r}, which is no requirement")


def apply_uv_settings(given: InputDocument) -> tuple[str, ...]:
    """Have the settings beside an input, or in it, decide which files may be chosen.

    Returns the keys of `[tool.uv]` that are applied.
    """
    own = given.tree if "tool" in given.tree else given.neighbour("pyproject.toml")
    project = table(own, "tool", "uv", complain=given.complain)
    settings = given.neighbour(SETTINGS_FILE) or project
    given.collection.options.apply_settings(uv_controls(settings, given.complain))
    # of these, uv sync 0.13.9 reads the project's even beside a uv.toml
    given.collection.constrain_builds(build_constraints_of_uv(project, given.complain))
    controls = (name for key in _CONTROLS for name in (key, f"{key}-package"))
    return (_BUILD_CONSTRAINTS, *controls)


def warn_of_uv(given: InputDocument, *, applied: tuple[str, ...]) -> None:
    """Report which of uv's own settings are not applied."""
    settings = table(given.tree, "tool", "uv", complain=given.complain)
    if given.collection.options.by_uv:
        applied = (*applied, *apply_uv_settings(given))
    found = [key for key in _UV_ALONE if key in settings and key not in applied]
    if found:
        given.warn(f"[tool.uv] {', '.join(found)}: obeyed by uv alone, not applied here")
