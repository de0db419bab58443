"""What is published of the classifier's truth holds together, and holds what it promises."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

DATA = Path(__file__).parents[3] / "data" / "evidence"


def load(name: str) -> ModuleType:
    """A tool of the folder, which is no package."""
    spec = importlib.util.spec_from_file_location(f"evidence_{name}", DATA / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def evaluate() -> ModuleType:
    return load("evaluate")


@pytest.fixture(scope="module")
def label() -> ModuleType:
    return load("label")


def results(evaluate: ModuleType, name: str) -> list:
    return [evaluate.Result(**row) for row in evaluate.read(name)]


def judged(evaluate: ModuleType) -> list:
    labels = {(row["name"], row["version"]): row for row in evaluate.read("labels.csv")}
    return evaluate.judged(results(evaluate, "results.csv"), labels)


def test_the_published_figures_are_those_of_the_tables(evaluate):
    first, now = results(evaluate, "first-look.csv"), results(evaluate, "results.csv")
    made = "\n".join(evaluate.report(first, now)).rstrip("\n") + "\n"
    assert made == (DATA / "confusion.md").read_text(encoding="utf-8")


def test_every_table_speaks_of_the_same_sdists(evaluate):
    listed = {(row["name"], row["version"]): row["set"] for row in evaluate.read("sdists.csv")}
    assert set(listed.values()) == set(evaluate.SETS)
    for name in ("labels.csv", "results.csv", "first-look.csv"):
        rows = evaluate.read(name)
        assert all(listed[row["name"], row["version"]] == row["set"] for row in rows)
        assert len({(row["name"], row["version"]) for row in rows}) == len(rows)
    held = {key for key, kind in listed.items() if kind != "seen"}
    assert {result.key for result in results(evaluate, "first-look.csv")} == held
    for row in evaluate.read("misses.csv"):
        assert (row["name"], row["version"]) in listed
        assert row["why"]


def test_the_set_is_large_enough_and_the_classifier_good_enough(evaluate):
    rows = judged(evaluate)
    decided = [case for case in rows if case.decided]
    assert min(Counter(case.group for case in rows).values()) >= 40
    assert sum(case.right for case in decided) >= 0.99 * len(decided)
    assert len(rows) - len(decided) <= 0.03 * len(rows)


def test_every_miss_has_its_reason(evaluate):
    explained = {(row["name"], row["version"]) for row in evaluate.read("misses.csv")}
    assert {case.result.key for case in judged(evaluate) if not case.right} <= explained


FAILED = {"failure": "error: no X"}
PLAIN = {"tag": "py3-none-any"}


@pytest.mark.parametrize(
    ("without", "with_compiler", "truth"),
    [
        ({"wanted_compiler": "gcc: not found"}, None, "native"),
        (PLAIN, PLAIN, "pure"),
        (PLAIN, {"tag": "cp313-cp313-linux_x86_64", "compiled": True}, "optional"),
        (PLAIN, {**PLAIN, "called_compiler": True}, ""),  # a module that does not compile here
        (PLAIN, FAILED, ""),
        (FAILED, FAILED, ""),
        (FAILED, {"tag": "cp313-cp313-linux_x86_64", "compiled": True}, "native"),
        (FAILED, PLAIN, ""),
    ],
)
def test_builds_tell_the_truth_or_none(
    label, without: dict, with_compiler: dict | None, truth: str
):
    attempts = [
        label.Attempt(**attempt) if attempt is not None else None
        for attempt in (without, with_compiler)
    ]
    found, why = label.judge(*attempts)
    assert found == truth
    assert why


def test_a_pure_wheel_may_take_a_compiler(label):
    assert label.judge_pure(label.Attempt(**PLAIN))[0] == "pure"
    assert label.judge_pure(label.Attempt(wanted_compiler="CMAKE_CXX_COMPILER"))[0] == "native"
    assert label.judge_pure(label.Attempt(**FAILED)) == ("", "error: no X")
