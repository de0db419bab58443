"""An input that is a document, and what its reader needs besides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.requirements.collection import Collection
from wheelcheck.requirements.documents import parse_toml
from wheelcheck.requirements.input_location import InputLocation, Opener, is_remote
from wheelcheck.requirements.lock_markers import python_marker
from wheelcheck.requirements.requirement_set import Origin, Scope, ScopeEnvironment
from wheelcheck.requirements.selection import Selection

__all__ = ["InputDocument"]

_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")


@lru_cache(maxsize=1)
def _lines_of_strings(text: str) -> Mapping[str, int]:
    """Where each string in quotes stands first."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for item in _QUOTED.finditer(line):
            found.setdefault(item[1] or item[2] or "", number)
    return found


class InputDocument(Struct, frozen=True):
    """A project, lock or script: its text, its document, and where its reader puts what it finds.

    Nothing it names is read outside its own folder, unless `allow_outside`.
    """

    place: InputLocation
    text: str
    tree: Mapping[str, Any]
    collection: Collection
    selection: Selection
    opener: Opener
    environ: Mapping[str, str]
    allow_outside: bool = False

    def origin(self, line: int | None = None) -> Origin:
        """Return a place in this input."""
        return Origin(self.place.shown, line)

    def line_of(self, written: str) -> int | None:
        """The line with a string in quotes; None where it is not found."""
        return _lines_of_strings(self.text).get(written)

    def complain(self, message: str) -> None:
        """Report a part that is not what it should be, and is skipped."""
        why = Unknown("part-not-understood", f"{message}: passed over")
        self.collection.skip(self.origin(), why)

    def warn(self, message: str) -> None:
        """Report what a reader should know though everything is judged."""
        self.collection.warn(self.origin(), message)

    def beside(self, name: str) -> InputLocation:
        """Return the place of a file that this input names."""
        start = self.place if self.allow_outside else self.place.confined()
        return start.join(name, name)

    @property
    def has_no_folder(self) -> bool:
        """Whether nothing lies beside it: it came from the web or from standard input."""
        return is_remote(self.place.location) or self.place.location == "-"

    def neighbour(self, name: str) -> Mapping[str, Any]:
        """Return the TOML document of a file in the same folder; {} where there is none.

        What came from the web or from standard input has no neighbours.
        """
        if self.has_no_folder:
            return {}
        try:
            text = self.opener.read(self.beside(name)).decode("utf-8")
            return parse_toml(name, text)
        except (OSError, UnicodeDecodeError):
            return {}
        except RequirementsError as error:
            self.complain(f"{name} beside it cannot be read ({error.why})")
            return {}

    def bound_python(self, requires: str | None, origin: Origin | None = None) -> None:
        """Say which Pythons this input is for, by a Requires-Python."""
        if requires is None:
            return
        try:
            marker = python_marker(SpecifierSet(requires))
        except InvalidSpecifier:
            self.complain(f"the Python requirement {requires!r} is invalid")
            return
        if marker is not None:
            why = f"it requires Python {requires}"
            self.bound([ScopeEnvironment(marker)], why, kind="python", origin=origin)

    def bound(
        self,
        environments: Sequence[ScopeEnvironment],
        why: str,
        *,
        kind: str = "environment",
        origin: Origin | None = None,
        advisory: bool = False,
    ) -> None:
        """Say on which targets this input is meant to be installed; see `Scope`."""
        scope = Scope(origin or self.origin(), tuple(environments), why, kind, advisory)
        self.collection.add_scope(scope)
