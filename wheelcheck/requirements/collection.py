"""What reading gathers: one growing `Requirements`, whatever kind of file it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.requirements.model import (
    Origin,
    RequirementLine,
    Requirements,
    SkippedLine,
)
from wheelcheck.requirements.options import CommandLine, OptionMerger
from wheelcheck.requirements.pip_syntax import InvalidLine, Line
from wheelcheck.requirements.requirement_strings import (
    Judged,
    NotJudged,
    parse_editable,
    parse_requirement,
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
        self._lines: list[RequirementLine] = []
        self._constraints: list[RequirementLine] = []
        self._skipped: list[SkippedLine] = []
        self._warnings: dict[str, None] = {}
        self._any_hash = False

    def result(self) -> Requirements:
        """Return everything gathered; raises UsageError where options exclude each other."""
        return Requirements(
            lines=tuple(self._lines),
            constraints=tuple(self._constraints),
            skipped=tuple(self._skipped),
            policy=self.options.policy(any_hash=self._any_hash),
            index=self.options.index(),
            warnings=tuple(self._warnings),
        )

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
        self._any_hash |= bool(line.hashes)

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
            self._skipped.append(SkippedLine(origin, written, why, parsed.name, parsed.marker))
            return
        line = RequirementLine(parsed.requirement, origin, written, parsed.hashes.union(hashes))
        if not constraint:
            self._lines.append(line)
            return
        if not parsed.named:
            raise InvalidLine("unnamed requirements are not allowed as constraints")
        if parsed.requirement.extras:
            raise InvalidLine("constraints cannot have extras")
        self._constraints.append(line)
