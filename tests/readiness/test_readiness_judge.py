"""Ready for a new Python: what is proposed goes together, and nothing lower does."""

from datetime import date

import pytest
from fake_index import FakeIndex
from situations import requirements_of

import wheelcheck
from wheelcheck.readiness.readiness_judge import judge_readiness
from wheelcheck.reports.text.readiness_text import render_constraints, render_readiness
from wheelcheck.reports.values.readiness_values import Readiness
from wheelcheck.targets import expand_platforms_on

DAY = date(2026, 11, 28)
MANY, MUSL, MAC, WIN = (
    "manylinux_2_17_x86_64",
    "musllinux_1_2_x86_64",
    "macosx_11_0_arm64",
    "win_amd64",
)


def places(python: str, *platforms: str):
    return expand_platforms_on(platforms, as_of=DAY, pythons=[python])


def wheels(name: str, version: str, pythons: str, *platforms: str) -> list[str]:
    return [
        f"{name}-{version}.tar.gz",
        *(
            f"{name}-{version}-{python}-{python}-{platform}.whl"
            for python in pythons.split()
            for platform in platforms
        ),
    ]


def ready(
    index: FakeIndex, *lines: str, python: str = "3.15", on=("glibc-x86_64", "windows"), **more
) -> Readiness:
    return judge_readiness(
        requirements_of(*lines, **more), index, {python: places(python, *on)}, places("3.14", *on)
    )


def bumps(answer: Readiness, python: str = "3.15") -> dict[str, str]:
    return {bump.package: bump.after for bump in answer.python(python).bumps}


def cell(answer: Readiness, name: str, python: str = "3.15"):
    return next(package for package in answer.packages if package.name == name).on[python]


def test_the_first_release_with_wheels_on_every_platform_is_the_bump():
    index = FakeIndex(
        {
            "sci": {
                "1.0": wheels("sci", "1.0", "cp314", MANY, WIN),
                "1.1": wheels("sci", "1.1", "cp314 cp315", MANY),
                "1.2": wheels("sci", "1.2", "cp314 cp315", MANY, WIN),
                "1.3": wheels("sci", "1.3", "cp314 cp315", MANY, WIN),
            }
        },
        upload_times={("sci", "1.2"): date(2026, 9, 1), ("sci", "1.3"): date(2026, 10, 1)},
    )
    answer = ready(index, "sci==1.0")
    assert bumps(answer) == {"sci": "1.2"}
    assert (cell(answer, "sci").first, cell(answer, "sci").since) == ("1.2", "2026-09-01")
    assert not answer.ready
    assert answer.python("3.15").ready_after_bumps


def test_bumps_are_resolved_together():
    """By itself ``core 1.1`` would do; ``app 2``, which has the wheel, wants ``core>=1.2``."""
    releases = {
        "core": {v: wheels("core", v, "cp314 cp315", MANY, WIN) for v in ("1.1", "1.2", "1.3")},
        "app": {
            "1": wheels("app", "1", "cp314", MANY, WIN),
            "2": wheels("app", "2", "cp314 cp315", MANY, WIN),
        },
    }
    releases["core"]["1.0"] = wheels("core", "1.0", "cp314", MANY, WIN)
    index = FakeIndex(releases, requires={("app", "2"): ["core>=1.2"]})
    answer = ready(index, "app==1", "core==1.0")
    assert bumps(answer) == {"app": "2", "core": "1.2"}


def test_a_package_that_is_ready_is_bumped_where_the_others_need_it():
    index = FakeIndex(
        {
            "app": {
                "1": wheels("app", "1", "cp314", MANY, WIN),
                "2": wheels("app", "2", "cp315", MANY, WIN),
            },
            "pure": {v: [f"pure-{v}-py3-none-any.whl"] for v in ("1", "2", "3")},
        },
        requires={("app", "2"): ["pure>=2"]},
    )
    answer = ready(index, "app==1", "pure==1")
    assert bumps(answer) == {"app": "2", "pure": "2"}
    assert [bump.why for bump in answer.python("3.15").bumps] == ["wheel", "others"]


def test_nothing_is_bumped_that_need_not_be():
    """A solver that backs out of ``app 2`` must not leave ``core`` higher than app 3 needs it."""
    index = FakeIndex(
        {
            "app": {v: wheels("app", v, "cp315", MANY, WIN) for v in ("2", "3")}
            | {"1": wheels("app", "1", "cp314", MANY, WIN)},
            "core": {v: wheels("core", v, "cp315", MANY, WIN) for v in ("1", "2", "3")},
        },
        requires={("app", "2"): ["core>=3", "core<3"], ("app", "3"): ["core>=1"]},
    )
    assert bumps(ready(index, "core==1", "app==1")) == {"app": "3"}


