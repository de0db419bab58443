"""Does it come as a wheel, and if not, why not?"""

from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from situations import requirements_of, target

from wheelcheck.coverage import Verdict, judge
from wheelcheck.errors import Unknown
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    FormatControl,
    Origin,
    RequirementLine,
    Requirements,
)
from wheelcheck.resolution import Resolver

GLIBC, MUSL = target("glibc"), target("musl")
OLD_GLIBC = target("glibc", libc_version=(2, 17), name="old")
SDIST = "a-1.tar.gz"
MANYLINUX = "a-1-cp312-cp312-manylinux_2_28_x86_64.whl"
MUSLLINUX = "a-1-cp312-cp312-musllinux_1_2_x86_64.whl"


def judged(files, on, text="a", policy=None, **facts):
    index = FakeIndex({"a": {"1": files}}, **facts)
    resolver = Resolver(requirements_of(text, policy=policy), index)
    pin = resolver.resolve(on).pins["a"]
    return judge(pin, index.project("a"), on, resolver.rules_of(on))


@pytest.mark.parametrize(
    ("files", "on", "verdict"),
    [
        (["a-1-py3-none-any.whl"], MUSL, Verdict.PURE_WHEEL),
        ([MUSLLINUX], MUSL, Verdict.WHEEL),
        (["a-1-py3-none-musllinux_1_1_x86_64.whl"], MUSL, Verdict.WHEEL),
        ([MANYLINUX, SDIST], MUSL, Verdict.SOURCE_UNKNOWN),
        ([MANYLINUX], MUSL, Verdict.UNAVAILABLE),
        ([MANYLINUX, "a-1-py3-none-any.whl"], MUSL, Verdict.PURE_WHEEL),
    ],
)
def test_the_verdict_is_that_of_the_best_file_that_fits(files, on, verdict):
    assert judged(files, on).verdict is verdict


def test_verdict_names_the_file():
    assert judged([MANYLINUX, SDIST], GLIBC).file.filename == MANYLINUX
    assert judged([MANYLINUX, SDIST], MUSL).file.filename == SDIST


def test_why_not_names_what_is_there_and_what_is_missing():
    found = judged([MANYLINUX, SDIST], MUSL)
    assert found.reason == "cp312 wheels exist for manylinux_2_28_x86_64; none for musllinux"
    assert [(miss.file.filename, miss.miss.part.name) for miss in found.misses] == [
        (MANYLINUX, "LIBC")
    ]


def test_nearest_miss_comes_first():
    too_new = "a-1-cp312-cp312-manylinux_2_39_x86_64.whl"
    other_python = "a-1-cp39-cp39-manylinux_2_17_x86_64.whl"
    found = judged([other_python, too_new, "a-1-cp312-cp312-win_amd64.whl"], GLIBC)
    assert [miss.file.filename for miss in found.misses] == [
        too_new,
        "a-1-cp312-cp312-win_amd64.whl",
        other_python,
    ]


def test_of_wheels_for_other_pythons_those_for_the_platform_and_the_nearest_python_come_first():
    wheels = [
        "a-1-cp36-cp36m-macosx_10_14_x86_64.whl",
        "a-1-cp36-cp36m-manylinux2014_x86_64.whl",
        "a-1-cp39-cp39-macosx_10_14_x86_64.whl",
        "a-1-cp39-cp39-manylinux2014_aarch64.whl",
        "a-1-cp39-cp39-manylinux2014_x86_64.whl",
        "a-1-cp39-cp39-win_amd64.whl",
    ]
    found = judged([*wheels, SDIST], GLIBC)
    assert [miss.file.filename for miss in found.misses] == [wheels[4], wheels[1], wheels[3]]


def test_no_wheels_at_all():
    assert judged([SDIST], GLIBC).reason == "there are no wheels"


def test_unavailable_says_that_there_is_no_sdist_either():
    reason = judged([MANYLINUX], MUSL).reason
    assert (
        reason == "no sdist, and cp312 wheels exist for manylinux_2_28_x86_64; none for musllinux"
    )


@pytest.mark.parametrize("file", [MANYLINUX, SDIST])
def test_a_file_that_is_listed_but_not_there_cannot_be_had(file):
    lost = Unknown("file-not-found", f"{file} is listed but not there")
    found = judged([file], GLIBC, requires={("a", "1"): lost})
    assert (found.verdict, found.reason) == (Verdict.UNAVAILABLE, lost.reason)


def test_python_that_is_too_new():
    found = judged([MANYLINUX, SDIST], GLIBC, requires_python={("a", "1"): "<3.12"})
    assert found.verdict is Verdict.UNAVAILABLE
    assert found.reason == "needs Python <3.12, the target has 3.12.7"


