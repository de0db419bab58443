"""The settings of a run: ``[tool.wheelcheck]`` of a ``pyproject.toml``, then the options."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from wheelcheck.api.questions.settled import settings_at
from wheelcheck.errors import UsageError
from wheelcheck.gate.policy import Allowance, Policy
from wheelcheck.gate.settings import Settings
from wheelcheck.reports.values.model import ValidationError

__all__ = ["settings_of"]

_USUAL = "pyproject.toml"
NONE = "none"
"""The word of ``--fail-on`` that lets everything pass."""
_LIMITS = ("max_build_minutes", "max_image_mb", "min_coverage")


def settings_of(args: Namespace) -> Settings:
    """What the file states, with what the options say over it.

    Raises `UsageError` for what cannot be meant.
    """
    settings = _file(args)
    options: dict[str, Any] = {name: getattr(args, name, None) for name in _LIMITS}
    words = getattr(args, "fail_on", None)
    if words:
        options |= {
            "fail_on": [word for word in words if word != NONE],
            "tolerate_failures": NONE in words,
        }
    given = {key: value for key, value in options.items() if value is not None}
    allowed = getattr(args, "allow", ())
    if not (given or allowed):
        return settings
    try:
        policy = Policy(**given, allow=tuple(map(_allowance, allowed)))
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"--fail-on: {message}") from None
    return replace(settings, policy=policy.over(settings.policy))


def _file(args: Namespace) -> Settings:
    if args.no_policy or (args.policy is None and not Path(_USUAL).is_file()):
        return Settings()
    return settings_at(_USUAL if args.policy is None else args.policy)


def _allowance(words: str) -> Allowance:
    """``NAME`` or ``NAME:TARGET``; targets have colons of their own (``python:3.12-alpine``)."""
    name, _, target = words.partition(":")
    return Allowance(package=name, target=target or "*")
