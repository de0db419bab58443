"""Record the real pages and metadata that held-out inputs need: `real.toml` → `real.json`.

    python data/installers/record.py

Asks the default index for the page of each project, and for the metadata of the versions that are
recorded. Kept are the files of those versions with their Requires-Python and whether they are
yanked, and one file's core metadata for each version, cut to what resolution reads.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from fixtures import HERE
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index import DEFAULT_INDEX_URL, open_index
from wheelcheck.index.client import NetworkIndex
from wheelcheck.index.interface import Wheel
from wheelcheck.requirements.requirement_set import IndexOptions

RECORDED = HERE / "real.json"
JSON_PAGE = "application/vnd.pypi.simple.v1+json"


def main() -> None:
    """Record everything again."""
    projects = tomllib.loads((HERE / "real.toml").read_text(encoding="utf-8"))["projects"]
    with open_index(IndexOptions(), cache_dir=None) as index:
        found = [recorded(project, index) for project in projects]
    today = dt.datetime.now(dt.UTC).date().isoformat()
    whole = f'{{"recorded": "{today}", "projects": [\n' + ",\n".join(map(written, found)) + "\n]}\n"
    RECORDED.write_text(whole, encoding="utf-8")


def written(project: Mapping[str, Any]) -> str:
    """A project as JSON, with a line for each file."""
    head = json.dumps({key: project[key] for key in ("name", "metadata")})[:-1]
    return f'{head}, "files": [\n' + ",\n".join(map(json.dumps, project["files"])) + "\n]}"


def recorded(project: Mapping[str, Any], index: NetworkIndex) -> dict[str, Any]:
    """The page of one project, cut, and the metadata of its versions."""
    name = project["name"]
    page = httpx.get(f"{DEFAULT_INDEX_URL}{name}/", headers={"Accept": JSON_PAGE}, timeout=60)
    listed = {file["filename"]: file for file in page.raise_for_status().json()["files"]}
    whole = index.project(NormalizedName(name))
    assert not isinstance(whole, Unknown), name
    wanted = set(project.get("files", ()))
    metadata = {}
    for version in project["versions"]:
        files = whole.files(Version(version))
        wanted |= {file.filename for file in files}
        wheels = [file for file in files if isinstance(file, Wheel)]
        nearest = sorted(wheels, key=lambda wheel: "linux_x86_64" in wheel.tag)[-1:] or files[:1]
        found = index.metadata(nearest[0])
        if not isinstance(found, Unknown):
            metadata[version] = {
                "requires": list(found.requires_dist),
                "requires-python": found.requires_python,
                "extras": list(found.provides_extra),
            }
    rows = list(lines(listed, wanted))
    return {"name": name, "files": rows, "metadata": metadata}


def lines(listed: Mapping[str, Any], wanted: set[str]) -> Iterator[dict[str, Any]]:
    """The files that are kept, in the page's order."""
    for filename, file in listed.items():
        if filename in wanted:
            row = {"file": filename, "requires-python": file.get("requires-python") or ""}
            yield row | ({"yanked": True} if file.get("yanked") else {})


if __name__ == "__main__":
    main()
