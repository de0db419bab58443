"""Releases that lost wheels, or wait for them: decided by targets, not by names of tags."""

from datetime import UTC, datetime, timedelta

import pytest
from fake_index import FakeIndex
from situations import requirements_of, target

from wheelcheck.api.analyse import analyse
from wheelcheck.gate.difference import difference
from wheelcheck.gate.difference_text import render_difference
from wheelcheck.gate.policy import Policy
from wheelcheck.gate.violations import violations
from wheelcheck.reports.html import render_html
from wheelcheck.reports.markdown import render_markdown
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import LostWheel, Report
from wheelcheck.requirements.requirement_set import FilePolicy

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = NOW.date()
GLIBC, MUSL = target("glibc", libc_version=(2, 28)), target("musl")
MANY, MUSLLINUX = "manylinux_2_17_x86_64", "musllinux_1_2_x86_64"


def files(name: str, version: str, *tags: str) -> list[str]:
    return [f"{name}-{version}.tar.gz", *(f"{name}-{version}-{tag}.whl" for tag in tags)]


def cp(platform: str, python: str = "cp312") -> str:
    return f"{python}-{python}-{platform}"


def releases(*versions: tuple[str, ...]) -> FakeIndex:
    """Releases of ``sci``: each a version with its tags; a year old, and one day apart."""
    start = NOW - timedelta(days=365)
    return FakeIndex(
        {"sci": {version: files("sci", version, *tags) for version, *tags in versions}},
        upload_times={
            ("sci", version): (start + timedelta(days=number)).isoformat()
            for number, (version, *_) in enumerate(versions)
        },
    )


def judged(index: FakeIndex, *lines: str, on=(GLIBC, MUSL), **policy) -> Report:
    return analyse(
        requirements_of(*(lines or ("sci",)), policy=FilePolicy(**policy)),
        list(on),
        index,
        as_of=NOW,
        verdicts_only=True,
    )


def lost(report: Report, on=MUSL) -> LostWheel | None:
    return report.package("sci").on[on.name].lost


def test_a_release_with_fewer_platforms_than_the_release_before_lost_them():
    report = judged(releases(("1", cp(MANY), cp(MUSLLINUX)), ("2", cp(MANY))))
    found = lost(report)
    assert found is not None
    assert (found.kind, found.release, found.before) == ("lost", "2", "1")
    assert found.reason == "1 has cp312-cp312-musllinux_1_2_x86_64, 2 has no wheel for it"
    assert lost(report, GLIBC) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([cp("manylinux1_x86_64")], [cp("manylinux2014_x86_64")]),
        ([cp("manylinux_2_5_x86_64.manylinux1_x86_64")], [cp("manylinux_2_28_x86_64")]),
        ([cp(MANY), cp(MANY, "cp311")], ["cp311-abi3-" + MANY]),
        ([cp(MANY)], ["1-" + cp(MANY)]),
        ([cp(MANY)], ["py3-none-any"]),
        (["py3-none-any"], [cp(MANY)]),
        ([cp(MANY), cp(MANY, "cp36"), cp("win32")], [cp(MANY)]),
    ],
    ids=["renamed", "level", "abi3", "build", "pure", "accelerated", "other"],
)
def test_what_only_changed_its_name_is_no_loss(before, after):
    assert lost(judged(releases(("1", *before), ("2", *after)), on=[GLIBC]), GLIBC) is None


def test_macos_split_from_universal_is_no_loss():
    import wheelcheck

    mac = wheelcheck.parse_target("cp312-macosx_14_0_arm64", as_of=DAY)
    index = releases(
        ("1", cp("macosx_11_0_universal2")),
        ("2", cp("macosx_11_0_arm64"), cp("macosx_10_13_x86_64")),
    )
    assert lost(judged(index, on=[mac]), mac) is None


def test_a_higher_glibc_is_a_loss_where_the_target_has_a_lower():
    index = releases(("1", cp(MANY)), ("2", cp("manylinux_2_34_x86_64")))
    found = lost(judged(index, on=[GLIBC]), GLIBC)
    assert found is not None
    assert found.kind == "lost"


def test_what_never_had_a_wheel_lost_none():
    report = judged(releases(("1", cp(MANY)), ("2", cp(MANY))))
    assert lost(report) is None


def test_an_old_loss_is_not_repeated_with_every_release():
    index = releases(("1", cp(MUSLLINUX)), ("2", cp(MANY)), ("3", cp(MANY)))
    assert lost(judged(index)) is None


def test_a_python_whose_support_has_ended_is_no_loss():
    old = target("glibc", python=(3, 8))
    index = releases(("1", cp(MANY, "cp38")), ("2", cp(MANY)))
    assert lost(judged(index, on=[old]), old) is None


def test_a_python_that_a_release_does_not_admit_is_no_loss():
    index = FakeIndex(
        {
            "sci": {
                v: files("sci", v, tag) for v, tag in (("1", cp(MANY)), ("2", cp(MANY, "cp313")))
            }
        },
        requires_python={("sci", "2"): ">=3.13"},
    )
    report = judged(index, on=[GLIBC])
    assert report.package("sci").on[GLIBC.name].version == "1"
    assert lost(report, GLIBC) is None


def test_a_late_release_of_an_older_series_is_not_the_release_before():
    index = FakeIndex(
        {"sci": {v: files("sci", v, *tags) for v, tags in RELEASED_LATE.items()}},
        upload_times={
            ("sci", "1.0"): (NOW - timedelta(days=900)).isoformat(),
            ("sci", "2.0"): (NOW - timedelta(days=800)).isoformat(),
            ("sci", "1.1"): (NOW - timedelta(days=100)).isoformat(),
        },
    )
    assert lost(judged(index)) is None


