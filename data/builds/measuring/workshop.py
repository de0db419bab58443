"""The throw-away directory in which one release is built, and the commands run there."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from measuring import compilers, processes, sdists

_HOOK = Path(__file__).with_name("hook.py")
# What a build may see of the caller's environment variables: how to reach the index.
_PASSED_ON = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("GIT_SSL_CAINFO", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy"),
)


@dataclass(frozen=True, slots=True)
class Installer:
    """The pip that fills build environments, and what it may choose."""

    interpreter: Path  # its own pip works on other environments: they hold build requires only
    index: str
    constraints: Path | None
    only_binary: tuple[str, ...]  # names never to be built, not even as a build requirement

    def variables(self) -> dict[str, str]:
        """Environment variables that replace all of pip's configuration."""
        variables = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self.index,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ONLY_BINARY": ",".join(self.only_binary),
        }
        return variables | ({"PIP_CONSTRAINT": str(self.constraints)} if self.constraints else {})

    def command(self, environment: Path, *arguments: str) -> list[str]:
        """The command line of pip for the virtual environment in `environment`."""
        python = str(environment / "bin" / "python")
        return [str(self.interpreter), "-m", "pip", "--python", python, *arguments]


class PhaseError(Exception):
    """A phase ended badly; `usage` is what it had used by then."""

    def __init__(self, phase: str, usage: processes.Usage) -> None:
        super().__init__(phase)
        self.phase = phase
        self.usage = usage


class Workshop:
    """Folders for the sdist, its build environment, its compilers' shims and the wheel.

    `deadline` (of time.monotonic()) ends any command; `cores` confines them (None: all cores).
    """

    def __init__(
        self, folder: Path, installer: Installer, *, deadline: float, cores: int | None
    ) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.environment = folder / "environment"
        self._installer = installer
        self._deadline = deadline
        self._cores = cores
        for name in ("home", "tmp", "wheel", "sdist"):
            (folder / name).mkdir()
        venv = [str(installer.interpreter), "-m", "venv", "--without-pip", str(self.environment)]
        subprocess.run(venv, check=True)
        cargo = Path.home() / ".cargo" / "bin"
        self._tools = f"{self.environment}/bin:{cargo}:/usr/local/bin:/usr/bin:/bin"

    def install(self, requires: list[str]) -> processes.Usage:
        """Install requirements into the build environment. Raises PhaseError("env")."""
        command = self._installer.command(self.environment, "install", *requires)
        return self._run("env", command, self.folder)

    def call_hook(
        self, phase: str, hook: str, root: Path, system: sdists.BuildSystem
    ) -> processes.Usage:
        """Call a PEP 517 hook of the project in `root`. Raises PhaseError(phase)."""
        python = str(self.environment / "bin" / "python")
        answer = str(self.folder / "wheel" / f"{hook}.json")
        command = [python, str(_HOOK), hook, answer, system.backend, *system.backend_path]
        return self._run(phase, command, root)

    def answer(self, hook: str) -> list[str]:
        """What a hook returned that lists requirements."""
        text = (self.folder / "wheel" / f"{hook}.json").read_text()
        return [str(requirement) for requirement in json.loads(text)]

    def wheel(self) -> Path:
        """The wheel that `build_wheel` left."""
        return next((self.folder / "wheel").glob("*.whl"))

    def compiler_log(self, phase: str) -> Path:
        """Where the shims log the compiler calls of a phase."""
        return self.folder / f"compilers.{phase}"

    def freeze(self) -> str:
        """What the build environment holds: `name==version`, separated by spaces."""
        done = subprocess.run(
            self._installer.command(self.environment, "freeze", "--all"),
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.defpath, "PIP_CONFIG_FILE": os.devnull},
        )
        return " ".join(done.stdout.split())

    def _run(self, phase: str, command: list[str], directory: Path) -> processes.Usage:
        # Again before each command: the build environment may have brought cython or swig.
        compilers.install_shims(self.folder / "shims", self._tools)
        usage = processes.run(
            command,
            directory=directory,
            environment=self._variables(phase),
            log=self.log,
            time_limit=max(1.0, self._deadline - time.monotonic()),
            cores=self._cores,
        )
        if usage.exit_status or usage.timed_out:
            raise PhaseError(phase, usage)
        return usage

    def _variables(self, phase: str) -> dict[str, str]:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        rustup = os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))
        own = {
            "PATH": f"{self.folder}/shims:{self._tools}",
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "RUSTUP_HOME": rustup,  # where its `cargo` and `rustc` find the toolchain
            "CARGO_HOME": str(self.folder / "home" / ".cargo"),
            "MEASURE_SHIMS": str(self.folder / "shims"),
            "MEASURE_COMPILER_LOG": str(self.compiler_log(phase)),
        }
        return passed_on | self._installer.variables() | own
