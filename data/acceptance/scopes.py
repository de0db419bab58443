"""Let five tools make the locks of `scopes.toml` and install them: which refuse, and where?

    python data/acceptance/scopes.py --uv uv --pip VENV/bin/python --tools FOLDER --pythons FOLDER

`--tools` holds `pdm`, `poetry` and `pipenv`, each in `FOLDER/t-NAME/bin`; `--pythons` the Pythons
by version. Locks go to `locks/SCENARIO/TOOL/`, the index's address replaced by http://index.example;
what happened goes to `scopes.csv`. A tool that cannot say a scenario is left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "tests/support")]

from fixtures import FixtureIndex  # noqa: E402 (needs the path)
from judge import serve  # noqa: E402
from packaging.requirements import Requirement  # noqa: E402

HERE = Path(__file__).parent
LOCKS = HERE / "locks"
SHOWN = "http://index.example"
COLUMNS = ("scenario", "tool", "version", "made", "installs", "installed", "message")
TOOLS = ("uv", "pylock-uv", "pylock-pip", "pdm", "poetry", "pipenv")
LOCK_FILES = {"uv": "uv.lock", "pdm": "pdm.lock", "poetry": "poetry.lock", "pipenv": "Pipfile.lock"}


def lock_file(tool: str) -> str:
    """The name of a tool's lock."""
    return LOCK_FILES.get(tool, "pylock.toml")


def project_of(scenario: Mapping[str, Any], tool: str, base: str) -> Mapping[str, str] | None:
    """The files that a tool makes a lock from, or None where it cannot say the scenario."""
    if tool == "pipenv":
        return _pipfile(scenario, base)
    if scenario.get("environments") and tool == "poetry":
        return None
    if scenario.get("environments") and tool == "pdm" and not scenario.get("platforms"):
        return None
    needs = json.dumps(scenario["needs"])
    text = (
        f'[project]\nname = "story"\nversion = "0"\n'
        f'requires-python = "{scenario["python"]}"\ndependencies = {needs}\n'
    )
    environments = json.dumps(scenario.get("environments", []))
    match tool:
        case "uv" | "pylock-uv" | "pylock-pip":
            text += f'[[tool.uv.index]]\nurl = "{base}/simple"\ndefault = true\n'
            if scenario.get("environments"):
                text += f"[tool.uv]\nenvironments = {environments}\n"
        case "pdm":
            text += f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{base}/simple"\n'
        case "poetry":
            text += "[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\n"
            text += f'name = "fixture"\nurl = "{base}/simple"\npriority = "primary"\n'
    return {"pyproject.toml": text}


def _pipfile(scenario: Mapping[str, Any], base: str) -> Mapping[str, str] | None:
    if "pipfile" not in scenario:
        return None
    lines = [f'[[source]]\nurl = "{base}/simple"\nverify_ssl = false\nname = "fixture"\n[packages]']
    for text in scenario["needs"]:
        need = Requirement(text)
        version = str(need.specifier) or "*"
        if need.marker:
            quoted = str(need.marker).replace('"', "'")
            lines.append(f'{need.name} = {{ version = "{version}", markers = "{quoted}" }}')
        else:
            lines.append(f'{need.name} = "{version}"')
    lines.append("[requires]")
    lines += [f'{key} = "{value}"' for key, value in scenario["pipfile"].items()]
    return {"Pipfile": "\n".join(lines) + "\n"}


