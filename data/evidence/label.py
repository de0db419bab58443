"""Measure the truth: does building this sdist need a compiler?

For every row of `sdists.csv` the sdist is built twice as pip builds it, in isolation: first where
no compiler can be found, then where there is one (once, without, where all wheels of the release
are pure). This runs the packages' own code, so it belongs
in a throw-away machine. Nothing of it is imported by the package.

    python label.py --python 3.13=/usr/bin/python3.13 --old-python 3.8=/usr/bin/python3.8 --work DIR

The Pythons are tried in order until a build gives the answer; old Pythons build with the build
requirements of their time (`old-constraints.txt`). Rows that `labels.csv` has are kept; with
``--again`` those whose truth it lacks are tried once more.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.request import urlopen

from packaging.version import Version

from wheelcheck.builds.evidence.sibling_wheels import platform_kind
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.requirements.requirement_set import IndexOptions

HERE = Path(__file__).parent
COMPILERS = re.compile(
    r"^(.*-)?(gcc|g\+\+|cc|c\+\+|c89|c99|clang|clang\+\+|cpp|tcc|f77|f95|gfortran|rustc|cargo"
    r"|rustup|go|gccgo|nvcc|swiftc|zig|ldc2?|dmd|icx|icpx|ifx)(-[\d.]+)?$"
)
WANTS_COMPILER = re.compile(
    r"command '[^']*(gcc|g\+\+|cc|clang|c\+\+)[^']*' failed"
    r"|unable to execute '?[^' ]*(gcc|g\+\+|cc|clang)"
    r"|Unknown compiler\(s\)"
    r"|No CMAKE_\w+_COMPILER could be found"
    r"|CMAKE_\w+_COMPILER not set"
    r"|no acceptable C compiler"
    r"|can't find Rust compiler|rustc, the rust compiler|cargo, the Rust|Rust toolchain"
    r"|Cargo, the Rust package manager, is not installed"
    r"|No such file or directory: '(\S*/)?(gcc|g\+\+|cc|c\+\+|clang|cargo|rustc|go|gfortran)'"
    r"|(gcc|g\+\+|cc|c\+\+|cargo): (command )?not found"
    r"|Unsupported compiler -- at least|Unable to compile the binary module"
    r"|CompileError|C compiler cannot|No C compiler|compiler was not found"
)
CALLS_COMPILER = re.compile(r"^ *\S*(gcc|g\+\+|cc|clang|rustc|cargo)(-\d+)? .*-", re.MULTILINE)
INHERITED = {"PIP_CERT", "RUSTUP_HOME", "CARGO_HOME", "SSL_CERT_FILE"}
MODULE = re.compile(r"\.(so|pyd)$")


@dataclass(frozen=True)
class Label:
    """One measured row of `labels.csv`.

    `amended` is empty but where the builds misled: the reason why `truth` is not what they said.
    """

    name: str
    version: str
    set: str
    tags: str
    python: str
    without_compiler: str
    with_compiler: str
    truth: str
    why: str
    amended: str = ""


@dataclass(frozen=True)
class Python:
    """An interpreter to build with; an old one gets build requirements of its time."""

    name: str
    program: str
    old: bool


@dataclass(frozen=True)
class Attempt:
    """One build: the wheel's tag and whether it holds compiled modules, or why there is none."""

    tag: str = ""
    compiled: bool = False
    wanted_compiler: str = ""
    failure: str = ""
    called_compiler: bool = False

    def __str__(self) -> str:
        if self.tag:
            return f"{self.tag}{' with compiled modules' if self.compiled else ''}"
        return "wants a compiler" if self.wanted_compiler else "fails"


def release_tags(files: tuple[Wheel | Sdist, ...]) -> str:
    """``none``, ``pure``, ``linux``, ``other`` or several of them: the wheels of a release."""
    kinds = {platform_kind(file.tag) for file in files if isinstance(file, Wheel)}
    return "+".join(sorted(kinds)) or "none"


def without_compilers(work: Path) -> str:
    """A PATH that has every program of this machine but the compilers."""
    folder = work / "bin"
    if not folder.exists():
        folder.mkdir(parents=True)
        for place in ("/bin", "/usr/bin", "/usr/local/bin"):
            for program in Path(place).iterdir() if Path(place).is_dir() else ():
                link = folder / program.name
                if not COMPILERS.match(program.name) and not link.exists():
                    link.symlink_to(program)
    return str(folder)


def build(sdist: Path, python: Python, path: str, place: Path) -> Attempt:
    """Build one wheel as pip does; build requirements come as wheels alone."""
    place.mkdir(parents=True)
    environment = {
        "PATH": path,
        "HOME": str(place),
        "LANG": "C.UTF-8",
        "TMPDIR": str(place),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ONLY_BINARY": ":all:",
        "PIP_CACHE_DIR": str(place.parent.parent / "pip-cache"),
        **{key: value for key, value in os.environ.items() if key in INHERITED},
        **({"PIP_CONSTRAINT": str(HERE / "old-constraints.txt")} if python.old else {}),
    }
    options = ["--no-deps", "--use-pep517", "-v", "-w", place / "out"]
    command = [python.program, "-m", "pip", "wheel", *options, sdist]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace",
            timeout=900, cwd=place, check=False,
        )  # fmt: skip
        log = done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        log = "took longer than 900 seconds"
    wheels = list((place / "out").glob("*.whl"))
    (place.parent / f"{place.name}.log").write_text(log, encoding="utf-8")
    found = WANTS_COMPILER.search(log)
    if wheels:
        with zipfile.ZipFile(wheels[0]) as archive:
            compiled = any(MODULE.search(name) for name in archive.namelist())
        called = bool(found or CALLS_COMPILER.search(log))
        tag = "-".join(wheels[0].stem.split("-")[-3:])
        attempt = Attempt(tag=tag, compiled=compiled, called_compiler=called)
    elif found:
        attempt = Attempt(wanted_compiler=found.group(0))
    else:
        attempt = Attempt(failure=_last_error(log))
    shutil.rmtree(place, ignore_errors=True)
    return attempt


