"""Which members of an sdist stand for the sources that a build description names."""

from __future__ import annotations

import fnmatch
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping

from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.index.archives.sources.languages import language_of

__all__ = ["resolved", "untemplated"]

_TEMPLATES = (".in", ".tp", ".src", ".tpl", ".jinja", ".jinja2")
_ALTERNATIVES = (".pyx", ".c", ".cpp", ".py", "_template.c", ".pyx.in", ".pyx.tp")
_TEMPLATE_WORDS = ("templ", "template", "tmpl", "in")
"""Of the names of templates that keep their suffix: ``h5t.templ.pyx`` becomes ``h5t.pyx``."""


def untemplated(path: str) -> str:
    """The name of what a template becomes: ``algos.pyx`` for ``algos.pyx.in``."""
    return posixpath.splitext(path)[0] if path.endswith(_TEMPLATES) else path


def resolved(names: Iterable[str], sizes: Mapping[str, int], *, copies: bool = False) -> set[str]:
    """Members that stand for the named sources.

    Shipped C takes the place of its `.pyx`: it is what is compiled, or has the size of what will
    be. A source that is not there is made from its namesake or from a template, or, with `copies`,
    copied from elsewhere; a pattern stands for what matches it.
    """
    found = set()
    paths = [posixpath.normpath(name) for name in names]
    listed = Counter(map(posixpath.basename, paths))
    for path in paths:
        stem, suffix = posixpath.splitext(path)
        options = [path, *(path + ending for ending in _TEMPLATES)]
        options += [f"{stem}.{word}{suffix}" for word in _TEMPLATE_WORDS]
        options += [stem + ending for ending in _ALTERNATIVES]
        if suffix == ".pyx":
            options = [f"{stem}.c", f"{stem}.cpp", *options]
        there = [option for option in options if option in sizes][:1]
        if not there and copies:
            there = _matching(path, sizes) if "*" in path else _copied(path, sizes, listed)
        found.update(there)
    return found


def _matching(pattern: str, sizes: Mapping[str, int]) -> list[str]:
    """Members that a pattern of names means, as `cythonize` takes them: ``**`` is any folders."""
    folder = posixpath.dirname(pattern)
    if "**/" in pattern:
        return fnmatch.filter(sizes, pattern.replace("**/", "*"))
    return [path for path in fnmatch.filter(sizes, pattern) if posixpath.dirname(path) == folder]


def _copied(path: str, sizes: Mapping[str, int], listed: Mapping[str, int]) -> list[str]:
    """What a script copies, and perhaps patches, to a place of its own: ``build/lib/mdb.c``.

    `listed` counts the sources of each name; of more namesakes nobody knows which it is.
    """
    folder, name = posixpath.split(path)
    tail = f"/{posixpath.basename(folder)}/{name}"
    namesakes = [each for each in sizes if posixpath.basename(each) == name and not is_aside(each)]
    nearer = [each for each in namesakes if f"/{each}".endswith(tail)] or namesakes
    is_source = language_of(untemplated(path)) is not None
    return nearer if is_source and len(nearer) <= listed[name] else []
