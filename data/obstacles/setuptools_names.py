"""Write which modules and names each setuptools has, and on which Python it runs at all.

    python data/obstacles/setuptools_names.py FOLDER_OF_WHEELS --python 3.8=PATH … 3.13=PATH

FOLDER_OF_WHEELS has wheels of setuptools, the first and the last of every major release (`pip
download --no-deps --ignore-requires-python`). Every module is imported by each Python in turn
until one can; its public names are listed. Writes `setuptools_names.csv`: a row for each run of
releases that have a module or a name which some release has not; and `setuptools_pythons.csv`:
the releases whose backend cannot be imported by a Python.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

ROOM = Path(__file__).parents[2] / "wheelcheck/builds/obstacles"
PROBE = """
import contextlib, importlib, io, json, shutil, sys, tempfile, warnings, zipfile
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
found, errors = {}, {}
paths = zipfile.ZipFile(sys.argv[1]).namelist()
unpacked = tempfile.mkdtemp()
zipfile.ZipFile(sys.argv[1]).extractall(unpacked)
sys.path[0] = unpacked
modules = {"setuptools", "pkg_resources", "distutils"}
for path in paths:
    name = path[:-3].replace("/", ".").replace("setuptools._distutils", "distutils")
    if name.endswith(".__init__"):
        name = name[:-9]
    if path.endswith(".py") and not any(p[0] == "_" or p in ASIDE for p in name.split(".")):
        modules.add(name)
modules |= {"setuptools.build_meta"}
for name in sorted(modules, key=lambda n: (n.split(".")[0] != "setuptools", n)):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            module = importlib.import_module(name)
    except BaseException as error:
        errors[name] = f"{type(error).__name__}: {error}"
    else:
        found[name] = [
            n
            for n in dir(module)
            if (n[0] != "_" or n == "_init_posix") and not isinstance(getattr(module, n), type(sys))
        ]
print(json.dumps([found, errors]))
shutil.rmtree(unpacked)
"""
ASKING = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
import setuptools
found = []
for module, name in json.load(sys.stdin):
    try:
        getattr(importlib.import_module(module), name)
        found.append((module, name))
    except BaseException:
        pass
print(json.dumps(found))
"""
ASIDE = ("tests", "_vendor", "extern", "pkg_resources.extern", "gui", "cli", "easy_install")


def main() -> int:
    """Fill both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--python", nargs="+", metavar="VERSION=PATH")
    given = parser.parse_args()
    pythons = dict(item.split("=") for item in given.python)
    releases = {Version(path.name.split("-")[1]): path for path in given.wheels.glob("*.whl")}
    names: dict[Version, dict[str, list[str]]] = {}
    refused: dict[str, list[tuple[Version, str]]] = {}
    for release, wheel in sorted(releases.items()):
        for python, path in pythons.items():
            found, errors = probe(path, wheel)
            names.setdefault(release, {}).update(found)
            error = errors.get("setuptools") or errors.get("setuptools.build_meta")
            error = re.sub(r" \(/\S+\)", "", error or "")
            too_old = Version(python) >= Version(
                "3.12"
            )  # an older Python refuses by Requires-Python
            if error and too_old and "No module named 'setuptools.build_meta'" not in error:
                refused.setdefault(python, []).append((release, error))
        print(release, len(names[release]), file=sys.stderr, flush=True)
    newest = names[max(names)]
    lost = [
        (m, n)
        for found in names.values()
        for m, public in found.items()
        for n in public
        if m in newest and n not in newest[m]
    ]
    made = made_when_read(list(pythons.values())[-1], releases[max(names)], sorted(set(lost)))
    write_names(
        {
            r: {m: [n for n in p if (m, n) not in made] for m, p in f.items()}
            for r, f in names.items()
        }
    )
    write_refused(refused, sorted(releases))
    return 0


def probe(python: str, wheel: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The modules that a Python can import of a wheel, with their names, and the errors."""
    command = [python, "-S", "-E", "-c", PROBE.replace("ASIDE", repr(ASIDE)), str(wheel)]
    env = {**os.environ, "SETUPTOOLS_USE_DISTUTILS": "local"}
    run = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    if run.returncode:
        return {}, {"setuptools": run.stderr.strip().splitlines()[-1]}
    found, errors = json.loads(run.stdout.splitlines()[-1])
    return found, errors


def made_when_read(python: str, wheel: Path, pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The names that a module makes on access, and does not list."""
    env = {**os.environ, "SETUPTOOLS_USE_DISTUTILS": "local"}
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(wheel).extractall(folder)
        run = subprocess.run(
            [python, "-S", "-E", "-c", ASKING, folder],
            input=json.dumps(pairs),
            capture_output=True,
            text=True,
            env=env,
            check=True,
        )
    return {tuple(pair) for pair in json.loads(run.stdout.splitlines()[-1])}


def write_names(names: dict[Version, dict[str, list[str]]]) -> None:
    """A row for each run of releases that have a module or a name, unless all have."""
    releases = sorted(names)
    with (ROOM / "setuptools_names.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["module", "name", "since", "gone"])
        for module in sorted({m for found in names.values() for m in found}):
            here = [r for r in releases if module in names[r]]
            table.writerows(runs(module, "", [r in here for r in releases], releases))
            for name in sorted({n for r in here for n in names[r][module]}):
                there = [name in names[r][module] for r in here]
                if not there[-1]:
                    table.writerows(runs(module, name, there, here))


def runs(
    module: str, name: str, there: list[bool], releases: list[Version]
) -> Iterator[tuple[str, str, object, object]]:
    """Unbroken runs of releases: since (inclusive, "" for the oldest), gone (exclusive)."""
    start = None
    for place, present in enumerate([*there, False]):
        if present and start is None:
            start = place
        elif not present and start is not None:
            gone = releases[place] if place < len(releases) else ""
            yield module, name, releases[start] if start else "", gone
            start = None


def write_refused(refused: dict[str, list[tuple[Version, str]]], releases: list[Version]) -> None:
    """For each Python the releases that it cannot import, in unbroken runs."""
    with (ROOM / "setuptools_pythons.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["python", "first", "last", "error"])
        for python, found in refused.items():
            start = 0
            for place in range(1, len(found) + 1):
                place_before = releases.index(found[place - 1][0])
                joined = place < len(found) and (
                    releases.index(found[place][0]) == place_before + 1
                    and found[place][1] == found[start][1]
                )
                if not joined:
                    first, last = found[start], found[place - 1]
                    table.writerow([python, first[0], last[0], first[1]])
                    start = place


if __name__ == "__main__":
    raise SystemExit(main())
