"""Advice: every alternative was judged, and is worth taking."""

from dataclasses import replace
from datetime import date

import pytest
from fake_index import FakeIndex
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from situations import requirements_of, target

import wheelcheck
from wheelcheck.advice.alternatives import (
    Replacement,
    distribution_package,
    extra_indexes_for,
    replacements_of,
)
from wheelcheck.analysis.judge import Judge
from wheelcheck.api.analyse import analyse
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.installers import parse_installer
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    Origin,
    RequirementLine,
    Requirements,
)
from wheelcheck.tables import read_table
from wheelcheck.targets.spellings.nearby import on_glibc, on_other_pythons, on_x86_64

DAY = date(2026, 11, 1)
ALPINE = wheelcheck.parse_target("python:3.12-alpine", as_of=DAY)
MANY = "manylinux_2_17_x86_64"
MUSL = "musllinux_1_2_x86_64"


def wheels(name: str, version: str, *platforms: str, python: str = "cp312") -> list[str]:
    return [
        f"{name}-{version}.tar.gz",
        *(f"{name}-{version}-{python}-{python}-{platform}.whl" for platform in platforms),
    ]


def advice(index: FakeIndex, *lines: str, on=(ALPINE,), **more) -> dict[str, Advice]:
    report = analyse(requirements_of(*lines, **more), list(on), index)
    return {each.kind: each for each in report.advice}


def only_glibc() -> FakeIndex:
    return FakeIndex({"sci": {"1": wheels("sci", "1", MANY)}})


class TestLists:
    """A list of hashes, or a lock, that leaves a wheel out."""

    INDEX = FakeIndex(
        {"sci": {"1": wheels("sci", "1", MANY, MUSL), "2": wheels("sci", "2", MUSL)}},
        hashes={
            "sci-1.tar.gz": {"sha256": "00"},
            f"sci-1-cp312-cp312-{MANY}.whl": {"sha256": "11"},
            f"sci-1-cp312-cp312-{MUSL}.whl": {"sha256": "22"},
            ("sci", "2"): {"sha256": "33"},
        },
    )
    HASHES = frozenset({"sha256:00", "sha256:11"})

    def test_a_change_lists_the_hashes_to_add(self):
        found = advice(self.INDEX, "sci==1", hashes={"sci==1": set(self.HASHES)})["relock"]
        assert found.change == ("sci==1 --hash=sha256:22",)
        assert (found.builds_before, found.builds_after) == (1, 0)

    def test_another_pin_comes_with_the_hash_that_pip_wants(self):
        lines = requirements_of(
            "sci==1", hashes={"sci==1": {"sha256:00"}}, policy=FilePolicy(require_hashes=True)
        )
        index = FakeIndex(
            {"sci": {"1": ["sci-1.tar.gz"], "2": wheels("sci", "2", MUSL)[1:]}},
            hashes={("sci", "1"): {"sha256": "00"}, ("sci", "2"): {"sha256": "33"}},
        )
        report = analyse(lines, [ALPINE], index)
        found = {each.kind: each for each in report.advice}
        assert found["version"].change == ("sci==2 --hash=sha256:33",)

    def test_files_that_a_lock_would_list_anew(self):
        line = RequirementLine(
            Requirement("sci==1"), Origin("uv.lock", 3), "sci==1", self.HASHES, locked=True
        )
        report = analyse(Requirements((line,)), [ALPINE], self.INDEX)
        found = {each.kind: each for each in report.advice}
        assert found["relock"].change == (
            f"sci-1-cp312-cp312-{MUSL}.whl  # in uv.lock: lock sci again",
        )
        assert found["version"].change == ("sci==2",)

    def test_no_advice_where_listing_more_does_not_help(self):
        found = advice(only_glibc(), "sci==1", hashes={"sci==1": {"sha256:00"}})
        assert "relock" not in found


