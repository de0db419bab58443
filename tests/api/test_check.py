"""The whole path: requirements × targets × index → Report."""

import asyncio
import json
from collections import Counter

import pytest
from fake_index import FakeIndex
from packaging.requirements import Requirement
from situations import requirements_of, target

import wheelcheck
from wheelcheck import Verdict
from wheelcheck.api.analyse import analyse
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.requirements.requirement_set import FilePolicy

STORY = "data/stories/alpine-2023/requirements.txt"
ON = ["python:3.8-slim", "python:3.8-alpine"]
COMPILED = {"numpy": "1.24.2", "pandas": "2.0.0", "scikit-learn": "1.2.2", "scipy": "1.10.1"}


@pytest.fixture(scope="module")
def story(public_index):
    return wheelcheck.check(
        STORY,
        targets=ON,
        exclude_newer="2023-04-14",
        index_url=public_index.url,
        cache_dir=None,
    )


class TestStory:
    def test_ten_pins_the_same_on_both(self, story):
        assert len(story.packages) == 10
        assert all(len(package.versions) == 1 for package in story.packages)

    def test_slim_has_wheels_for_all(self, story):
        assert all(package.on[ON[0]].verdict.is_wheel for package in story.packages)

    def test_alpine_compiles_four(self, story):
        found = {
            package.name: package.on[ON[1]].version
            for package in story.packages
            if package.on[ON[1]].verdict is not Verdict.PURE_WHEEL
        }
        assert found == COMPILED

    def test_the_verdict_on_alpine_has_its_reason(self, story):
        cell = story.package("scipy").on[ON[1]]
        assert cell.verdict.is_source
        assert "none for musllinux" in cell.reason
        assert cell.misses[0].part == "libc"
        assert cell.requested_by == ("scikit-learn 1.2.2",)

    def test_json_keeps_the_contract(self, story):
        document = json.loads(story.model_dump_json())
        assert {"schema_version", "targets", "packages", "problems"} <= set(document)
        first = document["targets"][0]
        assert {key: first[key] for key in ("name", "python", "implementation", "libc")} == {
            "name": "python:3.8-slim",
            "python": "3.8",
            "implementation": "cpython",
            "libc": "glibc",
        }
        assert (first["free_threaded"], first["libc_version"], first["arch"]) == (
            False,
            "2.31",
            "x86_64",
        )
        cell = document["packages"][0]["on"]["python:3.8-alpine"]
        assert {"version", "verdict", "reason", "file", "requested_by"} <= set(cell)


def test_works_inside_a_running_event_loop(public_index):
    async def in_a_notebook():
        return wheelcheck.check(
            ["six", Requirement("pytz")],
            targets="cp312-musllinux_1_2_x86_64",
            index_url=public_index.url,
            cache_dir=None,
        )

    report = asyncio.run(in_a_notebook())
    assert report.matrix["six"] == {"cp312-musllinux_1_2_x86_64": Verdict.PURE_WHEEL}


def test_a_cold_run_fetches_nothing_twice(public_index, tmp_path):
    def fetched() -> list[tuple[str, str]]:
        before = len(public_index.parts)
        wheelcheck.check(
            "data/requirements/story.txt",
            targets=[f"cp3{minor}-{libc}_x86_64" for minor in (11, 13)
                     for libc in ("manylinux_2_28", "musllinux_1_2")],
            index_url=public_index.url,
            cache_dir=tmp_path,
        )  # fmt: skip
        return public_index.parts[before:]

    cold = fetched()
    assert {part for part, times in Counter(cold).items() if times > 1} == set()
    paths = {path for path, _ in cold}
    assert {"/simple/pandas/", "/simple/meson-python/"} < paths  # and what builds need
    assert any(path.endswith(".tar.gz") for path in paths)
    assert fetched() == []


def _as_verdicts(cells):
    """The cells without what verdicts alone leave open: does it load, does its build succeed."""
    less = {"loads": None, "build_fails": ""}
    return {name: cell.model_copy(update=less) for name, cell in cells.items()}


def test_verdicts_alone_are_the_same_and_ask_less(public_index):
    def checked(**more) -> tuple[wheelcheck.Report, int]:
        before = len(public_index.log)
        where = {"index_url": public_index.url, "cache_dir": None}
        day = {"exclude_newer": "2023-04-14", "advice": False}
        report = wheelcheck.check(STORY, targets=ON, **where, **day, **more)
        return report, len(public_index.log) - before

    (whole, requests_for_all), (alone, requests_alone) = checked(), checked(verdicts_only=True)
    unread = [p.model_copy(update={"on": _as_verdicts(p.on)}) for p in whole.packages]
    assert [(p.name, p.on) for p in alone.packages] == [(p.name, p.on) for p in unread]
    assert whole.builds
    assert alone.builds == ()
    assert all(target.bill is None for target in alone.targets)
    assert requests_alone < requests_for_all


def test_a_bare_mirror_gives_the_same_answer_as_the_public_index(public_index, mirror_index):
    answers = [
        wheelcheck.check(
            packages=["requests[socks]"], targets=ON, index_url=index.url, cache_dir=None
        ).matrix
        for index in (public_index, mirror_index)
    ]
    assert answers[0] == answers[1]
    assert "pysocks" in answers[0]


