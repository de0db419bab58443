"""`Pipfile`: what Pipenv asks for where no lock is followed (pipenv.pypa.io, Pipfile)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from wheelcheck.errors import Unknown

__all__ = ["pipfile_requirements"]


def pipfile_requirements(text: str, *, dev: bool) -> tuple[list[str], list[Unknown]]:
    """The requirements of ``[packages]``, with ``[dev-packages]`` where `dev` is set.

    What is no requirement of an index (a path, a repository) is returned as a reason.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [Unknown("requirement-refused", f"the Pipfile is no TOML: {error}")]
    found, problems = [], []
    for section in ("packages", "dev-packages") if dev else ("packages",):
        table = tree.get(section, {})
        for name, entry in table.items() if isinstance(table, dict) else ():
            requirement = _requirement(str(name), entry)
            if requirement is None:
                why = f"{name} of the Pipfile is no package of an index"
                problems.append(Unknown("local-project", why))
            else:
                found.append(requirement)
    return found, problems


def _requirement(name: str, entry: object) -> str | None:
    if isinstance(entry, str):
        return name + ("" if entry == "*" else entry)
    if not isinstance(entry, Mapping) or {"path", "git", "file", "ref"} & entry.keys():
        return None
    extras = entry.get("extras", ())
    named = f"{name}[{','.join(map(str, extras))}]" if extras else name
    version = str(entry.get("version", "*"))
    marker = str(entry.get("markers", ""))
    bounds = "" if version == "*" else version
    return f"{named}{bounds}" + (f"; {marker}" if marker else "")
