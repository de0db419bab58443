"""Every table is listed with its age, explained on one page, and has a source."""

import csv
import gzip
import re
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

import pytest

from wheelcheck.tables import read_rows, read_table

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "wheelcheck"
PAGE = ROOT / ".github" / "TABLES.md"
KINDS = (".csv", ".tsv", ".json", ".toml", ".tsv.gz")
LISTED = {row["table"]: row for row in read_table("tables.csv")}


def tables() -> list[str]:
    """Every file of data in the package, but for the list itself and the pages' assets."""
    found = (path for path in PACKAGE.rglob("*") if path.name.endswith(KINDS))
    names = (str(path.relative_to(PACKAGE)) for path in found if "assets" not in path.parts)
    return sorted(set(names) - {"tables.csv"})


def sections() -> dict[str, str]:
    """Of the page: the text below each heading, by each table that the heading names."""
    found = {}
    for part in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        found.update(dict.fromkeys(heading.split(", "), text.partition("\n## ")[0]))
    return found


def columns(table: str) -> list[str]:
    """The header of a table; of a JSON or TOML file, nothing."""
    if table.endswith((".json", ".toml")):
        return []
    data = (PACKAGE / table).read_bytes()
    text = (gzip.decompress(data) if table.endswith(".gz") else data).decode()
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return next(csv.reader(lines, delimiter="\t" if ".tsv" in table else ","))


def test_every_table_is_listed_and_explained():
    assert sorted(LISTED) == list(LISTED) == tables()
    assert sorted(sections()) == tables()


@pytest.mark.parametrize("table", tables())
def test_every_column_is_explained(table: str):
    words = re.findall(r"`([^`\n]+)`", sections()[table])
    for column in columns(table):
        if column != "source":
            assert any(fnmatch(column, word) for word in words), column


@pytest.mark.parametrize("table", tables())
def test_every_table_has_a_source_and_a_day(table: str):
    row = LISTED[table]
    assert row["source"] or "source" in columns(table) or "_source" in "".join(columns(table))
    day = date.fromisoformat(row["as_of"])
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert date(2025, 1, 1) < day <= tomorrow


@pytest.mark.parametrize("table", tables())
def test_every_table_can_be_refreshed(table: str):
    refresh = LISTED[table]["refresh"]
    procedure = sections()[table].partition("Refresh: ")[2]
    assert len(procedure) > 10
    if refresh == "by hand":
        assert "`data/" not in procedure
    else:
        assert f"`{refresh}`" in procedure
        assert (ROOT / refresh).is_file()


@pytest.mark.parametrize("table", [name for name in tables() if name.endswith(".csv")])
def test_every_row_has_a_cell_for_each_column(table):
    text = (PACKAGE / table).read_text(encoding="utf-8")
    assert tuple(read_rows(table)) == tuple(csv.DictReader(text.splitlines()))
