"""Two reports held against each other."""

from hypothesis import given
from hypothesis import strategies as st
from sample_reports import alpine_story, compiles, wheel

from wheelcheck import Verdict
from wheelcheck.gate.difference import difference
from wheelcheck.gate.difference_text import render_difference
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Report

ALPINE, SLIM = "python:3.8-alpine", "python:3.8-slim"
TAG = "cp38-cp38-manylinux_2_17_x86_64"


def changed(name: str, target: str, cell) -> Report:
    report = alpine_story()
    packages = tuple(
        package.model_copy(update={"on": {**package.on, target: cell}})
        if package.name == name
        else package
        for package in report.packages
    )
    return report.model_copy(update={"packages": packages})


def test_a_report_does_not_differ_from_itself():
    found = difference(alpine_story(), alpine_story())
    assert found.changes == ()


def test_a_lost_wheel_is_a_regression():
    after = changed("numpy", SLIM, compiles("numpy", "1.24.2", TAG))
    (change,) = difference(alpine_story(), after).regressions
    assert (change.package, change.targets, change.kind) == ("numpy", (SLIM,), "worse")
    assert (change.before, change.after) == (Verdict.WHEEL, Verdict.SOURCE_NATIVE)


def test_a_gained_wheel_is_none():
    after = changed("numpy", ALPINE, wheel("numpy", "1.25.0", TAG))
    found = difference(alpine_story(), after)
    assert found.regressions == ()
    assert [(change.package, change.kind) for change in found.changes] == [("numpy", "better")]
    assert found.changes[0].version_after == "1.25.0"


def test_a_new_version_alone_is_a_change_but_no_regression():
    after = changed("six", SLIM, wheel("six", "1.17.0"))
    found = difference(alpine_story(), after)
    (change,) = found.changes
    assert change.kind == "version"
    text = render_difference(found, after.targets)
    assert "Other changes, as good as before\n" in text
    assert f"1.17.0 on {SLIM}: comes as a wheel\n" in text


def test_a_new_package_that_compiles_is_a_regression():
    report = alpine_story()
    before = report.model_copy(
        update={
            "packages": tuple(package for package in report.packages if package.name != "scipy")
        }
    )
    (change,) = difference(before, report).regressions
    assert (change.package, change.before, change.targets) == ("scipy", None, (ALPINE,))


def test_targets_of_a_single_side_are_named_not_compared():
    report = alpine_story()
    before = report.model_copy(update={"targets": report.targets[:1]})
    found = difference(before, report)
    assert found.targets_only_after == (ALPINE,)
    assert found.changes == ()


def test_what_the_change_costs():
    def billed(seconds: float) -> Report:
        report = alpine_story()
        estimate = Estimate(value=seconds, low=seconds, high=seconds, basis="derived")
        bill = Bill(cores=2, builds=0, wall_seconds=estimate)
        targets = tuple(target.model_copy(update={"bill": bill}) for target in report.targets)
        return report.model_copy(update={"targets": targets})

    slower = difference(billed(30), billed(90))
    assert slower.seconds == {ALPINE: 60, SLIM: 60}
    assert "the installation is 60 s longer" in render_difference(slower, billed(90).targets)


@given(st.lists(st.sampled_from(list(Verdict)), min_size=2, max_size=2))
def test_swapping_sides_swaps_better_and_worse(verdicts):
    first, second = (
        changed("numpy", SLIM, wheel("numpy", "1").model_copy(update={"verdict": verdict}))
        for verdict in verdicts
    )
    there = [change.kind for change in difference(first, second).changes]
    back = [change.kind for change in difference(second, first).changes]
    mirrored = {"worse": "better", "better": "worse", "version": "version"}
    assert [mirrored[kind] for kind in there] == back
