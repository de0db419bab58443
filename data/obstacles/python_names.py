"""Write which modules, and which of their names, each Python 3 has: `python_names.csv`.

    python data/obstacles/python_names.py --python PATH … --library VERSION=LIB_DIR …

Every interpreter imports each module of its standard library in a process of its own and lists the
public names. Of a Python that cannot be run here its library folder is read: modules alone, and the
names that stand in its `.py` files. A row says from which Python (inclusive, "" for the
oldest looked at) until which (exclusive, "" for the newest) a module or a name of it is there;
names that are there in every Python are left out, modules are not.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/python_names.csv"
OTHER_SYSTEMS = ("_scproxy", "_winapi", "msilib", "msvcrt", "nt", "winreg", "winsound", "_winreg")
ASIDE = (
    "idlelib",
    "test",
    "turtledemo",
    "antigravity",
    "this",
    "__phello__",
    "tkinter",
    "ensurepip",
    "venv",
    "sitecustomize",
)  # the last four: packages of their own in Debian
LISTING = """
import contextlib, io, importlib, json, os, pkgutil, sys, warnings
warnings.simplefilter("ignore")
stdlib = os.path.dirname(os.__file__)
names = set(sys.builtin_module_names)
for folder in (stdlib, os.path.join(stdlib, "lib-dynload")):
    names |= {item.name for item in pkgutil.iter_modules([folder])}
found = {}
given = json.load(sys.stdin)
ASIDE, PACKAGES, MORE = given["ASIDE"], given["PACKAGES"], given["names"]
ABCS = dir(importlib.import_module("collections.abc"))
MORE["collections"] = {*MORE.get("collections", ()), *ABCS}
for name in sorted(names):
    if name in ASIDE or name.startswith("_sysconfigdata"):
        continue
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            module = importlib.import_module(name)
    except BaseException:
        found[name] = []
        continue
    found[name] = sorted(
        n for n in {*dir(module), *MORE.get(name, ())}
        if n[0] != "_" and hasattr(module, n) and not isinstance(getattr(module, n), type(sys))
    )
    for item in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if not item.name.startswith("_") and name in PACKAGES:
            try:
                below = importlib.import_module(name + "." + item.name)
                found[name + "." + item.name] = sorted(
                    n for n in dir(below)
                    if n[0] != "_" and not isinstance(getattr(below, n), type(sys))
                )
            except BaseException:
                pass
print(json.dumps({"version": list(sys.version_info[:2]), "names": found}))
"""
LISTING2 = """
import importlib, json, os, pkgutil, sys, warnings
warnings.simplefilter("ignore")
stdlib = os.path.dirname(os.__file__)
modules = set(sys.builtin_module_names)
for folder in (stdlib, os.path.join(stdlib, "lib-dynload")):
    modules |= set(name for _, name, _ in pkgutil.iter_modules([folder]))
names = {}
for name in sys.argv[1:]:
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    public = [n for n in dir(module) if n[0] != "_"]
    names[name] = [n for n in public if not isinstance(getattr(module, n), type(sys))]
