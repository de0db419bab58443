"""TOML and JSON documents, and careful looks into them: no content breaks anything.

The looks (`table`, `tables`, `texts`, `text_at`) answer with what they find of the expected type
and tell the rest through `complain`, so that one wrong value never hides the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wheelcheck.errors import RequirementsError

__all__ = [
    "Complain",
    "no_complaint",
    "parse_json",
    "parse_toml",
    "parse_yaml",
    "table",
    "tables",
    "text_at",
    "texts",
]

_LARGEST = 64_000_000
"""Characters. The largest locks of public projects have some five million."""
_DEEPEST_KEY = 100
"""Dots in one key: tomllib takes quadratic time over them, and honest files have three or four."""
_STRING = re.compile(r""""(?:[^"\\]|\\.)*(?:"|\\?$)|'[^']*(?:'|$)""")
_BETWEEN_KEYS = re.compile(r"[=,{}\[\]]")
_INSANE = "its values are nested too deeply, or a number is too long"
_LINE = re.compile(r"line (\d+)")

Complain = Callable[[str], None]
"""Hears of every part that is not what it should be, in a sentence."""


def no_complaint(_: str) -> None:
    """The `Complain` of who looks into a document that another reader reports on."""


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Return a TOML document; raises RequirementsError with the line where it is none."""
    _check_size(name, text)
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _DEEPEST_KEY and _deep_key(line):
            raise RequirementsError(name, number, "", "its keys are nested too deeply")
    import tomllib  # most files are no documents

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        where = int(found[1]) if found else None
        raise RequirementsError(name, where, "", f"not valid TOML: {error}") from None
    except (RecursionError, ValueError):
        raise RequirementsError(name, None, "", _INSANE) from None


def _deep_key(line: str) -> bool:
    """Whether a line may hold a key of too many parts, in an inline table as well."""
    for part in _BETWEEN_KEYS.split(_STRING.sub("-", line)):
        names = part.split(".")
        if len(names) > _DEEPEST_KEY and all(map(str.strip, names)):
            return True
    return False


def parse_json(name: str, text: str) -> object:
    """Return a JSON document; raises RequirementsError with the line where it is none."""
    _check_size(name, text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        why = f"not valid JSON: {error.msg} (column {error.colno})"
        raise RequirementsError(name, error.lineno, "", why) from None
    except (RecursionError, ValueError):
        raise RequirementsError(name, None, "", _INSANE) from None


def parse_yaml(name: str, text: str) -> object:
    """Return a YAML document; raises RequirementsError with the line where it is none."""
    import yaml  # for few inputs

    _check_size(name, text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 (a safe loader, in C where it is there)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = mark.line + 1 if mark else None
        raise RequirementsError(name, where, "", f"not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise RequirementsError(name, None, "", "not valid YAML") from None


def _check_size(name: str, text: str) -> None:
    if len(text) > _LARGEST:
        raise RequirementsError(name, None, "", f"longer than {_LARGEST:,} characters")


def table(value: object, *keys: str, complain: Complain) -> Mapping[str, Any]:
    """Return the table under nested keys; {} where it is missing."""
    for depth, key in enumerate(keys, 1):
        value = value.get(key) if isinstance(value, Mapping) else None
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            complain(f"[{'.'.join(keys[:depth])}] is no table")
            return {}
    return value if isinstance(value, Mapping) else {}


def tables(value: Mapping[str, Any], key: str, complain: Complain) -> Iterator[Mapping[str, Any]]:
    """Yield the tables of a list under a key."""
    for found in _items(value, key, complain):
        if isinstance(found, Mapping):
            yield found
        else:
            complain(f"one of {key} is no table")


def texts(value: Mapping[str, Any], key: str, complain: Complain) -> Iterator[str]:
    """Yield the strings of a list under a key."""
    for found in _items(value, key, complain):
        if isinstance(found, str):
            yield found
        else:
            complain(f"one of {key} is no string")


def text_at(value: Mapping[str, Any], key: str, complain: Complain) -> str | None:
    """Return the string under a key, or None."""
    found = value.get(key)
    if found is None or isinstance(found, str):
        return found
    complain(f"{key} is no string")
    return None


def _items(value: Mapping[str, Any], key: str, complain: Complain) -> list[Any]:
    found = value.get(key, [])
    if isinstance(found, list):
        return found
    complain(f"{key} is no list")
    return []
