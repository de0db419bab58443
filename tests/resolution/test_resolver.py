"""What would be chosen: pip's rules, on a target that is not this machine."""

from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex
from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from situations import requirements_of, target

from wheelcheck.errors import Unknown
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    FormatControl,
    Origin,
    RequirementLine,
    SkippedLine,
)
from wheelcheck.resolution import Conflict, Resolver, Standing, resolve

GLIBC, MUSL = target("glibc"), target("musl")


def pure(name: str, *versions: str) -> dict[str, list[str]]:
    return {v: [f"{name}-{v}-py3-none-any.whl"] for v in versions}


def manylinux(name: str, version: str, python: str = "cp312") -> str:
    return f"{name}-{version}-{python}-{python}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


def versions(requirements, index, on=GLIBC, **options) -> dict[str, str | None]:
    resolution = resolve(requirements, on, index, **options)
    assert resolution.conflict is None
    return {n: str(pin.version) if pin.version else None for n, pin in resolution.pins.items()}


class TestVersions:
    def test_newest_that_satisfies_all_who_ask(self):
        index = FakeIndex(
            {"app": pure("app", "1.0"), "dep": pure("dep", "1.0", "2.0", "3.0")},
            requires={("app", "1.0"): ["dep<3"]},
        )
        assert versions(requirements_of("app", "dep>=1.5"), index) == {"app": "1.0", "dep": "2.0"}

    def test_backtracks_to_an_older_version_that_agrees(self):
        index = FakeIndex(
            {"app": pure("app", "1.0", "2.0"), "dep": pure("dep", "1.0", "2.0")},
            requires={("app", "2.0"): ["dep>=2"], ("app", "1.0"): ["dep"]},
        )
        assert versions(requirements_of("app", "dep<2"), index) == {"app": "1.0", "dep": "1.0"}

    def test_what_a_locked_package_requires_is_not_looked_up(self):
        index = FakeIndex(
            {
                "app": pure("app", "1.0", "2.0"),
                "dep": pure("dep", "1.0"),
                "more": pure("more", "1"),
            },
            requires={("app", "1.0"): ["dep>=9"], ("dep", "1.0"): ["more"]},
        )
        locked = RequirementLine(
            Requirement("app==1.0"), Origin("uv.lock"), "app==1.0", locked=True
        )
        both = replace(requirements_of("dep"), lines=(locked, *requirements_of("dep").lines))
        assert versions(both, index) == {"app": "1.0", "dep": "1.0", "more": "1"}
        assert ("metadata", "app-1.0-py3-none-any.whl") not in index.questions

    def test_constraints_narrow_but_do_not_add(self):
        index = FakeIndex({"a": pure("a", "1", "2"), "b": pure("b", "1")})
        found = versions(requirements_of("a", constraints=("a<2", "b==1")), index)
        assert found == {"a": "1"}

    @pytest.mark.parametrize(
        ("text", "chosen"),
        [("a", "1.0"), ("a>=1.1rc1", "2.0b1"), ("a==2.0b1", "2.0b1"), ("a>1.0", "2.0b1")],
    )
    def test_pre_releases_only_when_requested_or_alone(self, text, chosen):
        index = FakeIndex({"a": pure("a", "1.0", "2.0b1")})
        assert versions(requirements_of(text), index) == {"a": chosen}

    def test_pre_option_admits_pre_releases_everywhere(self):
        index = FakeIndex({"a": pure("a", "1.0", "2.0b1")})
        assert versions(requirements_of("a", policy=FilePolicy(pre=True)), index) == {"a": "2.0b1"}

    def test_an_epoch_outranks_any_version_without(self):
        index = FakeIndex({"a": pure("a", "2024.1", "1!1.0")})
        assert versions(requirements_of("a"), index) == {"a": "1!1.0"}

    def test_yanked_is_skipped(self):
        index = FakeIndex({"a": pure("a", "1", "2")}, yanked={("a", "2"): "broken"})
        assert versions(requirements_of("a"), index) == {"a": "1"}

    def test_yanked_is_taken_when_pinned(self):
        index = FakeIndex({"a": pure("a", "1", "2")}, yanked={("a", "2"): "broken"})
        assert versions(requirements_of("a==2"), index) == {"a": "2"}

    def test_yanked_is_not_taken_for_a_range(self):
        index = FakeIndex({"a": pure("a", "1", "2")}, yanked={("a", "2"): "broken"})
        resolution = resolve(requirements_of("a>1"), GLIBC, index)
        assert resolution.pins["a"].standing is not Standing.INSTALLABLE

    def test_as_of_a_date(self):
        index = FakeIndex(
            {"a": pure("a", "1", "2")},
            upload_times={
                ("a", "1"): "2023-01-01T00:00:00Z",
                ("a", "2"): "2023-05-01T00:00:00Z",
            },
        )
        policy = FilePolicy(exclude_newer=datetime(2023, 4, 15, tzinfo=UTC))
        assert versions(requirements_of("a", policy=policy), index) == {"a": "1"}