class TestOtherTargets:
    def test_the_slim_image_of_the_same_python(self):
        found = advice(only_glibc(), "sci")["image"]
        assert found.change == ("FROM python:3.12-slim",)
        assert (found.builds_before, found.builds_after) == (1, 0)
        assert found.verdicts == {"sci": "wheel"}
        assert "nothing compiles, the only package can be installed" in found.evidence
        assert "apt" in found.caveat

    def test_no_advice_to_move_where_moving_does_not_help(self):
        index = FakeIndex({"sci": {"1": ["sci-1.tar.gz"]}})
        assert "image" not in advice(index, "sci")

    def test_no_advice_where_nothing_is_wrong(self):
        index = FakeIndex({"sci": {"1": wheels("sci", "1", MUSL)}})
        assert advice(index, "sci") == {}

    def test_another_python_the_nearest_that_is_free_of_trouble(self):
        files = [*wheels("sci", "1", MANY, python="cp313"), *wheels("sci", "1", MANY)[1:]]
        slim = wheelcheck.parse_target("python:3.14-slim", as_of=DAY)
        found = advice(FakeIndex({"sci": {"1": files}}), "sci", on=(slim,))["python"]
        assert found.change == ("FROM python:3.13-slim",)

    def test_the_only_python_that_helps_though_others_are_nearer(self):
        files = {"1": wheels("sci", "1", MANY, python="cp311")}
        newest = wheelcheck.parse_target("python:3.14-slim", as_of=DAY)
        found = advice(FakeIndex({"sci": files}), "sci", on=(newest,))["python"]
        assert found.change == ("FROM python:3.11-slim",)

    @pytest.mark.parametrize(("python", "ahead"), [("cp312", [3]), ("cp311", [])])
    def test_pythons_are_looked_ahead_at_where_all_of_them_will_be_judged(
        self, python, ahead, monkeypatch
    ):
        looked: list[int] = []
        monkeypatch.setattr(Judge, "look_ahead", lambda _, targets: looked.append(len(targets)))
        platform = MUSL if python == "cp311" else MANY
        advice(FakeIndex({"sci": {"1": wheels("sci", "1", platform, python=python)}}), "sci")
        assert looked == ahead

    def test_a_free_threaded_python_moves_to_the_same_version_with_the_gil_first(self):
        index = FakeIndex({"sci": {"1": wheels("sci", "1", MANY, python="cp314")}})
        free = wheelcheck.parse_target("cp314t-manylinux_2_41_x86_64", as_of=DAY)
        found = advice(index, "sci", on=(free,))["python"]
        assert found.title == "Use Python 3.14 with the GIL"

    @pytest.mark.parametrize(("platforms", "read"), [((MANY,), False), ((), True)])
    def test_an_older_release_with_wheels_is_not_read_where_the_newer_compiles(
        self, platforms, read
    ):
        releases = {"2": wheels("sci", "2", MANY), "1": wheels("sci", "1", *platforms)}
        python = {"sci-2.tar.gz": ">=3.12", f"sci-2-cp312-cp312-{MANY}.whl": ">=3.12"}
        index = FakeIndex({"sci": releases}, requires_python=python)
        alpine = wheelcheck.parse_target("cp312-musllinux_1_2_x86_64", as_of=DAY)
        advice(index, "sci", on=(alpine,))
        assert ("listing", "sci-2.tar.gz") in index.questions
        assert (("listing", "sci-1.tar.gz") in index.questions) is read

    def test_what_another_architecture_would_get_has_its_caveat(self):
        arm = wheelcheck.parse_target("python:3.12-slim@linux/arm64", as_of=DAY)
        found = advice(only_glibc(), "sci", on=(arm,))["architecture"]
        assert "x86_64" in found.title
        assert "emulating it is slow" in found.caveat

    def test_like_advice_for_many_targets_is_merged(self):
        musl = [target("musl", python=(3, minor), name=f"m{minor}") for minor in (12, 13)]
        index = FakeIndex(
            {"sci": {"1": wheels("sci", "1", MANY) + wheels("sci", "1", MANY, python="cp313")[1:]}}
        )
        found = advice(index, "sci", on=musl)["image"]
        assert found.targets == ("m12", "m13")
        assert found.title == "Use glibc"


