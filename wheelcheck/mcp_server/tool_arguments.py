"""The arguments of the tools: their schema for clients, and one sentence for each mistake."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from wheelcheck.errors import UsageError, near_names

__all__ = ["AdviseArguments", "CheckArguments", "ExplainArguments", "ReadyArguments", "parsed"]

_MOST_SHOWN = 60
"""Characters of a wrong value."""


def _several(given: object) -> object:
    """A single string is a list of one: clients send both."""
    return [given] if isinstance(given, str) else given


Strings = Annotated[list[str], BeforeValidator(_several)]


class _Arguments(BaseModel):
    """What all tools take."""

    model_config = ConfigDict(extra="forbid", strict=True)

    files: Strings = Field(
        default=[],
        description="Requirement files, projects, locks or Dockerfiles, relative to the server's "
        "folder; without files and packages what the folder holds.",
        examples=[["requirements.txt"]],
    )
    packages: Strings = Field(
        default=[],
        description="Requirements without a file.",
        examples=[["pandas>=2"]],
    )
    extras: Strings = Field(
        default=[], description="Extras of a project or lock.", examples=[["test"]]
    )
    groups: Strings = Field(
        default=[], description="Dependency groups of a project or lock.", examples=[["dev"]]
    )
    exclude_newer: str | None = Field(
        default=None,
        description="Ignore files uploaded later: a date, or an age.",
        examples=["2026-11-28"],
    )
    cursor: str | None = Field(
        default=None,
        description="For the next page of an answer: the cursor from its last line, alone.",
        examples=["1f2e3d4c.7800"],
    )


class CheckArguments(_Arguments):
    """What comes as a wheel, what compiles, what that costs."""

    targets: Strings = Field(
        default=[],
        description="Where it is installed: images, tags, platforms or Pythons; without it the "
        "project's own targets, else the usual matrix.",
        examples=[["python:3.12-alpine"]],
    )
    format: Literal["text", "json"] = Field(
        default="text", description="text for people, json for programs.", examples=["text"]
    )


class AdviseArguments(_Arguments):
    """What to do instead of compiling."""

    targets: Strings = Field(
        default=[],
        description="Where it is installed; without it the project's own targets, else the usual "
        "matrix.",
        examples=[["python:3.12-alpine"]],
    )


class ExplainArguments(_Arguments):
    """Why one package comes as it does."""

    package: str = Field(
        default="",
        description="A package of the files, or a requirement by itself.",
        examples=["pandas==2.0.0"],
    )
    targets: Strings = Field(
        default=[],
        description="Where it is installed; without it the project's own targets.",
        examples=[["python:3.12-alpine"]],
    )


class ReadyArguments(_Arguments):
    """Which bumps bring the wheels for a new Python."""

    pythons: Strings = Field(
        default=[], description="The new Pythons.", examples=[["3.15", "3.15t"]]
    )
    platforms: Strings = Field(
        default=[],
        description="Platforms that count; without it Linux, macOS and Windows.",
        examples=[["linux", "windows"]],
    )


_Model = TypeVar("_Model", bound=_Arguments)


def parsed(tool: str, model: type[_Model], given: dict[str, Any]) -> _Model:
    """The arguments of a call. Raises `UsageError` with one sentence that says what to type."""
    for name in given:
        if name not in model.model_fields:
            near = near_names(name, model.model_fields, 1)
            known = (
                f"did you mean {near[0]}?" if near else f"it has {', '.join(model.model_fields)}"
            )
            raise UsageError(f"{tool} has no argument {name[:40]!r}; {known}")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        field = model.model_fields[name]
        shown = repr(given.get(name))
        example = (field.examples or [""])[0]
        raise UsageError(
            f"{name} cannot be {_short(shown)}; write for example {name}={json.dumps(example)}"
        ) from None


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