def test_the_same_version_goes_to_all_platforms():
    index = FakeIndex(
        {
            "app": {"1": wheels("app", "1", "cp315", MANY, WIN)},
            "core": {v: wheels("core", v, "cp315", MANY, WIN) for v in ("1", "2", "3")},
        },
        requires={("app", "1"): ["core>=2; sys_platform == 'win32'"]},
    )
    assert bumps(ready(index, "core==1", "app==1")) == {"core": "2"}


def test_without_a_release_it_is_waited_for_and_the_others_have_a_date():
    index = FakeIndex(
        {
            "slow": {"1": wheels("slow", "1", "cp313 cp314", MANY, WIN)},
            "fast": {"1": wheels("fast", "1", "cp314 cp315", MANY, WIN)},
        },
        upload_times={("fast", "1"): date(2026, 8, 1)},
    )
    answer = ready(index, "slow", "fast")
    waiting = cell(answer, "slow")
    assert waiting.status == "waiting"
    assert "wheels exist for CPython 3.13 to 3.14 only" in waiting.reason
    others = answer.python("3.15").others
    assert (others.packages, others.first, others.first_day) == (1, "fast", "2026-08-01")


def test_a_cap_on_python_is_no_release():
    index = FakeIndex(
        {"capped": {"1": ["capped-1-py3-none-any.whl"]}},
        requires_python={("capped", "1"): ">=3.9,<3.15"},
    )
    answer = ready(index, "capped")
    assert cell(answer, "capped").status == "waiting"
    assert "needs Python >=3.9,<3.15" in cell(answer, "capped").reason


def test_a_platform_without_wheels_now_does_not_count():
    index = FakeIndex({"sci": {"1": wheels("sci", "1", "cp314 cp315", MANY)}})
    answer = ready(index, "sci", on=("glibc-x86_64", "musl-x86_64"))
    assert cell(answer, "sci").status == "ready"
    assert cell(answer, "sci").without == ("musl 1.2 x86_64",)


def test_wheels_on_some_platforms_alone_are_partly_ready():
    index = FakeIndex(
        {
            "sci": {
                "1": [
                    *wheels("sci", "1", "cp314", MANY, WIN),
                    "sci-1-cp315-cp315-manylinux_2_17_x86_64.whl",
                ]
            }
        }
    )
    answer = ready(index, "sci==1")
    assert (cell(answer, "sci").status, cell(answer, "sci").missing) == (
        "partly",
        ("Windows amd64",),
    )


def test_what_is_built_now_is_built_then():
    index = FakeIndex({"old": {"1": ["old-1.tar.gz"]}})
    answer = ready(index, "old")
    assert cell(answer, "old").status == "source"
    assert answer.ready


def test_a_package_of_a_single_platform_is_looked_at_there_alone():
    index = FakeIndex({"winonly": {"1": wheels("winonly", "1", "cp314 cp315", WIN)}})
    answer = ready(index, "winonly; sys_platform == 'win32'")
    assert cell(answer, "winonly").status == "ready"
    assert cell(answer, "winonly").without == ()


def test_an_upper_bound_that_keeps_every_wheel_away_is_named():
    index = FakeIndex(
        {
            "sci": {
                "1.9": wheels("sci", "1.9", "cp314", MANY, WIN),
                "2.0": wheels("sci", "2.0", "cp315", MANY, WIN),
            }
        }
    )
    answer = ready(index, "sci<2")
    (bump,) = answer.python("3.15").bumps
    assert (bump.before, bump.after, bump.new_major) == ("1.9", "2.0", True)
    assert bump.where == ("requirements.txt:1",)


def test_a_package_without_a_wheel_does_not_hide_what_the_others_can_do():
    """numba has no wheel, and its last release holds back numpy, which has: both are reported."""
    index = FakeIndex(
        {
            "jit": {"1": wheels("jit", "1", "cp314", MANY, WIN)},
            "num": {
                "2": wheels("num", "2", "cp314", MANY, WIN),
                "3": wheels("num", "3", "cp315", MANY, WIN),
            },
        },
        requires={("jit", "1"): ["num<3"]},
    )
    answer = ready(index, "jit==1", "num==2")
    assert bumps(answer) == {"num": "3"}
    assert answer.python("3.15").set_aside == ("jit",)
    assert cell(answer, "jit").status == "waiting"


