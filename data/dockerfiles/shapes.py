"""Run every shape of `shapes.toml` and hold what is said against what must come.

    python data/dockerfiles/shapes.py            # a table by kind, and each shape that differs
    python data/dockerfiles/shapes.py --all      # each shape with what is said of it

Each shape is a folder of its own, judged through the command line against an index on loopback.
Ends with 1 where a shape differs.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tarfile
import tempfile
import threading
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SHAPES = Path(__file__).with_name("shapes.toml")
EXIT_USAGE = 2
TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "poetry", "poetry-plugin-export", "pdm"}
                  | {"pipenv", "pip-tools", "pipx", "virtualenv"})  # fmt: skip
LATER = "2026-11-28T00:00:00Z"


@dataclass(frozen=True)
class Shape:
    """One Dockerfile with its context, and what must come of it; see `shapes.toml`."""

    kind: str
    number: int
    text: str
    files: Mapping[str, str]
    at: str
    judged: str
    options: tuple[str, ...] = ()
    comes: Mapping[int, frozenset[str]] = field(default_factory=dict)
    fails: frozenset[int] = frozenset()
    may: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()
    exit2: str | None = None

    @property
    def title(self) -> str:
        """How it is called in the table."""
        return f"{self.kind} #{self.number}"


@dataclass(frozen=True)
class Answer:
    """What the command line said of a shape."""

    code: int
    comes: Mapping[int, frozenset[str]]
    fails: frozenset[int]
    unread: frozenset[int]
    message: str
    report: Mapping[str, Any]


def shapes() -> Iterator[Shape]:
    """All shapes of the file."""
    document = tomllib.loads(SHAPES.read_text(encoding="utf-8"))
    texts = document["texts"]
    for kind in document["kind"]:
        for number, row in enumerate(kind["shapes"], 1):
            files = {**kind.get("files", {}), **row.get("files", {})}
            at = row.get("at", kind.get("at", "Dockerfile"))
            comes = {
                int(line): frozenset(names.split()) for line, names in row.get("comes", {}).items()
            }
            yield Shape(
                kind["name"],
                number,
                row.get("text", kind.get("text", "")),
                {name: texts.get(text[1:], text) for name, text in files.items()},
                at,
                row.get("context", at),
                tuple(row.get("options", ())),
                comes,
                frozenset(row.get("fails", ())),
                frozenset(row.get("may", ())),
                frozenset(row.get("unread", ())),
                row.get("exit2"),
            )


def judged(shape: Shape, folder: Path, index_url: str) -> Answer:
    """Lay the shape out in a folder and judge it through the command line."""
    from wheelcheck.cli import main

    for name, text in {**shape.files, shape.at: shape.text}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        own = text.replace("https://index.example/simple", index_url.rstrip("/"))
        path.write_bytes(own.encode())
    answer = folder / "answer.json"
    words = [shape.judged, "--format", "json", "--output", str(answer), "--no-advice", "--no-cache"]
    errors = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stderr(errors):
        code = main([*words, "--index-url", index_url, *shape.options])
    report = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}
    return _answer(code, report, errors.getvalue())


def _answer(code: int, report: Mapping[str, Any], message: str) -> Answer:
    dockerfile = report.get("dockerfile") or {}
    steps = dockerfile.get("steps", ())
    comes: dict[int, frozenset[str]] = {}
    for step in steps:
        if not step.get("unjudged"):
            found = comes.get(step["line"], frozenset())
            comes[step["line"]] = found | _brought(step, report)
    unread = {part["line"] for part in dockerfile.get("unread", ())}
    unread |= {step["line"] for step in steps if step.get("unjudged")}
    fails = {each["line"] for each in dockerfile.get("findings", ()) if each["severity"] == "error"}
    fails |= {step["line"] for step in steps if _lacks_candidate(step, report)}
    return Answer(code, comes, frozenset(fails), frozenset(unread), message, report)


def _brought(step: Mapping[str, Any], report: Mapping[str, Any]) -> frozenset[str]:
    """The packages of a step: those of its column, and those named in its note."""
    column = step.get("target")
    cells = {each["name"]: each["on"].get(column) or {} for each in report.get("packages", ())}
    found = {name for name, cell in cells.items() if cell.get("version")}
    note = re.findall(r"([\w.-]+) \d[\w.]*(?=,| and| come| is| are|$)", step["note"])
    return frozenset(found | set(note))


def _lacks_candidate(step: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    """Whether a package of a step cannot be had, and the build ends for it."""
    column = step.get("target")
    cells = (each["on"].get(column) or {} for each in report.get("packages", ()))
    lacking = any(cell.get("verdict") == "unavailable" for cell in cells)
    return bool(column) and lacking and not step.get("tolerated")


def differences(shape: Shape, ours: Answer) -> Iterator[str]:
    """What is said and should not be, and the other way round."""
    if shape.exit2 is not None:
        if ours.code != EXIT_USAGE:
            yield f"exit {ours.code}, not 2"
        elif shape.exit2 not in ours.message:
            yield f"the message has no {shape.exit2!r}: {ours.message.strip()}"
        return
    refused = ours.code == EXIT_USAGE and not ours.comes
    if refused and (shape.comes or not shape.fails):
        yield f"exit 2: {ours.message.strip()}"
        return
    for line, names in shape.comes.items():
        found = ours.comes.get(line, frozenset())
        if names - found or found - names - TOOLS:
            yield f"line {line} installs {_listed(names)}; said: {_listed(found)}"
    yield from (f"line {line} is said to fail" for line in sorted(ours.fails - shape.fails))
    yield from (f"line {line} fails: not said" for line in sorted(shape.fails - ours.fails))
    yield from (f"line {line} is left out: not said" for line in sorted(shape.unread - ours.unread))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


# The index


def _wheel(
    name: str, tag: str, requires: tuple[str, ...] = (), version: str = "1.0"
) -> tuple[str, bytes]:
    base = f"{name.replace('-', '_')}-{version}"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    pure = "true" if tag == "py3-none-any" else "false"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{base}.dist-info/METADATA", "\n".join(lines) + "\n")
        archive.writestr(f"{base}.dist-info/WHEEL", f"Root-Is-Purelib: {pure}\nTag: {tag}\n")
        archive.writestr(f"{base.partition('-')[0]}/__init__.py", "")
    return f"{base}-{tag}.whl", data.getvalue()


def _sdist(name: str) -> tuple[str, bytes]:
    setup = (
        "from setuptools import Extension, setup\n"
        f"setup(name='{name}', version='1.0', ext_modules=[Extension('{name}', ['{name}.c'])])\n"
    )
    members = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "setup.py": setup,
        f"{name}.c": "#include <Python.h>\n",
    }
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for member, text in members.items():
            info = tarfile.TarInfo(f"{name}-1.0/{member}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return f"{name}-1.0.tar.gz", data.getvalue()


@cache
def _projects() -> Mapping[str, Mapping[str, bytes]]:
    pure = "py3-none-any"
    linux = ("cp38-abi3-manylinux_2_17_{}", "cp38-abi3-musllinux_1_1_{}")
    found = {
        name: dict([_wheel(name, pure, requires)])
        for name, requires in {
            "alpha": ("omega",),
            **dict.fromkeys(("beta", "gamma", "omega", "wheel", "pip", *TOOLS), ()),
        }.items()
    }
    both = [tag.format(arch) for tag in linux for arch in ("x86_64", "aarch64")]
    found["delta"] = dict(_wheel("delta", tag) for tag in both)
    found["amdonly"] = dict([_wheel("amdonly", linux[0].format("x86_64"))])
    found["setuptools"] = dict([_wheel("setuptools", pure, version="80.9.0")])  # pip: >=40.8.0
    found["csrc"] = dict([_sdist("csrc")])
    return found


class _Index(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind, name = self.path.strip("/").partition("/")[::2]
        if kind == "simple" and name in _projects():
            files = [
                {"filename": file, "url": f"/files/{file}", "hashes": {}, "upload-time": LATER}
                for file in _projects()[name]
            ]
            document = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
            self._answer(json.dumps(document).encode(), "application/vnd.pypi.simple.v1+json")
            return
        data = next((files[name] for files in _projects().values() if name in files), None)
        self._answer(data, "application/octet-stream")

    do_HEAD = do_GET  # noqa: N815

    def _answer(self, data: bytes | None, kind: str) -> None:
        self.send_response(404 if data is None else 200)
        body = data or b""
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def index() -> Iterator[str]:
    """Serve the index on loopback and yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Index)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()
        server.server_close()


