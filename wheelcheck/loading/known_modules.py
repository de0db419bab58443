"""The shipped table of single modules: what an import of them needs beyond that of their package.

`import OpenGL` needs nothing, `import OpenGL.GL` a library; the code finds its name in ways that
its syntax tree does not show. A row holds for the releases from the minor release that was read, up
to the next row of the module or the next major release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from packaging.version import Version

from wheelcheck.loading.wheel_facts import ModuleNeeds
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Libc

__all__ = ["has_known_modules", "known_modules"]


def known_modules(project: str, version: Version, libc: Libc) -> tuple[ModuleNeeds, ...]:
    """What the modules of a release need, as far as the table says."""
    rows = _rows().get(project)
    if rows is None:
        return ()
    final = Version(version.base_version)
    found: dict[str, ModuleNeeds] = {}
    for row in rows:
        read = Version(row["read"])
        fits = Version(row["since"]) <= final and version.major <= read.major
        if fits and row["libc"] in {"any", libc.value}:
            opens = tuple(tuple(group.split("|")) for group in row["opens"].split())
            needs = tuple(row["needs"].split())
            found.setdefault(row["module"], ModuleNeeds(row["module"], needs, opens))
    return tuple(found.values())


def has_known_modules(project: str) -> bool:
    """Whether the table has modules of a project."""
    return project in _rows()


@cache
def _rows() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for row in read_table("loading/known_modules.csv"):
        found[row["project"]].append(row)
    return {
        project: tuple(sorted(rows, key=lambda row: Version(row["since"]), reverse=True))
        for project, rows in found.items()
    }