def test_the_distributions_package_says_for_whose_python_it_is_built():
    index = FakeIndex({"lxml": {"1": wheels("lxml", "1", "win_amd64")}})
    debian = wheelcheck.parse_target("debian:12", as_of=DAY)
    slim = wheelcheck.parse_target("python:3.11-slim-bookworm", as_of=DAY)
    assert "which the image's is not" in advice(index, "lxml", on=(slim,))["system-package"].caveat
    own = advice(index, "lxml", on=(debian,))["system-package"].caveat
    assert "which the image's is not" not in own
    assert "--system-site-packages" in own
    assert "in the distribution's version, not yours" in own
    same = FakeIndex({"lxml": {"4.9.2": wheels("lxml", "4.9.2", "win_amd64")}})
    assert "not yours" not in advice(same, "lxml", on=(debian,))["system-package"].caveat


class TestOtherPins:
    def test_the_next_version_up_with_a_wheel(self):
        index = FakeIndex(
            {
                "sci": {
                    "1": wheels("sci", "1", MANY),
                    "2": wheels("sci", "2", MANY, MUSL),
                    "3": wheels("sci", "3", MANY, MUSL),
                }
            }
        )
        found = advice(index, "sci==1")["version"]
        assert found.change == ("sci==2",)
        assert found.verdicts == {"sci": "wheel"}
        assert "new major version" in found.caveat

    def test_down_where_the_newest_has_none(self):
        index = FakeIndex({"sci": {"1": wheels("sci", "1", MUSL), "2": wheels("sci", "2", MANY)}})
        found = advice(index, "sci")["version"]
        assert found.change == ("sci==1",)
        assert "goes down from 2 to 1" in found.caveat

    def test_pins_that_must_move_along_are_named(self):
        index = FakeIndex(
            {
                "app": {"1": ["app-1-py3-none-any.whl"], "2": ["app-2-py3-none-any.whl"]},
                "sci": {"1": wheels("sci", "1", MANY), "2": wheels("sci", "2", MUSL)},
            },
            requires={("app", "1"): ["sci==1"], ("app", "2"): ["sci==2"]},
        )
        found = advice(index, "app==1", "sci==1")["version"]
        assert set(found.change) == {"app==2", "sci==2"}

    def test_what_nobody_wrote_is_not_tried_as_long_as_what_the_user_did(self, monkeypatch):
        index = FakeIndex({"sci": {"1": wheels("sci", "1", MANY), "2": wheels("sci", "2", MUSL)}})
        assert "version" in advice(index, "sci==1")
        monkeypatch.setattr("wheelcheck.analysis.judge.ADVISED_ROUNDS", 0)
        report = analyse(requirements_of("sci==1"), [ALPINE], index)
        assert report.targets[0].installable
        assert "version" not in {each.kind for each in report.advice}

    def test_a_package_nobody_named_is_held_by_a_constraint(self):
        index = FakeIndex(
            {
                "app": {"1": ["app-1-py3-none-any.whl"]},
                "sci": {"1": wheels("sci", "1", MUSL), "2": wheels("sci", "2", MANY)},
            },
            requires={("app", "1"): ["sci"]},
        )
        found = advice(index, "app")["version"]
        assert found.change == ("sci==1  # as a constraint",)

    def test_no_advice_for_pins_that_cannot_go_together(self):
        index = FakeIndex(
            {
                "app": {"1": ["app-1-py3-none-any.whl"]},
                "sci": {"1": wheels("sci", "1", MANY), "2": wheels("sci", "2", MUSL)},
            },
            requires={("app", "1"): ["sci==1"]},
        )
        assert "version" not in advice(index, "app", "sci")

    def test_no_pin_far_from_the_requested_release(self):
        years_between = FakeIndex(
            {"sci": {"0.3": wheels("sci", "0.3", MUSL), "1.5": wheels("sci", "1.5", MANY)}},
            upload_times={
                ("sci", "0.3"): "2021-11-01T00:00:00Z",
                ("sci", "1.5"): "2024-10-01T00:00:00Z",
            },
        )
        assert "version" not in advice(years_between, "sci")
        versions = {version: wheels("sci", version, MANY) for version in ("2.1", "2.2", "2.3", "3")}
        series_between = FakeIndex({"sci": {"1.9": wheels("sci", "1.9", MUSL), **versions}})
        assert "version" not in advice(series_between, "sci==3")
        assert "version" in advice(series_between, "sci==2.2")

    def test_a_far_newer_release_with_its_distance_where_no_near_release_helps(self):
        index = FakeIndex(
            {
                "sci": {"1": wheels("sci", "1", MANY), "1.9": wheels("sci", "1.9", MUSL)},
                "old": {"1": wheels("old", "1", MANY), "2": wheels("old", "2", MUSL)},
            },
            upload_times={
                ("sci", "1"): "2021-11-01T00:00:00Z",
                ("sci", "1.9"): "2024-10-01T00:00:00Z",
            },
        )
        found = advice(index, "sci==1", "old==1")["version"]
        assert found.change == ("old==2", "sci==1.9")
        assert "sci 1.9 came out 3 years after 1" in found.caveat

    def test_a_dependency_is_not_taken_far_away_either(self):
        files = {"0.3": wheels("sci", "0.3", MUSL), "1.5": wheels("sci", "1.5", MANY)}
        index = FakeIndex(
            {"app": {"1": ["app-1-py3-none-any.whl"]}, "sci": files},
            requires={("app", "1"): ["sci"]},
            upload_times={
                ("sci", "0.3"): "2021-11-01T00:00:00Z",
                ("sci", "1.5"): "2024-10-01T00:00:00Z",
            },
        )
        assert "version" not in advice(index, "app")

    def test_a_pre_release_is_named_as_such_and_only_taken_where_no_final_release_helps(self):
        files = {"1.5": wheels("sci", "1.5", MANY), "1.6rc1": wheels("sci", "1.6rc1", MUSL)}
        found = advice(FakeIndex({"sci": files}), "sci")["version"]
        assert found.change == ("sci==1.6rc1",)
        assert "sci 1.6rc1 is a pre-release" in found.caveat
        final = FakeIndex({"sci": {**files, "1.4": wheels("sci", "1.4", MUSL)}})
        assert advice(final, "sci")["version"].change == ("sci==1.4",)

    def test_no_older_pre_release_is_advised(self):
        files = {"0.0.0a0": ["sci-0.0.0a0-py3-none-any.whl"], "1.5": wheels("sci", "1.5", MANY)}
        assert "version" not in advice(FakeIndex({"sci": files}), "sci")

    def test_nothing_is_advised_that_leaves_more_unknown(self):
        requires = {("sci", "2"): ["fast==2"], ("sci", "1"): ["nowhere==1"]}
        index = FakeIndex(
            {
                "sci": {"1": wheels("sci", "1", MANY)[1:], "2": wheels("sci", "2", MANY)[1:]},
                "fast": {"1": wheels("fast", "1", MUSL), "2": wheels("fast", "2", MANY)[1:]},
            },
            requires=requires,
        )
        assert "version" not in advice(index, "sci")

    def test_another_python_comes_before_a_step_down(self):
        both = [*wheels("sci", "2", MANY, python="cp313"), *wheels("sci", "2", MANY)[1:]]
        index = FakeIndex({"sci": {"1": wheels("sci", "1", MANY, python="cp314"), "2": both}})
        slim = wheelcheck.parse_target("python:3.14-slim", as_of=DAY)
        kinds = [each.kind for each in analyse(requirements_of("sci"), [slim], index).advice]
        assert kinds.index("python") < kinds.index("version")

    def test_nothing_from_after_the_date_bound(self):
        from datetime import UTC, datetime

        index = FakeIndex(
            {"sci": {"1": wheels("sci", "1", MANY), "2": wheels("sci", "2", MUSL)}},
            upload_times={
                ("sci", "1"): "2023-01-01T00:00:00Z",
                ("sci", "2"): "2024-01-01T00:00:00Z",
            },
        )
        policy = FilePolicy(exclude_newer=datetime(2023, 4, 15, tzinfo=UTC))
        assert "version" not in advice(index, "sci", policy=policy)


