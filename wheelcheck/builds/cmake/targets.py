"""Which sources a build by CMake compiles, and how often: those of the targets it builds."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from wheelcheck.builds.cmake.language import UNKNOWN
from wheelcheck.builds.cmake.made_targets import CMakeTarget
from wheelcheck.builds.cmake.project import CMakeProject
from wheelcheck.builds.cmake.roots import cmake_roots, command_line_defines
from wheelcheck.builds.cmake.variables import sdist_path
from wheelcheck.builds.sdist.build_system import strings, table
from wheelcheck.builds.sdist.named_sources import resolved
from wheelcheck.builds.sdist.scikit_build import scikit_build_settings

__all__ = ["CMakeWork", "cmake_work"]

_TARGET = re.compile(r"['\"]--target['\"],\s*['\"]([\w.+-]+)['\"]|--target[ =]([\w.+-]+)")
_EVERYTHING = frozenset({"all", "install", "install/strip"})


class CMakeWork(Struct, frozen=True):
    """Members of an sdist that are compiled, each as often as targets that are built have it.

    `unfollowed` are folders with a build of their own, of which nobody knows what it compiles.
    """

    sources: Mapping[str, int]
    unfollowed: frozenset[str] = frozenset()


def cmake_work(
    texts: Mapping[str, str], sizes: Mapping[str, int], *, certain: bool = False
) -> CMakeWork:
    """What the CMake project of an sdist compiles, as far as its files say.

    Parameters:
        texts: The sdist's build files by path.
        sizes: Bytes of its files.
        certain: Leave out what stands under a condition that only a build decides.
    """
    root = next(iter(cmake_roots(texts)), "")
    if not root:
        return CMakeWork({})
    project = CMakeProject(texts, tuple(sizes), root, command_line_defines(texts), certain=certain)
    found: Counter[str] = Counter()
    helped: set[str] = set()
    for target in _built(project.targets, _requested(texts)):
        own = set(_members(target, project, sizes))
        if target.helper:
            helped |= own
        else:
            found.update(own)
    found.update(helped - found.keys())
    return CMakeWork(found, frozenset(project.left()))


def _requested(texts: Mapping[str, str]) -> list[str]:
    """Targets that the backend's settings or a setup script name; none for all of them."""
    settings = scikit_build_settings(texts)
    names = [
        name for key in ("build", "cmake") for name in strings(table(settings, key).get("targets"))
    ]
    for pair in _TARGET.findall(texts.get("setup.py", "")):
        names += filter(None, pair)
    return [] if _EVERYTHING & set(names) else names


def _built(targets: Mapping[str, CMakeTarget], names: Collection[str]) -> Iterator[CMakeTarget]:
    """The targets that are asked for, or all that are not excluded, and what they use."""
    wanted = [name for name in names if name in targets]
    left = wanted or [name for name, target in targets.items() if not target.excluded]
    seen: set[str] = set()
    while left:
        name = left.pop()
        if name not in seen and name in targets:
            seen.add(name)
            yield targets[name]
            left += targets[name].uses


def _members(target: CMakeTarget, project: CMakeProject, sizes: Mapping[str, int]) -> Iterator[str]:
    """The members of the sdist that the sources of a target stand for."""
    for word, folder in target.sources:
        path = project.copies.original(sdist_path(word, folder), sizes)
        if path in project.made:
            yield from resolved((sdist_path(*read) for read in project.made[path]), sizes)
        elif not word.endswith(UNKNOWN) and posixpath.splitext(path)[1]:
            yield from resolved([path], sizes, copies=True)
