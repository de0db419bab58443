"""The policy of a run: ``[tool.wheelcheck]`` of a ``pyproject.toml``, then the options."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.gate.policy import Allowance, LoadRule, Policy, read_policy, violations
from wheelcheck.reports.values.report import Report

__all__ = ["defaults_of", "held_against", "images_of", "policy_of"]

_USUAL = "pyproject.toml"
NONE = "none"
"""The word of ``--fail-on`` that lets everything pass."""
_DEFAULTS = ("requirements", "targets")
"""Keys beside the policy: what to check, and where, when the command line does not say."""


def policy_of(args: Namespace) -> Policy:
    """The policy that the file states, with what the options say over it.

    Raises `UsageError` for what cannot be meant.
    """
    verdicts = [word for word in args.fail_on or () if word != NONE]
    options: dict[str, Any] = {
        "fail_on": frozenset(map(_verdict, verdicts)) if args.fail_on else None,
        "tolerate_failures": True if NONE in (args.fail_on or ()) else None,
        "max_build_minutes": args.max_build_minutes,
        "max_image_mb": args.max_image_mb,
        "min_coverage": args.min_coverage,
    }
    given = Policy(
        **{key: value for key, value in options.items() if value is not None},
        allow=tuple(map(_allowance, args.allow)),
    )
    return given.over(_file(args)[0])


def defaults_of(args: Namespace) -> Mapping[str, list[str]]:
    """``requirements`` and ``targets`` of the file, for a command line that names none."""
    file, rest = _USUAL if args.policy is None else args.policy, _file(args)[1]
    for key, value in rest.items():
        if key == "images":
            continue
        if key not in _DEFAULTS:
            raise UsageError(f"{file}: [tool.wheelcheck] has no key {key!r}")
        if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise UsageError(f"{file}: [tool.wheelcheck] {key} must be a list of strings")
    return {key: value for key, value in rest.items() if key != "images"}


def images_of(args: Namespace) -> Mapping[str, str]:
    """``[tool.wheelcheck.images]``: by the names of base images what target each is."""
    file, images = _USUAL if args.policy is None else args.policy, _file(args)[1].get("images", {})
    if not isinstance(images, dict) or not all(isinstance(item, str) for item in images.values()):
        raise UsageError(f"{file}: [tool.wheelcheck.images] must be a table of NAME = TARGET")
    return images


def held_against(report: Report, policy: Policy) -> Report:
    """The report with its violations of the policy, as of today."""
    today = datetime.now(UTC).date()
    return report.model_copy(update={"violations": violations(report, policy, today)})


def _file(args: Namespace) -> tuple[Policy, Mapping[str, Any]]:
    path = Path(_USUAL if args.policy is None else args.policy)
    if args.no_policy or (args.policy is None and not path.is_file()):
        return Policy(), {}
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    return read_policy(text, str(path))


def _verdict(word: str) -> Verdict | LoadRule:
    try:
        return LoadRule(word) if word in set(LoadRule) else Verdict(word)
    except ValueError:
        known = ", ".join((*Verdict, *LoadRule))
        raise UsageError(
            f"--fail-on: {word!r} is no verdict; there are {known}, and none"
        ) from None


def _allowance(words: str) -> Allowance:
    """``NAME`` or ``NAME:TARGET``; targets have colons of their own (``python:3.12-alpine``)."""
    name, _, target = words.partition(":")
    return Allowance(package=name, target=target or "*")