class Runner:
    """Runs the tools, each with an environment and a home of its own."""

    def __init__(self, options: argparse.Namespace, base: str) -> None:
        self.options = options
        self.base = base

    def executable(self, tool: str) -> str:
        """Where a tool is."""
        if tool in {"uv", "pylock-uv"}:
            return str(self.options.uv)
        if tool == "pylock-pip":
            return str(self.options.pip)
        return str(Path(self.options.tools) / f"t-{tool}/bin/{tool}")

    def version(self, tool: str) -> str:
        """Its version."""
        words = [self.executable(tool), *(["-m", "pip"] if tool == "pylock-pip" else [])]
        done = subprocess.run([*words, "--version"], capture_output=True, text=True, check=True)
        found = re.search(r"\d[\w.]*", done.stdout)
        return found[0] if found else ""

    def lock(self, tool: str, scenario: Mapping[str, Any], project: Path, home: Path) -> str:
        """Make the lock; the last words of the tool where it makes none."""
        extra = []
        for platform in scenario.get("platforms", ()) if tool == "pdm" else ():
            extra += ["--platform", platform]
        words = {
            "uv": [["lock", "-q"]],
            "pylock-uv": [
                ["lock", "-q"],
                ["export", "-q", "--frozen", "--no-emit-project", "-o", "pylock.toml"],
            ],
            "pylock-pip": [["-m", "pip", "lock", "-i", f"{self.base}/simple", *scenario["needs"]]],
            "pdm": [["lock", *extra]],
            "poetry": [["lock"]],
            "pipenv": [["lock"]],
        }[tool]
        output = ""
        for each in words:
            done = self._run([self.executable(tool), *each], project, home, self._pythons())
            output += done.stdout + done.stderr
        return "" if (project / lock_file(tool)).exists() else _last(output)

    def install(self, tool: str, project: Path, home: Path) -> tuple[bool, str, list[str]]:
        """Install the lock with Python 3.12.1: whether that works, what is said, what is there."""
        venv = project / ".venv"
        python = Path(self.options.pythons) / "3.12.1/bin/python"
        seed = ["--seed"] if tool == "pipenv" else []
        self._run(
            [self.options.uv, "venv", "-q", "--clear", *seed, "--python", str(python), str(venv)],
            project, home, ["/usr/bin", "/bin"],
        )  # fmt: skip
        if seed:
            shutil.rmtree(venv / "lib/python3.12/site-packages/pip", ignore_errors=True)
            self._run([str(python), "-m", "venv", "--clear", str(venv)], project, home, ["/bin"])
        inside = str(venv / "bin/python")
        if tool == "pdm":
            (project / ".pdm-python").write_text(inside)
        words = {
            "uv": ["sync", "--frozen", "--no-install-project", "--python", inside],
            "pylock-uv": ["pip", "install", "-r", "pylock.toml", "--python", inside],
            "pylock-pip": ["-m", "pip", "--python", inside, "install", "-r", "pylock.toml"],
            "pdm": ["sync", "--no-self"],
            "poetry": ["install"],
            "pipenv": ["sync"],
        }[tool]
        system = [] if tool == "pdm" else ["/usr/bin", "/bin"]  # it looks for other Pythons there
        path = [str(venv / "bin"), *system]
        done = self._run([self.executable(tool), *words], project, home, path, venv)
        output = re.sub(r"\s+", " ", (done.stdout + done.stderr).replace(str(project), "…"))
        there = sorted(
            "==".join(each.name.removesuffix(".dist-info").split("-", 1))
            for each in venv.glob("lib/*/site-packages/*.dist-info")
            if not each.name.startswith(("pip-", "setuptools-"))
        )
        return done.returncode == 0, output.replace(self.base, SHOWN).strip()[-400:], there

    def _pythons(self) -> list[str]:
        names = ("3.12.1", "3.13.0", "3.11.7", "3.10.13", "3.9.18")
        folders = [str(Path(self.options.pythons) / name / "bin") for name in names]
        return [*folders, "/usr/bin", "/bin"]

    def _run(
        self,
        command: Sequence[str],
        project: Path,
        home: Path,
        path: Sequence[str],
        venv: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "PYENV"))}
        own = {
            "HOME": str(home),
            "PATH": ":".join(path),
            "PIP_CONFIG_FILE": os.devnull,
            "UV_PYTHON_DOWNLOADS": "never",
            "POETRY_VIRTUALENVS_IN_PROJECT": "1",
            "PIPENV_VENV_IN_PROJECT": "1",
            "PIPENV_VERBOSITY": "-1",
            "PIPENV_NOSPIN": "1",
            "PDM_CHECK_UPDATE": "0",
            "NO_COLOR": "1",
        }
        environment = env | own | ({"VIRTUAL_ENV": str(venv)} if venv else {})
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True,
            timeout=300, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def _last(output: str) -> str:
    return re.sub(r"\s+", " ", output).strip()[-300:]


def _keep(project: Path, files: Mapping[str, str], tool: str, into: Path, base: str) -> None:
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name in (*files, lock_file(tool)):
        if tool == "pylock-pip" and name == "pyproject.toml":
            continue
        (into / name).write_text((project / name).read_text().replace(base, SHOWN))


def judge(runner: Runner, only: str | None) -> Iterator[dict[str, str]]:
    """Make and install every lock."""
    for scenario in tomllib.loads((HERE / "scopes.toml").read_text())["scenario"]:
        for tool in TOOLS:
            files = project_of(scenario, tool, runner.base)
            if files is None or (only and only not in f"{scenario['id']}/{tool}"):
                continue
            if tool == "pylock-pip" and scenario["id"] not in {"fits", "an-sdist-for-the-machine"}:
                continue  # it can say neither Pythons nor environments
            with tempfile.TemporaryDirectory(prefix="scope-") as folder:
                project, home = Path(folder) / "project", Path(folder) / "home"
                project.mkdir()
                home.mkdir()
                for name, text in files.items():
                    (project / name).write_text(text)
                row = {"scenario": scenario["id"], "tool": tool, "version": runner.version(tool)}
                failed = runner.lock(tool, scenario, project, home)
                if failed:
                    yield {**row, "made": "no", "message": failed.replace(runner.base, SHOWN)}
                    continue
                _keep(project, files, tool, LOCKS / scenario["id"] / tool, runner.base)
                works, output, there = runner.install(tool, project, home)
                yield {
                    **row,
                    "made": "yes",
                    "installs": "yes" if works else "no",
                    "installed": " ".join(there),
                    "message": "" if works and "arning" not in output else output,
                }


def main() -> None:
    """Judge, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--uv", "--pip", "--tools", "--pythons"):
        parser.add_argument(option, required=True)
    parser.add_argument("--only", help="scenarios and tools that have this part: SCENARIO/TOOL")
    options = parser.parse_args()
    server = serve(FixtureIndex.load())
    runner = Runner(options, f"http://127.0.0.1:{server.port}")
    rows = []
    for row in judge(runner, options.only):
        rows.append(row)
        print(row, flush=True)
    server.stop()
    if not options.only:
        with (HERE / "scopes.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
