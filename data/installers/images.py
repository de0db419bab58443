"""Write `wheelcheck/installers/images.csv`: the pip and setuptools in the official Python images.

    python data/installers/images.py --repository CLONE

`CLONE` is a git directory of docker-library/python. Its Dockerfiles named a pip (and since 2021 a
setuptools) until 2024-09; since then pip is that of CPython's own `ensurepip` (`ensurepip.csv`) and
only the setuptools of Python 3.11 and older is named. A row holds from the day of its commit.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parents[2] / "wheelcheck" / "installers" / "images.csv"
PATTERN = r"ENV PYTHON_(VERSION|PIP_VERSION|SETUPTOOLS_VERSION)|setuptools==[0-9]"
PATHS = ("3.*/*/Dockerfile", "3.*/*/*/Dockerfile", "3.*/Dockerfile")
LINE = re.compile(r"[0-9a-f]+:(?P<path>3\.(?P<minor>\d+)(?:-rc)?/[^:]*):(?P<text>.*)")
OLDEST = 6
LAST_WITH_SETUPTOOLS = 11


class Held(NamedTuple):
    """What the Dockerfiles of one minor version say; "" for what they do not."""

    python: str
    pip: str
    setuptools: str


def git(repository: Path, *arguments: str) -> str:
    """The output of a git command; "" where it finds nothing."""
    command = ["git", "--git-dir", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def held_at(repository: Path, commit: str) -> dict[int, Held]:
    """What each minor version's Linux Dockerfiles hold at a commit, by the first variant."""
    found: dict[int, dict[str, str]] = {}
    first: dict[int, str] = {}
    for line in git(repository, "grep", "-E", PATTERN, commit, "--", *PATHS).splitlines():
        match = LINE.fullmatch(line)
        if match is None or "windows" in match["path"] or int(match["minor"]) < OLDEST:
            continue
        minor = int(match["minor"])
        if first.setdefault(minor, match["path"]) != match["path"]:
            continue
        facts = found.setdefault(minor, {})
        named = re.search(r"PYTHON_(PIP_|SETUPTOOLS_)?VERSION[ =]([\w.]+)", match["text"])
        pinned = re.search(r"setuptools==([\d.]+)", match["text"])
        if named:
            facts[(named[1] or "python").strip("_").lower()] = named[2]
        elif pinned:
            facts["setuptools"] = pinned[1]
    return {
        minor: Held(facts.get("python", ""), facts.get("pip", ""), facts.get("setuptools", ""))
        for minor, facts in found.items()
    }


def rows(repository: Path) -> Iterator[dict[str, str]]:
    """One row for each change of a minor version's pip or setuptools, in order of commits."""
    last: dict[int, tuple[str, str]] = {}
    log = git(repository, "log", "--reverse", "--first-parent", "--format=%H %cs")
    for line in log.splitlines():
        commit, day = line.split()
        for minor, held in sorted(held_at(repository, commit).items()):
            pip = held.pip or "ensurepip"
            setuptools = held.setuptools or setuptools_of(minor, day)
            if last.get(minor) == (pip, setuptools):
                continue
            last[minor] = (pip, setuptools)
            yield {
                "python": f"3.{minor}",
                "since": day,
                "pip": pip,
                "setuptools": setuptools,
                "source": f"docker-library/python@{commit[:10]} Dockerfiles of {held.python}",
            }


def setuptools_of(minor: int, day: str) -> str:
    """Which setuptools an image holds whose Dockerfile names none.

    get-pip.py brought the newest of the day ("newest"). Since 2024-08-23 Python 3.12 and later have
    none ("none").
    """
    if minor > LAST_WITH_SETUPTOOLS and day >= "2024-08-23":
        return "none"
    return "newest"


def main() -> None:
    """Read the history and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, required=True)
    found = list(rows(parser.parse_args().repository))
    found.sort(key=lambda row: (int(row["python"].split(".")[1]), row["since"]))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, ("python", "since", "pip", "setuptools", "source"), lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main()
