"""Markers × hashes × URLs × constraints, drawn at random: the files that real pips take.

`data/installers/properties.py` has drawn the inputs and asked the pips. Hashes that the index does
not name cannot be compared without a download: such inputs are left out where pip refuses.
"""

import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "installers"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_pip_takes_is_what_we_say(monkeypatch):
    monkeypatch.syspath_prepend(str(DATA))
    for name in ("fixtures", "properties"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import properties
    from fixtures import FixtureIndex

    differ, compared = [], 0
    with FixtureIndex() as index:
        for row in properties.recorded():
            for pip, took in row["took"].items():
                if not took and "sha512" in row["requirements"] + row["constraints"]:
                    continue
                compared += 1
                ours = properties.outcome(index, row, pip)
                if ours != took:
                    differ.append((pip, row["requirements"], row["constraints"], took, ours))
    for name in ("fixtures", "properties"):
        sys.modules.pop(name, None)
    assert compared > 100
    assert differ == []
