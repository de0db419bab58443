"""One table of what was said of each unseen build, and what happened."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from wheelcheck.tables import read_table

_MEASURED = {
    "cpu": ("hook_ref_s", "build_ref_s"),
    "environment": ("env_ref_s",),
    "memory": ("peak_tree_bytes",),
    "size": ("wheel_unpacked_bytes",),
}
_Row = Mapping[str, str]
_ANSWER_COLUMNS = ("verdict", "fatal", "warnings", "command", "unresolved")


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _by_release(rows: Iterable[_Row], version: str = "version") -> dict[tuple[str, str], _Row]:
    return {(row["name"], row[version]): row for row in rows}


def write(cases: Iterable[_Row], folder: Path, path: Path, halves: Iterable[str]) -> None:
    """Join the list with what `judge.py` wrote into `folder`."""
    happened, answered, printed = {}, {}, {}
    for half in halves:
        happened |= _by_release(_read(folder / f"rich-{half}.csv"), "requested")
        answered |= _by_release(_read(folder / f"answers-{half}.csv"))
        printed |= _by_release(_read(folder / f"printed-{half}.csv"))
    rows = []
    for case in cases:
        key = (case["name"], case["version"])
        rows.append(
            _joined(case, happened.get(key, {}), answered.get(key, {}), printed.get(key, {}))
        )
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def _joined(case: _Row, happened: _Row, answer: _Row, printed: _Row) -> dict[str, str]:
    row = {name: case[name] for name in ("name", "version", "python", "parts", "half")}
    row["outcome"] = happened.get("outcome", "not built")
    row |= {name: happened.get(name, "") for name in ("phase", "reason", "detail")}
    row |= {name: answer.get(name, "") for name in _ANSWER_COLUMNS}
    for name, columns in _MEASURED.items():
        parts = [float(happened[column]) for column in columns if happened.get(column)]
        row[f"{name}_measured"] = f"{sum(parts):.4g}" if parts else ""
        row[f"{name}_said"] = _short(answer.get(name, ""))
        row |= {f"{name}_{end}": _short(answer.get(f"{name}_{end}", "")) for end in ("low", "high")}
    if _lacks_programs(happened) and printed.get("outcome") != "success":
        row["environment_measured"] = ""
    row["basis"] = answer.get("cpu_basis", "")
    row["with_printed_packages"] = printed.get("outcome", "")
    row["printed_failure"] = printed.get("detail", "")
    return row


def _lacks_programs(happened: _Row) -> bool:
    """Whether programs that the backend fetches from PyPI were in the root, where all is installed.

    Images have none of them: what is said of an environment counts them in.
    """
    backend = happened.get("backend", "").partition(".")[0]
    held = {text.partition("==")[0] for text in happened.get("requires", "").split()}
    return any(
        row["backend"] == backend and not row["when"] and row["unless"] not in held
        for row in read_table("builds/hook_requires.csv")
    )


def _short(text: str) -> str:
    return f"{float(text):.4g}" if text else ""
