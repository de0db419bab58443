"""What wheelcheck says of one source build, as a row, to be held against what happened."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_QUANTITIES = {
    "cpu": "cpu_seconds",
    "environment": "environment_seconds",
    "memory": "peak_memory_bytes",
    "size": "built_bytes",
}
COLUMNS = (
    *("name", "version", "python", "verdict", "reason", "fatal", "warnings", "codes"),
    *("command", "unresolved"),
    *(f"{name}{end}" for name in _QUANTITIES for end in ("", "_low", "_high", "_basis")),
)


def ask(case: Mapping[str, str], cache: Path) -> dict[str, Any]:
    """Have the command line judge one release as a source build on Debian 13."""
    command = [
        *(sys.executable, "-m", "wheelcheck", "-p", f"{case['name']}=={case['version']}"),
        *("--no-binary", case["name"], "--no-deps", "--no-advice", "--format", "json"),
        *("--target", f"python:{case['python']}-slim-trixie", "--cache-dir", str(cache)),
        *("--fail-on", "none"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    row: dict[str, Any] = {key: case[key] for key in ("name", "version", "python")}
    try:
        report = json.loads(run.stdout)
        plan = report["builds"][0]
        build = next(each for each in plan["builds"] if each["name"] == case["name"])
    except (ValueError, IndexError, StopIteration):
        return row | {"verdict": "none", "reason": (run.stderr or run.stdout)[-300:].strip()}
    commands = plan["commands"] or {"build": "", "unresolved": []}
    return (
        row
        | _obstacles(build)
        | _costs(build["cost"] or {})
        | {
            "verdict": build["verdict"],
            "reason": build["reason"],
            "command": commands["build"],
            "unresolved": "; ".join(map(str, commands["unresolved"])),
        }
    )


def _obstacles(build: Mapping[str, Any]) -> dict[str, str]:
    fatal = [each for each in build["obstacles"] if each["fatal"]]
    other = [each for each in build["obstacles"] if not each["fatal"]]
    return {
        "fatal": "; ".join(each["message"] for each in fatal),
        "warnings": "; ".join(each["message"] for each in other),
        "codes": " ".join(each["code"] for each in (*fatal, *other)),
    }


def _costs(cost: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, field in _QUANTITIES.items():
        quantity = cost.get(field) or {}
        row[name] = quantity.get("value", "")
        row |= {f"{name}_{end}": quantity.get(end, "") for end in ("low", "high", "basis")}
    return row


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write answers as a table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def append(path: Path, row: Mapping[str, Any]) -> None:
    """Append one row, after a header where the table is new."""
    with path.open("a", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(row), lineterminator="\n")
        if not file.tell():
            out.writeheader()
        out.writerow(row)
