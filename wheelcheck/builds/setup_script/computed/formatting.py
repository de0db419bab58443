"""Strings that a setup script formats: with `str.format`, with ``%``, and with nothing fancy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from wheelcheck.builds.setup_script.computed.methods import LONG
from wheelcheck.builds.setup_script.computed.script_values import Value, opaque

__all__ = ["formatted", "interpolated"]

_PLACE = re.compile(r"%(?:\((\w+)\))?(.)", re.DOTALL)
_Shown = str | int | float | None


def formatted(text: str, args: list[Value], keys: Mapping[str, Value]) -> Value:
    """``text.format(*args, **keys)``; unknown with widths, conversions, or unknown arguments."""
    parts: list[str] = []
    upcoming = iter(args)
    numbered: set[bool] = set()
    try:
        for literal, name, width, conversion in Formatter().parse(text):
            parts.append(literal)
            if name is None:
                continue
            if width or conversion:  # "{:>999999999}" would make any string long
                return opaque(*args, *keys.values())
            if not name:
                value = next(upcoming)
            else:
                value = args[int(name)] if name.isdecimal() else keys[name]
            if not name or name.isdecimal():
                numbered.add(bool(name))
            parts.append(_shown(value))
    except (ValueError, LookupError, StopIteration):  # a real build would stop here
        return opaque(*args, *keys.values())
    return opaque() if len(numbered) > 1 else _bounded(parts)


def interpolated(text: str, operand: Value) -> Value:
    """``text % operand`` for plain ``%s``, ``%r`` and ``%d``; unknown for anything else."""
    upcoming = iter(operand if isinstance(operand, tuple) else (operand,))
    parts: list[str] = []
    end = 0
    try:
        for place in _PLACE.finditer(text):
            parts.append(text[end : place.start()])
            end = place.end()
            name, kind = place.groups()
            if kind == "%":
                parts.append("%")
                continue
            value = operand[name] if name else next(upcoming)
            parts.append(_interpolated_part(kind, value))
    except (ValueError, LookupError, StopIteration, TypeError):
        return opaque(operand)
    left = isinstance(operand, tuple) and any(True for _ in upcoming)
    return opaque(operand) if left or "%" in text[end:] else _bounded([*parts, text[end:]])


def _interpolated_part(kind: str, value: Value) -> str:
    """A value as ``%s``, ``%r`` or ``%d`` shows it. Raises ValueError where that is unknown."""
    if kind not in "sr" and (kind not in "diu" or type(value) is not int):
        raise ValueError
    return repr(value) if kind == "r" and isinstance(value, str) else _shown(value)


def _shown(value: Value) -> str:
    """A value as formatted into the string. Raises ValueError where it is unknown."""
    if not isinstance(value, _Shown) or (isinstance(value, int) and abs(value) >= 1 << 64):
        raise ValueError
    return str(value)


def _bounded(parts: list[str]) -> Value:
    return "".join(parts) if sum(map(len, parts)) < LONG else opaque()
