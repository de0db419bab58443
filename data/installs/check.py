"""Install wheels for real and record what lies on disk afterwards.

    python check.py --pythons DIR [--only ID …] [--scratch DIR]

For each row of `plan.csv` that `installs.csv` does not have yet: a fresh virtual environment of
that Python (`DIR/3.12*/bin/python`), `pip install --only-binary :all:` by the pip that comes with
it, from the default index, and then the bytes of every file that was not there before. Only pip
runs; no package is imported. Delete rows of `installs.csv` and `wheels.csv` to repeat them.

`python fit.py` makes the run-time table of byte-code from the rows of role ``fit``;
`python compare.py` compares what wheelcheck says with what lies here.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent / "requirements"
INSTALLS = (
    "id", "python", "pip", "requirements", "role", "date", "wheels", "files", "bytes",
    "byte_code_files", "byte_code_bytes",
)  # fmt: skip
WHEELS = (
    "id", "filename", "files", "bytes", "py_files", "py_bytes",
    "byte_code_files", "byte_code_bytes",
)  # fmt: skip


def environment() -> dict[str, str]:
    """The caller's environment without any configuration of pip or Python."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    cert = {k: v for k, v in os.environ.items() if k == "PIP_CERT"}
    return {**clean, **cert, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*words: str | Path) -> str:
    """Run a command and give its output; raises CalledProcessError."""
    done = subprocess.run(
        [str(word) for word in words],
        check=True, capture_output=True, text=True, env=environment(), timeout=1800,
    )  # fmt: skip
    return done.stdout


def sizes(root: Path) -> dict[Path, int]:
    """Every regular file below `root` with its size; links do not count."""
    return {
        Path(folder, name): (Path(folder, name)).lstat().st_size
        for folder, _, names in os.walk(root)
        for name in names
        if not Path(folder, name).is_symlink()
    }


def split(files: Mapping[Path, int]) -> tuple[dict[Path, int], dict[Path, int]]:
    """Byte-code apart from everything else."""
    code = {path: size for path, size in files.items() if path.suffix == ".pyc"}
    return {path: size for path, size in files.items() if path not in code}, code


def owned(record: Path) -> Iterator[Path]:
    """The files that one installed distribution's RECORD names, as absolute paths."""
    with record.open(newline="", encoding="utf-8") as text:
        for row in csv.reader(text):
            yield Path(os.path.normpath(record.parent.parent / row[0]))


def wheel_rows(
    identity: str, new: Mapping[Path, int], report: Sequence[Mapping[str, object]]
) -> Iterator[dict[str, object]]:
    """One row for each wheel, by its RECORD."""
    names = {wheel_key(url): url for url in map(url_of, report)}
    for record in sorted(path for path in new if path.match("site-packages/*.dist-info/RECORD")):
        files = {path: new[path] for path in owned(record) if path in new}
        other, code = split(files)
        python = {path: size for path, size in other.items() if path.suffix == ".py"}
        key = record.parent.name.removesuffix(".dist-info").replace("-", "_").lower()
        yield {
            "id": identity,
            "filename": names.get(key.replace(".", "_"), "?" + key),
            "files": len(other),
            "bytes": sum(other.values()),
            "py_files": len(python),
            "py_bytes": sum(python.values()),
            "byte_code_files": len(code),
            "byte_code_bytes": sum(code.values()),
        }


def url_of(item: Mapping[str, object]) -> str:
    """The file name of one entry of pip's installation report."""
    download = item["download_info"]
    assert isinstance(download, dict)
    return str(download["url"]).rpartition("/")[2].replace("%2B", "+")


def wheel_key(filename: str) -> str:
    """Name and version as a dist-info folder has them, spelled alike."""
    name, version = filename.split("-")[:2]
    return f"{name}_{version}".replace("-", "_").replace(".", "_").lower()


def install(row: Mapping[str, str], python: Path, scratch: Path) -> tuple[dict[str, object], list]:
    """Install one row of the plan into a fresh environment and measure it."""
    home = scratch / row["id"]
    run(python, "-m", "venv", home)
    before = sizes(home)
    given = row["requirements"]
    arguments = ["-r", REQUIREMENTS / given] if given.endswith(".txt") else given.split()
    report = scratch / f"{row['id']}.json"
    options = ["--only-binary", ":all:", "--no-cache-dir", "--quiet", "--report", report]
    run(home / "bin/python", "-m", "pip", "install", *options, *arguments)
    new = {path: size for path, size in sizes(home).items() if path not in before}
    # pip's own modules get byte-code too where pip had none
    new = {path: size for path, size in new.items() if "/site-packages/pip/" not in str(path)}
    other, code = split(new)
    installed = json.loads(report.read_text(encoding="utf-8"))
    wheels = list(wheel_rows(row["id"], new, installed["install"]))
    shutil.rmtree(home)
    total: dict[str, object] = {
        **row,
        "python": run(python, "-c", "import platform; print(platform.python_version())").strip(),
        "pip": installed["pip_version"],
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "wheels": len(wheels),
        "files": len(other),
        "bytes": sum(other.values()),
        "byte_code_files": len(code),
        "byte_code_bytes": sum(code.values()),
    }
    return total, wheels


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table, none where there is no table yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def append(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Add rows at the end of a table, with its header if it is new."""
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Install what is not yet in the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pythons", type=Path, required=True, help="a folder with 3.12.1 and such")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--scratch", type=Path)
    options = parser.parse_args()
    for row in read(HERE / "plan.csv"):
        done = {row["id"] for row in read(HERE / "installs.csv")}
        if row["id"] in done or (options.only and row["id"] not in options.only):
            continue
        python = next(options.pythons.glob(f"{row['python']}.*/bin/python"))
        with tempfile.TemporaryDirectory(dir=options.scratch, prefix="i-") as scratch:
            try:
                total, wheels = install(row, python, Path(scratch))
            except subprocess.CalledProcessError as failure:
                print(row["id"], "failed:", failure.stderr[-300:], flush=True)
                continue
        append(HERE / "installs.csv", INSTALLS, [total])
        append(HERE / "wheels.csv", WHEELS, wheels)
        print(row["id"], total["bytes"], total["byte_code_bytes"], flush=True)


if __name__ == "__main__":
    main()
