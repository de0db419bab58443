"""What the arguments of an extension module say: texts, libraries and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wheelcheck.builds.setup_script.computed.script_values import Opaque, Value

__all__ = ["libraries_of", "options_of", "strings_of"]

_PLACE = 6
"""The place of `libraries` among the arguments of `Extension`, as in setuptools and distutils."""


def strings_of(value: Value) -> tuple[str, ...] | None:
    """The strings of a list, or a lone string; None for any other value."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(part for part in value if isinstance(part, str))
    return None


def libraries_of(
    args: Sequence[Value], keys: Mapping[str, Value]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The libraries of an extension module: names, and for those of several names all of these."""
    value = keys.get("libraries", args[_PLACE] if len(args) > _PLACE else None)
    parts = [value] if isinstance(value, Opaque) else value
    if not isinstance(parts, list | tuple):
        return strings_of(value) or (), ()
    names, alternatives = list(strings_of(parts) or ()), []
    for part in parts:
        ways = part.ways if isinstance(part, Opaque) else ()
        common = [name for name in (ways[0] if ways else ()) if all(name in way for way in ways)]
        own = [[name for name in way if name not in common] for way in ways]
        names += common
        if own and all(own):
            alternatives.append(tuple(dict.fromkeys(way[0] for way in own)))
    return tuple(names), tuple(alternatives)


def options_of(keys: Mapping[str, Value]) -> tuple[str, ...]:
    """The options for the compiler and the linker, the folders of headers among them."""
    given = (strings_of(keys.get(key)) for key in ("extra_compile_args", "extra_link_args"))
    folders = strings_of(keys.get("include_dirs")) or ()
    return (
        *(option for options in given for option in options or ()),
        *(f"-I{folder}" for folder in folders),
    )