RELEASED_LATE = {"1.0": [cp(MANY)], "1.1": [cp(MANY), cp(MUSLLINUX)], "2.0": [cp(MANY)]}


def test_pre_releases_and_yanked_releases_are_not_the_release_before():
    index = FakeIndex(
        {
            "sci": {
                "1": files("sci", "1", cp(MUSLLINUX)),
                "2rc1": files("sci", "2rc1"),
                "1.5": files("sci", "1.5"),
                "2": files("sci", "2"),
            }
        },
        yanked={("sci", "1.5"): "broken"},
    )
    found = lost(judged(index))
    assert found is not None
    assert found.before == "1"


def test_an_older_release_taken_because_the_newest_lost_its_wheel_is_reported():
    index = FakeIndex(
        {
            "sci": {
                "1": [f"sci-1-{cp(MANY)}.whl", f"sci-1-{cp(MUSLLINUX)}.whl"],
                "2": [f"sci-2-{cp(MANY)}.whl"],
            }
        }
    )
    report = judged(index)
    assert report.package("sci").on[MUSL.name].version == "1"
    found = lost(report)
    assert found is not None
    assert (found.kind, found.release) == ("lost", "2")


class TestUploading:
    """Younger than two days, with fewer files than the release before."""

    def index(self, age: timedelta, *tags: str) -> FakeIndex:
        return FakeIndex(
            {
                "sci": {
                    "1": files("sci", "1", cp(MANY), cp(MUSLLINUX), cp("win_amd64")),
                    "2": files("sci", "2", *tags),
                }
            },
            upload_times={
                ("sci", "1"): (NOW - timedelta(days=100)).isoformat(),
                ("sci", "2"): (NOW - age).isoformat(),
            },
        )

    def test_more_may_come(self):
        found = lost(judged(self.index(timedelta(hours=3), cp(MANY))))
        assert found is not None
        assert found.kind == "uploading"
        assert found.reason.startswith("2 may still be uploaded: 2 of the 4 files of 1")

    def test_after_two_days_it_is_lost(self):
        found = lost(judged(self.index(timedelta(days=3), cp(MANY))))
        assert found is not None
        assert found.kind == "lost"

    def test_with_as_many_files_it_is_lost(self):
        tags = (cp(MANY), cp("win_amd64"), cp("win_arm64"))
        found = lost(judged(self.index(timedelta(hours=3), *tags)))
        assert found is not None
        assert found.kind == "lost"


class TestCooldown:
    """Under ``--exclude-newer 30d`` a wheel is let in on the day on which it is 30 days old."""

    def judged(self, uploaded: datetime, line: str = "sci", **policy) -> Report:
        index = FakeIndex(
            {"sci": {"1": files("sci", "1"), "2": files("sci", "2", cp(MUSLLINUX))}},
            upload_times={("sci", "1"): "2025-01-01T00:00:00Z", ("sci", "2"): uploaded.isoformat()},
        )
        cooldown = timedelta(days=30)
        policy = {"exclude_newer": NOW - cooldown, "cooldown": cooldown, **policy}
        return judged(index, line, on=[MUSL], **policy)

    def test_the_day_is_reported(self):
        found = lost(self.judged(datetime(2026, 11, 10, 8, tzinfo=UTC)))
        assert found is not None
        assert (found.kind, found.release, found.day) == ("cooldown", "2", "2026-12-10")
        assert "lets it in from 2026-12-10 on" in found.reason

    def test_a_release_that_nobody_asks_for_is_not_waited_for(self):
        assert lost(self.judged(datetime(2026, 11, 10, tzinfo=UTC), "sci<2")) is None

    def test_a_fixed_day_lets_nothing_in_later(self):
        assert lost(self.judged(datetime(2026, 11, 10, tzinfo=UTC), cooldown=None)) is None


def test_the_gate_fails_on_lost_wheels_and_lets_allowed_ones_pass():
    report = judged(releases(("1", cp(MANY), cp(MUSLLINUX)), ("2", cp(MANY))))
    policy = Policy(fail_on="wheels-lost")
    (found,) = violations(report, policy, DAY)
    assert (found.rule, found.package, found.target) == ("fail-on", "sci", MUSL.name)
    assert "1 has cp312-cp312-musllinux_1_2_x86_64" in found.message
    allowing = Policy(fail_on="wheels-lost", allow=[{"package": "sci"}])
    assert violations(report, allowing, DAY) == ()


def test_every_format_tells_it():
    report = judged(releases(("1", cp(MANY), cp(MUSLLINUX)), ("2", cp(MANY))))
    words = "1 has cp312-cp312-musllinux_1_2_x86_64, 2 has no wheel for it"
    assert words in " ".join(render_text(report).split())
    assert words in render_markdown(report).replace("\\", "")
    assert words in render_html(report)
    assert words in report.model_dump_json()


def test_a_difference_tells_why_it_is_worse():
    index = releases(("1", cp(MANY), cp(MUSLLINUX)), ("2", cp(MANY)))
    before, after = judged(index, "sci==1"), judged(index, "sci==2")
    found = difference(before, after)
    assert [change.lost for change in found.regressions] == [
        "1 has cp312-cp312-musllinux_1_2_x86_64, 2 has no wheel for it"
    ]
    assert "2 has no wheel for it" in " ".join(render_difference(found, after.targets).split())
