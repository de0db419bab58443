"""`Pipfile`: what Pipenv asks for where no lock is followed (pipenv.pypa.io, Pipfile)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from wheelcheck.errors import Unknown
from wheelcheck.requirements.documents import table, text_at
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.projects.declared_requirements import add_requirement, parse_declared

__all__ = ["pipfile_requirements", "read_pipfile"]


def pipfile_requirements(text: str, *, dev: bool) -> tuple[list[str], list[Unknown]]:
    """The requirements of ``[packages]``, with ``[dev-packages]`` where `dev` is set.

    What is no requirement of an index (a path, a repository) is returned as a reason.
    """
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also endless numbers, deep nesting
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


def read_pipfile(given: InputDocument) -> None:
    """Add what ``pipenv install --skip-lock`` would: ``[packages]``, and the group ``dev``."""
    wanted = given.selection.groups(["dev", "dev-packages"])
    found, problems = pipfile_requirements(given.text, dev=bool(wanted))
    for text in found:
        requirement = parse_declared(given, text)
        if requirement is not None:
            add_requirement(given, requirement, given.origin())
    for why in problems:
        given.collection.skip(given.origin(), why)
    requires = table(given.tree, "requires", complain=given.complain)
    version = text_at(requires, "python_version", given.complain)
    if version:
        given.bound_python(f"=={version}.*")


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
