"""What reading gathers: one growing `Requirements`, whatever kind of file it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from packaging.markers import Marker
from packaging.utils import NormalizedName

from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.requirements.pip.pip_options import CommandLine, OptionMerger
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, Line
from wheelcheck.requirements.pip.requirement_strings import (
    Judged,
    NotJudged,
    parse_editable,
    parse_requirement,
)
from wheelcheck.requirements.redaction import redact
from wheelcheck.requirements.requirement_set import (
    IndexOptions,
    LockFacts,
    Origin,
    RequirementLine,
    Requirements,
    Scope,
    SkippedLine,
)

__all__ = ["Collection", "refusals"]


@contextmanager
def refusals(origin: Origin, line: Line) -> Iterator[None]:
    """Turn an InvalidLine into a RequirementsError that names the place and hides secrets."""
    try:
        yield
    except InvalidLine as error:
        why = line.hide(str(error))
        # A traceback would quote the cause, and the cause quotes the line with its secrets.
        raise RequirementsError(origin.file, origin.line, line.written, why) from None


class Collection:
    """Gathers requirements, constraints, skipped lines, options and warnings in reading order."""

    def __init__(self, options: CommandLine) -> None:
        self.options = OptionMerger(options)
        self._user_chose_index = bool(
            options.index_url or options.extra_index_urls or options.no_index
        )
        self._lock_indexes: dict[str | None, None] = {}
        self._scopes: dict[Scope, None] = {}
        self._locks: list[LockFacts] = []
        self._lines: list[RequirementLine] = []
        self._constraints: list[RequirementLine] = []
        self._skipped: dict[SkippedLine, None] = {}
        self._warnings: dict[str, None] = {}
        self._any_hash = False

    def result(
        self, missing_extras: tuple[str, ...] = (), missing_groups: tuple[str, ...] = ()
    ) -> Requirements:
        """Return everything gathered; raises UsageError where options exclude each other."""
        return Requirements(
            lines=tuple(self._lines),
            constraints=tuple(self._constraints),
            skipped=tuple(self._skipped),
            policy=self.options.policy(any_hash=self._any_hash),
            index=self._index(),
            warnings=tuple(self._warnings),
            scopes=tuple(self._scopes),
            locks=tuple(self._locks),
            missing_extras=missing_extras,
            missing_groups=missing_groups,
        )

    def _index(self) -> IndexOptions:
        """Return where files are looked for; what the user says goes before what a lock says."""
        index = self.options.index()
        named = [url for url in self._lock_indexes if url]
        if self._user_chose_index or not named:
            return index
        others_too = None in self._lock_indexes or not all(line.locked for line in self._lines)
        if index.index_url is None and not others_too:
            index = replace(index, index_url=named.pop(0))
        return replace(index, extra_index_urls=(*index.extra_index_urls, *named))

    def add_lock_index(self, url: str | None) -> None:
        """Add an index that a lock takes packages from; None is the installer's default one."""
        # Locks leave out the slash at its end, by which it is known elsewhere.
        self._lock_indexes[url and f"{url.rstrip('/')}/"] = None

    def add_scope(self, scope: Scope | None) -> None:
        """Add where an input is meant to be installed at all; None sets no bounds."""
        if scope is not None:
            self._scopes[scope] = None

    def add_lock(self, lock: LockFacts) -> None:
        """Add what is known of a lock as a whole."""
        self._locks.append(lock)

    def skip(
        self,
        origin: Origin,
        why: Unknown,
        *,
        text: str = "",
        name: NormalizedName | None = None,
        marker: Marker | None = None,
    ) -> None:
        """Add something that an installer would apply and that is not judged."""
        self._skipped[SkippedLine(origin, redact(text), why, name, marker)] = None

    def warn(self, origin: Origin | None, message: str) -> None:
        """Keep a warning, once."""
        self._warnings[f"{origin}: {message}" if origin else message] = None

    def add(
        self,
        text: str,
        origin: Origin,
        line: Line,
        *,
        hashes: tuple[str, ...] = (),
        constraint: bool = False,
    ) -> None:
        """Add a requirement as pip spells it; raises InvalidLine where pip refuses it."""
        parsed = parse_requirement(text, line.hide)
        self.place(parsed, origin, line.shown, hashes=hashes, constraint=constraint)

    def add_editable(
        self, text: str, origin: Origin, line: Line, *, constraint: bool = False
    ) -> None:
        """Add what follows ``-e``; raises InvalidLine where pip refuses it."""
        if constraint:
            raise InvalidLine("editable requirements are not allowed as constraints")
        self.place(parse_editable(text), origin, line.shown)

    def add_line(self, line: RequirementLine) -> None:
        """Add a requirement that is a value already."""
        self._lines.append(line)
        self._any_hash |= bool(line.hashes) and not line.locked

    def place(
        self,
        parsed: Judged | NotJudged,
        origin: Origin,
        written: str,
        *,
        hashes: tuple[str, ...] = (),
        constraint: bool = False,
    ) -> None:
        """Put a parsed requirement where it belongs; raises InvalidLine for a bad constraint."""
        self._any_hash |= bool(hashes)
        if isinstance(parsed, NotJudged):
            why = parsed.why
            if constraint:
                if parsed.name is None:
                    raise InvalidLine("unnamed requirements are not allowed as constraints")
                why = Unknown("direct-constraint", f"{parsed.name} is constrained to: {why}")
            self.skip(origin, why, text=written, name=parsed.name, marker=parsed.marker)
            return
        line = RequirementLine(parsed.requirement, origin, written, parsed.hashes.union(hashes))
        if not constraint:
            self._lines.append(line)
            return
        if not parsed.named:
            raise InvalidLine("unnamed requirements are not allowed as constraints")
        self._constraints.append(line)
