"""``wheelcheck calibrate``: how fast this machine compiles, with two sources of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from wheelcheck.cli.writing import write
from wheelcheck.costs.calibration import ReferenceCompile, calibrate
from wheelcheck.errors import Unknown

__all__ = ["run"]

_TIMEOUT = 120


def run() -> int:
    """Measure and tell the factor; 3 where there is no compiler."""
    found = calibrate(_compile)
    if isinstance(found, Unknown):
        sys.stderr.write(f"wheelcheck: cannot calibrate: {found.reason}\n")
        return 3
    text = (
        f"--machine-factor {found.value:.2f}\n"
        f"# seconds of this machine for one reference second; 80 % interval "
        f"{found.low:.2f} to {found.high:.2f}\n"
    )
    write(text.encode(), None)
    return 0


def _compile(reference: ReferenceCompile) -> float | Unknown:
    """CPU seconds, user and system, of one compile in a directory of its own."""
    with TemporaryDirectory() as folder:
        Path(folder, reference.file).write_text(reference.text, encoding="utf-8")
        before = os.times()
        try:
            ended = subprocess.run(  # noqa: S603 (a fixed command on our own source)
                reference.command, cwd=folder, capture_output=True, timeout=_TIMEOUT, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Unknown("no-compiler", f"{reference.command[0]}: {error}")
        after = os.times()
    if ended.returncode:
        lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        why = lines[0] if lines else f"it ended with {ended.returncode}"
        return Unknown("compile-failed", f"{reference.command[0]}: {why}")
    children = after.children_user + after.children_system
    return children - before.children_user - before.children_system
