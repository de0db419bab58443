"""Which marker environment uv gives a platform, beside ours.

    python data/platforms/marker_answers.py --uv uv

uv resolves one wheel per marker and value of `VALUES`, each behind ``variable == "value"``; those
that it takes say its environment. Writes `marker_answers.csv`; exit code 1 where an answer differs
that `KNOWN` does not explain. Needs no index and runs no package's code.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tag_answers import TARGETS, Target, make_wheel

from wheelcheck import parse_target

ANSWERS = Path(__file__).parent / "marker_answers.csv"
VALUES = {
    "os_name": ("posix", "nt", "java"),
    "sys_platform": ("linux", "win32", "darwin", "emscripten", "android", "ios", "cygwin"),
    "platform_system": ("Linux", "Windows", "Darwin", "Emscripten", "Android", "iOS", "iPadOS"),
    "platform_machine": (
        *("x86_64", "AMD64", "amd64", "x86", "i686", "aarch64", "arm64", "ARM64", "wasm32"),
        *("arm64_v8a", "armv8l", "iPhone13,2"),
    ),
    "platform_python_implementation": ("CPython", "PyPy", "GraalVM"),
    "implementation_name": ("cpython", "pypy", "graalpy"),
}
"""The values that are tried, by marker."""

KNOWN = {
    ("win32", "platform_machine"): "a 32-bit Python names the machine: AMD64 on 64-bit Windows",
}
"""Where we differ from uv on purpose, and why."""


def uv_environment(uv: str, target: Target) -> dict[str, str]:
    """The value that uv gives each marker; "?" where it is none of those tried."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = {}
        for variable, values in VALUES.items():
            for value in values:
                wheel = make_wheel(folder, f"py3-none-any.{variable}.{value}", "py3-none-any")
                lines[wheel.replace("_", "-")] = (variable, value)
        text = "\n".join(f'{name} ; {var} == "{val}"' for name, (var, val) in lines.items())
        command = [uv, "pip", "compile", "-", "--no-config", "--quiet", "--no-index", "--no-deps"]
        command += ["--find-links", name, "--cache-dir", str(folder / "cache"), "--no-annotate"]
        command += ["--python-version", "3.12", "--python-platform", target.uv, "--no-header"]
        environment = {key: value for key, value in os.environ.items() if key[:3] != "UV_"}
        environment |= {"UV_PYTHON_DOWNLOADS": "never"}
        done = subprocess.run(
            command, input=text, env=environment, text=True, capture_output=True, check=True
        )
    taken = [lines[line.partition("==")[0]] for line in done.stdout.splitlines() if "==" in line]
    return dict.fromkeys(VALUES, "?") | dict(taken)


def main() -> int:
    """Ask uv, compare, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--uv", default="uv")
    options = parser.parse_args()
    unexplained = 0
    with ANSWERS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("platform", "marker", "uv", "wheelcheck", "explanation"))
        for target in TARGETS:
            python = "cp313" if "2025" in target.tag else "cp313" if _mobile(target) else "cp312"
            today = datetime.now(UTC).date()
            ours = parse_target(f"{python}-{target.tag}", as_of=today).marker_environment()
            for marker, theirs in uv_environment(options.uv, target).items():
                same = theirs == ours[marker]
                why = "" if same else KNOWN.get((target.tag, marker), "unexplained")
                unexplained += why == "unexplained"
                writer.writerow((target.tag, marker, theirs, ours[marker], why))
    print(f"{len(TARGETS) * len(VALUES)} markers compared, {unexplained} unexplained differences")
    return 1 if unexplained else 0


def _mobile(target: Target) -> bool:
    return target.family in {"ios", "android"}


if __name__ == "__main__":
    raise SystemExit(main())
