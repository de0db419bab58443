"""Make the shipped table of what wheels ask for, from the wheels of our requirement files.

    python data/loading/table.py --out wheelcheck/loading/known_wheels.csv FILE.txt …

Every wheel that the lines of the files resolve to on Debian 13 and Alpine, `--together` every wheel
that each file as a whole does, is read whole, but for projects of `held_out.csv` that judge us yet:
the lists `a` and `b` have done so. One row per project, minor release and libc; one for both where
the wheel is pure, also where it opens no library: it need not be read. Rows that are not read
again stay as they are, with `--missing` all of them. Older Pythons (`--python`) have older
releases. `--wheel` makes rows of wheels that lie here, for those that are larger than is read from
an index without byte ranges; all else needs the index.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from wheelcheck.api.questions.question import Question
from wheelcheck.errors import Unknown
from wheelcheck.index.archives.members import WheelBytes
from wheelcheck.index.archives.ranges import open_local
from wheelcheck.index.interface import Wheel
from wheelcheck.loading.known_facts import known_facts
from wheelcheck.loading.python_code.python_files import COMMON
from wheelcheck.loading.verdict.main_files import main_files
from wheelcheck.loading.wheel_facts import FileNeeds, WheelFacts, WheelFileKind, closure
from wheelcheck.loading.wheel_reader import read_wheel
from wheelcheck.loading.wheel_reading import Budget
from wheelcheck.resolution import Resolver
from wheelcheck.targets.target import Architecture, Libc

FIELDS = ["project", "since", "read", "date", "libc", "needs", "some_need", "opens", "holds",
          "versions"]  # fmt: skip
LARGEST = 200_000_000
TARGETS = {Libc.GLIBC: "python:{}-slim", Libc.MUSL: "python:{}-alpine"}
_Key = tuple[str, Version, str]
"""Of a row: project, `since`, libc."""


def main() -> None:
    """Read the wheels and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--wheel", nargs="*", type=Path, default=[], help="downloaded wheels")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--missing", action="store_true", help="read no release that has a row")
    parser.add_argument("--together", action="store_true", help="resolve each file as a whole")
    parser.add_argument("--python", nargs="+", default=["3.13"])
    options = parser.parse_args()
    rows: dict[_Key, dict[str, str]] = {}
    if options.out.exists():
        with options.out.open(encoding="utf-8") as file:
            rows = {_key(row): dict(row) for row in csv.DictReader(file)}
    for row in map(_row_of_file, options.wheel):
        rows[_key(row)] = row
    for python in options.python if options.files else ():
        for libc, target in TARGETS.items():
            for row in _rows(options, libc, target.format(python)):
                rows[_key(row)] = row
    with options.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows[key] for key in sorted(rows))


def _key(row: Mapping[str, str]) -> _Key:
    return row["project"], Version(row["since"]), row["libc"]


def _rows(options: argparse.Namespace, libc: Libc, target: str) -> Iterator[dict[str, str]]:
    with Path(__file__).with_name("held_out.csv").open(encoding="utf-8") as file:
        judged = {row["project"] for row in csv.DictReader(file) if row["list"] not in {"a", "b"}}
    seen: set[tuple[str, Version | None]] = set()
    for requirements in _questions(options.files, together=options.together):
        question = Question(requirements=requirements, targets=[target], only_binary=[":all:"])
        with question.open() as opened:
            pins = Resolver(opened.requirements, opened.index).resolve(opened.targets[0]).pins
            others = frozenset(name.replace("-", "_") for name in pins)
            for name, pin in pins.items():
                wheel = pin.file
                if (name, pin.version) in seen or name in judged or not isinstance(wheel, Wheel):
                    continue
                if (wheel.size or 0) > LARGEST or (options.missing and _is_known(wheel, libc)):
                    continue
                seen.add((name, pin.version))
                reading = partial(
                    read_wheel, budget=Budget(None), others=others, opens=True, full=True
                )
                found = opened.index.look_into(wheel, reading)
                if isinstance(found, Unknown):
                    print(name, found.reason)
                    continue
                if found.met or (found.attempted and found.opened):
                    continue  # beside other packages it would ask for something else
                yield _row(wheel.filename, libc, found)