class TestReplacements:
    def test_a_drop_in_that_comes_as_wheels(self):
        index = FakeIndex(
            {
                "mysqlclient": {"2": ["mysqlclient-2.tar.gz"]},
                "pymysql": {"1": ["pymysql-1-py3-none-any.whl"]},
            }
        )
        found = advice(index, "mysqlclient")["replacement"]
        assert found.change == ("PyMySQL",)
        assert "pure Python" in found.caveat
        assert "PyMySQL" in found.evidence

    @pytest.mark.parametrize(
        ("dependency", "advised"),
        [(["dep-1-py3-none-any.whl"], True), (["dep-1.tar.gz"], False), ([], False)],
    )
    def test_it_is_judged_with_what_it_requires_where_nothing_else_is(self, dependency, advised):
        index = FakeIndex(
            {
                "mysqlclient": {"2": ["mysqlclient-2.tar.gz"]},
                "pymysql": {"1": ["pymysql-1-py3-none-any.whl"]},
                "dep": {"1": dependency},
            },
            requires={"pymysql-1-py3-none-any.whl": ["dep"]},
        )
        report = analyse(requirements_of("mysqlclient"), [ALPINE], index, no_deps=True)
        found = [each for each in report.advice if each.kind == "replacement"]
        assert ["dep 1" in each.evidence for each in found] == [True] * advised

    def test_no_replacement_that_compiles_too(self):
        index = FakeIndex(
            {
                "mysqlclient": {"2": ["mysqlclient-2.tar.gz"]},
                "pymysql": {"1": ["pymysql-1.tar.gz"]},
            },
        )
        assert "replacement" not in advice(index, "mysqlclient")

    def test_no_replacement_that_cannot_be_judged(self):
        index = FakeIndex({"mysqlclient": {"2": ["mysqlclient-2.tar.gz"]}})
        assert "replacement" not in advice(index, "mysqlclient")


