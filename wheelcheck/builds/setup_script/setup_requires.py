"""What calls of `setup()` have setuptools fetch before anything else is built."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.builds.setup_script.calls import SetupCall
from wheelcheck.builds.setup_script.computed.extension_arguments import strings_of
from wheelcheck.builds.setup_script.computed.script_values import Value

__all__ = ["requires_unclear", "setup_requires"]


def _flat(value: Value) -> Iterator[str]:
    """The strings of a list, and of lists in it, which setuptools takes as well."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield from strings_of(value) or ()


def setup_requires(calls: list[SetupCall]) -> tuple[str, ...]:
    """Requirements, one a line where they are strings, as pkg_resources reads them."""
    lines = (
        line.partition(" #")[0].strip()
        for part in _stated_requires(calls)
        for stated in _flat(part)
        for line in stated.splitlines()
    )
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def requires_unclear(calls: list[SetupCall]) -> bool:
    """Whether `setup_requires` may have more than was read."""
    return any(not _is_read(value) for value in _stated_requires(calls))


def _stated_requires(calls: list[SetupCall]) -> list[Value]:
    """What calls give as `setup_requires`, or keywords that are not known.

    distutils' own `setup()` passes over them, also where setuptools is imported.
    """
    given = [call.arguments for call in calls if call.function != "distutils.core.setup"]
    return [keys.get("setup_requires", keys.get("**")) for keys in given]


def _is_read(value: Value) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_read, value))
    return value is None or isinstance(value, str)