def test_a_package_that_fails_hides_no_other():
    index = FakeIndex(
        {
            "good": {"1": ["good-1-py3-none-any.whl"]},
            "broken": Unknown("index-malformed", "its page cannot be read"),
        }
    )
    report = analyse(requirements_of("good", "broken", "nonesuch"), [target("musl")], index)
    verdicts = {package.name: package.worst for package in report.packages}
    assert verdicts == {
        "good": Verdict.PURE_WHEEL,
        "broken": Verdict.UNKNOWN,
        "nonesuch": Verdict.UNKNOWN,
    }
    assert {problem.code for problem in report.problems} == {
        "index-malformed",
        "project-not-found",
    }
    assert not report.complete


def test_the_bill_names_what_it_has_no_file_of():
    index = FakeIndex(
        {
            "good": {"1": ["good-1-py3-none-any.whl"]},
            "lost": {"1": ["lost-1-cp312-cp312-manylinux_2_17_x86_64.whl"]},
        }
    )
    report = analyse(requirements_of("good", "lost"), [target("musl")], index)
    assert report.targets[0].bill.left_out[0] == "lost: no file of it can be installed"


def test_a_conflict_is_reported_and_leaves_other_targets_alone():
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2-py3-none-any.whl"]}})
    old, new = target(python=(3, 11)), target(python=(3, 13))
    report = analyse(requirements_of("a<2", "a>=2 ; python_version >= '3.13'"), [old, new], index)
    assert report.package("a").on[old.name].verdict is Verdict.PURE_WHEEL
    assert report.package("a").on[new.name].verdict is Verdict.UNKNOWN
    (problem,) = report.problems
    assert (problem.code, problem.targets) == ("version-conflict", (new.name,))
    assert "requirements.txt:1 requires a<2" in problem.message
    assert "requirements.txt:2 requires a>=2" in problem.message


def test_package_that_markers_leave_out_is_not_required():
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"]}})
    glibc, arm = target(), target(arch="aarch64")
    report = analyse(requirements_of("a ; platform_machine == 'aarch64'"), [glibc, arm], index)
    assert report.matrix["a"] == {
        glibc.name: Verdict.NOT_REQUIRED,
        arm.name: Verdict.PURE_WHEEL,
    }


def test_files_without_upload_time_are_reported_not_guessed():
    from datetime import UTC, datetime

    index = FakeIndex(
        {"a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2-py3-none-any.whl"]}},
        upload_times={("a", "1"): "2023-01-01T00:00:00Z"},
    )
    policy = FilePolicy(exclude_newer=datetime(2023, 4, 15, tzinfo=UTC))
    report = analyse(requirements_of("a", policy=policy), [target()], index)
    assert report.package("a").on[target().name].version == "1"
    assert [problem.code for problem in report.problems] == ["no-upload-time"]


def test_sdist_alone_is_judged_by_what_it_holds():
    index = FakeIndex(
        {"c": {"1": ["c-1.tar.gz"]}, "p": {"1": ["p-1.tar.gz"]}},
        listings={
            "c-1.tar.gz": {
                "c-1/setup.py": "from setuptools import setup, Extension\n"
                "setup(ext_modules=[Extension('c', ['c.c'])])\n",
                "c-1/c.c": 900,
            },
            "p-1.tar.gz": {
                "p-1/pyproject.toml": "[build-system]\nrequires = ['flit_core']\n"
                "build-backend = 'flit_core.buildapi'\n",
                "p-1/p.py": 90,
            },
        },
    )
    report = analyse(requirements_of("c", "p"), [target()], index)
    assert report.package("c").worst is Verdict.SOURCE_NATIVE
    assert report.package("p").worst is Verdict.SOURCE_PURE


def test_what_the_index_warns_of_is_in_the_report(public_index, tmp_path):
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the cache's folder should be")
    report = wheelcheck.check("six", targets=[ON[0]], index_url=public_index.url, cache_dir=blocked)
    assert report.package("six").worst is Verdict.PURE_WHEEL
    assert [(problem.code, problem.severity) for problem in report.problems] == [
        ("index", "warning")
    ]
    assert report.complete


def test_a_target_named_twice_is_judged_once(public_index):
    report = wheelcheck.check(
        "six", targets=[ON[0], ON[0]], index_url=public_index.url, cache_dir=None
    )
    assert [each.name for each in report.targets] == [ON[0]]


@pytest.mark.online
def test_the_live_index_still_tells_the_story():
    report = wheelcheck.check(STORY, targets=ON, exclude_newer="2023-04-14", cache_dir=None)
    compiled = {p.name for p in report.packages if p.on[ON[1]].verdict is Verdict.SOURCE_NATIVE}
    assert compiled == set(COMPILED)


@pytest.mark.parametrize("name", ["packages", "constraints", "find_links", "extra_index_urls"])
def test_a_string_is_not_taken_for_a_list_of_letters(name):
    with pytest.raises(UsageError, match=f"{name} wants a list"):
        wheelcheck.check("six", cache_dir=None, **{name: "six"})


@pytest.mark.parametrize("name", ["cores", "memory_bytes", "bytes_per_second", "machine_factor"])
@pytest.mark.parametrize("number", [0, -1])
def test_a_machine_that_cannot_be_is_refused(name, number):
    with pytest.raises(UsageError, match=f"{name} must be above 0"):
        wheelcheck.check("six", cache_dir=None, **{name: number})