class TestFiles:
    def test_requires_python_belongs_to_the_file(self):
        index = FakeIndex(
            {"a": {"1": ["a-1-py3-none-any.whl", "a-1.tar.gz"]}},
            requires_python={"a-1-py3-none-any.whl": "<3.12", "a-1.tar.gz": ">=3.8"},
        )
        pin = resolve(requirements_of("a"), GLIBC, index).pins["a"]
        assert pin.file.filename == "a-1.tar.gz"

    def test_version_without_a_fitting_file_is_passed_over_for_an_older_version(self):
        index = FakeIndex(
            {"a": {"1": ["a-1-py3-none-any.whl"], "2": [manylinux("a", "2")]}},
        )
        assert versions(requirements_of("a"), index, GLIBC) == {"a": "2"}
        assert versions(requirements_of("a"), index, MUSL) == {"a": "1"}

    def test_platform_wheel_beats_pure_wheel_beats_sdist(self):
        files = ["a-1.tar.gz", "a-1-py3-none-any.whl", manylinux("a", "1")]
        index = FakeIndex({"a": {"1": files}})
        assert resolve(requirements_of("a"), GLIBC, index).pins["a"].file.filename == files[2]
        assert resolve(requirements_of("a"), MUSL, index).pins["a"].file.filename == files[1]

    def test_higher_build_tag_wins(self):
        index = FakeIndex({"a": {"1": ["a-1-1-py3-none-any.whl", "a-1-10-py3-none-any.whl"]}})
        assert resolve(requirements_of("a"), GLIBC, index).pins["a"].file.build == (10, "")

    def test_newer_sdist_beats_older_wheel_unless_binaries_are_preferred(self):
        index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2.tar.gz"]}})
        assert versions(requirements_of("a"), index) == {"a": "2"}
        prefer = FilePolicy(prefer_binary=True)
        assert versions(requirements_of("a", policy=prefer), index) == {"a": "1"}

    def test_only_binary_passes_over_sdists(self):
        index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2.tar.gz"]}})
        policy = FilePolicy(only_binary=FormatControl(all_projects=True))
        assert versions(requirements_of("a", policy=policy), index) == {"a": "1"}

    def test_no_binary_takes_the_sdist(self):
        index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl", "a-1.tar.gz"]}})
        policy = FilePolicy(no_binary=FormatControl(names=frozenset({"a"})))
        assert resolve(requirements_of("a", policy=policy), GLIBC, index).pins[
            "a"
        ].file.filename == ("a-1.tar.gz")

    def test_only_listed_hashes_may_be_installed(self):
        wheels = [manylinux("a", "1"), "a-1-cp312-cp312-musllinux_1_2_x86_64.whl"]
        index = FakeIndex(
            {"a": {"1": [*wheels, "a-1.tar.gz"]}},
            hashes={
                wheels[0]: {"sha256": "aa"},
                wheels[1]: {"sha256": "bb"},
                "a-1.tar.gz": {"sha256": "cc"},
            },
        )
        locked = requirements_of("a==1", hashes={"a==1": {"sha256:aa", "sha256:cc"}})
        assert resolve(locked, GLIBC, index).pins["a"].file.filename == wheels[0]
        assert resolve(locked, MUSL, index).pins["a"].file.filename == "a-1.tar.gz"