class TestDistributionPackages:
    def test_alpines_own_with_its_caveat(self):
        index = FakeIndex({"scikit-learn": {"1": ["scikit_learn-1.tar.gz"]}})
        alpine = wheelcheck.parse_target("python:3.14-alpine", as_of=DAY)
        found = advice(index, "scikit-learn", on=(alpine,))["system-package"]
        assert found.change == ("apk add --no-cache py3-scikit-learn",)
        assert "own Python" in found.caveat
        assert found.builds_after is None  # not judged: it is not what pip would install

    @pytest.mark.parametrize(
        ("image", "name"),
        [
            ("python:3.12-alpine", "scikit-learn"),  # Alpine's own Python is another
            ("alpine:3.19", "scikit-learn"),  # the table knows edge, not that release
            ("alpine", "confluent-kafka"),  # testing is in no image
            ("pypy:3.11-slim", "lxml"),
            ("cp314t-manylinux_2_41_x86_64", "lxml"),
            ("python:3.12-slim-bookworm", "lxml"),
        ],
    )
    def test_none_that_the_images_python_cannot_load(self, image, name):
        index = FakeIndex({name: {"1": [f"{name.replace('-', '_')}-1.tar.gz"]}})
        found = wheelcheck.parse_target(image, as_of=DAY)
        assert "system-package" not in advice(index, name, on=(found,))

    def test_debians_depends_on_the_release(self):
        packages = [
            distribution_package(
                canonicalize_name("numpy"), Distribution(Family.APT, "debian", release)
            )
            for release in ("12", "13", "9")
        ]
        assert [package.version if package else None for package in packages] == [
            "1.24.2",
            "2.2.4",
            None,
        ]


class TestExtraIndexes:
    def test_for_the_python_it_is_made_for_and_never_first(self):
        index = FakeIndex({"sci": {"1": wheels("sci", "1", MANY, python="cp314")}})
        alpine = wheelcheck.parse_target("python:3.14-alpine", as_of=DAY)
        report = analyse(requirements_of("sci"), [alpine], index)
        kinds = [each.kind for each in report.advice]
        assert kinds[0] == "image"
        assert "extra-index" in kinds
        (found,) = [each for each in report.advice if each.kind == "extra-index"]
        assert "were not looked up" in found.evidence
        assert found.builds_after is None

    @pytest.mark.parametrize("spelling", ["python:3.12-alpine", "python:3.14-slim"])
    def test_for_no_other(self, spelling):
        assert extra_indexes_for(wheelcheck.parse_target(spelling, as_of=DAY)) == ()


