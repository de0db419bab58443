"""The inputs of the case files (`cases.toml` …), and how they are written to a folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures import FixtureIndex

__all__ = ["Case", "all_cases", "expand", "lay_out"]

HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"<(index|pylock|[a-z0-9]+:[^<>\s]+)>")
_PYLOCK = 'lock-version = "1.0"\ncreated-by = "by hand"'


@dataclass(frozen=True, slots=True)
class Case:
    """One input, and how each installer is called on it; None where it does not read it."""

    id: str
    kind: str
    pip: str | None = None
    uv: str | None = None
    python: str = "3.12"
    ours: Any = ()
    files: Mapping[str, str] = field(default_factory=dict)
    place: Mapping[str, str] = field(default_factory=dict)
    judges: Mapping[str, str] = field(default_factory=dict)

    def command(self, installer: str) -> str | None:
        """What an installer is called with."""
        return {"pip": self.pip, "uv": self.uv, **self.judges}.get(installer)


def all_cases(*names: str) -> Iterator[Case]:
    """Yield the cases of files, by default of all of them."""
    for name in names or ("cases.toml", "further.toml", "lines.toml"):
        path = HERE / name
        if path.exists():
            for table in tomllib.loads(path.read_text())["case"]:
                yield Case(**table)


def expand(text: str, index: FixtureIndex, base: str) -> str:
    """Fill in the placeholders; `base` is the index's address without a path."""

    def answer(found: re.Match[str]) -> str:  # noqa: PLR0911 (one for each word)
        word, _, filename = found[1].partition(":")
        url = f"{base}/files/{filename}"
        match word:
            case "index":
                return f"{base}/simple"
            case "pylock":
                return _PYLOCK
            case "url":
                return url
            case "digits":
                return "9" * int(filename)
            case "hash":
                return f"--hash=sha256:{index.digest('sha256', filename)}"
            case "wheel" | "sdist":
                digest = index.digest("sha256", filename)
                return f'{{ url = "{url}", hashes = {{ sha256 = "{digest}" }} }}'
            case "locked":
                digest, size = index.digest("sha256", filename), len(index.archives[filename])
                return f'{{ url = "{url}", hash = "sha256:{digest}", size = {size} }}'
        return index.digest(word, filename)

    return _PLACEHOLDER.sub(answer, text)


def lay_out(case: Case, folder: Path, index: FixtureIndex, base: str) -> None:
    """Write a case's files and archives into a folder."""
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expand(text.lstrip("\n"), index, base))
    for name, filename in case.place.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(index.archives[filename])