class TestExtrasAndMarkers:
    def test_extra_brings_its_dependencies(self):
        index = FakeIndex(
            {"celery": pure("celery", "5"), "redis": pure("redis", "4"), "vine": pure("vine", "1")},
            requires={("celery", "5"): ["vine", "redis; extra == 'redis'"]},
        )
        pins = resolve(requirements_of("celery[redis]>=5"), GLIBC, index).pins
        assert set(pins) == {"celery", "redis", "vine"}
        assert pins["celery"].extras == {"redis"}
        assert [d.source for d in pins["redis"].demands] == ["celery[redis] 5"]
        assert [str(d) for d in pins["celery"].demands] == [
            "requirements.txt:1 requires celery[redis]>=5"
        ]

    def test_extra_that_is_not_provided_is_ignored(self):
        index = FakeIndex({"a": pure("a", "1")})
        assert versions(requirements_of("a[nope]"), index) == {"a": "1"}

    def test_extra_names_are_normalised(self):
        index = FakeIndex(
            {"a": pure("a", "1"), "b": pure("b", "1")},
            requires={("a", "1"): ["b; extra == 'fast-io'"]},
        )
        assert versions(requirements_of("a[Fast_IO]"), index) == {"a": "1", "b": "1"}

    @pytest.mark.parametrize(
        ("marker", "held_on"),
        [
            ("platform_machine == 'aarch64'", {"aarch64"}),
            ("python_full_version >= '3.12.7'", {"x86_64", "aarch64"}),
            ("sys_platform == 'win32'", set()),
            ("implementation_name == 'cpython'", {"x86_64", "aarch64"}),
        ],
    )
    def test_markers_are_the_targets(self, marker, held_on):
        index = FakeIndex({"a": pure("a", "1")})
        found = {
            arch
            for arch in ("x86_64", "aarch64")
            if versions(requirements_of(f"a; {marker}"), index, target(arch=arch))
        }
        assert found == held_on

    def test_no_deps_judges_only_what_is_listed(self):
        index = FakeIndex({"a": pure("a", "1")}, requires={("a", "1"): ["b"]})
        assert versions(requirements_of("a"), index, no_deps=True) == {"a": "1"}


TORCH = {
    "torch": {"2.0": [manylinux("torch", "2.0")], "1.0": [manylinux("torch", "1.0")]},
    "sympy": pure("sympy", "1.13"),
    "six": pure("six", "1"),
}


