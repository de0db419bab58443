"""What really happens: import the modules of each case in a root of its own.

    python data/loading/imports.py --root ROOT --cases INSTALLED --out imports.csv

`INSTALLED` holds one folder per project, made by `install.py`. `list` in the result is the list's
name, and where the file has strata (`held_out.csv`) the stratum, as ``a/risk``. Each case gets an
overlay over `ROOT`, so nothing leaks from case to case. With `--packages`, the packages that
wheelcheck names are installed there first (Debian roots alone). It runs code of packages: only in
these roots; with `--nobody` as a user without rights, without a network.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from email.parser import HeaderParser
from pathlib import Path

SECONDS = 300
BY_NATURE = {
    "tests", "test", "testing", "docs", "doc", "examples", "benchmarks", "scripts", "include",
    "bin",
}  # fmt: skip
"""Top-level names that wheels carry by mistake or for their developers."""
LIBRARY_TROUBLE = re.compile(
    r"cannot open shared object file|Error loading shared library|version `\w+_[\d.]+' not found"
    r"|symbol not found|undefined symbol|Error relocating|cannot load library|GLIBC",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one case's imports gave. `ends` is ok, library, signal or other."""

    list: str
    project: str
    version: str
    wheel: str
    modules: str
    ends: str
    module: str
    error: str
    below: str = ""
    """Public modules right below that fail for a library, of all that were tried."""


