"""A policy: what fails, what is let pass and until when, what is a mistake in the file."""

from datetime import date

import pytest
from sample_reports import alpine_story, with_cells

from wheelcheck import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.gate.policy import Allowance, Policy
from wheelcheck.gate.settings import read_settings
from wheelcheck.gate.violations import violations
from wheelcheck.reports.values.cost_values import Bill, Estimate, ImageSize
from wheelcheck.reports.values.report import Loading, Report
from wheelcheck.reports.wording.violation_phrases import broken_rules

TODAY = date(2026, 11, 23)
ALPINE, SLIM = "python:3.8-alpine", "python:3.8-slim"
NATIVE = frozenset({Verdict.SOURCE_NATIVE})


def broken(policy: Policy, report: Report | None = None) -> list[str]:
    return [violation.message for violation in violations(report or alpine_story(), policy, TODAY)]


def with_bill(**numbers: float) -> Report:
    report = alpine_story()
    size = {name: Estimate(value=v, low=v, high=v, basis="derived") for name, v in numbers.items()}
    image = ImageSize(single_stage=size["image"]) if "image" in size else None
    bill = Bill(cores=2, builds=4, build_wall_seconds=size.get("seconds"), image=image)
    targets = tuple(
        target.model_copy(update={"bill": bill}) if target.name == ALPINE else target
        for target in report.targets
    )
    return report.model_copy(update={"targets": targets})


class TestVerdicts:
    def test_without_a_policy_nothing_fails(self):
        assert not Policy().demands
        assert broken(Policy()) == []

    def test_each_package_and_target_is_reported_with_its_lines(self):
        found = violations(alpine_story(), Policy(fail_on=NATIVE), TODAY)
        assert {(violation.package, violation.target) for violation in found} == {
            (name, ALPINE) for name in ("numpy", "pandas", "scikit-learn", "scipy")
        }
        pandas = next(violation for violation in found if violation.package == "pandas")
        assert pandas.where == ("requirements.txt:2",)
        assert "pandas 2.0.0 is source-native on python:3.8-alpine" in pandas.message

    @pytest.mark.parametrize(
        ("allowance", "left"),
        [
            (Allowance(package="NumPy"), 3),
            (Allowance(package="numpy", target="*alpine*"), 3),
            (Allowance(package="numpy", target="*slim*"), 4),
            (Allowance(package="numpy", expires=TODAY), 3),
            (Allowance(package="numpy", expires=date(2026, 11, 22)), 4),
        ],
    )
    def test_allowances_by_name_target_and_day(self, allowance, left):
        assert len(broken(Policy(fail_on=NATIVE, allow=(allowance,)))) == left

    def test_an_allowance_that_has_ended_is_reported(self):
        ended = Allowance(package="numpy", expires=date(2026, 1, 1))
        (message,) = [
            each for each in broken(Policy(fail_on=NATIVE, allow=(ended,))) if "numpy" in each[:5]
        ]
        assert "it was allowed until 2026-01-01" in message


def test_a_wheel_that_lacks_a_library_fails_where_the_policy_says_so():
    loading = Loading(status="needs", needs=("libgomp.so.1",), reason="libgomp.so.1 is missing")
    report = with_cells(alpine_story(), "numpy", SLIM, loads=loading)
    assert broken(Policy(fail_on="missing-libraries"), report) == [
        "numpy 1.24.2 does not load on python:3.8-slim: libgomp.so.1 is missing"
    ]


class TestCoverage:
    def test_the_share_of_wheels_per_target(self):
        (message,) = broken(Policy(min_coverage=80))
        assert message.startswith("60.0 % of 10 packages come as wheels on python:3.8-alpine")

    def test_by_patterns_of_target_names(self):
        assert broken(Policy(min_coverage={"*slim*": 100, "*": 50})) == []
        assert len(broken(Policy(min_coverage={"*alpine*": 61}))) == 1

    def test_an_allowed_package_counts_as_covered(self):
        allow = (Allowance(package="numpy"), Allowance(package="scipy"))
        assert broken(Policy(min_coverage=80, allow=allow)) == []


