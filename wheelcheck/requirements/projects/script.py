"""Scripts that state their own requirements (PEP 723)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from wheelcheck.errors import RequirementsError, UsageError
from wheelcheck.requirements.documents import parse_toml, table, text_at, texts
from wheelcheck.requirements.exclude_newer import parse_exclude_newer
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.projects.declared_requirements import add_requirement, parse_declared
from wheelcheck.requirements.projects.uv_settings import warn_of_uv

__all__ = ["read_script"]

_OPENING = re.compile(r"# /// ([a-zA-Z0-9-]+)")
_CLOSING = "# ///"


def read_script(given: InputDocument) -> None:
    """Add what a script asks for; raises RequirementsError where its block cannot be read.

    ``exclude-newer`` of its `[tool.uv]` counts unless the user gives another, if it is a date or
    a timestamp.
    """
    name = given.place.shown
    blocks = list(_blocks(given.text))
    if len(blocks) != 1:
        why = "has several '# /// script' blocks" if blocks else "its script block is not closed"
        raise RequirementsError(name, None, "", why)
    first, text = blocks[0]
    try:
        metadata = replace(given, tree=parse_toml(name, text))
    except RequirementsError as error:
        line = None if error.line is None else first + error.line
        raise RequirementsError(name, line, "", error.why) from None
    metadata.bound_python(text_at(metadata.tree, "requires-python", metadata.complain))
    for written in texts(metadata.tree, "dependencies", metadata.complain):
        requirement = parse_declared(metadata, written)
        if requirement is not None:
            add_requirement(metadata, requirement, metadata.origin(metadata.line_of(written)))
    warn_of_uv(metadata, applied=("exclude-newer",) if _exclude_newer(metadata) else ())


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield the script blocks with the number of the line that opens each.

    As the PEP defines them: comment lines up to the last ``# ///`` among them.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    position = 0
    while position < len(lines):
        opening = _OPENING.fullmatch(lines[position].rstrip())
        position += 1
        if opening is None:
            continue
        start, closing = position, None
        while position < len(lines) and re.match(r"#( |$)", lines[position]):
            if lines[position].rstrip() == _CLOSING:
                closing = position
            position += 1
        if closing is not None:
            position = closing + 1
            if opening[1] == "script":
                yield start, "\n".join(line[2:] for line in lines[start:closing])


def _exclude_newer(given: InputDocument) -> bool:
    """Apply the script's date bound; whether it counts."""
    settings = table(given.tree, "tool", "uv", complain=given.complain)
    setting = settings.get("exclude-newer")
    if isinstance(setting, datetime):
        setting = setting.isoformat()
    if not isinstance(setting, str) or not re.match(r"\d{4}-\d\d-\d\d", setting):
        return False
    try:
        moment = parse_exclude_newer(setting, now=datetime(1970, 1, 1, tzinfo=UTC))
    except UsageError as error:
        given.complain(f"exclude-newer: {error}")
        return False
    given.collection.options.exclude_newer(moment)
    return True
