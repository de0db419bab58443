"""Does wheelcheck answer word for word as an earlier state of it did?

    python data/benchmarks/identical.py record FOLDER --commit COMMIT
    python data/benchmarks/identical.py compare FOLDER [--words] [--only PREFIX]

`record` keeps what a commit answers, with copies of the inputs; `compare` asks this checkout the
same and prints every difference. Both ask the replayed index. The questions are in
`identical_cases.py`: requirement files on 60 tags (with an empty cache, then offline from the cache
of that run) and on 20 images, the Dockerfiles and locks of the tests, `explain` and `diff`, as
JSON, text, Markdown, HTML and SARIF. Nothing of the answers is left out but the address of the
index, so compare on the day on which you recorded: that a target's Python is no longer supported,
say, is part of an answer. Exit code 1 where answers differ.

With `--words`, prose may differ: in JSON and SARIF the fields of `PROSE` are skipped, and of the
other formats only the words that have a digit are compared, in any order: figures, versions, files.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from identical_cases import Case, cases, copy_inputs
from running import ROOT, environment, replaying

PROSE = frozenset(
    # the report, explanations
    {"caveat", "commands_unknown", "constraints", "detail", "evidence", "left_out", "meaning"}
    | {"message", "note", "notes", "problem", "reason", "remarks", "source", "title", "unjudged"}
    | {"unknown", "unresolved", "why"}
    # SARIF
    | {"headline", "help", "shortDescription", "text"}
)
"""Fields of sentences. Skipped where they hold a string or strings, not where they hold values."""
SHOWN_LINES = 30
USAGE_ERROR = 2


@dataclass(frozen=True, slots=True)
class Asker:
    """A state of the code, and where it finds inputs, index and cache."""

    checkout: Path
    inputs: Path
    url: str
    cache: Path

    def answers(self, case: Case) -> Iterator[tuple[str, str]]:
        """All answers of a case by their file name. The first is judged, the rest are rendered."""
        self._forget()
        for form in case.formats:
            yield f"{case.name}.{form}", self._answer(case, "--format", form)
        if case.offline:
            self._forget()
            yield f"{case.name}.offline.json", self._answer(case, "--format", "json", "--offline")

    def _answer(self, case: Case, *options: str) -> str:
        """What it prints; where nothing could be judged, what it says of that.

        Raises OSError where the command breaks off.
        """
        command = [sys.executable, "-m", "wheelcheck", *case.arguments, *options]
        command += ["--index-url", self.url, "--cache-dir", str(self.cache)]
        env = environment(PYTHONPATH=str(self.checkout), PYTHONSAFEPATH="1", COLUMNS="100")
        done = subprocess.run(
            command, env=env, cwd=self.inputs, capture_output=True, text=True, check=False
        )
        if done.returncode not in range(4) or "Traceback" in done.stderr:
            raise OSError(f"{case.name} ended with {done.returncode}: {done.stderr[-800:]}")
        printed = done.stderr if done.returncode == USAGE_ERROR else done.stdout
        return printed.replace(self.url, "http://127.0.0.1:12345/simple/")  # another port each time

    def _forget(self) -> None:
        """Drop the cached reports: the next command judges again, from the cached pages."""
        for reports in (*self.cache.glob("v*/answers"), *self.cache.glob("v*/meanings")):
            shutil.rmtree(reports)


def record(commit: str, folder: Path, url: str) -> None:
    """Keep what a commit answers, a file for each case and format."""
    if folder.exists():
        shutil.rmtree(folder)
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    copy_inputs(inputs)
    with TemporaryDirectory() as checkout, TemporaryDirectory() as cache:
        unpack(commit, Path(checkout))
        asker = Asker(Path(checkout), inputs, url, Path(cache))
        for case in cases(inputs):
            for name, text in asker.answers(case):
                path = folder / "answers" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            print(f"{case.name}: recorded", flush=True)


def compare(folder: Path, url: str, only: str, *, words: bool) -> int:
    """Print what differs; the number of differing answers."""
    compared = differing = 0
    with TemporaryDirectory() as cache:
        asker = Asker(ROOT, folder / "inputs", url, Path(cache))
        for case in cases(folder / "inputs"):
            if not case.name.startswith(only):
                continue
            for name, now in asker.answers(case):
                was = (folder / "answers" / name).read_text(encoding="utf-8")
                old, new = (facts(text, name) if words else text for text in (was, now))
                compared += 1
                if old != new:
                    differing += 1
                    print(f"{name}: DIFFERENT", flush=True)
                    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=3)
                    print(*islice(lines, SHOWN_LINES), sep="\n")
    print(f"{compared} answers, {differing} of them different{', prose aside' if words else ''}")
    return differing


def facts(text: str, name: str) -> str:
    """What is left of an answer without its prose."""
    if name.endswith((".json", ".sarif")):
        try:
            return json.dumps(without_prose(json.loads(text)), ensure_ascii=False, indent=1)
        except ValueError:  # the command's message, where nothing could be judged
            return ""
    shown = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    found = Counter(word.strip("`*()[].,;:|") for word in shown.split() if re.search(r"\d", word))
    return "\n".join(f"{count} × {word}" for word, count in sorted(found.items()))


def without_prose(value: object) -> object:
    """A JSON value with the strings of `PROSE` fields left out."""
    if isinstance(value, list):
        return [without_prose(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_prose(each)
        for key, each in value.items()
        if not (key in PROSE and is_prose(each))
    }


def is_prose(value: object) -> bool:
    """Whether a value consists of strings alone."""
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return all(map(is_prose, inner))
    return isinstance(value, str)


def unpack(commit: str, folder: Path) -> Path:
    """The package as it was at a commit."""
    command = ["git", "archive", commit, "wheelcheck"]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def main() -> int:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("folder", type=Path, help="of the recorded answers")
    parser.add_argument("--commit", default="HEAD", help="what to record")
    parser.add_argument("--manner", choices=("public", "mirror"), default="public")
    parser.add_argument("--words", action="store_true", help="let prose differ")
    parser.add_argument("--only", default="", help="cases whose name begins like this")
    options = parser.parse_args()
    folder = options.folder.resolve()
    with replaying(options.manner, 0.0) as url:
        if options.action == "record":
            record(options.commit, folder, url)
            return 0
        return 1 if compare(folder, url, options.only, words=options.words) else 0


if __name__ == "__main__":
    sys.exit(main())
