"""Do wheels load? From the files of a wheel to the report."""

import random

import pytest
from elf_builder import elf
from fake_index import FakeIndex
from made_wheels import ALPINE, DAY, EXTENSION, INIT, MUSL, SLIM, loads, wheel
from packaging.version import Version

from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.api.analyse import analyse
from wheelcheck.distributions.distribution import distribution_of
from wheelcheck.loading.image_libraries import image_libraries
from wheelcheck.loading.known_facts import known_facts
from wheelcheck.loading.verdict.load_verdict import judge_loading
from wheelcheck.loading.wheel_facts import FileNeeds, WheelFacts, WheelFileKind
from wheelcheck.loading.wheel_reader import wanted_of
from wheelcheck.loading.wheel_reading import RunBudget, WantedBytes
from wheelcheck.requirements import CommandLine, read
from wheelcheck.targets import Architecture, Libc, parse_target_on


def test_a_wheel_that_finds_all_its_libraries_loads():
    found = loads({**INIT, EXTENSION: elf(("libstdc++.so.6", "libc.so.6"))})
    assert (found.status, found.needs) == ("yes", ())


def test_a_missing_library_comes_with_its_package():
    found = loads({**INIT, EXTENSION: elf(("libgomp.so.1", "libc.so.6"))})
    assert (found.status, found.needs, found.packages) == (
        "needs", ("libgomp.so.1",), ("libgomp1",),
    )  # fmt: skip


def test_the_package_has_the_name_of_its_release():
    members = {**INIT, EXTENSION: elf(("libglib-2.0.so.0", "libc.so.6"))}
    assert loads(members).packages == ("libglib2.0-0t64",)
    assert loads(members, on="python:3.13-slim-bookworm").packages == ("libglib2.0-0",)


def test_a_library_without_a_version_in_its_name_has_a_package_too():
    found = loads({**INIT, EXTENSION: elf(("libnspr4.so", "libc.so.6"))})
    assert (found.status, found.packages) == ("needs", ("libnspr4",))


def test_alpine_has_no_c_plus_plus_library():
    members = {
        **INIT,
        "x/core.cpython-313-x86_64-linux-musl.so": elf(("libstdc++.so.6", "libc.musl-x86_64.so.1")),
    }
    found = loads(members, MUSL, ALPINE)
    assert (found.status, found.packages) == ("needs", ("libstdc++",))


@pytest.mark.parametrize(
    ("package", "odbc", "gomp", "zstd"),
    [
        ("build-base", False, True, None),  # zstd in some releases alone
        ("musl-dev", False, False, False),
        ("postgresql-dev", None, None, None),  # no table has all that it brings
    ],
)
def test_what_packages_of_alpine_bring_is_known_of_those_in_a_table(package, odbc, gomp, zstd):
    target = parse_target_on(ALPINE, as_of=DAY)
    image = image_libraries(target, distribution_of(target))
    image = image.with_packages([package], recommends=True)
    libraries = "libodbc.so.2", "libgomp.so.1", "libzstd.so.1"
    assert tuple(map(image.has, libraries)) == (odbc, gomp, zstd)
    assert image.has_stem("zstd") is zstd


def test_the_python_of_alpine_brings_its_library_in_the_version_of_the_release():
    target = parse_target_on(ALPINE, as_of=DAY)
    image = image_libraries(target, distribution_of(target)).with_packages(
        ["python3"], recommends=True
    )
    assert image.has("libpython3.12.so.1.0") is None
    assert image.has("libpython2.7.so.1.0") is False


def test_a_library_of_the_wheel_itself_is_there():
    members = {
        **INIT,
        EXTENSION: elf(("libown.so.1", "libc.so.6")),
        "x.libs/libown.so.1": elf(("libc.so.6",), soname="libown.so.1"),
    }
    assert loads(members).status == "yes"


def test_a_plugin_that_no_import_loads_is_some_of_the_files():
    plugin = "x/gui.cpython-313-x86_64-linux-gnu.so"
    members = {**INIT, EXTENSION: elf(), plugin: elf(("libGL.so.1", "libc.so.6"))}
    found = loads(members)
    assert (found.status, found.needs) == ("some files need", ("libGL.so.1",))


def test_a_tag_that_promises_too_much_is_reported_with_both_numbers():
    data = elf(versions={"libc.so.6": ("GLIBC_2.38",)})
    found = loads({**INIT, EXTENSION: data}, on="python:3.13-slim-bookworm")
    assert found.status == "no"
    assert "GLIBC_2.38" in found.reason
    assert "2.36" in found.reason