class TestWhatCannotBeInstalled:
    def test_unavailable_is_pinned_as_the_reference_target_would(self):
        index = FakeIndex(TORCH, requires={("torch", "2.0"): ["sympy"]})
        pins = resolve(requirements_of("torch", "six"), MUSL, index).pins
        assert pins["torch"].standing is Standing.UNAVAILABLE
        assert str(pins["torch"].version) == "2.0"
        assert pins["torch"].file is None
        assert pins["sympy"].standing is Standing.INSTALLABLE
        assert pins["six"].standing is Standing.INSTALLABLE

    def test_all_blockers_appear_in_a_single_run(self):
        index = FakeIndex(
            {**TORCH, "numba": {"1": [manylinux("numba", "1")]}, "ml": pure("ml", "1")},
            requires={("ml", "1"): ["torch", "numba"]},
        )
        pins = resolve(requirements_of("ml"), MUSL, index).pins
        blocked = {n for n, pin in pins.items() if pin.standing is Standing.UNAVAILABLE}
        assert blocked == {"torch", "numba"}

    def test_blockers_behind_a_blocker_do_not_move_its_version(self):
        index = FakeIndex(
            {**TORCH, "cuda": {"12": ["cuda-12-py3-none-manylinux_2_17_x86_64.whl"]}},
            requires={("torch", "2.0"): ["cuda"]},
        )
        pins = resolve(requirements_of("torch"), MUSL, index).pins
        assert str(pins["torch"].version) == "2.0"
        assert pins["cuda"].standing is Standing.UNAVAILABLE

    def test_blockers_behind_an_installable_package_do_not_move_it_either(self):
        cuda = {"12": ["cuda-12-py3-none-manylinux_2_17_x86_64.whl"]}
        index = FakeIndex(
            {**TORCH, "cuda": cuda, "toolkit": pure("toolkit", "1")},
            requires={("torch", "2.0"): ["toolkit"], ("toolkit", "1"): ["cuda"]},
        )
        pins = resolve(requirements_of("torch"), MUSL, index).pins
        assert str(pins["torch"].version) == "2.0"
        assert pins["toolkit"].standing is Standing.INSTALLABLE
        assert pins["cuda"].standing is Standing.UNAVAILABLE

    def test_older_version_without_the_blocker_is_what_pip_would_find(self):
        index = FakeIndex({**TORCH, "ml": pure("ml", "1", "2")}, requires={("ml", "2"): ["torch"]})
        assert versions(requirements_of("ml"), index, MUSL) == {"ml": "1"}

    def test_pin_that_this_python_is_too_new_for(self):
        index = FakeIndex({"a": pure("a", "1", "2")}, requires_python={("a", "1"): "<3.11"})
        pin = resolve(requirements_of("a==1"), GLIBC, index).pins["a"]
        assert (pin.standing, str(pin.version)) == (Standing.UNAVAILABLE, "1")

    def test_project_that_is_not_there(self):
        index = FakeIndex({"six": pure("six", "1")})
        pins = resolve(requirements_of("nonesuch", "six"), GLIBC, index).pins
        assert pins["nonesuch"].standing is Standing.UNKNOWN
        assert pins["nonesuch"].why.code == "project-not-found"
        assert pins["six"].standing is Standing.INSTALLABLE

    def test_version_that_is_not_there(self):
        index = FakeIndex({"six": pure("six", "1"), "seven": pure("seven", "7")})
        pins = resolve(requirements_of("six==9", "seven"), GLIBC, index).pins
        why = "no version satisfies six==9; the newest is 1"
        assert pins["six"].why == Unknown("version-not-found", why)
        assert pins["seven"].standing is Standing.INSTALLABLE

    def test_a_version_may_be_on_an_index_that_did_not_answer(self, monkeypatch):
        index = FakeIndex({"six": pure("six", "1")})
        project = index.project(NormalizedName("six"))
        project.untold = Unknown("index-error", "the index https://b.example/ cannot be reached")
        monkeypatch.setattr(index, "project", lambda _: project)
        pins = resolve(requirements_of("six==9"), GLIBC, index).pins
        assert pins["six"].why.code == "index-error"
        assert "six==9; the newest is 1, and the index https://b" in pins["six"].why.reason

    def test_unreadable_dependencies_are_reported_and_do_not_end_the_answer(self):
        why = Unknown("dependencies-need-build", "setup.py computes them")
        index = FakeIndex({"a": {"1": ["a-1.tar.gz"]}}, requires={("a", "1"): why})
        pin = resolve(requirements_of("a"), GLIBC, index).pins["a"]
        assert pin.standing is Standing.INSTALLABLE
        assert pin.dependencies_unknown == why

    def test_sdist_takes_its_dependencies_from_a_wheel_beside_it(self):
        index = FakeIndex(
            {"a": {"1": ["a-1.tar.gz", manylinux("a", "1")]}, "b": pure("b", "1")},
            requires={
                "a-1.tar.gz": Unknown("dependencies-need-build", "…"),
                manylinux("a", "1"): ["b"],
            },
        )
        pins = resolve(requirements_of("a"), MUSL, index).pins
        assert set(pins) == {"a", "b"}
        assert pins["a"].dependencies_unknown is None

    def test_version_with_invalid_metadata_is_discarded_as_pip_does(self):
        class Sloppy(FakeIndex):
            def metadata(self, file):
                metadata = super().metadata(file)
                return (
                    replace(metadata, requires_dist=("b >2.*",))
                    if str(file.version) == "2"
                    else metadata
                )

        assert versions(requirements_of("a"), Sloppy({"a": pure("a", "1", "2")})) == {"a": "1"}

    def test_line_that_cannot_be_judged_still_provides_its_package(self):
        index = FakeIndex({"a": pure("a", "1")}, requires={("a", "1"): ["mylib>=3"]})
        why = Unknown("vcs-requirement", "a repository's code is not read")
        line = SkippedLine(Origin("requirements.txt", 2), "git+…#egg=mylib", why, "mylib")
        pins = resolve(replace(requirements_of("a"), skipped=(line,)), GLIBC, index).pins
        assert pins["mylib"].why == why
        assert pins["a"].standing is Standing.INSTALLABLE


