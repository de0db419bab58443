"""What an import needs, and what only the first use needs."""

import random

import pytest
from elf_builder import elf
from made_wheels import ALPINE, EXTENSION, INIT, SLIM, loads

from wheelcheck.analysis.loads import readings
from wheelcheck.loading.elf_versions import moved_versions

PLATFORM = "x-1-py3-none-manylinux_2_17_x86_64.whl"
PURE = "x-1-py3-none-any.whl"
NEEDS_GL = elf(("libGL.so.1", "libc.so.6"))
LATER = (
    b"import ctypes, os\n"
    b"def start():\n"
    b"    return ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libown.so'))\n"
)


def test_a_program_that_no_import_starts_is_some_of_the_files():
    members = {
        "x/__init__.py": b"import subprocess\n",
        "x/driver/node": elf(("libatomic.so.1", "libc.so.6")),
    }
    found = loads(members, PLATFORM)
    assert (found.status, found.needs, found.packages) == (
        "some files need", ("libatomic.so.1",), ("libatomic1",),
    )  # fmt: skip
    assert "node" in found.reason


def test_a_program_newer_than_its_tag_promises_is_reported_with_both_numbers():
    program = elf(versions={"libc.so.6": ("GLIBC_2.42",)})
    found = loads({"x/__init__.py": b"", "x/driver/node": program}, PLATFORM)
    assert found.status == "no"
    assert "GLIBC_2.42" in found.reason
    assert "2.41" in found.reason


def test_a_library_that_a_function_opens_is_needed_at_its_first_use():
    found = loads({"x/__init__.py": LATER, "x/libown.so": NEEDS_GL}, PLATFORM)
    assert (found.status, found.packages) == ("some files need", ("libgl1",))
    assert "libown.so" in found.reason


def test_a_library_that_an_import_opens_by_its_path_is_needed():
    members = {"x/__init__.py": LATER + b"start()\n", "x/libown.so": NEEDS_GL}
    assert loads(members, PLATFORM).status == "needs"


def test_only_the_library_that_an_import_opens_counts():
    members = {
        "x/__init__.py": LATER + b"start()\n",
        "x/libown.so": elf(),
        "x/libplugin.so": NEEDS_GL,
    }
    assert loads(members, PLATFORM).status == "some files need"


def test_a_library_that_no_code_opens_is_some_of_the_files():
    members = {"x/__init__.py": b"PATH = __file__\n", "x/libown.so": NEEDS_GL}
    assert loads(members, PLATFORM).status == "some files need"


def test_a_library_for_glibc_that_is_opened_later_does_not_keep_an_import_on_musl():
    members = {"x/__init__.py": LATER, "x/libown.so": elf(versions={"libc.so.6": ("GLIBC_2.14",)})}
    found = loads(members, PURE, ALPINE)
    assert found.status == "some files need"
    assert "built for glibc" in found.reason
    opened = {**members, "x/__init__.py": LATER + b"start()\n"}
    assert loads(opened, PURE, ALPINE).status == "no"


def test_modules_below_a_namespace_are_followed():
    members = {"space/x/__init__.py": LATER + b"start()\n", "space/x/libown.so": NEEDS_GL}
    assert loads(members, PLATFORM).status == "needs"


def test_the_budget_goes_to_what_the_extension_modules_need(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readings, "BUDGET_BYTES", 20_000)
    members = {
        **INIT,
        EXTENSION: elf(("libmiddle.so.1", "libc.so.6"), moved=True),
        "x/lib/libmiddle.so.1": elf(("libGL.so.1", "libc.so.6"), moved=True),
        "x/lib/libbig.so": elf(moved=True, code=random.Random(1).randbytes(200_000)),
    }
    assert loads(members).packages == ("libgl1",)


def test_a_file_beyond_the_budget_still_shows_the_libraries_of_its_symbol_versions(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(readings, "BUDGET_BYTES", 150_000)
    versions = {"libgomp.so.1": ("GOMP_4.0",), "libc.so.6": ("GLIBC_2.17",)}
    needed = ("libgomp.so.1", "libc.so.6")
    code = random.Random(1).randbytes(200_000)
    members = {**INIT, EXTENSION: elf(needed, versions=versions, moved=True, code=code)}
    found = loads(members)
    assert (found.status, found.packages) == ("needs", ("libgomp1",))
    bundled = {**members, "x.libs/libgomp.so.1": elf(soname="libgomp.so.1")}
    assert loads(bundled).status == "not-checked"
    copied = {
        **members,
        "x.libs/libgomp-f685abf1.so.1.0.0": elf(soname="libgomp-f685abf1.so.1.0.0"),
    }
    assert loads(copied).status == "not-checked"


@pytest.mark.parametrize("name", ["GLIBC_2.2.5", "GLIBCXX_3.4.32", "CXXABI_1.3.15", "OMP_5.1"])
def test_a_symbol_version_is_known_by_its_hash(name: str):
    assert moved_versions(elf(versions={"libx.so.1": (name,)}, moved=True)) == (name,)


@pytest.mark.parametrize("data", [b"", b"\x10\0\0\0" * 400, bytes(range(256)) * 40])
def test_bytes_that_are_no_table_of_versions_name_none(data: bytes):
    assert moved_versions(data) is None


def test_what_is_not_there_at_first_use_is_named_on_slim():
    found = loads({"x/__init__.py": LATER, "x/libown.so": NEEDS_GL}, PLATFORM, SLIM)
    assert found.reason == (
        "Debian 13 has no libGL.so.1: needed by libown.so, which an import does not load"
    )
