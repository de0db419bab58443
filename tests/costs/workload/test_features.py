"""Features of a source build, and what the model makes of them."""

import json
import math
from importlib.resources import files as package_files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.costs.cost_terms import coefficients, cpu_terms, memory_terms
from wheelcheck.costs.modelled import modelled_cost, settled, source_seconds
from wheelcheck.costs.quantity import Quantity
from wheelcheck.costs.unread import unread
from wheelcheck.costs.workload.features import BuildFeatures, PublishedWheel, Sources, read_features
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.units import TranslationUnit
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

MB = 1_000_000
PURE = "from setuptools import setup\nsetup(name='x', packages=['x'])\n"
SETUP = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"


def listing(files: dict[str, str | int]) -> ArchiveListing:
    members = tuple(
        ArchiveMember(f"x-1/{path}", text)
        if isinstance(text, int)
        else ArchiveMember(f"x-1/{path}", len(text), marks=read_marks(text.encode()))
        for path, text in files.items()
    )
    return ArchiveListing(
        members, {f"x-1/{path}": text for path, text in files.items() if isinstance(text, str)}
    )


def features(files: dict[str, str | int], wheel: ArchiveListing | None = None) -> BuildFeatures:
    found = SdistContents(listing(files))
    return read_features(read_sdist(found), found, wheel)


def test_a_pure_sdist_compiles_nothing():
    found = features({"setup.py": PURE, "x/__init__.py": 500, "x/bundled.c": 90_000})
    assert (found.compiles, found.native_bytes) == (False, 0)
    assert modelled_cost(found, coefficients()).extension_bytes.value == 0


def test_a_table_has_bytes_but_no_statements():
    table = "int t[] = {" + "1, 2, 3, " * 100_000 + "};"
    found = features({"setup.py": SETUP, "x.c": table}).of(SourceKind.C)
    assert (found.files, found.bytes, found.statements) == (1, len(table), 1)
    code = features({"setup.py": SETUP, "x.c": "a = b;\n" * 20_000})
    assert source_seconds(code, coefficients()) > 5
    assert source_seconds(features({"setup.py": SETUP, "x.c": table}), coefficients()) < 1


def test_what_a_file_includes_is_compiled_with_it():
    parts: dict[str, str | int] = {f"part{n}.c": "a = b;\n" * 1000 for n in range(9)}
    source = "".join(f'#include "part{n}.c"\n' for n in range(9))
    found = features({"setup.py": SETUP, "x.c": source, **parts}).of(SourceKind.C)
    assert (found.files, found.statements, found.heaviest.statements) == (1, 9000, 9000)


def test_without_a_look_at_sources_statements_follow_from_bytes():
    assert features({"setup.py": SETUP, "x.c": 35_000}).of(SourceKind.C).statements == 1000


def test_sources_that_no_module_lists_count_where_the_published_wheel_has_them():
    files: dict[str, str | int] = {
        "setup.py": SETUP,
        "x.c": "a = b;\n" * 300,
        **{f"other/part{n}.c": "a = b;\n" * 2000 for n in range(10)},
    }
    found = features(files)
    assert settled(found, coefficients()).statements == 300
    large = structs.replace(found, wheel=some_wheel(4 * MB))
    assert settled(large, coefficients()).statements == 20_300


def test_a_dispatched_file_is_compiled_for_every_simd_level():
    script = SETUP.replace("x.c", "x.dispatch.c")
    assert features({"setup.py": script, "x.dispatch.c": 1000}).of(SourceKind.C).files == 4


@pytest.mark.parametrize(
    ("script", "project", "strips", "ships_stripped"),
    [
        (SETUP, "", False, False),
        (SETUP + "flags = ['-g0']\n", "", True, False),
        (SETUP + "flags = ['-Wl,--strip-all']\n", "", True, False),
        (SETUP, "[tool.cibuildwheel]\nenvironment = {LDFLAGS='-Wl,--strip-all'}\n", False, True),
        (SETUP, "[tool.cibuildwheel.linux]\nrepair-wheel-command = 'auditwheel repair --strip'\n",
         False, True),
        (SETUP, "[tool.cibuildwheel.macos]\nenvironment = {CFLAGS='-g0'}\n", False, False),
    ],
)  # fmt: skip
def test_debug_information_left_out(
    script: str,
    project: str,
    strips: bool,  # noqa: FBT001
    ships_stripped: bool,  # noqa: FBT001
):
    found = features({"setup.py": script, "pyproject.toml": project, "x.c": 1000})
    assert (found.strips, found.ships_stripped) == (strips, ships_stripped)


@pytest.mark.parametrize(
    ("added", "parallel"),
    [("", False), ("from pybind11.setup_helpers import ParallelCompile\n", True),
     ("import os\njobs = os.cpu_count()\n", True)],
)  # fmt: skip
def test_a_setup_script_that_compiles_side_by_side(added: str, parallel: bool):  # noqa: FBT001
    assert features({"setup.py": added + SETUP, "x.c": 10}).parallel is parallel


CMAKE = "project(x LANGUAGES CXX)\nadd_library(x MODULE x.cpp)\n"
SKBUILD = "from skbuild import setup\nsetup(name='x', packages=['x'], cmake_source_dir='lib')\n"
NO_SOURCES = (
    "import subprocess\nfrom setuptools import Extension, setup\n"
    "subprocess.check_call(['cmake', '--build', 'out'])\n"
    "setup(name='x', ext_modules=[Extension('x', sources=[])])\n"
)


@pytest.mark.parametrize(
    ("script", "requires", "backend", "parallel"),
    [
        (SKBUILD, "scikit-build", "native", True),
        (NO_SOURCES, "setuptools", "native", False),
        (NO_SOURCES.replace("'out'", "'out', '--parallel'"), "setuptools", "native", True),
        (SETUP, "setuptools", "setuptools", False),
    ],
)
def test_what_cmake_compiles_for_a_setup_script(
    script: str,
    requires: str,
    backend: str,
    parallel: bool,  # noqa: FBT001
):
    """OpenCV's way and llvmlite's: no `-g` of Python's, optimised, several files at once."""
    project = f"[build-system]\nrequires = ['{requires}']\n"
    written: dict[str, str | int] = {"setup.py": script, "pyproject.toml": project}
    found = features({**written, "lib/CMakeLists.txt": CMAKE, "lib/x.cpp": 1000, "x.c": 10})
    assert (found.backend, found.parallel) == (backend, parallel)


def test_vendored_libraries_of_a_wheel_are_not_its_own():
    wheel = ArchiveListing(
        (
            ArchiveMember("x/_x.cpython-312-x86_64-linux-gnu.so", 4000),
            ArchiveMember("x/libown.so", 500),
            ArchiveMember("x.libs/libz-abc.so.1", 90_000),
            ArchiveMember("x/__init__.py", 70),
        )
    )
    found = features({"setup.py": SETUP, "x.c": 1000}, wheel)
    assert found.wheel == PublishedWheel(2, 4500, 4000, 70)


@pytest.mark.parametrize(("crates", "fetches"), [(1, True), (40, False)])
def test_crates_that_are_not_in_the_sdist(crates: int, fetches: bool):  # noqa: FBT001
    files: dict[str, str | int] = {
        "pyproject.toml": "[build-system]\nrequires=['maturin']\nbuild-backend='maturin'\n",
        "Cargo.toml": "[package]\nname = 'x'\n",
        "src/lib.rs": 1000,
    }
    files |= {f"vendor/c{number}/Cargo.toml": 50 for number in range(crates - 1)}
    assert features(files).fetches_crates is fetches


def some_wheel(extension: int) -> PublishedWheel:
    return PublishedWheel(1, extension, extension, 10_000)


