"""Ask real pips what they take: every input of `inputs.toml` × every pip of `pips.toml`.

    python data/installers/judge.py --scratch SCRATCH --pythons ~/.pyenv/versions [--heldout]

Writes `answers.csv`, or with --heldout, for the inputs of `heldout.toml`, `heldout_answers.csv`:
what each pip took, file by file, or the reason for which it refused. Each pip is in a virtual
environment of its own in the scratch folder, made once, with the setuptools and wheel of its day;
it reads a loopback index of small packages made for the purpose, and no configuration. Building
runs code of those packages alone. Takes some 40 minutes on one core.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fixtures import HERE, FixtureIndex

ANSWERS = HERE / "answers.csv"
HELDOUT_ANSWERS = HERE / "heldout_answers.csv"
COLUMNS = ("topic", "input", "pip", "python", "outcome", "took", "reason")
REAL = (
    "setuptools==57.5.0",
    "setuptools==68.0.0",
    "setuptools==59.6.0",
    "wheel==0.37.1",
    "wheel==0.40.0",
)


class Judge:
    """One pip in its environment, loaded once and forked for each command."""

    def __init__(self, pip: str, python: str, executable: Path) -> None:
        self.pip = pip
        self.python = python
        self._process = subprocess.Popen(
            [str(executable), str(HERE / "forked.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment(PYTHONWARNINGS="ignore"),
        )

    def run(self, job: Mapping[str, Any]) -> int:
        """Run one command of pip and return its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """Ask every question of the options and write the table."""
    options = parsed()
    scratch: Path = options.scratch
    real = fetched(scratch / "real", REAL)
    table = tomllib.loads((HERE / "pips.toml").read_text(encoding="utf-8"))["pips"]
    source = "heldout.toml" if options.heldout else "inputs.toml"
    inputs = tomllib.loads((HERE / source).read_text(encoding="utf-8"))["input"]
    chosen = [row for row in table if not options.pip or row["pip"] in options.pip]
    wanted = [each for each in inputs if not options.input or each["name"] in options.input]
    rows = []
    with FixtureIndex(real) as index:
        for row in chosen:
            judge = environment(row, scratch, options.pythons)
            for each in wanted:
                rows.append(answer(judge, each, index))
                print(row["pip"], each["name"], rows[-1]["outcome"], rows[-1]["took"], flush=True)
            judge.close()
    whole = not options.pip and not options.input
    answers = HELDOUT_ANSWERS if options.heldout else ANSWERS
    output = options.output or (answers if whole else Path(os.devnull))
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True, help="where environments are kept")
    parser.add_argument("--pythons", type=Path, required=True, help="a folder of X.Y.Z/bin/python")
    parser.add_argument("--pip", action="append", help="ask this pip alone; may be repeated")
    parser.add_argument("--input", action="append", help="ask this input alone; may be repeated")
    parser.add_argument("--heldout", action="store_true", help="ask the held-out inputs")
    parser.add_argument("--output", type=Path, help="write the table here")
    return parser.parse_args()


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without anything that pip or Python would read."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "UV_"))}
    return {**inherited, "PIP_CONFIG_FILE": os.devnull, **more}


def fetched(folder: Path, requirements: tuple[str, ...]) -> Path:
    """A folder with the wheels of real packages, downloaded once by the ordinary client."""
    folder.mkdir(parents=True, exist_ok=True)
    for requirement in requirements:
        name, _, version = requirement.partition("==")
        if not list(folder.glob(f"{name}-{version}-*.whl")):
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
            command += ["--ignore-requires-python", "-d", str(folder), requirement]
            subprocess.run(command, check=True, env=clean_environment())
    return folder


def environment(row: Mapping[str, str], scratch: Path, pythons: Path) -> Judge:
    """The virtual environment of one pip, made where it is not there yet."""
    folder = scratch / "environments" / row["pip"]
    python = next(iter(sorted(pythons.glob(f"{row['python']}.*")))) / "bin" / "python"
    executable = folder / "bin" / "python"
    if not executable.exists():
        wanted = [f"{name}=={row[name]}" for name in ("pip", "setuptools", "wheel") if name in row]
        wheels = fetched(scratch / f"wheels-{row['pip']}", tuple(wanted))
        subprocess.run([str(python), "-m", "venv", "--without-pip", str(folder)], check=True)
        site = next((folder / "lib").glob("python*")) / "site-packages"
        for wheel in wheels.glob("*.whl"):  # unpacking is what an installer does with these
            shutil.unpack_archive(str(wheel), str(site), "zip")
        (site / "envonly.py").write_text("")
    full = python.parent.parent.name
    return Judge(row["pip"], full, executable)


def answer(judge: Judge, each: Mapping[str, Any], index: FixtureIndex) -> dict[str, str]:
    """What one pip does with one input."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in each.get("files", {}).items():
            (folder / path).write_text(index.filled(text), encoding="utf-8")
        out = folder / "out"
        install = each.get("install", False)
        arguments = ["install", "--target"] if install else ["download", "--dest"]
        arguments += [str(out), "--no-cache-dir", "--disable-pip-version-check"]
        arguments += ["--index-url", f"{index.url}/simple/"]
        arguments += shlex.split(index.filled(each["args"]))
        job = {"arguments": arguments, "folder": name, "output": str(folder / "output.txt")}
        code = judge.run(job)
        output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
        took = list(installed(out) if install else sorted(p.name for p in out.glob("*")))
    refused = code != 0
    return {
        "topic": each["topic"],
        "input": each["name"],
        "pip": judge.pip,
        "python": judge.python,
        "outcome": "refuses" if refused else "takes",
        "took": "" if refused else " ".join(took),
        "reason": reason(output) if refused else "",
    }


def installed(out: Path) -> Iterator[str]:
    """What `pip install --target` put there: name and version, and how it was built."""
    for info in sorted(out.glob("*.*-info")):
        stem = info.name.rpartition(".")[0]
        name, _, rest = stem.partition("-")
        module = out / f"{name}.py"
        text = module.read_text() if module.exists() else ""
        built = re.search(r"BUILT = (.*)", text)
        yield f"{name}-{rest.partition('-')[0]}" + (f"[{how(built[1])}]" if built else "")


def how(built: str) -> str:
    """How an sdist says that it was built, in two words."""
    if "own" in built:
        return "own-backend"
    version = re.search(r"'setuptools': '([\d.]+)'", built)
    kind = "isolated" if "'isolated': True" in built else "environment"
    return f"{kind},setuptools-{version[1] if version else '?'}"


def reason(output: str) -> str:
    """The line of pip's output that says why it refuses, without what differs at each run."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(ERROR|error|Could not|No matching)", line)]
    line = (errors or lines or [""])[0 if errors else -1]
    line = re.sub(r"http://127\.0\.0\.1:\d+", "INDEX", line)
    line = re.sub(r"/\S*/(?=[^/\s]+)", "", line)
    return line.removeprefix("ERROR: ")[:160]


if __name__ == "__main__":
    main()
