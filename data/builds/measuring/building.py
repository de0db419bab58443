"""Builds one release from its sdist and measures every phase. Package code runs from here."""

import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from measuring import columns, compilers, failures, machine, processes, sdists, table
from measuring.workshop import Installer, PhaseError, Workshop

_DATA = Path(__file__).resolve().parent.parent
_REQUIRES_HOOK = "get_requires_for_build_wheel"


@dataclass(frozen=True, slots=True)
class Request:
    """One build to measure; an empty version means the newest final release."""

    name: str
    version: str
    python: Path
    constraints: str = ""  # file name in constraints/
    cores: int | None = None  # None: all

    def key(self) -> table.Key:
        """What identifies the build in the table."""
        minor = machine.python_version(self.python).rpartition(".")[0]
        cores = str(self.cores or os.cpu_count())
        return (canonicalize_name(self.name), self.version, minor, self.constraints, cores)


@dataclass(frozen=True, slots=True)
class Settings:
    """What all builds of a session share."""

    index: str  # URL of the Simple API
    time_limit: float  # seconds, for environment and build together
    logs: Path | None = None  # folder that keeps the logs of failed builds
    held_out: bool = False  # names that are held out may be built


def held_out() -> tuple[str, ...]:
    """The names that are never built."""
    lines = (_DATA / "held-out.txt").read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def measure(
    request: Request, settings: Settings, before: float
) -> tuple[dict[str, Any], list[compilers.Call]]:
    """Build one release; its row and its compiler calls. A failed build is a row too.

    `before` is the reference compile's time (CPU seconds) taken just now. Exits when the name is
    held out and the settings do not allow it.
    """
    if not settings.held_out and canonicalize_name(request.name) in held_out():
        raise SystemExit(f"{request.name} is held out for validation (held-out.txt): not built")
    row = _identity(request)
    try:
        sdist = sdists.find(settings.index, request.name, request.version or None, row["python"])
        row["version"] = str(sdist.version)
        with tempfile.TemporaryDirectory(prefix="build-", ignore_cleanup_errors=True) as folder:
            shop = _open_workshop(Path(folder), request, settings)
            built, calls = _build(shop, sdist)
            if settings.logs and built["outcome"] == "failure":
                settings.logs.mkdir(parents=True, exist_ok=True)
                shutil.copy(shop.log, settings.logs / f"{sdist.filename}.log")
    except (sdists.SdistError, OSError, subprocess.CalledProcessError, StopIteration) as problem:
        built, calls = _not_built(problem), []
    after = machine.reference_seconds()
    row |= built
    return row | columns.in_reference_seconds(row, before, after), calls


def _open_workshop(folder: Path, request: Request, settings: Settings) -> Workshop:
    constraints = _DATA / "constraints" / request.constraints if request.constraints else None
    only_wheels = () if settings.held_out else held_out()
    installer = Installer(request.python, settings.index, constraints, only_wheels)
    deadline = time.monotonic() + settings.time_limit
    return Workshop(folder, installer, deadline=deadline, cores=request.cores)


def _identity(request: Request) -> dict[str, Any]:
    return {
        "name": canonicalize_name(request.name),
        "version": request.version,
        "requested": request.version,
        "python": machine.python_version(request.python),
        "constraints": request.constraints,
        "cores": request.cores or os.cpu_count(),
        "started_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.describe(),
    }


def _not_built(problem: Exception) -> dict[str, Any]:
    """The columns of a build that could not be begun, or whose backend left no wheel."""
    reasons = {sdists.SdistError: "no sdist", urllib.error.URLError: "network"}
    reason = reasons.get(type(problem), "backend error")
    detail = f"{type(problem).__name__}: {problem}"
    return {"outcome": "failure", "phase": "sdist", "reason": reason, "detail": detail}


def _build(shop: Workshop, sdist: sdists.Sdist) -> tuple[dict[str, Any], list[compilers.Call]]:
    archive = sdists.download(sdist, shop.folder)
    root = sdists.unpack(archive, shop.folder / "sdist")
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    members = {str(path.relative_to(root)): path.stat().st_size for path in files}
    pyx = {path.stem: path.read_bytes() for path in files if path.suffix == ".pyx"}
    system = sdists.read_build_system(root)
    row: dict[str, Any] = {
        "backend": system.backend,
        "sdist_bytes": archive.stat().st_size,
        "sdist_unpacked_bytes": sum(members.values()),
    }
    try:
        for part in _phases(shop, system, root):
            row |= part
        row |= columns.of_wheel(shop.wheel()) | {"outcome": "success"}
    except PhaseError as failed:
        log = shop.log.read_text(errors="replace")
        reason, detail = failures.classify(log, timed_out=failed.usage.timed_out)
        row |= columns.of_usage(failed.phase, failed.usage)
        row |= {"outcome": "failure", "phase": failed.phase, "reason": reason, "detail": detail}
    calls = compilers.read_log(shop.compiler_log("build"), root, members)
    env_calls = compilers.read_log(shop.compiler_log("env"), root, members)
    row["env_compiler_calls"] = sum(call.language != "query" for call in env_calls)
    return row | columns.of_calls(calls) | columns.of_translation(calls, pyx), calls


def _phases(shop: Workshop, system: sdists.BuildSystem, root: Path) -> Iterator[dict[str, Any]]:
    """Environment, hook, what the hook asks for, build: the columns of each. Raises PhaseError."""
    installed = shop.install(list(system.requires)) if system.requires else processes.NOTHING
    yield columns.of_usage("env", installed)
    yield columns.of_usage("hook", shop.call_hook("hook", _REQUIRES_HOOK, root, system))
    if more := shop.answer(_REQUIRES_HOOK):
        yield columns.of_usage("env", installed + shop.install(more))
    yield {"requires": shop.freeze()}
    busy = machine.busy_core_seconds()
    built = shop.call_hook("build", "build_wheel", root, system)
    others = (machine.busy_core_seconds() - busy - built.cpu) / built.wall
    yield columns.of_usage("build", built) | {"others_cores": round(max(0.0, others), 2)}
