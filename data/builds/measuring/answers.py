"""What wheelcheck says of one source build, as a row, to be held against what happened."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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


def ask(cases: Iterable[Mapping[str, str]], cache: Path) -> Iterator[dict[str, Any]]:
    """Have the command line judge releases as source builds on Debian 13.

    All of one Python at once; those that need system packages again alone, for the command that
    is printed for each.
    """
    for together in _batches(cases):
        plan = _plan(together, cache)
        for case in together:
            own = _plan([case], cache) if "root" in case["parts"].split() else plan
            yield {key: case[key] for key in ("name", "version", "python")} | _row(case, own)


def _batches(cases: Iterable[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """Cases of one Python, each project once."""
    found: dict[tuple[str, int], list[Mapping[str, str]]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        key = case["python"], case["name"]
        found.setdefault((case["python"], seen[key]), []).append(case)
        seen[key] += 1
    yield from found.values()


def _plan(cases: Iterable[Mapping[str, str]], cache: Path) -> Mapping[str, Any]:
    """The build plan of the report for some cases of one Python; empty where there is none."""
    packages: list[str] = []
    for case in cases:
        packages += ["-p", f"{case['name']}=={case['version']}", "--no-binary", case["name"]]
        target = f"python:{case['python']}-slim-trixie"
    command = [
        *(sys.executable, "-m", "wheelcheck", *packages, "--no-deps", "--no-advice"),
        *("--format", "json", "--target", target, "--cache-dir", str(cache), "--fail-on", "none"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        plan: Mapping[str, Any] = json.loads(run.stdout)["builds"][0]
    except (ValueError, IndexError):
        return {"builds": [], "commands": None, "said": (run.stderr or run.stdout)[-300:]}
    return plan


def _row(case: Mapping[str, str], plan: Mapping[str, Any]) -> dict[str, Any]:
    build = next((each for each in plan["builds"] if each["name"] == case["name"]), None)
    if build is None:
        return {"verdict": "none", "reason": plan.get("said", "").strip()}
    commands = plan["commands"] or {"build": "", "unresolved": []}
    return {
        **_obstacles(build),
        **_costs(build["cost"] or {}),
        "verdict": build["verdict"],
        "reason": build["reason"],
        "command": commands["build"],
        "unresolved": "; ".join(map(str, commands["unresolved"])),
    }


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
