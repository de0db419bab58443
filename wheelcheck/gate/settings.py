"""``[tool.wheelcheck]``: what a project checks, where, and what the report must fulfil."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from wheelcheck.errors import UsageError, near_names
from wheelcheck.gate.policy import Allowance, Policy
from wheelcheck.reports.values.model import ValidationError

__all__ = ["Settings", "read_settings"]

_LISTS = ("requirements", "targets")
_IMAGES = "images"
_NONE = "none"
_POLICY = tuple(
    name.replace("_", "-") for name in Policy.model_fields if name != "tolerate_failures"
)


class Settings(Struct, frozen=True):
    """The table of a file; without one, nothing is set.

    `requirements` and `targets` are for questions that name none themselves; `images` says of base
    images by their names what target each is. `file` is the name to show, "" where there is none;
    `own` are the allowances that it has itself, beside those of options.
    """

    policy: Policy = field(default_factory=Policy.model_construct)  # most runs need no validator
    requirements: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    images: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""
    own: tuple[Allowance, ...] = ()


def read_settings(text: str, file: str) -> Settings:
    """Read ``[tool.wheelcheck]`` of a ``pyproject.toml``; a file without it sets nothing.

    Raises `UsageError` for what cannot be meant, with the key and why.
    """
    table = _table(text, file)
    known = (*_POLICY, *_LISTS, _IMAGES)
    for key in table:
        if key not in known:
            near = near_names(key, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(known)}"
            raise UsageError(f"{file}: [tool.wheelcheck] has no key {key!r}{hint}")
    lists = {key: _strings(table.get(key, []), key, file) for key in _LISTS}
    if not table:
        return Settings()
    policy = _policy({key: table[key] for key in _POLICY if key in table}, file)
    return Settings(
        policy=policy,
        own=policy.allow,
        images=_images(table.get(_IMAGES, {}), file),
        file=file,
        **lists,
    )


def _table(text: str, file: str) -> Mapping[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(text).get("tool", {}).get("wheelcheck", {})
    except (ValueError, AttributeError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
    if not isinstance(table, dict):
        raise UsageError(f"{file}: [tool.wheelcheck] must be a table")
    return table


def _strings(value: object, key: str, file: str) -> tuple[str, ...]:
    if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise UsageError(f"{file}: [tool.wheelcheck] {key} must be a list of strings")
    return tuple(value)


def _images(value: object, file: str) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise UsageError(f"{file}: [tool.wheelcheck.images] must be a table of NAME = TARGET")
    return MappingProxyType(value)


def _policy(given: dict[str, Any], file: str) -> Policy:
    words = given.get("fail-on")
    if _NONE in (words if isinstance(words, list) else [words]):
        given |= {"fail-on": [], "tolerate-failures": True}
    try:
        return Policy.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{file}: [tool.wheelcheck] {key}: {message}") from None
