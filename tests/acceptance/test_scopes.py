"""Which environments a lock is for: one rule for all formats, judged by the tools themselves."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from fake_index import FakeIndex
from situations import target

from wheelcheck.api.analyse import analyse
from wheelcheck.requirements import read

DATA = Path(__file__).parents[2] / "data" / "acceptance"
SCENARIOS = [
    row
    for row in csv.DictReader((DATA / "scopes.csv").read_text().splitlines())
    if row["made"] == "yes"
]
LOCKS = {"uv": "uv.lock", "pdm": "pdm.lock", "poetry": "poetry.lock", "pipenv": "Pipfile.lock"}
HERE = target("glibc", (3, 12), micro=1, name="here")


@pytest.fixture(scope="module")
def index() -> FakeIndex:
    """The index that the tools made the locks from."""
    sys.path.insert(0, str(DATA))
    from fixtures import FixtureIndex

    made = FixtureIndex.load()
    files: dict[str, dict[str, list[str]]] = {}
    hashes = {}
    for name, releases in made.projects.items():
        for release in releases:
            named = [release.filename(kind) for kind in release.files]
            files.setdefault(name, {})[release.version] = named
            hashes |= {each: {"sha256": made.digest("sha256", each)} for each in named}
    return FakeIndex(files, hashes=hashes)


def test_every_format_is_judged_in_most_scenarios():
    tools = {row["tool"] for row in SCENARIOS}
    assert tools >= LOCKS.keys() | {"pylock-uv", "pylock-pip"}
    assert len(SCENARIOS) >= 50


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: f"{row['scenario']}-{row['tool']}")
def test_a_lock_installs_where_its_own_tool_installs_it(row: dict[str, str], index: FakeIndex):
    folder = DATA / "locks" / row["scenario"] / row["tool"]
    lock = folder / LOCKS.get(row["tool"], "pylock.toml")
    report = analyse(read([lock]), [HERE], index, advice=False)
    (summary,) = report.targets
    assert (summary.outcome == "installs") is (row["installs"] == "yes")
    if row["installs"] == "yes":
        pins = {
            f"{package.name}=={package.on['here'].version}"
            for package in report.packages
            if package.on["here"].file
        }
        assert pins == set(row["installed"].split())
    else:
        assert report.fails
