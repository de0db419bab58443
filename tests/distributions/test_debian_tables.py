"""Rows of Debian's tables are found in their text as in a dict of them."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck import distributions
from wheelcheck.distributions.debian_tables import RELEASES, Rows, debian_table

FOLDER = Path(distributions.__file__).parent
NAMES = st.text("ab+-.0", min_size=1, max_size=4)


@given(st.dictionaries(NAMES, st.sampled_from(["", "e", "\t\tx y"])), st.sets(NAMES))
def test_rows_are_those_of_a_dict(wanted, others):
    lines = [f"{name}\t{wanted[name]}\n" for name in sorted(wanted)]
    rows = Rows(("\n" + "".join(lines)).encode())
    assert dict(rows.items()) == wanted
    assert dict(rows.cells(0)) == {name: "e" for name in wanted if wanted[name] == "e"}
    assert dict(rows.cells(2)) == {name: "x y" for name in wanted if wanted[name][2:]}
    assert len(rows) == len(wanted)
    assert {name: rows.get(name) for name in others} == {name: wanted.get(name) for name in others}


@pytest.mark.parametrize("name", ["packages", "provided", "files"])
@pytest.mark.parametrize("release", RELEASES)
def test_each_package_of_the_tables_is_found(name, release):
    with gzip.open(FOLDER / f"debian_{name}_{release}.tsv.gz", "rt", encoding="utf-8") as file:
        day, header, *lines = (line.removesuffix("\n") for line in file)
    wanted = dict(line.split("\t", 1) for line in lines)
    table = debian_table(name, release)
    assert f"# {table.as_of}" == day
    assert table.columns == tuple(header.split("\t")[1:])
    assert [*table.rows] == [*wanted]
    assert all(table.rows.get(package) == wanted[package] for package in [*wanted][::17])
    last = table.columns[-1]
    assert all(
        table.cell(package, last) == "".join(columns.split("\t")[len(table.columns) - 1 :])
        for package, columns in [*wanted.items()][::17]
    )