def test_wheels_ruled_out_by_the_user():
    policy = FilePolicy(no_binary=FormatControl(names=frozenset({"a"})))
    found = judged([MANYLINUX, SDIST], GLIBC, policy=policy)
    assert found.reason == "wheels are ruled out by --no-binary"


def test_sdist_ruled_out_by_the_user():
    policy = FilePolicy(only_binary=FormatControl(all_projects=True))
    found = judged([MANYLINUX, SDIST], MUSL, policy=policy)
    assert found.verdict is Verdict.UNAVAILABLE
    assert found.reason.endswith("sdists are ruled out by --only-binary")


def test_wheel_that_came_after_the_date():
    policy = FilePolicy(exclude_newer=datetime(2023, 4, 15, tzinfo=UTC))
    found = judged(
        [MANYLINUX, SDIST],
        GLIBC,
        policy=policy,
        upload_times={MANYLINUX: "2023-06-01T00:00:00Z", SDIST: "2023-04-01T00:00:00Z"},
    )
    assert found.verdict is Verdict.SOURCE_UNKNOWN
    assert found.reason == "uploaded on 2023-06-01"


def test_wheel_that_the_hashes_leave_out():
    index = FakeIndex(
        {"a": {"1": [MANYLINUX, SDIST]}},
        hashes={MANYLINUX: {"sha256": "aa"}, SDIST: {"sha256": "bb"}},
    )
    resolver = Resolver(requirements_of("a==1", hashes={"a==1": {"sha256:bb"}}), index)
    pin = resolver.resolve(GLIBC).pins["a"]
    found = judge(pin, index.project("a"), GLIBC, resolver.rules_of(GLIBC))
    assert found.verdict is Verdict.SOURCE_UNKNOWN
    assert found.reason == (
        "cp312-cp312-manylinux_2_28_x86_64 would fit, but its hash is not among those the "
        "requirement lists"
    )


def test_hashes_of_an_algorithm_that_the_index_does_not_tell_rule_nothing_out():
    index = FakeIndex({"a": {"1": [MANYLINUX]}}, hashes={MANYLINUX: {"sha256": "aa"}})
    resolver = Resolver(requirements_of("a==1", hashes={"a==1": {"sha512:bb"}}), index)
    assert resolver.resolve(GLIBC).pins["a"].file is not None


def test_wheel_that_a_lock_leaves_out():
    other = "a-1-cp312-cp312-win_amd64.whl"
    index = FakeIndex(
        {"a": {"1": [MANYLINUX, other, SDIST]}},
        hashes={MANYLINUX: {"sha256": "aa"}, other: {"sha256": "cc"}, SDIST: {"sha256": "bb"}},
    )
    for listed, on, verdict, reason in (
        ("bb", GLIBC, Verdict.SOURCE_UNKNOWN, "8_x86_64 would fit, but uv.lock does not list it"),
        ("bb", MUSL, Verdict.SOURCE_UNKNOWN, "none for musllinux"),
        ("cc", MUSL, Verdict.UNAVAILABLE, "none for musllinux; uv.lock does not list the sdist"),
    ):
        line = RequirementLine(
            Requirement("a==1"),
            Origin("uv.lock", 7),
            "a==1",
            frozenset({f"sha256:{listed}"}),
            locked=True,
        )
        resolver = Resolver(Requirements((line,)), index)
        pin = resolver.resolve(on).pins["a"]
        found = judge(pin, index.project("a"), on, resolver.rules_of(on))
        assert found.verdict is verdict
        assert found.reason.endswith(reason)


_TAGS = st.sampled_from(
    [
        "py2-none-any",
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp312-cp312-musllinux_1_2_x86_64",
        "cp312-cp312-manylinux_2_17_aarch64.manylinux2014_aarch64",
        "cp313-cp313t-musllinux_1_2_x86_64",
        "cp38-abi3-macosx_11_0_arm64",
        "pp310-pypy310_pp73-win_amd64",
    ]
)


@given(tags=st.lists(_TAGS, unique=True), on=st.sampled_from([GLIBC, MUSL, OLD_GLIBC]))
def test_a_source_build_is_judged_alike_whether_tags_decide_alone_or_each_file_is_looked_at(
    tags, on
):
    wheels = [f"a-1-{tag}.whl" for tag in tags]
    found = judged([SDIST, *wheels], on)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wheelcheck.coverage.judgement.tags_decide", lambda *_: False)
        assert judged([SDIST, *wheels], on) == found


def test_tags_do_not_decide_alone_where_another_rule_passes_wheels_over():
    policy = FilePolicy(no_binary=FormatControl(all_projects=True))
    assert judged([MANYLINUX, SDIST], MUSL, policy=policy).reason == (
        "wheels are ruled out by --no-binary"
    )