def sources_of(files: int, statements: int, **more: int) -> Sources:
    heaviest = TranslationUnit(statements * 35 // files, statements // files)
    return Sources(files, statements * 35, statements, heaviest=heaviest, **more)


kinds = st.sampled_from(sorted(SourceKind))
sources = st.builds(
    Sources,
    files=st.integers(1, 500),
    bytes=st.integers(0, 50 * MB),
    statements=st.integers(0, 1_000_000),
    standard=st.integers(0, 20_000),
)
any_features = st.builds(
    BuildFeatures,
    compiles=st.booleans(),
    backend=st.sampled_from(["setuptools", "meson", "native", "pure", "unknown"]),
    sources=st.dictionaries(kinds, sources, max_size=4),
    installed_files=st.integers(0, 2000),
    installed_bytes=st.integers(0, 20 * MB),
    packer=st.sampled_from(["setuptools", "hatchling", "poetry", "uv_build"]),
    hidden=st.sampled_from([(), ("downloads",)]),
    wheel=st.none() | st.integers(0, 200 * MB).map(some_wheel),
)


@given(any_features)
def test_every_build_costs_something_within_its_interval(found: BuildFeatures):
    cost = modelled_cost(found, coefficients())
    assert 0 < cost.cpu_seconds.low <= cost.cpu_seconds.value <= cost.cpu_seconds.high
    assert 0 < cost.peak_process_bytes.low <= cost.peak_process_bytes.value
    assert 0 <= cost.serial_share <= 1
    assert cost.built_bytes.value >= cost.extension_bytes.value >= 0


@given(any_features, kinds, st.integers(1, 20 * MB))
def test_more_source_never_costs_less(found: BuildFeatures, kind: SourceKind, more: int):
    known = found.of(kind)
    grown = known.plus(Sources(files=1, bytes=more, statements=more // 35))
    larger = BuildFeatures(
        compiles=True, backend=found.backend, sources={**found.sources, kind: grown}
    )
    smaller = BuildFeatures(compiles=True, backend=found.backend, sources=found.sources)
    assert source_seconds(larger, coefficients()) >= source_seconds(smaller, coefficients())


def test_serial_backends_do_not_profit_from_cores():
    c = {SourceKind.C: sources_of(20, 60_000)}
    serial = modelled_cost(BuildFeatures(compiles=True, backend="setuptools", sources=c),
                           coefficients())  # fmt: skip
    parallel = modelled_cost(
        BuildFeatures(compiles=True, backend="meson", sources=c, parallel=True), coefficients()
    )
    assert serial.wall_seconds(8).value == pytest.approx(serial.cpu_seconds.value)
    assert parallel.wall_seconds(8).value < parallel.cpu_seconds.value / 2
    assert parallel.peak_bytes_at(9).value > 2 * serial.peak_bytes_at(9).value


def test_no_more_compilers_run_at_once_than_there_are_files():
    binding = {SourceKind.BINDING: sources_of(1, 400, standard=20)}
    cost = modelled_cost(
        BuildFeatures(compiles=True, backend="native", sources=binding, parallel=True),
        coefficients(),
    )
    assert cost.peak_bytes_at(16) == cost.peak_bytes_at(1)
    assert cost.wall_seconds(16).value == pytest.approx(cost.cpu_seconds.value)


@pytest.mark.parametrize("jobs", [2, 3, 16])
def test_beside_a_long_file_short_files_end_before_memory_is_at_its_peak(jobs: int):
    """As many files of as many statements: alike, or the most of them in a single file."""
    long = TranslationUnit(statements=28_000, bytes=900_000)
    alike = sources_of(20, 30_000)
    unlike = structs.replace(alike, heaviest=long)

    def beside_the_largest(sources: Sources) -> float:
        cost = modelled_cost(
            BuildFeatures(
                compiles=True, backend="meson", sources={SourceKind.C: sources}, parallel=True
            ),
            coefficients(),
        )
        return cost.peak_bytes_at(jobs).value / cost.peak_bytes_at(1).value - 1

    assert 0 < beside_the_largest(unlike) < beside_the_largest(alike) / 3


def test_a_published_wheel_narrows_the_interval():
    c = {SourceKind.C: sources_of(20, 60_000)}
    plain = BuildFeatures(compiles=True, backend="meson", sources=c)
    seconds = source_seconds(plain, coefficients())
    fitting = round(seconds / coefficients().published["stripped"] * MB)
    seen = BuildFeatures(compiles=True, backend="meson", sources=c, wheel=some_wheel(fitting))
    without, with_it = (modelled_cost(each, coefficients()) for each in (plain, seen))
    assert with_it.cpu_seconds.factor < without.cpu_seconds.factor
    assert with_it.extension_bytes.factor < without.extension_bytes.factor
    assert "published wheel" in with_it.cpu_seconds.source


def test_what_a_published_module_links_in_is_not_taken_for_its_size():
    c = {SourceKind.C: sources_of(20, 12_000)}
    bare = BuildFeatures(compiles=True, backend="meson", sources=c)
    swollen = BuildFeatures(compiles=True, backend="meson", sources=c, wheel=some_wheel(110 * MB))
    sizes = [modelled_cost(each, coefficients()).extension_bytes.value for each in (bare, swollen)]
    assert sizes[1] < 3 * sizes[0] < 10 * MB


def test_what_a_published_module_has_of_debug_information_is_its_size():
    """ipyopt: templates make 18 MB of three short files of C++, and the build takes 14 s."""
    source = {SourceKind.CPP: sources_of(3, 300, standard=15)}
    wheel = some_wheel(18 * MB)
    found = BuildFeatures(compiles=True, backend="setuptools", sources=source, wheel=wheel)
    cost = modelled_cost(found, coefficients())
    assert 10 * MB < cost.extension_bytes.value < 20 * MB
    alone = modelled_cost(structs.replace(found, wheel=None), coefficients())
    assert cost.cpu_seconds.value > 2 * alone.cpu_seconds.value


def cpp(files: int) -> BuildFeatures:
    """A CMake project of some C++ files of 24 kB each."""
    return BuildFeatures(
        compiles=True,
        backend="native",
        sources={SourceKind.CPP: sources_of(files, files * 700, standard=files * 20)},
        parallel=True,
    )


def test_far_from_what_was_measured_the_interval_widens():
    costs = [modelled_cost(cpp(files), coefficients()).cpu_seconds for files in (20, 60, 1000)]
    assert costs[0].factor == pytest.approx(costs[1].factor)
    assert costs[2].factor > 1.15 * costs[1].factor
    assert costs[2].basis == "modelled"
    assert ["far from what was measured" in cost.source for cost in costs] == [False, False, True]


def test_a_thousand_files_of_cpp_take_tens_of_minutes_and_no_wheel_of_debug_code_hides_it():
    large = structs.replace(cpp(1000), wheel=some_wheel(72 * MB))
    cost = modelled_cost(large, coefficients())
    assert cost.cpu_seconds.value > 1000
    assert cost.wall_seconds(2).value < 0.6 * cost.cpu_seconds.value


def test_the_shipped_coefficients_are_whole():
    table = coefficients()
    unit = TranslationUnit(1, 1, 1, 1, 1, 1, 1, views=True, numpy=True)
    counts = {name: 1 for name in Sources.__struct_fields__ if name != "heaviest"}
    everywhere = Sources(**counts, heaviest=unit)
    everything = BuildFeatures(
        compiles=True,
        backend="meson",
        sources=dict.fromkeys(SourceKind, everywhere),
        configure_bytes=1,
        writes_configure=True,
        cffi=True,
        cffi_bytes=1,
        nanobind=True,
    )
    everything = structs.replace(
        everything, translated=1, translated_statements=1, installed_files=1, installed_bytes=1
    )
    pure = BuildFeatures(compiles=False, backend="pure", installed_bytes=MB)
    without = structs.replace(everything, nanobind=False)
    assert {*cpu_terms(everything), *cpu_terms(without), *cpu_terms(pure)} <= table.cpu.keys()
    memory = {*memory_terms(everything), *memory_terms(without), *memory_terms(pure)}
    assert memory <= table.memory.keys()
    assert all(value > 0 for part in (table.cpu, table.memory) for value in part.values())
    for classes in table.spread.values():
        assert all(low <= 1 <= high for low, high in classes.values())


def test_the_shipped_figures_keep_what_is_promised():
    """Leave-one-family-out, as the fit wrote it beside the coefficients."""
    text = package_files("wheelcheck.costs").joinpath("coefficients.json").read_text("utf-8")
    figures = json.loads(text)["figures"]
    found = figures["leave_one_family_out"]
    assert found["cpu"]["median"] <= 1.5
    assert found["cpu"]["p90"] <= 3
    assert found["peak memory, largest process"]["median"] <= 1.5
    assert found["built extensions, wheel published"]["median"] <= 1.25
    assert all(0.75 <= share <= 0.85
               for share in figures["coverage_of_80_percent_intervals"].values())  # fmt: skip


def test_the_verdict_says_whether_a_build_compiles():
    """photutils: its script is silent, its wheels have extension modules."""
    found = SdistContents(listing({"setup.py": PURE, "x/a.pyx": "cdef int x\n"}))
    facts = read_sdist(found)
    native = structs.replace(classify_sdist(facts), verdict=Verdict.SOURCE_NATIVE)
    assert not read_features(facts, found).compiles
    compiled = read_features(facts, found, classification=native)
    assert compiled.compiles
    assert compiled.of(SourceKind.CYTHON).files == 1


def test_an_optional_extension_may_cost_as_little_as_none():
    optional = SETUP.replace("['x.c']", "['x.c'], optional=True")
    found = features({"setup.py": optional, "x.c": "a = b;\n" * 20_000})
    cost = modelled_cost(found, coefficients())
    without = modelled_cost(found.without_extensions(), coefficients())
    assert isinstance(cost.cpu_seconds, Quantity)
    assert isinstance(without.cpu_seconds, Quantity)
    assert cost.cpu_seconds.value > 5 > without.cpu_seconds.value
    assert cost.cpu_seconds.low == without.cpu_seconds.low
    assert "optional extension" in cost.cpu_seconds.source


def test_a_library_of_the_system_may_replace_bundled_sources():
    script = SETUP.replace("['x.c']", "['x.c', 'lz4libs/lz4.c']") + "import pkgconfig\n"
    files = {"setup.py": script, "x.c": "a = b;\n" * 100, "lz4libs/lz4.c": "a = b;\n" * 20_000}
    found = features(files)
    assert found.replaceable[SourceKind.C].files == 1
    cost = modelled_cost(found, coefficients()).cpu_seconds
    assert isinstance(cost, Quantity)
    bundled = features({**files, "setup.py": script.replace("import pkgconfig", "")})
    assert not bundled.replaceable
    both = [
        modelled_cost(each, coefficients()).cpu_seconds.value
        for each in (bundled, found.with_system_library())
    ]
    assert cost.low < both[1] < 1
    assert cost.high > both[0] > 5
    assert cost.value == pytest.approx(math.sqrt(both[0] * both[1])), "either is as likely"


def test_a_library_of_little_weight_leaves_the_estimate_where_it_is():
    script = SETUP.replace("['x.c']", "['x.c', 'lz4libs/lz4.c']") + "import pkgconfig\n"
    files = {"setup.py": script, "x.c": "a = b;\n" * 9_000, "lz4libs/lz4.c": "a = b;\n" * 9_000}
    costs = [
        modelled_cost(features({**files, "setup.py": each}), coefficients()).cpu_seconds.value
        for each in (script, script.replace("import pkgconfig", ""))
    ]
    assert costs[0] == pytest.approx(costs[1], abs=0.01)


def test_configure_counts_where_the_build_runs_it():
    files: dict[str, str | int] = {"x.c": 900, "lib/configure": 900, "lib/y.c": 900}
    listed = SETUP.replace("'x.c'", "'x.c', 'lib/y.c'")
    assert not features({"setup.py": listed, **files}).configure_bytes
    run = listed + "run(['./configure'])\n"
    found = features({"setup.py": run, **files})
    assert (found.configure_bytes > 0, found.configured_files) == (True, 0)
    made = features({"setup.py": run + "run(['make', 'install'])\n", **files})
    assert (made.configure_bytes > 0, made.configured_files) == (True, 1)


def test_configure_costs_by_its_length_and_more_where_it_has_to_be_written_first():
    script = SETUP + "run(['./configure'])\n"

    def seconds(**more: int) -> float:
        found = features({"setup.py": script, "x.c": 90, "lib/configure.ac": 90, **more})
        return source_seconds(found, coefficients())

    shipped = {"lib/configure": 400_000}
    assert seconds(**shipped) < seconds(**{"lib/configure": 2 * MB})
    assert seconds(**shipped) < seconds()
    assert seconds(**shipped) == seconds(**shipped, **{"lib/part/configure": MB})
    assert seconds(**shipped) == seconds(**shipped, **{"lib/tests/configure": MB})


def test_a_library_of_the_system_may_replace_what_would_be_configured():
    linked = SETUP.replace("['x.c']", "['x.c'], extra_objects=['lib/.libs/liby.a']")
    scripts = {
        "setup.py": linked + "run(['lib/configure'])\nrun(['make', 'install'])\n",
        "setup_support.py": "def has_system_lib(): return call(['pkg-config', '--exists', 'y'])\n",
    }
    found = features({**scripts, "x.c": 90, "lib/configure": MB, "lib/y.c": "a = b;\n" * 9000})
    without = found.with_system_library()
    assert (without.configure_bytes, without.configured_files, without.statements) == (0, 0, 2)
    cost = modelled_cost(found, coefficients()).cpu_seconds
    assert isinstance(cost, Quantity)
    assert cost.low < 1 < cost.value


def test_meson_looks_for_compilers_where_nothing_is_compiled_too():
    def seconds(backend: str) -> float:
        project = f"[build-system]\nrequires = []\nbuild-backend = '{backend}'\n"
        found = features({"pyproject.toml": project, "x/__init__.py": 500})
        pure = structs.replace(found, compiles=False, sources={})
        return source_seconds(pure, coefficients())

    assert seconds("mesonpy") > 3 * seconds("flit_core.buildapi")


def test_a_published_wheel_is_all_that_tells_of_an_sdist_that_shows_nothing():
    nothing = BuildFeatures(compiles=True, backend="pure", wheel=some_wheel(2 * MB))
    cost = modelled_cost(nothing, coefficients()).cpu_seconds
    assert isinstance(cost, Quantity)
    assert 5 < cost.value < 50
    assert "cannot be read" in cost.source


def test_the_size_of_a_wheel_tells_more_of_cython_than_of_c():
    def growth(kind: SourceKind) -> float:
        sources = {kind: sources_of(5, 3000)}
        found = BuildFeatures(compiles=True, backend="meson", sources=sources)
        cost = [
            modelled_cost(
                structs.replace(found, wheel=some_wheel(size)), coefficients()
            ).cpu_seconds.value
            for size in (MB // 5, 2 * MB)
        ]
        return cost[1] / cost[0]

    assert growth(SourceKind.CYTHON) > 1.2 * growth(SourceKind.C)


def test_what_cython_holds_within_the_backend_counts_beside_the_compiler():
    cython = {SourceKind.CYTHON: sources_of(1, 400)}
    within = modelled_cost(
        BuildFeatures(compiles=True, backend="setuptools", sources=cython), coefficients()
    )
    beside = within.peak_bytes_at(1).value - within.peak_process_bytes.value
    assert 0.8 < beside / coefficients().beside["cython"] < 1


def test_in_a_short_build_backend_and_compiler_are_seldom_large_together():
    def beside(statements: int) -> float:
        c = {SourceKind.C: sources_of(1, statements)}
        table = coefficients()
        return modelled_cost(
            BuildFeatures(compiles=True, backend="x", sources=c), table
        ).beside_bytes

    assert beside(10) < 0.6 * beside(20_000) < 0.6 * coefficients().beside["backend"]


def test_a_build_without_optimisation_takes_a_quarter_of_the_compiling():
    described = (
        '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n'
        '[tool.meson-python.args]\nsetup = ["-Dwheel=true", {setting}]\n'
    )

    def seconds(setting: str) -> float:
        files = {
            "pyproject.toml": described.format(setting=setting),
            "meson.build": "project('x', 'c')\nshared_library('x', 'x.c')\n",
            "x.c": "a = b;\n" * 40_000,
        }
        return source_seconds(features(files), coefficients())

    assert seconds('"-Dbuildtype=plain"') < seconds('"-Dbuildtype=release"') / 2


SCIKIT = (
    "[build-system]\nrequires = ['scikit-build-core'{}]\n"
    "build-backend = 'scikit_build_core.build'\n{}"
)


def cmake(more: str = "", settings: str = "", lists: str = "add_library(x x.cpp)") -> BuildFeatures:
    files = {"pyproject.toml": SCIKIT.format(more, settings), "CMakeLists.txt": lists}
    return features({**files, "x.cpp": "x = 1;\n", "y.cpp": "y = 2;\n"})


def test_nanobinds_own_sources_are_compiled_along():
    assert cpu_terms(cmake(", 'nanobind>=2'")).get("nanobind") == 1
    assert "nanobind" not in cpu_terms(cmake(", 'pybind11'"))


def test_settings_of_cmake_may_leave_debug_information_in():
    assert cmake(settings="[tool.scikit-build]\ncmake.build-type = 'RelWithDebInfo'\n").debug
    assert not cmake(settings="[tool.scikit-build]\ncmake.build-type = 'Release'\n").debug


def test_what_cmake_compiles_twice_counts_twice_and_what_it_leaves_aside_is_known():
    found = cmake(lists="add_library(x STATIC x.cpp)\nadd_library(y SHARED x.cpp)")
    assert (found.of(SourceKind.CPP).files, found.unlisted[SourceKind.CPP].files) == (2, 1)


def test_a_header_that_is_included_again_and_again_is_compiled_so_often():
    # brotli includes hash_longest_match_inc.h with other macros each time
    files = {"setup.py": SETUP, "x_inc.h": "int f() { return 1; }\n" * 100}
    often = features({**files, "x.c": '#define N 1\n#include "x_inc.h"\n' * 4})
    once = features({**files, "x.c": '#include "x_inc.h"\n'})
    assert often.of(SourceKind.C).statements > 3 * 100 > once.of(SourceKind.C).statements


@pytest.mark.parametrize(
    ("options", "optimised"),
    [("['-O0']", False), ("['-O0', '-O2']", True), ("['-O2', '-O0']", False), ("[]", True)],
)
def test_compilers_that_do_not_optimise_take_a_quarter(options: str, optimised: bool):  # noqa: FBT001
    script = SETUP.replace("['x.c']", f"['x.c'], extra_compile_args={options}")
    found = features({"setup.py": script, "x.c": "a = b;\n" * 20_000})
    assert found.optimised is optimised
    usual = features({"setup.py": SETUP, "x.c": "a = b;\n" * 20_000})
    ratio = source_seconds(found, coefficients()) / source_seconds(usual, coefficients())
    assert ratio == pytest.approx(1 if optimised else 0.27, abs=0.05)


CFFI = "from setuptools import setup\nsetup(cffi_modules=['x/build_x.py:ffi'])\n"
CFFI_PROJECT = "[build-system]\nrequires = ['setuptools', 'cffi']\n"


def test_what_cffi_writes_goes_with_what_is_declared():
    files: dict[str, str | int] = {"setup.py": CFFI, "pyproject.toml": CFFI_PROJECT}
    script = "ffi.cdef(open('x.cdef').read())\nffi.set_source('_x', '#include \"x.h\"')\n"
    found = features({**files, "x/build_x.py": script, "x/x.cdef": 20_000, "x/x.h": 900_000})
    assert (found.cffi, found.cffi_bytes) == (True, len(script) + 20_000)
    assert features({**files, "x/other.py": 5}).cffi_bytes == 0


@pytest.mark.parametrize(
    ("requires", "takes_longer"), [("setuptools_scm[toml]>=6", True), ("setuptools-rust", False)]
)
def test_setuptools_scm_takes_longer(requires: str, takes_longer: bool):  # noqa: FBT001
    project = f"[build-system]\nrequires = ['setuptools', '{requires}']\n"
    costs = [
        source_seconds(features({"pyproject.toml": text, "x/__init__.py": 500}), coefficients())
        for text in (project, "[build-system]\nrequires = ['setuptools']\n")
    ]
    assert (costs[0] > costs[1] + 0.05) == takes_longer


def test_of_headers_beside_the_script_cffi_reads_those_called_declarations():
    """pyvma 2.0.0.1: a library of 264 kB that is a header lies in ``_cffi_build``, too."""
    script = "ffi.cdef(read('cdef', 'x.h'))\nffi.set_source('_x', read('library.h'))\n"
    found = features(
        {
            "setup.py": CFFI.replace("x/build_x.py", "_cffi_build/x_build.py"),
            "pyproject.toml": CFFI_PROJECT,
            "_cffi_build/x_build.py": script,
            "_cffi_build/cdef/x.h": 9000,
            "_cffi_build/library.h": 264_000,
        }
    )
    assert found.cffi_bytes == len(script) + 9000


@pytest.mark.parametrize(
    ("wrapped", "containers"),
    [('%include "std_vector.i"', 1), ('%include "x.h"', 1), ('%include "std_string.i"', 0)],
)
def test_swig_wraps_containers_at_a_price(wrapped: str, containers: int):
    files = {
        "setup.py": SETUP.replace("['x.c']", "['x.i'], swig_opts=['-c++']"),
        "x.i": f"%module x\n{wrapped}\n",
        "x.h": "#include <vector>\nstd::vector<int> f();\n",
    }
    swig = features(files).of(SourceKind.SWIG)
    assert (swig.files, swig.templates) == (1, containers)


def test_the_cost_of_a_backend_that_no_table_knows_is_unknown():
    project = "[build-system]\nrequires = ['x']\nbuild-backend = 'packs:main'\n"
    why = unread(features({"pyproject.toml": project, "x/__init__.py": 500}))
    assert why is not None
    assert why.code == "backend-not-read"
    assert why.reason == "what its build backend packs runs is not read"


def test_of_what_compiles_and_shows_nothing_only_a_wheel_tells():
    nothing = BuildFeatures(compiles=True, backend="setuptools")
    why = unread(nothing)
    assert why is not None
    assert why.code == "sources-not-found"
    assert unread(structs.replace(nothing, wheel=some_wheel(2 * MB))) is None
    assert unread(structs.replace(nothing, cffi=True)) is None
    assert unread(structs.replace(nothing, compiles=False)) is None


def test_of_an_sdists_sources_cffi_compiles_those_that_its_script_names():
    """kybercffi 1.0.1: 11 files in ``ref`` are compiled, those for AVX2 and copies are not."""
    script = (
        "names = ['a.c', 'b.c']\nffi.cdef('int f(int);')\n"
        "ffi.set_source('_x', '', sources=[join('lib', 'ref', name) for name in names])\n"
    )
    part = "int f(int a) { return a; }\n" * 50
    files: dict[str, str | int] = {
        "setup.py": CFFI, "pyproject.toml": CFFI_PROJECT, "x/build_x.py": script,
        "lib/ref/a.c": part, "lib/ref/b.c": part * 2, "lib/ref/main.c": part * 3,
        "lib/avx2/a.c": part * 4, "x/lib/ref/a.c": part,
    }  # fmt: skip
    found = features(files).of(SourceKind.C)
    assert (found.files, found.statements) == (2, 150)
    by_pattern = script.replace("['a.c', 'b.c']", "glob('*.c')")
    assert features({**files, "x/build_x.py": by_pattern}).of(SourceKind.C).files == 5


INCLUDES = PURE.replace("packages=['x']", "packages=['x'], include_package_data=True")


@pytest.mark.parametrize(("script", "data"), [(PURE, 0), (INCLUDES, 9000)])
def test_what_is_installed_beside_modules(script: str, data: int):
    files: dict[str, str | int] = {
        "setup.py": script, "x/__init__.py": 500, "x/tests/test_a.py": 300, "x/table.bin": 9000,
        "tests/__init__.py": 100, "tests/test_b.py": 800, "docs/a.png": 70_000,
    }  # fmt: skip
    grown = {**files, "PKG-INFO": 4000, "LICENSE.txt": 1000}
    assert features(grown).installed_bytes - features(files).installed_bytes == 5000
    assert 0 <= features(files).installed_bytes - 800 - data < 1000


@pytest.mark.parametrize("pattern", ["data/*.lib", "./data/big.lib", "data/**/*.lib", "**"])
def test_data_that_a_script_names_is_installed(pattern: str):
    script = PURE.replace("packages=['x']", f"packages=['x'], package_data={{'x': ['{pattern}']}}")
    files: dict[str, str | int] = {"x/__init__.py": 9, "x/data/big.lib": 7 * MB}
    files |= {"x/other.bin": MB} if pattern != "**" else {}
    assert 0 <= features({"setup.py": script, **files}).installed_bytes - 7 * MB < 1000


def test_a_star_stops_at_slashes_where_data_is_named_and_passes_them_where_it_is_excluded():
    """setuptools 80.9: `build_py.find_data_files` globs, and `exclude_data_files` calls fnmatch."""
    given = "package_data={'x': ['*', 'data/*']}"
    script = PURE.replace("packages=['x']", f"packages=['x'], {given}")
    less = script.replace(given, f"{given}, exclude_package_data={{'x': ['*.c']}}")
    files: dict[str, str | int] = {
        "x/__init__.py": 9, "x/a.bin": MB, "x/data/b.c": 2 * MB, "x/data/deep/c.bin": 4 * MB,
    }  # fmt: skip
    assert 0 <= features({"setup.py": script, **files}).installed_bytes - 3 * MB < 1000
    assert 0 <= features({"setup.py": less, **files}).installed_bytes - MB < 1000


@pytest.mark.parametrize(
    "given",
    [
        "data = {'x': ['a.txt']}\ndata['x'].extend(['libs/*.*',\n 'more/*'])\n",
        "data = {'x': ['a.txt']}\nif True:\n    data['x'].append('libs/*.*')\n",
        "data = dict()\ndata['x'] = ['libs/*.*']\n",
        "data = {'x': ['libs/*.*']}\n",
    ],
)
@pytest.mark.parametrize("name", ["data", "package_data"])
def test_data_that_a_script_adds_by_and_by_is_installed_too(given: str, name: str):
    """savReaderWriter: 139 MB of libraries, which branches of the script add."""
    made = PURE.replace("packages=['x']", f"packages=['x'], package_data={name}")
    script = f"{given.replace('data', name)}{made}"
    files: dict[str, str | int] = {"x/__init__.py": 9, "x/libs/a.so.4": 7 * MB, "x/other.bin": MB}
    assert 0 <= features({"setup.py": script, **files}).installed_bytes - 7 * MB < 1000


@pytest.mark.parametrize("given", ["x = a.txt, ./data/*.lib", "* =\n  *.pxd\n  data/*.lib"])
def test_data_that_settings_name_is_installed(given: str):
    settings = f"[options]\npackages = find:\n[options.package_data]\n{given}\n"
    files: dict[str, str | int] = {"x/__init__.py": 9, "x/data/big.lib": 7 * MB, "x/other.bin": MB}
    found = features({"setup.py": PURE, "setup.cfg": settings, **files})
    assert 0 <= found.installed_bytes - 7 * MB < 1000


@pytest.mark.parametrize(
    "given",
    [
        "include-package-data = false\npackage-data = {x = ['a.txt', 'data/*']}\n",
        "include-package-data = false\n[tool.setuptools.package-data] # of x\n'*' = ['*/*.lib']\n",
        "include-package-data = false\npackage-data.x = ['data/**/*.lib']\n",
        "exclude-package-data = {x = ['other.*']}\n[tool.y]\ninclude-package-data = false\n",
    ],
)
def test_data_that_a_project_table_names_is_installed(given: str):
    project = f"[project]\nname = 'x'\n[tool.setuptools]\n{given}"
    files: dict[str, str | int] = {"x/__init__.py": 9, "x/data/big.lib": 7 * MB, "x/other.bin": MB}
    found = features({"pyproject.toml": project, **files})
    assert 0 <= found.installed_bytes - 7 * MB < 1000


@pytest.mark.parametrize(
    "excluding",
    [
        {"setup.py": INCLUDES.replace("name=", "exclude_package_data={'': ['*.c']}, name=")},
        {"setup.py": "no = {'': ['*.c']}\n"
         + INCLUDES.replace("name=", "exclude_package_data=no, name=")},
        {"setup.py": INCLUDES, "setup.cfg": "[options.exclude_package_data]\n* = *.c, *.h\n"},
        {"pyproject.toml": "[project]\nname = 'x'\n[tool.setuptools.exclude-package-data]\n"
         "'*' = ['*.c', '*.h']\n[tool.y]\nz = ['*.bin']\n"},
    ],
)  # fmt: skip
def test_data_that_is_excluded_is_not_installed(excluding: dict[str, str]):
    """asyncpg: 8 MB of C that Cython wrote lie beside its modules."""
    files: dict[str, str | int] = {"x/__init__.py": 9, "x/a.c": 7 * MB, "x/table.bin": 2 * MB}
    assert 0 <= features({**files, **excluding}).installed_bytes - 2 * MB < 1000


def packed_with(requires: str, backend: str) -> BuildFeatures:
    system = f"[build-system]\nrequires = ['{requires}']\nbuild-backend = '{backend}'\n"
    return features({"pyproject.toml": system, "x/__init__.py": 5000})


def test_a_pure_wheel_costs_what_its_backend_costs():
    """Measured: uv_build 0.05 s, flit 0.15, Poetry 0.2, setuptools 0.3."""
    packers = (
        packed_with("uv_build", "uv_build"),
        packed_with("flit_core", "flit_core.buildapi"),
        packed_with("poetry-core", "poetry.core.masonry.api"),
        packed_with("setuptools", "setuptools.build_meta"),
    )
    seconds = [source_seconds(each, coefficients()) for each in packers]
    assert seconds == sorted(seconds)
    assert seconds[-1] > 3 * seconds[0]
    smallest, *others = (modelled_cost(each, coefficients()).peak_bytes_at(1) for each in packers)
    assert all(smallest.value < other.value for other in others)


def test_programs_that_only_the_published_wheel_brings_are_not_built():
    """ttfautohint-py: 42 MB of a program, for whose build a variable must be set."""
    found = features({"setup.py": PURE, "x/__init__.py": 40_000})
    wheel = PublishedWheel(extensions=0, extension_bytes=0, largest=0, other_bytes=42 * MB)
    larger = structs.replace(found, wheel=wheel)
    assert modelled_cost(larger, coefficients()).built_bytes.value < MB
    compiled = structs.replace(larger, compiles=True)
    assert modelled_cost(compiled, coefficients()).built_bytes.value > 40 * MB


def test_a_pure_wheel_of_more_files_costs_more():
    few, many = (
        features({"setup.py": PURE, "x/__init__.py": 9, **{f"x/m{n}.py": 9 for n in range(count)}})
        for count in (2, 900)
    )
    assert source_seconds(many, coefficients()) > 3 * source_seconds(few, coefficients())


@pytest.mark.parametrize(("requires", "translated"), [("'setuptools', 'Cython'", 1), ("", 0)])
def test_cython_that_is_there_writes_shipped_c_again(requires: str, translated: int):
    files: dict[str, str | int] = {
        "pyproject.toml": f"[build-system]\nrequires = [{requires}]\n",
        "setup.py": SETUP.replace("x.c", "x.pyx" if requires else "x.c"),
        "x.pyx": "def f():\n    return 1\n" * 50,
        "x.c": "/* Generated by Cython 3.0.0 */\n" + "a = b;\n" * 4000,
    }
    found = features(files)
    assert found.of(SourceKind.GENERATED_C).files == 1
    assert found.translated == translated
    more = structs.replace(found, translated_statements=500 * found.translated)
    costs = [source_seconds(each, coefficients()) for each in (found, more)]
    assert (costs[1] > costs[0]) is bool(translated)


@pytest.mark.parametrize(
    ("header", "dear"),
    [
        ("Eigen/Dense", 1),
        ("boost/geometry.hpp", 1),
        ("boost/multiprecision/cpp_int.hpp", 1),
        ("boost/cstdint.hpp", 0),
        ("boost/format.hpp", 0),
        ("boost/optional.hpp", 0),
    ],
)
def test_most_parts_of_boost_are_no_dearer_than_other_headers(header: str, dear: int):
    """GCC takes 4.4 s for the geometry of Boost 1.83, less than 1 s for most other parts."""
    text = f"#include <{header}>\nint f() {{ return 1; }}\n"
    found = features({"setup.py": SETUP.replace("x.c", "x.cpp"), "x.cpp": text})
    assert found.of(SourceKind.CPP).templates == dear


BINDS = "#include <nanobind/nanobind.h>\n#include <Eigen/Dense>\nint f() { return 1; }\n"


def test_what_nanobind_binds_is_cheaper_than_what_pybind11_does():
    def binding(library: str) -> BuildFeatures:
        system = f"[build-system]\nrequires = ['scikit-build-core', '{library}']\n"
        system += "build-backend = 'scikit_build_core.build'\n"
        text = BINDS.replace("nanobind", library)
        return features({"pyproject.toml": system, **{f"a{n}.cpp": text for n in range(30)}})

    nano, other = binding("nanobind"), binding("pybind11")
    assert nano.of(SourceKind.BINDING).files == other.of(SourceKind.BINDING).files == 30
    assert nano.of(SourceKind.BINDING).templates == 30
    assert source_seconds(nano, coefficients()) < 0.7 * source_seconds(other, coefficients())
    costs = [modelled_cost(each, coefficients()).peak_process_bytes.value for each in (nano, other)]
    assert costs[0] < costs[1]


BY_CMAKE = """[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"
"""
PROJECT = "project(x LANGUAGES C)\nadd_library(x MODULE x.c)\n"


@pytest.mark.parametrize(
    ("files", "hidden"),
    [
        ({"CMakeLists.txt": PROJECT}, ()),
        ({"CMakeLists.txt": PROJECT + "FetchContent_Declare(lib URL y)\n"}, ("downloads",)),
        ({"CMakeLists.txt": PROJECT + "  ExternalProject_Add(lib URL y)\n"}, ("downloads",)),
        ({"CMakeLists.txt": PROJECT + "# FetchContent_Declare(lib)\n"}, ()),
        (
            {"CMakeLists.txt": PROJECT + "add_custom_command(OUTPUT y.c COMMAND gen)\n"},
            ("generates",),
        ),
        ({"CMakeLists.txt": PROJECT, "tests/CMakeLists.txt": "FetchContent_Declare(a)\n"}, ()),
        (
            {"CMakeLists.txt": PROJECT + "add_custom_target(y ALL COMMAND make -C lib)\n"},
            ("commands",),
        ),
    ],
)
def test_work_that_the_sdist_does_not_show_is_known(files: dict[str, str], hidden: tuple[str, ...]):
    found = features({"pyproject.toml": BY_CMAKE, "x.c": "a = b;\n" * 300, **files})
    assert found.hidden == hidden


MESON = "[build-system]\nrequires = ['meson-python']\nbuild-backend = 'mesonpy'\n"


@pytest.mark.parametrize(
    ("files", "hidden"),
    [
        ({"subprojects/lib/meson.build": "project('lib', 'c')"}, False),
        ({"subprojects/lib-1.0/meson.build": "project('lib', 'c')"}, False),
        ({"subprojects/library.wrap": "[wrap-file]\n"}, True),
        ({}, True),
    ],
)
def test_a_subproject_of_meson_that_the_sdist_lacks_is_not_read(
    files: dict[str, str],
    hidden: bool,  # noqa: FBT001
):
    own = {"pyproject.toml": MESON, "meson.build": "project('x', 'c')\nx = files('x.c')\n"}
    found = features({**own, "x.c": "a;\n", "subprojects/lib.wrap": "[wrap-file]\n", **files})
    assert ("subprojects" in found.hidden) is hidden


def test_a_wheel_tells_more_of_a_build_that_downloads_what_it_compiles():
    c = {SourceKind.C: sources_of(2, 600)}
    wheel = PublishedWheel(1, 10_000_000, 10_000_000, 0)
    plain = BuildFeatures(compiles=True, backend="native", sources=c, wheel=wheel)
    costs = [
        modelled_cost(each, coefficients()).cpu_seconds.value
        for each in (plain, structs.replace(plain, hidden=("downloads",)))
    ]
    assert costs[1] > 5 * costs[0]


def test_java_that_a_script_compiles_costs_by_its_size():
    """JDK 17.0.15's javac takes 0.8 s for an empty class, 2.9 s for the 191 kB of jep 4.3.2."""
    runs = "import subprocess\nsubprocess.run(['javac', '-d', 'build', 'src/A.java'])\n"
    script = f"from commands.java import build_java\n{PURE}"
    files: dict[str, str | int] = {"x/__init__.py": 9, "src/A.java": 200_000, "tests/B.java": MB}
    files |= {"commands/java.py": runs}
    without, with_it = (features({"setup.py": each, **files}) for each in (PURE, script))
    assert (without.java_bytes, with_it.java_bytes) == (0, 200_000)
    costs = [source_seconds(each, coefficients()) for each in (without, with_it)]
    assert 3 < costs[1] - costs[0] < 6
    memory = modelled_cost(with_it, coefficients()).peak_process_bytes.value
    assert 120 * MB < memory < 186 * MB  # what jep's build took with its backend


def test_setuptools_reads_the_largest_file_of_a_wheel_as_a_whole():
    """Python's zipfile holds 61 MB for a library of 37 MB that compresses to 13 (macOS' ICU)."""
    small: dict[str, str | int] = {"setup.py": INCLUDES, "x/__init__.py": 9, "x/a.so": 9}
    costs = [
        modelled_cost(features(files), coefficients()).peak_process_bytes.value
        for files in (small, {**small, "x/a.so": 37 * MB})
    ]
    assert costs[1] - costs[0] == pytest.approx(61 * MB, rel=0.1)


def test_the_largest_file_of_fortran_needs_most_memory():
    """fmm3dpy: two files of 1.7 MB; only comments have semicolons."""
    script = "project('x', 'fortran')\npy.extension_module('x', 'x.f', 'y.f')\n"
    files = {"pyproject.toml": MESON, "meson.build": script, "y.f": "      x = 1\n" * 40_000}
    found = features({**files, "x.f": "c     a; b; c\n      end\n"})
    assert found.of(SourceKind.FORTRAN).heaviest.bytes == len(files["y.f"])


@pytest.mark.parametrize(
    ("condition", "own", "read"),
    [
        ("#ifdef BACKEND\n{}\n#endif\n", "<cuda_runtime.h>", False),
        ("#ifdef BACKEND\n{}\n#endif\n", "<stdint.h>", True),
        ("{}\n", "<cuda_runtime.h>", True),
    ],
)
def test_a_header_for_graphics_processors_behind_a_condition_is_not_read(
    condition: str,
    own: str,
    read: bool,  # noqa: FBT001
):
    """shtns: a header of 2 MB for graphics processors, which three files would include."""
    header = f"#include {own}\n" + "static int f(int a) { int b = a; return b; }\n" * 2000
    files = {
        "setup.py": SETUP,
        "x.c": '#include <math.h>\n#include "x.h"\nint g(void) { return 1; }\n',
        "x.h": "#include <stdio.h>\n" + condition.format('#include "gpu.h"'),
        "gpu.h": header,
    }
    assert (features(files).of(SourceKind.C).header_bytes > len(header)) is read


def test_fortran_that_f2py_wraps_costs_more_for_each_module():
    script = "project('x', 'c', 'fortran')\npy.extension_module('x', 'x.f90')\n"
    own = {"pyproject.toml": MESON, "x.f90": "end\n"}
    plain = features({**own, "meson.build": script})
    script += "custom_target('m', command: [py, '-m', 'numpy.f2py', '@INPUT@'])\n"
    single = features({**own, "meson.build": script})
    signatures = {f"{name}.pyf": "end\n" for name in "abc"}
    several = features({**own, **signatures, "meson.build": script})
    assert [each.wrapped_fortran for each in (plain, single, several)] == [0, 1, 3]
    costs = [source_seconds(each, coefficients()) for each in (plain, single, several)]
    assert costs == sorted(set(costs))


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        (
            {
                "pyproject.toml": MESON,
                "meson.build": "project('x', 'cpp')\npythran = find_program('pythran')\n"
                "a = custom_target('a', command: [pythran, '-E', '@INPUT@'], input: 'a.py')\n"
                "b = pythran_gen.process('b.py')\n",
            },
            2,
        ),
        (
            {
                "setup.py": "from setuptools import setup\n"
                "from pythran.dist import PythranExtension\n"
                "setup(ext_modules=[PythranExtension('a', ['a.py'])])\n"
            },
            1,
        ),
    ],
)
def test_each_module_that_pythran_turns_into_cpp_costs(files: dict[str, str], modules: int):
    found = features({**files, "a.py": "def f(x):\n    return x\n", "b.py": "", "x.cpp": "a;"})
    assert found.pythran == modules
    without = structs.replace(found, pythran=0)
    costs = [source_seconds(each, coefficients()) for each in (without, found)]
    assert costs[1] > costs[0] + 3 * modules


@pytest.mark.parametrize(("own", "compiled"), [("", True), ("int a;\n" * 50, False)])
def test_a_library_that_is_a_header_is_compiled_by_the_file_that_only_includes_it(
    own: str,
    compiled: bool,  # noqa: FBT001
):
    files = {
        "setup.py": SETUP,
        "x.c": f'#define X_IMPLEMENTATION\n#include "x.h"\n{own}',
        "x.h": "int f(int a) { int b; b = a; c = b; d = c; e = d; return b; }\n" * 500,
    }
    assert (features(files).of(SourceKind.C).statements > 2000) is compiled


def test_messages_that_gettext_compiles_cost_by_their_size():
    script = "import subprocess\nsubprocess.call(['msgfmt', 'de.po', '-o', 'de.mo'])\n"
    names = {"de.po": 30_000_000, "fr.po": 30_000_000, "x/__init__.py": 10}
    plain, compiled = (features({"setup.py": text, **names}) for text in (PURE, script + PURE))
    assert (plain.message_bytes, compiled.message_bytes) == (0, 60_000_000)
    costs = [source_seconds(each, coefficients()) for each in (plain, compiled)]
    assert costs[1] > costs[0] + 2


def test_a_build_that_writes_its_documentation_costs_more_and_says_that_this_is_not_read():
    def answer(*requires: str) -> tuple[float, float, str]:
        names = ", ".join(f"'{name}'" for name in ("hatchling", *requires))
        system = f"[build-system]\nrequires = [{names}]\nbuild-backend = 'hatchling.build'\n"
        found = features({"pyproject.toml": system, "x/__init__.py": "pass\n"})
        cost = modelled_cost(found, coefficients())
        return cost.cpu_seconds.value, cost.cpu_seconds.factor, cost.cpu_seconds.source

    plain, written = answer(), answer("hatch-sphinx", "sphinx")
    assert answer("sphinx") == plain
    assert written[0] > plain[0] + 1
    assert written[1] > plain[1]
    assert "cannot be read" in written[2]
    assert "cannot be read" not in plain[2]


def test_work_that_cannot_be_read_widens_the_interval_and_the_answer_names_it():
    c = {SourceKind.C: sources_of(20, 6000)}
    plain = BuildFeatures(compiles=True, backend="setuptools", sources=c)
    costs = [
        modelled_cost(each, coefficients()).cpu_seconds
        for each in (
            plain,
            structs.replace(plain, hidden=("commands",)),
            structs.replace(plain, unlisted={SourceKind.C: sources_of(90, 40_000)}),
        )
    ]
    assert costs[1].factor == costs[2].factor > 1.2 * costs[0].factor
    assert ["cannot be read" in cost.source for cost in costs] == [False, True, True]


def test_the_size_of_a_pure_build_has_an_interval():
    size = modelled_cost(features({"setup.py": PURE, "x/__init__.py": 5000}), coefficients())
    assert size.built_bytes.low < size.built_bytes.value < size.built_bytes.high


@pytest.mark.parametrize(("target", "makes"), [("'-C', 'lib'", True), ("'dist'", False)])
def test_a_library_is_made_where_make_is_run_for_more_than_an_archive(target: str, makes: bool):  # noqa: FBT001
    script = f"import subprocess\nsubprocess.run(['lib/configure'])\n{SETUP}"
    script = script.replace("'x.c'", "'x.c', 'lib/y.c'") + f"subprocess.run(['make', {target}])\n"
    found = features({"setup.py": script, "x.c": 10, "lib/y.c": 10, "lib/configure": 10})
    assert (found.configure_bytes > 0, found.configured_files > 0) == (True, makes)


def test_without_a_wheel_a_module_is_as_large_as_the_seconds_that_go_into_its_sources():
    def size(statements: int, backend: str = "setuptools") -> float:
        c = {SourceKind.C: sources_of(5, statements)}
        found = BuildFeatures(compiles=True, backend=backend, sources=c)
        return modelled_cost(found, coefficients()).extension_bytes.value

    assert 10_000 < size(20) < 60_000
    assert size(20_000) > 20 * size(20)
    assert size(20_000) > 3 * size(20_000, backend="meson")


def test_a_library_for_bindings_costs_the_same_where_the_sdist_brings_it():
    files = {
        "setup.py": (
            "from setuptools import Extension, setup\n"
            "setup(ext_modules=[Extension('x', ['x.cpp'], include_dirs=['ext'])])\n"
        ),
        "x.cpp": "#include <pybind11/pybind11.h>\nint f() { return 1; }\n",
    }
    brought = {**files, "ext/pybind11/pybind11.h": "inline int g() { return 1; }\n" * 3000}
    assert features(brought).of(SourceKind.BINDING) == features(files).of(SourceKind.BINDING)
    assert features(files).of(SourceKind.BINDING).files == 1


def test_what_the_published_wheel_says_to_take_longer_takes_more_memory():
    """Of templates that instantiate each other the sources say little: ipyopt 0.12.10, ×4."""
    table = coefficients()
    cpp = BuildFeatures(
        compiles=True,
        backend="setuptools",
        sources={SourceKind.CPP: sources_of(1, 500, standard=10)},
        wheel=some_wheel(20_000_000),
    )
    alone = structs.replace(cpp, wheel=None)
    with_wheel, without = (modelled_cost(each, table) for each in (cpp, alone))
    assert with_wheel.cpu_seconds.value > 2 * without.cpu_seconds.value
    assert with_wheel.peak_process_bytes.value > 1.3 * without.peak_process_bytes.value


def test_meson_installs_the_data_that_it_is_given():
    """rocketcea 1.2.3: 7.9 MB of tables beside 0.8 MB of what is compiled."""
    script = "project('x', 'c')\nfiles = ['__init__.py', 'thermo.lib']\npy.install_sources(files)\n"
    files: dict[str, str | int] = {
        "pyproject.toml": "[build-system]\nrequires = ['meson-python']\n"
        "build-backend = 'mesonpy'\n",
        "meson.build": "project('x', 'c')\nsubdir('x')\n",
        "x/__init__.py": 9, "x/thermo.lib": 7 * MB, "x/other.bin": MB, "x/x.c": MB,
    }  # fmt: skip
    assert 0 <= features({**files, "x/meson.build": script}).installed_bytes - 7 * MB < 1000
    compiled = script.replace("'thermo.lib'", "'x.c'")
    assert features({**files, "x/meson.build": compiled}).installed_bytes < 1000


def test_modules_that_the_script_of_a_pure_build_imports_take_their_time():
    """fea 0.0.1: 0.87 s, of which two imports of Cython and NumPy take more than half."""
    requires = "[build-system]\nrequires = ['setuptools', 'numpy', 'Cython']\n"
    script = f"from Cython.Build import cythonize\nimport numpy as np\n{PURE}"
    files: dict[str, str | int] = {"pyproject.toml": requires, "x/__init__.py": 9}
    found = features({**files, "setup.py": script})
    assert (found.compiles, found.slow_imports) == (False, 2)
    assert features({**files, "setup.py": PURE}).slow_imports == 0
    absent = {
        **files,
        "pyproject.toml": "",
        "setup.py": f"try:\n    import numpy\nexcept: pass\n{PURE}",
    }
    assert features(absent).slow_imports == 0
    seconds = [
        source_seconds(each, coefficients())
        for each in (found, structs.replace(found, slow_imports=0))
    ]
    assert seconds[0] - seconds[1] > 0.2


@pytest.mark.parametrize(
    ("include", "vectors"),
    [
        ("#include <immintrin.h>\n", 1),
        ("#include <emmintrin.h>\n", 0),
        ("#ifdef __AVX2__\n#include <immintrin.h>\n#endif\n", 0),
        ('#include "simd.h"\n', 1),
    ],
)
def test_headers_of_all_vector_instructions_take_their_time(include: str, vectors: int):
    """GCC 12.2: 0.3 s and 70 MB more for an otherwise empty file, on the measuring machine."""
    files: dict[str, str | int] = {"setup.py": SETUP, "simd.h": "#include <x86intrin.h>\n"}
    found = features({**files, "x.c": include + "int f(int a) { return a; }\n"})
    assert found.of(SourceKind.C).vectors == vectors
    assert ("c_vectors" in cpu_terms(found)) == bool(vectors)


def test_pybind11s_kind_of_extension_module_leaves_debug_information_out():
    """isosplit6 0.1.4: 0.34 MB where debug information would have made 1.1."""
    head = "from setuptools import setup\nfrom pybind11.setup_helpers import Pybind11Extension\n"
    files: dict[str, str | int] = {
        "pyproject.toml": "[build-system]\nrequires = ['setuptools', 'pybind11']\n",
        "x.cpp": "#include <pybind11/pybind11.h>\n" + "a = b;\n" * 100,
    }
    made = features(
        {**files, "setup.py": f"{head}setup(ext_modules=[Pybind11Extension('x', ['x.cpp'])])\n"}
    )
    plain = features({**files, "setup.py": SETUP.replace("x.c", "x.cpp")})
    assert (made.strips, plain.strips) == (True, False)
    sizes = [modelled_cost(each, coefficients()).built_bytes for each in (made, plain)]
    assert all(isinstance(each, Quantity) for each in sizes)
    assert sizes[0].value < sizes[1].value / 2


@pytest.mark.parametrize(
    ("settings", "debug"),
    [
        ("[tool.scikit-build]\ncmake.build-type = 'RelWithDebInfo'\n", True),
        ("[tool.scikit-build]\n# cmake.build-type = 'Debug'\n", False),
        ("[[tool.scikit-build.overrides]]\nif.state = 'editable'\ncmake.build-type = 'Debug'\n",
         False),
    ],
)  # fmt: skip
def test_what_is_for_editable_installs_leaves_no_debug_information_in(settings: str, debug: bool):  # noqa: FBT001
    """pytantan 0.1.4, pyfastani 0.6.2: the built modules are as large as the published."""
    assert cmake(settings=settings).debug is debug


def test_cmake_below_a_hook_of_hatch_has_no_flags_of_python():
    """pyclipr 0.1.8: 0.62 MB where debug information would have made 9.5."""
    system = (
        "[build-system]\nrequires = ['hatchling', 'scikit-build-core']\n"
        "build-backend = 'hatchling.build'\n[tool.hatch.build.targets.wheel.hooks.scikit-build]\n"
    )
    files: dict[str, str | int] = {"x/__init__.py": 9, "x.cpp": "a = b;\n" * 100}
    lists = "project(x CXX)\nadd_library(x MODULE x.cpp)\n"
    assert features({"pyproject.toml": system, "CMakeLists.txt": lists, **files}).strips


def test_code_in_headers_of_a_single_file_is_part_of_it():
    """multidict 7.2.1: 4,900 statements of C in headers, 3.9 s; without them 1.6 s were said."""
    code = "static int f(int a) { int b = a; b = b + a; return b; }\n" * 1000
    script = SETUP.replace("['x.c']", "['x.c', 'y.c']")
    files: dict[str, str | int] = {"setup.py": script, "part.h": code, "y.c": "a = b;\n"}
    alone = features({**files, "x.c": '#include "part.h"\n' + "a = b;\n" * 10})
    shared = features({**files, "x.c": '#include "part.h"\n', "y.c": '#include "part.h"\n'})
    found = [each.of(SourceKind.C).sole_code for each in (alone, shared)]
    assert found == [3000, 0]
    assert cpu_terms(alone)["c_sole_code"] == 3


def test_cpp_in_a_header_of_a_single_file_costs_as_its_statements():
    """annoy 1.17.3: 46 kB of templates beside the 21 kB that bind them took 5.6 s."""
    code = "int f() { return 1; }\n" * 1000
    files = {"a.hpp": code, "a.cpp": '#include "a.hpp"\n', "b.cpp": "int b;\n"}
    script = SETUP.replace("['x.c']", "['a.cpp', 'b.cpp']")
    alone = features({**files, "setup.py": script})
    shared = features({**files, "setup.py": script, "b.cpp": '#include "a.hpp"\n'})
    seconds = [source_seconds(each, coefficients()) for each in (alone, shared)]
    assert seconds[0] > seconds[1] + 1


def test_functions_that_cpp_binds_take_memory():
    """zonoopt 2.5.0 binds 480 functions in one file: 4.1 GB."""
    units = [TranslationUnit(statements=431, binds=True, bound=bound) for bound in (10, 480)]
    few, many = (
        BuildFeatures(
            compiles=True,
            backend="setuptools",
            sources={SourceKind.BINDING: Sources(files=1, statements=431, heaviest=unit)},
        )
        for unit in units
    )
    less, more = (modelled_cost(each, coefficients()).peak_bytes_at(1) for each in (few, many))
    assert more.value > less.value + 400 * MB
    assert units[1].weight > units[0].weight + 5000


MAKES = "tarfile.open('deps/y.tar.gz').extractall()\nrun(['./configure'])\nrun(['make'])\n"


@pytest.mark.parametrize(
    ("script", "path", "read"),
    [
        (MAKES, "deps/y.tar.gz", True),
        ("run(['make'])\n", "deps/y.tar.gz", False),
        (MAKES.replace("./configure", "ls").replace("make", "ls"), "deps/y.tar.gz", False),
        (MAKES, "tests/y.tar.gz", False),
    ],
)
def test_sources_in_an_archive_that_a_script_unpacks_and_makes(script: str, path: str, read: bool):  # noqa: FBT001
    """jq 1.13.0, pyjq 2.6.0: what they compile lies in archives of 2 MB."""
    found = features({"setup.py": SETUP + script, "x.c": 900, path: 2 * MB})
    assert found.archived_bytes == (2 * MB if read else 0)
    assert ("archives" in found.hidden) is read
    assert (source_seconds(found, coefficients()) > 15) is read
