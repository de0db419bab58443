"""Write the parts of our pages that the code itself states, so that they cannot become untrue.

    python data/house/pages.py            # rewrite them
    python data/house/pages.py --check    # exit code 1 where one is not current

In `.github/ARCHITECTURE.md`: the rooms with what each is for (the first line of its docstring), and
a picture of their imports. In `.github/SECURITY.md`: the limits with their numbers. A part lies
between ``<!-- NAME: … -->`` and ``<!-- end of NAME -->``. And `wheelcheck/cli/help.txt`, which
``wheelcheck --help`` prints.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

__all__ = ["Limit", "current", "main", "reduced", "room_imports"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "wheelcheck"
ARCHITECTURE = ROOT / ".github" / "ARCHITECTURE.md"
SECURITY = ROOT / ".github" / "SECURITY.md"
HELP = PACKAGE / "cli" / "help.txt"
LAW = ROOT / "tests" / "test_architecture.py"
FACES = {"__init__", "__main__"}
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limit:
    """A constant of the code, what it limits, and its unit: ``MiB``, ``MB``, ``s`` or a noun."""

    module: str
    constant: str
    what: str
    unit: str

    @property
    def value(self) -> str:
        """The number with its unit, for people."""
        number = getattr(import_module(f"wheelcheck.{self.module}"), self.constant)
        if self.unit == "MiB":
            number /= _MIB
        elif self.unit == "MB":
            number /= 1_000_000
        return f"{number:,.0f} {self.unit}".replace(",", " ").rstrip()  # all are whole


LIMITS = (
    Limit("index.archives.limits", "MAX_COMPRESSED_BYTES", "archive that is read whole", "MiB"),
    Limit("index.archives.limits", "MAX_UNPACKED_BYTES", "the same, unpacked", "MiB"),
    Limit("index.archives.limits", "MAX_EXPANSION", "expansion of a zip member", "times"),
    Limit("index.archives.limits", "MAX_MEMBERS", "members of an archive", ""),
    Limit("index.archives.limits", "MAX_PATH", "path of a member", "characters"),
    Limit("index.archives.limits", "MAX_DIRECTORY_BYTES", "directory of a zip archive", "MiB"),
    Limit("index.archives.limits", "MAX_TEXT_BYTES", "text read from one member", "MiB"),
    Limit("index.archives.limits", "MAX_TEXTS_BYTES", "texts read from one archive", "MiB"),
    Limit("index.network.deadlines", "PAGE_SECONDS", "time for a page or metadata", "s"),
    Limit("index.network.deadlines", "ARCHIVE_SECONDS", "time for an archive", "s"),
    Limit("index.network.deadlines", "SLOWEST", "or more, while there come per second", "bytes"),
    Limit("index.network.deadlines", "RUN_SECONDS", "time for a run (`--timeout`)", "s"),
    Limit("index.network.http", "MAX_PAGE_BYTES", "page of an index", "MiB"),
    Limit("index.pages.html_page", "MAX_HTML_BYTES", "HTML page of an index", "MiB"),
    Limit("index.pages.html_page", "HTML_SECONDS", "time to parse HTML, and 1 s per MB", "s"),
    Limit("index.metadata", "MAX_REQUIRES_DIST", "requirements that metadata states", ""),
    Limit("resolution.dependencies", "MAX_REQUIREMENTS", "requirements that hold on a target", ""),
    Limit("resolution.requires_dist", "LONGEST", "requirement in metadata", "characters"),
    Limit("index.network.http", "MAX_REDIRECTS", "redirects of a request", ""),
    Limit("index.network.http", "ATTEMPTS", "attempts at a request", ""),
    Limit("index.network.http", "LONGEST_DELAY", "wait between attempts", "s"),
    Limit("index.network.connections", "CONNECT_SECONDS", "wait for a connection", "s"),
    Limit("index.network.connections", "READ_SECONDS", "wait for data", "s"),
    Limit("requirements.input_location", "_LARGEST", "input file", "MB"),
    Limit(
        "requirements.pip.pip_syntax", "LONGEST_LINE", "line of a requirement file", "characters"
    ),
    Limit("requirements.pip.requirement_file", "MAX_INCLUDES", "files including another", "levels"),
    Limit("requirements.pip.requirement_file", "MAX_FILES", "files that are included", ""),
    Limit("requirements.documents", "_LARGEST", "TOML or JSON document", "MB"),
    Limit("dockerfile.reading.dockerfile_reader", "LARGEST", "Dockerfile", "characters"),
    Limit("dockerfile.reading.files.build_context", "MAX_BYTES", "file of a build context", "MB"),
    Limit("dockerfile.reading.shell.nesting", "MAX_NESTING", "nested shell commands", "levels"),
    Limit("dockerfile.reading.shell.variables", "MAX_TEXT", "expanded text", "characters"),
    Limit("builds.setup_script.script_syntax", "_LARGEST", "setup.py that is read", "bytes"),
    Limit("builds.setup_script.expressions", "_BUDGET", "evaluated nodes of a setup.py", ""),
    Limit("resolution.resolver", "MAX_ROUNDS", "rounds of the resolver for a target", ""),
    Limit("builds.plan", "MAX_DEPTH", "builds that are needed to build others", "levels"),
    Limit("builds.tried_versions", "MAX_TRIED", "candidates tried for a build environment", ""),
    Limit("targets.compatibility", "MAX_TAGS", "tags of one wheel's name", ""),
)


def limits() -> Iterator[str]:
    """The table of limits. Their places are given as modules of `wheelcheck`."""
    yield "| limit | value | in the code |"
    yield "|---|---:|---|"
    for limit in LIMITS:
        yield f"| {limit.what} | {limit.value} | `{limit.module}.{limit.constant}` |"


def layers() -> list[str]:
    """The rooms in their order, from the test that enforces it."""
    for node in ast.parse(LAW.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LAYERS":
            rooms: list[str] = ast.literal_eval(node.value)
            return rooms
    raise LookupError(f"{LAW} has no LAYERS")


def room_of(dotted: str, rooms: list[str]) -> str:
    """The room of a dotted name without ``wheelcheck.``: the longest that is listed."""
    parts = dotted.split(".")
    inner = ".".join(parts[:2])
    return inner if inner in rooms else parts[0]


def room_imports() -> dict[str, set[str]]:
    """Which rooms each room imports from, also inside functions; rooms in their order."""
    rooms = layers()
    found: dict[str, set[str]] = {room: set() for room in rooms if docstring_of(room)}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = room_of(".".join(path.relative_to(PACKAGE).with_suffix("").parts), rooms)
        if room in FACES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("wheelcheck"):
                inner = str(node.module).removeprefix("wheelcheck").removeprefix(".")
                for name in node.names if not inner else [None]:
                    other = room_of(name.name if name else inner, rooms)
                    if other != room and other in found:
                        found[room].add(other)
    return found


def reduced(edges: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The arrows that no longer way replaces (the transitive reduction of an acyclic graph)."""

    def reach(room: str, seen: set[str]) -> set[str]:
        for other in edges[room] - seen:
            seen.add(other)
            reach(other, seen)
        return seen

    return {
        room: sorted(
            other
            for other in targets
            if not any(other in reach(between, set()) for between in targets - {other})
        )
        for room, targets in edges.items()
    }