@pytest.mark.parametrize(
    ("image", "packages"),
    [("python:3.12-alpine", "binutils portaudio-dev"), ("python:3.13-slim", "libportaudio2")],
)
def test_a_replacement_that_needs_libraries_says_which(image, packages):
    # sounddevice asks find_library, which looks with binutils on musl
    index = FakeIndex(
        {
            "pyaudio": {"1": wheels("pyaudio", "1")},
            "sounddevice": {"0.5.6": ["sounddevice-0.5.6-py3-none-any.whl"]},
        }
    )
    there = wheelcheck.parse_target(image, as_of=DAY)
    found = advice(index, "pyaudio", on=(there,))["replacement"]
    assert f"does not load there without {packages}" in found.evidence


@pytest.mark.parametrize("table", ["replacements", "distribution_packages"])
def test_tables_are_sound(table):
    for row in read_table(f"advice/{table}.csv"):
        assert row["project"] == canonicalize_name(row["project"])
        if table == "replacements":
            Requirement(row["replacement"])
            assert row["caveat"]
            assert not row["caveat"].startswith(("nothing", "speed"))  # it follows "mind:"
            assert row["source"]
        else:
            assert row["alpine"] or row["debian-12"] or row["debian-13"]
            assert bool(row["alpine"]) == bool(row["alpine_source"])


def test_replacements_know_what_is_lost():
    (first, *_) = replacements_of(canonicalize_name("psycopg2"))
    assert isinstance(first, Replacement)
    assert first.requirement == "psycopg[binary]"


class TestAlternatives:
    @pytest.mark.parametrize(
        ("spelling", "glibc"),
        [
            ("python:3.12-alpine", "python:3.12-slim"),
            ("python:3.12-alpine3.22@linux/arm64", "python:3.12-slim@linux/arm64"),
            ("cp313t-musllinux_1_2_aarch64", "cp313t-manylinux_2_41_aarch64"),
            ("python:3.12-slim", None),
            (
                "ghcr.io/astral-sh/uv:python3.13-alpine@linux/arm64",
                "ghcr.io/astral-sh/uv:python3.13-trixie-slim@linux/arm64",
            ),
        ],
    )
    def test_the_image_with_glibc_has_the_same_python_and_architecture(self, spelling, glibc):
        found = on_glibc(wheelcheck.parse_target(spelling, as_of=DAY), DAY)
        assert (found and found.name) == glibc

    def test_other_pythons_the_nearest_first_and_only_supported_ones(self):
        own = wheelcheck.parse_target("python:3.12-slim", as_of=DAY)
        names = [each.name for each in on_other_pythons(own, DAY)]
        assert names[:2] == ["python:3.13-slim", "python:3.11-slim"]
        assert "python:3.8-slim" not in names

    def test_an_image_of_another_family_has_none(self):
        assert list(on_other_pythons(wheelcheck.parse_target("ubuntu:24.04", as_of=DAY), DAY)) == []

    def test_the_target_on_x86_64_is_otherwise_the_same(self):
        arm = wheelcheck.parse_target("python:3.12-slim@linux/arm64", as_of=DAY)
        found = on_x86_64(arm, DAY)
        assert found is not None
        assert found.name == "python:3.12-slim"
        assert on_x86_64(found, DAY) is None


def test_the_text_shows_what_to_write():
    report: Report = analyse(requirements_of("sci"), [ALPINE], only_glibc())
    text = render_text(report)
    assert "1 Use python:3.12-slim for python:3.12-alpine" in text
    assert "    FROM python:3.12-slim\n" in text


def test_no_advice_when_it_is_not_wanted():
    assert analyse(requirements_of("sci"), [ALPINE], only_glibc(), advice=False).advice == ()


