"""What pip and uv did with inputs that they accept or refuse, held against what we say of them."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "acceptance"


# A prefetch may still be under way when a command ends early: its socket is left to the system.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_our_answers_are_those_of_pip_and_uv_but_for_explained_differences():
    sys.path.insert(0, str(DATA))
    from ours import differences

    explained = {
        (row["case"], row["installer"])
        for row in tomllib.loads((DATA / "explained.toml").read_text())["difference"]
    }
    answers = {(case, installer): difference for case, installer, difference in differences()}
    assert len(answers) >= 250
    differ = {
        key: difference
        for key, difference in answers.items()
        if difference and key not in explained
    }
    assert differ == {}
    assert {key for key in explained if not answers[key]} == set()