def _last_error(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if re.search(r"[Ee]rror|took longer", line)]
    errors = [
        line for line in lines if not re.search(r"subprocess|hint|note|pip|ERROR: Fail", line)
    ]
    return (errors or lines or ["?"])[-1][:120]


def judge(without: Attempt, with_compiler: Attempt | None) -> tuple[str, str]:
    """The truth and its reason; "" where the builds do not tell."""
    if without.wanted_compiler:
        return "native", without.wanted_compiler
    if with_compiler is None or not with_compiler.tag:
        return "", with_compiler.failure if without.tag and with_compiler else without.failure
    if not without.tag:
        compiled = with_compiler.compiled or with_compiler.called_compiler
        why = f"builds with a compiler alone; without: {without.failure}"
        return ("native", why) if compiled else ("", without.failure)
    if with_compiler.compiled and not without.compiled:
        return "optional", "builds without a compiler, and compiles modules with one"
    if with_compiler.called_compiler and not with_compiler.compiled:
        return "", "goes on without the modules that do not compile here"
    return "pure", "builds without a compiler, the same wheel as with one"


def judge_pure(without: Attempt) -> tuple[str, str]:
    """The truth where all wheels of the release are pure: building them may take a compiler."""
    if without.wanted_compiler:
        return "native", f"its wheels are pure, but: {without.wanted_compiler}"
    if without.tag:
        return "pure", "its wheels are pure, and it builds without a compiler"
    return "", without.failure


def measure(index: Index, row: dict[str, str], pythons: list[Python], work: Path) -> Label:
    """Label one sdist: on the first Python where the builds tell the truth."""
    version = Version(row["version"])
    project = index.project(row["name"])  # type: ignore[arg-type]
    if isinstance(project, Unknown):
        raise SystemExit(project.reason)
    files = project.files(version)
    sdist = next(file for file in files if isinstance(file, Sdist))
    tags = release_tags(files)
    key = {"name": row["name"], "version": row["version"], "set": row["set"]}
    place = work / f"{row['name']}-{version}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    archive = place / sdist.filename
    with urlopen(sdist.url) as reply:
        archive.write_bytes(reply.read())
    failures = []
    for python in pythons:
        without = build(archive, python, without_compilers(work), place / f"{python.name}-without")
        after = None
        if not without.wanted_compiler and tags != "pure":
            after = build(archive, python, os.environ["PATH"], place / f"{python.name}-with")
        truth, why = judge_pure(without) if tags == "pure" else judge(without, after)
        if truth:
            return Label(**key, tags=tags, python=python.name, without_compiler=str(without),
                         with_compiler=str(after or ""), truth=truth, why=why)  # fmt: skip
        failures.append(f"{python.name}: {why}")
    truth = "pure" if tags == "pure" else ""
    why = "; ".join([*(["its wheels are pure"] if truth else []), *failures])
    return Label(**key, tags=tags, python="", without_compiler="fails", with_compiler="",
                 truth=truth, why=why)  # fmt: skip


def main() -> None:
    """Measure what `labels.csv` lacks."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--python", action="append", default=[], help="3.13=PATH")
    arguments.add_argument("--old-python", action="append", default=[], help="3.8=PATH")
    arguments.add_argument("--work", type=Path, required=True, help="a throw-away directory")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--again", action="store_true")
    given = arguments.parse_args()
    pythons = [Python(*each.split("=", 1), old=False) for each in given.python]
    pythons += [Python(*each.split("=", 1), old=True) for each in given.old_python]
    with (HERE / "sdists.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = HERE / "labels.csv"
    known = {}
    if labels.exists():
        with labels.open(encoding="utf-8") as file:
            known = {(each["name"], each["version"]): each for each in csv.DictReader(file)}
    if given.again:
        known = {key: each for key, each in known.items() if each["truth"]}
    todo = [row for row in rows if (row["name"], row["version"]) not in known]
    without_compilers(given.work)

    def save() -> None:
        ordered = [known.get((row["name"], row["version"])) for row in rows]
        with labels.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, [each.name for each in fields(Label)], lineterminator="\n")
            out.writeheader()
            out.writerows(each for each in ordered if each is not None)

    with (
        open_index(IndexOptions(), cache_dir=given.work / "cache") as index,
        ThreadPoolExecutor(given.jobs) as pool,
    ):
        tasks = [pool.submit(measure, index, row, pythons, given.work) for row in todo]
        for task in as_completed(tasks):
            label = task.result()
            known[label.name, label.version] = asdict(label)
            save()
            print(label.name, label.version, label.truth or "?", label.why[:90], file=sys.stderr)


if __name__ == "__main__":
    main()