class TestBuildsThatFail:
    """A build that fails for certain blocks, as a missing file does."""

    STUB = "raise SystemExit('this name is reserved')\n"

    def index(self) -> FakeIndex:
        return FakeIndex(
            {"sci": {"1": wheels("sci", "1", MANY), "2": wheels("sci", "2", MANY)}},
            listings={
                f"sci-{version}.tar.gz": {f"sci-{version}/setup.py": self.STUB}
                for version in ("1", "2")
            },
        )

    def test_it_is_a_blocker_before_and_gone_after(self):
        found = advice(self.index(), "sci")["image"]
        assert (found.blockers_before, found.builds_before) == (1, 0)
        assert (found.blockers_after, found.builds_after) == (0, 0)

    def test_no_time_is_saved_that_could_never_be_spent(self):
        assert advice(self.index(), "sci")["image"].saves_seconds is None

    def test_advice_says_what_would_still_fail(self):
        index = FakeIndex(
            {
                "sci": {"1": wheels("sci", "1", MANY)},
                "stub": {"1": ["stub-1.tar.gz"]},
            },
            listings={"stub-1.tar.gz": {"stub-1/setup.py": self.STUB}},
        )
        found = advice(index, "sci", "stub")["image"]
        assert "1 package whose build fails: stub 1" in found.evidence

    def test_no_version_is_pinned_whose_build_fails(self):
        """Two failing builds become wheels, at the price of a third that fails."""

        def index(files: list[str]) -> FakeIndex:
            return FakeIndex(
                {
                    "a": {"1": ["a-1.tar.gz"], "2": wheels("a", "2", MUSL)},
                    "b": {"1": ["b-1.tar.gz"], "2": wheels("b", "2", MUSL)},
                    "c": {"1": ["c-1-py3-none-any.whl"], "2": files},
                },
                requires={("b", "2"): ["c==2"]},
                listings={
                    f"{name}.tar.gz": {f"{name}/setup.py": self.STUB}
                    for name in ("a-1", "b-1", "c-2")
                },
            )

        lines = ("a==1", "b==1", "c==1")
        assert "version" in advice(index(["c-2-py3-none-any.whl"]), *lines)
        assert "version" not in advice(index(["c-2.tar.gz"]), *lines)


@pytest.mark.parametrize(
    ("spelling", "index"),
    [
        ("raspbian:12", ["piwheels"]),
        ("raspios:13@linux/arm/v6", ["piwheels"]),
        ("cp311-linux_armv7l", ["piwheels"]),
        ("cp312-linux_armv7l", []),  # no release of Raspberry Pi OS has that Python
        ("raspios:13", []),  # on arm64 the public index has wheels
        ("cp313-win_amd64", []),
    ],
)
def test_piwheels_is_a_way_out_where_it_serves_the_target(spelling, index):
    target = wheelcheck.parse_target(spelling, as_of=DAY)
    assert [each.name for each in extra_indexes_for(target)] == index


class TestPinned:
    """An exact pin: what keeps it comes first, and no other version is passed off as it."""

    SLIM = wheelcheck.parse_target("python:3.13-slim", as_of=DAY)

    def test_a_distributions_package_of_another_version_is_no_answer(self):
        index = FakeIndex({"lxml": {"4.9.0": ["lxml-4.9.0.tar.gz"], "6": ["lxml-6.tar.gz"]}})
        found = advice(index, "lxml==4.9.0", on=(self.SLIM,))
        assert "system-package" not in found
        for mild in ("lxml", "lxml==4.9.0; python_version < '3.9'"):
            assert "system-package" in advice(index, "lxml", mild, on=(self.SLIM,))

    def test_the_python_for_which_the_pin_has_a_wheel_comes_before_another_pin(self):
        index = FakeIndex(
            {
                "core": {
                    "2.10.1": wheels("core", "2.10.1", MANY),
                    "2.20.0": wheels("core", "2.20.0", MANY, python="cp313"),
                }
            }
        )
        report = analyse(requirements_of("core==2.10.1"), [self.SLIM], index)
        first, second = report.advice[:2]
        assert (first.kind, first.change) == ("python", ("FROM python:3.12-slim",))
        assert second.kind == "version"
        assert second.caveat == "core is pinned to 2.10.1"
        open_pin = analyse(requirements_of("core==2.10.*"), [self.SLIM], index)
        assert "core is pinned to 2.10.1" not in {each.caveat for each in open_pin.advice}