class TestNumbers:
    def test_a_bill_beyond_a_bound_is_a_violation(self):
        report = with_bill(seconds=3000, image=604e6)
        assert len(broken(Policy(max_build_minutes=49), report)) == 1
        assert broken(Policy(max_build_minutes=51), report) == []
        messages = broken(Policy(max_image_mb=500), report)
        assert any(
            "about 604 MB on python:3.8-alpine, more than the 500 MB allowed" in message
            for message in messages
        )

    def test_a_bound_that_is_hardly_passed_is_seen_to_be_passed(self):
        messages = broken(Policy(max_build_minutes=50), with_bill(seconds=3010, image=604e6))
        assert any(
            "about 50.2 min on python:3.8-alpine, more than the 50 min" in s for s in messages
        )

    def test_the_expected_value_is_compared_and_its_interval_shown(self):
        time = Estimate(value=3000, low=1500, high=6000, basis="modelled")
        bill = Bill(cores=2, builds=4, build_wall_seconds=time)
        report = alpine_story()
        targets = tuple(each.model_copy(update={"bill": bill}) for each in report.targets)
        report = report.model_copy(update={"targets": targets})
        assert broken(Policy(max_build_minutes=60), report) == []
        (message, _) = broken(Policy(max_build_minutes=40), report)
        assert message.startswith("source builds take about 50 (25–100) min on ")

    def test_builds_of_unknown_time_do_not_pass(self):
        report = with_bill(seconds=600)
        targets = tuple(
            target.model_copy(
                update={
                    "bill": target.bill.model_copy(
                        update={"builds_without_time": ("fast 1",), "builds": 5}
                    )
                }
            )
            for target in report.targets
            if target.bill
        )
        report = report.model_copy(update={"targets": targets})
        (message,) = broken(Policy(max_build_minutes=30), report)
        assert message == (
            "source builds take at least about 10 min on python:3.8-alpine, perhaps more than the "
            "30 min allowed: the time of fast 1 is not known"
        )
        (message,) = broken(Policy(max_build_minutes=5), report)
        assert "at least about 10 min on python:3.8-alpine, more than the 5 min" in message

    def test_what_is_not_known_does_not_pass(self):
        messages = broken(Policy(max_image_mb=500), with_bill(seconds=3000))
        assert all("an unknown number of MB" in message for message in messages)
        assert len(messages) == 2

    def test_a_cause_that_several_targets_share_makes_a_single_line(self):
        report = alpine_story()
        nowhere = tuple(
            target.model_copy(update={"image": None, "bill": None}) for target in report.targets
        )
        report = report.model_copy(update={"targets": nowhere})
        found = violations(report, Policy(max_image_mb=500), TODAY)
        (rule,) = broken_rules(report.model_copy(update={"violations": found}))
        assert rule.message.startswith("the image has an unknown number of MB on ")
        assert rule.message.endswith("more than the 500 MB allowed: no image is named")

    def test_the_reason_for_an_unknown_size_may_hold_braces(self):
        why = "more than {0} layers of ${BASE} have no known size"
        bill = Bill(cores=2, builds=0, image=ImageSize(unknown=why))
        report = alpine_story()
        unpriced = tuple(target.model_copy(update={"bill": bill}) for target in report.targets)
        report = report.model_copy(update={"targets": unpriced})
        messages = broken(Policy(max_image_mb=200), report)
        assert all(message.endswith(f"the 200 MB allowed: {why}") for message in messages)
        assert len(messages) == 2

    def test_an_image_with_packages_of_unknown_size_does_not_pass(self):
        image = Estimate(value=164e6, low=150e6, high=170e6, basis="derived")
        size = ImageSize(single_stage=image, unsized=("ffmpeg",))
        bill = Bill(cores=2, builds=0, image=size)
        report = alpine_story()
        alone = tuple(
            target.model_copy(update={"bill": bill})
            for target in report.targets
            if target.name == ALPINE
        )
        report = report.model_copy(update={"targets": alone})
        (message,) = broken(Policy(max_image_mb=200), report)
        assert message.startswith("the image has at least about 164 (150–170) MB on ")
        assert message.endswith(
            "perhaps more than the 200 MB allowed: the size of ffmpeg is not known"
        )

    def test_no_builds_take_no_time(self):
        assert broken(Policy(max_build_minutes=0)) == []


class TestFile:
    TEXT = """
    [tool.wheelcheck]
    fail-on = ["source-native", "unavailable"]
    max-build-minutes = 10
    min-coverage = {"*musllinux*" = 90}
    targets = ["python:3.12-alpine"]
    [[tool.wheelcheck.allow]]
    package = "Scikit_Learn"
    target = "*alpine*"
    reason = "no musllinux wheels upstream"
    expires = 2027-01-01
    """

    def test_as_people_write_it(self):
        settings = read_settings(self.TEXT, "pyproject.toml")
        policy = settings.policy
        assert policy.fail_on == {Verdict.SOURCE_NATIVE, Verdict.UNAVAILABLE}
        assert policy.max_build_minutes == 10
        assert policy.allow[0].package == "scikit-learn"
        assert policy.allow[0].expires == date(2027, 1, 1)
        assert settings.targets == ("python:3.12-alpine",)

    def test_a_file_without_the_table_demands_nothing(self):
        settings = read_settings("[project]\nname = 'x'\n", "pyproject.toml")
        assert not settings.policy.demands
        assert (settings.requirements, settings.targets) == ((), ())

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ('[tool.wheelcheck]\nfail-on = ["compiles"]', "fail-on"),
            ("[tool.wheelcheck]\nmax-image-mb = -1", "max-image-mb"),
            ('[tool.wheelcheck]\nmax-build-minutes = "soon"', "max-build-minutes"),
            ('[[tool.wheelcheck.allow]]\nname = "numpy"', "allow"),
            ("[tool]\nwheelcheck = 3", "must be a table"),
            ("[tool.wheelcheck\n", "cannot be read"),
            ("tool = 3", "cannot be read"),
        ],
    )
    def test_mistakes_are_usage_errors_that_name_the_key(self, text, named):
        with pytest.raises(UsageError, match=named):
            read_settings(text, "pyproject.toml")

    def test_the_command_line_goes_before_the_file_and_allowances_add_up(self):
        base = read_settings(self.TEXT, "pyproject.toml").policy
        given = Policy(max_build_minutes=60, allow=(Allowance(package="numpy"),))
        both = given.over(base)
        assert both.max_build_minutes == 60
        assert both.fail_on == base.fail_on
        assert {allowance.package for allowance in both.allow} == {"scikit-learn", "numpy"}