def main() -> None:
    """Judge all cases and write the table."""
    options = _options()
    packages = _packages(options.packages) if options.packages else {}
    with options.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Row)])
        table.writeheader()
        for kind, project in _cases(options):
            folder = options.cases / project
            if (packages and project not in packages) or not any(folder.glob("*.dist-info")):
                continue
            row = _judge(options, kind, project, folder, packages.get(project, []))
            table.writerow(asdict(row))
            file.flush()
            print(f"{row.project:32} {row.ends:8} {row.error[:100]}", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--python", required=True, help="the interpreter's path inside the root")
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--file", default="cases.csv", help="cases.csv or held_out.csv")
    parser.add_argument("--list", nargs="+", default=["resolved", "risk"])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--packages", type=Path, help="CSV with project, packages")
    parser.add_argument("--under", nargs="*", default=[], help="a command before the interpreter")
    parser.add_argument("--nobody", action="store_true", help="run the imports without rights")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    with Path(__file__).with_name(options.file).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["list"] in options.list and (not options.only or row["project"] in options.only):
                yield "/".join(filter(None, (row["list"], row.get("stratum")))), row["project"]


def _packages(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["packages"]]
    return {row["project"]: row["packages"].split() for row in rows}


def _judge(
    options: argparse.Namespace, kind: str, project: str, folder: Path, packages: list[str]
) -> Row:
    info = _dist_info(project, folder)
    modules = _modules(info)
    version = info.name.removesuffix(".dist-info").split("-")[1]
    wheel = _tags(info)
    with _overlay(options.root, folder) as root:
        if packages:
            trouble = _apt(root, packages)
            if trouble:
                return Row(kind, project, version, wheel, " ".join(modules), "apt", "", trouble)
        python = _python(options, root)
        for module in modules:
            ends, error = _import(python, module)
            if ends != "ok":
                row = (kind, project, version, wheel, " ".join(modules), ends, module, error)
                return Row(*row)
        below, error = _below(python, modules, info)
    return Row(kind, project, version, wheel, " ".join(modules), "ok", "", error, below)


_EACH = """
import importlib, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        found[name] = f"{type(error).__name__}: {error}"
print("\\n" + json.dumps(found))
"""


def _python(options: argparse.Namespace, root: Path) -> list[str]:
    """The command that runs the interpreter inside a root."""
    inside = [str(root), *options.under, options.python]
    if not options.nobody:
        return ["chroot", *inside]
    for folder in Path(options.python).parents:
        place = root / folder.relative_to("/")
        place.chmod(place.stat().st_mode | 0o011)
    return ["unshare", "--net", "chroot", "--userspec=65534:65534", *inside]


def _below(python: list[str], modules: list[str], info: Path) -> tuple[str, str]:
    """How many of the public modules right below fail for a library, and the first error."""
    names = sorted(_submodules(info, set(modules)))[:60]
    if not names:
        return "", ""
    try:
        done = _run([*python, "-c", _EACH, *names])
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return f"?/{len(names)}", "the process ended early"
    failing = {n: e for n, e in found.items() if LIBRARY_TROUBLE.search(e) or _NOT_FOUND.search(e)}
    return f"{len(failing)}/{len(names)}", next(iter(failing.values()), "")[:300]


_NOT_FOUND = re.compile(r"(?i)librar|lib\w+.*not found|unable to (find|load)|could not (find|load)")


def _submodules(info: Path, tops: set[str]) -> set[str]:
    found = set()
    for path, *_ in csv.reader((info / "RECORD").read_text(encoding="utf-8").splitlines()):
        match = re.fullmatch(r"([\w/]+)/([A-Za-z]\w*)(/__init__\.py|\.py|(\.[\w-]+)?\.so)", path)
        if match and match[1].replace("/", ".") in tops and match[2] not in BY_NATURE:
            found.add(f"{match[1].replace('/', '.')}.{match[2]}")
    return {name for name in found if not re.search(r"\.(lib\w+|conftest|setup)$", name)}


def _dist_info(project: str, folder: Path) -> Path:
    for path in folder.glob("*.dist-info"):
        if re.sub(r"[-_.]+", "-", path.name.split("-")[0]).lower() == project:
            return path
    raise FileNotFoundError(project)


def _tags(info: Path) -> str:
    fields_of_wheel = HeaderParser().parsestr((info / "WHEEL").read_text(encoding="utf-8"))
    return " ".join(fields_of_wheel.get_all("Tag", []))


def _modules(info: Path) -> list[str]:
    """PEP 794's Import-Name, else top_level.txt, else what RECORD lists; public names."""
    metadata = HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    named = [name.split(";")[0].strip() for name in metadata.get_all("Import-Name", [])]
    top_level = info / "top_level.txt"
    if not named and top_level.exists():
        named = top_level.read_text(encoding="utf-8").split()
    if not named:
        named = sorted(_from_record(info))
    public = [n for n in named if not n.startswith("_") and n.split("/")[0] not in BY_NATURE]
    own = info.name.split("-")[0].lower()
    exact = [n for n in public if re.sub(r"[-_.]+", "_", n).lower() == own]
    return _with_namesakes(_below_namespaces(exact or public or named, info), info)


def _with_namesakes(names: list[str], info: Path) -> list[str]:
    """With ``x.x`` for a package ``x`` that imports nothing of itself: nobody imports it alone."""
    paths = {row[0] for row in csv.reader((info / "RECORD").read_text("utf-8").splitlines())}
    found = []
    for name in names:
        found.append(name)
        start = f"{name.replace('.', '/')}/__init__.py"
        namesake = f"{name}.{name.rpartition('.')[2]}"
        if start in paths and f"{namesake.replace('.', '/')}.py" in paths:
            try:
                code = ast.parse((info.parent / start).read_bytes())
            except SyntaxError:
                continue
            imports = (
                node for node in ast.walk(code) if isinstance(node, ast.Import | ast.ImportFrom)
            )
            if not any(_is_of(node, name) for node in imports):
                found.append(namesake)
    return found


def _is_of(node: ast.Import | ast.ImportFrom, package: str) -> bool:
    """Whether an import names modules of the package at the top of a name."""
    top = package.partition(".")[0]
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").partition(".")[0] == top
    return any(alias.name.partition(".")[0] == top for alias in node.names)


def _below_namespaces(names: list[str], info: Path) -> list[str]:
    """The packages and modules in them: an import of a namespace (PEP 420) alone runs nothing."""
    paths = [row[0] for row in csv.reader((info / "RECORD").read_text("utf-8").splitlines())]
    files = (re.fullmatch(r"((?:\w+/)*\w+)(?:\.[\w-]+)?(?:\.py|\.so)", path) for path in paths)
    dotted = (match[1].removesuffix("/__init__").replace("/", ".") for match in files if match)
    modules = dict.fromkeys(dotted)
    found: list[str] = []
    for name in names or sorted({m.split(".")[0] for m in modules if "." in m}):
        below = [m for m in modules if m.startswith(f"{name}.")]
        first = [m for m in below if not any(m.startswith(f"{o}.") for o in below)]
        public = [m for m in first if not re.search(r"\b(_|lib\w+$)", m)]
        found += [name] if name in modules or not public else sorted(public)[:20]
    return found


def _from_record(info: Path) -> set[str]:
    found = set()
    for path, *_ in csv.reader((info / "RECORD").read_text(encoding="utf-8").splitlines()):
        parts = path.split("/")
        if parts[0].endswith((".dist-info", ".data", ".libs")) or parts[0] in {"..", "bin"}:
            continue
        if len(parts) == 1 and re.fullmatch(r"[A-Za-z]\w*(\.py|\.[\w-]+\.so|\.so)", parts[0]):
            found.add(parts[0].split(".")[0])
        elif len(parts) > 1 and parts[-1] == "__init__.py" and parts[0].isidentifier():
            found.add(".".join(parts[:-1]) if len(parts) == 2 else parts[0])
    return found


@contextmanager
def _overlay(lower: Path, folder: Path) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix="loading-", dir=lower.parent))
    root = work / "root"
    for name in ("upper", "work", "root"):
        (work / name).mkdir()
    layers = f"lowerdir={lower},upperdir={work / 'upper'},workdir={work / 'work'}"
    mounts = [root]
    try:
        _mount("mount", "-t", "overlay", "overlay", "-o", layers, str(root))
        for source, place in (("/proc", "proc"), ("/dev", "dev"), (str(folder), "opt/case")):
            (root / place).mkdir(parents=True, exist_ok=True)
            _mount("mount", "--rbind" if place == "dev" else "--bind", source, str(root / place))
            mounts.append(root / place)
        yield root
    finally:
        for place in reversed(mounts):
            subprocess.run(["umount", "-l", str(place)], check=False)
        shutil.rmtree(work, ignore_errors=True)


def _mount(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _apt(root: Path, packages: list[str]) -> str:
    """Install packages; what apt says where it cannot."""
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run(
        ["chroot", str(root), *install],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )  # fmt: skip
    return "" if done.returncode == 0 else _last(done.stderr or done.stdout)


def _import(python: list[str], module: str) -> tuple[str, str]:
    try:
        done = _run([*python, "-c", f"import {module}"])
    except subprocess.TimeoutExpired:
        return "other", f"not done after {SECONDS} s"
    if done.returncode == 0:
        return "ok", ""
    if done.returncode < 0:
        return "signal", f"ended by signal {-done.returncode}"
    error = _last(done.stderr)
    return ("library" if LIBRARY_TROUBLE.search(error) else "other"), error


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {
        "PYTHONPATH": "/opt/case",
        "HOME": "/tmp",
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    }
    return subprocess.run(
        command,
        check=False, capture_output=True, text=True, errors="replace", env=environment,
        timeout=SECONDS, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _last(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    raised = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception|Warning|NotFound)\b", line)
    ]
    return (raised or lines or ["no message"])[-1][:300]


if __name__ == "__main__":
    main()