class TestPythonsThatCompile:
    """A build that fails for certain on one Python, and has nothing against it on another."""

    SETUP = (
        "from setuptools import setup, Extension\n"
        "setup(name='rrd', version='1', ext_modules=[Extension('rrd', ['rrd.c'])])\n"
    )

    def found(self, source: str) -> dict[str, Advice]:
        files = {
            "setup.py": self.SETUP,
            "rrd.c": f"#include <Python.h>\n{source}\n",
            "PKG-INFO": "",
        }
        index = FakeIndex(
            {
                "rrd": {"1": ["rrd-1.tar.gz"]},
                "setuptools": {"80.0.0": ["setuptools-80.0.0-py3-none-any.whl"]},
            },
            listings={"rrd-1.tar.gz": {f"rrd-1/{path}": text for path, text in files.items()}},
        )
        where = wheelcheck.parse_target("python:3.13-slim", as_of=DAY)
        report = analyse(requirements_of("rrd"), [where], index)
        assert "rrd" in {package.name for package in report.packages}
        return {each.kind: each for each in report.advice}

    def test_the_python_before_its_cause_is_advised_as_what_it_is(self):
        found = self.found("void f() { PyEval_ThreadsInitialized(); }")["python"]
        assert found.change == ("FROM python:3.12-slim",)
        assert (found.blockers_before, found.blockers_after) == (1, 0)
        assert (found.builds_before, found.builds_after) == (0, 1)
        assert found.caveat == "it compiles rrd: no obstacle to that is known, which is no proof"

    @pytest.mark.parametrize(
        "source",
        ["int f() { return 0; }", "void f() { PyString_Check(o); }"],
        ids=["builds here too", "fails on any"],
    )
    def test_no_other_python_where_that_is_not_the_cause(self, source: str):
        assert "python" not in self.found(source)


class TestBuildConstraints:
    """Failures that a release of a build requirement brought, and older releases as the answer."""

    def found(self, python: str, installer: str) -> dict[str, Advice]:
        script = "from setuptools import setup\nsetup(name='old', version='1', use_2to3=True)\n"
        index = FakeIndex(
            {
                "old": {"1": ["old-1.tar.gz"]},
                "setuptools": {
                    version: [f"setuptools-{version}-py3-none-any.whl"]
                    for version in ("57.5.0", "80.0.0")
                },
                "wheel": {"0.40.0": ["wheel-0.40.0-py3-none-any.whl"]},
            },
            listings={"old-1.tar.gz": {"old-1/setup.py": script, "old-1/PKG-INFO": ""}},
        )
        where = wheelcheck.parse_target(python, as_of=DAY)
        where = replace(where, installer=parse_installer(installer))
        report = analyse(requirements_of("old"), [where], index)
        return {each.kind: each for each in report.advice}

    def test_the_release_before_the_break_is_advised_and_judged(self):
        found = self.found("3.11-manylinux_2_36_x86_64", "pip==26.3")["build-constraint"]
        assert found.title == "Build with setuptools<58"
        assert found.change == (
            "setuptools<58  # in build-constraints.txt",
            "PIP_BUILD_CONSTRAINT=build-constraints.txt pip install …",
        )
        assert found.blockers_after == 0

    def test_a_pip_that_knows_no_build_constraints_gets_its_own_words(self):
        found = self.found("3.11-manylinux_2_36_x86_64", "pip==24.0")["build-constraint"]
        assert found.change[1] == (
            "PIP_USE_PEP517=1 PIP_CONSTRAINT=build-constraints.txt pip install …"
        )

    def test_uv_has_its_option_and_its_key_in_projects(self):
        change = self.found("3.11-manylinux_2_36_x86_64", "uv==0.9.0")["build-constraint"].change
        assert "uv pip install --build-constraints build-constraints.txt …" in change
        assert any('build-constraint-dependencies = ["setuptools<58"]' in line for line in change)

    def test_none_where_the_older_release_does_not_run(self):
        """setuptools 57 imports pkgutil.ImpImporter, which Python 3.12 has no more."""
        assert "build-constraint" not in self.found("3.13-manylinux_2_36_x86_64", "pip==26.3")
