"""What reading gathers: one growing `Requirements`, whatever kind of file it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.fence import contain
from wheelcheck.redaction import redact
from wheelcheck.requirements.lock_markers import readable_marker, unreadable_part
from wheelcheck.requirements.pip.pip_options import CommandLine, OptionMerger
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, Line
from wheelcheck.requirements.pip.requirement_strings import (
    Judged,
    LocalFolder,
    NotJudged,
    parse_editable,
    parse_requirement,
)
from wheelcheck.requirements.requirement_set import (
    IndexOptions,
    LockFacts,
    Origin,
    RequirementLine,
    Requirements,
    Scope,
    SkippedLine,
)

__all__ = ["Collection", "refusals", "refused"]


_NAME = re.compile(
    r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*@", re.ASCII
)
"""The name before the URL of a direct reference."""


AddFolder = Callable[[NotJudged, LocalFolder, Origin, str], bool]
"""Adds the project in a folder that a requirement names, by where and how it is written.

It returns whether there was a project that can be read.
"""


@contextmanager
def refusals(origin: Origin, line: Line) -> Iterator[None]:
    """Turn an InvalidLine into a RequirementsError that names the place and hides secrets."""
    try:
        yield
    except InvalidLine as error:
        # A traceback would quote the cause, and the cause quotes the line with its secrets.
        raise refused(error, origin, line) from None


def refused(error: InvalidLine, origin: Origin, line: Line) -> RequirementsError:
    """An InvalidLine as the error that names the place and hides secrets."""
    return RequirementsError(origin.file, origin.line, line.written, line.hide(str(error)))


def _parsed(text: str, parse: Callable[[], Judged | NotJudged]) -> Judged | NotJudged:
    """A requirement as it was parsed; what cannot be handled is not judged.

    Raises InvalidLine where pip refuses it.
    """
    try:
        return parse()
    except InvalidLine:
        raise
    except Exception as error:  # noqa: BLE001 (of this line alone)
        why = contain(error, "the requirement", "requirement-unreadable")
        found = _NAME.match(text)
        return NotJudged(why, canonicalize_name(found[1]) if found else None)


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
        self._build_constraints: dict[str, None] = {}
        self._inherited_constraints: dict[str, None] = {}
        self._skipped: dict[SkippedLine, None] = {}
        self._warnings: dict[str, None] = {}
        self._any_hash = False
        self._features: dict[tuple[str, Origin], None] = {}
        self._algorithms: dict[tuple[str, Origin], None] = {}
        self._add_folder: AddFolder | None = None
        self._of_project = False

    @contextmanager
    def reading_project(self) -> Iterator[None]:
        """Take what is added meanwhile for what a project declares, not for lines of the user."""
        before, self._of_project = self._of_project, True
        try:
            yield
        finally:
            self._of_project = before

    def read_folders(self, add: AddFolder) -> None:
        """Have projects in folders of this machine read, which are left aside otherwise."""
        self._add_folder = add

    @property
    def constraints(self) -> tuple[Requirement, ...]:
        """The constraints that were read."""
        return tuple(line.requirement for line in self._constraints)

    @property
    def skipped(self) -> tuple[SkippedLine, ...]:
        """What is not judged."""
        return tuple(self._skipped)

    def constrain_builds(self, found: Iterable[Requirement], *, inherited: bool = False) -> None:
        """Add what narrows the environments of builds; a URL does not.

        `inherited` says that it is for what is installed, and that a pip may hand it on.
        """
        known = self._inherited_constraints if inherited else self._build_constraints
        known.update(dict.fromkeys(str(each) for each in found if each.url is None))

    def result(
        self, missing_extras: tuple[str, ...] = (), missing_groups: tuple[str, ...] = ()
    ) -> Requirements:
        """Return everything gathered; raises UsageError where options exclude each other."""
        return Requirements(
            lines=tuple(self._lines),
            constraints=tuple(self._constraints),
            build_constraints=tuple(self._build_constraints),
            inherited_constraints=tuple(self._inherited_constraints),
            skipped=tuple(self._skipped),
            policy=self.options.policy(any_hash=self._any_hash),
            index=self._index(),
            features=tuple(self._features),
            algorithms_of_uv=tuple(self._algorithms),
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

    def add_feature(self, feature: str, origin: Origin) -> None:
        """Add what ``--use-feature`` names."""
        self._features[feature, origin] = None

    def add_algorithm(self, algorithm: str, origin: Origin) -> None:
        """Add the algorithm of a ``--hash`` that uv takes and pip does not."""
        self._algorithms[algorithm, origin] = None

    def skip(
        self,
        origin: Origin,
        why: Unknown,
        *,
        text: str = "",
        name: NormalizedName | None = None,
        marker: Marker | None = None,
        constraint: bool = False,
    ) -> None:
        """Add something that an installer would apply and that is not judged."""
        line = SkippedLine(origin, redact(text), why, name, marker, constraint)
        self._skipped[line] = None

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
        nested: bool = False,
    ) -> None:
        """Add a requirement as pip spells it; raises InvalidLine where pip refuses it.

        Args:
            text: the requirement without its options.
            origin: where it is written.
            line: the line that it is from, for messages.
            hashes: the values of its ``--hash`` options.
            constraint: whether it is from a constraint file.
            nested: whether another input file names that constraint file.
        """
        parsed = _parsed(text, lambda: self.parse(text, line))
        self.place(parsed, origin, line.shown, hashes=hashes, constraint=constraint, nested=nested)

    def add_editable(
        self, text: str, origin: Origin, line: Line, *, constraint: bool = False
    ) -> None:
        """Add what follows ``-e``; raises InvalidLine where pip refuses it."""
        if constraint:
            raise InvalidLine("editable requirements are not allowed as constraints")
        self.place(_parsed(text, lambda: self.parse_editable(text)), origin, line.shown)

    def parse(self, text: str, line: Line) -> Judged | NotJudged:
        """Read a requirement of a line; raises InvalidLine where pip refuses it."""
        return parse_requirement(text, line.hide)

    def parse_editable(self, text: str) -> NotJudged:
        """Read what follows ``-e``; raises InvalidLine where pip refuses it."""
        return parse_editable(text)

    def add_line(self, line: RequirementLine) -> None:
        """Add a requirement that is a value already."""
        why = unreadable_part(line.requirement)
        if why is not None:
            name = canonicalize_name(line.requirement.name)
            self.skip(line.origin, why, text=line.text, name=name)
            return
        self._lines.append(replace(line, of_project=True) if self._of_project else line)
        self._any_hash |= bool(line.hashes) and not line.locked

    def _adds_project(self, parsed: NotJudged, origin: Origin, written: str) -> bool:
        if parsed.folder is None or self._add_folder is None:
            return False
        return self._add_folder(parsed, parsed.folder, origin, written)

    def place(
        self,
        parsed: Judged | NotJudged,
        origin: Origin,
        written: str,
        *,
        hashes: tuple[str, ...] = (),
        constraint: bool = False,
        nested: bool = False,
    ) -> None:
        """Put a parsed requirement where it belongs; raises InvalidLine for a bad constraint."""
        self._any_hash |= bool(hashes)
        if isinstance(parsed, NotJudged):
            why = parsed.why
            if not constraint and self._adds_project(parsed, origin, written):
                if why.code == "bare-path":  # uv installs it, and pip refuses the input
                    refused = Unknown("project-at-bare-path", why.reason)
                    self.skip(origin, refused, text=written, marker=parsed.marker)
                return
            if constraint:
                if parsed.name is None:
                    raise InvalidLine("unnamed requirements are not allowed as constraints")
                why = Unknown("direct-constraint", f"{parsed.name} is constrained to: {why}")
            self.skip(
                origin,
                why,
                text=written,
                name=parsed.name,
                marker=parsed.marker,
                constraint=constraint,
            )
            return
        unreadable = unreadable_part(parsed.requirement)
        if unreadable is not None:
            self.skip(
                origin,
                unreadable,
                text=written,
                name=canonicalize_name(parsed.requirement.name),
                marker=readable_marker(parsed.requirement),
                constraint=constraint,
            )
            return
        hashes_ = parsed.hashes.union(hashes)
        requirement, invalid = parsed.requirement, parsed.invalid
        line = RequirementLine(
            requirement,
            origin,
            written,
            hashes_,
            invalid=invalid,
            nested=nested,
            of_project=self._of_project,
        )
        if not constraint:
            self._lines.append(line)
            return
        if not parsed.named:
            raise InvalidLine("unnamed requirements are not allowed as constraints")
        self._constraints.append(line)
