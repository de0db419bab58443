"""Rows of Debian's tables are found in their text as in a dict of them."""

import lzma
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
    assert dict(rows.pairs()) == dict(rows.items()) == wanted
    assert len(rows) == len(wanted)
    assert {name: rows.get(name) for name in others} == {name: wanted.get(name) for name in others}


@pytest.mark.parametrize("name", ["packages", "files"])
def test_each_package_of_the_tables_is_found(name):
    with lzma.open(FOLDER / f"debian_{name}.tsv.xz", "rt", encoding="utf-8") as file:
        lines = [line.removesuffix("\n").split("\t", 2) for line in file][2:]
    for release in RELEASES:
        rows = debian_table(name).rows(release)
        wanted = {package: "".join(rest) for package, numbers, *rest in lines if release in numbers}
        assert dict(rows.pairs()) == wanted
        assert all(rows.get(package) == wanted.get(package) for package, *_ in lines[::17])