def test_an_older_cpu_than_the_file_needs():
    members = {**INIT, EXTENSION: elf(isa=3)}
    assert loads(members, options=LoadOptions(cpu=2)).status == "no"
    assert loads(members, options=LoadOptions(cpu=3)).status == "yes"
    assert loads(members).status == "yes"


def test_a_bare_target_with_an_older_glibc_than_the_files_need():
    data = elf(versions={"libc.so.6": ("GLIBC_2.28",)})
    name = "x-1-py3-none-manylinux1_x86_64.whl"
    found = loads({**INIT, "x/core.so": data}, name, "cp313-manylinux_2_17-x86_64")
    assert found.status == "no"
    assert "GLIBC_2.28" in found.reason
    assert "2.17" in found.reason
    assert loads({**INIT, "x/core.so": data}, name, "cp313-manylinux_2_28-x86_64").status != "no"


def test_names_at_the_end_are_read_within_the_budget():
    members = {**INIT, EXTENSION: elf(("libgomp.so.1", "libc.so.6"), moved=True)}
    assert loads(members).status == "needs"


def test_find_library_finds_nothing_on_musl_without_a_compiler():
    code = (
        b"from ctypes.util import find_library\nif not find_library('zbar'):\n    raise OSError\n"
    )
    pure = "x-1-py3-none-any.whl"
    options = LoadOptions(LoadMode.FULL)
    assert loads({"x/__init__.py": code}, pure, SLIM, options).packages == ("libzbar0t64",)
    found = loads({"x/__init__.py": code}, pure, ALPINE, options)
    assert (found.status, found.needs) == ("no", ("zbar",))


def test_nothing_is_read_when_it_is_off():
    assert loads(INIT, options=LoadOptions(LoadMode.OFF)) is None


@pytest.mark.parametrize(
    "data",
    [b"\x7fELF" + b"\xff" * 400, elf()[:2000] + b"\0" * 600, b"\x7fELF\2\2" + b"\0" * 400],
)
def test_a_damaged_file_is_not_checked(data: bytes):
    found = loads({**INIT, EXTENSION: data})
    assert found.status == "not-checked"
    assert found.reason


def test_a_library_of_the_wheel_is_known_by_its_own_soname():
    members = {
        **INIT,
        EXTENSION: elf(("libown.so.28", "libc.so.6")),
        "x/lib/libown.so": elf(("libc.so.6",), soname="libown.so.28"),
    }
    assert loads(members).status == "yes"


def test_the_many_files_of_an_audited_wheel_are_like_those_that_were_read():
    members = {**INIT, EXTENSION: elf()}
    for number in range(120):
        members[f"x/part{number}.cpython-313-x86_64-linux-gnu.so"] = elf(code=b"\x90" * 3000)
    audited = "x-1-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
    assert loads(members, audited).status == "yes"
    assert loads(members).status == "not-checked"


def test_what_a_lambda_image_lacks_is_not_known_and_cannot_be_installed():
    lambda_image = "public.ecr.aws/lambda/python:3.13"
    members = {**INIT, EXTENSION: elf(("libstdc++.so.6", "libc.so.6"))}
    assert loads(members, on=lambda_image).status == "yes"
    found = loads({**INIT, EXTENSION: elf(("libGL.so.1", "libc.so.6"))}, on=lambda_image)
    assert (found.status, found.needs) == ("not-checked", ("libGL.so.1",))
    assert "nothing can be installed" in found.reason


def test_a_distroless_image_takes_no_packages():
    found = loads(
        {**INIT, EXTENSION: elf(("libodbc.so.2", "libc.so.6"))},
        on="gcr.io/distroless/python3-debian13",
    )
    assert (found.status, found.packages) == ("no", ())
    assert "nothing can be installed" in found.reason


def test_a_library_that_wants_an_executable_stack_is_not_opened_since_glibc_2_41():
    members = {**INIT, EXTENSION: elf(exec_stack=True)}
    found = loads(members)
    assert found.status == "no"
    assert "executable stack" in found.reason
    assert loads(members, on="python:3.13-slim-bookworm").status == "yes"
    assert loads({**INIT, EXTENSION: elf()}).status == "yes"


def test_a_row_of_the_table_holds_for_the_betas_of_its_first_release():
    found = known_facts("numpy", Version("2.5.0b1"), Libc.GLIBC, Architecture.X86_64)
    assert found is not None
    assert known_facts("numpy", Version("1.0"), Libc.GLIBC, Architecture.X86_64) is None


