"""The commands that are compared: ours, and those of the installers, each with its own cache."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from running import ROOT, Run, environment, measured

__all__ = ["FIRST", "MATRIX", "Contender", "Ours", "Pip", "Uv", "installers_target"]

GLIBC, MUSL = "manylinux_2_36", "musllinux_1_2"
MATRIX = tuple(
    f"cp3{minor}-{libc}_{arch}"
    for minor in range(10, 15)
    for libc in (GLIBC, MUSL)
    for arch in ("x86_64", "aarch64")
)
"""CPython 3.10 to 3.14 × glibc 2.36, musl 1.2 × x86_64, aarch64: 20 targets."""
FIRST = "cp312-manylinux_2_36_x86_64"

_UV_PLATFORMS = {
    "manylinux_2_36_x86_64": "x86_64-manylinux_2_36",
    "manylinux_2_36_aarch64": "aarch64-manylinux_2_36",
    "musllinux_1_2_x86_64": "x86_64-unknown-linux-musl",
    "musllinux_1_2_aarch64": "aarch64-unknown-linux-musl",
}
"""The only musl that uv knows is musllinux_1_2 on these two CPUs."""


def _requirements(file: Path) -> Iterator[str]:
    """The lines of a file that ask for a package by its name alone, or with bounds."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum() and not {"@", ";", "/", "["} & set(line):
            yield line


def installers_target(python: str) -> str:
    """The target of a real interpreter on this machine: glibc x86_64, its own Python."""
    return f"cp{python.replace('.', '')}-{GLIBC}_x86_64"


@dataclass(frozen=True)
class Contender:
    """A tool that resolves a requirement file against an index, with a cache folder of its own."""

    url: str
    cache: Path

    @contextmanager
    def with_cold_cache(self) -> Iterator[Self]:
        """The same with an empty cache, removed afterwards."""
        with TemporaryDirectory(prefix="bench-") as folder:
            yield replace(self, cache=Path(folder))


@dataclass(frozen=True)
class Ours(Contender):
    """wheelcheck, started as a user starts it."""

    def run_anew(self, file: Path, targets: Sequence[str], *options: str) -> Run:
        """The same for a file with another line, for which everything is judged again.

        The line alters no pin, but what it admits is not compared: it speaks of a pre-release.
        """
        name = re.match(r"[\w.-]+", next(_requirements(file)))
        assert name is not None
        line = f"{name[0]}!=0.0.{time.monotonic_ns()}.dev1"
        return self._run_edited(file, line, targets, *options)

    def run_remarked(self, file: Path, targets: Sequence[str], *options: str) -> Run:
        """The same for a file with another name and another remark, which says what it said."""
        return self._run_edited(file, f"# {time.monotonic_ns()}", targets, *options)

    def _run_edited(self, file: Path, line: str, targets: Sequence[str], *options: str) -> Run:
        with TemporaryDirectory(prefix="bench-") as folder:
            edited = Path(folder, file.name)
            edited.write_text(f"{file.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
            return self.run(edited, targets, *options)

    def run(self, file: Path, targets: Sequence[str], *options: str) -> Run:
        """Judge all targets in one run, with the plans and bills of source builds."""
        command = [sys.executable, "-m", "wheelcheck", str(file), "--format", "json"]
        command += ["--index-url", self.url, "--cache-dir", str(self.cache), *options]
        for target in targets:
            command += ["--target", target]
        return measured(command, environment(PYTHONPATH=str(ROOT)))


@dataclass(frozen=True)
class Uv(Contender):
    """`uv pip compile`, one run per target. Where it finds no solution its time still counts."""

    executable: str = "uv"
    python: str = sys.executable

    def run(self, file: Path, target: str, *options: str) -> Run:
        """Resolve for one target, named as ours are."""
        interpreter, platform = target.split("-", 1)
        command = [self.executable, "pip", "compile", str(file), "--no-config", "--no-header"]
        command += ["--index-url", self.url, "--cache-dir", str(self.cache), "--no-annotate"]
        command += ["--python", self.python, "--python-version", f"3.{interpreter[3:]}"]
        command += ["--python-platform", _UV_PLATFORMS[platform], *options]
        return measured_leniently(command)


@dataclass(frozen=True)
class Pip(Contender):
    """`pip install --dry-run --report` on a real interpreter, which is the only target it has."""

    python: str = sys.executable

    def run(self, file: Path, *options: str) -> Run:
        """Resolve for the interpreter; nothing is installed."""
        command = [self.python, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
        command += ["--quiet", "--disable-pip-version-check", "--report", "-"]
        command += ["--index-url", self.url, "--cache-dir", str(self.cache), *options]
        return measured_leniently([*command, "-r", str(file)])


def measured_leniently(command: Sequence[str], env: dict[str, str] | None = None) -> Run:
    """Measure an installer, whose exit code 2 may mean that a package cannot be had."""
    return measured(command, env, usage_error=None)
