"""Whether `poetry.lock` was made for the requirements that the project has now.

Poetry writes a hash of some tables of `pyproject.toml` into the lock (poetry/packages/locker.py,
1.8.3 to 2.5.1); `poetry install` fails since 1.8 where another comes of them now.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.documents import parse_toml

__all__ = ["poetry_lock_is_stale"]

_HASH = re.compile(r"(?!(.)\1*$)[0-9a-f]{64}")
"""Not a digit repeated, as locks have it that people write by hand."""
_ALWAYS = ("dependencies", "source", "extras", "dev-dependencies")
"""Tables that count as null where they are not there, in projects without a table [project]."""
_GROUPS = "dependency-groups"
_OF_PROJECT = ("requires-python", "dependencies", "optional-dependencies")


def poetry_lock_is_stale(lock: str, project: str, *, groups: bool = True) -> bool:
    """Whether a lock's text certainly does not fit a `pyproject.toml`'s; False where in doubt.

    It fits where any release of Poetry would write its hash; without `groups`, any before 2.3,
    which do not know that of later releases (findings/poetry-lock-of-a-newer-poetry.sh).
    """
    try:
        locked, wanted = parse_toml("poetry.lock", lock), parse_toml("pyproject.toml", project)
        before = locked["metadata"]["content-hash"]
        known = {key: table for key, table in wanted.items() if groups or key != _GROUPS}
        return bool(_HASH.fullmatch(before)) and before not in set(_hashes(known))
    except (RequirementsError, KeyError, TypeError, AttributeError):
        return False


def _hashes(project: Mapping[str, Any]) -> Iterator[str]:
    """What the releases of Poetry make of a project: 1.x, the newest, and before groups."""
    own = {key: project["project"][key] for key in _OF_PROJECT if key in project.get("project", {})}
    tool = project.get("tool", {}).get("poetry", {})
    present = {key: tool[key] for key in (*_ALWAYS, "group") if key in tool}
    yield _hash({**dict.fromkeys(_ALWAYS), **present})
    groups: Mapping[str, Any]
    for groups in (project.get(_GROUPS, {}), {}):
        content = {"project": own, _GROUPS: groups, "tool": {"poetry": present}}
        yield _hash({key: table for key, table in content.items() if table or key == "tool"})


def _hash(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
