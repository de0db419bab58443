"""Hold wheelcheck against what real pips took: `answers.csv` × wheelcheck → `agreement.csv`.

    python data/installers/compare.py [--pip 23.0.1 ...]

Each input of `inputs.toml` is judged for the Python and the pip of each row. Inputs that turn on an
option of the command line alone, and builds (which wheelcheck never runs), are not compared.
"""

from __future__ import annotations

import argparse
import csv
import re
import shlex
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fixtures import HERE, FixtureIndex

from wheelcheck import UsageError, check

AGREEMENT = HERE / "agreement.csv"
COLUMNS = ("topic", "input", "pip", "agrees", "pip_took", "wheelcheck_took", "wheelcheck_said")
FILE_OPTIONS = {"--no-binary", "--only-binary", "--prefer-binary", "--require-hashes", "-c", "-r"}
WITH_VALUE = {"--no-binary", "--only-binary", "-c", "-r"}


def requirement_lines(arguments: list[str]) -> list[str] | None:
    """The command line as lines of a requirement file; None where it has other options."""
    lines, words = [], iter(arguments)
    for word in words:
        if word in WITH_VALUE:
            lines.append(f"{word} {next(words)}")
        elif word.startswith("-"):
            if word not in FILE_OPTIONS:
                return None
            lines.append(word)
        else:
            lines.append(word)
    return lines


def judged(each: Mapping[str, Any], row: Mapping[str, str], index: FixtureIndex) -> tuple[str, str]:
    """What wheelcheck says is taken, and its headline."""
    lines = requirement_lines(shlex.split(index.filled(each["args"])))
    assert lines is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in each.get("files", {}).items():
            (folder / path).write_text(index.filled(text), encoding="utf-8")
        (folder / "input.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            report = check(
                [folder / "input.txt"],
                targets=[f"cp{row['python']}-manylinux_2_36_x86_64"],
                index_url=f"{index.url}/simple/",
                installer=f"pip=={row['pip']}",
                cache_dir=None,
                verdicts_only=True,
            )
        except UsageError as error:
            return "", str(error)
    (target,) = report.targets
    cells = [package.on[target.name] for package in report.packages]
    errors = [problem.message for problem in report.problems if problem.severity == "error"]
    if errors or target.outcome != "installs":
        return "", (errors or [target.outcome])[0]
    return " ".join(sorted(cell.file for cell in cells if cell.file)), target.outcome


def rows(pips: list[str], index: FixtureIndex) -> Iterator[dict[str, str]]:
    """One row for each pip and each input that can be compared."""
    inputs = tomllib.loads((HERE / "inputs.toml").read_text(encoding="utf-8"))["input"]
    by_name = {each["name"]: each for each in inputs}
    with (HERE / "answers.csv").open(encoding="utf-8") as file:
        answers = [row for row in csv.DictReader(file) if not pips or row["pip"] in pips]
    for row in answers:
        each = by_name[row["input"]]
        arguments = shlex.split(index.filled(each["args"]))
        if row["topic"] == "builds" or requirement_lines(arguments) is None:
            continue
        took, said = judged(each, row, index)
        yield {
            "topic": row["topic"],
            "input": row["input"],
            "pip": row["pip"],
            "agrees": "yes" if took == row["took"] else "no",
            "pip_took": row["took"],
            "wheelcheck_took": took,
            "wheelcheck_said": re.sub(r"http://127\.0\.0\.1:\d+|/tmp/\w+/", "", said)[:160]
            if took != row["took"]
            else "",
        }


def main() -> None:
    """Compare and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pip", action="append", default=[])
    parser.add_argument("--output", type=Path, default=AGREEMENT)
    options = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    with FixtureIndex() as index, options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows(options.pip, index):
            writer.writerow(row)
            file.flush()
            counts[row["topic"], row["agrees"]] += 1
    for (topic, agrees), count in sorted(counts.items()):
        print(f"{topic}: {agrees} {count}")


if __name__ == "__main__":
    main()
