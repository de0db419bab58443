"""Markers × hashes × URLs × constraints, at random: what real pips take, and what wheelcheck says.

    python data/installers/properties.py record --scratch SCRATCH --pythons ~/.pyenv/versions
    python data/installers/properties.py compare

`record` draws inputs with a fixed seed, asks the pips of `PIPS` and writes `properties.jsonl`;
`compare` prints where wheelcheck takes other files. `tests/acceptance/test_properties.py` compares
the same answers. With --count and --seed others are drawn, for a longer run.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fixtures import HERE, FixtureIndex

from wheelcheck import UsageError, check

RECORDED = HERE / "properties.jsonl"
PIPS = {"26.3": "3.13.0", "25.0.1": "3.12.1"}
COUNT, SEED = 80, 20261128
VERSIONS = {"dep": ("1.0", "1.5", "2.0"), "cutextra": ("1.0", "2.0"), "helper": ("1.0",)}
OTHERS = ("wantany", "wantold", "wantnew")
MARKERS = ("", "", "", " ; sys_platform == 'linux'", " ; sys_platform == 'win32'")
"""None most often; a marker that holds, and a marker that does not."""


def drawn(seed: int, count: int) -> Iterator[dict[str, str]]:
    """Inputs: the texts of a requirement file and of a constraint file."""
    chance = random.Random(seed)
    for _ in range(count):
        hashed = chance.random() < 0.6
        lines = [line(chance, hashed=hashed) for _ in range(chance.randint(1, 3))]
        constraints = [
            line(chance, hashed=hashed and chance.random() < 0.4, constraint=True)
            for _ in range(chance.choice((0, 0, 1, 1, 2)))
        ]
        yield {"requirements": "".join(lines), "constraints": "".join(constraints)}


def line(chance: random.Random, *, hashed: bool, constraint: bool = False) -> str:
    """One line about a package, with {sha256:FILE} where a digest belongs."""
    if not constraint and chance.random() < 0.2:
        return chance.choice(OTHERS) + chance.choice(MARKERS) + "\n"
    name = chance.choice(("dep", "dep", "dep", "cutextra", "helper"))
    version = chance.choice(VERSIONS[name])
    extra = "[more]" if name == "cutextra" and not constraint and chance.random() < 0.5 else ""
    file = f"{name}-{version}-py3-none-any.whl"
    if chance.random() < 0.25:
        text = f"{name}{extra} @ {{index}}/files/{file}"
    else:
        text = f"{name}{extra}" + chance.choice((f"=={version}", f"=={version}", "", "<2", ">=1.5"))
    text += chance.choice(MARKERS)
    for _ in range(chance.choice((0, 1, 1, 1, 2)) if hashed else 0):
        other = f"{name}-{chance.choice(VERSIONS[name])}-py3-none-any.whl"
        of = file if chance.random() < 0.75 else other
        algorithm = chance.choice(("sha256", "sha256", "sha256", "sha512"))
        text += f" --hash={algorithm}:{{{algorithm}:{of}}}"
    return text + "\n"


def outcome(index: FixtureIndex, each: Mapping[str, str], pip: str) -> str:
    """The files that wheelcheck says are taken; "" where it says that it is refused or fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for key in ("requirements", "constraints"):
            (folder / f"{key}.txt").write_text(index.filled(each[key]), encoding="utf-8")
        try:
            report = check(
                [folder / "requirements.txt"],
                constraints=[folder / "constraints.txt"],
                targets=[f"cp{PIPS[pip]}-manylinux_2_36_x86_64"],
                index_url=f"{index.url}/simple/",
                installer=f"pip=={pip}",
                cache_dir=None,
                verdicts_only=True,
            )
        except UsageError:
            return ""
    (target,) = report.targets
    cells = [package.on[target.name] for package in report.packages]
    if target.outcome != "installs" or any(p.severity == "error" for p in report.problems):
        return ""
    return " ".join(sorted(cell.file for cell in cells if cell.file))


def recorded() -> list[dict[str, Any]]:
    """The inputs with the answers of each pip."""
    return [json.loads(text) for text in RECORDED.read_text(encoding="utf-8").splitlines()]


def record(options: argparse.Namespace) -> None:
    """Ask the pips and write what they take."""
    import judge

    table = tomllib.loads((HERE / "pips.toml").read_text(encoding="utf-8"))["pips"]
    rows: list[dict[str, Any]] = [
        {**each, "took": {}} for each in drawn(options.seed, options.count)
    ]
    with FixtureIndex() as index:
        for facts in table:
            if facts["pip"] not in PIPS:
                continue
            pip = judge.environment(facts, options.scratch, options.pythons)
            for row in rows:
                files = {f"{key}.txt": row[key] for key in ("requirements", "constraints")}
                args = "-r requirements.txt -c constraints.txt"
                case = {"topic": "", "name": "", "args": args, "files": files}
                row["took"][pip.pip] = judge.answer(pip, case, index)["took"]
                print(pip.pip, repr(row["requirements"]), row["took"][pip.pip], flush=True)
            pip.close()
    options.output.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def compare(options: argparse.Namespace) -> None:
    """Print where wheelcheck takes other files."""
    rows = [json.loads(text) for text in options.output.read_text(encoding="utf-8").splitlines()]
    differ = 0
    with FixtureIndex() as index:
        for row in rows:
            for pip, took in row["took"].items():
                ours = outcome(index, row, pip)
                if ours != took:
                    differ += 1
                    print(pip, row["requirements"], row["constraints"], f"pip: {took}", sep="\n")
                    print(f"wheelcheck: {ours}\n")
    print(f"{differ} of {sum(len(row['took']) for row in rows)} differ")


def main() -> None:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("--scratch", type=Path, help="where environments are kept")
    parser.add_argument("--pythons", type=Path, help="a folder of X.Y.Z/bin/python")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=RECORDED)
    options = parser.parse_args()
    (record if options.action == "record" else compare)(options)


if __name__ == "__main__":
    sys.exit(main())
