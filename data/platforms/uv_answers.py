"""What uv pins for platforms other than Linux: the judge's half, written before ours is looked at.

    python data/platforms/uv_answers.py --uv uv --scratch SCRATCH

Every requirement file of `data/requirements/` on the Pythons and platforms of `CASES`, from the
live index replayed on loopback, where sdists tell their metadata without a build. `SCRATCH` keeps
the answers of the live index, so that `agreement.py` compares on the same pages. Writes
`uv_answers.csv`; see README.md.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [
    str(HERE.parent / "index"),
    *(str(ROOT / each) for each in ("tests/support", "tests")),
]

from installers import Answer, Uv  # noqa: E402 (the folders above must be known first)
from live import LiveIndex  # noqa: E402
from replay import PUBLIC, Replay  # noqa: E402

__all__ = ["Case", "all_cases", "ask", "read_answers", "replayed", "write_answers"]

ANSWERS = HERE / "uv_answers.csv"
COLUMNS = ("file", "python", "platform", "target", "without", "pins", "failure")
REQUIREMENTS = HERE.parent / "requirements"
OLD_FILES = ("nested/requirements.txt", "pinned-2021.txt", "story-2020.txt", "story.txt")
WORKERS = 2

LEVELS = {
    "MACOSX_DEPLOYMENT_TARGET": "14.0",
    "IPHONEOS_DEPLOYMENT_TARGET": "17.0",
    "ANDROID_API_LEVEL": "24",
}
"""The version of the system that uv is to assume, by its environment variables."""

CASES = (
    ("x86_64-pc-windows-msvc", "win_amd64", ("3.8", "3.9", "3.10", "3.12", "3.13", "3.14")),
    ("i686-pc-windows-msvc", "win32", ("3.10", "3.12")),
    ("aarch64-pc-windows-msvc", "win_arm64", ("3.12", "3.13", "3.14")),
    ("aarch64-apple-darwin", "macosx_14_0_arm64", ("3.9", "3.10", "3.12", "3.13", "3.14")),
    ("x86_64-apple-darwin", "macosx_14_0_x86_64", ("3.9", "3.12", "3.13", "3.14")),
    ("wasm32-pyodide2024", "pyodide_2024_0_wasm32", ("3.12",)),
    ("wasm32-pyodide2025", "pyodide_2025_0_wasm32", ("3.13",)),
    ("aarch64-linux-android", "android_24_arm64_v8a", ("3.13", "3.14")),
    ("arm64-apple-ios", "ios_17_0_arm64_iphoneos", ("3.13",)),
    ("x86_64-apple-ios-simulator", "ios_17_0_x86_64_iphonesimulator", ("3.13",)),
)
"""uv's name of a platform, the platform tag that it stands for at `LEVELS`, and the Pythons."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question: a requirement file on a Python and a platform, without some projects."""

    file: str
    python: str
    platform: str
    target: str
    without: tuple[str, ...] = ()


def all_cases() -> Iterator[Case]:
    """Every file on every Python and platform of `CASES`; new files need Python 3.10."""
    for platform, tag, pythons in CASES:
        for python in pythons:
            target = f"cp{python.replace('.', '')}-{tag}"
            for file in files_for(python):
                yield Case(file, python, platform, target)


def files_for(python: str) -> list[str]:
    """The requirement files to ask about on a Python."""
    every = [*sorted(path.name for path in REQUIREMENTS.glob("*.txt")), "nested/requirements.txt"]
    return [name for name in every if name in OLD_FILES or python not in {"3.8", "3.9"}]


def ask(uv: Uv, questions: Iterable[Case]) -> Iterator[tuple[Case, Answer]]:
    """Uv's answers, in the order of the questions."""
    os.environ.update(LEVELS)

    def answer(case: Case) -> Answer:
        path = REQUIREMENTS / case.file
        return uv.compile(path, case.python, case.platform, without=case.without)

    waiting = list(questions)
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from zip(waiting, pool.map(answer, waiting), strict=True)


@contextmanager
def replayed(scratch: Path, sdists: str) -> Iterator[str]:
    """The URL of the live index, replayed on loopback with its answers kept in `scratch`."""
    sys.path.insert(0, str(ROOT))
    from wheelcheck.index import DEFAULT_INDEX_URL

    source = LiveIndex(DEFAULT_INDEX_URL, scratch)
    manner = replace(PUBLIC, hashed=False, sdists=sdists)
    with Replay(source, manner, threaded=True) as replay:
        yield replay.url


def write_answers(answers: Iterable[tuple[Case, Answer]]) -> None:
    """Add answers to the table; of a question asked twice the later answer stays."""
    table = read_answers() | dict(answers)
    with ANSWERS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for case, answer in table.items():
            pins = " ".join(f"{name}=={version}" for name, version in sorted(answer.pins.items()))
            without = " ".join(case.without)
            failure = " ".join(answer.failure.split())[:600]
            named = (case.file, case.python, case.platform, case.target)
            writer.writerow([*named, without, pins, failure])


def read_answers() -> dict[Case, Answer]:
    """The table, by question."""
    if not ANSWERS.exists():
        return {}
    with ANSWERS.open(encoding="utf-8", newline="") as stream:
        return {
            Case(
                row["file"],
                row["python"],
                row["platform"],
                row["target"],
                tuple(row["without"].split()),
            ): Answer(dict(pin.split("==", 1) for pin in row["pins"].split()), {}, row["failure"])
            for row in csv.DictReader(stream)
        }


def main() -> None:
    """Ask uv and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--scratch", type=Path, required=True)
    options = parser.parse_args()
    with replayed(options.scratch, "resolvable") as url:
        found = []
        for case, answer in ask(Uv(options.uv, url), all_cases()):
            first = next(iter(answer.failure.splitlines()), "")
            print(case.file, case.target, len(answer.pins), first, sep=" | ", flush=True)
            found.append((case, answer))
            write_answers(found[-1:])


if __name__ == "__main__":
    main()
