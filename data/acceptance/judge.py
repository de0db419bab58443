"""Let pip and uv install every case from the index of `packages.toml`, and write down what they do.

    python data/acceptance/judge.py --pip VENV/bin/python --uv uv --pythons ~/.pyenv/versions

Writes `results.csv`: one row for each case and installer, with whether it installs, what is then
installed, and otherwise the reason in its own words (addresses and folders left out). `--pip` is a
Python that has the pip which judges; `--pythons` a folder with the Pythons of the targets, by
version. No index but that on loopback is queried. `--only PART` judges the cases whose id has
that part and prints their output.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "tests/support")]

from cases import Case, all_cases, lay_out  # noqa: E402
from fixtures import FixtureIndex  # noqa: E402
from loopback import Request, Response, Server  # noqa: E402

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
COLUMNS = ("case", "installer", "version", "installs", "installed", "message")
TIME_LIMIT = 120


def serve(index: FixtureIndex) -> Server:
    """Serve the index on a free port of loopback."""

    def answer(request: Request) -> Response:
        found = index.answer(request.path)
        if found is None:
            return Response(HTTPStatus.NOT_FOUND)
        content_type, body = found
        return Response(HTTPStatus.OK, {"Content-Type": content_type}, body)

    return Server(answer).start()


class Judges:
    """The installers, each in an environment that knows of nothing but the index."""

    def __init__(self, options: argparse.Namespace, index: FixtureIndex, base: str) -> None:
        self._options = options
        self._index = index
        self._base = base

    def judge(self, case: Case, installer: str) -> dict[str, str]:
        """Let an installer install a case into an empty environment."""
        with tempfile.TemporaryDirectory(prefix="judge-") as name:
            folder = Path(name)
            project = folder / "project"
            project.mkdir()
            lay_out(case, project, self._index, self._base)
            venv = folder / "venv"
            self._make(venv, case.python)
            done = subprocess.run(
                self._command(case, installer, venv),
                cwd=project,
                env=self._environment(folder),
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT,
                check=False,
            )
            output = done.stdout + done.stderr
            if self._options.only:
                print(f"== {case.id} {installer} rc={done.returncode}\n{output}")
            installed = [*_installed(venv), *_installed(project / "lib")]
            return {
                "case": case.id,
                "installer": installer,
                "version": self._version(installer),
                "installs": "yes" if done.returncode == 0 else "no",
                "installed": " ".join(installed),
                "message": "" if done.returncode == 0 else self._why(output, folder),
            }

    def _command(self, case: Case, installer: str, venv: Path) -> list[str]:
        words = shlex.split(case.command(installer) or "")
        if installer == "pip":
            start = [self._options.pip, "-m", "pip", "--python", str(venv / "bin/python")]
            where = ["--index-url", f"{self._base}/simple"] if words[0] == "install" else []
            return [*start, words[0], *where, *words[1:]]
        if installer == "uv":
            where = ["--default-index", f"{self._base}/simple"]
            if words[0] == "pip" and "--target" not in words:
                where += ["--python", str(venv / "bin/python")]
            elif words[0] == "pip" and "--python-version" not in words:
                where += ["--python", self._python(case.python)]
            elif words[0] == "pip":
                where += ["--python", self._python("3.12")]
            return [self._options.uv, *words, *where]
        raise ValueError(installer)

    def _python(self, version: str) -> str:
        found = sorted(Path(self._options.pythons).expanduser().glob(f"{version}.*"))
        return str(found[0] / "bin/python")

    def _make(self, venv: Path, version: str) -> None:
        subprocess.run(
            [
                self._options.uv,
                "venv",
                "-q",
                "--no-config",
                "--python",
                self._python(version),
                venv,
            ],
            check=True,
            capture_output=True,
        )

    def _environment(self, folder: Path) -> Mapping[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "UV_")) and name != "VIRTUAL_ENV"
        }
        own = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_CACHE": "1",
            "UV_PROJECT_ENVIRONMENT": str(folder / "venv"),
            "UV_PYTHON": str(folder / "venv/bin/python"),
            "UV_HTTP_TIMEOUT": "3",
            "UV_HTTP_RETRIES": "0",
            "PIP_RETRIES": "0",
            "HOME": str(folder),
            "NO_COLOR": "1",
            "COLUMNS": "1000",
        }
        return inherited | own

    def _version(self, installer: str) -> str:
        known = {"pip": [self._options.pip, "-m", "pip"], "uv": [self._options.uv]}
        done = subprocess.run(
            [*known[installer], "--version"], capture_output=True, text=True, check=True
        )
        return done.stdout.split()[1]

    def _why(self, output: str, folder: Path) -> str:
        text = output.replace(str(folder / "project") + "/", "").replace(str(folder), "…")
        text = text.replace(self._base, "http://index.example")
        lines = [line.strip() for line in text.splitlines()]
        first = [n for n, line in enumerate(lines) if line.lower().startswith(("error", "×"))]
        reason = lines[first[0] :] if first else lines[-3:]
        return re.sub(r"\s+", " ", " ".join(reason))[:400]


def _installed(root: Path) -> Iterator[str]:
    for info in sorted(root.rglob("*.dist-info")):
        name, _, version = info.name.removesuffix(".dist-info").partition("-")
        if name not in {"pip", "setuptools"}:
            made = info.parent / name / "__init__.py"
            kind = made.read_text().split("'")[1] if made.exists() else ""
            yield f"{name}=={version}" + (f"({kind})" if kind.startswith(".") else "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pip", required=True, help="a Python that has the pip which judges")
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--pythons", required=True, help="folder of Pythons, by version")
    parser.add_argument("--cases", default="", help="one file of cases: its rows are renewed alone")
    parser.add_argument("--only", help="cases whose id has this part; prints, writes nothing")
    return parser.parse_args()


def main() -> None:
    """Judge, and write the table."""
    options = _options()
    index = FixtureIndex.load()
    server = serve(index)
    judges = Judges(options, index, f"http://127.0.0.1:{server.port}")
    rows = []
    for case in all_cases(*filter(None, [options.cases])):
        if options.only and options.only not in case.id:
            continue
        for installer in ("pip", "uv"):
            if case.command(installer):
                rows.append(judges.judge(case, installer))
                print(f"{len(rows):4} {case.id} {installer}: {rows[-1]['installs']}", flush=True)
    server.stop()
    if options.cases:
        renewed = {row["case"] for row in rows}
        with RESULTS.open(newline="") as file:
            rows = [r for r in csv.DictReader(file) if r["case"] not in renewed] + rows
    if not options.only:
        with RESULTS.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
