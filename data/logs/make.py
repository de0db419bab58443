"""Run the installations of cases.toml, which fail, and write their logs to real/.

python data/logs/make.py ROOTS [NAME …]          # cases.toml → real/
python data/logs/make.py ROOTS --held-out         # held_out.toml → held_out/

ROOTS holds Debian roots made with debootstrap (trixie, bookworm). Each case gets an overlay of its
own over its root, so that nothing leaks from case to case. Needs root, pyenv's Pythons and uv.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PYENV = Path("/root/.pyenv/versions")
SECONDS = 900
FIRST, LAST = 25, 120
"""Lines of a long log that are left, as people paste them."""
_LONGEST_LINE = 600


def main(roots: Path, names: list[str]) -> None:
    """Run the cases that are named, or all that have no log yet."""
    held_out = "--held-out" in names
    names = [name for name in names if name != "--held-out"]
    cases = tomllib.loads((HERE / ("held_out.toml" if held_out else "cases.toml")).read_text())
    for case in cases["case"]:
        log = HERE / ("held_out" if held_out else "real") / f"{case['name']}.log"
        if case["name"] in names or not (names or log.exists()):
            try:
                text = run(case, roots)
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                print(case["name"], "FAILED:", error, flush=True)
                continue
            log.write_text(trimmed(tidy(text)))
            print(case["name"], len(text.splitlines()), "lines", flush=True)


def run(case: Mapping[str, Any], roots: Path) -> str:
    """The output of one installation, as its user sees it."""
    with served(case.get("server")):
        if case["root"] == "host":
            with tempfile.TemporaryDirectory() as folder:
                return in_folder(case, Path(folder), [])
        with overlay(roots / case["root"], case) as root:
            apt = " ".join(case.get("apt", ()))
            if apt:
                shell = f"apt-get update -q && apt-get install -qq -y --no-install-recommends {apt}"
                subprocess.run(["chroot", root, "sh", "-c", shell], check=True, capture_output=True)
            return in_folder(case, root / "app", ["chroot", str(root)])


def in_folder(case: Mapping[str, Any], folder: Path, enter: list[str]) -> str:
    """Make the environment, then run the command in it."""
    folder.mkdir(exist_ok=True)
    for name, text in case.get("files", {}).items():
        (folder / name).write_text(text)
    here = "/app" if enter else str(folder)
    python = case["python"]
    exe = str(PYENV / python / "bin/python") if python[0].isdigit() else "python3"
    script = [f"cd {here}", "export HOME=/tmp PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1"]
    script += ["export UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never"]
    if case.get("tool") == "uv":
        script += [f"uv venv -q -p {exe} .venv", "export VIRTUAL_ENV=$PWD/.venv"]
    elif python != "debian":
        script += [f"{exe} -m venv .venv", "export PATH=$PWD/.venv/bin:$PATH"]
        if "pip" in case:
            script += [f"pip install -q pip=={case['pip']} 2>/dev/null"]
            script += ["unset PIP_NO_CACHE_DIR"]  # pip 18 breaks on it
    script += [case["before"]] if "before" in case else []
    script += [case["shell_limit"]] if "shell_limit" in case else []
    script += ["echo @@@", case["run"]]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environ["PATH"] = f"{Path(os.environ['UV']).parent}:{environ['PATH']}"
    environ |= {"PIP_CONFIG_FILE": "/dev/null", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*enter, "sh", "-c", "\n".join(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environ,
        timeout=SECONDS,
        check=False,
    )
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode == 0 or "@@@\n" not in text:
        raise RuntimeError(f"no failure:\n{text[-2000:]}")
    return f"$ {case['run']}\n{text.partition('@@@' + chr(10))[2].replace(here, '/app')}"


@contextmanager
def overlay(root: Path, case: Mapping[str, Any]) -> Iterator[Path]:
    """A root with layers of its own, CPython and uv in their places."""
    with tempfile.TemporaryDirectory(dir=root.parent) as folder:
        merged = Path(folder, "root")
        for name in ("root", "upper", "work"):
            Path(folder, name).mkdir()
        layers = f"lowerdir={root},upperdir={folder}/upper,workdir={folder}/work"
        subprocess.run(["mount", "-t", "overlay", "x", "-o", layers, merged], check=True)
        mounts = [merged]
        try:
            for source, place in bindings(merged):
                place.mkdir(parents=True, exist_ok=True)
                subprocess.run(["mount", "--rbind", source, place], check=True)
                mounts.append(place)
            shutil.copy("/etc/resolv.conf", merged / "etc/resolv.conf")
            shutil.copy("/etc/hosts", merged / "etc/hosts")
            certificates = merged / "etc/ssl/certs/ca-certificates.crt"
            certificates.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy("/etc/ssl/certs/ca-certificates.crt", certificates)
            shutil.copy(os.environ["UV"], merged / "usr/bin/uv")
            if case.get("small_disk"):
                small = merged / "small"
                small.mkdir()
                subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "x", small], check=True)
                mounts.append(small)
            yield merged
        finally:
            for place in reversed(mounts):
                subprocess.run(["umount", "-l", place], check=False)


def bindings(merged: Path) -> Iterator[tuple[str, Path]]:
    """What the root sees of this machine: processes, devices and the Pythons."""
    yield "/proc", merged / "proc"
    yield "/dev", merged / "dev"
    yield str(PYENV), merged / str(PYENV)[1:]


@contextmanager
def served(status: int | None) -> Iterator[None]:
    """An index on this machine that answers everything with one status."""
    if status is None:
        yield
        return

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("WWW-Authenticate", 'Basic realm="corp"')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 8941), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


def tidy(text: str) -> str:
    """The log without what is of this machine alone."""
    text = re.sub(r"/root/\.pyenv/versions/(\d+\.\d+)\.\d+", "/usr/local", text)
    return text.replace("\r\n", "\n")


def trimmed(text: str) -> str:
    """The beginning and the end of a long log."""
    lines = [line[:_LONGEST_LINE] for line in text.split("\n")]
    if len(lines) <= FIRST + LAST + 5:
        return "\n".join(lines)
    return "\n".join([*lines[:FIRST], "[...]", *lines[-LAST:]])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