def _row_of_file(path: Path) -> dict[str, str]:
    """The row of a wheel that was downloaded."""
    libc = Libc.MUSL if "musllinux" in path.name else Libc.GLIBC
    with open_local(path) as source:
        facts = read_wheel(
            WheelBytes(source), budget=Budget(None), others=frozenset(), opens=True, full=True
        )
    return _row(path.name, libc, facts)


def _questions(files: list[Path], *, together: bool) -> Iterator[list[str]]:
    """The requirements that are resolved with each other."""
    for file in files:
        lines = (line.split("#")[0].strip() for line in file.read_text("utf-8").splitlines())
        wanted = sorted(set(filter(None, lines)))
        yield from [wanted] if together else ([line] for line in wanted)


def _is_known(wheel: Wheel, libc: Libc) -> bool:
    project = canonicalize_name(wheel.name)
    return known_facts(project, wheel.version, libc, Architecture.X86_64) is not None


def _row(filename: str, libc: Libc, facts: WheelFacts) -> dict[str, str]:
    project, version, *_ = parse_wheel_filename(filename)
    is_pure = filename.endswith("-any.whl") and not facts.files
    main = main_files(facts)
    needs = _needs(facts, main)
    some = dict.fromkeys(n for file in facts.files for n in file.outside if n not in needs)
    highest: dict[str, str] = {}
    for file in main:
        for symbol in file.versions:
            prefix = symbol.rpartition("_")[0]
            if prefix in {"GLIBC", "GLIBCXX", "CXXABI", "GCC"} and _above(
                symbol, highest.get(prefix)
            ):
                highest[prefix] = symbol
    print(filename, *needs, "|", *some)
    return {
        "project": project,
        "since": str(_since(version)),
        "read": str(version),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "libc": "any" if is_pure else libc.value,
        "needs": " ".join(needs),
        "some_need": " ".join(some),
        "opens": " ".join("|".join(group) for group in facts.opened),
        "holds": " ".join(_with_needs(facts)),
        "versions": " ".join(highest.values()),
    }  # fmt: skip


def _needs(facts: WheelFacts, main: Sequence[FileNeeds]) -> dict[str, None]:
    """What an import needs: where it is not known what it loads, what half of the files need."""
    named = dict.fromkeys(name for file in main for name in file.outside)
    if facts.reached and main:
        return named
    files = {file.path: file for file in facts.files}
    kinds = {file.kind for file in main}
    first = min(kinds, key=list(WheelFileKind).index, default=None)
    roots = [closure([f.path], files) for f in main if f.kind is first]
    shares = {
        name: sum(any(name in f.outside for f in all_of) for all_of in roots) for name in named
    }
    return {name: None for name in named if shares[name] * 2 >= len(roots)}


def _with_needs(facts: WheelFacts) -> Iterator[str]:
    """The libraries that others may look for; of wheels for others with what each needs."""
    lent = facts.lent()
    is_bundle = not any(file.kind is WheelFileKind.EXTENSION for file in facts.files)
    for name in filter(_is_shared, facts.holds):
        needs = [need for need in lent[name] if need not in COMMON] if is_bundle else []
        yield f"{name}:{'+'.join(needs)}" if needs else name


def _is_shared(name: str) -> bool:
    """Whether other wheels may look for a library: no extension module, no copy by auditwheel."""
    is_module = ".cpython-" in name or name.endswith(".abi3.so")
    return not is_module and "-" not in name.partition(".so")[0]


def _since(version: Version) -> Version:
    """The first release that the row holds for: the first of the same major and minor version."""
    return Version(".".join(map(str, version.release[:2])))


def _above(version: str, other: str | None) -> bool:
    numbers = version.rpartition("_")[2]
    if not numbers.replace(".", "").isdigit():
        return False
    if other is None:
        return True
    return Version(numbers) > Version(other.rpartition("_")[2])


if __name__ == "__main__":
    main()