def docstring_of(room: str) -> str:
    """The first paragraph of a room's docstring; empty where there is no such room yet."""
    base = PACKAGE.joinpath(*room.split("."))
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    if not path.is_file():
        return ""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def rooms() -> Iterator[str]:
    """The table of rooms."""
    yield "| room | what it is for |"
    yield "|---|---|"
    for room in room_imports():
        yield f"| `{room}` | {docstring_of(room)} |"


def picture() -> Iterator[str]:
    """The rooms as a Mermaid flowchart, users above what they use."""
    arrows = reduced(room_imports())
    yield "```mermaid"
    yield "flowchart TD"
    for room in reversed(arrows):
        yield f'  {_node(room)}["{room}"]'
    for room in reversed(arrows):
        for other in arrows[room]:
            yield f"  {_node(room)} --> {_node(other)}"
    yield "```"


def _node(room: str) -> str:
    return room.replace(".", "_")


PARTS = (
    (ARCHITECTURE, "rooms", rooms),
    (ARCHITECTURE, "picture", picture),
    (SECURITY, "limits", limits),
)


def help_page() -> str:
    """What ``wheelcheck --help`` prints where 80 columns have room.

    As argparse of Python 3.11 and 3.12 writes it; others write it a little otherwise.
    """
    if sys.version_info[:2] not in {(3, 11), (3, 12)}:
        return HELP.read_text(encoding="utf-8")
    from wheelcheck.cli.options.parsers import check_parser

    with patch.dict(os.environ, {"COLUMNS": "80"}):
        return check_parser().format_help()


def current() -> dict[Path, str]:
    """Each page as it should be."""
    pages = {path: path.read_text(encoding="utf-8") for path, _, _ in PARTS}
    for path, name, lines in PARTS:
        pattern = re.compile(rf"(<!-- {name}: .*? -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if not pattern.search(pages[path]):
            raise LookupError(f"{path} has no part {name!r}")
        body = "\n".join(lines())
        pages[path] = pattern.sub(lambda m, b=body: f"{m[1]}\n{b}\n\n{m[2]}", pages[path])
    return {**pages, HELP: help_page()}


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    stale = 0
    for path, text in current().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale += 1
            print(f"{path.relative_to(ROOT)}: {'not current' if options.check else 'written'}")
            if not options.check:
                path.write_text(text, encoding="utf-8")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
