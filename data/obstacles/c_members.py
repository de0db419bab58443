"""Write which members of CPython's structures are gone, and since when: `c_members.csv`.

    python data/obstacles/c_members.py 2.7=INCLUDE_DIR 3.6=… 3.8=… … 3.15=…

Compares the headers of each CPython that an extension module may include, comments left out. A row
is a member of a structure that an older CPython declares, and whose structure, or the member's
name with it, is in no header from `gone` on; `source` names the headers that were compared.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from c_api import COMMENT, patch

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/c_members.csv"
OWNERS = (
    "PyASCIIObject", "PyCodeObject", "PyCompactUnicodeObject", "PyCoroObject", "PyDictObject",
    "PyFrameObject", "PyGenObject", "PyInterpreterState", "PyLongObject", "PyMethodObject",
    "PyThreadState", "PyTypeObject", "PyUnicodeObject",
)  # fmt: skip
"""Structures that extension modules read; those of Python 2 alone are names that are gone."""
PLAIN = {"PyFrameObject", "PyInterpreterState", "PyLongObject", "PyThreadState"}
"""Those that no macro makes: what is not declared in them is not there."""
PREFIXES = {"PyGenObject": "gi", "PyCoroObject": "cr"}
ALIAS = re.compile(r"typedef\s+struct\s+(\w+)\s+(\w+)\s*;")
START = re.compile(r"struct\s*(\w*)\s*\{")
NAMED = re.compile(r"\s*(\w+)\s*;")
MEMBER = re.compile(r"(\w+)\s*(?:\[[^\]]*\])?\s*(?::\s*\d+)?\s*;|\(\s*\*\s*(\w+)\s*\)")
PREFIXED = re.compile(r"prefix##_(\w+)")
OF_HEADS = {"ob_refcnt", "ob_size", "ob_type", "_ob_next", "_ob_prev", "ob_base"}


def main() -> int:
    """Fill the table."""
    folders = [item.partition("=")[::2] for item in sys.argv[1:]]
    found = [(version, *read(Path(folder))) for version, folder in folders]
    rows = []
    for place in range(1, len(found)):
        before, gone = found[place - 1], found[place]
        source = f"headers of CPython {patch(folders[place - 1][1], before[0])} and "
        source += patch(folders[place][1], gone[0])
        since = "3.0" if before[0].startswith("2.") else gone[0]
        for owner in OWNERS:
            members = before[1].get(owner, set()) - OF_HEADS
            lost = (m for m in members if not any(has(m, owner, x) for x in found[place:]))
            rows += [(owner, member, since, source) for member in lost]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["owner", "member", "gone", "source"])
        table.writerows(sorted(rows))
    return 0


def has(member: str, owner: str, headers: tuple[str, dict[str, set[str]], set[str]]) -> bool:
    """Whether headers may declare a member: a structure may get it by a macro."""
    _, structures, words = headers
    known = structures.get(owner)
    if owner in PLAIN:
        return known is not None and member in known
    return member in (known or ()) or member in words


def read(folder: Path) -> tuple[dict[str, set[str]], set[str]]:
    """The structures of the headers with their members, and all words."""
    structures: dict[str, set[str]] = {}
    aliases: dict[str, str] = {}
    words: set[str] = set()
    for path in sorted(folder.rglob("*.h")):
        if "internal" in path.relative_to(folder).parts:
            continue
        text = COMMENT.sub(" ", path.read_text(errors="replace"))
        words |= set(re.findall(r"\w+", text))
        for owner, prefix in PREFIXES.items():
            made = {f"{prefix}_{name}" for name in PREFIXED.findall(text)}
            structures.setdefault(owner, set()).update(made)
            words |= made
        aliases |= {name: struct for struct, name in ALIAS.findall(text)}
        for match in START.finditer(text):
            body, end = body_of(text, match.end())
            members = {a or b for a, b in MEMBER.findall(body)}
            tail = NAMED.match(text, end)
            for name in (match[1], tail[1] if tail else ""):
                structures.setdefault(name, set()).update(members)
    structures |= {a: structures[s] for a, s in aliases.items() if s in structures}
    return structures, words


def body_of(text: str, start: int) -> tuple[str, int]:
    """What is between a brace before `start` and its counterpart, and where that ends."""
    depth, end = 1, start
    while depth and end < len(text):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start : end - 1], end


if __name__ == "__main__":
    raise SystemExit(main())
