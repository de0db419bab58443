"""uv and pip, asked what they would install from an index on loopback.

Shared by `data/index/record.py` and `agreement.py`. Neither reads this machine's configuration.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from packaging.utils import canonicalize_name

__all__ = ["Answer", "Pip", "Uv"]

PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
TIME_LIMIT = 1800  # seconds; a hung installer must not hang the whole run


@dataclass(frozen=True, slots=True)
class Answer:
    """What an installer said: the version of each project, the file where it names one, or why not.

    `files` is empty for uv, whose requirements output names none.
    """

    pins: Mapping[str, str]
    files: Mapping[str, str]
    failure: str = ""


def _environment(**extra: str) -> dict[str, str]:
    """The caller's environment without the settings that installers would pick up from it."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "UV_")) and name != "VIRTUAL_ENV"
    }
    return inherited | {"PIP_CONFIG_FILE": os.devnull, "UV_PYTHON_DOWNLOADS": "never"} | extra


class Uv:
    """`uv pip compile` with a cache of its own."""

    def __init__(self, executable: str, index_url: str) -> None:
        self.executable = executable
        self.index_url = index_url
        self._cache = tempfile.TemporaryDirectory(prefix="uv-cache-")

    def compile(
        self,
        requirements: Path,
        python: str,
        platform: str,
        *,
        day: str = "",
        without: Iterable[str] = (),
        no_deps: bool = False,
    ) -> Answer:
        """Pins for a Python version (``3.12``) and a platform as uv spells it.

        `day` bounds upload times; projects in `without` are left out, whatever requires them.
        """
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            command = [self.executable, "pip", "compile", str(_joined(requirements, folder))]
            command += ["--no-config", "--quiet", "--no-header", "--no-annotate"]
            command += ["--index-url", self.index_url, "--cache-dir", self._cache.name]
            command += ["--python-version", python, "--python-platform", platform]
            if no_deps:
                command.append("--no-deps")
            if day:
                command += ["--exclude-newer", day]
            if without:
                never = (f'{project} ; sys_platform == "never"\n' for project in without)
                Path(folder, "overrides").write_text("".join(never), encoding="utf-8")
                command += ["--override", str(folder / "overrides")]
            done = _run(command, _environment())
        pins = {canonicalize_name(name): version for name, version in PIN.findall(done.stdout)}
        return Answer(pins, {}, "" if done.returncode == 0 else done.stderr.strip())


@dataclass(frozen=True, slots=True)
class Pip:
    """A current pip on an interpreter; `environment` is what that interpreter needs to start."""

    python: Path
    index_url: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def in_venv(cls, interpreter: Path, index_url: str, folder: Path) -> Self:
        """The newest pip for an interpreter, installed in a virtual environment in `folder`."""
        python = folder / "bin" / "python"
        if not python.exists():
            _run([str(interpreter), "-m", "venv", str(folder)], _environment(), check=True)
            upgrade = [str(python), "-m", "pip", "install", "--quiet", "--upgrade", "pip"]
            _run(upgrade, _environment(), check=True)
        return cls(python, index_url)

    def install(self, requirements: Path, options: Iterable[str] = ()) -> Answer:
        """What `pip install --dry-run --report` chooses on this interpreter and this machine."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.json")
            command = [str(self.python), "-m", "pip", "install", "--dry-run", "--quiet"]
            command += ["--ignore-installed", "--report", str(report), "--cache-dir", folder]
            command += ["--disable-pip-version-check", "--index-url", self.index_url]
            done = _run(
                [*command, *options, "-r", str(requirements)], _environment(**self.environment)
            )
            if done.returncode != 0:
                return Answer({}, {}, done.stderr.strip())
            chosen = json.loads(report.read_bytes())["install"]
        pins = {}
        files = {}
        for item in chosen:
            name = canonicalize_name(item["metadata"]["name"])
            pins[name] = item["metadata"]["version"]
            address = item["download_info"]["url"].partition("#")[0]
            files[name] = unquote(address.rpartition("/")[2])
        return Answer(pins, files)


def _joined(requirements: Path, folder: Path) -> Path:
    """A copy of a requirement file and its neighbours for uv: continuation lines are joined.

    pip joins lines before it reads them; uv refuses a line that ends inside a marker.
    """
    for path in requirements.parent.rglob("*.txt"):
        copy = folder / path.relative_to(requirements.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        copy.write_text(re.sub(r"\\\n\s*", " ", text), encoding="utf-8")
    return folder / requirements.name


def _run(
    command: list[str], environment: dict[str, str], *, check: bool = False
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, check=check, text=True, capture_output=True, timeout=TIME_LIMIT
    )
