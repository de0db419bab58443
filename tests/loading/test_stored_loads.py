"""Verdicts of an earlier run on all wheels of a target."""

from datetime import date

import pytest
from elf_builder import elf
from fake_index import FakeIndex
from made_wheels import EXTENSION, GLIBC, INIT, wheel

from wheelcheck.analysis.loads.load_check import LoadCheck
from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.analysis.loads.wheel_lookup import WheelLookup
from wheelcheck.coverage import judge
from wheelcheck.requirements.input_reader import read
from wheelcheck.resolution import Resolver
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.targets import parse_target_on

PURE = "y-1-py3-none-any.whl"
SLIM = parse_target_on("python:3.13-slim-bookworm", as_of=date(2026, 11, 28))


class Run:
    """A run on slim in which x, and y if it is wanted, are judged with what is stored."""

    def __init__(self, data: bytes | None, *names: str) -> None:
        files = {
            GLIBC: {**INIT, EXTENSION: elf(("libX11.so.6", "libc.so.6"))},
            PURE: {"y/__init__.py": b""},
        }
        index = FakeIndex(
            {"x": {"1": [GLIBC]}, "y": {"1": [PURE]}},
            listings={
                name: {path: len(content) for path, content in members.items()}
                for name, members in files.items()
            },
            wheels={name: wheel(members) for name, members in files.items()},
        )
        requirements = read([], packages=names)
        self.stored = StoredAnswers(data)
        resolver = Resolver(requirements, index, common=Common(index, self.stored))
        resolution = resolver.resolve(SLIM)
        rules = resolver.rules_of(SLIM)
        judged = {
            name: (pin, judge(pin, index.project(name), SLIM, rules))
            for name, pin in resolution.pins.items()
        }
        check = LoadCheck(index, LoadOptions())
        self.loads = check.judge(SLIM, judged, resolver.stored_on(SLIM))


@pytest.fixture
def looked_up(monkeypatch) -> list[int]:
    """How many wheels are looked up, by target."""
    found: list[int] = []
    original = WheelLookup.all_facts

    def all_facts(self, target, judged, stored):
        found.append(len(judged))
        return original(self, target, judged, stored)

    monkeypatch.setattr(WheelLookup, "all_facts", all_facts)
    return found


def test_the_same_wheels_are_not_looked_up_again(looked_up):
    first = Run(None, "x", "y")
    again = Run(first.stored.encoded(), "x", "y")
    assert again.loads == first.loads
    assert {name: loads.status for name, loads in again.loads.items()} == {
        "x": "needs",
        "y": "yes",
    }
    assert looked_up == [2]


def test_others_are_looked_up(looked_up):
    first = Run(None, "x", "y")
    assert Run(first.stored.encoded(), "x").loads["x"] == first.loads["x"]
    assert looked_up == [2, 1]