print(json.dumps([sorted(m for m in modules if m[0] != "_" and "-" not in m), names]))
"""
PACKAGES = ("collections", "concurrent", "distutils", "email", "html", "http", "importlib", "json",
            "logging", "multiprocessing", "os", "unittest", "urllib", "wsgiref", "xml")  # fmt: skip
LOOKED_INTO = (
    "ast", "asyncio", "base64", "cgi", "collections", "configparser", "email", "fractions",
    "gettext", "html", "html.parser", "http", "importlib", "importlib.abc",
    "importlib.machinery", "importlib.util", "itertools", "inspect", "locale", "logging",
    "math", "os", "pkgutil", "platform", "plistlib", "re", "shutil", "site", "ssl", "string",
    "subprocess", "sys", "sysconfig", "tarfile", "threading", "time", "tokenize", "types",
    "typing", "unittest", "urllib", "urllib.parse", "urllib.request", "xml", "zipfile",
)  # fmt: skip
"""Modules whose names are listed: those that setup scripts use."""


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", nargs="+", required=True)
    parser.add_argument("--python2", required=True)
    parser.add_argument("--library", nargs="*", default=[], metavar="VERSION=DIR")
    given = parser.parse_args()
    listed = dict(listing(python, {}) for python in given.python)
    union: dict[str, set[str]] = {}
    for found in listed.values():  # some names are made when they are asked for: ask for all
        for module, public in found.items():
            union.setdefault(module, set()).update(public)
    names = dict(listing(python, union) for python in given.python)
    newest = names[max(names)]
    for item in given.library:
        version, _, folder = item.partition("=")
        key = tuple(map(int, version.split(".")))
        newest = names[key] = read_library(Path(folder), newest)
    write(dict(sorted(names.items())), python2_names(given.python2))
    return 0


def listing(python: str, names: dict[str, set[str]]) -> tuple[tuple[int, ...], dict[str, set[str]]]:
    """The version of an interpreter, and the public names of its modules."""
    given = {
        "ASIDE": ASIDE,
        "PACKAGES": PACKAGES,
        "names": {m: sorted(n) for m, n in names.items()},
    }
    command = [python, "-I", "-c", LISTING]
    text = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=True
    ).stdout
    found = json.loads(text.splitlines()[-1])
    return tuple(found["version"]), {k: set(v) for k, v in found["names"].items()}


def read_library(folder: Path, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """The modules of a library folder; names of C modules are taken from the Python before."""
    found: dict[str, set[str]] = {}
    for name, public in before.items():
        stem = folder / name.replace(".", "/")
        path = next(
            (p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.exists()), None
        )
        if path is None:
            built_in = not public or name.startswith("_") or not (stem.parent / "os.py").exists()
            c_module = any((folder / "lib-dynload").glob(f"{name}.*")) or name in BUILT_IN
            if built_in or c_module:
                found[name] = public
            continue
        text = path.read_text()
        whole = "import *" in text or "globals()" in text or "__getattr__" in text
        words = set(re.findall(r"\w+", text))
        found[name] = (
            public if whole else {n for n in public if n in words or n.isupper() or n[:3] == "OP_"}
        )
    for path in folder.iterdir():
        name = path.name.removesuffix(".py")
        is_module = path.suffix == ".py" or (path / "__init__.py").exists()
        if is_module and name.isidentifier() and not name.startswith("_sysconfigdata"):
            found.setdefault(name, set())
    for name in ASIDE:
        found.pop(name, None)
    return found


BUILT_IN = {"atexit", "builtins", "errno", "faulthandler", "gc", "itertools", "marshal", "posix",
            "pwd", "sys", "time", "math", "array", "binascii", "cmath", "fcntl", "grp", "select",
            "zlib", "unicodedata", "syslog", "resource", "readline", "termios", "pyexpat",
            "mmap"}  # fmt: skip


def python2_names(python: str) -> dict[str, set[str]]:
    """The modules of Python 2, with their names where they are looked into."""
    command = [python, "-E", "-c", LISTING2, *LOOKED_INTO]
    modules, names = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return {name: set() for name in modules} | {k: set(v) for k, v in names.items()}


def write(names: dict[tuple[int, ...], dict[str, set[str]]], python2: dict[str, set[str]]) -> None:
    """A row for each module, and for each name that comes or goes."""
    versions = list(names)
    rows = []
    for module in sorted({m for found in names.values() for m in found}):
        rows += spans(module, "", [module in names[v] for v in versions], versions)
        if module not in LOOKED_INTO:
            continue
        here = [v for v in versions if module in names[v]]
        for name in sorted({n for v in here for n in names[v][module]}):
            there = [name in names[v][module] for v in here]
            if not all(there):
                rows += spans(module, name, there, here)
    in_python3 = {
        key: set().union(*(found.get(key, ()) for found in names.values())) for key in LOOKED_INTO
    }
    for module in sorted(python2.keys() - set(ASIDE)):
        if not any(module in found for found in names.values()):
            rows.append((module, "", "", "3.0"))
        else:
            gone = python2[module] - in_python3.get(module, python2[module])
            rows += [(module, name, "", "3.0") for name in sorted(gone)]
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["module", "name", "since", "gone"])
        table.writerows(rows)


def spans(
    module: str, name: str, there: list[bool], versions: list[tuple[int, ...]]
) -> Iterator[tuple[str, str, str, str]]:
    """From the first to the last Python that has it."""
    first = there.index(True)
    last = len(there) - 1 - there[::-1].index(True)
    since = "" if first == 0 else ".".join(map(str, versions[first]))
    gone = "" if last == len(there) - 1 else ".".join(map(str, versions[last + 1]))
    yield module, name, since, gone


if __name__ == "__main__":
    raise SystemExit(main())
