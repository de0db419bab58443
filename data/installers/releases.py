"""Write `wheelcheck/installers/releases.csv`: every release of pip and uv, with its day.

    python data/installers/releases.py

Asks the default index for two pages. The day is that of the release's first upload;
`requires_python` is its wheel's.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import httpx
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from wheelcheck.index import DEFAULT_INDEX_URL

TABLE = Path(__file__).parents[2] / "wheelcheck" / "installers" / "releases.csv"
COLUMNS = ("tool", "version", "released", "requires_python", "source")
ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json"}
OLDEST = {"pip": Version("8.0"), "uv": Version("0.1.0")}


def rows_of(tool: str, page: Any, today: str) -> list[dict[str, str]]:
    """The final releases of one tool that have a wheel, oldest first."""
    found: dict[Version, dict[str, str]] = {}
    for file in page["files"]:
        if not file["filename"].endswith(".whl"):
            continue
        version = parse_wheel_filename(file["filename"])[1]
        if version.is_prerelease or version < OLDEST[tool]:
            continue
        row = {
            "tool": tool,
            "version": str(version),
            "released": file["upload-time"][:10],
            "requires_python": file.get("requires-python") or "",
            "source": f"the index's page of {tool} on {today}",
        }
        if version not in found or row["released"] < found[version]["released"]:
            found[version] = row
    return [found[version] for version in sorted(found)]


def main() -> None:
    """Ask for the two pages and write the table."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    with httpx.Client(timeout=120, follow_redirects=True) as client, TABLE.open("w") as table:
        writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for tool in OLDEST:
            page = (
                client.get(f"{DEFAULT_INDEX_URL}{tool}/", headers=ACCEPT).raise_for_status().json()
            )
            writer.writerows(rows_of(tool, page, today))


if __name__ == "__main__":
    main()