class TestConflicts:
    def test_a_conflict_is_reported_in_the_words_of_those_who_conflict(self):
        index = FakeIndex(
            {"a": pure("a", "1"), "b": pure("b", "1"), "dep": pure("dep", "1", "2")},
            requires={("a", "1"): ["dep<2"], ("b", "1"): ["dep>=2"]},
        )
        conflict = resolve(requirements_of("a", "b"), GLIBC, index).conflict
        assert isinstance(conflict, Conflict)
        assert {str(demand) for demand in conflict.demands} == {
            "a 1 requires dep<2",
            "b 1 requires dep>=2",
        }

    def test_constraints_take_part(self):
        index = FakeIndex({"dep": pure("dep", "1", "2")})
        conflict = resolve(requirements_of("dep>=2", constraints=("dep<2",)), GLIBC, index).conflict
        assert "constraints.txt:1 requires dep<2 (constraint)" in str(conflict)

    def test_requires_python_in_the_metadata_alone_sends_pip_to_an_older_version(self):
        class Lying(FakeIndex):
            def metadata(self, file):
                metadata = super().metadata(file)
                return (
                    replace(metadata, requires_python="<3")
                    if str(file.version) == "2"
                    else metadata
                )

        assert versions(requirements_of("a"), Lying({"a": pure("a", "1", "2")})) == {"a": "1"}


class TestSharing:
    def test_targets_that_differ_in_libc_alone_share_a_resolution(self):
        index = FakeIndex(
            {"app": pure("app", "1"), "lib": {"1": [manylinux("lib", "1"), "lib-1.tar.gz"]}},
            requires={("app", "1"): ["lib"], ("lib", "1"): []},
        )
        resolver = Resolver(requirements_of("app"), index)
        glibc, musl = resolver.resolve(GLIBC), resolver.resolve(MUSL)
        assert glibc.pins["lib"].file.filename == manylinux("lib", "1")
        assert musl.pins["lib"].file.filename == "lib-1.tar.gz"
        assert len(resolver._solved) == 1

    def test_sharing_never_changes_the_answer(self):
        index = FakeIndex(
            {
                "app": pure("app", "1", "2"),
                "lib": {"1": ["lib-1.tar.gz"], "2": [manylinux("lib", "2")]},
            },
            requires={("app", "2"): ["lib>=2"], ("app", "1"): ["lib"]},
        )
        shared = Resolver(requirements_of("app"), index)
        for on in (GLIBC, MUSL, target("musl", arch="aarch64"), target("glibc", (3, 13))):
            assert shared.resolve(on) == resolve(requirements_of("app"), on, index)
