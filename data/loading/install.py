"""Install each case into a folder of its own, as wheels for a root; nothing of them is run.

    python data/loading/install.py --cases held_out.csv --list a --platform x86_64-manylinux_2_40 \
        --out FOLDER

A case without wheels for the root, or with a closure beyond `--most` MB, is left out; the reasons
are printed.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Install all cases of a list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="cases.csv")
    parser.add_argument("--list", nargs="+", required=True)
    parser.add_argument("--platform", required=True, help="as for uv --python-platform")
    parser.add_argument("--python", default="3.13")
    parser.add_argument("--interpreter", default=sys.executable)
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--most", type=int, default=900, help="MB unpacked")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with (HERE / options.cases).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["list"] in options.list]
    for row in rows:
        if not options.only or row["project"] in options.only:
            print(row["project"], _install(row["project"], options), flush=True)


def _install(project: str, options: argparse.Namespace) -> str:
    folder = options.out / project
    if folder.exists():
        return "there"
    folder.mkdir(parents=True)
    done = subprocess.run(
        [
            options.uv, "pip", "install", "-q", "--only-binary", ":all:", "--target", str(folder),
            "--python", options.interpreter, "--python-version", options.python,
            "--python-platform", options.platform, project,
        ],
        check=False, capture_output=True, text=True, timeout=900,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    )  # fmt: skip
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return "no wheel: " + " ".join(lines)[:200]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    if size > options.most:
        shutil.rmtree(folder)
        folder.mkdir()
        return f"too large: {size:.0f} MB"
    return f"{size:.0f} MB"


if __name__ == "__main__":
    main()