def test_what_is_held_back_does_not_hide_what_the_others_can_do():
    index = FakeIndex(
        {
            "queue": {v: [f"queue-{v}-py3-none-any.whl"] for v in ("5", "6")},
            "pack": {
                "1": wheels("pack", "1", "cp314", MANY, WIN),
                "2": wheels("pack", "2", "cp315", MANY, WIN),
            },
            "image": {
                "1": wheels("image", "1", "cp314", MANY, WIN),
                "2": wheels("image", "2", "cp315", MANY, WIN),
            },
        },
        requires={("queue", "5"): ["pack==1"], ("queue", "6"): ["pack==1"]},
    )
    answer = ready(index, "queue==5", "image==1")
    assert bumps(answer) == {"image": "2"}
    held = cell(answer, "pack")
    assert (held.status, held.version, held.first) == ("held-back", "1", "2")
    assert held.reason == "2 has wheels, but queue 5 requires pack==1"


def test_a_pre_release_is_named_and_not_proposed():
    index = FakeIndex(
        {
            "sci": {
                "1": wheels("sci", "1", "cp314", MANY, WIN),
                "2rc1": wheels("sci", "2rc1", "cp315", MANY, WIN),
            }
        }
    )
    answer = ready(index, "sci==1")
    assert not bumps(answer)
    assert (cell(answer, "sci").status, cell(answer, "sci").pre_release) == ("waiting", "2rc1")


def test_yanked_wheels_do_not_count():
    index = FakeIndex(
        {
            "sci": {
                "1": wheels("sci", "1", "cp314", MANY, WIN),
                "2": wheels("sci", "2", "cp315", MANY, WIN),
                "3": wheels("sci", "3", "cp315", MANY, WIN),
            }
        },
        yanked={("sci", "2"): "broken"},
    )
    assert bumps(ready(index, "sci==1")) == {"sci": "3"}


def test_what_is_not_on_the_index_hides_nothing():
    index = FakeIndex({"sci": {"1": wheels("sci", "1", "cp315", MANY, WIN)}})
    answer = ready(index, "sci", "nowhere==1")
    assert cell(answer, "nowhere").status == "unknown"
    assert cell(answer, "sci").status == "ready"
    assert not answer.complete
    assert "This answer is incomplete: see 1 problem below." in render_readiness(answer)
    assert str(answer) == render_readiness(answer).rstrip()


def test_free_threaded_pythons_have_columns_of_their_own():
    index = FakeIndex({"sci": {"1": wheels("sci", "1", "cp314 cp315", MANY, WIN)}})
    wanted = {label: places(label, "glibc-x86_64") for label in ("3.15", "3.15t")}
    answer = judge_readiness(requirements_of("sci"), index, wanted, places("3.14", "glibc-x86_64"))
    assert cell(answer, "sci").status == "ready"
    assert cell(answer, "sci", "3.15t").status == "waiting"
    assert "builds with the GIL only" in cell(answer, "sci", "3.15t").reason


def test_the_text_fits_a_screen_and_constraints_can_be_pasted():
    index = FakeIndex(
        {
            "sci": {
                "1": wheels("sci", "1", "cp314", MANY, WIN),
                "2": wheels("sci", "2", "cp315", MANY, WIN),
            },
            **{f"p{n}": {"1": [f"p{n}-1-py3-none-any.whl"]} for n in range(40)},
        }
    )
    answer = ready(index, "sci==1", *(f"p{n}" for n in range(40)))
    text = render_readiness(answer, width=80)
    assert text.startswith("Ready for Python 3.15 after 1 bump: then all 41 packages")
    assert "sci==2  # requirements.txt:1" in text
    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 80
    assert render_constraints(answer) == "# for Python 3.15, made together\nsci==2\n"


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("3.99", r"there is no Python 3\.99, and none is planned beyond 3\.\d+"),
        ("3.16", "there is no Python 3.16 as of 2026-11-28: the newest is 3.15"),
        ("3.15.77", "there is no Python 3.15.77 as of 2026-11-28: the newest of 3.15 is 3.15.2"),
        ("three", "'three' is no Python"),
    ],
)
def test_a_python_that_does_not_exist_is_a_single_sentence(python, message):
    with pytest.raises(wheelcheck.UsageError, match=message):
        wheelcheck.ready("six", pythons=[python], exclude_newer="2026-11-28")
