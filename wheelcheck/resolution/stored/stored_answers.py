"""What the solver was answered in an earlier run, in a form that is read back at once.

Solving 330 pins on a target takes a thousand answers, of which an edited requirement file alters a
handful. An answer follows from the page of its project, the target, the user's rules on files and
the metadata of files, which never change. So the caller gives back what was stored only while the
index's pages are what they were; the rest of what an answer depends on is in its key. The solver
itself always solves from the beginning: what it is answered, from a page or from here, is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.redaction import has_secret
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution.stored.stored_forms import TargetForm, encode
from wheelcheck.resolution.stored.stored_places import StoredPlaces
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.result_cache.meaning import spelled_out
from wheelcheck.targets import Target

__all__ = ["StoredAnswers"]

LARGEST = 20_000_000
"""Bytes that are stored; what is more is stored from the beginning by a later run."""


class StoredAnswers(StoredPlaces):
    """The answers of earlier runs and of this one, for all targets; `data` is what was stored.

    Data that cannot be read counts as none. `is_new`: there is more than what was stored.
    """

    def __init__(self, data: bytes | None = None) -> None:
        super().__init__(data)
        self._targets: dict[tuple[Target, FilePolicy], TargetAnswers] = {}

    def knows(self, name: NormalizedName) -> bool:
        """Whether something of a project was stored, so that its page is not needed soon."""
        return name in self._stored.names

    def of(
        self, target: Target, policy: FilePolicy, environment: Mapping[str, str]
    ) -> TargetAnswers:
        """The answers on a target, for a policy and the values of its marker environment."""
        found = self._targets.get((target, policy))
        if found is None:
            interpreter = (target.implementation, target.python_full_version, target.free_threaded)
            platform = (target.implementation_version, target.installer, target.platform)
            parts = (*interpreter, *platform, policy, dict(environment))
            key = json.dumps(spelled_out(parts), sort_keys=True, default=str)
            stored = self._stored.targets.setdefault(key, TargetForm())
            found = self._targets[target, policy] = TargetAnswers(self, stored)
        return found

    def encoded(self) -> bytes | None:
        """What is to be stored; None where nothing is new, it is too much or may hold a secret."""
        if not self.is_new:
            return None
        if any(has_secret(file.url) or has_secret(file.origin) for file in self._stored.files):
            return None
        data = encode(self._stored)
        return data if len(data) <= LARGEST else None

    # --- specifiers -------------------------------------------------------------------------

    def admits(self, clauses: str, version: Version, find: Callable[[], bool]) -> bool:
        """Whether clauses admit a version, as `find` finds where it is not stored."""
        of_clauses, text = self._stored.bounds.setdefault(clauses, {}), str(version)
        found = of_clauses.get(text)
        if found is None:
            found = of_clauses[text] = find()
            self.is_new = True
        return found

    def traits(
        self, clauses: str, find: Callable[[], tuple[bool, bool, bool]]
    ) -> tuple[bool, bool, bool]:
        """What clauses say besides the versions, as `find` finds where it is not stored."""
        found = self._stored.traits.get(clauses)
        if found is None:
            found = self._stored.traits[clauses] = find()
            self.is_new = True
        return found

    def releases(
        self, name: NormalizedName, find: Callable[[], tuple[str, ...] | None]
    ) -> tuple[str, ...] | None:
        """All releases of a project, as `find` finds them where they are not stored."""
        found = self._stored.releases.get(name)
        if found is None:
            found = find()
            if found is not None:
                self._stored.releases[name] = found
                self.is_new = True
        return found