def main(words: list[str]) -> int:
    """Run all shapes, or those whose kind holds a word given, and print the table."""
    wanted = [word for word in words if not word.startswith("--")]
    rows: dict[str, list[int]] = {}
    wrong = 0
    os.environ.pop("PIP_CONFIG_FILE", None)
    with index() as url:
        for shape in shapes():
            if wanted and not any(word in shape.title for word in wanted):
                continue
            with tempfile.TemporaryDirectory() as folder:
                ours = judged(shape, Path(folder), url)
            found = list(differences(shape, ours))
            row = rows.setdefault(shape.kind, [0, 0, 0, 0])
            row[0] += 1
            row[1] += bool(ours.comes)
            row[2] += ours.code == EXIT_USAGE
            row[3] += not found
            wrong += bool(found)
            for each in found:
                print(f"{shape.title}: {each}")
            if "--all" in words:
                print(shape.text, ours.code, dict(ours.comes), sorted(ours.fails), ours.unread)
                print(ours.message)
    print(f"\n{'kind':58} shapes judged exit2 right")
    for kind, row in rows.items():
        print(f"{kind:58} {row[0]:6} {row[1]:6} {row[2]:5} {row[3]:5}")
    total = [sum(row[each] for row in rows.values()) for each in range(4)]
    print(f"{len(rows):3} kinds{'':50} {total[0]:6} {total[1]:6} {total[2]:5} {total[3]:5}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
