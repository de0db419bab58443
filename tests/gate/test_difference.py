"""Two reports held against each other."""

from hypothesis import given
from hypothesis import strategies as st
from sample_bills import priced_story
from sample_reports import alpine_story, compiles, wheel

from wheelcheck import Verdict
from wheelcheck.gate.difference import difference
from wheelcheck.gate.difference_text import render_difference
from wheelcheck.reports.values.build_values import Obstacle
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Cell, Loading, Report

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


def failing_story() -> Report:
    """The story with its bill, in which the build of scipy fails for certain on Alpine."""
    story = priced_story()
    (plan,) = story.builds
    obstacle = Obstacle(code="python-too-new", message="too old", source="a test", fatal=True)
    builds = tuple(
        build.model_copy(update={"obstacles": (obstacle,)})
        if build.top_level and build.name == "scipy"
        else build
        for build in plan.builds
    )
    return story.model_copy(update={"builds": (plan.model_copy(update={"builds": builds}),)})


def without_scipy(report: Report) -> Report:
    others = tuple(package for package in report.packages if package.name != "scipy")
    return report.model_copy(update={"packages": others, "builds": ()})


def test_a_new_package_whose_build_fails_says_so_and_costs_nothing():
    after = failing_story()
    found = difference(without_scipy(priced_story()), after)
    (change,) = found.regressions
    assert (change.failure_before, change.failure_after) == (None, "too old")
    assert ALPINE not in found.seconds
    assert ALPINE not in found.image_bytes
    text = render_difference(found, after.targets)
    assert f"✗ scipy 1.10.1 on {ALPINE}: not needed there → its build fails: too old" in text
    assert f"{ALPINE}: the installation is" not in text


def test_a_build_that_no_longer_fails_is_better_though_it_still_compiles():
    found = difference(failing_story(), priced_story())
    (change,) = found.changes
    assert (change.kind, change.before, change.after) == (
        "better",
        Verdict.SOURCE_NATIVE,
        Verdict.SOURCE_NATIVE,
    )
    assert "its build fails → compiles from source" in render_difference(
        found, priced_story().targets
    )
    (worse,) = difference(priced_story(), failing_story()).regressions
    assert worse.kind == "worse"


def loading(name: str, status: str, reason: str = "") -> Cell:
    cell = wheel(name, "1.24.2", TAG)
    return cell.model_copy(update={"loads": Loading(status=status, reason=reason)})


def test_a_wheel_that_lacks_a_library_it_had_before_is_a_regression():
    why = "Debian 13 has no libgomp.so.1"
    before = changed("numpy", SLIM, loading("numpy", "yes"))
    after = changed("numpy", SLIM, loading("numpy", "needs", why))
    found = difference(before, after)
    (change,) = found.regressions
    assert change.loading_before is None
    assert change.loading_after == Loading(status="needs", reason=why)
    assert f"comes as a wheel that needs system libraries: {why}" in " ".join(
        render_difference(found, after.targets).split()
    )
    assert [each.kind for each in difference(after, before).changes] == ["better"]


def test_a_wheel_that_was_not_looked_at_before_is_no_regression():
    for unchecked in (wheel("numpy", "1.24.2", TAG), loading("numpy", "not-checked")):
        before = changed("numpy", SLIM, unchecked)
        after = changed("numpy", SLIM, loading("numpy", "no", "it needs GLIBC_2.38"))
        assert difference(before, after).changes == ()


def test_a_wheel_that_never_loads_is_as_bad_as_none():
    before = changed("numpy", SLIM, compiles("numpy", "1.24.2", TAG))
    after = changed("numpy", SLIM, loading("numpy", "no", "it needs GLIBC_2.38"))
    assert [each.kind for each in difference(before, after).changes] == ["worse"]
