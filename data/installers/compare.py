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
HELDOUT = HERE / "heldout_agreement.csv"
PIPS = (
    "9.0.1",
    "18.1",
    "19.3.1",
    "20.2.4",
    "20.3.4",
    "21.1.2",
    "22.0.4",
    "23.0.1",
    "24.1.2",
    "25.0.1",
    "26.0.1",
    "26.3",
)
COLUMNS = ("topic", "input", "pip", "agrees", "pip_took", "wheelcheck_took", "wheelcheck_said")
FILE_OPTIONS = {
    "--no-binary",
    "--only-binary",
    "--pre",
    "--prefer-binary",
    "--require-hashes",
    "-c",
    "-r",
}
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
    arguments = shlex.split(index.filled(each["args"]))
    no_deps = "--no-deps" in arguments
    lines = requirement_lines([word for word in arguments if word != "--no-deps"])
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
                no_deps=no_deps,
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


def rows(options: argparse.Namespace, index: FixtureIndex) -> Iterator[dict[str, str]]:
    """One row for each pip and each input that can be compared."""
    kind = "heldout" if options.heldout else "inputs"
    inputs = tomllib.loads((HERE / f"{kind}.toml").read_text(encoding="utf-8"))["input"]
    by_name = {each["name"]: each for each in inputs}
    answers = "heldout_answers.csv" if options.heldout else "answers.csv"
    with (HERE / answers).open(encoding="utf-8") as file:
        known = [row for row in csv.DictReader(file) if row["pip"] in options.pip]
    for row in known:
        if options.topic not in {None, row["topic"]}:
            continue
        each = by_name[row["input"]]
        arguments = shlex.split(index.filled(each["args"]))
        lines = requirement_lines([word for word in arguments if word != "--no-deps"])
        if row["topic"] == "builds" or lines is None:
            continue
        took, ours = judged(each, row, index)
        yield {
            "topic": row["topic"],
            "input": row["input"],
            "pip": row["pip"],
            "agrees": "yes" if took == row["took"] else "no",
            "pip_took": row["took"],
            "wheelcheck_took": took,
            "wheelcheck_said": re.sub(r"http://127\.0\.0\.1:\d+|/tmp/\w+/", "", ours)[:160]
            if took != row["took"]
            else "",
        }


def main() -> None:
    """Compare and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pip", nargs="+", default=PIPS, help="the pips to compare")
    parser.add_argument("--topic", help="compare this topic alone")
    parser.add_argument("--heldout", action="store_true", help="compare the held-out inputs")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    options.output = options.output or (HELDOUT if options.heldout else AGREEMENT)
    counts: Counter[tuple[str, str]] = Counter()
    with FixtureIndex() as index, options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows(options, index):
            writer.writerow(row)
            file.flush()
            counts[row["topic"], row["agrees"]] += 1
    for (topic, agrees), count in sorted(counts.items()):
        print(f"{topic}: {agrees} {count}")


if __name__ == "__main__":
    main()