def test_another_releases_name_of_a_library_that_another_wheel_brings_is_no_need():
    # as pyside6-addons beside a known row of pyside6-essentials
    file = FileNeeds("x/core.so", WheelFileKind.EXTENSION, outside=("libown.abi3.so.6.13",))
    facts = WheelFacts(files=(file,), reached=(file.path,))
    target = parse_target_on(SLIM, as_of=DAY)
    image = image_libraries(target, distribution_of(target))
    assert judge_loading(facts, target, image).status == "no"
    brought = {"libown.abi3.so.6.12": ()}
    assert judge_loading(facts, target, image, brought=brought).status == "yes"


def test_a_wheel_is_read_once_for_several_pythons():
    pythons = ("312", "313")
    names = [f"x-1-cp{python}-cp{python}-manylinux_2_17_x86_64.whl" for python in pythons]
    content = wheel({**INIT, "x/core.so": elf()})
    listing = {"x/__init__.py": 10, "x/core.so": 1000}
    index = FakeIndex(
        {"x": {"1": names}},
        listings=dict.fromkeys(names, listing),
        wheels=dict.fromkeys(names, content),
    )
    targets = [parse_target_on(f"python:3.{python[1:]}-slim", as_of=DAY) for python in pythons]
    requirements = read([], packages=["x"], options=CommandLine())
    report = analyse(requirements, targets, index, advice=False)
    assert {cell.loads.status for cell in report.packages[0].on.values()} == {"yes"}
    for how in ("prefetch look", "look into"):
        assert [what for question, what in index.questions if question == how] == names[:1]


def test_a_bare_target_is_judged_alike_whatever_was_read_for_an_image():
    pure = "x-1-py3-none-any.whl"
    code = b"import ctypes\nctypes.CDLL('libzbar.so.0')\n"
    bare = parse_target_on("cp313-manylinux_2_17-x86_64", as_of=DAY)
    image = parse_target_on(SLIM, as_of=DAY)

    def status(*targets):
        index = FakeIndex({"x": {"1": [pure]}}, wheels={pure: wheel({"x/__init__.py": code})})
        requirements = read([], packages=["x"], options=CommandLine())
        report = analyse(requirements, targets, index, advice=False)
        return [report.packages[0].on[each.name].loads.status for each in (bare, image)]

    assert status(bare, image) == status(image, bare)
    assert status(bare, image)[1] == "needs"


def test_the_budget_is_shared_out_before_any_wheel_is_read():
    run = RunBudget(beginnings=100, whole=100)
    first, second, third = run.share(
        [WantedBytes(60, 30, 80), WantedBytes(60, 40, 200), WantedBytes(10, 50, 50)]
    )
    assert [each.reserve for each in (first, second, third)] == [60, 40, 0]
    assert [each.left for each in (first, second, third)] == [90, 80, 30]
    assert first.take(20)
    run.take_back(first)
    assert (run.beginnings, run.whole) == (60, 10)
    assert run.has(10)
    assert not run.has(11)


def test_wheels_have_equal_parts_of_what_is_left_of_the_budget():
    run = RunBudget(beginnings=10, whole=100)
    first, second = run.share([WantedBytes(5, 10, 80), WantedBytes(5, 10, 80)])
    assert (first.left, second.left) == (5 + 10 + 40, 5 + 10 + 40)
    first, second = RunBudget(10, 100).share([WantedBytes(5, 10, 20), WantedBytes(5, 10, 80)])
    assert (first.left, second.left) == (5 + 20, 5 + 80)
    assert RunBudget(None, None).share([WantedBytes(1, 2, 3)])[0].has(10**12)


def test_a_wheel_wants_no_more_than_its_files_and_what_nobody_listed_its_size():
    small = wanted_of({"x/libQtGui.so.6": 1000, "x/a.py": 10}, 1010)
    assert small.least == small.most >= 1000
    large = wanted_of({"x/libQtGui.so.6": 90_000_000}, 30_000_000)
    assert large.least < large.most
    assert wanted_of({}, 700) == WantedBytes(700, 0, 700)


def test_the_library_of_the_images_own_python_is_there():
    own, other = (elf((f"libpython3.{minor}.so.1.0", "libc.so.6")) for minor in (13, 12))
    assert loads({**INIT, EXTENSION: own}).status == "yes"
    assert loads({**INIT, EXTENSION: other}).status in {"needs", "no"}


def test_a_name_in_the_first_bytes_of_a_module_is_needed_where_no_package_is_known():
    needed = ("libof_a_vendor.so.3", "libc.musl-x86_64.so.1")
    module = elf(needed, code=random.Random(1).randbytes(400_000))
    members = {**INIT, "x/core.cpython-313-x86_64-linux-musl.so": module, "x/libown.so": elf()}
    found = loads(members, MUSL, ALPINE)
    assert (found.status, found.needs, found.packages) == ("needs", ("libof_a_vendor.so.3",), ())
